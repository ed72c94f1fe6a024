// console_session.c - signing in by name, password and code, or by a sandbox's link; and leaving.
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "operator/audit.h"
#include "operator/password.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"
#include "site/token.h"

#define DEVICE_COOKIE "juncho-console-device"
#define DEVICE_AGE_S  INT64_C(7776000) // 90 days

struct entry {
    const char *name, *password, *code; // NULL for a link
    const char *key;                    // of the throttle
    struct operator_proof proof;
    int64_t step;
    struct sign_in_token token;
};

static bool parse_entry(struct visit *visit, struct entry *entry, const char **ret_link, struct error *err) {
    static const char *const names[] = {"name", "password", "code", "link", NULL};
    struct arena *arena = http_request_arena(visit->request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *name = NULL, *password = NULL, *code = NULL, *link = NULL;
    if (!visit_body(visit, names, &body, err) ||
        !json_member_text_optional(body, "link", SIGN_IN_TOKEN_SIZE, &link, err))
        return false;
    if (link != NULL) {
        *ret_link = arena_copy_text(arena, link);
        return true;
    }
    if (!json_member_text(body, "name", OPERATOR_NAME_BYTES_MAX, &name, err) ||
        !json_member_text(body, "password", PASSWORD_BYTES_MAX, &password, err) ||
        !json_member_text(body, "code", TOTP_DIGITS, &code, err))
        return false;
    entry->name = arena_copy_text(arena, name);
    entry->password = arena_copy_text(arena, password);
    entry->code = arena_copy_text(arena, code);
    if (entry->name == NULL || entry->password == NULL || entry->code == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return true;
}

// A browser in which this operator has signed in before has a key of its own: whoever guesses at the name
// from elsewhere, even from behind the same address, does not keep its owner out.
static const char *throttle_key(struct visit *visit, const char *name) {
    struct arena *arena = http_request_arena(visit->request);
    const char *cookie = cookie_name(arena, DEVICE_COOKIE, visit->site->secure);
    const char *text = cookie == NULL ? NULL : http_request_cookie(visit->request, cookie);
    struct token token;
    if (text != NULL && token_open(text, visit->site->secrets.keys[SECRETS_DEVICE], clock_wall_ms(),
                                   DEVICE_AGE_S * CLOCK_SECOND_MS, &token))
        return arena_print(arena, "%s device %lld", name, (long long)token.other);
    return arena_print(arena, "%s from %s", name, http_request_peer(visit->request));
}

static bool set_cookies(struct visit *visit, struct http_response *response, const struct entry *entry) {
    char *device = arena_alloc(http_request_arena(visit->request), TOKEN_TEXT_SIZE);
    struct random random;
    if (device == NULL)
        return false;
    random_init_system(&random);
    struct token token = {.resident_id = entry->proof.operator.id,
                          .issued_ms = clock_wall_ms(),
                          .other = (int64_t)(random_uint64(&random) >> 1)};
    token_seal(&token, visit->site->secrets.keys[SECRETS_DEVICE], device);
    struct cookie session = {.name = CONSOLE_COOKIE,
                             .value = entry->token.text,
                             .max_age_s = SIGN_IN_LIFE_MS / CLOCK_SECOND_MS,
                             .strict = true};
    struct cookie known = {.name = DEVICE_COOKIE, .value = device, .max_age_s = DEVICE_AGE_S, .strict = true};
    return visit_set_cookie(visit, response, &session) && visit_set_cookie(visit, response, &known);
}

static json_t *operator_json(const struct operator_account *account) {
    return json_pack("{s:s,s:s,s:b}", "name", account->name, "role", operator_role_name(account->role),
                     "password", !account->by_link && !account->by_organisation);
}

static void answer_begin(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    struct visit *visit = job->visit;
    struct http_response response = {.status = 201};
    if (err != NULL && err->kind == ERROR_EXHAUSTED) {
        problem_respond_status(visit->request, 401, "operator-code-used", "code",
                               "this code was used already; wait for the next one");
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    if (entry->key != NULL)
        throttle_succeeded(console_throttle(visit->site), entry->key);
    if (!set_cookies(visit, &response, entry)) {
        problem_respond_memory(visit->request);
        return;
    }
    visit_respond_json(visit, &response, operator_json(&entry->proof.operator));
}

static void begin(struct visit *visit, struct entry *entry) {
    struct random random;
    struct job *job = job_new(visit, entry);
    if (job == NULL)
        return;
    random_init_system(&random);
    sign_in_draw(&random, &entry->token);
    sign_in_begin(&job->command, entry->proof.operator.id, entry->step, &entry->token, clock_wall_ms());
    audit_add(&job->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                   .operator_name = entry->proof.operator.name,
                                                   .action = "session.begin"});
    job_write_ahead(job, answer_begin);
}

static bool read_claim(struct job *job, struct session *session, struct error *err) {
    struct entry *entry = job->data;
    struct visit *visit = job->visit;
    struct arena *arena = http_request_arena(visit->request);
    if (entry->password == NULL)
        return operator_find(session, entry->name, arena, &entry->proof, err);
    const struct sign_in_claim claim = {.name = entry->name,
                                        .password = entry->password,
                                        .code = entry->code,
                                        .key = visit->site->secrets.keys[SECRETS_OPERATOR],
                                        .now_ms = clock_wall_ms()};
    return sign_in_check(session, &claim, arena, &entry->proof, &entry->step, err);
}

static void answer_claim(struct job *job, const struct error *err) {
    struct entry *entry = job->data;
    struct visit *visit = job->visit;
    if (entry->password != NULL)
        console_hash_end(visit->site);
    if (err != NULL && err->kind == ERROR_DENIED) {
        throttle_failed(console_throttle(visit->site), entry->key, clock_wall_ms());
        LOG(LOG_WARNING, "a sign-in at the console was refused",
            log_text("request", http_request_id(visit->request)));
        problem_respond_status(visit->request, 401, "operator-sign-in", NULL, err->message);
        return;
    }
    if (err != NULL)
        problem_respond(visit->request, err, NULL);
    else
        begin(visit, entry);
}

void console_respond_wait(struct visit *visit, int64_t wait_ms) {
    problem_respond_status(visit->request, 429, "operator-wait", NULL,
                           arena_print(http_request_arena(visit->request),
                                       "too many tries; the next one counts in %lld seconds",
                                       (long long)((wait_ms + 999) / 1000)));
}

// False after it responded.
static bool may_try(struct visit *visit, struct entry *entry) {
    entry->key = throttle_key(visit, entry->name);
    if (entry->key == NULL) {
        problem_respond_memory(visit->request);
        return false;
    }
    int64_t wait_ms = throttle_wait_ms(console_throttle(visit->site), entry->key, clock_wall_ms());
    if (wait_ms > 0) {
        console_respond_wait(visit, wait_ms);
        return false;
    }
    if (!console_hash_begin(visit->site)) {
        problem_respond_status(visit->request, 503, "unavailable", NULL,
                               "somebody else is signing in; try again in a moment");
        return false;
    }
    return true;
}

void handle_console_enter(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct entry *entry = arena_alloc(http_request_arena(request), sizeof *entry);
    const char *link = NULL;
    struct error err;
    if (entry == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!parse_entry(visit, entry, &link, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (link != NULL && !console_take_link(visit->site, link)) {
        problem_respond_status(request, 401, "operator-link", "link",
                               "this address was used already, or is of an earlier start of the server");
        return;
    }
    if (link != NULL)
        entry->name = "sandbox";
    else if (!may_try(visit, entry))
        return;
    struct job *job = job_new(visit, entry);
    if (job != NULL)
        job_read(job, read_claim, answer_claim);
    else if (link == NULL)
        console_hash_end(visit->site);
}

void handle_console_session(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response, operator_json(visit->operator));
}

static void answer_leave(struct job *job, const struct error *err) {
    struct http_response response = {.status = 204};
    struct cookie gone = {.name = CONSOLE_COOKIE, .value = "", .max_age_s = -1, .strict = true};
    if (err != NULL) {
        problem_respond(job->visit->request, err, NULL);
        return;
    }
    if (!visit_set_cookie(job->visit, &response, &gone)) {
        problem_respond_memory(job->visit->request);
        return;
    }
    http_respond(job->visit->request, &response);
}

void handle_console_leave(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct arena *arena = http_request_arena(request);
    const char *name = cookie_name(arena, CONSOLE_COOKIE, visit->site->secure);
    const char *text = name == NULL ? NULL : http_request_cookie(request, name);
    struct sign_in_token *token = arena_alloc(arena, sizeof *token);
    struct job *job = job_new(visit, token);
    if (job == NULL)
        return;
    if (token != NULL && text != NULL && sign_in_parse(text, token)) {
        sign_in_end(&job->command, token);
        audit_add(&job->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                       .operator_name = visit->operator->name,
                                                       .action = "session.end"});
    }
    job_write_ahead(job, answer_leave);
}
