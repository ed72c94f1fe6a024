// console_now.c - what the console looks at again and again: today, the heat of days, the funnel.
#include <string.h>

#include "identity/outcome.h"
#include "measure/hours.h"
#include "measure/imported.h"
#include "operator/audit.h"
#include "operator/settings.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define ARENA_BYTES_MAX  ((size_t)48 << 20)
#define SPAN_DAYS        14
#define CHANGES_MAX      20
#define APPLICATION_PATH "/api/v1/me/application"

struct look {
    int64_t from_ms, to_ms;
    struct hours hours;
    bool with_imported; // and what others measured in the hours that were not counted here
    struct imported_elsewhere *imported;
    size_t imported_count;
    struct audit_page changes;
    struct settings settings;
    struct arena *arena; // ours: a long span is larger than a request's memory
};

static int64_t day_start(int64_t time_ms, int days) {
    return clock_day_start_ms(clock_day_start_ms(time_ms) + days * CLOCK_DAY_MS + CLOCK_DAY_MS / 2);
}

// ?from= and ?to= are times or days; [from, to). By default the last two weeks with today.
bool console_span(struct visit *visit, int64_t *ret_from_ms, int64_t *ret_to_ms) {
    const char *from = http_request_query(visit->request, "from");
    const char *to = http_request_query(visit->request, "to");
    int64_t to_ms = day_start(visit->now_ms, 1), from_ms = 0;
    struct error err;
    const char *wrong = to != NULL && !clock_parse(to, &to_ms, &err) ? "to" : NULL;
    from_ms = day_start(to_ms - 1, 1 - SPAN_DAYS);
    if (wrong == NULL && from != NULL && !clock_parse(from, &from_ms, &err))
        wrong = "from";
    if (wrong == NULL && from_ms >= to_ms)
        wrong = "to";
    if (wrong != NULL) {
        problem_respond_status(visit->request, 400, "invalid", wrong,
                               "from and to are days or times, 2026-02-02, and from comes first");
        return false;
    }
    *ret_from_ms = from_ms;
    *ret_to_ms = to_ms;
    return true;
}

static bool read_look(struct job *job, struct session *session, struct error *err) {
    struct look *look = job->data;
    struct visit *visit = job->visit;
    return hours_read(session, visit->site->campaign->id, look->from_ms, look->to_ms, look->arena,
                      &look->hours, err) &&
           (!look->with_imported || imported_elsewhere_read(session, look->from_ms, look->to_ms, look->arena,
                                                            &look->imported, &look->imported_count, err)) &&
           settings_load(session, look->arena, &look->settings, err) &&
           (look->changes.count_max == 0 || audit_read(session, &look->changes, look->arena, err));
}

static void look_at(struct visit *visit, struct look wanted,
                    void (*answer)(struct job *job, const struct error *err)) {
    struct look *look = arena_alloc(http_request_arena(visit->request), sizeof *look);
    struct job *job = job_new(visit, look);
    if (job == NULL)
        return;
    wanted.arena = look == NULL ? NULL : arena_new(ARENA_BYTES_MAX);
    if (wanted.arena == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    *look = wanted;
    job_read(job, read_look, answer);
}

// True when it responded with the error; the arena is then gone.
static bool look_failed(struct job *job, const struct error *err) {
    struct look *look = job->data;
    if (err == NULL)
        return false;
    arena_free(look->arena);
    problem_respond(job->visit->request, err, NULL);
    return true;
}

static void respond_look(struct job *job, json_t *object) {
    struct look *look = job->data;
    struct http_response response = {.status = 200};
    visit_respond_json(job->visit, &response, object);
    arena_free(look->arena);
}

static json_t *sum_json(const struct hours_row *sum) {
    int64_t requests = 0;
    for (int class = 0; class < TRAFFIC_CLASSES; class ++)
        requests += sum->requests[class];
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "accesses", (json_int_t)sum->accesses, "users",
                     (json_int_t)sum->reached[COUNT_REGISTER], "verified",
                     (json_int_t)sum->reached[COUNT_VERIFIED], "granted",
                     (json_int_t)sum->reached[COUNT_GRANT], "requests", (json_int_t)requests, "errors",
                     (json_int_t)sum->requests[5]);
}

// One sum for each hour of a day so far; a day may have 23 or 25 of them.
static json_t *day_json(const struct look *look, int64_t from_ms, int64_t to_ms) {
    json_t *hours = json_array();
    for (int64_t hour_ms = from_ms; hour_ms < to_ms; hour_ms += CLOCK_HOUR_MS) {
        struct hours_row sum = hours_sum(&look->hours, hour_ms, hour_ms + CLOCK_HOUR_MS);
        json_t *hour = sum_json(&sum);
        (void)json_object_set_new(hour, "hour", json_integer(clock_civil(hour_ms).hour));
        (void)json_array_append_new(hours, hour);
    }
    return hours;
}

struct latency {
    int64_t count, median_us, p99_us;
};

static void take_latency(void *context, const char *route, const struct histogram *histogram) {
    struct latency *latency = context;
    if (strcmp(route, APPLICATION_PATH) != 0)
        return;
    latency->count = (int64_t)histogram_count(histogram);
    latency->median_us = (int64_t)histogram_percentile(histogram, 50);
    latency->p99_us = (int64_t)histogram_percentile(histogram, 99);
}

json_t *console_entry_json(struct visit *visit, const struct audit_entry *entry) {
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "sequence", (json_int_t)entry->sequence, "at",
                     visit_time(visit, entry->at_ms), "operator", entry->operator_name, "action",
                     entry->action, "subject", entry->subject, "before", entry->before, "after", entry->after,
                     "reason", entry->reason);
}

// What operators changed within the last hour; coming and going is no change.
static json_t *changes_json(struct visit *visit, const struct audit_page *page) {
    json_t *changes = json_array();
    for (size_t i = 0; i < page->entries_count; i++) {
        const struct audit_entry *entry = &page->entries[i];
        if (entry->at_ms > visit->now_ms - CLOCK_HOUR_MS && strncmp(entry->action, "session.", 8) != 0)
            (void)json_array_append_new(changes, console_entry_json(visit, entry));
    }
    return changes;
}

static json_t *latency_json(struct site *site) {
    struct latency latency = {0};
    traffic_each_route(site->traffic, take_latency, &latency);
    if (latency.count == 0)
        return json_null();
    return json_pack("{s:I,s:I,s:I}", "count", (json_int_t)latency.count, "median_us",
                     (json_int_t)latency.median_us, "p99_us", (json_int_t)latency.p99_us);
}

static void answer_now(struct job *job, const struct error *err) {
    if (look_failed(job, err))
        return;
    struct visit *visit = job->visit;
    struct look *look = job->data;
    struct writer_figures writer;
    int64_t today_ms = clock_day_start_ms(visit->now_ms), hour_ms = clock_hour_start_ms(visit->now_ms);
    struct hours_row today = hours_sum(&look->hours, today_ms, INT64_MAX);
    struct hours_row hour = hours_sum(&look->hours, hour_ms, INT64_MAX);
    struct hours_row before = hours_sum(&look->hours, hour_ms - CLOCK_HOUR_MS, hour_ms);
    writer_figures(visit->site->writer, &writer);
    respond_look(job, json_pack("{s:s,s:s,s:{s:s,s:s,s:I},s:o,s:o,s:o,s:o,s:o,s:o,s:{s:b,s:I},s:o,s:o}", "at",
                                visit_time(visit, visit->now_ms), "since", visit_time(visit, today_ms),
                                "campaign", "name", visit->site->campaign->name, "state",
                                campaign_phase_name(campaign_phase(visit->site->campaign, visit->now_ms)),
                                "points", (json_int_t)visit->site->campaign->points, "today",
                                sum_json(&today), "hour", sum_json(&hour), "hour_before", sum_json(&before),
                                "hours", day_json(look, today_ms, visit->now_ms), "yesterday",
                                day_json(look, day_start(visit->now_ms, -1), today_ms), "application",
                                latency_json(visit->site), "store", "available", writer.available, "waiting",
                                (json_int_t)writer.waiting, "changes", changes_json(visit, &look->changes),
                                "settings", console_settings_json(&look->settings)));
}

void handle_console_now(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    look_at(visit,
            (struct look){.from_ms = day_start(visit->now_ms, -1),
                          .to_ms = visit->now_ms + 1,
                          .changes = {.count_max = CHANGES_MAX}},
            answer_now);
}

static json_t *hours_json(const int64_t hours[24]) {
    json_t *counts = json_array();
    for (int hour = 0; hour < 24; hour++)
        (void)json_array_append_new(counts, json_integer(hours[hour]));
    return counts;
}

static void answer_heat(struct job *job, const struct error *err) {
    if (look_failed(job, err))
        return;
    struct look *look = job->data;
    json_t *days = json_array();
    for (int64_t day_ms = clock_day_start_ms(look->from_ms); day_ms < look->to_ms;) {
        int64_t next_ms = day_start(day_ms, 1), hours[24] = {0};
        for (size_t i = 0; i < look->hours.rows_count; i++) {
            const struct hours_row *row = &look->hours.rows[i];
            if (row->start_ms >= day_ms && row->start_ms < next_ms)
                hours[clock_civil(row->start_ms).hour] += row->accesses; // an hour may come twice in autumn
        }
        int64_t imported[24] = {0};
        for (size_t i = 0; i < look->imported_count; i++)
            if (look->imported[i].hour_ms >= day_ms && look->imported[i].hour_ms < next_ms)
                imported[clock_civil(look->imported[i].hour_ms).hour] += look->imported[i].accesses;
        (void)json_array_append_new(days, json_pack("{s:s,s:o,s:o}", "start", visit_time(job->visit, day_ms),
                                                    "accesses", hours_json(hours), "imported",
                                                    hours_json(imported)));
        day_ms = next_ms;
    }
    respond_look(job, json_pack("{s:s,s:s,s:o,s:o}", "from", visit_time(job->visit, look->from_ms), "to",
                                visit_time(job->visit, look->to_ms), "days", days, "settings",
                                console_settings_json(&look->settings)));
}

static json_t *outcomes_json(const struct hours_row *sum) {
    json_t *outcomes = json_object();
    for (int kind = IDENTITY_VERIFIED; kind <= IDENTITY_OTHER; kind++)
        (void)json_object_set_new(outcomes, identity_outcome_name((enum identity_outcome)kind),
                                  json_integer(sum->outcomes[kind]));
    return outcomes;
}

static void answer_funnel(struct job *job, const struct error *err) {
    if (look_failed(job, err))
        return;
    struct look *look = job->data;
    struct hours_row sum = hours_sum(&look->hours, look->from_ms, look->to_ms);
    json_t *steps = json_array();
    for (int step = COUNT_CONSENT; step <= COUNT_SCREENS; step++)
        (void)json_array_append_new(
            steps, json_pack("{s:s,s:I,s:I}", "step", count_step_name((enum count_step)step), "reached",
                             (json_int_t)sum.reached[step], "went_on", (json_int_t)sum.went_on[step]));
    respond_look(job,
                 json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "from", visit_time(job->visit, look->from_ms), "to",
                           visit_time(job->visit, look->to_ms), "granted",
                           (json_int_t)sum.reached[COUNT_GRANT], "jumps", (json_int_t)sum.reached[COUNT_HOP],
                           "steps", steps, "outcomes", outcomes_json(&sum)));
}

void handle_console_heat(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct look look = {.with_imported = true};
    if (console_span(visit, &look.from_ms, &look.to_ms))
        look_at(visit, look, answer_heat);
}

void handle_console_funnel(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct look look = {0};
    if (console_span(visit, &look.from_ms, &look.to_ms))
        look_at(visit, look, answer_funnel);
}
