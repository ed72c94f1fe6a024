#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "measure/questionnaire.h"

#define QUESTIONS                                                                                      \
    "{\"questions\":[{\"number\":1,\"name\":\"ease\",\"kind\":\"one\",\"top\":[5,4],\"bottom\":[2,1]," \
    "\"text\":{\"ja\":\"a\",\"en\":\"b\"},"                                                            \
    "\"choices\":[{\"number\":5,\"text\":{\"ja\":\"5\"}},{\"number\":4,\"text\":{\"ja\":\"4\"}},{"     \
    "\"number\":3,\"text\":{\"ja\":\"3\"}},"                                                           \
    "{\"number\":2,\"text\":{\"ja\":\"2\"}},{\"number\":1,\"text\":{\"ja\":\"1\"}}]},"                 \
    "{\"number\":7,\"name\":\"where\",\"kind\":\"many\",\"text\":{\"ja\":\"c\"},"                      \
    "\"choices\":[{\"number\":1,\"text\":{\"ja\":\"1\"}},{\"number\":2,\"text\":{\"ja\":\"2\"}},{"     \
    "\"number\":63,\"text\":{\"ja\":\"3\"}}]}]}"

static struct questionnaire *parse(const char *text) {
    struct questionnaire *questionnaire = NULL;
    struct error err = {0};
    if (!questionnaire_parse(text, strlen(text), &questionnaire, &err))
        fail_msg("%s", err.message);
    return questionnaire;
}

static bool answers(const struct questionnaire *questionnaire, const char *text, struct survey_marks *marks,
                    struct error *err) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    assert_true(json_parse_object(text, strlen(text), &object, err));
    return questionnaire_read_answers(questionnaire, object, marks, err);
}

static void questions_have_their_texts_and_sides(void **state) {
    struct questionnaire *questionnaire = parse(QUESTIONS);
    const struct question *ease = questionnaire_find(questionnaire, "ease");
    assert_int_equal(questionnaire_count(questionnaire), 2);
    assert_non_null(ease);
    assert_string_equal(questionnaire_text(ease->texts, "en"), "b");
    assert_string_equal(questionnaire_text(ease->texts, "ko"), "a");
    assert_int_equal(ease->top, 1 << 5 | 1 << 4);
    assert_int_equal(ease->choices[0], 5);
    assert_true(questionnaire_at(questionnaire, 1)->many);
    assert_null(questionnaire_find(questionnaire, "none"));
    questionnaire_free(questionnaire);
}

static void answers_go_there_and_back(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct questionnaire *questionnaire = parse(QUESTIONS);
    struct survey_marks marks, back;
    struct error err = {0};
    assert_true(answers(questionnaire, "{\"where\":[63,1],\"ease\":4}", &marks, &err));
    const char *text = survey_marks_text(&marks, arena);
    assert_string_equal(text, "1:4;7:1,63");
    assert_true(survey_marks_parse(text, &back));
    assert_memory_equal(&marks, &back, sizeof marks);
    CLEANUP(json_cleanup) json_t *object = questionnaire_write_answers(questionnaire, &back);
    assert_string_equal(json_text(arena, object), "{\"ease\":4,\"where\":[1,63]}");
    questionnaire_free(questionnaire);
}

static void answers_that_nobody_offered_are_refused_by_name(void **state) {
    static const struct {
        const char *text, *field;
    } cases[] = {{"{}", "answers"},
                 {"{\"none\":1}", "none"},
                 {"{\"ease\":6}", "ease"},
                 {"{\"ease\":0}", "ease"},
                 {"{\"ease\":\"4\"}", "ease"},
                 {"{\"ease\":[4]}", "ease"},
                 {"{\"ease\":4.0}", "ease"},
                 {"{\"where\":1}", "where"},
                 {"{\"where\":[]}", "where"},
                 {"{\"where\":[3]}", "where"},
                 {"{\"where\":[64]}", "where"},
                 {"{\"where\":[null]}", "where"}};
    struct questionnaire *questionnaire = parse(QUESTIONS);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct survey_marks marks;
        struct error err = {0};
        if (answers(questionnaire, cases[i].text, &marks, &err))
            fail_msg("%s was taken", cases[i].text);
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_string_equal(err.field, cases[i].field);
    }
    questionnaire_free(questionnaire);
}

static void stored_answers_have_one_form(void **state) {
    static const char *const wrong[] = {"",
                                        "1",
                                        "1:",
                                        "1:0",
                                        "1:64",
                                        "0:1",
                                        "100:1",
                                        "1:4;",
                                        "1:2,2",
                                        "1:2,1",
                                        "2:1;1:1",
                                        "1:1;1:2",
                                        "1:1x",
                                        "a:1",
                                        "1:1,",
                                        "1:-1",
                                        "1:99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct survey_marks marks;
        if (survey_marks_parse(wrong[i], &marks))
            fail_msg("%s was read", wrong[i]);
    }
}

#define ONE(members) \
    "{\"questions\":[{\"number\":1,\"name\":\"a\",\"kind\":\"one\",\"text\":{\"ja\":\"x\"}," members "}]}"
#define TWO_CHOICES \
    "\"choices\":[{\"number\":1,\"text\":{\"ja\":\"x\"}},{\"number\":2,\"text\":{\"ja\":\"y\"}}]"

static void what_is_no_questionnaire_says_where(void **state) {
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"[]", ""},
        {"{}", "questions"},
        {"{\"questions\":[]}", "questions"},
        {"{\"questions\":[7]}", "questions[0]"},
        {ONE("\"choices\":[]"), "two"},
        {ONE("\"choices\":[{\"number\":1,\"text\":{\"ja\":\"x\"}},{\"number\":1,\"text\":{\"ja\":\"x\"}}]"),
         "choices[1]"},
        {ONE("\"choices\":[{\"number\":1,\"text\":{\"en\":\"x\"}},{\"number\":2,\"text\":{\"ja\":\"x\"}}]"),
         "Japanese"},
        {ONE("\"choices\":[{\"number\":64,\"text\":{\"ja\":\"x\"}},{\"number\":2,\"text\":{\"ja\":\"x\"}}]"),
         "choices[0]"},
        {ONE(TWO_CHOICES ",\"top\":[3]"), "top"},
        {ONE(TWO_CHOICES ",\"side\":[3]"), "side"},
        {"{\"questions\":[{\"number\":1,\"name\":\"A "
         "b\",\"kind\":\"one\",\"text\":{\"ja\":\"x\"}," TWO_CHOICES "}]}",
         "name"},
        {"{\"questions\":[{\"number\":1,\"name\":\"a\",\"kind\":\"free\",\"text\":{\"ja\":\"x\"}," TWO_CHOICES
         "}]}",
         "kind"},
        {"{\"questions\":[{\"number\":100,\"name\":\"a\",\"kind\":\"one\",\"text\":{\"ja\":\"x\"}"
         "," TWO_CHOICES "}]}",
         "number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct questionnaire *questionnaire = NULL;
        struct error err = {0};
        if (questionnaire_parse(cases[i].text, strlen(cases[i].text), &questionnaire, &err))
            fail_msg("%s was taken", cases[i].text);
        if (err.kind != ERROR_INVALID || strstr(err.message, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].text, err.message);
    }
}

static void the_questions_that_come_with_the_program_can_be_read(void **state) {
    struct questionnaire *questionnaire = NULL;
    struct error err = {0};
    if (!questionnaire_open("", &questionnaire, &err))
        fail_msg("%s", err.message);
    assert_true(questionnaire_count(questionnaire) >= 3);
    questionnaire_free(questionnaire);
    assert_false(questionnaire_open("/nowhere.json", &questionnaire, &err));
    assert_int_equal(err.kind, ERROR_MISSING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_have_their_texts_and_sides),
        cmocka_unit_test(answers_go_there_and_back),
        cmocka_unit_test(answers_that_nobody_offered_are_refused_by_name),
        cmocka_unit_test(stored_answers_have_one_form),
        cmocka_unit_test(what_is_no_questionnaire_says_where),
        cmocka_unit_test(the_questions_that_come_with_the_program_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
