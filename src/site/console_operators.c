// console_operators.c - who may sign in at the console: the list, somebody new, and what changes about them.
//
// A password and a second factor are drawn by the server and stand in one answer, once. The audit entry is
// part of the command that changes, and the store itself keeps the last admin.
#include <sodium.h>
#include <string.h>

#include "base/qr.h"
#include "operator/audit.h"
#include "operator/enrol.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

struct listing {
    struct operator_account *operators;
    size_t count;
};

enum change { CHANGE_ADD, CHANGE_RESET, CHANGE_DISABLE, CHANGE_ROLE };
static const char *const change_names[] = {"add", "reset", "disable", "role"};

struct operator_change {
    enum change change;
    const char *name, *reason;
    enum operator_role role; // of CHANGE_ADD and CHANGE_ROLE
    struct operator_proof before;
    char password[ENROL_PASSWORD_SIZE];
    struct operator_secrets secrets;
    const char *uri, *svg;
};

static bool read_operators(struct job *job, struct session *session, struct error *err) {
    struct listing *listing = job->data;
    return operator_list(session, http_request_arena(job->visit->request), &listing->operators,
                         &listing->count, err);
}

static void answer_operators(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct listing *listing = job->data;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *operators = json_array();
    for (size_t i = 0; i < listing->count; i++) {
        const struct operator_account *account = &listing->operators[i];
        (void)json_array_append_new(
            operators,
            json_pack("{s:s,s:s,s:b,s:b,s:b,s:s,s:s*}", "name", account->name, "role",
                      operator_role_name(account->role), "disabled", account->disabled_ms != 0, "by_link",
                      account->by_link, "by_organisation", account->by_organisation, "created",
                      visit_time(visit, account->created_ms), "last_seen",
                      account->last_seen_ms == 0 ? NULL : visit_time(visit, account->last_seen_ms)));
    }
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response, json_pack("{s:o}", "operators", operators));
}

void handle_console_operators(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct listing *listing = arena_alloc(http_request_arena(request), sizeof *listing);
    struct job *job = job_new(visit, listing);
    if (job == NULL)
        return;
    if (listing == NULL)
        problem_respond_memory(request);
    else
        job_read(job, read_operators, answer_operators);
}

static bool is_given_secrets(const struct operator_change *change) {
    return change->change == CHANGE_ADD || change->change == CHANGE_RESET;
}

// Runs on a reader's thread: hashing takes a tenth of a second.
static bool prepare(struct job *job, struct session *session, struct error *err) {
    struct operator_change *change = job->data;
    struct arena *arena = http_request_arena(job->visit->request);
    struct enrolment enrolment = {.name = change->name,
                                  .password = change->password,
                                  .key = job->visit->site->secrets.keys[SECRETS_OPERATOR]};
    struct random random;
    if (change->change != CHANGE_ADD && !operator_find(session, change->name, arena, &change->before, err))
        return false;
    if (!is_given_secrets(change))
        return true;
    random_init_system(&random);
    enrol_draw_password(&random, change->password);
    return enrol(&enrolment, &random, arena, &change->secrets, &change->uri, err) &&
           qr_svg(arena, change->uri, &change->svg, err);
}

static const char *refusal(enum change change) {
    switch (change) {
    case CHANGE_ADD:
        return "there is an operator of that name already";
    case CHANGE_DISABLE:
        return "is disabled already, or is the last admin who may sign in";
    default:
        return "somebody else changed it, or is the last admin who may sign in";
    }
}

static void answer_change(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    struct operator_change *change = job->data;
    struct http_response response = {.status = change->change == CHANGE_ADD ? 201 : 200};
    if (err != NULL && err->kind == ERROR_EXHAUSTED)
        problem_respond_status(visit->request, 409, "conflict", "name", refusal(change->change));
    else if (err != NULL)
        problem_respond(visit->request, err, NULL);
    else
        visit_respond_json(visit, &response,
                           json_pack("{s:s,s:s,s:s*,s:s*,s:s*}", "name", change->name, "change",
                                     change_names[change->change], "password",
                                     is_given_secrets(change) ? change->password : NULL, "otpauth",
                                     change->uri, "qr_svg", change->svg));
    sodium_memzero(change->password, sizeof change->password);
}

static void add_steps(struct job *job) {
    const struct operator_change *change = job->data;
    struct visit *visit = job->visit;
    bool roles = change->change == CHANGE_ROLE;
    if (change->change == CHANGE_ADD)
        operator_add(&job->command, change->name, change->role, &change->secrets, clock_wall_ms());
    else if (change->change == CHANGE_RESET)
        operator_reset(&job->command, change->name, &change->secrets);
    else if (change->change == CHANGE_DISABLE)
        operator_disable(&job->command, change->name, clock_wall_ms());
    else
        operator_set_role(&job->command, change->name, change->before.operator.role, change->role);
    audit_add(&job->command,
              &(struct audit_entry){
                  .at_ms = visit->now_ms,
                  .operator_name = visit->operator->name,
                  .action = arena_print(job->command.arena, "operator.%s", change_names[change->change]),
                  .subject = change->name,
                  .before = roles ? operator_role_name(change->before.operator.role) : NULL,
                  .after = roles || change->change == CHANGE_ADD ? operator_role_name(change->role) : NULL,
                  .reason = change->reason});
}

static void prepared(struct job *job, const struct error *err) {
    const struct operator_change *change = job->data;
    if (is_given_secrets(change))
        console_hash_end(job->visit->site);
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    add_steps(job);
    job_write_ahead(job, answer_change);
}

static bool parse_role(const json_t *body, struct operator_change *change, struct error *err) {
    const char *role = NULL;
    if (!json_member_text(body, "role", 8, &role, err))
        return false;
    return operator_role_parse(role, &change->role) ||
           error_set_field(err, ERROR_INVALID, "role", "must be viewer, operator or admin");
}

static bool parse_kind(const json_t *body, struct operator_change *change, struct error *err) {
    const char *kind = NULL;
    if (!json_member_text(body, "change", 8, &kind, err))
        return false;
    for (change->change = CHANGE_RESET; change->change <= CHANGE_ROLE; change->change++)
        if (strcmp(kind, change_names[change->change]) == 0)
            return change->change != CHANGE_ROLE || parse_role(body, change, err);
    return error_set_field(err, ERROR_INVALID, "change", "must be reset, disable or role");
}

// POST: {"name", "role", "reason"}; PUT: {"change", "reason"} and for a role {"role"}.
static bool parse(struct visit *visit, struct operator_change *change, struct error *err) {
    static const char *const names_new[] = {"name", "role", "reason", NULL};
    static const char *const names_known[] = {"change", "role", "reason", NULL};
    struct arena *arena = http_request_arena(visit->request);
    bool adds = change->change == CHANGE_ADD;
    const char *name = adds ? NULL : route_parameter(&visit->match, arena, "name"), *reason = NULL;
    CLEANUP(json_cleanup) json_t *body = NULL;
    if (!visit_body(visit, adds ? names_new : names_known, &body, err) ||
        (adds && !json_member_text(body, "name", OPERATOR_NAME_BYTES_MAX, &name, err)))
        return false;
    if (name == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!operator_name_check(name, err) ||
        !(adds ? parse_role(body, change, err) : parse_kind(body, change, err)) ||
        !json_member_text(body, "reason", AUDIT_REASON_BYTES_MAX, &reason, err))
        return false;
    if (reason[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "reason", "say why; it stands in the log of changes");
    change->name = arena_copy_text(arena, name);
    change->reason = arena_copy_text(arena, reason);
    return (change->name != NULL && change->reason != NULL) ||
           error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

static void change_operator(struct http_request *request, bool adds) {
    struct visit *visit = http_request_context(request);
    struct operator_change *change = arena_alloc(http_request_arena(request), sizeof *change);
    struct error err;
    if (change == NULL) {
        problem_respond_memory(request);
        return;
    }
    *change = (struct operator_change){.change = adds ? CHANGE_ADD : CHANGE_RESET};
    if (!parse(visit, change, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    bool hashes = is_given_secrets(change);
    if (hashes && !console_hash_begin(visit->site)) {
        problem_respond_status(request, 503, "unavailable", NULL,
                               "somebody else is signing in; try again in a moment");
        return;
    }
    struct job *job = job_new(visit, change);
    if (job != NULL)
        job_read(job, prepare, prepared);
    else if (hashes)
        console_hash_end(visit->site);
}

void handle_console_operator_add(struct http_request *request, void *context) {
    change_operator(request, true);
}

void handle_console_operator_change(struct http_request *request, void *context) {
    change_operator(request, false);
}
