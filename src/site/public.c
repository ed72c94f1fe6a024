// public.c - what anybody may ask: the campaign, an opening of the app, health, metrics.
#include <stdio.h>
#include <string.h>

#include "base/qr.h"
#include "ledger/ledger.h"
#include "measure/count.h"
#include "measure/traffic.h"
#include "site/device.h"
#include "site/gate_metrics.h"
#include "site/handlers.h"
#include "site/held.h"
#include "site/job.h"
#include "site/listeners.h"
#include "site/problem.h"

#define VISIT_COOKIE     "juncho-visit"
#define OPENED_COOKIE    "juncho-opened"
#define ACCESS_QUIET_S   INT64_C(1800)     // a visit after this much quiet is a new access
#define OPENED_AGE_S     INT64_C(34560000) // 400 days from the last opening: as long as browsers keep any
#define METRICS_TEXT_MAX 32768

void handle_campaign(struct http_request *request, void *context) {
    struct http_response response = {.status = 200};
    struct visit *visit = http_request_context(request);
    visit_respond_json(visit, &response, campaign_json(visit));
}

// The app's own address for a telephone's camera. It says nothing of who asks: a picture that signed its
// finder in could be sent to somebody who then shows their own card.
void handle_qr(struct http_request *request, void *context) {
    struct site *site = context;
    struct arena *arena = http_request_arena(request);
    const char *address = arena_print(arena, "%s/journey", site->public_url), *svg = NULL;
    struct error err;
    if (address == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!qr_svg(arena, address, &svg, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct http_response response = {
        .status = 200, .content_type = "image/svg+xml", .body = svg, .body_length = strlen(svg)};
    http_response_header(&response, "Cache-Control", "public, max-age=3600");
    http_respond(request, &response);
}

// Whether this browser has opened the app in this campaign before: the cookie holds the campaign's name.
static bool has_opened(struct visit *visit) {
    const char *opened = device_cookie(visit, OPENED_COOKIE);
    return opened != NULL && strcmp(opened, visit->site->campaign->code) == 0;
}

struct access {
    struct visit *visit;
    bool first; // of this device
};

static void settle_access(struct command *command, struct tallies *tallies) {
    const struct access *access = command->context;
    const struct visit *visit = access->visit;
    count_access(tallies, visit->now_ms);
    if (access->first)
        count_openings(tallies, visit->now_ms, visit->site->campaign->id, 1);
}

// The cookies hold the second of the last call and the campaign, no number of a person or device. `counted`:
// as an opening, so that the device is known from now on.
static void respond_access(struct visit *visit, bool counted) {
    struct http_response response = {.status = 204};
    const char *second =
        arena_print(http_request_arena(visit->request), "%lld", (long long)(visit->now_ms / 1000));
    if (second == NULL || !device_set_cookie(visit, &response, VISIT_COOKIE, second, ACCESS_QUIET_S) ||
        (counted &&
         !device_set_cookie(visit, &response, OPENED_COOKIE, visit->site->campaign->code, OPENED_AGE_S))) {
        problem_respond_memory(visit->request);
        return;
    }
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(visit->request, &response);
}

static void answer_access(struct job *job, const struct error *err) {
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        respond_access(job->visit, true);
}

void handle_access(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const char *last = device_cookie(visit, VISIT_COOKIE);
    int64_t last_s = last == NULL ? 0 : strtoll(last, NULL, 10), now_s = visit->now_ms / 1000;
    if (last_s > 0 && now_s - last_s >= 0 && now_s - last_s < ACCESS_QUIET_S) {
        respond_access(visit, false);
        return;
    }
    struct access *access = arena_alloc(http_request_arena(request), sizeof *access);
    struct job *job = access == NULL ? NULL : job_new(visit, access);
    if (access == NULL)
        problem_respond_memory(request);
    if (job == NULL)
        return;
    *access = (struct access){visit, !has_opened(visit)};
    job->command.context = access;
    job->command.settle = settle_access;
    job_write(job, answer_access);
}

struct counts {
    struct count_sums sums;
    struct ledger_budget budget;
};

static bool read_counts(struct job *job, struct session *session, struct error *err) {
    struct counts *counts = job->data;
    int64_t campaign_id = job->visit->site->campaign->id;
    if (!session_begin(session, err))
        return false;
    bool ok = count_read(session, campaign_id, &counts->sums, err) &&
              ledger_budget(session, campaign_id, &counts->budget, err);
    session_rollback(session);
    return ok;
}

static void answer_counts(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct counts *counts = job->data;
    struct traffic_totals totals;
    uint64_t requests = 0;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    traffic_totals(visit->site->traffic, &totals);
    for (int class = 0; class < TRAFFIC_CLASSES; class ++)
        requests += totals.by_class[class];
    json_t *steps = json_object();
    for (int step = COUNT_CONSENT; step <= COUNT_SCREENS; step++)
        (void)json_object_set_new(steps, count_step_name((enum count_step)step),
                                  json_pack("{s:I,s:I}", "reached", (json_int_t)counts->sums.reached[step],
                                            "went_on", (json_int_t)counts->sums.went_on[step]));
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response,
                       json_pack("{s:I,s:I,s:I,s:o,s:I,s:I}", "residents", (json_int_t)counts->sums.residents,
                                 "accesses", (json_int_t)counts->sums.accesses, "requests",
                                 (json_int_t)requests, "steps", steps, "granted",
                                 (json_int_t)counts->sums.reached[COUNT_GRANT], "points",
                                 (json_int_t)counts->budget.granted));
}

// Open on a sandbox only: a real campaign's figures belong to its operators.
void handle_counts(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    if (visit->site->sandbox == NULL) {
        problem_respond_status(request, 404, "not-found", NULL, "there is nothing at this path");
        return;
    }
    struct counts *counts = arena_alloc(http_request_arena(request), sizeof *counts);
    struct job *job = job_new(visit, counts);
    if (job == NULL)
        return;
    if (counts == NULL) {
        problem_respond_memory(request);
        return;
    }
    job_read(job, read_counts, answer_counts);
}

static void respond_word(struct http_request *request, int status, const char *word) {
    struct http_response response = {.status = status,
                                     .content_type = "text/plain; charset=utf-8",
                                     .body = word,
                                     .body_length = strlen(word),
                                     .body_is_permanent = true,
                                     .headers_are_permanent = true};
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(request, &response);
}

void handle_alive(struct http_request *request, void *context) {
    respond_word(request, 200, "ok\n");
}

void handle_ready(struct http_request *request, void *context) {
    struct site *site = context;
    struct writer_figures figures;
    writer_figures(site->writer, &figures);
    if (atomic_load(&site->stopping))
        respond_word(request, 503, "stopping\n");
    else if (!figures.available)
        respond_word(request, 503, "the store is unavailable\n");
    else
        respond_word(request, 200, "ready\n");
}

static void add_route(void *context, const char *route, const struct histogram *histogram) {
    static const double quantiles[] = {50, 90, 99, 99.9};
    struct buffer *buffer = context;
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        buffer_print(buffer, "juncho_http_request_duration_seconds{route=\"%s\",quantile=\"%g\"} %.6f\n",
                     route, quantiles[i] / 100, (double)histogram_percentile(histogram, quantiles[i]) / 1e6);
    double count = (double)histogram_count(histogram);
    buffer_print(buffer, "juncho_http_request_duration_seconds_sum{route=\"%s\"} %.6f\n", route,
                 histogram_mean(histogram) * count / 1e6);
    buffer_print(buffer, "juncho_http_request_duration_seconds_count{route=\"%s\"} %.0f\n", route, count);
}

static void add_figure(struct buffer *buffer, const char *name, const char *type, const char *help,
                       double value) {
    buffer_print(buffer, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, type, name, value);
}

static void add_store(struct buffer *buffer, struct site *site) {
    struct writer_figures writer;
    writer_figures(site->writer, &writer);
    add_figure(buffer, "juncho_store_available", "gauge", "1 when the last batch reached the disk.",
               writer.available);
    add_figure(buffer, "juncho_store_commands_total", "counter", "Commands that were committed or refused.",
               (double)writer.commands);
    add_figure(buffer, "juncho_store_commands_failed_total", "counter", "Commands that failed.",
               (double)writer.commands_failed);
    add_figure(buffer, "juncho_store_batches_total", "counter", "Transactions.", (double)writer.batches);
    add_figure(buffer, "juncho_store_commands_waiting", "gauge", "Commands in the queue now.",
               (double)writer.waiting);
    add_figure(buffer, "juncho_store_commands_room", "gauge",
               "Commands that may be on their way: five seconds of what the store is seen to do.",
               (double)writer.room);
    add_figure(buffer, "juncho_store_held", "gauge",
               "People who are held until there is room for their command.",
               (double)held_count(site->held_by_writer));
    add_figure(buffer, "juncho_store_commit_seconds_total", "counter", "Time spent in commits.",
               (double)writer.commit_us_sum / 1e6);
    add_figure(buffer, "juncho_store_commit_seconds_max", "gauge", "The longest commit since the last look.",
               (double)writer.commit_us_max / 1e6);
    struct store_figures store;
    store_figures(site->store, &store);
    add_figure(buffer, "juncho_store_log_bytes", "gauge",
               "SQLite's log that is not yet in the database file.", (double)store.log_bytes);
    add_figure(buffer, "juncho_store_checkpoint_stall_seconds_max", "gauge",
               "The longest that a checkpoint has kept the writer waiting.",
               (double)store.stall_us_max / 1e6);
}

static void add_listeners(struct buffer *buffer, const struct listeners_figures *listeners) {
    add_figure(buffer, "juncho_listeners", "gauge", "Open pages that are told of announcements at once.",
               (double)listeners->held);
    add_figure(buffer, "juncho_listeners_told_total", "counter", "Listeners who were told of something.",
               (double)listeners->told);
    add_figure(buffer, "juncho_listeners_expired_total", "counter", "Listeners who were held to the end.",
               (double)listeners->expired);
    add_figure(buffer, "juncho_listeners_refused_total", "counter",
               "Pages beyond a limit, which look again by themselves.", (double)listeners->refused);
}

static void add_http(struct buffer *buffer, struct site *site) {
    struct http_figures http;
    struct traffic_totals totals;
    struct listeners_figures listeners;
    listeners_figures(site->listeners, &listeners);
    http_server_figures(site->server, &http);
    double suspended = (double)http.suspended - (double)listeners.held; // not of the same moment
    traffic_totals(site->traffic, &totals);
    add_figure(buffer, "juncho_http_connections", "gauge", "Open connections.", http.connections);
    add_figure(buffer, "juncho_http_connections_refused_total", "counter", "Connections beyond a limit.",
               (double)http.connections_refused);
    add_figure(buffer, "juncho_http_requests_suspended", "gauge",
               "Requests that wait for a store or a provider.", suspended < 0 ? 0 : suspended);
    add_listeners(buffer, &listeners);
    buffer_add(buffer, "# HELP juncho_http_requests_total Requests by the first digit of their status.\n"
                       "# TYPE juncho_http_requests_total counter\n");
    for (int class = 1; class < TRAFFIC_CLASSES; class ++)
        buffer_print(buffer, "juncho_http_requests_total{status=\"%dxx\"} %llu\n", class,
                     (unsigned long long)totals.by_class[class]);
    buffer_add(buffer, "# HELP juncho_http_request_duration_seconds Time to respond in this hour.\n"
                       "# TYPE juncho_http_request_duration_seconds summary\n");
    traffic_each_route(site->traffic, add_route, buffer);
}

void handle_metrics(struct http_request *request, void *context) {
    struct site *site = context;
    struct buffer buffer;
    buffer_init(&buffer, http_request_arena(request));
    add_store(&buffer, site);
    add_http(&buffer, site);
    gate_metrics(&buffer, site);
    if (buffer.failed || buffer.length > METRICS_TEXT_MAX) {
        problem_respond_memory(request);
        return;
    }
    struct http_response response = {.status = 200,
                                     .content_type = "text/plain; version=0.0.4; charset=utf-8",
                                     .body = buffer.text,
                                     .body_length = buffer.length};
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(request, &response);
}
