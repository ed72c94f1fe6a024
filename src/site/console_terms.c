// console_terms.c - a key of the configuration, changed while the campaign runs: what it would mean for
// people and points, and the change itself with its entry in the log.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "campaign/census.h"
#include "gate/booking.h"
#include "ledger/ledger.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"
#include "site/terms.h"

#define CODE_OPENED "campaign-has-opened"
#define CODE_PAST   "not-in-the-future"
#define CODE_TAKEN  "budget-taken"
#define CODE_SAME   "same-value"
#define CODE_FIXED  "setting-fixed"

struct change {
    const struct config_key *key;
    const char *name;
    const char *before; // as the operator saw it; NULL: only the effect is asked
    const char *value;  // NULL: as the file says
    const char *reason;
    // As the store has it:
    struct setting_override *row; // NULL: the file's holds
    char now[CONFIG_TEXT_SIZE], after[CONFIG_TEXT_SIZE];
    struct campaign campaign; // after the change
    int64_t points_before;    // a person
    struct ledger_budget budget;
    struct census census;
    int64_t bookings, bookings_outside;
};

static bool is_of(const struct change *change, const char *section) {
    return strcmp(change->key->section, section) == 0;
}

static bool is(const struct change *change, const char *name) {
    return strcmp(change->name, name) == 0;
}

static bool refuse(struct error *err, const struct change *change, const char *code, const char *words) {
    (void)error_set_field(err, ERROR_INVALID, change->name, "%s: %s", change->name, words);
    err->code = code;
    return false;
}

// The overrides as they would be: the one that changes is replaced, added or left out.
static size_t with_change(const struct change *change, const struct setting_override *overrides, size_t count,
                          struct setting_override *ret_overrides) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(overrides[i].name, change->name) != 0)
            ret_overrides[kept++] = overrides[i];
    if (change->value != NULL)
        ret_overrides[kept++] = (struct setting_override){.name = change->name, .value = change->value};
    return kept;
}

static bool read_values(struct change *change, const struct site *site, struct session *session,
                        struct arena *arena, struct error *err) {
    struct setting_override *overrides = NULL;
    struct config *configs = arena_alloc(arena, 2 * sizeof *configs);
    size_t count = 0;
    if (configs == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!setting_overrides(session, arena, &overrides, &count, err) ||
        !terms_resolve(site, overrides, count, &configs[0], err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(overrides[i].name, change->name) == 0)
            change->row = &overrides[i];
    struct setting_override *wanted = arena_alloc(arena, (count + 1) * sizeof *wanted);
    if (wanted == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!terms_resolve(site, wanted, with_change(change, overrides, count, wanted), &configs[1], err))
        return false;
    config_value(&configs[0], change->key, change->now);
    config_value(&configs[1], change->key, change->after);
    change->points_before = configs[0].campaign.points;
    terms_campaign(&configs[1], &change->campaign);
    return true;
}

static bool read_people(struct change *change, const struct visit *visit, struct session *session,
                        struct error *err) {
    const struct campaign *campaign = visit->site->campaign;
    struct booking_dates dates = {campaign->id, visit->now_ms, change->campaign.opens_ms,
                                  change->campaign.closes_ms};
    change->campaign.id = campaign->id;
    return ledger_budget(session, campaign->id, &change->budget, err) &&
           census_read(session, campaign->id, http_request_arena(visit->request), &change->census, err) &&
           booking_outside(session, &dates, &change->bookings_outside, &change->bookings, err);
}

// What the table of keys cannot say: the campaign's past is not rewritten, and no promise is taken back.
static bool judge(const struct change *change, const struct visit *visit, struct error *err) {
    int64_t now_ms = visit->now_ms;
    const struct campaign *now = visit->site->campaign;
    if (strcmp(change->now, change->after) == 0 && (change->row == NULL) == (change->value == NULL))
        return refuse(err, change, CODE_SAME, "has this value already");
    if (is(change, "campaign.opens") && now->opens_ms <= now_ms)
        return refuse(err, change, CODE_OPENED, "the campaign has opened already");
    if ((is(change, "campaign.opens") && change->campaign.opens_ms <= now_ms) ||
        (is(change, "campaign.closes") && change->campaign.closes_ms <= now_ms))
        return refuse(err, change, CODE_PAST, "must be later than now");
    if (change->campaign.budget_points < change->budget.reserved + change->budget.granted)
        return refuse(err, change, CODE_TAKEN, "less than what is reserved or granted already");
    return true;
}

static bool read_change(struct job *job, struct session *session, struct error *err) {
    struct change *change = job->data;
    struct visit *visit = job->visit;
    return read_values(change, visit->site, session, http_request_arena(visit->request), err) &&
           read_people(change, visit, session, err) && judge(change, visit, err);
}

static json_t *effect_json(const struct change *change) {
    const struct ledger_budget *budget = &change->budget;
    int64_t taken = budget->reserved + budget->granted;
    int64_t before = (budget->points - taken) / change->points_before;
    int64_t after = (change->campaign.budget_points - taken) / change->campaign.points;
    return json_pack("{s:s,s:s,s:s,s:{s:I,s:I,s:I,s:I},s:{s:I,s:I,s:I,s:I},s:{s:I,s:I}}", "name",
                     change->name, "before", change->now, "value", change->after, "people", "users",
                     (json_int_t)change->census.users, "verified", (json_int_t)change->census.verified,
                     "granted", (json_int_t)change->census.granted, "too_young",
                     (json_int_t)change->census.too_young, "points", "reserved", (json_int_t)budget->reserved,
                     "granted", (json_int_t)budget->granted, "people_left_before", (json_int_t)before,
                     "people_left_after", (json_int_t)after, "bookings", "all", (json_int_t)change->bookings,
                     "outside", (json_int_t)change->bookings_outside);
}

static void answer_effect(struct job *job, const struct error *err) {
    struct http_response response = {.status = 200};
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        visit_respond_json(job->visit, &response, effect_json(job->data));
}

// The key that the route names. ERROR_MISSING: none, or not one that changes.
static bool find_key(struct visit *visit, struct change *change, struct error *err) {
    const char *name = visit_parameter(visit, "name"), *why = NULL;
    change->name = name;
    change->key = name == NULL ? NULL : config_find(name);
    if (change->key == NULL)
        return error_set(err, ERROR_MISSING, "there is no setting of that name");
    if (terms_may_change(change->key, &why))
        return true;
    (void)error_set_field(err, ERROR_CONFLICT, name, "%s is read from the file only", name);
    err->code = CODE_FIXED;
    return false;
}

static struct job *change_job(struct visit *visit, struct error *err) {
    struct change *change = arena_alloc(http_request_arena(visit->request), sizeof *change);
    if (change == NULL) {
        problem_respond_memory(visit->request);
        return NULL;
    }
    *change = (struct change){0};
    if (!find_key(visit, change, err)) {
        problem_respond(visit->request, err, NULL);
        return NULL;
    }
    return job_new(visit, change);
}

// ?value=TEXT; without it: as the file says.
void handle_console_setting_effect(struct http_request *request, void *context) {
    struct error err;
    struct job *job = change_job(http_request_context(request), &err);
    if (job == NULL)
        return;
    struct change *change = job->data;
    change->value = http_request_query(request, "value");
    if (change->value != NULL && strlen(change->value) > SETTING_VALUE_BYTES_MAX) {
        (void)error_set_field(&err, ERROR_INVALID, change->name, "too long");
        problem_respond(request, &err, NULL);
        return;
    }
    job_read(job, read_change, answer_effect);
}

static void written(struct job *job, const struct error *err) {
    if (err != NULL && err->kind == ERROR_EXHAUSTED)
        problem_respond_status(job->visit->request, 409, "conflict", "before",
                               "somebody else changed it, or the budget was taken meanwhile: look again");
    else if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        handle_console_settings(job->visit->request, job->visit->site);
}

static void write_change(struct job *job, const struct error *err) {
    struct change *change = job->data;
    struct visit *visit = job->visit;
    if (err == NULL && strcmp(change->now, change->before) != 0) {
        problem_respond_status(visit->request, 409, "conflict", "before",
                               "somebody else changed it: look at it and decide again");
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    struct setting_override after = {change->name, change->after, visit->now_ms};
    audit_lock(&job->command);
    setting_override_change(&job->command, change->row, change->value == NULL ? NULL : &after);
    if (is_of(change, "campaign"))
        campaign_change(&job->command, &change->campaign, &change->budget, visit->now_ms);
    audit_add(&job->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                   .operator_name = visit->operator->name,
                                                   .action = "setting.change",
                                                   .subject = change->name,
                                                   .before = change->now,
                                                   .after = change->after,
                                                   .reason = change->reason});
    job_write_ahead(job, written);
}

// A number, a text, true or false, as they stand in a file; NULL and true: null, the file's value.
static bool member(json_t *body, const char *name, struct arena *arena, const char **ret_text,
                   struct error *err) {
    const json_t *value = json_object_get(body, name);
    *ret_text = NULL;
    if (json_is_null(value))
        return true;
    if (json_is_string(value) && json_string_length(value) <= SETTING_VALUE_BYTES_MAX &&
        text_is_clean_utf8(json_string_value(value), json_string_length(value)))
        *ret_text = arena_copy_text(arena, json_string_value(value));
    else if (json_is_integer(value))
        *ret_text = arena_print(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        *ret_text = json_is_true(value) ? "yes" : "no";
    return *ret_text != NULL || error_set_field(err, ERROR_INVALID, name,
                                                "%s must be a text, a number, true, false or null", name);
}

static bool parse_change(struct visit *visit, struct change *change, struct error *err) {
    static const char *const names[] = {"before", "value", "reason", NULL};
    struct arena *arena = http_request_arena(visit->request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *reason = NULL;
    if (!visit_body(visit, names, &body, err) || !member(body, "before", arena, &change->before, err) ||
        !member(body, "value", arena, &change->value, err) ||
        !json_member_text(body, "reason", AUDIT_REASON_BYTES_MAX, &reason, err))
        return false;
    if (change->before == NULL)
        return error_set_field(err, ERROR_INVALID, "before", "say what it is now");
    if (reason[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "reason", "say why; it stands in the log of changes");
    change->reason = arena_copy_text(arena, reason);
    return change->reason != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

void console_term_change(struct visit *visit) {
    struct error err;
    struct job *job = change_job(visit, &err);
    if (job == NULL)
        return;
    if (parse_change(visit, job->data, &err))
        job_read(job, read_change, write_change);
    else
        problem_respond(visit->request, &err, NULL);
}

static json_t *value_json(const struct config_key *key, const char *text) {
    int64_t number = 0;
    if (key->kind == CONFIG_NUMBER && text_parse_int(text, INT64_MIN, INT64_MAX, &number))
        return json_integer((json_int_t)number);
    if (key->kind == CONFIG_BOOL)
        return json_boolean(strcmp(text, "yes") == 0);
    return json_string(text);
}

static json_t *key_json(struct visit *visit, const struct config_key *key,
                        const struct setting_override *row) {
    static const char *const kinds[] = {"text", "number", "time", "switch"};
    char now[CONFIG_TEXT_SIZE], file[CONFIG_TEXT_SIZE];
    const char *why = NULL;
    bool may = terms_may_change(key, &why);
    config_value(visit->site->config, key, now);
    terms_file_value(visit->site, key, file);
    if (strcmp(key->section, "store") == 0 && strcmp(key->name, "url") == 0) { // it may hold a password
        (void)snprintf(now, sizeof now, "%s", store_name(visit->site->store));
        (void)snprintf(file, sizeof file, "%s", now);
    }
    json_t *object = json_pack(
        "{s:o,s:s,s:o,s:o,s:b}", "name", json_sprintf("%s.%s", key->section, key->name), "kind",
        kinds[key->kind], "value", value_json(key, now), "file", value_json(key, file), "changeable", may);
    if (key->kind == CONFIG_NUMBER) {
        (void)json_object_set_new(object, "min", json_integer((json_int_t)key->min));
        (void)json_object_set_new(object, "max", json_integer((json_int_t)key->max));
    }
    if (!may)
        (void)json_object_set_new(object, "why", json_string(why));
    if (row != NULL)
        (void)json_object_set_new(object, "set_at", json_string(visit_time(visit, row->at_ms)));
    return object;
}

json_t *console_terms_json(struct visit *visit, const struct setting_override *overrides, size_t count) {
    json_t *list = json_array();
    for (const struct config_key *key = config_keys(); key->name != NULL; key++) {
        const struct setting_override *row = NULL;
        for (size_t i = 0; i < count; i++)
            if (config_find(overrides[i].name) == key)
                row = &overrides[i];
        (void)json_array_append_new(list, key_json(visit, key, row));
    }
    return list;
}
