// result.c - counting, comparing, and the two forms in which it is shown.
#include "rehearse/result.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

bool result_init(struct result *result, struct error *err) {
    *result = (struct result){.latency = histogram_new()};
    bool ok = result->latency != NULL;
    for (int i = 0; i < WALKER_STEPS; i++)
        ok = (result->latency_of[i] = histogram_new()) != NULL && ok;
    if (!ok) {
        result_done(result);
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    }
    return true;
}

void result_done(struct result *result) {
    histogram_free(result->latency);
    for (int i = 0; i < WALKER_STEPS; i++)
        histogram_free(result->latency_of[i]);
    *result = (struct result){0};
}

void result_note_answer(struct result *result, enum walker_step step, int status, int64_t latency_us) {
    result->requests++;
    if (status == 0)
        result->lost++;
    result->statuses[status >= 100 && status < 600 ? status / 100 : 0]++;
    histogram_record(result->latency, latency_us);
    histogram_record(result->latency_of[step], latency_us);
}

void result_note_good(struct result *result, enum walker_step step, int64_t points) {
    struct result_counts *counts = &result->counts;
    switch (step) {
    case WALKER_ACCESS:
        counts->accesses++;
        break;
    case WALKER_REGISTER:
        counts->residents++;
        break;
    case WALKER_BEGIN:
        counts->reached[PLAN_CONSENT]++;
        break;
    case WALKER_CONSENT:
    case WALKER_PROCEDURE:
    case WALKER_INTENT:
        counts->went_on[step - WALKER_CONSENT]++;
        counts->reached[step - WALKER_CONSENT + 1]++;
        break;
    case WALKER_CALLBACK:
        counts->went_on[PLAN_AUTHENTICATE]++;
        counts->reached[PLAN_VERIFIED]++;
        break;
    case WALKER_APPLY:
        counts->went_on[PLAN_VERIFIED]++;
        counts->granted++;
        counts->points += points;
        break;
    default:
        break;
    }
}

void result_note_end(struct result *result, enum walker_step step, const struct walker_next *next) {
    if (next->verdict == WALKER_FINISHED)
        result->finished++;
    if (next->verdict == WALKER_LEFT) {
        result->left++;
        result->left_at[next->screen]++;
    }
    if (next->verdict == WALKER_REFUSED) {
        result->refused++;
        result->refused_at[step]++;
    }
}

static bool count_member(const json_t *object, const char *name, int64_t *ret_count, struct error *err) {
    return json_member_int(object, name, 0, INT64_MAX, ret_count, err);
}

bool result_counts_parse(const char *text, struct result_counts *ret_counts, struct error *err) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    struct result_counts counts = {0};
    if (!json_parse_object(text, strlen(text), &object, err) ||
        !count_member(object, "accesses", &counts.accesses, err) ||
        !count_member(object, "residents", &counts.residents, err) ||
        !count_member(object, "granted", &counts.granted, err) ||
        !count_member(object, "points", &counts.points, err))
        return false;
    const json_t *steps = json_object_get(object, "steps");
    for (int i = 0; i < PLAN_SCREENS; i++) {
        const json_t *step = json_object_get(steps, plan_screen_name((enum plan_screen)i));
        if (!count_member(step, "reached", &counts.reached[i], err) ||
            !count_member(step, "went_on", &counts.went_on[i], err))
            return false;
    }
    *ret_counts = counts;
    return true;
}

struct named_count {
    char name[32];
    int64_t count;
};

// The counts in a fixed order, for everything that treats them alike.
static void list_counts(const struct result_counts *counts, struct named_count ret_list[RESULT_COUNTS]) {
    const struct named_count head[] = {{"accesses", counts->accesses},
                                       {"residents", counts->residents},
                                       {"granted", counts->granted},
                                       {"points", counts->points}};
    memcpy(ret_list, head, sizeof head);
    for (int i = 0; i < PLAN_SCREENS; i++) {
        const char *screen = plan_screen_name((enum plan_screen)i);
        struct named_count *reached = &ret_list[4 + 2 * i], *went_on = &ret_list[5 + 2 * i];
        (void)snprintf(reached->name, sizeof reached->name, "%s reached", screen);
        (void)snprintf(went_on->name, sizeof went_on->name, "%s went on", screen);
        reached->count = counts->reached[i];
        went_on->count = counts->went_on[i];
    }
}

struct result_counts result_counts_since(const struct result_counts *after,
                                         const struct result_counts *before) {
    struct result_counts since = {.accesses = after->accesses - before->accesses,
                                  .residents = after->residents - before->residents,
                                  .granted = after->granted - before->granted,
                                  .points = after->points - before->points};
    for (int i = 0; i < PLAN_SCREENS; i++) {
        since.reached[i] = after->reached[i] - before->reached[i];
        since.went_on[i] = after->went_on[i] - before->went_on[i];
    }
    return since;
}

bool result_server_agrees(const struct result *result) {
    struct named_count ours[RESULT_COUNTS], theirs[RESULT_COUNTS];
    list_counts(&result->counts, ours);
    list_counts(&result->server, theirs);
    bool agrees = result->server_known;
    for (int i = 0; i < RESULT_COUNTS; i++)
        agrees = agrees && ours[i].count == theirs[i].count;
    return agrees;
}

static double percentile_ms(const struct histogram *histogram, double percent) {
    return (double)histogram_percentile(histogram, percent) / 1000;
}

bool result_is_good(const struct result *result, const struct plan *plan, char ret_words[RESULT_WORDS_MAX]) {
    double p50_ms = percentile_ms(result->latency, 50), p99_ms = percentile_ms(result->latency, 99);
    double share = result->started == 0 ? 0 : (double)result->finished / (double)result->started;
    ret_words[0] = '\0';
    if (p50_ms > plan->thresholds.p50_ms_max)
        (void)snprintf(ret_words, RESULT_WORDS_MAX, "p50 is %.1f ms, the plan allows %.1f", p50_ms,
                       plan->thresholds.p50_ms_max);
    else if (p99_ms > plan->thresholds.p99_ms_max)
        (void)snprintf(ret_words, RESULT_WORDS_MAX, "p99 is %.1f ms, the plan allows %.1f", p99_ms,
                       plan->thresholds.p99_ms_max);
    else if (result->lost > plan->thresholds.lost_max)
        (void)snprintf(ret_words, RESULT_WORDS_MAX, "%lld requests had no answer, the plan allows %lld",
                       (long long)result->lost, (long long)plan->thresholds.lost_max);
    else if (result->refused > plan->thresholds.refused_max)
        (void)snprintf(ret_words, RESULT_WORDS_MAX, "%lld residents were refused, the plan allows %lld",
                       (long long)result->refused, (long long)plan->thresholds.refused_max);
    else if (share < plan->thresholds.finished_share_min)
        (void)snprintf(ret_words, RESULT_WORDS_MAX, "%.1f %% finished, the plan asks for %.1f %%",
                       share * 100, plan->thresholds.finished_share_min * 100);
    else if (result->server_known && !result_server_agrees(result))
        (void)snprintf(ret_words, RESULT_WORDS_MAX, "the server counted otherwise");
    return ret_words[0] == '\0';
}

static json_t *latency_json(const struct histogram *histogram) {
    return json_pack("{s:f,s:f,s:f,s:f,s:f}", "p50", percentile_ms(histogram, 50), "p90",
                     percentile_ms(histogram, 90), "p99", percentile_ms(histogram, 99), "p99.9",
                     percentile_ms(histogram, 99.9), "max", percentile_ms(histogram, 100));
}

static json_t *steps_json(const struct result *result) {
    json_t *steps = json_array();
    for (int i = 0; i < WALKER_STEPS; i++)
        (void)json_array_append_new(steps, json_pack("{s:s,s:I,s:I,s:o}", "step",
                                                     walker_step_name((enum walker_step)i), "requests",
                                                     (json_int_t)histogram_count(result->latency_of[i]),
                                                     "refused", (json_int_t)result->refused_at[i],
                                                     "latency_ms", latency_json(result->latency_of[i])));
    return steps;
}

static json_t *screens_json(const struct result *result) {
    json_t *screens = json_object();
    for (int i = 0; i < PLAN_SCREENS; i++)
        (void)json_object_set_new(screens, plan_screen_name((enum plan_screen)i),
                                  json_pack("{s:I,s:I,s:I}", "reached", (json_int_t)result->counts.reached[i],
                                            "went_on", (json_int_t)result->counts.went_on[i], "left",
                                            (json_int_t)result->left_at[i]));
    return screens;
}

static json_t *comparison_json(const struct result *result) {
    struct named_count ours[RESULT_COUNTS], theirs[RESULT_COUNTS];
    list_counts(&result->counts, ours);
    list_counts(&result->server, theirs);
    json_t *comparison = json_object();
    for (int i = 0; result->server_known && i < RESULT_COUNTS; i++)
        (void)json_object_set_new(
            comparison, ours[i].name,
            json_pack("{s:I,s:I}", "seen", (json_int_t)ours[i].count, "server", (json_int_t)theirs[i].count));
    return comparison;
}

json_t *result_json(const struct result *result) {
    json_t *json = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f}", "started",
                             (json_int_t)result->started, "finished", (json_int_t)result->finished, "left",
                             (json_int_t)result->left, "refused", (json_int_t)result->refused, "lost",
                             (json_int_t)result->lost, "unfinished", (json_int_t)result->unfinished,
                             "requests", (json_int_t)result->requests, "retries", (json_int_t)result->retries,
                             "waited", (json_int_t)result->waited, "wall_s", result->wall_s);
    if (json == NULL)
        return NULL;
    (void)json_object_set_new(json, "latency_ms", latency_json(result->latency));
    (void)json_object_set_new(json, "server_agrees", json_boolean(result_server_agrees(result)));
    (void)json_object_set_new(json, "screens", screens_json(result));
    (void)json_object_set_new(json, "steps", steps_json(result));
    (void)json_object_set_new(json, "server", comparison_json(result));
    return json;
}

static void text_steps(const struct result *result, struct buffer *buffer) {
    buffer_print(buffer, "\n%-13s %9s %8s %9s %9s %9s %9s\n", "step", "requests", "refused", "p50 ms",
                 "p90 ms", "p99 ms", "p99.9 ms");
    for (int i = 0; i < WALKER_STEPS; i++) {
        const struct histogram *latency = result->latency_of[i];
        buffer_print(buffer, "%-13s %9llu %8lld %9.1f %9.1f %9.1f %9.1f\n",
                     walker_step_name((enum walker_step)i), (unsigned long long)histogram_count(latency),
                     (long long)result->refused_at[i], percentile_ms(latency, 50), percentile_ms(latency, 90),
                     percentile_ms(latency, 99), percentile_ms(latency, 99.9));
    }
    buffer_print(buffer, "%-13s %9lld %8lld %9.1f %9.1f %9.1f %9.1f\n", "all", (long long)result->requests,
                 (long long)result->refused, percentile_ms(result->latency, 50),
                 percentile_ms(result->latency, 90), percentile_ms(result->latency, 99),
                 percentile_ms(result->latency, 99.9));
}

static void text_screens(const struct result *result, struct buffer *buffer) {
    buffer_print(buffer, "\n%-13s %9s %8s %9s %9s\n", "screen", "reached", "left", "of those", "of all");
    for (int i = 0; i < PLAN_SCREENS; i++) {
        int64_t reached = result->counts.reached[i], entrants = result->counts.reached[0];
        int64_t left = reached - result->counts.went_on[i];
        buffer_print(buffer, "%-13s %9lld %8lld %8.2f%% %8.2f%%\n", plan_screen_name((enum plan_screen)i),
                     (long long)reached, (long long)left,
                     reached == 0 ? 0 : 100.0 * (double)left / (double)reached,
                     entrants == 0 ? 0 : 100.0 * (double)left / (double)entrants);
    }
}

static void text_comparison(const struct result *result, struct buffer *buffer) {
    struct named_count ours[RESULT_COUNTS], theirs[RESULT_COUNTS];
    list_counts(&result->counts, ours);
    list_counts(&result->server, theirs);
    if (!result->server_known) {
        buffer_add(buffer, "\nThe server's own counts could not be read.\n");
        return;
    }
    if (result_server_agrees(result)) {
        buffer_print(buffer, "\nThe server counted the same: %lld residents, %lld grants, %lld points.\n",
                     (long long)result->server.residents, (long long)result->server.granted,
                     (long long)result->server.points);
        return;
    }
    buffer_print(buffer, "\n%-22s %12s %12s\n", "the server disagrees", "seen", "server");
    for (int i = 0; i < RESULT_COUNTS; i++)
        buffer_print(buffer, "%-22s %12lld %12lld%s\n", ours[i].name, (long long)ours[i].count,
                     (long long)theirs[i].count, ours[i].count == theirs[i].count ? "" : "  <-");
}

char *result_text(const struct result *result, struct arena *arena) {
    struct buffer buffer;
    buffer_init(&buffer, arena);
    buffer_print(&buffer,
                 "%lld residents in %.1f s: %lld finished, %lld left by plan, %lld refused, %lld unfinished\n"
                 "%lld requests, %lld lost, %lld tried again\n",
                 (long long)result->started, result->wall_s, (long long)result->finished,
                 (long long)result->left, (long long)result->refused, (long long)result->unfinished,
                 (long long)result->requests, (long long)result->lost, (long long)result->retries);
    text_screens(result, &buffer);
    text_steps(result, &buffer);
    text_comparison(result, &buffer);
    return buffer.text;
}
