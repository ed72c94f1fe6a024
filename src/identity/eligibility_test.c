// eligibility_test.c - ages on days that are hard, claims in every form, and who may take part.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "identity/eligibility.h"

static const struct eligibility_rules rules = {.age_min = 15, .prefecture = "東京都"};

static int age(const char *birthdate, int year, int month, int day) {
    struct error err = {0};
    struct birthdate date;
    struct civil on = {.year = year, .month = month, .day = day};
    assert_true(birthdate_parse(birthdate, &date, &err));
    return birthdate_age(&date, &on);
}

static void a_person_turns_fifteen_on_the_birthday(void **state) {
    (void)state;
    assert_int_equal(age("20110202", 2026, 2, 1), 14);
    assert_int_equal(age("20110202", 2026, 2, 2), 15);
    assert_int_equal(age("2011-12-31", 2026, 12, 30), 14);
    assert_int_equal(age("2011-12-31", 2026, 12, 31), 15);
    assert_int_equal(age("20260202", 2026, 2, 2), 0);
    assert_int_equal(age("20260203", 2026, 2, 2), -1);
}

static void born_on_the_29th_of_february_turns_on_the_first_of_march(void **state) {
    (void)state;
    assert_int_equal(age("20120229", 2027, 2, 28), 14);
    assert_int_equal(age("20120229", 2027, 3, 1), 15);
    assert_int_equal(age("20080229", 2024, 2, 28), 15);
    assert_int_equal(age("20080229", 2024, 2, 29), 16);
}

static void days_that_never_were_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"20110229",   "19000229",         "20110431",       "20111301",
                                        "20110001",   "20110100",         "2011-2-2",       "2011/02/02",
                                        "110202",     "20110202 ",        "2011-02-02T",    "",
                                        "0000-00-00", "２０１１０２０２", "2011-0202",      "18000101",
                                        "+2011020",   "2011-02-0a",       "昭和60年3月15日"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err = {0};
        struct birthdate date = {1, 2, 3};
        assert_false(birthdate_parse(wrong[i], &date, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_string_equal(err.field, "birthdate");
        assert_int_equal(date.year, 1);
    }
    assert_int_equal(age("20000229", 2026, 1, 1), 25);
}

static void bands_begin_where_they_say(void **state) {
    (void)state;
    static const struct {
        int age;
        enum age_band band;
        const char *name;
    } cases[] = {{0, AGE_BAND_NONE, ""},     {14, AGE_BAND_NONE, ""},    {15, AGE_BAND_15, "15-19"},
                 {19, AGE_BAND_15, "15-19"}, {20, AGE_BAND_20, "20-29"}, {29, AGE_BAND_20, "20-29"},
                 {30, AGE_BAND_30, "30-39"}, {79, AGE_BAND_70, "70-79"}, {80, AGE_BAND_80, "80+"},
                 {112, AGE_BAND_80, "80+"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(age_band_of(cases[i].age), cases[i].band);
        assert_string_equal(age_band_name(cases[i].band), cases[i].name);
    }
}

static bool judge(const char *claims_text, struct eligibility *ret_eligibility, struct error *err) {
    CLEANUP(json_cleanup) json_t *claims = NULL;
    assert_true(json_parse_object(claims_text, strlen(claims_text), &claims, err));
    struct civil day = {.year = 2026, .month = 2, .day = 2};
    return eligibility_judge(&rules, claims, &day, ret_eligibility, err);
}

static void expect(const char *claims, enum identity_outcome outcome, enum age_band band, int municipality) {
    struct error err = {0};
    struct eligibility eligibility = {0};
    assert_true(judge(claims, &eligibility, &err));
    assert_int_equal(eligibility.outcome, outcome);
    assert_int_equal(eligibility.age_band, band);
    assert_int_equal(eligibility.municipality, municipality);
}

static void residents_of_age_are_eligible_whatever_form_their_claims_have(void **state) {
    (void)state;
    expect("{\"birthdate\":\"19850315\",\"address\":\"東京都千代田区永田町1丁目7番1号\"}", IDENTITY_VERIFIED,
           AGE_BAND_40, 131016);
    expect("{\"birthdate\":\"1985-03-15\",\"address\":{\"formatted\":\"東京都千代田区永田町1丁目\"},\"x\":1}",
           IDENTITY_VERIFIED, AGE_BAND_40, 131016);
    expect("{\"birthdate\":\"20110202\",\"address\":\"東京都八丈島八丈町\"}", IDENTITY_VERIFIED, AGE_BAND_15,
           134015);
}

static void too_young_goes_before_outside_and_outside_before_review(void **state) {
    (void)state;
    expect("{\"birthdate\":\"20110203\",\"address\":\"東京都港区\"}", IDENTITY_AGE, AGE_BAND_NONE, 131032);
    expect("{\"birthdate\":\"20110203\",\"address\":\"千葉県浦安市\"}", IDENTITY_AGE, AGE_BAND_NONE, 0);
    expect("{\"birthdate\":\"19400101\",\"address\":\"千葉県浦安市\"}", IDENTITY_OUTSIDE, AGE_BAND_80, 0);
    expect("{\"birthdate\":\"19400101\",\"address\":\"浦安市\"}", IDENTITY_REVIEW, AGE_BAND_80, 0);
}

static void other_forms_are_refused_by_the_name_of_the_claim_and_never_its_value(void **state) {
    (void)state;
    static const struct {
        const char *claims, *field;
    } cases[] = {
        {"{\"address\":\"東京都港区\"}", "birthdate"},
        {"{\"birthdate\":19850315,\"address\":\"東京都港区\"}", "birthdate"},
        {"{\"birthdate\":\"S60.3.15\",\"address\":\"東京都港区\"}", "birthdate"},
        {"{\"birthdate\":\"20300101\",\"address\":\"東京都港区\"}", "birthdate"},
        {"{\"birthdate\":null,\"address\":\"東京都港区\"}", "birthdate"},
        {"{\"birthdate\":\"19850315\"}", "address"},
        {"{\"birthdate\":\"19850315\",\"address\":null}", "address"},
        {"{\"birthdate\":\"19850315\",\"address\":[\"東京都港区\"]}", "address"},
        {"{\"birthdate\":\"19850315\",\"address\":{\"region\":\"東京都\"}}", "address"},
        {"{\"birthdate\":\"19850315\",\"address\":{\"formatted\":5}}", "address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error err = {0};
        struct eligibility eligibility = {.municipality = 7};
        assert_false(judge(cases[i].claims, &eligibility, &err));
        assert_string_equal(err.field, cases[i].field);
        assert_null(strstr(err.message, "60"));
        assert_null(strstr(err.message, "港"));
        assert_int_equal(eligibility.municipality, 7);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_turns_fifteen_on_the_birthday),
        cmocka_unit_test(born_on_the_29th_of_february_turns_on_the_first_of_march),
        cmocka_unit_test(days_that_never_were_are_refused),
        cmocka_unit_test(bands_begin_where_they_say),
        cmocka_unit_test(residents_of_age_are_eligible_whatever_form_their_claims_have),
        cmocka_unit_test(too_young_goes_before_outside_and_outside_before_review),
        cmocka_unit_test(other_forms_are_refused_by_the_name_of_the_claim_and_never_its_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
