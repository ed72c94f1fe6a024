#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "gate/line.h"

#define START_S    1770000000
#define PEOPLE_MAX 20000

// The naive model: everybody by name, in order of arrival.
struct person {
    struct place place;
    bool in; // was seen before the watermark
};

struct model {
    struct person people[PEOPLE_MAX];
    size_t length;
    uint64_t allowed; // by the pace, so far
};

static struct place join(struct line *line, int64_t now_s, uint32_t draw_rank) {
    struct place place;
    struct error err = {0};
    assert_true(line_join(line, now_s, draw_rank, &place, &err));
    return place;
}

// How the line orders two people: those in one bucket of the draw enter together.
static int order(struct place a, struct place b) {
    if (a.second == 0 && b.second == 0)
        return (int)lanes_bucket(a.rank) - (int)lanes_bucket(b.rank);
    return place_compare(a, b);
}

static void check_against_model(const struct line *line, struct model *model, uint64_t probe) {
    uint64_t in = 0;
    for (size_t i = 0; i < model->length; i++) {
        bool enters = line_entry(line, model->people[i].place) != LINE_WAIT;
        assert_true(enters || !model->people[i].in); // who was in stays in
        model->people[i].in = enters;
        in += enters;
    }
    assert_int_equal(line_passed(line), in);
    assert_int_equal(line_waiting(line), model->length - in);
    assert_int_equal(line_joined(line), model->length);
    if (model->length == 0)
        return;
    const struct person *one = &model->people[probe % model->length];
    uint64_t ahead = 0;
    for (size_t i = 0; i < model->length; i++)
        ahead += !model->people[i].in && order(model->people[i].place, one->place) < 0;
    assert_int_equal(line_ahead(line, one->place), one->in ? 0 : ahead);
}

// Everything is written to rows and read back into a new line, as after a restart.
static struct line *restart(struct line *line, const struct line_options *options) {
    static struct lane_count rows[PEOPLE_MAX];
    struct error err = {0};
    line_forget_saved(line);
    size_t length = line_changes(line, rows, PEOPLE_MAX);
    struct line_state state = line_state(line);
    line_free(line);
    struct line *fresh = line_new(options);
    assert_non_null(fresh);
    assert_true(line_restore(fresh, &state, rows, length, &err));
    return fresh;
}

static void run_model(uint64_t seed, uint32_t opens_s) {
    static struct model model;
    model = (struct model){.length = 0};
    struct line_options options = {.epoch = 1, .opens_s = opens_s};
    struct line *line = line_new(&options);
    struct random random;
    random_init_seeded(&random, seed);
    int64_t now_s = START_S;
    struct place before = {0, 0};
    for (int step = 0; step < 600; step++) {
        for (uint64_t people = random_below(&random, 30); people > 0; people--) {
            struct place place = join(line, now_s, (uint32_t)random_uint64(&random));
            model.people[model.length++] = (struct person){.place = place};
            if (model.length > 1 && place.second != 0)
                assert_true(place_compare(model.people[model.length - 2].place, place) < 0);
        }
        uint64_t pace = random_below(&random, 40), passed = line_passed(line);
        uint64_t advanced = line_advance(line, now_s, pace);
        assert_int_equal(line_passed(line), passed + advanced);
        model.allowed += pace;
        assert_true(line_passed(line) <= model.allowed);
        assert_true(place_compare(before, line_watermark(line)) <= 0);
        check_against_model(line, &model, random_uint64(&random));
        if (random_below(&random, 50) == 0)
            line = restart(line, &options);
        before = line_watermark(line);
        switch (random_below(&random, 40)) {
        case 0:
            now_s += 3600;
            break;
        case 1:
            now_s -= 3600;
            break;
        default:
            now_s += (int64_t)random_below(&random, 3);
        }
    }
    line_free(line);
}

static void the_line_agrees_with_a_list_of_people(void **state) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        print_message("seed %d\n", (int)seed);
        run_model(seed, 0);
        run_model(seed, START_S + 60);
    }
}

#define NODES 3

// Three nodes, each with its own wrong clock, tell each other their counts once a second; node 0 leads.
static void nodes_that_hear_of_each_other_each_second_keep_the_order(void **state) {
    for (uint64_t seed = 1; seed <= 8; seed++) {
        static struct model model;
        model = (struct model){.length = 0};
        static int joined_at[PEOPLE_MAX];
        struct random random;
        struct line *lines[NODES];
        random_init_seeded(&random, seed);
        for (uint32_t node = 0; node < NODES; node++)
            lines[node] = line_new(&(struct line_options){.epoch = 1, .node = node});
        const int64_t skew_s[NODES] = {0, 7, -3600};
        for (int second = 0; second < 300; second++) {
            for (uint64_t people = random_below(&random, 60); people > 0; people--) {
                uint64_t node = random_below(&random, NODES);
                struct place place = join(lines[node], START_S + second + skew_s[node], 0);
                joined_at[model.length] = second;
                model.people[model.length++] = (struct person){.place = place};
            }
            struct error err = {0};
            for (uint32_t from = 0; from < NODES; from++) {
                struct lane_count rows[16];
                size_t length = line_changes(lines[from], rows, 16);
                for (size_t i = 0; i < length; i++)
                    for (uint32_t to = 0; to < NODES; to++)
                        assert_true(to == from || line_take_count(lines[to], &rows[i], &err));
            }
            line_advance(lines[0], START_S + second, random_below(&random, 50));
            check_against_model(lines[0], &model, random_uint64(&random));
            for (uint32_t node = 1; node < NODES; node++) {
                line_follow(lines[node], line_watermark(lines[0]), 5);
                check_against_model(lines[node], &model, random_uint64(&random));
            }
        }
        // Whoever came after the next exchange stands behind, whichever nodes they came to.
        for (size_t i = 0; i < model.length; i++)
            for (size_t j = i + 1; j < model.length; j += 7)
                if (joined_at[j] > joined_at[i])
                    assert_true(place_compare(model.people[i].place, model.people[j].place) < 0);
        for (uint32_t node = 0; node < NODES; node++)
            line_free(lines[node]);
    }
}

static void below_the_pace_nobody_waits(void **state) {
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 1});
    line_advance(line, START_S, 20);
    for (int second = 0; second < 100; second++) {
        for (int i = 0; i < 20; i++)
            assert_int_equal(line_entry(line, join(line, START_S + second, 0)), LINE_TURN);
        assert_int_equal(line_entry(line, join(line, START_S + second, 0)), LINE_WAIT);
        line_advance(line, START_S + second + 1, 21);
        assert_int_equal(line_waiting(line), 0);
    }
}

static void what_the_pace_did_not_use_is_not_saved_up(void **state) {
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 1});
    for (int second = 0; second < 3600; second++)
        line_advance(line, START_S + second, 10);
    for (int i = 0; i < 100; i++)
        join(line, START_S + 3600, 0);
    assert_int_equal(line_passed(line), 10);
    line_advance(line, START_S + 3601, 0); // a pause
    join(line, START_S + 3601, 0);
    assert_int_equal(line_passed(line), 10);
}

static void the_draw_comes_before_everybody_else_and_by_rank(void **state) {
    CLEANUP(line_cleanup)
    struct line *line = line_new(&(struct line_options){.epoch = 1, .opens_s = START_S + 100});
    for (uint32_t i = 0; i < 1000; i++) // early birds draw the bad ranks
        assert_int_equal(join(line, START_S, UINT32_MAX - i * 4000000).second, 0);
    assert_int_equal(line_advance(line, START_S + 50, 100), 0);
    struct place late = join(line, START_S + 100, 0);
    assert_int_equal(line_ahead(line, late), 1000);
    line_advance(line, START_S + 100, 10);
    assert_int_equal(line_entry(line, (struct place){0, UINT32_MAX - 999 * 4000000u}), LINE_TURN);
    assert_int_equal(line_entry(line, (struct place){0, UINT32_MAX}), LINE_WAIT);
    assert_int_equal(line_ahead(line, (struct place){0, UINT32_MAX}), 989);
    line_advance(line, START_S + 101, 990);
    assert_int_equal(line_entry(line, late), LINE_WAIT);
    line_advance(line, START_S + 102, 1);
    assert_int_equal(line_entry(line, late), LINE_TURN);
    // The clock steps back behind the opening: the draw stays closed.
    assert_true(join(line, START_S + 20, 0).second >= START_S + 100);
}

static void an_opening_moves_until_it_has_been(void **state) {
    CLEANUP(line_cleanup)
    struct line *line = line_new(&(struct line_options){.epoch = 1, .opens_s = START_S + 100});
    line_set_opens(line, START_S + 200);
    assert_int_equal(join(line, START_S + 150, 7).second, 0); // still the draw
    assert_int_equal(line_advance(line, START_S + 199, 5), 0);
    assert_int_equal(line_advance(line, START_S + 200, 5), 1);
    line_set_opens(line, START_S + 900);
    assert_true(line_is_open(line));
    assert_true(join(line, START_S + 201, 0).second >= START_S + 200);
}

static void who_comes_long_after_their_turn_enters_before_the_line_and_at_its_expense(void **state) {
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 1});
    struct place early = join(line, START_S, 0);
    for (int i = 0; i < 5000; i++)
        join(line, START_S + 1, 0);
    for (int second = 0; second < LINE_PROMPT_S; second++) {
        assert_true(line_entry(line, early) != LINE_RETURN);
        assert_int_equal(line_turn_age_s(line, early), second);
        line_advance(line, START_S + 2 + second, 10);
    }
    line_advance(line, START_S + 300, 10);
    assert_int_equal(line_entry(line, early), LINE_RETURN);
    assert_int_equal(line_turn_age_s(line, early), LINE_PROMPT_S);
    assert_int_equal(line_turn_age_s(line, (struct place){START_S + 1, 4999}), 0);
    int returned = 0;
    while (line_admit_return(line))
        returned++;
    assert_int_equal(returned, 10); // one second's pace
    assert_int_equal(line_advance(line, START_S + 301, 10), 0);
    assert_true(line_admit_return(line));
    assert_int_equal(line_advance(line, START_S + 302, 10), 9);
}

static void a_million_waiting_people_cost_under_two_mebibytes(void **state) {
    CLEANUP(line_cleanup)
    struct line *line = line_new(&(struct line_options){.epoch = 1, .opens_s = START_S + 600});
    struct random random;
    random_init_seeded(&random, 1);
    for (int i = 0; i < 500000; i++)
        join(line, START_S, (uint32_t)random_uint64(&random));
    for (int i = 0; i < 500000; i++)
        join(line, START_S + 600 + i / 100, 0);
    assert_int_equal(line_waiting(line), 1000000);
    print_message("a million waiting: %zu bytes\n", line_memory_bytes(line));
    assert_true(line_memory_bytes(line) < 2 << 20);
}

static void a_long_quiet_time_costs_no_memory(void **state) {
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 1});
    for (int day = 0; day < 2000; day++) {
        struct place place = join(line, START_S + day * INT64_C(86400), 0);
        line_advance(line, START_S + day * INT64_C(86400), 1);
        assert_int_equal(line_entry(line, place), LINE_TURN);
    }
    assert_true(line_memory_bytes(line) < 64 << 10);
    join(line, INT64_MAX, 0); // absurd clocks neither crash nor lose the order
    struct place last = join(line, INT64_MIN, 0);
    assert_int_equal(line_ahead(line, last), 1);
}

static void a_line_of_another_epoch_is_not_restored(void **state) {
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 2});
    struct line_state old = {.epoch = 1, .last_s = START_S, .watermark = {START_S, 5}, .passed = 5};
    struct error err = {0};
    assert_false(line_restore(line, &old, NULL, 0, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_int_equal(line_passed(line), 0);
}

static void a_ticket_whose_count_was_lost_in_a_crash_keeps_its_place(void **state) {
    struct line_options options = {.epoch = 1};
    struct line *line = line_new(&options);
    for (int i = 0; i < 10; i++)
        join(line, START_S, 0);
    struct lane_count rows[8];
    size_t length = line_changes(line, rows, 8);
    struct line_state stored = line_state(line);
    struct place unsaved = join(line, START_S + 1, 0); // and then the power fails
    line_free(line);

    CLEANUP(line_cleanup) struct line *again = line_new(&options);
    struct error err = {0};
    assert_true(line_restore(again, &stored, rows, length, &err));
    struct place newcomer = join(again, START_S + 1, 0);
    assert_true(place_compare(unsaved, newcomer) < 0);
    line_advance(again, START_S + 2, 10);
    assert_int_equal(line_entry(again, newcomer), LINE_WAIT);
    line_advance(again, START_S + 3, 1);
    assert_int_equal(line_entry(again, unsaved), LINE_TURN);
}

static void counts_that_make_no_sense_are_refused(void **state) {
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 1});
    struct error err = {0};
    join(line, START_S, 0);
    assert_false(
        line_take_count(line, &(struct lane_count){.node = LANES_MAX, .second = START_S, .count = 1}, &err));
    assert_string_equal(err.field, "node");
    assert_false(
        line_take_count(line, &(struct lane_count){.second = START_S, .bucket = 1, .count = 1}, &err));
    assert_string_equal(err.field, "bucket");
    assert_false(line_take_count(line, &(struct lane_count){.bucket = LANES_DRAW_BUCKETS, .count = 1}, &err));
    assert_string_equal(err.field, "bucket");
    assert_false(line_take_count(line, &(struct lane_count){.second = UINT32_MAX, .count = 1}, &err));
    assert_string_equal(err.field, "second");
    assert_int_equal(line_waiting(line), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_agrees_with_a_list_of_people),
        cmocka_unit_test(nodes_that_hear_of_each_other_each_second_keep_the_order),
        cmocka_unit_test(below_the_pace_nobody_waits),
        cmocka_unit_test(what_the_pace_did_not_use_is_not_saved_up),
        cmocka_unit_test(the_draw_comes_before_everybody_else_and_by_rank),
        cmocka_unit_test(an_opening_moves_until_it_has_been),
        cmocka_unit_test(who_comes_long_after_their_turn_enters_before_the_line_and_at_its_expense),
        cmocka_unit_test(a_million_waiting_people_cost_under_two_mebibytes),
        cmocka_unit_test(a_long_quiet_time_costs_no_memory),
        cmocka_unit_test(a_line_of_another_epoch_is_not_restored),
        cmocka_unit_test(a_ticket_whose_count_was_lost_in_a_crash_keeps_its_place),
        cmocka_unit_test(counts_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
