#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "operator/totp.h"

static const unsigned char rfc_secret[] = "12345678901234567890";

// RFC 6238, appendix B, the rows of SHA-1.
static void the_numbers_are_those_of_the_rfc(void **state) {
    static const struct {
        int64_t time_s;
        uint32_t number;
    } vectors[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
                   {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        assert_int_equal(totp_number(rfc_secret, 20, vectors[i].time_s / TOTP_STEP_S, 8), vectors[i].number);
}

// RFC 4226, appendix D.
static void six_digits_are_those_of_the_rfc(void **state) {
    static const uint32_t numbers[] = {755224, 287082, 359152, 969429, 338314,
                                       254676, 287922, 162583, 399871, 520489};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_int_equal(totp_number(rfc_secret, 20, (int64_t)i, 6), numbers[i]);
}

static struct totp_secret secret_of_rfc(void) {
    struct totp_secret secret;
    memcpy(secret.bytes, rfc_secret, sizeof secret.bytes);
    return secret;
}

static void a_code_counts_half_a_minute_early_and_late_and_no_more(void **state) {
    struct totp_secret secret = secret_of_rfc();
    int64_t step = 0;
    assert_true(totp_check(&secret, "969429", 3 * 30, -1, &step)); // step 3
    assert_int_equal(step, 3);
    assert_true(totp_check(&secret, "969429", 2 * 30, -1, &step));
    assert_true(totp_check(&secret, "969429", 4 * 30 + 29, -1, &step));
    assert_false(totp_check(&secret, "969429", 5 * 30, -1, &step));
    assert_false(totp_check(&secret, "969429", 1 * 30 + 29, -1, &step));
}

static void a_code_that_was_used_does_not_count_again(void **state) {
    struct totp_secret secret = secret_of_rfc();
    int64_t step = 0;
    assert_false(totp_check(&secret, "969429", 3 * 30, 3, &step));
    assert_false(totp_check(&secret, "359152", 3 * 30, 3, &step)); // step 2, before the one that was used
    assert_true(totp_check(&secret, "338314", 3 * 30, 3, &step));  // step 4
}

static void what_is_no_code_is_none(void **state) {
    static const char *const texts[] = {"",        "96942",  "9694290",     "96942a",
                                        " 969429", "-69429", "９６９４２９"};
    struct totp_secret secret = secret_of_rfc();
    int64_t step = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(totp_check(&secret, texts[i], 3 * 30, -1, &step));
}

static void a_sealed_secret_opens_only_with_its_key_and_its_name(void **state) {
    struct totp_secret secret = secret_of_rfc(), opened;
    unsigned char key[TOTP_KEY_SIZE] = {1}, other[TOTP_KEY_SIZE] = {2}, sealed[TOTP_SEALED_SIZE];
    struct random random;
    random_init_seeded(&random, 1);
    totp_seal(&secret, key, "yamada", &random, sealed);
    assert_true(totp_open(sealed, sizeof sealed, key, "yamada", &opened));
    assert_memory_equal(opened.bytes, secret.bytes, TOTP_SECRET_SIZE);
    assert_false(totp_open(sealed, sizeof sealed, other, "yamada", &opened));
    assert_false(totp_open(sealed, sizeof sealed, key, "suzuki", &opened));
    assert_false(totp_open(sealed, sizeof sealed - 1, key, "yamada", &opened));
    sealed[30] ^= 1;
    assert_false(totp_open(sealed, sizeof sealed, key, "yamada", &opened));
}

static void the_address_for_the_app_is_in_its_usual_form(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct totp_secret secret = secret_of_rfc();
    assert_string_equal(totp_uri(&secret, "Juncho 給付", "yamada", arena),
                        "otpauth://totp/Juncho%20%E7%B5%A6%E4%BB%98:yamada"
                        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Juncho%20%E7%B5%A6%E4%BB%98");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_are_those_of_the_rfc),
        cmocka_unit_test(six_digits_are_those_of_the_rfc),
        cmocka_unit_test(a_code_counts_half_a_minute_early_and_late_and_no_more),
        cmocka_unit_test(a_code_that_was_used_does_not_count_again),
        cmocka_unit_test(what_is_no_code_is_none),
        cmocka_unit_test(a_sealed_secret_opens_only_with_its_key_and_its_name),
        cmocka_unit_test(the_address_for_the_app_is_in_its_usual_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
