// provider_visit.c - the way back: code for tokens, ID token, userinfo, verdict.
//
// One visit is one chain of calls on the HTTP client's thread. Everything that it learns lies in an arena of
// its own, which is wiped before the caller hears of the result.
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/form.h"
#include "identity/jwt.h"
#include "identity/provider_internal.h"

#define WORK_BYTES_MAX      (512u << 10)
#define ACCESS_TOKEN_MAX    8192
#define ERROR_CODE_MAX      64
#define ASSERTION_TYPE      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define ERROR_CODE_ALPHABET "abcdefghijklmnopqrstuvwxyz_"
#define BEARER_ALPHABET     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

struct provider_work {
    struct provider *provider;
    struct provider_visit *visit;
    struct arena *arena;
    struct http_call call;
    struct published_wait wait;
    const char *id_token;
    const char *access_token;
    const char *subject;
    struct jwt_header header;
    json_t *claims;
    bool keys_refreshed;
};

// Overwrites the texts of a document before its memory goes back.
static void wipe_json(json_t *json) {
    const char *name = NULL;
    size_t index = 0;
    json_t *value = NULL;
    if (json_is_string(json))
        sodium_memzero((char *)json_string_value(json), json_string_length(json));
    json_object_foreach(json, name, value) {
        wipe_json(value);
    }
    json_array_foreach(json, index, value) {
        wipe_json(value);
    }
}

static void forget_json(json_t **json) {
    wipe_json(*json);
    json_cleanup(json);
}

static void work_free(struct provider_work *work) {
    struct arena *arena = work->arena;
    forget_json(&work->claims);
    arena_free(arena); // wipes; the work itself lies in it
}

static void finish(struct provider_work *work, enum identity_outcome outcome, const struct error *cause) {
    struct provider *provider = work->provider;
    struct provider_visit *visit = work->visit;
    visit->outcome = outcome;
    visit->cause = cause != NULL ? *cause : (struct error){0};
    visit->work = NULL;
    work_free(work);
    (void)atomic_fetch_sub(&provider->in_flight, 1);
    visit->done(visit);
}

// The error code of an OAuth answer when it is one that may be written down, else "".
static const char *error_code(const struct http_call *call, struct arena *arena) {
    CLEANUP(json_cleanup) json_t *answer = json_loadb(call->body, call->body_length, 0, NULL);
    const char *code = json_string_value(json_object_get(answer, "error"));
    if (code == NULL || !text_is_made_of(code, ERROR_CODE_ALPHABET, 1, ERROR_CODE_MAX))
        return "";
    const char *copy = arena_copy_text(arena, code);
    return copy == NULL ? "" : copy;
}

// Reads an answer as JSON; when it is none, the visit has ended and false is returned.
static bool take_answer(struct provider_work *work, const char *what, const struct error *call_err,
                        json_t **ret_answer) {
    const struct http_call *call = &work->call;
    struct error err = {0};
    if (call_err != NULL) {
        err = *call_err;
        error_prefix(&err, "%s: ", what);
        finish(work, IDENTITY_BUSY, &err);
        return false;
    }
    if (call->status != 200) {
        const char *code = error_code(call, work->arena);
        bool busy = call->status >= 500 || call->status == 429 ||
                    strcmp(code, "temporarily_unavailable") == 0 || strcmp(code, "server_error") == 0;
        (void)error_set(&err, busy ? ERROR_UNAVAILABLE : ERROR_DENIED, "%s: status %d %s", what, call->status,
                        code);
        finish(work, busy ? IDENTITY_BUSY : IDENTITY_OTHER, &err);
        return false;
    }
    if (call->content_type == NULL || strncasecmp(call->content_type, "application/json", 16) != 0 ||
        !json_parse_object(call->body, call->body_length, ret_answer, &err)) {
        // The parser's words may quote the answer.
        (void)error_set(&err, ERROR_INVALID, "%s: the answer is not one JSON object", what);
        finish(work, IDENTITY_OTHER, &err);
        return false;
    }
    return true;
}

static bool send(struct provider_work *work, const char *url, const char *form, const char *authorization,
                 void (*done)(struct http_call *, const struct error *), struct error *err) {
    work->call = (struct http_call){.url = url,
                                    .form = form,
                                    .authorization = authorization,
                                    .timeout_ms = work->provider->timeout_ms,
                                    .arena = work->arena,
                                    .context = work,
                                    .done = done};
    return http_client_send(work->provider->client, &work->call, err);
}

// Keyed, so that a stolen store does not tell which of the provider's people are in it.
static void person_hash(const struct provider *provider, const char *subject,
                        unsigned char target[PROVIDER_PERSON_HASH_SIZE]) {
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, provider->subject_key, sizeof provider->subject_key,
                                  PROVIDER_PERSON_HASH_SIZE);
    (void)crypto_generichash_update(&state, (const unsigned char *)provider->issuer,
                                    strlen(provider->issuer) + 1);
    (void)crypto_generichash_update(&state, (const unsigned char *)subject, strlen(subject));
    (void)crypto_generichash_final(&state, target, PROVIDER_PERSON_HASH_SIZE);
    sodium_memzero(&state, sizeof state);
}

static void judge(struct provider_work *work, const json_t *claims) {
    struct error err = {0};
    struct eligibility eligibility;
    const struct eligibility_rules rules = {.age_min = work->provider->age_min,
                                            .prefecture = work->provider->prefecture};
    struct provider_visit *visit = work->visit;
    if (!eligibility_judge(&rules, claims, &visit->day, &eligibility, &err)) {
        char claim[ERROR_FIELD_SIZE];
        memcpy(claim, err.field, sizeof claim);
        error_prefix(&err, "claim %s: ", claim);
        finish(work, IDENTITY_OTHER, &err);
        return;
    }
    person_hash(work->provider, work->subject, visit->person_hash);
    visit->age_band = (int)eligibility.age_band;
    visit->municipality = eligibility.municipality;
    finish(work, eligibility.outcome, NULL);
}

// What the visit itself takes from the claims; false: it wants to see userinfo too.
static bool give(struct provider_work *work, const json_t *claims, bool last) {
    struct error err = {0};
    if (work->visit->take(work->visit, claims, &err))
        finish(work, IDENTITY_VERIFIED, NULL);
    else if (err.kind == ERROR_MISSING && !last)
        return false;
    else
        finish(work, err.kind == ERROR_UNAVAILABLE ? IDENTITY_BUSY : IDENTITY_OTHER, &err);
    return true;
}

static void userinfo_done(struct http_call *call, const struct error *call_err) {
    struct provider_work *work = call->context;
    struct error err = {0};
    CLEANUP(forget_json) json_t *userinfo = NULL;
    if (!take_answer(work, "userinfo", call_err, &userinfo))
        return;
    // OpenID Connect Core 5.3.2: without this, claims of one person could be put under the token of another.
    const char *subject = json_string_value(json_object_get(userinfo, "sub"));
    if (subject == NULL || strcmp(subject, work->subject) != 0) {
        (void)error_set_field(&err, ERROR_DENIED, "sub", "userinfo: sub is not the ID token's");
        finish(work, IDENTITY_OTHER, &err);
        return;
    }
    if (work->visit->take == NULL)
        judge(work, userinfo);
    else if (json_object_update_missing(work->claims, userinfo) == 0) // what was signed counts first
        (void)give(work, work->claims, true);
    else
        finish(work, IDENTITY_BUSY,
               &(struct error){.kind = ERROR_UNAVAILABLE, .message = "userinfo: no memory"});
}

static void ask_userinfo(struct provider_work *work) {
    struct error err = {0};
    const char *authorization = arena_print(work->arena, "Bearer %s", work->access_token);
    if (authorization == NULL)
        (void)error_set(&err, ERROR_UNAVAILABLE, "userinfo: no memory");
    else if (send(work, published_endpoints(work->provider->published)->userinfo, NULL, authorization,
                  userinfo_done, &err))
        return;
    finish(work, IDENTITY_BUSY, &err);
}

static void verify(struct provider_work *work);

static void keys_ready(struct published_wait *wait, const struct error *err) {
    struct provider_work *work = wait->context;
    if (err != NULL)
        finish(work, IDENTITY_BUSY, err);
    else
        verify(work);
}

// Has the keys fetched once more; keys_ready then goes on.
static bool refresh_keys(struct provider_work *work, struct error *err) {
    if (work->keys_refreshed)
        return error_set(err, ERROR_DENIED, "ID token: signed by a key that the provider does not publish");
    work->keys_refreshed = true;
    work->wait = (struct published_wait){.context = work, .ready = keys_ready};
    return published_refresh(work->provider->published, &work->wait, err);
}

static void verify(struct provider_work *work) {
    struct error err = {0};
    struct provider *provider = work->provider;
    const struct key *key = published_key(provider->published, &work->header);
    if (key == NULL) {
        if (!refresh_keys(work, &err))
            finish(work, IDENTITY_BUSY, &err);
        return;
    }
    const struct id_token_expectation expectation = {.issuer = provider->issuer,
                                                     .client_id = provider->client_id,
                                                     .nonce = work->visit->transaction->nonce,
                                                     .access_token = work->access_token,
                                                     .now_ms = provider->wall_ms()};
    struct error ignored;
    bool fits = jwt_verify(work->id_token, key, work->arena, &work->claims, &err);
    // The provider may have another key now under the old id, or its keys may have no ids.
    if (!fits && err.kind == ERROR_DENIED && refresh_keys(work, &ignored))
        return;
    if (!fits || !id_token_check(work->claims, &expectation, &work->subject, &err))
        finish(work, IDENTITY_OTHER, &err);
    else if (work->visit->take != NULL) {
        if (!give(work, work->claims, false))
            ask_userinfo(work);
    } else if (json_object_get(work->claims, "birthdate") != NULL &&
               json_object_get(work->claims, "address") != NULL)
        judge(work, work->claims);
    else
        ask_userinfo(work);
}

static bool take_tokens(struct provider_work *work, const json_t *answer, struct error *err) {
    const char *type = NULL, *access_token = NULL, *id_token = NULL;
    if (!json_member_text(answer, "token_type", 16, &type, err) ||
        !json_member_text(answer, "access_token", ACCESS_TOKEN_MAX, &access_token, err) ||
        !json_member_text(answer, "id_token", JWT_BYTES_MAX, &id_token, err))
        return false;
    if (strcasecmp(type, "Bearer") != 0)
        return error_set_field(err, ERROR_DENIED, "token_type", "not Bearer");
    if (!text_is_made_of(access_token, BEARER_ALPHABET, 1, ACCESS_TOKEN_MAX))
        return error_set_field(err, ERROR_DENIED, "access_token", "not a bearer token");
    work->access_token = arena_copy_text(work->arena, access_token);
    work->id_token = arena_copy_text(work->arena, id_token);
    if (work->access_token == NULL || work->id_token == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the tokens");
    return jwt_read_header(work->id_token, &work->header, err);
}

static void token_done(struct http_call *call, const struct error *call_err) {
    struct provider_work *work = call->context;
    struct error err = {0};
    CLEANUP(forget_json) json_t *answer = NULL;
    if (!take_answer(work, "token endpoint", call_err, &answer))
        return;
    if (take_tokens(work, answer, &err)) {
        verify(work);
        return;
    }
    error_prefix(&err, "token endpoint: ");
    finish(work, IDENTITY_OTHER, &err);
}

// How the client proves who it is: its secret, or a signed assertion.
static bool add_proof(struct provider_work *work, const struct published_endpoints *endpoints,
                      struct buffer *form, struct error *err) {
    const struct provider *provider = work->provider;
    const char *assertion = NULL;
    if (provider->client_secret[0] != '\0') {
        form_add(form, "client_secret", provider->client_secret);
        return true;
    }
    const char *audience = provider->audience[0] != '\0' ? provider->audience : endpoints->token;
    const struct jwt_client client = {
        .key = provider->client_key, .client_id = provider->client_id, .audience = audience};
    if (!jwt_client_assertion(&client, provider->wall_ms(), work->arena, &assertion, err))
        return false;
    form_add(form, "client_assertion_type", ASSERTION_TYPE);
    form_add(form, "client_assertion", assertion);
    return true;
}

static bool token_form(struct provider_work *work, const struct published_endpoints *endpoints,
                       const char **ret_form, struct error *err) {
    const struct provider *provider = work->provider;
    struct buffer form;
    buffer_init(&form, work->arena);
    form_add(&form, "grant_type", "authorization_code");
    form_add(&form, "code", work->visit->code);
    form_add(&form, "redirect_uri", provider->redirect_uri);
    form_add(&form, "code_verifier", work->visit->transaction->code_verifier);
    form_add(&form, "client_id", provider->client_id);
    if (!add_proof(work, endpoints, &form, err))
        return false;
    if (form.failed)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for a token request");
    *ret_form = form.text;
    return true;
}

static bool take_place(struct provider *provider, struct error *err) {
    if (atomic_fetch_add(&provider->in_flight, 1) < provider->in_flight_max)
        return true;
    (void)atomic_fetch_sub(&provider->in_flight, 1);
    return error_set(err, ERROR_UNAVAILABLE, "%u visits are being finished already", provider->in_flight_max);
}

bool provider_finish(struct provider *provider, struct provider_visit *visit, struct error *err) {
    const struct published_endpoints *endpoints = published_endpoints(provider->published);
    size_t code_length = strlen(visit->code);
    if (code_length == 0 || code_length > PROVIDER_CODE_BYTES_MAX)
        return error_set_field(err, ERROR_INVALID, "code", "not 1 to %d bytes", PROVIDER_CODE_BYTES_MAX);
    if (endpoints == NULL) {
        published_prepare(provider->published);
        return error_set(err, ERROR_UNAVAILABLE, "the provider's endpoints are not discovered yet");
    }
    if (!take_place(provider, err))
        return false;
    const char *form = NULL;
    struct arena *arena = arena_new(WORK_BYTES_MAX);
    struct provider_work *work = arena == NULL ? NULL : arena_alloc(arena, sizeof *work);
    if (work != NULL) {
        *work = (struct provider_work){.provider = provider, .visit = visit, .arena = arena};
        visit->work = work;
        if (token_form(work, endpoints, &form, err) &&
            send(work, endpoints->token, form, NULL, token_done, err))
            return true;
        visit->work = NULL;
    } else
        (void)error_set(err, ERROR_UNAVAILABLE, "no memory to finish a visit");
    arena_free(arena);
    (void)atomic_fetch_sub(&provider->in_flight, 1);
    return false;
}
