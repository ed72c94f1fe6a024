#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "forecast/calendar_store.h"
#include "forecast/counts.h"
#include "forecast/planner.h"
#include "measure/calls.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

// covers: calendar_store.c counts.c

#define CAMPAIGN   7
#define MONDAY     20486 // 2026-02-02
#define MONDAY_MS  INT64_C(1769958000000)
#define EXPECT_DAY 24000.0

static struct session *open_session(struct testbed *testbed, enum session_kind kind) {
    struct session *session = NULL;
    struct error err;
    assert_true(session_open(testbed->store, kind, &session, &err));
    return session;
}

static void prepare(struct testbed *testbed) {
    struct error err;
    int applied;
    assert_true(clock_set_zone("Asia/Tokyo", &err));
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 1, &applied, &err));
}

// Runs what `fill` puts into a command, by a writer of its own.
static bool write(struct testbed *testbed, struct command *command, struct error *err) {
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    assert_true(writer_start(testbed->store, &options, &writer, err));
    bool good = writer_run(writer, command, err);
    writer_stop(writer);
    return good;
}

static struct calendar sample(int64_t number) {
    struct calendar calendar = {.series = CALENDAR_APP,
                                .number = number,
                                .made_ms = MONDAY_MS - 1000,
                                .reason = "はじめての公開",
                                .rules = {.levels = {1000, 0.6, 0.9}, .closes_hour = 24},
                                .opens_day = MONDAY,
                                .closes_day = MONDAY + 29,
                                .first_day = MONDAY,
                                .days = 30};
    for (size_t day = 0; day < calendar.days; day++)
        for (size_t band = 0; band < LEVELS_BANDS; band++)
            calendar.cells[day][band] = (uint8_t)(1 + (day + band) % 3);
    return calendar;
}

static bool publish(struct testbed *testbed, const struct calendar *calendar, struct error *err) {
    struct command command;
    command_init(&command, testbed->arena);
    calendar_publish(&command, CAMPAIGN, calendar);
    return write(testbed, &command, err);
}

static void a_version_is_read_as_it_was_written_and_no_number_is_written_twice(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    prepare(testbed);
    struct calendar calendar = sample(1), *read = NULL;
    struct calendar_override override = {MONDAY + 3, 2, LEVEL_BUSY, "テレビで紹介されるため"};
    calendar.overrides = &override;
    calendar.overrides_count = 1;
    assert_true(publish(testbed, &calendar, &err));
    assert_false(publish(testbed, &calendar, &err)); // another node was first
    assert_int_equal(err.kind, ERROR_EXHAUSTED);
    calendar.number = 3;
    assert_false(publish(testbed, &calendar, &err)); // no gaps
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_true(calendar_load(session, CAMPAIGN, CALENDAR_APP, 0, testbed->arena, &read, &err));
    assert_non_null(read);
    assert_int_equal(read->number, 1);
    assert_string_equal(read->reason, "はじめての公開");
    assert_memory_equal(read->cells, calendar.cells, sizeof read->cells);
    assert_string_equal(calendar_override_of(read, MONDAY + 3, 2)->reason, override.reason);
    assert_true(calendar_load(session, CAMPAIGN, CALENDAR_CALLS, 0, testbed->arena, &read, &err));
    assert_null(read);
}

static void an_override_is_set_changed_and_taken_back(void **state) {
    static const enum level levels[] = {LEVEL_BUSY, LEVEL_VERY_BUSY, LEVEL_UNKNOWN};
    struct testbed *testbed = *state;
    struct error err;
    prepare(testbed);
    for (size_t i = 0; i < 3; i++) {
        struct calendar calendar = sample(1);
        struct calendar_override override = {MONDAY + 1, 1, levels[i], "理由"};
        struct command command;
        assert_true(calendar_override_check(&override, &err));
        command_init(&command, testbed->arena);
        calendar_override_set(&command, CAMPAIGN, CALENDAR_APP, &override, "suzuki", MONDAY_MS);
        assert_true(write(testbed, &command, &err));
        CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
        assert_true(calendar_overrides_load(session, CAMPAIGN, testbed->arena, &calendar, &err));
        assert_int_equal(calendar.overrides_count, i < 2 ? 1 : 0);
        calendar_apply(&calendar);
        assert_int_equal(calendar_level(&calendar, MONDAY + 1, 1), i < 2 ? levels[i] : LEVEL_SMOOTH + 2);
    }
    struct calendar_override nameless = {MONDAY, 1, LEVEL_BUSY, ""};
    assert_false(calendar_override_check(&nameless, &err));
    assert_string_equal(err.field, "reason");
}

// Every hour of the week `count`, but a rush on Tuesday at noon.
static void count_week(struct testbed *testbed, int count) {
    struct buffer sql;
    buffer_init(&sql, testbed->arena);
    buffer_add(&sql, "INSERT INTO access_count (hour_ms, count) VALUES ");
    for (int hour = 0; hour < 8 * 24; hour++)
        buffer_print(&sql, "%s(%lld, %d)", hour == 0 ? "" : ", ",
                     (long long)(MONDAY_MS + hour * CLOCK_HOUR_MS), hour == 36 ? 950 : count);
    testbed_script(testbed, sql.text);
}

static void a_week_is_scored_against_what_came_by_the_version_that_held_on_its_monday(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct calendar_week weeks[4];
    size_t count = 0;
    prepare(testbed);
    struct calendar calendar = sample(1);
    memset(calendar.cells, LEVEL_SMOOTH, sizeof calendar.cells);
    assert_true(publish(testbed, &calendar, &err));
    calendar.number = 2;
    calendar.made_ms = MONDAY_MS + CLOCK_DAY_MS; // too late to count for this week
    memset(calendar.cells, LEVEL_VERY_BUSY, sizeof calendar.cells);
    assert_true(publish(testbed, &calendar, &err));
    count_week(testbed, 100);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_true(calendar_score(session, CAMPAIGN, CALENDAR_APP, MONDAY_MS + 8 * CLOCK_DAY_MS, 4, weeks,
                               &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(weeks[0].monday, MONDAY);
    assert_int_equal(weeks[0].number, 1);
    assert_int_equal(weeks[0].score.compared, 28);
    assert_int_equal(weeks[0].score.exact, 27);
    assert_int_equal(weeks[0].score.false_smooth, 1);
    assert_int_equal(weeks[0].score.cells[LEVEL_SMOOTH][LEVEL_VERY_BUSY], 1);
}

// Calls are counted by the half-hour and answered from nine to seven.
static void calls_are_scored_by_the_half_hour_and_only_while_somebody_answers(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct calendar_week weeks[4];
    struct command command;
    size_t count = 0;
    prepare(testbed);
    struct calendar calendar = sample(1);
    calendar.series = CALENDAR_CALLS;
    calendar.rules = (struct calendar_rules){{100, 0.6, 0.9}, 9, 19};
    memset(calendar.cells, LEVEL_SMOOTH, sizeof calendar.cells);
    assert_true(publish(testbed, &calendar, &err));
    command_init(&command, testbed->arena);
    for (int half = 0; half < 7 * 48; half++) {
        struct calls_row row = {.start_ms = MONDAY_MS + half * CALLS_HALF_HOUR_MS, .offered = 10};
        if (half == 5 * 48 + 28) // two on Saturday afternoon
            row.offered = 46;
        if (half >= 18 && half % 48 >= 18 && half % 48 < 38)
            calls_put(&command, &row);
    }
    assert_true(write(testbed, &command, &err));
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_true(calendar_score(session, CAMPAIGN, CALENDAR_CALLS, MONDAY_MS + 8 * CLOCK_DAY_MS, 4, weeks,
                               &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(weeks[0].score.compared, 14); // mornings and afternoons
    assert_int_equal(weeks[0].score.exact, 13);
    assert_int_equal(weeks[0].score.cells[LEVEL_SMOOTH][LEVEL_VERY_BUSY], 1);
}

static void nothing_is_said_before_the_opening_and_after_the_end(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct calendar *calendar = NULL;
    struct planner planner;
    struct planner_settings settings = {.rules = {.levels = {4000, 0.6, 0.9}, .closes_hour = 24},
                                        .expected_otherwise = EXPECT_DAY};
    struct planner_campaign campaign = {CAMPAIGN, MONDAY_MS + 13 * CLOCK_HOUR_MS,
                                        MONDAY_MS + 11 * CLOCK_DAY_MS + 18 * CLOCK_HOUR_MS};
    prepare(testbed);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_true(planner_init(&planner, session, CALENDAR_APP, &campaign, &settings, MONDAY_MS, &err));
    assert_true(planner_calendar(&planner, session, CALENDAR_APP, &campaign, &settings, testbed->arena,
                                 &calendar, &err));
    planner_done(&planner);
    static const bool first[] = {false, true, true, false}, last[] = {true, true, false, true};
    for (size_t band = 0; band < LEVELS_BANDS; band++) {
        assert_int_equal(calendar_level(calendar, MONDAY, band) != LEVEL_UNKNOWN, first[band]);
        assert_int_equal(calendar_level(calendar, MONDAY + 11, band) != LEVEL_UNKNOWN, last[band]);
    }
}

static void plan(struct testbed *testbed, double expected, struct calendar **ret_calendar,
                 struct error *err) {
    struct planner_settings settings = {.rules = {.levels = {4000, 0.6, 0.9}, .closes_hour = 24},
                                        .expected_per_day = expected};
    struct planner_campaign campaign = {CAMPAIGN, MONDAY_MS, MONDAY_MS + 60 * CLOCK_DAY_MS};
    struct planner planner;
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    *ret_calendar = NULL;
    if (!planner_init(&planner, session, CALENDAR_APP, &campaign, &settings, MONDAY_MS + 8 * CLOCK_DAY_MS,
                      err))
        return;
    assert_true(planner_calendar(&planner, session, CALENDAR_APP, &campaign, &settings, testbed->arena,
                                 ret_calendar, err));
    planner_done(&planner);
}

static void a_calendar_is_planned_from_an_expectation_and_then_from_counts(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct calendar *calendar;
    prepare(testbed);
    plan(testbed, 0, &calendar, &err);
    assert_null(calendar);
    assert_int_equal(err.kind, ERROR_INVALID); // nothing to go by
    plan(testbed, EXPECT_DAY, &calendar, &err);
    assert_non_null(calendar);
    assert_int_equal(calendar->first_day, MONDAY + 7);
    assert_int_equal(calendar->closes_day, MONDAY + 59);
    assert_int_equal(calendar_level(calendar, MONDAY + 9, 3), LEVEL_SMOOTH);
    assert_int_equal(calendar_level(calendar, MONDAY + 12, 1), LEVEL_VERY_BUSY);
    count_week(testbed, 20); // far fewer came than one expected
    plan(testbed, EXPECT_DAY, &calendar, &err);
    assert_int_equal(calendar_level(calendar, MONDAY + 12, 1), LEVEL_SMOOTH);
}

static void imported_counts_stand_in_for_hours_that_were_not_counted(void **state) {
    struct testbed *testbed = *state;
    struct error err;
    struct series series;
    char sql[512];
    prepare(testbed);
    (void)snprintf(
        sql, sizeof sql,
        "INSERT INTO access_count (hour_ms, count) VALUES (%lld, 5);"
        "INSERT INTO imported_arrival (start_ms, slot_ms, count, import_id) VALUES (%lld, 1800000, 7, 1);"
        "INSERT INTO imported_arrival (start_ms, slot_ms, count, import_id) VALUES (%lld, 1800000, 8, 1);"
        "INSERT INTO imported_arrival (start_ms, slot_ms, count, import_id) VALUES (%lld, 1800000, 9, 1)",
        (long long)(MONDAY_MS + 3 * CLOCK_HOUR_MS), (long long)(MONDAY_MS + CLOCK_HOUR_MS),
        (long long)(MONDAY_MS + CLOCK_HOUR_MS + 1800000), (long long)(MONDAY_MS + 3 * CLOCK_HOUR_MS));
    testbed_script(testbed, sql);
    CLEANUP(session_cleanup) struct session *session = open_session(testbed, SESSION_READ);
    assert_true(counts_series(session, CALENDAR_APP, MONDAY_MS + CLOCK_DAY_MS, MONDAY, &series, &err));
    assert_int_equal(series.count, 4);
    assert_true(series.counts[0] != series.counts[0]); // before the first count nothing is known
    assert_float_equal(series.counts[1], 15, 0);
    assert_float_equal(series.counts[2], 0, 0);
    assert_float_equal(series.counts[3], 5, 0);
    series_done(&series);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_read_as_it_was_written_and_no_number_is_written_twice),
        cmocka_unit_test(an_override_is_set_changed_and_taken_back),
        cmocka_unit_test(a_week_is_scored_against_what_came_by_the_version_that_held_on_its_monday),
        cmocka_unit_test(calls_are_scored_by_the_half_hour_and_only_while_somebody_answers),
        cmocka_unit_test(nothing_is_said_before_the_opening_and_after_the_end),
        cmocka_unit_test(a_calendar_is_planned_from_an_expectation_and_then_from_counts),
        cmocka_unit_test(imported_counts_stand_in_for_hours_that_were_not_counted),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
