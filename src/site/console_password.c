// console_password.c - an operator's own password: changed with the present one and a code; sessions
// elsewhere end.
#include <string.h>

#include "operator/audit.h"
#include "operator/password.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

struct change {
    const char *current, *code, *password;
    const char *key; // of the throttle
    struct sign_in_token token;
    char hash[PASSWORD_HASH_SIZE];
    int64_t step;
};

static bool parse_change(struct visit *visit, struct change *change, struct error *err) {
    static const char *const names[] = {"current", "code", "password", NULL};
    struct arena *arena = http_request_arena(visit->request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *current = NULL, *code = NULL, *password = NULL;
    if (!visit_body(visit, names, &body, err) ||
        !json_member_text(body, "current", PASSWORD_BYTES_MAX, &current, err) ||
        !json_member_text(body, "code", TOTP_DIGITS, &code, err) ||
        !json_member_text(body, "password", PASSWORD_BYTES_MAX, &password, err))
        return false;
    if (!password_check_strength(password, err)) {
        char words[ERROR_MESSAGE_SIZE];
        memcpy(words, err->message, sizeof words);
        return error_set_field(err, ERROR_INVALID, "password", "%s", words);
    }
    change->current = arena_copy_text(arena, current);
    change->code = arena_copy_text(arena, code);
    change->password = arena_copy_text(arena, password);
    change->key = arena_print(arena, "%s changes the password", visit->operator->name);
    return (change->current != NULL && change->code != NULL && change->password != NULL &&
            change->key != NULL) ||
           error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

// On a reader's thread: two hashes, a tenth of a second each.
static bool check_change(struct job *job, struct session *session, struct error *err) {
    struct change *change = job->data;
    struct visit *visit = job->visit;
    struct operator_proof proof;
    const struct sign_in_claim claim = {.name = visit->operator->name,
                                        .password = change->current,
                                        .code = change->code,
                                        .key = visit->site->secrets.keys[SECRETS_OPERATOR],
                                        .now_ms = clock_wall_ms()};
    return sign_in_check(session, &claim, http_request_arena(visit->request), &proof, &change->step, err) &&
           password_hash(change->password, change->hash, err);
}

static void answer_change(struct job *job, const struct error *err) {
    struct change *change = job->data;
    struct visit *visit = job->visit;
    if (err != NULL && err->kind == ERROR_EXHAUSTED)
        problem_respond_status(visit->request, 409, "operator-code-used", "code",
                               "this code was used already; wait for the next one");
    else if (err != NULL)
        problem_respond(visit->request, err, NULL);
    else {
        throttle_succeeded(console_throttle(visit->site), change->key);
        visit_respond_empty(visit, 204);
    }
}

static void write_change(struct job *job, const struct error *err) {
    struct change *change = job->data;
    struct visit *visit = job->visit;
    console_hash_end(visit->site);
    if (err != NULL && err->kind == ERROR_DENIED) {
        throttle_failed(console_throttle(visit->site), change->key, clock_wall_ms());
        problem_respond_status(visit->request, 403, "operator-sign-in", "current",
                               "the present password or the code is not right");
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    sign_in_set_password(&job->command, visit->operator->id, change->step, change->hash, &change->token);
    audit_add(&job->command, &(struct audit_entry){.at_ms = visit->now_ms,
                                                   .operator_name = visit->operator->name,
                                                   .action = "operator.password",
                                                   .subject = visit->operator->name});
    job_write(job, answer_change);
}

// False after it responded.
static bool may_try(struct visit *visit, const struct change *change) {
    int64_t wait_ms = throttle_wait_ms(console_throttle(visit->site), change->key, clock_wall_ms());
    if (wait_ms > 0)
        console_respond_wait(visit, wait_ms);
    else if (!console_hash_begin(visit->site))
        problem_respond_status(visit->request, 503, "unavailable", NULL,
                               "somebody else is signing in; try again in a moment");
    else
        return true;
    return false;
}

void handle_console_password(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct change *change = arena_alloc(http_request_arena(request), sizeof *change);
    struct error err;
    if (change == NULL) {
        problem_respond_memory(request);
        return;
    }
    *change = (struct change){0};
    if (visit->operator->by_link || visit->operator->by_organisation) {
        problem_respond_status(request, 409, "operator-without-password", NULL,
                               "who enters by the organisation or by a link has no password here");
        return;
    }
    if (!parse_change(visit, change, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    if (!console_token(visit, &change->token) || !may_try(visit, change))
        return;
    struct job *job = job_new(visit, change);
    if (job != NULL)
        job_read(job, check_change, write_change);
    else
        console_hash_end(visit->site);
}
