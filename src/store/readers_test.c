#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "store/readers.h"
#include "store/testbed.h"

static const struct statement ECHO = {"SELECT $1 + 0", "i"};

struct question {
    struct reading reading;
    int64_t asked, answer;
    struct error err;
    int answers;
    bool leaves_open, fails;
    pthread_mutex_t *gate; // the reading waits for it
};

static bool question_run(struct reading *reading, struct session *session, struct error *err) {
    struct question *question = reading->context;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(65536);
    struct rows rows;
    if (question->gate != NULL) {
        (void)pthread_mutex_lock(question->gate);
        (void)pthread_mutex_unlock(question->gate);
    }
    if (question->fails)
        return error_set(err, ERROR_MISSING, "there is no such thing");
    if (!session_begin(session, err) ||
        !SESSION_QUERY(session, &ECHO, arena, &rows, err, value_int(question->asked)))
        return false;
    question->answer = rows_int(&rows, 0, 0);
    if (!question->leaves_open)
        session_rollback(session);
    return true;
}

static void question_done(struct reading *reading, const struct error *err) {
    struct question *question = reading->context;
    question->answers++;
    if (err != NULL)
        question->err = *err;
}

static void question_init(struct question *question, int64_t asked) {
    *question = (struct question){.asked = asked};
    question->reading = (struct reading){.context = question, .run = question_run, .done = question_done};
}

static void every_reading_is_answered_once(void **state) {
    struct testbed *testbed = *state;
    struct readers *readers = NULL;
    struct question questions[200];
    struct error err;
    assert_true(readers_start(testbed->store, 3, 200, &readers, &err));
    for (int i = 0; i < 200; i++) {
        question_init(&questions[i], i);
        questions[i].leaves_open = i % 7 == 0;
        questions[i].fails = i % 11 == 0;
        assert_true(readers_submit(readers, &questions[i].reading, &err));
    }
    readers_stop(readers);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(questions[i].answers, 1);
        assert_int_equal(questions[i].err.kind, i % 11 == 0 ? ERROR_MISSING : ERROR_NONE);
        if (i % 11 != 0)
            assert_int_equal(questions[i].answer, i);
    }
}

static void a_full_queue_refuses_at_once(void **state) {
    struct testbed *testbed = *state;
    struct readers *readers = NULL;
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    struct question questions[4];
    struct error err;
    int taken = 0;
    assert_true(readers_start(testbed->store, 1, 2, &readers, &err));
    (void)pthread_mutex_lock(&gate);
    for (int i = 0; i < 4; i++) {
        question_init(&questions[i], i);
        questions[i].gate = &gate;
        if (readers_submit(readers, &questions[i].reading, &err))
            taken++;
        else
            assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    }
    (void)pthread_mutex_unlock(&gate);
    readers_stop(readers);
    assert_in_range(taken, 2, 3); // two that wait, and perhaps one that runs already
    int answers = 0;
    for (int i = 0; i < 4; i++)
        answers += questions[i].answers;
    assert_int_equal(answers, taken);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reading_is_answered_once),
        cmocka_unit_test(a_full_queue_refuses_at_once),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
