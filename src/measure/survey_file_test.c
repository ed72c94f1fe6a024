#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "measure/survey_file.h"

#define QUESTIONS                                                                                      \
    "{\"questions\":[{\"number\":1,\"name\":\"ease\",\"kind\":\"one\",\"top\":[5,4],\"bottom\":[2,1]," \
    "\"text\":{\"ja\":\"a\",\"en\":\"b\"},"                                                            \
    "\"choices\":[{\"number\":5,\"text\":{\"ja\":\"5\"}},{\"number\":4,\"text\":{\"ja\":\"4\"}},{"     \
    "\"number\":3,\"text\":{\"ja\":\"3\"}},"                                                           \
    "{\"number\":2,\"text\":{\"ja\":\"2\"}},{\"number\":1,\"text\":{\"ja\":\"1\"}}]},"                 \
    "{\"number\":7,\"name\":\"where\",\"kind\":\"many\",\"text\":{\"ja\":\"c\"},"                      \
    "\"choices\":[{\"number\":1,\"text\":{\"ja\":\"1\"}},{\"number\":2,\"text\":{\"ja\":\"2\"}},{"     \
    "\"number\":63,\"text\":{\"ja\":\"3\"}}]}]}"

static void rows_become_answers_and_bad_ones_are_named(void **state) {
    static const char text[] = "where;ease;age_band\n1|63;4;2\n;5;\n;;3\n;4|5;\n2;6;\n2;;9\n2;1;8\n";
    struct questionnaire *questionnaire = NULL;
    struct survey_file *file = NULL;
    struct import_result result = {.read = 0};
    struct error err = {0};
    size_t place = 0;
    const char *answers = NULL;
    int band = -1;
    assert_true(questionnaire_parse(QUESTIONS, strlen(QUESTIONS), &questionnaire, &err));
    if (!survey_file_new(questionnaire, NULL, &result, &file, &err) ||
        !survey_file_feed(file, text, strlen(text), &err) || !survey_file_finish(file, &err))
        fail_msg("%s", err.message);
    assert_int_equal(result.read, 7);
    assert_int_equal(result.taken, 3);
    assert_int_equal(result.bad, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(result.bad_listed[i].line, 4 + i);
    assert_true(survey_file_next(file, &place, &answers, &band));
    assert_string_equal(answers, "1:4;7:1,63");
    assert_int_equal(band, 2);
    assert_true(survey_file_next(file, &place, &answers, &band));
    assert_string_equal(answers, "1:5");
    assert_int_equal(band, 0);
    assert_true(survey_file_next(file, &place, &answers, &band));
    assert_string_equal(answers, "1:1;7:2");
    assert_false(survey_file_next(file, &place, &answers, &band));
    survey_file_free(file);
    questionnaire_free(questionnaire);
}

static void columns_are_found_by_the_map_or_missed(void **state) {
    static const struct {
        const char *text, *map;
        bool good;
    } cases[] = {{"Q1,Q2\n4,1\n", "ease=Q1", true},   {"Q1,Q2\n4,1\n", NULL, false},
                 {"Q1,Q2\n4,1\n", "ease=Q9", false},  {"Q1,Q1\n4,1\n", "ease=Q1", false},
                 {"ease,Q2,Q2\n4,1,1\n", NULL, true}, // nobody asks for Q2
                 {"ease,Ease\n4,1\n", NULL, false},   {"ease,age_band,age_band\n4,1,2\n", NULL, false},
                 {"Q1,Q2\n4,1\n", "none=Q1", false}};
    struct questionnaire *questionnaire = NULL;
    struct error err = {0};
    assert_true(questionnaire_parse(QUESTIONS, strlen(QUESTIONS), &questionnaire, &err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct import_result result = {.read = 0};
        struct survey_file *file = NULL;
        bool good = survey_file_new(questionnaire, cases[i].map, &result, &file, &err) &&
                    survey_file_feed(file, cases[i].text, strlen(cases[i].text), &err) &&
                    survey_file_finish(file, &err);
        assert_int_equal(good, cases[i].good);
        survey_file_free(file);
    }
    questionnaire_free(questionnaire);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_answers_and_bad_ones_are_named),
        cmocka_unit_test(columns_are_found_by_the_map_or_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
