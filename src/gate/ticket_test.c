#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "gate/ticket.h"

static const unsigned char secret[TICKET_KEY_SIZE] = "a secret of the tests, 32 bytes";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct ticket_office office_of(const char *campaign, uint32_t epoch) {
    struct ticket_office office;
    ticket_office_init(&office, secret, campaign, epoch);
    return office;
}

static void assert_refused(const char *text, const struct ticket_office *office, const struct holder *holder,
                           enum error_kind kind) {
    struct place place = {77, 88};
    struct error err = {0};
    assert_false(ticket_read(text, office, holder, &place, &err));
    assert_int_equal(err.kind, kind);
    assert_string_equal(err.field, "ticket");
    assert_int_equal(place.second, 77);
    assert_int_equal(place.rank, 88);
}

static void a_ticket_comes_back_as_it_was_written(void **state) {
    struct ticket_office office = office_of("2026-points", 3);
    struct random random;
    random_init_seeded(&random, 1);
    for (int i = 0; i < 1000; i++) {
        struct place place = {(uint32_t)random_uint64(&random), (uint32_t)random_uint64(&random)};
        struct holder holder;
        random_bytes(&random, holder.bytes, sizeof holder.bytes);
        char text[TICKET_TEXT_SIZE];
        ticket_write(text, &office, place, &holder);
        assert_int_equal(strlen(text), TICKET_TEXT_SIZE - 1);
        struct place read = {0, 0};
        struct error err = {0};
        assert_true(ticket_read(text, &office, &holder, &read, &err));
        assert_int_equal(place_compare(read, place), 0);
    }
}

static void the_ticket_of_another_holder_campaign_epoch_or_server_is_refused(void **state) {
    struct ticket_office office = office_of("2026-points", 3);
    struct holder holder = holder_of(HOLDER_RESIDENT, "R-7K3M");
    char text[TICKET_TEXT_SIZE];
    ticket_write(text, &office, (struct place){1770004800, 5}, &holder);

    struct holder other = holder_of(HOLDER_RESIDENT, "R-7K3N");
    struct holder device = holder_of(HOLDER_DEVICE, "R-7K3M");
    assert_refused(text, &office, &other, ERROR_DENIED);
    assert_refused(text, &office, &device, ERROR_DENIED);
    struct ticket_office other_campaign = office_of("2027-points", 3), reset = office_of("2026-points", 4);
    assert_refused(text, &other_campaign, &holder, ERROR_DENIED);
    assert_refused(text, &reset, &holder, ERROR_DENIED);
    unsigned char other_secret[TICKET_KEY_SIZE] = "another secret";
    struct ticket_office other_server;
    ticket_office_init(&other_server, other_secret, "2026-points", 3);
    assert_refused(text, &other_server, &holder, ERROR_DENIED);
}

static void a_change_of_any_character_is_refused(void **state) {
    struct ticket_office office = office_of("2026-points", 1);
    struct holder holder = holder_of(HOLDER_DEVICE, "key");
    char text[TICKET_TEXT_SIZE];
    ticket_write(text, &office, (struct place){1770004800, 12345}, &holder);
    for (size_t at = 0; at < TICKET_TEXT_SIZE - 1; at++)
        for (const char *letter = alphabet; *letter != '\0'; letter++) {
            char forged[TICKET_TEXT_SIZE];
            memcpy(forged, text, sizeof forged);
            forged[at] = *letter;
            if (*letter != text[at])
                assert_refused(forged, &office, &holder, ERROR_DENIED);
        }
}

static void what_has_not_the_form_of_a_ticket_is_invalid(void **state) {
    struct ticket_office office = office_of("2026-points", 1);
    struct holder holder = holder_of(HOLDER_DEVICE, "key");
    char text[TICKET_TEXT_SIZE + 8];
    ticket_write(text, &office, (struct place){1770004800, 12345}, &holder);
    for (size_t length = 0; length < TICKET_TEXT_SIZE - 1; length++) {
        char cut[TICKET_TEXT_SIZE] = "";
        memcpy(cut, text, length);
        assert_refused(cut, &office, &holder, ERROR_INVALID);
    }
    static const char *const appendices[] = {"A", "AAAA", "=", " ", "\n"};
    for (size_t i = 0; i < sizeof appendices / sizeof appendices[0]; i++) {
        strcpy(text + TICKET_TEXT_SIZE - 1, appendices[i]);
        assert_refused(text, &office, &holder, ERROR_INVALID);
    }
    assert_refused("+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/", &office, &holder, ERROR_INVALID);
    assert_refused("\xff\xfe"
                   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                   &office, &holder, ERROR_INVALID);
}

static void places_are_ordered_by_second_and_then_by_rank(void **state) {
    assert_true(place_compare((struct place){5, 9}, (struct place){6, 0}) < 0);
    assert_true(place_compare((struct place){6, 1}, (struct place){6, 0}) > 0);
    assert_true(place_compare((struct place){0, UINT32_MAX}, (struct place){1, 0}) < 0);
    assert_int_equal(place_compare((struct place){6, 4}, (struct place){6, 4}), 0);
}

static void a_pass_is_read_back_and_no_changed_one_is(void **state) {
    struct ticket_office office, other;
    ticket_office_init(&office, secret, "sample", 1);
    ticket_office_init(&other, secret, "sample", 2);
    struct holder holder = holder_of(HOLDER_DEVICE, "a device"), read;
    char text[PASS_TEXT_SIZE], changed[PASS_TEXT_SIZE];
    int64_t issued_s = 0;
    pass_write(text, &office, &holder, 1770000000);
    assert_int_equal(strlen(text), PASS_TEXT_SIZE - 1);
    assert_true(pass_read(text, &office, &read, &issued_s));
    assert_true(holder_equal(&read, &holder));
    assert_int_equal(issued_s, 1770000000);
    assert_false(pass_read(text, &other, &read, &issued_s));
    for (size_t i = 0; i < PASS_TEXT_SIZE - 1; i++) {
        memcpy(changed, text, sizeof changed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(pass_read(changed, &office, &read, &issued_s));
    }
    assert_false(pass_read("", &office, &read, &issued_s));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_read_back_and_no_changed_one_is),
        cmocka_unit_test(a_ticket_comes_back_as_it_was_written),
        cmocka_unit_test(the_ticket_of_another_holder_campaign_epoch_or_server_is_refused),
        cmocka_unit_test(a_change_of_any_character_is_refused),
        cmocka_unit_test(what_has_not_the_form_of_a_ticket_is_invalid),
        cmocka_unit_test(places_are_ordered_by_second_and_then_by_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
