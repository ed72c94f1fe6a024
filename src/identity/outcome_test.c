// outcome_test.c - what a resident is told for what a provider says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/outcome.h"

static void the_standard_codes_have_their_outcome(void **state) {
    (void)state;
    assert_int_equal(identity_outcome_of_error("access_denied", NULL), IDENTITY_CANCELLED);
    assert_int_equal(identity_outcome_of_error("access_denied", "The user cancelled."), IDENTITY_CANCELLED);
    assert_int_equal(identity_outcome_of_error("server_error", NULL), IDENTITY_BUSY);
    assert_int_equal(identity_outcome_of_error("temporarily_unavailable", NULL), IDENTITY_BUSY);
    assert_int_equal(identity_outcome_of_error("invalid_request", NULL), IDENTITY_OTHER);
    assert_int_equal(identity_outcome_of_error("", NULL), IDENTITY_OTHER);
}

static void words_on_cards_and_certificates_make_a_denial_finer(void **state) {
    (void)state;
    assert_int_equal(identity_outcome_of_error("access_denied", "PIN locked"), IDENTITY_CARD_TROUBLE);
    assert_int_equal(identity_outcome_of_error("access_denied", "暗証番号がロックされています"),
                     IDENTITY_CARD_TROUBLE);
    assert_int_equal(identity_outcome_of_error("access_denied", "The card's certificate has expired"),
                     IDENTITY_CERTIFICATE);
    assert_int_equal(identity_outcome_of_error("access_denied", "電子証明書の有効期限が切れています"),
                     IDENTITY_CERTIFICATE);
    assert_int_equal(identity_outcome_of_error("login_required", "card not read"), IDENTITY_CARD_TROUBLE);
}

static void words_do_not_hide_that_the_provider_is_busy_or_that_we_asked_wrongly(void **state) {
    (void)state;
    assert_int_equal(identity_outcome_of_error("server_error", "card service down"), IDENTITY_BUSY);
    assert_int_equal(identity_outcome_of_error("invalid_client", "client certificate unknown"),
                     IDENTITY_OTHER);
}

static void every_outcome_has_a_name(void **state) {
    (void)state;
    for (int outcome = IDENTITY_UNDER_WAY; outcome <= IDENTITY_OTHER; outcome++)
        assert_non_null(identity_outcome_name((enum identity_outcome)outcome));
    assert_string_equal(identity_outcome_name(IDENTITY_LINKED_ELSEWHERE), "linked_elsewhere");
    assert_null(identity_outcome_name((enum identity_outcome)(IDENTITY_OTHER + 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_codes_have_their_outcome),
        cmocka_unit_test(words_on_cards_and_certificates_make_a_denial_finer),
        cmocka_unit_test(words_do_not_hide_that_the_provider_is_busy_or_that_we_asked_wrongly),
        cmocka_unit_test(every_outcome_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
