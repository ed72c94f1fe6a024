// console_settings.c - what may be changed while the service runs, and what the campaign was started with.
#include <inttypes.h>

#include "operator/audit.h"
#include "operator/operator.h"
#include "operator/settings.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"
#include "site/terms.h"

struct change {
    struct settings settings;
    struct setting_override *overrides;
    size_t overrides_count;
    enum setting setting;
    int64_t before, value;
    const char *reason;
};

static bool read_settings(struct job *job, struct session *session, struct error *err) {
    struct change *change = job->data;
    struct arena *arena = http_request_arena(job->visit->request);
    // Who has just changed something sees it. What does not go together is said by the watch.
    return (terms_refresh(job->visit->site, session, err) || err->kind == ERROR_INVALID) &&
           settings_load(session, arena, &change->settings, err) &&
           setting_overrides(session, arena, &change->overrides, &change->overrides_count, err);
}

json_t *console_settings_json(const struct settings *settings) {
    json_t *values = json_object();
    for (enum setting setting = 0; setting < SETTINGS; setting++)
        (void)json_object_set_new(values, setting_kind(setting)->name,
                                  json_integer(settings->values[setting]));
    return values;
}

static void answer_settings(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct change *change = job->data;
    const struct campaign *campaign = visit->site->campaign;
    struct http_response response = {.status = 200};
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *settings = json_array();
    for (enum setting setting = 0; setting < SETTINGS; setting++) {
        const struct setting_kind *kind = setting_kind(setting);
        (void)json_array_append_new(settings, json_pack("{s:s,s:I,s:I,s:I,s:I}", "name", kind->name, "value",
                                                        (json_int_t)change->settings.values[setting],
                                                        "default", (json_int_t)kind->fallback, "min",
                                                        (json_int_t)kind->min, "max", (json_int_t)kind->max));
    }
    visit_respond_json(
        visit, &response,
        json_pack("{s:{s:s,s:s,s:I,s:I,s:s,s:s,s:I,s:s},s:o,s:o}", "campaign", "id", campaign->code, "name",
                  campaign->name, "points", (json_int_t)campaign->points, "budget_points",
                  (json_int_t)campaign->budget_points, "opens", visit_time(visit, campaign->opens_ms),
                  "closes", visit_time(visit, campaign->closes_ms), "age_min", (json_int_t)campaign->age_min,
                  "prefecture", campaign->prefecture, "settings", settings, "keys",
                  console_terms_json(visit, change->overrides, change->overrides_count)));
}

static void ask(struct visit *visit, struct change *change) {
    struct job *job = change == NULL ? NULL : job_new(visit, change);
    if (change == NULL)
        problem_respond_memory(visit->request);
    else if (job != NULL)
        job_read(job, read_settings, answer_settings);
}

void handle_console_settings(struct http_request *request, void *context) {
    struct change *change = arena_alloc(http_request_arena(request), sizeof *change);
    ask(http_request_context(request), change);
}

static void changed(struct job *job, const struct error *err) {
    if (err != NULL && err->kind == ERROR_EXHAUSTED)
        problem_respond_status(job->visit->request, 409, "conflict", "before",
                               "somebody else changed it: look at it and decide again");
    else if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        ask(job->visit, job->data);
}

static bool parse_change(struct visit *visit, struct change *change, struct error *err) {
    static const char *const names[] = {"before", "value", "reason", NULL};
    struct arena *arena = http_request_arena(visit->request);
    const char *name = route_parameter(&visit->match, arena, "name"), *reason = NULL;
    CLEANUP(json_cleanup) json_t *body = NULL;
    if (name == NULL || !setting_find(name, &change->setting))
        return error_set(err, ERROR_MISSING, "there is no setting of that name");
    const struct setting_kind *kind = setting_kind(change->setting);
    if (!visit_body(visit, names, &body, err) ||
        !json_member_int(body, "before", kind->min, kind->max, &change->before, err) ||
        !json_member_int(body, "value", kind->min, kind->max, &change->value, err) ||
        !json_member_text(body, "reason", AUDIT_REASON_BYTES_MAX, &reason, err))
        return false;
    if (reason[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "reason", "say why; it stands in the log of changes");
    change->reason = arena_copy_text(arena, reason);
    return change->reason != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

void handle_console_setting_change(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct arena *arena = http_request_arena(request);
    struct change *change = arena_alloc(arena, sizeof *change);
    struct error err;
    const char *name = visit_parameter(visit, "name");
    if (name != NULL && config_find(name) != NULL) {
        console_term_change(visit);
        return;
    }
    if (change == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!parse_change(visit, change, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = job_new(visit, change);
    if (job == NULL)
        return;
    setting_change(&job->command, change->setting, change->before, change->value, visit->now_ms);
    audit_add(&job->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                   .operator_name = visit->operator->name,
                                                   .action = "setting.change",
                                                   .subject = setting_kind(change->setting)->name,
                                                   .before = arena_print(arena, "%" PRId64, change->before),
                                                   .after = arena_print(arena, "%" PRId64, change->value),
                                                   .reason = change->reason});
    job_write_ahead(job, changed);
}
