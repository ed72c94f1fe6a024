// Random commands with random faults, against a model of a few lines, on both databases.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "store/testbed.h"
#include "store/writer.h"

#define SEED         20261124
#define ROUNDS       120
#define COMMANDS_MAX 24
#define IDS          400
#define BUDGET       4000
#define ARENA_BYTES  1048576

static const char TABLES[] =
    "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, size INTEGER NOT NULL CHECK (size < 40)) STRICT;"
    "CREATE TABLE budget (id INTEGER NOT NULL PRIMARY KEY, rest INTEGER NOT NULL) STRICT;"
    "CREATE TABLE count (id INTEGER NOT NULL PRIMARY KEY, count INTEGER NOT NULL) STRICT;"
    "INSERT INTO budget (id, rest) VALUES (1, 4000); INSERT INTO count (id, count) VALUES (1, 0);";
static const struct statement INSERT = {
    "INSERT INTO thing (id, size) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", "ii"};
static const struct statement INSERT_ONLY = {"INSERT INTO thing (id, size) VALUES ($1, $2)", "ii"};
static const struct statement SPEND = {"UPDATE budget SET rest = rest - $2 WHERE id = $1 AND rest >= $2",
                                       "ii"};
static const struct statement ADD = {"UPDATE count SET count = count + $2 WHERE id = $1", "ii"};
static const struct statement THINGS = {"SELECT id, size FROM thing ORDER BY id", ""};
static const struct statement REST = {"SELECT rest FROM budget", ""};
static const struct statement COUNTED = {"SELECT count FROM count", ""};

struct model {
    bool exists[IDS];
    int64_t size[IDS];
    int64_t rest;
};

struct order {
    struct command command;
    struct step *insert;
    int64_t id, size;
    struct error err;
    struct round *round;
};

struct round {
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    size_t open;
    size_t count;
    struct order orders[COMMANDS_MAX];
    struct arena *arena;
};

static void order_settle(struct command *command, struct tallies *tallies) {
    const struct order *order = command->context;
    if (order->insert->rows.changed == 0)
        return;
    tallies_add(tallies, &(struct tally){.statement = &SPEND,
                                         .keys = {1},
                                         .keys_count = 1,
                                         .amount = order->size,
                                         .refusal = "no budget"});
    tallies_add(tallies, &(struct tally){.statement = &ADD, .keys = {1}, .keys_count = 1, .amount = 1});
}

static void order_done(struct command *command, const struct error *err) {
    struct order *order = command->context;
    struct round *round = order->round;
    (void)pthread_mutex_lock(&round->mutex);
    order->err.kind = ERROR_NONE;
    if (err != NULL)
        order->err = *err;
    round->open--;
    (void)pthread_cond_signal(&round->answered);
    (void)pthread_mutex_unlock(&round->mutex);
}

static void order_submit(struct order *order, struct writer *writer, struct random *random) {
    struct error err;
    order->id = (int64_t)random_below(random, IDS);
    order->size = (int64_t)random_below(random, 42); // 40 and 41 break the table's rule
    const struct statement *insert = random_below(random, 8) == 0 ? &INSERT_ONLY : &INSERT;
    command_init(&order->command, order->round->arena);
    order->command.context = order;
    order->command.settle = order_settle;
    order->command.done = order_done;
    order->insert = COMMAND_ADD(&order->command, insert, value_int(order->id), value_int(order->size));
    assert_true(writer_submit(writer, &order->command, &err));
}

static void round_run(struct round *round, struct writer *writer, struct random *random) {
    arena_reset(round->arena);
    round->count = 1 + random_below(random, COMMANDS_MAX);
    round->open = round->count;
    for (size_t i = 0; i < round->count; i++) {
        round->orders[i].round = round;
        order_submit(&round->orders[i], writer, random);
    }
    (void)pthread_mutex_lock(&round->mutex);
    while (round->open > 0)
        (void)pthread_cond_wait(&round->answered, &round->mutex);
    (void)pthread_mutex_unlock(&round->mutex);
}

static void model_insert(struct model *model, int64_t id, int64_t size) {
    model->exists[id] = true;
    model->size[id] = size;
    model->rest -= size;
}

// What every answer promises, in the order in which the commands were submitted.
static void model_apply(struct model *model, const struct round *round, const struct rows *things) {
    for (size_t i = 0; i < round->count; i++) {
        const struct order *order = &round->orders[i];
        if (order->err.kind == ERROR_NONE && !model->exists[order->id]) {
            assert_true(order->insert->rows.changed == 1);
            model_insert(model, order->id, order->size);
        }
        if (order->err.kind == ERROR_EXHAUSTED)
            assert_true(model->rest < order->size);
        // A failure that lies in nobody's command: whether it happened only the database knows.
        for (size_t row = 0; row < things->count && order->err.kind == ERROR_UNAVAILABLE; row++)
            if (rows_int(things, row, 0) == order->id && !model->exists[order->id])
                model_insert(model, order->id, rows_int(things, row, 1));
    }
}

static void check(const struct model *model, struct session *session, const struct rows *things,
                  struct arena *arena) {
    struct rows rest, counted;
    struct error err;
    size_t row = 0;
    for (int64_t id = 0; id < IDS; id++) {
        if (!model->exists[id])
            continue;
        assert_true(row < things->count);
        assert_int_equal(rows_int(things, row, 0), id);
        assert_int_equal(rows_int(things, row, 1), model->size[id]);
        row++;
    }
    assert_int_equal(row, things->count);
    assert_true(session_query(session, &REST, NULL, 0, arena, &rest, &err));
    assert_true(session_query(session, &COUNTED, NULL, 0, arena, &counted, &err));
    assert_int_equal(rows_int(&rest, 0, 0), model->rest);
    assert_true(model->rest >= 0);
    assert_int_equal(rows_int(&counted, 0, 0), (int64_t)row);
}

static void inject(struct store *store, struct random *random) {
    if (random_below(random, 2) == 0)
        store_fail_after(store, 1 + (unsigned)random_below(random, 12),
                         (enum store_fault)random_below(random, 3));
}

static void random_commands_and_faults_agree_with_the_model(void **state) {
    struct testbed *testbed = *state;
    static struct round round = {.mutex = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER};
    const struct writer_options options = {.queue_max = COMMANDS_MAX, .batch_max = 16};
    struct model model = {.rest = BUDGET};
    struct session *session = NULL;
    struct writer *writer = NULL;
    struct random random;
    struct rows things;
    struct error err;
    size_t kinds[ERROR_UNAVAILABLE + 1] = {0};
    testbed_script(testbed, TABLES);
    random_init_seeded(&random, SEED);
    print_message("seed %d\n", SEED);
    round.arena = arena_new(ARENA_BYTES);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    for (int i = 0; i < ROUNDS; i++) {
        inject(testbed->store, &random);
        round_run(&round, writer, &random);
        store_fail_after(testbed->store, 0, STORE_FAULT_UNAVAILABLE);
        arena_reset(testbed->arena);
        assert_true(session_query(session, &THINGS, NULL, 0, testbed->arena, &things, &err));
        model_apply(&model, &round, &things);
        check(&model, session, &things, testbed->arena);
        for (size_t order = 0; order < round.count; order++)
            kinds[round.orders[order].err.kind]++;
    }
    writer_stop(writer);
    session_close(session);
    arena_free(round.arena);
    // Every kind of answer has been seen, or this test would show less than it says.
    assert_true(kinds[ERROR_NONE] > 0 && kinds[ERROR_CONFLICT] > 0 && kinds[ERROR_EXHAUSTED] > 0 &&
                kinds[ERROR_UNAVAILABLE] > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_commands_and_faults_agree_with_the_model)};
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
