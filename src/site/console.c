// console.c - the gate in front of every route for operators.
#include "site/console.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"
#include "site/site.h"

#define SANDBOX_OPERATOR "sandbox"

struct console {
    struct throttle *throttle;
    pthread_mutex_t mutex;
    struct sign_in_token link; // the sandbox's; all zero when there is none
    atomic_bool hashing;
    struct kept_answer participants;
};

struct admission {
    struct sign_in_token token;
    struct sign_in sign_in;
};

static bool make_sandbox_operator(struct site *site, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct command command;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    command_init(&command, arena);
    operator_add_by_link(&command, SANDBOX_OPERATOR, OPERATOR_ADMIN, clock_wall_ms());
    return writer_run(site->writer, &command, err);
}

bool console_new(struct site *site, struct console **ret_console, struct error *err) {
    struct console *console = calloc(1, sizeof *console);
    if (console == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    (void)pthread_mutex_init(&console->mutex, NULL);
    kept_answer_init(&console->participants);
    console->throttle = throttle_new();
    *ret_console = console;
    if (console->throttle == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool sandbox = strcmp(site->config->identity.provider, "sandbox") == 0;
    return !sandbox || make_sandbox_operator(site, err);
}

void console_free(struct console *console) {
    if (console == NULL)
        return;
    throttle_free(console->throttle);
    (void)pthread_mutex_destroy(&console->mutex);
    kept_answer_done(&console->participants);
    sodium_memzero(&console->link, sizeof console->link);
    free(console);
}

struct throttle *console_throttle(struct site *site) {
    return site->console->throttle;
}

struct kept_answer *console_participants(struct site *site) {
    return &site->console->participants;
}

bool console_hash_begin(struct site *site) {
    return !atomic_exchange(&site->console->hashing, true);
}

void console_hash_end(struct site *site) {
    atomic_store(&site->console->hashing, false);
}

static void write_link(const struct site *site, char address[SITE_LINK_SIZE]) {
    (void)snprintf(address, SITE_LINK_SIZE, "%s/console#enter=%s", site->public_url,
                   site->console->link.text);
}

// The caller holds the mutex, or is alone.
static void draw_link(struct site *site) {
    char address[SITE_LINK_SIZE];
    struct random random;
    random_init_system(&random);
    sign_in_draw(&random, &site->console->link);
    write_link(site, address);
    LOG(LOG_INFO, "console of the sandbox, this address lets one in once", log_text("address", address));
}

void console_offer_link(struct site *site) {
    if (site->sandbox != NULL)
        draw_link(site);
}

bool site_console_link(struct site *site, char ret_link[SITE_LINK_SIZE]) {
    if (site->sandbox == NULL)
        return false;
    (void)pthread_mutex_lock(&site->console->mutex);
    write_link(site, ret_link);
    (void)pthread_mutex_unlock(&site->console->mutex);
    return true;
}

bool console_take_link(struct site *site, const char *word) {
    struct sign_in_token token;
    if (site->sandbox == NULL || !sign_in_parse(word, &token))
        return false;
    (void)pthread_mutex_lock(&site->console->mutex);
    bool taken = sodium_memcmp(token.hash, site->console->link.hash, SIGN_IN_HASH_SIZE) == 0;
    if (taken)
        draw_link(site);
    (void)pthread_mutex_unlock(&site->console->mutex);
    return taken;
}

static enum operator_role role_needed(const struct visit *visit) {
    uint32_t flags = visit->route->flags;
    if ((flags & ROUTE_ADMIN) != 0)
        return OPERATOR_ADMIN;
    return (flags & ROUTE_OPERATOR) != 0 ? OPERATOR_OPERATOR : OPERATOR_VIEWER;
}

static bool read_admission(struct job *job, struct session *session, struct error *err) {
    struct admission *admission = job->data;
    return sign_in_read(session, &admission->token, clock_wall_ms(), http_request_arena(job->visit->request),
                        &admission->sign_in, err);
}

static void respond_unknown(struct visit *visit) {
    problem_respond_status(visit->request, 401, "operator-not-signed-in", NULL,
                           "sign in at /console; the session is missing or has ended");
}

static void enter(struct job *job, const struct error *err) {
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        job->visit->route->handler(job->visit->request, job->visit->site);
}

static bool is_sign_of_life(struct visit *visit, const struct admission *admission) {
    const char *quiet = http_request_query(visit->request, "quiet");
    return (quiet == NULL || strcmp(quiet, "1") != 0) &&
           clock_wall_ms() - admission->sign_in.seen_ms > SIGN_IN_TOUCH_MS;
}

static void answer_admission(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    struct admission *admission = job->data;
    if (err != NULL && err->kind != ERROR_DENIED) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    // Who came in by a sandbox's link, or by a provider that is configured no more, is nobody.
    const struct operator_account *account = err == NULL ? &admission->sign_in.operator: NULL;
    if (account == NULL || (account->by_link && visit->site->sandbox == NULL) ||
        (account->by_organisation && visit->site->organisation == NULL)) {
        respond_unknown(visit);
        return;
    }
    visit->operator= & admission->sign_in.operator;
    if (visit->operator->role<role_needed(visit)) {
        problem_respond_status(visit->request, 403, "operator-role", NULL,
                               arena_print(http_request_arena(visit->request), "this needs the role %s",
                                           operator_role_name(role_needed(visit))));
        return;
    }
    struct job *touch = is_sign_of_life(visit, admission) ? job_new(visit, admission) : job;
    if (touch == NULL)
        return;
    if (touch == job) {
        enter(job, NULL);
        return;
    }
    sign_in_touch(&touch->command, &admission->token, clock_wall_ms());
    job_write_ahead(touch, enter);
}

bool console_token(struct visit *visit, struct sign_in_token *ret_token) {
    struct arena *arena = http_request_arena(visit->request);
    const char *name = cookie_name(arena, CONSOLE_COOKIE, visit->site->secure);
    const char *text = name == NULL ? NULL : http_request_cookie(visit->request, name);
    if (text != NULL && sign_in_parse(text, ret_token))
        return true;
    respond_unknown(visit);
    return false;
}

void console_admit(struct visit *visit) {
    struct admission *admission = arena_alloc(http_request_arena(visit->request), sizeof *admission);
    if (admission == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    if (!console_token(visit, &admission->token))
        return;
    struct job *job = job_new(visit, admission);
    if (job != NULL)
        job_read(job, read_admission, answer_admission);
}
