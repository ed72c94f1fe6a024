#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "gate/document.h"

#define START_S 1770000000

static struct place join(struct line *line, int64_t now_s, uint32_t rank) {
    struct place place;
    struct error err = {0};
    assert_true(line_join(line, now_s, rank, &place, &err));
    return place;
}

// A surge as of an opening: a draw of some, then arrivals that fall off, noisy, while the line moves.
static struct line *surge(struct random *random, int people, int drawn) {
    struct line *line = line_new(&(struct line_options){.epoch = 1, .opens_s = START_S});
    for (int i = 0; i < drawn; i++)
        join(line, START_S - 100, (uint32_t)random_uint64(random));
    int64_t now_s = START_S;
    for (int left = people - drawn; left > 0; now_s++) {
        double mean = people / 600.0 * exp(-(double)(now_s - START_S) / 900) + 1;
        int arrivals = (int)(mean * (0.5 + random_unit(random)) + random_unit(random));
        for (int i = 0; i < arrivals && left > 0; i++, left--)
            join(line, now_s, 0);
        line_advance(line, now_s, (uint64_t)(people / 3000));
    }
    return line;
}

static json_t *read_document(const struct line *line, const struct document_options *options,
                             struct arena *arena) {
    const char *text = NULL;
    size_t length = 0;
    struct error err = {0};
    assert_true(document_write(line, options, arena, &text, &length, &err));
    assert_int_equal(length, strlen(text));
    assert_true(length < 2048);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

// What a page would make of the JSON.
static struct curve curve_of(const json_t *json) {
    struct curve curve = {.length = 0};
    const json_t *points = json_object_get(json, "arrivals");
    assert_true(json_array_size(points) <= CURVE_POINTS_MAX);
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        curve.points[curve.length++] = (struct curve_point){json_number_value(json_array_get(point, 0)),
                                                            json_number_value(json_array_get(point, 1))};
    }
    return curve;
}

static void every_page_finds_its_place_within_one_percent_of_the_line(void **state) {
    static struct promise promise;
    promise_init(&promise);
    for (uint64_t seed = 1; seed <= 6; seed++) {
        static const int sizes[] = {2000, 30000, 300000};
        struct random random;
        random_init_seeded(&random, seed);
        int people = sizes[seed % 3];
        CLEANUP(line_cleanup) struct line *line = surge(&random, people, seed % 2 == 0 ? people / 3 : 0);
        CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
        struct document_options options = {
            .now_s = START_S, .state = DOCUMENT_QUEUEING, .steady_per_s = 10, .promise = &promise};
        json_t *json = read_document(line, &options, arena);
        struct curve curve = curve_of(json);
        double worst = 0, waiting = (double)line_waiting(line);
        for (uint32_t second = START_S; second <= line_last_second(line); second++)
            for (uint32_t rank = 0; rank < lanes_in_second(line_lanes(line), second); rank += 7) {
                struct place place = {second, rank};
                double exact = (double)line_ahead(line, place);
                worst = fmax(worst, fabs(document_ahead(&curve, place, 1, line_passed(line)) - exact));
            }
        for (uint32_t i = 0; i < 4096; i++) {
            struct place place = {0, i << 20};
            double exact = (double)line_ahead(line, place);
            worst = fmax(worst, fabs(document_ahead(&curve, place, 1, line_passed(line)) - exact));
        }
        print_message("seed %d: %.0f wait, %zu points, worst error %.2f %%\n", (int)seed, waiting,
                      curve.length, 100 * worst / waiting);
        assert_true(worst <= 0.01 * waiting + 2);
        json_decref(json);
    }
}

static void an_empty_gate_is_open_and_its_document_short(void **state) {
    static struct promise promise;
    promise_init(&promise);
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = 3});
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct document_options options = {
        .now_s = START_S, .promise = &promise, .steady_per_s = 20, .news = UINT32_MAX};
    json_t *json = read_document(line, &options, arena);
    assert_true(json_integer_value(json_object_get(json, "news")) == UINT32_MAX);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "open");
    assert_int_equal(json_integer_value(json_object_get(json, "now")), START_S);
    assert_int_equal(json_integer_value(json_object_get(json, "pace_per_min")), 1200);
    assert_int_equal(json_integer_value(json_object_get(json, "epoch")), 3);
    assert_int_equal(json_array_size(json_object_get(json, "arrivals")), 0);
    assert_string_equal(json_string_value(json_object_get(json, "message")), "");
    json_decref(json);
}

static void waits_grow_along_the_line_and_are_not_promised_when_it_stands(void **state) {
    static struct promise promise;
    struct random random;
    promise_init(&promise);
    random_init_seeded(&random, 9);
    CLEANUP(line_cleanup) struct line *line = surge(&random, 30000, 0);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct document_options options = {
        .now_s = START_S, .state = DOCUMENT_QUEUEING, .steady_per_s = 10, .promise = &promise};
    json_t *json = read_document(line, &options, arena);
    const json_t *waits = json_object_get(json, "wait");
    assert_in_range(json_array_size(waits), 2, 8);
    json_int_t before = -1;
    for (size_t i = 0; i < json_array_size(waits); i++) {
        json_int_t p50_s = json_integer_value(json_array_get(json_array_get(waits, i), 1));
        json_int_t p90_s = json_integer_value(json_array_get(json_array_get(waits, i), 2));
        assert_true(p50_s >= before && p90_s >= p50_s);
        before = p50_s;
    }
    assert_true(fabs((double)before - (double)line_waiting(line) / 10) <
                0.02 * (double)line_waiting(line) / 10 + 2);
    json_decref(json);

    options.state = DOCUMENT_PAUSED;
    options.steady_per_s = 0;
    options.look_per_s = 10;
    json = read_document(line, &options, arena);
    json_t *looks = json_loads("[[0,2],[300,3],[1200,10],[6000,20]]", 0, NULL);
    assert_true(json_equal(json_object_get(json, "look_again_s"), looks));
    json_decref(looks);
    assert_string_equal(json_string_value(json_object_get(json, "state")), "paused");
    assert_int_equal(json_array_size(json_object_get(json, "wait")), 0);
    json_decref(json);
}

// Steps as even as they can be wrong: somebody comes only every other minute, always as many.
static void the_worst_stairs_and_the_longest_message_still_fit(void **state) {
    static struct promise promise;
    promise_init(&promise);
    CLEANUP(line_cleanup) struct line *line = line_new(&(struct line_options){.epoch = UINT32_MAX});
    for (int step = 0; step < 300; step++)
        for (int i = 0; i < 3000; i++)
            join(line, START_S + step * 120, 0);
    char message[DOCUMENT_MESSAGE_MAX + 2];
    memset(message, '"', sizeof message); // each takes two bytes
    message[DOCUMENT_MESSAGE_MAX] = '\0';
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct document_options options = {.now_s = START_S,
                                       .state = DOCUMENT_QUEUEING,
                                       .steady_per_s = 0.01,
                                       .promise = &promise,
                                       .message = message};
    json_t *json = read_document(line, &options, arena);
    assert_string_equal(json_string_value(json_object_get(json, "message")), message);
    json_decref(json);

    message[DOCUMENT_MESSAGE_MAX] = 'x';
    message[DOCUMENT_MESSAGE_MAX + 1] = '\0';
    const char *text = NULL;
    size_t length = 0;
    struct error err = {0};
    assert_false(document_write(line, &options, arena, &text, &length, &err));
    assert_string_equal(err.field, "message");
    assert_null(text);
}

static void a_frozen_document_says_so_and_keeps_the_line(void **state) {
    static struct promise promise;
    struct random random;
    promise_init(&promise);
    random_init_seeded(&random, 12);
    CLEANUP(line_cleanup) struct line *line = surge(&random, 30000, 0);
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 20);
    struct document_options options = {.now_s = START_S,
                                       .state = DOCUMENT_QUEUEING,
                                       .steady_per_s = 10,
                                       .look_per_s = 10,
                                       .promise = &promise,
                                       .reason = "capacity",
                                       .message = ",\"reason\":\"x\",\"message\":"};
    const char *text = NULL;
    size_t length = 0;
    struct error err = {0};
    assert_true(document_write(line, &options, arena, &text, &length, &err));
    char frozen[DOCUMENT_BYTES_MAX + 1];
    size_t frozen_length = document_freeze(frozen, text, START_S + 7);
    assert_int_equal(frozen_length, strlen(frozen));
    json_t *before = json_loads(text, 0, NULL), *after = json_loads(frozen, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(after);
    assert_string_equal(json_string_value(json_object_get(after, "state")), "paused");
    assert_string_equal(json_string_value(json_object_get(after, "reason")), "store");
    assert_int_equal(json_integer_value(json_object_get(after, "now")), START_S + 7);
    json_t *looks = json_loads("[[0,2],[300,3],[1200,10],[6000,20]]", 0, NULL);
    assert_true(json_equal(json_object_get(after, "look_again_s"), looks));
    json_decref(looks);
    char again[DOCUMENT_BYTES_MAX + 1]; // and stays so
    assert_int_equal(document_freeze(again, frozen, START_S + 7), frozen_length);
    assert_string_equal(again, frozen);
    const char *same[] = {"watermark", "passed", "waiting", "arrivals", "message"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_true(json_equal(json_object_get(before, same[i]), json_object_get(after, same[i])));
    json_decref(before);
    json_decref(after);
    assert_int_equal(document_freeze(frozen, "{}", START_S), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_finds_its_place_within_one_percent_of_the_line),
        cmocka_unit_test(an_empty_gate_is_open_and_its_document_short),
        cmocka_unit_test(waits_grow_along_the_line_and_are_not_promised_when_it_stands),
        cmocka_unit_test(a_frozen_document_says_so_and_keeps_the_line),
        cmocka_unit_test(the_worst_stairs_and_the_longest_message_still_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
