// covers: batch.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "store/testbed.h"
#include "store/writer.h"

#define BUDGET_WORDS "the budget is used up"

static const char TABLES[] =
    "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, size INTEGER NOT NULL) STRICT;"
    "CREATE TABLE budget (id INTEGER NOT NULL PRIMARY KEY, rest INTEGER NOT NULL) STRICT;"
    "CREATE TABLE count (id INTEGER NOT NULL PRIMARY KEY, count INTEGER NOT NULL) STRICT;"
    "INSERT INTO budget (id, rest) VALUES (1, 100);";
static const struct statement INSERT = {"INSERT INTO thing (id, size) VALUES ($1, $2)", "ii"};
static const struct statement INSERT_NEW = {
    "INSERT INTO thing (id, size) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", "ii"};
static const struct statement SPEND = {"UPDATE budget SET rest = rest - $2 WHERE id = $1 AND rest >= $2",
                                       "ii"};
static const struct statement ADD = {"INSERT INTO count (id, count) VALUES ($1, $2) "
                                     "ON CONFLICT (id) DO UPDATE SET count = count.count + excluded.count",
                                     "ii"};
static const struct statement THINGS = {"SELECT count(*) FROM thing", ""};
static const struct statement REST = {"SELECT rest FROM budget WHERE id = 1", ""};
static const struct statement COUNTED = {"SELECT count FROM count WHERE id = 1", ""};

// A command that inserts a thing and spends as much as its size; counted when the thing is new.
struct order {
    struct command command;
    struct step *insert;
    int64_t size;
    atomic_int answers;
    struct error err;
    atomic_int *left; // answers that are still to come
};

static void order_settle(struct command *command, struct tallies *tallies) {
    struct order *order = command->context;
    if (order->insert->rows.changed == 0)
        return;
    tallies_add(tallies, &(struct tally){.statement = &SPEND,
                                         .keys = {1},
                                         .keys_count = 1,
                                         .amount = order->size,
                                         .refusal = BUDGET_WORDS});
    tallies_add(tallies, &(struct tally){.statement = &ADD, .keys = {1}, .keys_count = 1, .amount = 1});
}

static void order_done(struct command *command, const struct error *err) {
    struct order *order = command->context;
    order->err.kind = ERROR_NONE;
    if (err != NULL)
        order->err = *err;
    atomic_fetch_add(&order->answers, 1);
    if (order->left != NULL)
        atomic_fetch_sub(order->left, 1);
}

static void order_init(struct order *order, struct arena *arena, const struct statement *insert, int64_t id,
                       int64_t size) {
    memset(order, 0, sizeof *order);
    command_init(&order->command, arena);
    order->command.context = order;
    order->command.settle = order_settle;
    order->command.done = order_done;
    order->size = size;
    order->insert = COMMAND_ADD(&order->command, insert, value_int(id), value_int(size));
}

static struct writer *start(struct testbed *testbed, size_t queue_max, size_t batch_max) {
    struct writer *writer = NULL;
    struct error err;
    const struct writer_options options = {.queue_max = queue_max, .batch_max = batch_max};
    testbed_script(testbed, TABLES);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    return writer;
}

// Holds the writer back until all orders wait, so that they make one batch.
struct stopper {
    struct command command;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool inside, go;
};

static void stopper_settle(struct command *command, struct tallies *tallies) {
    struct stopper *stopper = command->context;
    (void)pthread_mutex_lock(&stopper->mutex);
    stopper->inside = true;
    (void)pthread_cond_broadcast(&stopper->changed);
    while (!stopper->go)
        (void)pthread_cond_wait(&stopper->changed, &stopper->mutex);
    (void)pthread_mutex_unlock(&stopper->mutex);
}

static void stopper_stop(struct stopper *stopper, struct writer *writer, struct arena *arena) {
    struct error err;
    *stopper = (struct stopper){.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    command_init(&stopper->command, arena);
    stopper->command.context = stopper;
    stopper->command.settle = stopper_settle;
    assert_true(writer_submit(writer, &stopper->command, &err));
    (void)pthread_mutex_lock(&stopper->mutex);
    while (!stopper->inside)
        (void)pthread_cond_wait(&stopper->changed, &stopper->mutex);
    (void)pthread_mutex_unlock(&stopper->mutex);
}

static void stopper_go(struct stopper *stopper) {
    (void)pthread_mutex_lock(&stopper->mutex);
    stopper->go = true;
    (void)pthread_cond_broadcast(&stopper->changed);
    (void)pthread_mutex_unlock(&stopper->mutex);
}

static void a_command_is_durable_when_it_is_answered(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 10, 10);
    struct writer_figures figures;
    struct order order;
    struct error err;
    order_init(&order, testbed->arena, &INSERT, 1, 30);
    assert_true(writer_run(writer, &order.command, &err));
    assert_int_equal(order.answers, 0);
    assert_int_equal(testbed_number(testbed, &THINGS), 1);
    assert_int_equal(testbed_number(testbed, &REST), 70);
    assert_int_equal(testbed_number(testbed, &COUNTED), 1);
    writer_figures(writer, &figures);
    assert_int_equal(figures.commands, 1);
    assert_int_equal(figures.batches, 1);
    assert_true(figures.available);
    assert_true(figures.commit_us_sum > 0);
    writer_stop(writer);
}

static void commands_that_wait_are_committed_together(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 100, 100);
    struct writer_figures figures;
    struct stopper stopper;
    struct order orders[50];
    struct error err;
    stopper_stop(&stopper, writer, testbed->arena);
    for (int i = 0; i < 50; i++) {
        order_init(&orders[i], testbed->arena, &INSERT, i, 1);
        assert_true(writer_submit(writer, &orders[i].command, &err));
    }
    stopper_go(&stopper);
    writer_stop(writer);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(orders[i].answers, 1);
        assert_int_equal(orders[i].err.kind, ERROR_NONE);
    }
    assert_int_equal(testbed_number(testbed, &REST), 50);
    assert_int_equal(testbed_number(testbed, &COUNTED), 50);
    struct writer *again = NULL;
    const struct writer_options options = {.queue_max = 1, .batch_max = 1};
    assert_true(writer_start(testbed->store, &options, &again, &err));
    writer_figures(again, &figures);
    assert_int_equal(figures.commands, 0);
    writer_stop(again);
}

static void a_crowd_gets_no_more_room_than_there_is(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 4, 10);
    struct stopper stopper;
    struct order orders[4];
    struct error err;
    stopper_stop(&stopper, writer, testbed->arena);
    for (int i = 0; i < 3; i++) { // what is in the store now counts, too
        assert_true(writer_take_room(writer));
        order_init(&orders[i], testbed->arena, &INSERT, i, 1);
        orders[i].command.has_room = true;
        if (i < 2)
            assert_true(writer_submit(writer, &orders[i].command, &err));
    }
    assert_false(writer_take_room(writer)); // the third one's is kept, though it has not come yet
    order_init(&orders[3], testbed->arena, &INSERT, 3, 1);
    assert_true(writer_submit(writer, &orders[3].command, &err)); // who need not ask goes in all the same
    orders[2].command.failed = true;
    assert_false(writer_submit(writer, &orders[2].command, &err)); // its room is free again, not lost
    assert_false(writer_take_room(writer));
    stopper_go(&stopper);
    while (!writer_take_room(writer))
        (void)sched_yield();
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &THINGS), 3);
}

static void only_the_command_that_does_not_fit_is_refused(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 100, 100);
    struct writer_figures figures;
    struct stopper stopper;
    struct order orders[4];
    struct error err;
    const int64_t sizes[] = {60, 50, 30, 20}; // 100 in all: the second and the fourth do not fit
    stopper_stop(&stopper, writer, testbed->arena);
    for (int i = 0; i < 4; i++) {
        order_init(&orders[i], testbed->arena, &INSERT, i, sizes[i]);
        assert_true(writer_submit(writer, &orders[i].command, &err));
    }
    stopper_go(&stopper);
    for (int i = 0; i < 4; i++)
        while (atomic_load(&orders[i].answers) == 0)
            (void)sched_yield();
    assert_int_equal(orders[0].err.kind, ERROR_NONE);
    assert_int_equal(orders[1].err.kind, ERROR_EXHAUSTED);
    assert_string_equal(orders[1].err.message, BUDGET_WORDS);
    assert_int_equal(orders[2].err.kind, ERROR_NONE);
    assert_int_equal(orders[3].err.kind, ERROR_EXHAUSTED);
    writer_figures(writer, &figures);
    assert_int_equal(figures.batches_repeated, 1);
    assert_int_equal(figures.commands_failed, 2);
    assert_true(figures.available);
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &REST), 10);
    assert_int_equal(testbed_number(testbed, &COUNTED), 2);
    assert_int_equal(testbed_number(testbed, &THINGS), 2);
}

static void a_constraint_that_nobody_foresaw_hurts_only_its_command(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 100, 100);
    struct stopper stopper;
    struct order orders[5];
    struct error err;
    stopper_stop(&stopper, writer, testbed->arena);
    for (int i = 0; i < 5; i++) {
        order_init(&orders[i], testbed->arena, &INSERT, i == 3 ? 1 : i, 1); // 3 repeats the key of 1
        assert_true(writer_submit(writer, &orders[i].command, &err));
    }
    stopper_go(&stopper);
    writer_stop(writer);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(orders[i].answers, 1);
        assert_int_equal(orders[i].err.kind, i == 3 ? ERROR_CONFLICT : ERROR_NONE);
    }
    assert_int_equal(testbed_number(testbed, &THINGS), 4);
    assert_int_equal(testbed_number(testbed, &COUNTED), 4);
}

static void a_condition_in_sql_is_not_a_failure(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 100, 100);
    struct writer_figures figures;
    struct order first, second;
    struct error err;
    order_init(&first, testbed->arena, &INSERT_NEW, 1, 10);
    order_init(&second, testbed->arena, &INSERT_NEW, 1, 10);
    assert_true(writer_run(writer, &first.command, &err));
    assert_true(writer_run(writer, &second.command, &err));
    assert_int_equal(first.insert->rows.changed, 1);
    assert_int_equal(second.insert->rows.changed, 0);
    writer_figures(writer, &figures);
    assert_int_equal(figures.batches_repeated, 0);
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &REST), 90);
}

static void a_store_that_fails_fails_the_whole_batch_and_works_again(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 100, 100);
    struct writer_figures figures;
    struct order order;
    struct error err;
    for (unsigned call = 1; call <= 3; call++) { // begin, steps, commit
        store_fail_after(testbed->store, call, STORE_FAULT_UNAVAILABLE);
        order_init(&order, testbed->arena, &INSERT, call, 1);
        assert_false(writer_run(writer, &order.command, &err));
        assert_int_equal(err.kind, ERROR_UNAVAILABLE);
        assert_int_equal(testbed_number(testbed, &THINGS), 0);
    }
    do // the writer looks again by itself
        writer_figures(writer, &figures);
    while (!figures.available);
    order_init(&order, testbed->arena, &INSERT, 1, 1);
    assert_true(writer_run(writer, &order.command, &err));
    store_fail_after(testbed->store, 3, STORE_FAULT_LOST_ANSWER);
    order_init(&order, testbed->arena, &INSERT, 2, 1);
    assert_false(writer_run(writer, &order.command, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_int_equal(testbed_number(testbed, &THINGS), 2); // it happened; who asks again will see
    writer_stop(writer);
}

static void a_full_queue_refuses_at_once(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 2, 1);
    struct stopper stopper;
    struct order orders[3];
    struct error err;
    stopper_stop(&stopper, writer, testbed->arena);
    for (int i = 0; i < 3; i++)
        order_init(&orders[i], testbed->arena, &INSERT, i, 1);
    assert_true(writer_submit(writer, &orders[0].command, &err));
    assert_true(writer_submit(writer, &orders[1].command, &err));
    assert_false(writer_submit(writer, &orders[2].command, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    stopper_go(&stopper);
    writer_stop(writer);
    assert_int_equal(orders[1].answers, 1);
    assert_int_equal(orders[2].answers, 0);
    assert_int_equal(testbed_number(testbed, &THINGS), 2);
}

static void a_command_without_memory_is_not_taken(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 2, 1);
    CLEANUP(arena_cleanup) struct arena *small = arena_new(64);
    struct order order;
    struct error err;
    order_init(&order, small, &INSERT, 1, 1);
    assert_null(order.insert);
    assert_false(writer_submit(writer, &order.command, &err));
    writer_stop(writer);
}

#define SUBMITTERS 8
#define ORDERS     40

struct submitter {
    struct writer *writer;
    int64_t id_first;
    int failures;
};

static void *submit_all(void *context) {
    struct submitter *submitter = context;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    for (int i = 0; i < ORDERS; i++) {
        struct order order;
        struct error err;
        order_init(&order, arena, &INSERT, submitter->id_first + i, 0);
        submitter->failures += !writer_run(submitter->writer, &order.command, &err);
    }
    return NULL;
}

static void many_threads_submit_and_nothing_is_lost(void **state) {
    struct testbed *testbed = *state;
    struct writer *writer = start(testbed, 100, 100);
    struct writer_figures figures;
    struct submitter submitters[SUBMITTERS];
    pthread_t threads[SUBMITTERS];
    for (int i = 0; i < SUBMITTERS; i++) {
        submitters[i] = (struct submitter){.writer = writer, .id_first = i * ORDERS};
        assert_int_equal(pthread_create(&threads[i], NULL, submit_all, &submitters[i]), 0);
    }
    for (int i = 0; i < SUBMITTERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(submitters[i].failures, 0);
    }
    writer_figures(writer, &figures);
    assert_int_equal(figures.commands, SUBMITTERS * ORDERS);
    assert_int_equal(figures.waiting, 0);
    writer_stop(writer);
    assert_int_equal(testbed_number(testbed, &THINGS), SUBMITTERS * ORDERS);
    assert_int_equal(testbed_number(testbed, &COUNTED), SUBMITTERS * ORDERS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_durable_when_it_is_answered),
        cmocka_unit_test(commands_that_wait_are_committed_together),
        cmocka_unit_test(a_crowd_gets_no_more_room_than_there_is),
        cmocka_unit_test(only_the_command_that_does_not_fit_is_refused),
        cmocka_unit_test(a_constraint_that_nobody_foresaw_hurts_only_its_command),
        cmocka_unit_test(a_condition_in_sql_is_not_a_failure),
        cmocka_unit_test(a_store_that_fails_fails_the_whole_batch_and_works_again),
        cmocka_unit_test(a_full_queue_refuses_at_once),
        cmocka_unit_test(a_command_without_memory_is_not_taken),
        cmocka_unit_test(many_threads_submit_and_nothing_is_lost),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
