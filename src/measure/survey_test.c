// covers: survey_audit.c survey_import.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "measure/survey.h"
#include "measure/survey_file.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define RESIDENTS   30
#define MODEL_STEPS 400
#define SEED        3
#define QUESTIONS                                                                                      \
    "{\"questions\":[{\"number\":1,\"name\":\"ease\",\"kind\":\"one\",\"top\":[5,4],\"bottom\":[2,1]," \
    "\"text\":{\"ja\":\"a\",\"en\":\"b\"},"                                                            \
    "\"choices\":[{\"number\":5,\"text\":{\"ja\":\"5\"}},{\"number\":4,\"text\":{\"ja\":\"4\"}},{"     \
    "\"number\":3,\"text\":{\"ja\":\"3\"}},"                                                           \
    "{\"number\":2,\"text\":{\"ja\":\"2\"}},{\"number\":1,\"text\":{\"ja\":\"1\"}}]},"                 \
    "{\"number\":7,\"name\":\"where\",\"kind\":\"many\",\"text\":{\"ja\":\"c\"},"                      \
    "\"choices\":[{\"number\":1,\"text\":{\"ja\":\"1\"}},{\"number\":2,\"text\":{\"ja\":\"2\"}},{"     \
    "\"number\":63,\"text\":{\"ja\":\"3\"}}]}]}"

static struct questionnaire *questionnaire;
static const struct statement ANSWERS = {"SELECT COUNT(*) FROM survey_answer", ""};

static struct writer *prepare(struct testbed *testbed) {
    struct error err = {0};
    struct writer *writer = NULL;
    const struct writer_options options = {.queue_max = 100, .batch_max = 100};
    int applied = 0;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    for (int id = 1; id <= RESIDENTS + 1; id++) { // the last one is verified only
        char sql[300];
        (void)snprintf(sql, sizeof sql,
                       "INSERT INTO journey (resident_id, campaign_id, state, verified_ms, age_band) VALUES "
                       "(%d, 1, %d, 5, %d)",
                       id, id <= RESIDENTS ? 8 : 6, id % SURVEY_BANDS);
        testbed_script(testbed, sql);
    }
    testbed_script(
        testbed,
        "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES (0, 1, 5, 1, 40)");
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    return writer;
}

static bool answer(struct testbed *testbed, struct writer *writer, int64_t resident_id,
                   const struct survey_marks *marks, bool *ret_first) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct command command;
    struct error err = {0};
    struct survey_change change = {.questionnaire = questionnaire,
                                   .campaign_id = 1,
                                   .resident_id = resident_id,
                                   .now_ms = 1000,
                                   .place = resident_id * 7919 % 31,
                                   .marks = *marks};
    command_init(&command, arena);
    survey_answer(&command, &change);
    if (!writer_run(writer, &command, &err))
        fail_msg("%s", err.message);
    *ret_first = change.first;
    return change.taken;
}

static struct survey_results results_of(struct testbed *testbed) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct survey_results results;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!survey_results_read(session, 1, questionnaire, testbed->arena, &results, &err))
        fail_msg("%s", err.message);
    return results;
}

static size_t faults_of(struct testbed *testbed, int64_t *ret_answers) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct audit audit = {.arena = testbed->arena};
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!survey_audit(&audit, session, ret_answers, &err))
        fail_msg("%s", err.message);
    return audit.faults_count;
}

// Against a list of what everybody said last.
static void counters_agree_with_the_last_word_of_everybody(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = prepare(testbed);
    struct survey_marks said[RESIDENTS + 1] = {{{0}}};
    struct random random;
    int64_t expected[2][64] = {{0}}, answered[2] = {0}, all = 0, audited = 0;
    random_init_seeded(&random, SEED);
    print_message("seed %d\n", SEED);
    for (int step = 0; step < MODEL_STEPS; step++) {
        int64_t resident = 1 + (int64_t)random_below(&random, RESIDENTS);
        struct survey_marks marks = {.chosen = {0}};
        bool first = false, nothing_said = said[resident].chosen[1] == 0;
        marks.chosen[1] = UINT64_C(2) << random_below(&random, 5);
        if (random_below(&random, 2) == 0)
            marks.chosen[7] = random_below(&random, 2) == 0 ? UINT64_C(1) << 63 | 2 : 4;
        assert_true(answer(testbed, writer, resident, &marks, &first));
        assert_int_equal(first, nothing_said);
        said[resident] = marks;
    }
    for (int resident = 1; resident <= RESIDENTS; resident++) {
        all += said[resident].chosen[1] != 0;
        for (int q = 0; q < 2; q++) {
            uint64_t chosen = said[resident].chosen[q == 0 ? 1 : 7];
            answered[q] += chosen != 0;
            for (int choice = 1; choice < 64; choice++)
                expected[q][choice] += chosen >> choice & 1;
        }
    }
    struct survey_results results = results_of(testbed);
    assert_int_equal(results.answers, all);
    assert_int_equal(results.verified, 40);
    for (int q = 0; q < 2; q++) {
        assert_int_equal(results.questions[q][SURVEY_BANDS].answered, answered[q]);
        assert_memory_equal(results.questions[q][SURVEY_BANDS].choices, expected[q], sizeof expected[q]);
        int64_t by_band = 0;
        for (int band = 0; band < SURVEY_BANDS; band++)
            by_band += results.questions[q][band].answered;
        assert_int_equal(by_band, answered[q]);
    }
    assert_int_equal(faults_of(testbed, &audited), 0);
    assert_int_equal(audited, all);
    writer_stop(writer);
}

static void only_who_has_a_receipt_may_answer(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = prepare(testbed);
    struct survey_marks marks = {.chosen = {[1] = 2}}, back;
    bool first = false, found = true;
    assert_false(answer(testbed, writer, RESIDENTS + 1, &marks, &first));
    assert_false(answer(testbed, writer, RESIDENTS + 2, &marks, &first));
    assert_int_equal(testbed_number(testbed, &ANSWERS), 0);
    assert_int_equal(results_of(testbed).answers, 0);
    assert_true(answer(testbed, writer, 1, &marks, &first));
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(survey_read_answer(session, 1, 1, &back, &found, &err));
    assert_true(found);
    assert_memory_equal(&back, &marks, sizeof marks);
    assert_true(survey_read_answer(session, 1, 2, &back, &found, &err));
    assert_false(found);
    writer_stop(writer);
}

static void counters_that_were_touched_are_found(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = prepare(testbed);
    struct survey_marks marks = {.chosen = {[1] = 2}};
    bool first = false;
    int64_t answers = 0;
    assert_true(answer(testbed, writer, 1, &marks, &first));
    assert_int_equal(faults_of(testbed, &answers), 0);
    testbed_script(testbed, "UPDATE survey_count SET count = count + 1 WHERE question = 1 AND choice = 1");
    assert_int_equal(faults_of(testbed, &answers), 1);
    testbed_script(testbed, "UPDATE survey_answer SET answers = 'four'");
    assert_true(faults_of(testbed, &answers) > 1);
    writer_stop(writer);
}

static void bring_in(struct testbed *testbed, const char *text) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct import_result result = {.read = 0};
    struct survey_file *file = NULL;
    struct error err = {0};
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    if (!survey_file_new(questionnaire, NULL, &result, &file, &err) ||
        !survey_file_feed(file, text, strlen(text), &err) || !survey_file_finish(file, &err) ||
        !session_begin(session, &err) || !survey_store(session, 99, 1, 5, file, &err) ||
        !session_commit(session, &err))
        fail_msg("%s", err.message);
    survey_file_free(file);
}

static void a_file_stands_beside_residents_and_replaces_itself(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = prepare(testbed);
    struct survey_marks marks = {.chosen = {[1] = 1 << 5}};
    bool first = false;
    int64_t answers = 0;
    assert_true(answer(testbed, writer, 1, &marks, &first));
    bring_in(testbed, "ease,where,age_band\n5,1|2,3\n4,,3\n1,63,\n");
    assert_int_equal(results_of(testbed).answers, 4);
    assert_int_equal(results_of(testbed).questions[0][SURVEY_BANDS].choices[5], 2);
    assert_int_equal(results_of(testbed).answers_by_band[3], 2);
    bring_in(testbed, "ease\n2\n");
    assert_int_equal(results_of(testbed).answers, 2);
    assert_int_equal(results_of(testbed).questions[1][SURVEY_BANDS].answered, 0);
    assert_int_equal(faults_of(testbed, &answers), 0);
    assert_int_equal(answers, 2);
    writer_stop(writer);
}

static void the_download_has_every_answer_and_nobody(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = prepare(testbed);
    CLEANUP(session_cleanup) struct session *session = NULL;
    char text[400] = "";
    struct error err = {0};
    bool first = false;
    for (int64_t resident = 1; resident <= 3; resident++) {
        struct survey_marks marks = {.chosen = {[1] = UINT64_C(2) << resident, [7] = resident == 2 ? 6 : 0}};
        assert_true(answer(testbed, writer, resident, &marks, &first));
    }
    FILE *file = tmpfile();
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    if (!survey_export(session, 1, questionnaire, file, &err))
        fail_msg("%s", err.message);
    rewind(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    (void)fclose(file);
    // By place (residents 1 to 3 have 14, 28, 11), not by number or time.
    assert_string_equal(text, "age_band,ease,where\r\n3,4,\r\n1,2,\r\n2,3,1|2\r\n");
    writer_stop(writer);
}

static void shares_have_the_published_interval(void **state) {
    struct survey_share share = survey_share(189947, 306366); // 62 %
    assert_true(fabs(share.share - 0.62) < 1e-5);
    assert_true(fabs(share.low - 0.61828) < 5e-6);
    assert_true(fabs(share.high - 0.62172) < 5e-6);
    share = survey_share(42891, 306366); // 14 %
    assert_true(fabs(share.low - 0.138776) < 2e-6 && fabs(share.high - 0.141233) < 2e-6);
    assert_true(isnan(survey_share(0, 0).share));
    assert_true(survey_share(0, 10).low >= -1e-12 && survey_share(10, 10).high <= 1 + 1e-12);
}

int main(void) {
    struct error err;
    if (!questionnaire_parse(QUESTIONS, strlen(QUESTIONS), &questionnaire, &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_agree_with_the_last_word_of_everybody),
        cmocka_unit_test(only_who_has_a_receipt_may_answer),
        cmocka_unit_test(counters_that_were_touched_are_found),
        cmocka_unit_test(a_file_stands_beside_residents_and_replaces_itself),
        cmocka_unit_test(the_download_has_every_answer_and_nobody),
        cmocka_unit_test(shares_have_the_published_interval),
    };
    int failures = testbed_run(tests, sizeof tests / sizeof *tests);
    questionnaire_free(questionnaire);
    return failures;
}
