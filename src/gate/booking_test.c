#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/random.h"
#include "gate/booking.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define CAMPAIGN  3
#define RESIDENTS 24
#define WINDOWS   5
#define ROUNDS    150
#define START_MS  (INT64_C(1967000) * BOOKING_WINDOW_MS)
#define PLACES    4

static void prepare(struct testbed *testbed) {
    struct error err;
    int applied;
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 1, &applied, &err));
}

static struct writer *open_writer(struct testbed *testbed) {
    struct writer_options options = {.queue_max = 100, .batch_max = 16};
    struct writer *writer = NULL;
    struct error err;
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    return writer;
}

// The naive model: what every resident holds.
struct model {
    int64_t start[RESIDENTS]; // 0: nothing
    bool used[RESIDENTS];
    int64_t changes;
};

static int64_t taken(const struct model *model, int64_t start_ms) {
    int64_t sum = 0;
    for (size_t i = 0; i < RESIDENTS; i++)
        sum += model->start[i] == start_ms;
    return sum;
}

static void run_change(struct testbed *testbed, struct writer *writer, struct booking_change *change,
                       void (*fill)(struct command *command, struct booking_change *change)) {
    struct command command;
    struct error err;
    command_init(&command, testbed->arena);
    fill(&command, change);
    assert_false(command.failed);
    assert_true(writer_run(writer, &command, &err));
}

static void check(struct testbed *testbed, const struct model *model, int64_t now_ms) {
    struct booking_window windows[WINDOWS];
    struct session *session = NULL;
    struct error err;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(booking_windows(session, CAMPAIGN, START_MS, PLACES, WINDOWS, windows, &err));
    for (size_t i = 0; i < WINDOWS; i++) {
        assert_int_equal(windows[i].start_ms, START_MS + (int64_t)i * BOOKING_WINDOW_MS);
        assert_int_equal(windows[i].taken, taken(model, windows[i].start_ms));
        assert_true(windows[i].taken <= windows[i].places);
    }
    int64_t due = 0, late = 0, due_seen, late_seen;
    for (size_t i = 0; i < RESIDENTS; i++) {
        struct booking booking = {model->start[i], model->used[i] ? now_ms : 0};
        due += booking_standing(&booking, now_ms) == BOOKING_DUE;
        late += booking_standing(&booking, now_ms) == BOOKING_FRONT;
    }
    assert_true(booking_expected(session, CAMPAIGN, now_ms, &due_seen, &late_seen, &err));
    assert_int_equal(due_seen, due);
    assert_int_equal(late_seen, late);
    session_close(session);
}

static void step(struct testbed *testbed, struct writer *writer, struct model *model, struct random *random,
                 int64_t now_ms) {
    size_t resident = (size_t)random_below(random, RESIDENTS);
    int64_t window = START_MS + (int64_t)random_below(random, WINDOWS) * BOOKING_WINDOW_MS;
    struct booking_change change = {.campaign_id = CAMPAIGN,
                                    .resident_id = (int64_t)resident + 1,
                                    .now_ms = now_ms,
                                    .start_ms = window,
                                    .places = PLACES,
                                    .change_id = ++model->changes};
    uint64_t kind = random_below(random, 10);
    struct booking held = {model->start[resident], model->used[resident] ? now_ms : 0};
    if (kind < 7) {
        bool fits = model->start[resident] != window && taken(model, window) < PLACES;
        run_change(testbed, writer, &change, booking_make);
        assert_int_equal(change.changed, fits);
        if (fits) {
            model->start[resident] = window;
            model->used[resident] = false;
        }
    } else if (kind < 9) {
        bool there = held.start_ms != 0 && held.used_ms == 0;
        run_change(testbed, writer, &change, booking_cancel);
        assert_int_equal(change.changed, there);
        if (there)
            model->start[resident] = 0;
    } else {
        enum booking_standing standing = booking_standing(&held, now_ms);
        run_change(testbed, writer, &change, booking_use);
        assert_int_equal(change.changed, standing == BOOKING_DUE || standing == BOOKING_FRONT);
        model->used[resident] |= change.changed;
    }
    assert_int_equal(change.booking.start_ms, model->start[resident]);
}

static void random_changes_agree_with_the_naive_model(void **state) {
    struct testbed *testbed = *state;
    struct model model = {0};
    uint64_t seed = 20260202;
    struct random random;
    prepare(testbed);
    random_init_seeded(&random, seed);
    struct writer *writer = open_writer(testbed);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t now_ms = START_MS - BOOKING_WINDOW_MS + round * (4 * BOOKING_WINDOW_MS / ROUNDS) * 2;
        step(testbed, writer, &model, &random, now_ms);
        if (round % 10 == 9)
            check(testbed, &model, now_ms);
    }
    writer_stop(writer);
}

// Many at once, in batches: the writer's thread runs some of them in one transaction.
struct rush {
    struct command command;
    struct booking_change change;
    int done, failed;
};

static void rush_done(struct command *command, const struct error *err) {
    struct rush *rush = (struct rush *)(void *)((char *)command - offsetof(struct rush, command));
    rush->done++;
    rush->failed += err != NULL;
}

static void a_rush_for_one_window_sells_exactly_its_places(void **state) {
    struct testbed *testbed = *state;
    static struct rush rush[40];
    struct error err;
    int64_t sold = 0;
    prepare(testbed);
    struct writer *writer = open_writer(testbed);
    memset(rush, 0, sizeof rush);
    for (int i = 0; i < 40; i++) {
        rush[i].change = (struct booking_change){.campaign_id = CAMPAIGN,
                                                 .resident_id = i + 1,
                                                 .now_ms = START_MS - 1,
                                                 .start_ms = START_MS,
                                                 .places = PLACES,
                                                 .change_id = i + 1};
        command_init(&rush[i].command, testbed->arena);
        booking_make(&rush[i].command, &rush[i].change);
        rush[i].command.done = rush_done;
        assert_true(writer_submit(writer, &rush[i].command, &err));
    }
    writer_stop(writer); // finishes them all
    for (int i = 0; i < 40; i++) {
        assert_int_equal(rush[i].done, 1);
        assert_int_equal(rush[i].failed, 0);
        sold += rush[i].change.changed;
    }
    assert_int_equal(sold, PLACES);
}

static void fewer_places_later_take_nothing_from_those_who_have_one(void **state) {
    struct testbed *testbed = *state;
    prepare(testbed);
    struct writer *writer = open_writer(testbed);
    for (int64_t i = 1; i <= 3; i++) {
        struct booking_change change = {.campaign_id = CAMPAIGN,
                                        .resident_id = i,
                                        .now_ms = START_MS - 1,
                                        .start_ms = START_MS,
                                        .places = i < 3 ? PLACES : 1,
                                        .change_id = i};
        run_change(testbed, writer, &change, booking_make);
        assert_int_equal(change.changed, i < 3);
    }
    writer_stop(writer);
    struct session *session = NULL;
    struct booking_window window;
    struct error err;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(booking_windows(session, CAMPAIGN, START_MS, 1, 1, &window, &err));
    assert_int_equal(window.taken, 2);
    assert_int_equal(window.places, 2);
    session_close(session);
}

static void a_window_must_be_one_that_can_still_be_booked(void **state) {
    struct error err;
    struct booking_change change = {.now_ms = START_MS, .start_ms = START_MS};
    assert_true(booking_check(&change, &err)); // it runs
    change.start_ms += 1000;
    assert_false(booking_check(&change, &err));
    assert_string_equal(err.field, "start");
    change.start_ms = START_MS - BOOKING_WINDOW_MS;
    assert_false(booking_check(&change, &err));
    change.start_ms = START_MS + 2 * BOOKING_AHEAD_MS;
    assert_false(booking_check(&change, &err));
}

static void places_are_the_share_of_the_pace(void **state) {
    assert_int_equal(booking_places(1000, 0.5), 125);
    assert_int_equal(booking_places(7, 0.5), 0);
    assert_int_equal(booking_places(1e12, 1), BOOKING_PLACES_MAX);
}

static void a_booking_is_due_in_its_window_and_at_the_front_for_an_hour(void **state) {
    struct booking booking = {START_MS, 0};
    assert_int_equal(booking_standing(&(struct booking){0}, START_MS), BOOKING_NONE);
    assert_int_equal(booking_standing(&booking, START_MS - 1), BOOKING_EARLY);
    assert_int_equal(booking_standing(&booking, START_MS), BOOKING_DUE);
    assert_int_equal(booking_standing(&booking, START_MS + BOOKING_WINDOW_MS), BOOKING_FRONT);
    assert_int_equal(booking_standing(&booking, START_MS + BOOKING_WINDOW_MS + BOOKING_FRONT_MS),
                     BOOKING_PAST);
    booking.used_ms = START_MS + 1;
    assert_int_equal(booking_standing(&booking, START_MS + 2), BOOKING_PAST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_changes_agree_with_the_naive_model),
        cmocka_unit_test(a_rush_for_one_window_sells_exactly_its_places),
        cmocka_unit_test(fewer_places_later_take_nothing_from_those_who_have_one),
        cmocka_unit_test(a_window_must_be_one_that_can_still_be_booked),
        cmocka_unit_test(places_are_the_share_of_the_pace),
        cmocka_unit_test(a_booking_is_due_in_its_window_and_at_the_front_for_an_hour),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
