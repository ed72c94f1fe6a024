// line.c - see line.h.
#include "gate/line.h"

#include <stdlib.h>

#define DEBT_S_MAX     60 // seconds of pace that late news from other nodes may hold back
#define RESTORE_STEP_S 2  // counts are stored each second; two covers the one that was under way

struct line {
    struct line_options options;
    struct lanes lanes;
    struct place watermark;
    uint32_t last_s;
    bool open;
    uint64_t waiting;
    uint64_t passed;
    int64_t credit; // people who may pass; below zero, those who passed beyond the pace
    uint64_t pace;  // people of the last second
    struct place watermarks[LINE_PROMPT_S]; // of the last seconds, a ring
    uint32_t watermarks_next;
};

struct line *line_new(const struct line_options *options) {
    struct line *line = calloc(1, sizeof *line);
    if (line == NULL)
        return NULL;
    line->options = *options;
    line->open = options->opens_s == 0;
    lanes_init(&line->lanes, options->node);
    return line;
}

void line_free(struct line *line) {
    if (line == NULL)
        return;
    lanes_done(&line->lanes);
    free(line);
}

void line_cleanup(struct line **line) {
    line_free(*line);
}

void line_set_opens(struct line *line, uint32_t opens_s) {
    if (!line->open)
        line->options.opens_s = opens_s;
}

// The opening comes by the clock, and at the latest with the first arrival after it: a clock that steps back
// does not close the line again.
static void see_clock(struct line *line, int64_t now_s) {
    if (now_s >= line->options.opens_s)
        line->open = true;
}

// Of ranks [from, to) in this second, how many are before the watermark. The draw counts by whole buckets.
static uint32_t already_passed(const struct line *line, const struct lane_count *count, uint32_t growth) {
    struct place watermark = line->watermark;
    if (count->second != watermark.second)
        return count->second < watermark.second ? growth : 0;
    if (count->second == 0)
        return count->bucket < lanes_bucket(watermark.rank) ? growth : 0;
    uint32_t known = count->count - growth;
    if (watermark.rank <= known)
        return 0;
    return watermark.rank - known < growth ? watermark.rank - known : growth;
}

bool line_take_count(struct line *line, const struct lane_count *count, struct error *err) {
    uint32_t growth;
    if (!lanes_raise(&line->lanes, count, &growth, err))
        return false;
    uint32_t passed = already_passed(line, count, growth);
    line->waiting += growth - passed;
    line->passed += passed;
    line->credit -= passed;
    // Whoever comes after news from another node stands behind the people in it, whatever our clock says.
    uint32_t after = count->second + (count->node != line->options.node);
    if (count->second != 0 && after > line->last_s) {
        line->last_s = after;
        line->open = true;
    }
    return true;
}

// Moves on to the next place at which anybody stands.
static bool find_next(struct line *line) {
    struct place *watermark = &line->watermark;
    if (watermark->second == 0) {
        uint32_t bucket;
        if (lanes_next_bucket(&line->lanes, lanes_bucket(watermark->rank), &bucket)) {
            watermark->rank = bucket << LANES_DRAW_SHIFT;
            return true;
        }
        *watermark = (struct place){.second = 1};
    }
    if (lanes_beyond_rank(&line->lanes, watermark->second, watermark->rank) > 0)
        return true;
    uint32_t second;
    if (!lanes_next_second(&line->lanes, watermark->second + 1, &second))
        return false;
    *watermark = (struct place){.second = second};
    return true;
}

static void pass(struct line *line, uint64_t people) {
    line->waiting -= people;
    line->passed += people;
    line->credit -= (int64_t)people;
}

// One bucket of the draw, all or nothing.
static bool pass_bucket(struct line *line) {
    uint32_t bucket = lanes_bucket(line->watermark.rank);
    uint64_t people = lanes_in_bucket(&line->lanes, bucket);
    if ((int64_t)people > line->credit)
        return false;
    if (bucket + 1 < LANES_DRAW_BUCKETS)
        line->watermark.rank = (bucket + 1) << LANES_DRAW_SHIFT;
    else
        line->watermark = (struct place){.second = 1};
    pass(line, people);
    return true;
}

// A whole second when the credit allows it, else its people by rank.
static bool pass_second(struct line *line) {
    struct place *watermark = &line->watermark;
    uint64_t rest = lanes_beyond_rank(&line->lanes, watermark->second, watermark->rank);
    if ((int64_t)rest <= line->credit) {
        watermark->rank = lanes_longest(&line->lanes, watermark->second);
        pass(line, rest);
        return true;
    }
    for (;;) {
        uint32_t equals = lanes_at_rank(&line->lanes, watermark->second, watermark->rank);
        if ((int64_t)equals > line->credit)
            return false;
        watermark->rank++;
        pass(line, equals);
    }
}

static void walk(struct line *line) {
    while (line->open && line->credit > 0 && line->waiting > 0) {
        bool found = find_next(line);
        ASSERT(found);
        if (!(line->watermark.second == 0 ? pass_bucket(line) : pass_second(line)))
            return;
    }
}

// The second in which an arrival counts: never before an earlier one, never beyond what the lanes can hold.
static uint32_t arrival_second(struct line *line, int64_t now_s) {
    uint32_t second = now_s < 1 ? 1 : now_s > UINT32_MAX ? UINT32_MAX : (uint32_t)now_s;
    if (second < line->last_s)
        second = line->last_s;
    // After a quiet time the line begins anew, so that a long pause costs no memory.
    if (line->waiting == 0 && line->watermark.second != 0 && second - line->last_s > 2 * LANES_LATE_S) {
        line->watermark = (struct place){.second = second};
        lanes_trim(&line->lanes, second);
    }
    if (line->lanes.base_s != 0 && second - line->lanes.base_s >= LANES_SECONDS_MAX)
        second = line->lanes.base_s + LANES_SECONDS_MAX - 1;
    return second;
}

bool line_join(struct line *line, int64_t now_s, uint32_t draw_rank, struct place *ret_place,
               struct error *err) {
    see_clock(line, now_s);
    struct lane_count count = {.node = line->options.node};
    struct place place = {.rank = draw_rank};
    if (line->open) {
        count.second = place.second = arrival_second(line, now_s);
        place.rank = lanes_get(&line->lanes, count.node, count.second, 0);
        count.count = place.rank + 1;
    } else {
        count.bucket = lanes_bucket(draw_rank);
        count.count = lanes_get(&line->lanes, count.node, 0, count.bucket) + 1;
    }
    if (!line_take_count(line, &count, err))
        return false;
    walk(line);
    *ret_place = place;
    return true;
}

static void note_watermark(struct line *line) {
    line->watermarks[line->watermarks_next] = line->watermark;
    line->watermarks_next = (line->watermarks_next + 1) % LINE_PROMPT_S;
    lanes_trim(&line->lanes, line->watermark.second);
}

uint64_t line_advance(struct line *line, int64_t now_s, uint64_t people) {
    see_clock(line, now_s);
    if (!line->open)
        return 0;
    uint64_t passed = line->passed;
    int64_t pace = people > INT64_MAX / 2 / DEBT_S_MAX ? INT64_MAX / 2 / DEBT_S_MAX : (int64_t)people;
    if (line->credit < -DEBT_S_MAX * pace)
        line->credit = -DEBT_S_MAX * pace;
    line->credit += pace;
    line->pace = (uint64_t)pace;
    walk(line);
    // What nobody used is good for one second; a pause leaves nothing.
    if ((line->waiting == 0 || pace == 0) && line->credit > pace)
        line->credit = pace;
    note_watermark(line);
    return line->passed - passed;
}

void line_hear(struct line *line, struct place watermark) {
    if (place_compare(watermark, line->watermark) <= 0)
        return;
    uint64_t people = lanes_before(&line->lanes, watermark) - lanes_before(&line->lanes, line->watermark);
    line->watermark = watermark;
    pass(line, people);
}

void line_follow(struct line *line, struct place watermark, uint64_t share) {
    line_hear(line, watermark);
    line->credit = line->waiting == 0 ? (int64_t)share : 0;
    line->pace = share;
    note_watermark(line);
}

enum line_entry line_entry(const struct line *line, struct place place) {
    if (place_compare(place, line->watermark) >= 0)
        return LINE_WAIT;
    // The slot that is written next holds the oldest watermark.
    return place_compare(place, line->watermarks[line->watermarks_next]) < 0 ? LINE_RETURN : LINE_TURN;
}

uint32_t line_turn_age_s(const struct line *line, struct place place) {
    // Watermarks never go back: the first that is beyond the place, counted from the newest, by halving.
    uint32_t low = 0, high = LINE_PROMPT_S;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        uint32_t slot = (line->watermarks_next + LINE_PROMPT_S - 1 - middle) % LINE_PROMPT_S;
        if (place_compare(place, line->watermarks[slot]) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool line_admit_return(struct line *line) {
    if (line->credit <= -(int64_t)line->pace)
        return false;
    line->credit--;
    return true;
}

uint64_t line_ahead(const struct line *line, struct place place) {
    if (place_compare(place, line->watermark) <= 0)
        return 0;
    return lanes_before(&line->lanes, place) - lanes_before(&line->lanes, line->watermark);
}

uint64_t line_waiting(const struct line *line) {
    return line->waiting;
}

uint64_t line_joined(const struct line *line) {
    return line->passed + line->waiting;
}

uint64_t line_passed(const struct line *line) {
    return line->passed;
}

struct place line_watermark(const struct line *line) {
    return line->watermark;
}

uint32_t line_last_second(const struct line *line) {
    return line->last_s;
}

bool line_is_open(const struct line *line) {
    return line->open;
}

const struct lanes *line_lanes(const struct line *line) {
    return &line->lanes;
}

size_t line_memory_bytes(const struct line *line) {
    size_t bytes = sizeof *line;
    for (uint32_t node = 0; node < LANES_MAX; node++) {
        const struct lane *lane = &line->lanes.lane[node];
        size_t counters = lane->seconds.capacity + lane->draw.capacity;
        bytes += counters * sizeof(uint32_t) + counters / COUNTERS_BLOCK * sizeof(uint64_t);
        bytes += lane->unsaved_draw == NULL ? 0 : LANES_DRAW_BUCKETS / 8;
    }
    return bytes;
}

struct line_state line_state(const struct line *line) {
    return (struct line_state){.epoch = line->options.epoch,
                               .last_s = line->last_s,
                               .watermark = line->watermark,
                               .passed = line->passed};
}

void line_take_lane(struct line *line, uint32_t node) {
    line->options.node = node;
    lanes_move(&line->lanes, node);
}

size_t line_changes(struct line *line, struct lane_count *ret_counts, size_t room) {
    return lanes_changes(&line->lanes, ret_counts, room);
}

void line_forget_saved(struct line *line) {
    lanes_forget_saved(&line->lanes);
}

// The lanes begin with the oldest count that is not long past.
static uint32_t first_second(const struct line_state *state, const struct lane_count *counts, size_t length) {
    uint32_t first = 0;
    for (size_t i = 0; i < length; i++)
        if (counts[i].second != 0 && (first == 0 || counts[i].second < first))
            first = counts[i].second;
    uint32_t past = state->watermark.second > LANES_LATE_S ? state->watermark.second - LANES_LATE_S : 0;
    return first != 0 && first < past ? past : first;
}

bool line_restore(struct line *line, const struct line_state *state, const struct lane_count *counts,
                  size_t counts_length, struct error *err) {
    ASSERT(line->passed == 0 && line->waiting == 0);
    if (state->epoch != line->options.epoch)
        return error_set(err, ERROR_CONFLICT, "the stored line is of epoch %u, not %u", state->epoch,
                         line->options.epoch);
    line->lanes.base_s = first_second(state, counts, counts_length);
    for (size_t i = 0; i < counts_length; i++)
        if (!line_take_count(line, &counts[i], err))
            return false;
    line->open = line->open || state->last_s > 0;
    line_follow(line, state->watermark, 0);
    line->passed = state->passed;
    uint32_t newest = state->last_s > line->last_s ? state->last_s : line->last_s;
    line->last_s = newest == 0 ? 0 : newest + RESTORE_STEP_S;
    return true;
}
