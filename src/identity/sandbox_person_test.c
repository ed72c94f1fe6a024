// sandbox_person_test.c - invented people are stable, different, and eligible when their card says so.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "identity/eligibility.h"
#include "identity/municipality.h"
#include "identity/sandbox_person.h"

#define NOW_MS INT64_C(1790000000000) // September 2026
#define PEOPLE 20000

static struct eligibility judge(const struct sandbox_person *person, int64_t now_ms) {
    static const struct eligibility_rules rules = {.age_min = 15, .prefecture = "東京都"};
    struct error err = {0};
    struct eligibility eligibility;
    struct civil day = clock_civil(now_ms);
    CLEANUP(json_cleanup)
    json_t *claims = json_pack("{s:s, s:s}", "birthdate", person->birthdate, "address", person->address);
    assert_true(eligibility_judge(&rules, claims, &day, &eligibility, &err));
    return eligibility;
}

static void the_same_name_is_the_same_person(void **state) {
    (void)state;
    struct sandbox_person a, b, c;
    sandbox_person("p-1", SANDBOX_ELIGIBLE, NOW_MS, &a);
    sandbox_person("p-1", SANDBOX_SLOW, NOW_MS + CLOCK_DAY_MS, &b);
    sandbox_person("p-2", SANDBOX_ELIGIBLE, NOW_MS, &c);
    assert_memory_equal(&a, &b, sizeof a);
    assert_string_not_equal(a.subject, c.subject);
}

static int compare(const void *a, const void *b) {
    return strcmp(a, b);
}

static void people_with_an_eligible_card_are_eligible_and_all_different(void **state) {
    (void)state;
    static char subjects[PEOPLE][40];
    int by_band[AGE_BAND_80 + 1] = {0};
    int in_setagaya = 0;
    for (int i = 0; i < PEOPLE; i++) {
        char id[32];
        struct sandbox_person person;
        (void)snprintf(id, sizeof id, "resident-%d", i);
        sandbox_person(id, SANDBOX_ELIGIBLE, NOW_MS, &person);
        struct eligibility eligibility = judge(&person, NOW_MS);
        assert_int_equal(eligibility.outcome, IDENTITY_VERIFIED);
        by_band[eligibility.age_band]++;
        in_setagaya += eligibility.municipality == 131121;
        memcpy(subjects[i], person.subject, sizeof subjects[i]);
    }
    qsort(subjects, PEOPLE, sizeof subjects[0], compare);
    for (int i = 1; i < PEOPLE; i++)
        assert_string_not_equal(subjects[i - 1], subjects[i]);
    for (int band = AGE_BAND_15; band <= AGE_BAND_80; band++)
        assert_in_range(by_band[band], PEOPLE / 50, PEOPLE / 4);
    assert_in_range(in_setagaya, PEOPLE * 6 / 100, PEOPLE * 8 / 100);
}

static void the_other_cards_are_refused_for_their_reason(void **state) {
    (void)state;
    struct sandbox_person person;
    for (int64_t now_ms = NOW_MS; now_ms < NOW_MS + 400 * CLOCK_DAY_MS; now_ms += CLOCK_DAY_MS) {
        sandbox_person("fixed", SANDBOX_AGE14, now_ms, &person);
        assert_int_equal(judge(&person, now_ms).outcome, IDENTITY_AGE);
        assert_int_equal(judge(&person, now_ms + 320 * CLOCK_DAY_MS).outcome, IDENTITY_AGE);
    }
    sandbox_person("fixed", SANDBOX_OUTSIDE, NOW_MS, &person);
    assert_int_equal(judge(&person, NOW_MS).outcome, IDENTITY_OUTSIDE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_name_is_the_same_person),
        cmocka_unit_test(people_with_an_eligible_card_are_eligible_and_all_different),
        cmocka_unit_test(the_other_cards_are_refused_for_their_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
