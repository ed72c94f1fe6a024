#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/random.h"
#include "gate/lanes.h"

#define START_S 1770000000

static uint32_t raise(struct lanes *lanes, uint32_t node, uint32_t second, uint32_t bucket, uint32_t count) {
    struct error err = {0};
    uint32_t growth = 0;
    struct lane_count row = {.node = node, .second = second, .bucket = bucket, .count = count};
    assert_true(lanes_raise(lanes, &row, &growth, &err));
    return growth;
}

static void a_count_told_twice_or_out_of_order_counts_once(void **state) {
    struct lanes lanes;
    lanes_init(&lanes, 0);
    assert_int_equal(raise(&lanes, 1, START_S, 0, 5), 5);
    assert_int_equal(raise(&lanes, 1, START_S, 0, 9), 4);
    assert_int_equal(raise(&lanes, 1, START_S, 0, 5), 0);
    assert_int_equal(raise(&lanes, 2, START_S - 3, 0, 2), 2);
    assert_int_equal(lanes_in_second(&lanes, START_S), 9);
    assert_int_equal(lanes_before(&lanes, (struct place){START_S, 0}), 2);
    assert_int_equal(lanes_before(&lanes, (struct place){START_S, 4}), 6);
    assert_int_equal(lanes_before(&lanes, (struct place){START_S + 1, 0}), 11);
    lanes_done(&lanes);
}

static void equal_ranks_of_several_nodes_stand_side_by_side(void **state) {
    struct lanes lanes;
    lanes_init(&lanes, 0);
    raise(&lanes, 0, START_S, 0, 3);
    raise(&lanes, 1, START_S, 0, 1);
    raise(&lanes, 2, START_S, 0, 2);
    assert_int_equal(lanes_at_rank(&lanes, START_S, 0), 3);
    assert_int_equal(lanes_at_rank(&lanes, START_S, 1), 2);
    assert_int_equal(lanes_at_rank(&lanes, START_S, 2), 1);
    assert_int_equal(lanes_at_rank(&lanes, START_S, 3), 0);
    assert_int_equal(lanes_beyond_rank(&lanes, START_S, 1), 3);
    assert_int_equal(lanes_longest(&lanes, START_S), 3);
    lanes_done(&lanes);
}

static void changes_are_given_once_in_pieces_and_again_when_lost(void **state) {
    struct lanes lanes;
    lanes_init(&lanes, 3);
    for (uint32_t i = 0; i < 100; i++) {
        raise(&lanes, 3, START_S + i, 0, i + 1);
        raise(&lanes, 3, 0, i * 1000, 2);
        raise(&lanes, 4, START_S + i, 0, 7); // another node's is not ours to store
    }
    for (int round = 0; round < 2; round++) {
        struct lane_count rows[30];
        uint64_t people = 0, given = 0;
        for (size_t length = 30; length == 30;) {
            length = lanes_changes(&lanes, rows, 30);
            given += length;
            for (size_t i = 0; i < length; i++) {
                assert_int_equal(rows[i].node, 3);
                people += rows[i].count;
            }
        }
        assert_int_equal(given, 200);
        assert_int_equal(people, 5050 + 200);
        assert_int_equal(lanes_changes(&lanes, rows, 30), 0);
        lanes_forget_saved(&lanes);
    }
    lanes_done(&lanes);
}

static void only_what_grew_is_given_again(void **state) {
    struct lanes lanes;
    lanes_init(&lanes, 0);
    struct lane_count rows[8];
    raise(&lanes, 0, START_S, 0, 1);
    raise(&lanes, 0, START_S + 1, 0, 1);
    assert_int_equal(lanes_changes(&lanes, rows, 8), 2);
    raise(&lanes, 0, START_S + 1, 0, 2);
    assert_int_equal(lanes_changes(&lanes, rows, 8), 1);
    assert_int_equal(rows[0].second, START_S + 1);
    assert_int_equal(rows[0].count, 2);
    lanes_done(&lanes);
}

static void trimming_keeps_ten_minutes_and_every_sum_behind_them(void **state) {
    struct lanes lanes;
    lanes_init(&lanes, 0);
    for (uint32_t i = 0; i < 5000; i++)
        raise(&lanes, i % 2, START_S + i, 0, 1 + i % 3);
    struct place middle = {START_S + 4000, 0}, end = {START_S + 5000, 0};
    uint64_t people = lanes_before(&lanes, end) - lanes_before(&lanes, middle);
    lanes_trim(&lanes, START_S + 4000);
    assert_true(lanes.base_s <= START_S + 4000 - LANES_LATE_S);
    assert_true(lanes.base_s > START_S + 4000 - LANES_LATE_S - COUNTERS_BLOCK);
    assert_int_equal(lanes_before(&lanes, end) - lanes_before(&lanes, middle), people);
    assert_int_equal(raise(&lanes, 0, START_S, 0, 99), 0); // long past
    uint32_t next = 0;
    assert_true(lanes_next_second(&lanes, START_S + 4999, &next));
    assert_int_equal(next, START_S + 4999);
    assert_false(lanes_next_second(&lanes, START_S + 5000, &next));
    lanes_done(&lanes);
}

static void a_lane_that_was_left_is_still_saved(void **state) {
    struct lanes lanes;
    struct lane_count changes[10];
    struct error err;
    uint32_t growth;
    lanes_init(&lanes, 0);
    assert_true(
        lanes_raise(&lanes, &(struct lane_count){.node = 0, .second = 100, .count = 3}, &growth, &err));
    assert_true(
        lanes_raise(&lanes, &(struct lane_count){.node = 2, .second = 100, .count = 5}, &growth, &err));
    assert_true(lanes_raise(&lanes, &(struct lane_count){.node = 0, .bucket = 7, .count = 2}, &growth, &err));
    lanes_move(&lanes, 2);
    assert_true(
        lanes_raise(&lanes, &(struct lane_count){.node = 2, .second = 101, .count = 1}, &growth, &err));
    assert_int_equal(lanes_changes(&lanes, changes, 2), 2); // little by little
    assert_int_equal(lanes_changes(&lanes, changes + 2, 8), 1);
    assert_int_equal(changes[0].bucket, 7);
    assert_int_equal(changes[1].node, 0);
    assert_int_equal(changes[1].count, 3);
    assert_int_equal(changes[2].node, 2);
    assert_int_equal(changes[2].second, 101); // what was heard of the lane before is in the store
    assert_int_equal(lanes_changes(&lanes, changes, 10), 0);
    lanes_forget_saved(&lanes);
    assert_int_equal(lanes_changes(&lanes, changes, 10), 4);
    lanes_done(&lanes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_told_twice_or_out_of_order_counts_once),
        cmocka_unit_test(equal_ranks_of_several_nodes_stand_side_by_side),
        cmocka_unit_test(changes_are_given_once_in_pieces_and_again_when_lost),
        cmocka_unit_test(only_what_grew_is_given_again),
        cmocka_unit_test(a_lane_that_was_left_is_still_saved),
        cmocka_unit_test(trimming_keeps_ten_minutes_and_every_sum_behind_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
