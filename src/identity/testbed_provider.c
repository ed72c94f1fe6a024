// testbed_provider.c - the server behind it: honest by default.
#include "identity/testbed_provider.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "http/server.h"
#include "identity/form.h"
#include "identity/jwt.h"

#define REALM    "/api/realms/main"
#define OIDC     REALM "/protocol/openid-connect/"
#define HELD_MAX 8

static const unsigned char transaction_key[TRANSACTION_KEY_SIZE] = "transaction key for tests, 32 by";

struct testbed_provider testbed_provider;
static struct http_server *server;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct testbed_script script; // under the mutex, like all below
static struct http_request *held[HELD_MAX];
static size_t held_count;
static int keys_fetched;
static int64_t clock_ahead_ms;

static void change(json_t *object, const char *name, const char *json) {
    if (name != NULL && json == NULL)
        (void)json_object_del(object, name);
    else if (name != NULL)
        (void)json_object_set_new(object, name, json_loads(json, JSON_DECODE_ANY, NULL));
}

static void respond(struct http_request *request, int status, const char *body) {
    struct http_response response = {.status = status == 0 ? 200 : status,
                                     .content_type = script.content_type != NULL ? script.content_type
                                                                                 : "application/json",
                                     .body = body,
                                     .body_length = strlen(body)};
    http_respond(request, &response);
}

static void respond_json(struct http_request *request, int status, json_t *json) {
    respond(request, status, json_text(http_request_arena(request), json));
    json_decref(json);
}

static const char *make_id_token(struct arena *arena) {
    struct error err = {0};
    const char *token = NULL;
    char at_hash[JWT_AT_HASH_SIZE];
    json_int_t now_s = (clock_wall_ms() + clock_ahead_ms) / 1000;
    jwt_at_hash(at_hash, TESTBED_TOKEN);
    CLEANUP(json_cleanup)
    json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "iss", testbed_provider.issuer, "aud",
                               TESTBED_CLIENT, "sub", "person-1", "nonce", testbed_provider.transaction.nonce,
                               "at_hash", at_hash, "iat", now_s, "exp", now_s + 300);
    change(claims, script.claim, script.claim_json);
    const struct key *key = script.signing_key != NULL ? script.signing_key : testbed_provider.provider_key;
    return jwt_sign(claims, "JWT", key, arena, &token, &err) ? token : NULL;
}

// True when the request is what RFC 6749, 7523 and 7636 ask of it.
static bool request_is_right(struct http_request *request) {
    struct error err = {0};
    struct form form;
    struct arena *arena = http_request_arena(request);
    size_t length = 0;
    const char *body = http_request_body(request, &length);
    CLEANUP(json_cleanup) json_t *claims = NULL;
    char audience[256];
    (void)snprintf(audience, sizeof audience, "%s/protocol/openid-connect/token", testbed_provider.issuer);
    return http_request_method(request) == HTTP_POST && form_parse(body, length, arena, &form, &err) &&
           text_equal(form_value(&form, "grant_type"), "authorization_code") &&
           text_equal(form_value(&form, "code"), TESTBED_CODE) &&
           text_equal(form_value(&form, "redirect_uri"), testbed_provider.redirect_uri) &&
           text_equal(form_value(&form, "code_verifier"), testbed_provider.transaction.code_verifier) &&
           text_equal(form_value(&form, "client_id"), TESTBED_CLIENT) &&
           form_value(&form, "client_assertion") != NULL &&
           jwt_verify(form_value(&form, "client_assertion"), testbed_provider.client_key, arena, &claims,
                      &err) &&
           jwt_audience_has(claims, audience);
}

static void answer_token(struct http_request *request) {
    if (script.hold) {
        held[held_count++] = request;
        (void)pthread_cond_broadcast(&changed);
    } else if (!request_is_right(request))
        respond_json(request, 400, json_pack("{s:s}", "error", "invalid_request"));
    else if (script.token_body != NULL)
        respond(request, script.token_status, script.token_body);
    else {
        json_t *answer =
            json_pack("{s:s, s:s, s:i, s:s}", "access_token", TESTBED_TOKEN, "token_type", "bearer",
                      "expires_in", 300, "id_token", make_id_token(http_request_arena(request)));
        change(answer, script.member, script.member_json);
        respond_json(request, script.token_status, answer);
    }
}

static void answer_userinfo(struct http_request *request) {
    if (!text_equal(http_request_header(request, "Authorization"), "Bearer " TESTBED_TOKEN)) {
        respond(request, 401, "{}");
        return;
    }
    json_t *claims = json_pack("{s:s, s:s, s:{s:s}}", "sub", "person-1", "birthdate", "1990-05-05", "address",
                               "formatted", "東京都八王子市元本郷町3-24-1");
    change(claims, script.userinfo_member, script.userinfo_json);
    respond_json(request, script.userinfo_status, claims);
}

static void answer_keys(struct http_request *request) {
    keys_fetched++;
    if (script.keys != NULL)
        respond(request, script.keys_status, script.keys);
    else if (script.publish_second_key)
        respond_json(request, script.keys_status,
                     json_pack("{s:[o,o]}", "keys", key_public_jwk(testbed_provider.provider_key),
                               key_public_jwk(testbed_provider.second_key)));
    else
        respond_json(request, script.keys_status,
                     json_pack("{s:[o]}", "keys", key_public_jwk(testbed_provider.provider_key)));
}

static void answer_discovery(struct http_request *request) {
    char address[4][256];
    static const char *const names[] = {"auth", "token", "userinfo", "certs"};
    for (size_t i = 0; i < 4; i++)
        (void)snprintf(address[i], sizeof address[i], "%s/protocol/openid-connect/%s",
                       testbed_provider.issuer, names[i]);
    respond_json(
        request, 200,
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "issuer",
                  script.discovered_issuer != NULL ? script.discovered_issuer : testbed_provider.issuer,
                  "authorization_endpoint", address[0], "token_endpoint", address[1], "userinfo_endpoint",
                  address[2], "jwks_uri", address[3]));
}

static const char *query(void *context, const char *name) {
    return http_request_query(context, name);
}

static void answer_sandbox(struct http_request *request) {
    struct sandbox_request asked = {.post = http_request_method(request) == HTTP_POST,
                                    .path = http_request_path(request),
                                    .content_type = http_request_header(request, "Content-Type"),
                                    .authorization = http_request_header(request, "Authorization"),
                                    .query = query,
                                    .context = request,
                                    .now_ms = clock_wall_ms(),
                                    .arena = http_request_arena(request)};
    asked.body = http_request_body(request, &asked.body_length);
    struct sandbox_response answer;
    sandbox_answer(testbed_provider.sandbox, &asked, &answer);
    struct http_response response = {.status = answer.status,
                                     .content_type = answer.content_type,
                                     .body = answer.body,
                                     .body_length = answer.body_length};
    for (size_t i = 0; i < answer.headers_count; i++)
        http_response_header(&response, answer.headers[i].name, answer.headers[i].value);
    http_respond(request, &response);
}

static void handler(struct http_request *request, void *context) {
    (void)context;
    const char *path = http_request_path(request);
    (void)pthread_mutex_lock(&mutex);
    if (testbed_provider.sandbox != NULL && sandbox_owns(testbed_provider.sandbox, path))
        answer_sandbox(request);
    else if (strcmp(path, OIDC "token") == 0)
        answer_token(request);
    else if (strcmp(path, OIDC "userinfo") == 0)
        answer_userinfo(request);
    else if (strcmp(path, OIDC "certs") == 0)
        answer_keys(request);
    else if (strcmp(path, REALM "/.well-known/openid-configuration") == 0)
        answer_discovery(request);
    else
        respond(request, 404, "{}");
    (void)pthread_mutex_unlock(&mutex);
}

static void answer_late(struct http_request *request, void *context) {
    (void)context;
    struct http_response response = {.status = 503};
    http_respond(request, &response);
}

void testbed_provider_await_held(size_t count) {
    (void)pthread_mutex_lock(&mutex);
    while (held_count < count)
        (void)pthread_cond_wait(&changed, &mutex);
    (void)pthread_mutex_unlock(&mutex);
}

void testbed_provider_answer_held(void) {
    (void)pthread_mutex_lock(&mutex);
    while (held_count > 0)
        http_request_continue(held[--held_count], answer_late, NULL);
    (void)pthread_mutex_unlock(&mutex);
}

void testbed_provider_change(const struct testbed_script *next) {
    (void)pthread_mutex_lock(&mutex);
    script = *next;
    (void)pthread_mutex_unlock(&mutex);
}

void testbed_provider_begin(const struct testbed_script *next) {
    struct random random;
    random_init_seeded(&random, 7);
    (void)pthread_mutex_lock(&mutex);
    script = *next;
    keys_fetched = 0;
    clock_ahead_ms = 0;
    transaction_init(&testbed_provider.transaction, transaction_key, &random);
    (void)pthread_mutex_unlock(&mutex);
}

int testbed_provider_keys_fetched(void) {
    (void)pthread_mutex_lock(&mutex);
    int count = keys_fetched;
    (void)pthread_mutex_unlock(&mutex);
    return count;
}

void testbed_provider_set_ahead(int64_t ahead_ms) {
    (void)pthread_mutex_lock(&mutex);
    clock_ahead_ms = ahead_ms;
    (void)pthread_mutex_unlock(&mutex);
}

int64_t testbed_provider_wall_ms(void) {
    (void)pthread_mutex_lock(&mutex);
    int64_t now_ms = clock_wall_ms() + clock_ahead_ms;
    (void)pthread_mutex_unlock(&mutex);
    return now_ms;
}

bool testbed_provider_start(void) {
    struct testbed_provider *self = &testbed_provider;
    struct error err = {0};
    const struct http_options options = {.address = "127.0.0.1",
                                         .loops = 1,
                                         .body_bytes_max = 1u << 16,
                                         .arena_bytes_max = 1u << 20,
                                         .idle_timeout_s = 30,
                                         .connections_max = 100};
    self->client_key = key_generate(KEY_RS256);
    self->provider_key = key_generate(KEY_ES256);
    self->second_key = key_generate(KEY_RS256);
    self->stranger_key = key_generate(KEY_ES256);
    if (!http_server_start(&options, handler, NULL, NULL, &server, &err))
        return false;
    unsigned port = http_server_port(server);
    (void)snprintf(self->issuer, sizeof self->issuer, "http://127.0.0.1:%u" REALM, port);
    (void)snprintf(self->sandbox_issuer, sizeof self->sandbox_issuer, "http://127.0.0.1:%u/sandbox" REALM,
                   port);
    (void)snprintf(self->redirect_uri, sizeof self->redirect_uri, "http://127.0.0.1:%u/identity/callback",
                   port);
    const struct sandbox_options sandbox = {.issuer = self->sandbox_issuer,
                                            .client_id = TESTBED_CLIENT,
                                            .redirect_uri = self->redirect_uri,
                                            .client_key = self->client_key};
    return sandbox_new(&sandbox, &self->sandbox, &err);
}

void testbed_provider_stop(void) {
    http_server_stop(server, 1000);
    sandbox_free(testbed_provider.sandbox);
    key_free(testbed_provider.client_key);
    key_free(testbed_provider.provider_key);
    key_free(testbed_provider.second_key);
    key_free(testbed_provider.stranger_key);
}
