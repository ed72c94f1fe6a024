// lanes.c - see lanes.h.
#include "gate/lanes.h"

#include <stdlib.h>
#include <string.h>

#define DRAW_WORDS (LANES_DRAW_BUCKETS / 64)

void lanes_init(struct lanes *lanes, uint32_t own_node) {
    ASSERT(own_node < LANES_MAX);
    *lanes = (struct lanes){.own_node = own_node, .used = own_node + 1, .ours = 1u << own_node};
}

void lanes_move(struct lanes *lanes, uint32_t node) {
    ASSERT(node < LANES_MAX);
    lanes->own_node = node;
    if ((lanes->ours & 1u << node) == 0)
        lanes->lane[node].unsaved_from_s = UINT32_MAX; // what is known of it was read from the store
    lanes->ours |= 1u << node;
    if (node >= lanes->used)
        lanes->used = node + 1;
}

void lanes_done(struct lanes *lanes) {
    if (lanes == NULL)
        return;
    for (uint32_t i = 0; i < LANES_MAX; i++) {
        counters_done(&lanes->lane[i].seconds);
        counters_done(&lanes->lane[i].draw);
        free(lanes->lane[i].unsaved_draw);
    }
    *lanes = (struct lanes){0};
}

uint32_t lanes_bucket(uint32_t rank) {
    return rank >> LANES_DRAW_SHIFT;
}

static bool raise_draw(struct lanes *lanes, const struct lane_count *count, uint32_t *ret_growth,
                       struct error *err) {
    struct lane *lane = &lanes->lane[count->node];
    struct counters *draw = &lane->draw;
    if (lane->unsaved_draw == NULL)
        lane->unsaved_draw = calloc(DRAW_WORDS, sizeof *lane->unsaved_draw);
    if (lane->unsaved_draw == NULL || !counters_extend(draw, LANES_DRAW_BUCKETS))
        return error_set(err, ERROR_EXHAUSTED, "no memory for the draw of the line");
    uint32_t known = counters_get(draw, count->bucket);
    *ret_growth = count->count > known ? count->count - known : 0;
    if (*ret_growth == 0)
        return true;
    counters_set(draw, count->bucket, count->count);
    uint64_t bit = UINT64_C(1) << (count->bucket % 64), *word = &lane->unsaved_draw[count->bucket / 64];
    if (count->node == lanes->own_node && (*word & bit) == 0) {
        *word |= bit;
        lane->unsaved_draw_buckets++;
    }
    return true;
}

static bool raise_second(struct lanes *lanes, const struct lane_count *count, uint32_t *ret_growth,
                         struct error *err) {
    struct lane *lane = &lanes->lane[count->node];
    struct counters *seconds = &lane->seconds;
    if (lanes->base_s == 0)
        lanes->base_s = count->second > LANES_EARLY_S ? count->second - LANES_EARLY_S : 1;
    if (count->second < lanes->base_s) {
        *ret_growth = 0;
        return true;
    }
    uint32_t index = count->second - lanes->base_s;
    if (index >= LANES_SECONDS_MAX)
        return error_set_field(err, ERROR_INVALID, "second", "arrival %u s after the line's first second",
                               index);
    if (!counters_extend(seconds, index + 1))
        return error_set(err, ERROR_EXHAUSTED, "no memory for %u seconds of the line", index + 1);
    uint32_t known = counters_get(seconds, index);
    *ret_growth = count->count > known ? count->count - known : 0;
    if (*ret_growth == 0)
        return true;
    counters_set(seconds, index, count->count);
    if (count->node == lanes->own_node && count->second < lane->unsaved_from_s)
        lane->unsaved_from_s = count->second;
    return true;
}

bool lanes_raise(struct lanes *lanes, const struct lane_count *count, uint32_t *ret_growth,
                 struct error *err) {
    if (count->node >= LANES_MAX)
        return error_set_field(err, ERROR_INVALID, "node", "node %u of at most %d", count->node, LANES_MAX);
    if (count->bucket >= (count->second == 0 ? LANES_DRAW_BUCKETS : 1))
        return error_set_field(err, ERROR_INVALID, "bucket", "no bucket %u in second %u", count->bucket,
                               count->second);
    bool done = count->second == 0 ? raise_draw(lanes, count, ret_growth, err)
                                   : raise_second(lanes, count, ret_growth, err);
    if (done && count->node >= lanes->used)
        lanes->used = count->node + 1;
    return done;
}

uint32_t lanes_get(const struct lanes *lanes, uint32_t node, uint32_t second, uint32_t bucket) {
    if (second == 0)
        return counters_get(&lanes->lane[node].draw, bucket);
    return second < lanes->base_s ? 0 : counters_get(&lanes->lane[node].seconds, second - lanes->base_s);
}

uint64_t lanes_before(const struct lanes *lanes, struct place place) {
    uint64_t people = 0;
    for (uint32_t node = 0; node < lanes->used; node++) {
        const struct lane *lane = &lanes->lane[node];
        size_t bucket = place.second == 0 ? lanes_bucket(place.rank) : LANES_DRAW_BUCKETS;
        people += counters_sum(&lane->draw, 0, bucket);
        if (place.second < lanes->base_s || place.second == 0)
            continue;
        size_t index = place.second - lanes->base_s;
        uint32_t here = counters_get(&lane->seconds, index);
        people += counters_sum(&lane->seconds, 0, index) + (here < place.rank ? here : place.rank);
    }
    return people;
}

uint64_t lanes_in_second(const struct lanes *lanes, uint32_t second) {
    return lanes_beyond_rank(lanes, second, 0);
}

uint64_t lanes_in_bucket(const struct lanes *lanes, uint32_t bucket) {
    uint64_t people = 0;
    for (uint32_t node = 0; node < lanes->used; node++)
        people += counters_get(&lanes->lane[node].draw, bucket);
    return people;
}

uint32_t lanes_at_rank(const struct lanes *lanes, uint32_t second, uint32_t rank) {
    uint32_t nodes = 0;
    for (uint32_t node = 0; node < lanes->used; node++)
        nodes += lanes_get(lanes, node, second, 0) > rank;
    return nodes;
}

uint64_t lanes_beyond_rank(const struct lanes *lanes, uint32_t second, uint32_t rank) {
    uint64_t people = 0;
    for (uint32_t node = 0; node < lanes->used; node++) {
        uint32_t count = lanes_get(lanes, node, second, 0);
        people += count > rank ? count - rank : 0;
    }
    return people;
}

uint32_t lanes_longest(const struct lanes *lanes, uint32_t second) {
    uint32_t longest = 0;
    for (uint32_t node = 0; node < lanes->used; node++) {
        uint32_t count = lanes_get(lanes, node, second, 0);
        longest = count > longest ? count : longest;
    }
    return longest;
}

bool lanes_next_second(const struct lanes *lanes, uint32_t from_s, uint32_t *ret_second) {
    size_t next = SIZE_MAX, from = from_s > lanes->base_s ? from_s - lanes->base_s : 0;
    for (uint32_t node = 0; node < lanes->used; node++) {
        const struct counters *seconds = &lanes->lane[node].seconds;
        size_t found = counters_next(seconds, from);
        if (found < seconds->length && found < next)
            next = found;
    }
    if (next == SIZE_MAX)
        return false;
    *ret_second = lanes->base_s + (uint32_t)next;
    return true;
}

bool lanes_next_bucket(const struct lanes *lanes, uint32_t from, uint32_t *ret_bucket) {
    size_t next = SIZE_MAX;
    for (uint32_t node = 0; node < lanes->used; node++) {
        const struct counters *draw = &lanes->lane[node].draw;
        size_t found = counters_next(draw, from);
        if (found < draw->length && found < next)
            next = found;
    }
    if (next == SIZE_MAX)
        return false;
    *ret_bucket = (uint32_t)next;
    return true;
}

void lanes_trim(struct lanes *lanes, uint32_t second) {
    if (lanes->base_s == 0 || second < lanes->base_s + LANES_LATE_S + COUNTERS_BLOCK)
        return;
    uint32_t blocks = (second - LANES_LATE_S - lanes->base_s) / COUNTERS_BLOCK;
    for (uint32_t node = 0; node < lanes->used; node++) {
        struct counters *seconds = &lanes->lane[node].seconds;
        size_t held = seconds->length / COUNTERS_BLOCK;
        if (held < blocks) {
            counters_done(seconds); // nothing of it is young enough
            continue;
        }
        counters_drop(seconds, blocks);
    }
    lanes->base_s += blocks * COUNTERS_BLOCK;
}

static size_t draw_changes(struct lanes *lanes, uint32_t node, struct lane_count *ret_counts, size_t room) {
    struct lane *lane = &lanes->lane[node];
    size_t given = 0;
    for (uint32_t word = 0; word < DRAW_WORDS && lane->unsaved_draw_buckets > 0; word++)
        while (lane->unsaved_draw[word] != 0 && given < room) {
            uint32_t bucket = word * 64 + (uint32_t)__builtin_ctzll(lane->unsaved_draw[word]);
            uint32_t count = counters_get(&lane->draw, bucket);
            ret_counts[given++] = (struct lane_count){.node = node, .bucket = bucket, .count = count};
            lane->unsaved_draw[word] &= lane->unsaved_draw[word] - 1;
            lane->unsaved_draw_buckets--;
        }
    return given;
}

static size_t second_changes(struct lanes *lanes, uint32_t node, struct lane_count *ret_counts, size_t room) {
    struct lane *lane = &lanes->lane[node];
    size_t given = 0;
    size_t index = lane->unsaved_from_s > lanes->base_s ? lane->unsaved_from_s - lanes->base_s : 0;
    for (; given < room && (index = counters_next(&lane->seconds, index)) < lane->seconds.length; index++)
        ret_counts[given++] = (struct lane_count){.node = node,
                                                  .second = lanes->base_s + (uint32_t)index,
                                                  .count = counters_get(&lane->seconds, index)};
    lane->unsaved_from_s = given < room ? UINT32_MAX : lanes->base_s + (uint32_t)index;
    return given;
}

size_t lanes_changes(struct lanes *lanes, struct lane_count *ret_counts, size_t room) {
    size_t given = 0;
    for (uint32_t node = 0; node < LANES_MAX && given < room; node++)
        if ((lanes->ours & 1u << node) != 0) {
            given += draw_changes(lanes, node, ret_counts + given, room - given);
            given += second_changes(lanes, node, ret_counts + given, room - given);
        }
    return given;
}

static void forget_saved(struct lane *lane) {
    lane->unsaved_from_s = 0;
    for (uint32_t bucket = 0; bucket < lane->draw.length; bucket++) {
        uint64_t bit = UINT64_C(1) << (bucket % 64), *word = &lane->unsaved_draw[bucket / 64];
        if (counters_get(&lane->draw, bucket) > 0 && (*word & bit) == 0) {
            *word |= bit;
            lane->unsaved_draw_buckets++;
        }
    }
}

void lanes_forget_saved(struct lanes *lanes) {
    for (uint32_t node = 0; node < LANES_MAX; node++)
        if ((lanes->ours & 1u << node) != 0)
            forget_saved(&lanes->lane[node]);
}
