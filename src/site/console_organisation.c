// console_organisation.c - operators who sign in by the identity provider of their own organisation.
//
// Authorization code with PKCE by the machinery of residents (identity/provider.h). The jump lives in a
// cookie of ten minutes: a callback counts only in the browser that began it, and the provider takes a code
// once. Who comes has no password and no second factor here; the organisation's acr or amr may be demanded.
// The role is what the claims say, each time.
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/private_file.h"
#include "base/text.h"
#include "operator/audit.h"
#include "operator/organisation.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define HOP_COOKIE    "juncho-console-hop"
#define HOP_AGE_S     600
#define IN_FLIGHT_MAX 32
#define SECRET_SIZE   512

struct comeback {
    struct transaction transaction;
    struct provider_visit provider;
    struct error refusal; // of the claims
    struct organisation_person person;
    struct operator_account known; // id 0: comes for the first time
    struct sign_in_token token;
};

static bool read_secret(const char *path, char ret_secret[SECRET_SIZE], struct error *err) {
    FILE *stream = fopen(path, "re");
    if (stream == NULL)
        return error_set_field(err, ERROR_INVALID, "operators.secret_file", "%.100s cannot be read: %m",
                               path);
    bool private = private_file_check(fileno(stream));
    bool read = fgets(ret_secret, SECRET_SIZE, stream) != NULL;
    (void)fclose(stream);
    if (!private)
        return error_set_field(err, ERROR_DENIED, "operators.secret_file",
                               "%.100s may be read by others: chmod 600", path);
    ret_secret[strcspn(ret_secret, "\r\n")] = '\0';
    return (read && ret_secret[0] != '\0') ||
           error_set_field(err, ERROR_INVALID, "operators.secret_file", "%.100s is empty", path);
}

bool console_organisation_new(struct site *site, struct error *err) {
    const struct config *config = site->config;
    char secret[SECRET_SIZE] = "", back[CONFIG_TEXT_SIZE + 64];
    if (config->operators.issuer[0] == '\0')
        return true;
    (void)snprintf(back, sizeof back, "%s/console/callback", site->public_url);
    if (config->operators.key_file[0] != '\0'
            ? !key_load(config->operators.key_file, NULL, &site->organisation_key, err)
            : !read_secret(config->operators.secret_file, secret, err))
        return false;
    struct provider_options options = {
        .issuer = config->operators.issuer,
        .client_id = config->operators.client_id,
        .client_secret = secret[0] == '\0' ? NULL : secret,
        .client_key = site->organisation_key,
        .redirect_uri = back,
        .scopes = config->operators.scopes,
        .acr_values = config->operators.acr_values[0] == '\0' ? NULL : config->operators.acr_values,
        .discover = true,
        .subject_key = site->secrets.keys[SECRETS_OPERATOR_HOP],
        .in_flight_max = IN_FLIGHT_MAX,
        .timeout_ms = config->identity.timeout_ms};
    bool made = provider_new(&options, site->client, &site->organisation, err);
    memset(secret, 0, sizeof secret);
    if (!made) {
        error_prefix(err, "[operators] ");
        return false;
    }
    provider_prepare(site->organisation);
    return true;
}

// Which ways lead in: what the sign-in page shows.
void handle_console_ways(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {.status = 200};
    const struct site *site = visit->site;
    visit_respond_json(
        visit, &response,
        json_pack("{s:o}", "organisation",
                  site->organisation == NULL ? json_null() : json_string(site->config->operators.label)));
}

// Back to the sign-in page, which says in words what is wrong.
static void send_back(struct visit *visit, const char *code) {
    struct http_response response = {0};
    visit_redirect(visit, &response,
                   arena_print(http_request_arena(visit->request), "/console?signin=%s", code));
}

static bool set_hop(struct visit *visit, struct http_response *response, const char *state) {
    struct cookie cookie = {
        .name = HOP_COOKIE, .value = state, .max_age_s = state[0] == '\0' ? -1 : HOP_AGE_S};
    return visit_set_cookie(visit, response, &cookie);
}

void handle_console_jump(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = visit->site;
    struct transaction transaction;
    struct http_response response = {0};
    struct random random;
    struct error err;
    const char *location = NULL;
    if (site->organisation == NULL) {
        problem_respond_status(request, 404, "not-found", NULL, "no identity provider is set for operators");
        return;
    }
    random_init_system(&random);
    transaction_init(&transaction, site->secrets.keys[SECRETS_OPERATOR_HOP], &random);
    if (!provider_begin(site->organisation, &transaction, http_request_arena(request), &location, &err)) {
        LOG(LOG_WARNING, "operators' identity provider not reached", log_text("cause", err.message));
        send_back(visit, "organisation-busy");
    } else if (!set_hop(visit, &response, transaction.state))
        problem_respond_memory(request);
    else
        visit_redirect(visit, &response, location);
    transaction_done(&transaction);
}

static void answer_begin(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    struct visit *visit = job->visit;
    struct http_response response = {0};
    if (err != NULL) {
        // The name belongs to somebody with a password, or the operator was disabled here.
        send_back(visit, err->kind == ERROR_EXHAUSTED ? "organisation-refused" : "organisation-busy");
        return;
    }
    struct cookie session = {.name = CONSOLE_COOKIE,
                             .value = comeback->token.text,
                             .max_age_s = SIGN_IN_LIFE_MS / CLOCK_SECOND_MS,
                             .strict = true};
    if (visit_set_cookie(visit, &response, &session) && set_hop(visit, &response, ""))
        visit_redirect(visit, &response, "/console");
    else
        problem_respond_memory(visit->request);
}

static void note(struct job *job, const char *action, const char *before, const char *after) {
    const struct comeback *comeback = job->data;
    const char *name = comeback->known.id == 0 ? comeback->person.name : comeback->known.name;
    bool session = before == NULL && after == NULL;
    audit_add(&job->command, &(struct audit_entry){.at_ms = job->visit->now_ms,
                                                   .operator_name = name,
                                                   .action = action,
                                                   .subject = session ? NULL : name,
                                                   .before = before,
                                                   .after = after,
                                                   .reason = "as the organisation's provider says"});
}

static void begin(struct job *job, const struct error *err) {
    struct comeback *comeback = job->data;
    struct visit *visit = job->visit;
    struct random random;
    if (err != NULL) {
        send_back(visit, "organisation-busy");
        return;
    }
    const struct organisation_person *person = &comeback->person;
    const char *role = operator_role_name(person->role);
    random_init_system(&random);
    sign_in_draw(&random, &comeback->token);
    audit_lock(&job->command);
    operator_enter(&job->command, person->subject, person->name, person->role, visit->now_ms);
    sign_in_begin_by_subject(&job->command, person->subject, &comeback->token, clock_wall_ms());
    if (comeback->known.id == 0)
        note(job, "operator.add", NULL, role);
    else if (comeback->known.role != person->role)
        note(job, "operator.role", operator_role_name(comeback->known.role), role);
    note(job, "session.begin", NULL, NULL);
    job_write(job, answer_begin);
}

static bool read_known(struct job *job, struct session *session, struct error *err) {
    struct comeback *comeback = job->data;
    return operator_find_by_subject(session, comeback->person.subject,
                                    http_request_arena(job->visit->request), &comeback->known, err);
}

static void take_result(struct http_request *request, void *context) {
    struct comeback *comeback = context;
    struct visit *visit = http_request_context(request);
    const struct provider_visit *provider = &comeback->provider;
    if (provider->outcome != IDENTITY_VERIFIED) {
        const char *code = comeback->refusal.code != NULL       ? comeback->refusal.code
                           : provider->outcome == IDENTITY_BUSY ? "organisation-busy"
                                                                : "organisation-failed";
        LOG(LOG_WARNING, "a sign-in by the organisation was refused",
            log_text("request", http_request_id(request)), log_text("cause", provider->cause.message));
        send_back(visit, code);
        return;
    }
    struct job *job = job_new(visit, comeback);
    if (job != NULL)
        job_read(job, read_known, begin);
}

static void provider_done(struct provider_visit *provider) {
    struct visit *visit = provider->context;
    struct comeback *comeback =
        (struct comeback *)(void *)((char *)provider - offsetof(struct comeback, provider));
    http_request_continue(visit->request, take_result, comeback);
}

static bool take_claims(struct provider_visit *provider, const json_t *claims, struct error *err) {
    struct visit *visit = provider->context;
    struct comeback *comeback =
        (struct comeback *)(void *)((char *)provider - offsetof(struct comeback, provider));
    const struct config *config = visit->site->config;
    const struct organisation_rules rules = {.issuer = config->operators.issuer,
                                             .name_claim = config->operators.name_claim,
                                             .role_claim = config->operators.role_claim,
                                             .values = {[OPERATOR_VIEWER] = config->operators.viewer,
                                                        [OPERATOR_OPERATOR] = config->operators.operator,
                                                        [OPERATOR_ADMIN] = config->operators.admin },
                                                        .domain = config->operators.domain,
                                                        .acr = config->operators.acr,
                                                        .amr = config->operators.amr};
    if (organisation_judge(&rules, claims, http_request_arena(visit->request), &comeback->person, err))
        return true;
    comeback->refusal = *err;
    return false;
}

void handle_console_callback(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = visit->site;
    struct arena *arena = http_request_arena(request);
    struct comeback *comeback = arena_alloc(arena, sizeof *comeback);
    const char *name = cookie_name(arena, HOP_COOKIE, site->secure);
    const char *kept = name == NULL ? NULL : http_request_cookie(request, name);
    const char *state = http_request_query(request, "state"), *code = http_request_query(request, "code");
    struct error err;
    if (comeback == NULL) {
        problem_respond_memory(request);
        return;
    }
    *comeback = (struct comeback){0};
    // Whoever is sent a stranger's callback does not become that stranger.
    if (site->organisation == NULL || state == NULL || kept == NULL || strcmp(state, kept) != 0 ||
        !transaction_from_state(&comeback->transaction, site->secrets.keys[SECRETS_OPERATOR_HOP], state,
                                &err)) {
        send_back(visit, "organisation-again");
        return;
    }
    if (code == NULL) {
        send_back(visit, "organisation-failed");
        return;
    }
    comeback->provider = (struct provider_visit){.code = code,
                                                 .transaction = &comeback->transaction,
                                                 .context = visit,
                                                 .take = take_claims,
                                                 .done = provider_done};
    if (!provider_finish(site->organisation, &comeback->provider, &err)) {
        LOG(LOG_WARNING, "operators' identity provider not asked", log_text("cause", err.message));
        send_back(visit, "organisation-busy");
    }
}
