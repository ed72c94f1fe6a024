// provider_test.c - the relying party against providers that tell the truth, lie, are slow or are gone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "http/client.h"
#include "http/server.h"
#include "identity/form.h"
#include "identity/jwt.h"
#include "identity/provider.h"
#include "identity/sandbox.h"

#define CLIENT       "RP00000001"
#define REALM        "/api/realms/main"
#define OIDC         REALM "/protocol/openid-connect/"
#define TIMEOUT_MS   3000
#define ACCESS_TOKEN "an-access-token"
#define VISITS_MAX   8

static const unsigned char subject_key[PROVIDER_SUBJECT_KEY_SIZE] = "a subject key for tests, 32 byte";
static const unsigned char transaction_key[TRANSACTION_KEY_SIZE] = "transaction key for tests, 32 by";

static struct http_server *server;
static struct key *client_key, *provider_key, *second_key, *stranger_key;
static struct sandbox *sandbox;
static char issuer[128], sandbox_issuer[160], redirect_uri[128];

// What the provider of a test does otherwise than a good one.
struct script {
    const char *claim, *claim_json;   // of the ID token; NULL json takes it out
    const char *member, *member_json; // of the token endpoint's answer
    const char *userinfo_member, *userinfo_json;
    const char *keys; // body of the key set
    const char *discovered_issuer;
    const struct key *signing_key;
    int token_status, userinfo_status, keys_status;
    const char *token_body;
    const char *content_type;
    bool hold; // the token endpoint does not answer
    bool publish_second_key;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct script script; // under the mutex, like all below
static struct transaction transaction;
static struct http_request *held[VISITS_MAX];
static size_t held_count;
static int keys_fetched, visits_done;
static int64_t clock_ahead_ms;

static int64_t test_wall_ms(void) {
    (void)pthread_mutex_lock(&mutex);
    int64_t now_ms = clock_wall_ms() + clock_ahead_ms;
    (void)pthread_mutex_unlock(&mutex);
    return now_ms;
}

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
    jwt_at_hash(at_hash, ACCESS_TOKEN);
    CLEANUP(json_cleanup)
    json_t *claims =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "iss", issuer, "aud", CLIENT, "sub", "person-1",
                  "nonce", transaction.nonce, "at_hash", at_hash, "iat", now_s, "exp", now_s + 300);
    change(claims, script.claim, script.claim_json);
    const struct key *key = script.signing_key != NULL ? script.signing_key : provider_key;
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
    (void)snprintf(audience, sizeof audience, "%s/protocol/openid-connect/token", issuer);
    return http_request_method(request) == HTTP_POST && form_parse(body, length, arena, &form, &err) &&
           text_equal(form_value(&form, "grant_type"), "authorization_code") &&
           text_equal(form_value(&form, "code"), "the code/+&=") &&
           text_equal(form_value(&form, "redirect_uri"), redirect_uri) &&
           text_equal(form_value(&form, "code_verifier"), transaction.code_verifier) &&
           text_equal(form_value(&form, "client_id"), CLIENT) &&
           form_value(&form, "client_assertion") != NULL &&
           jwt_verify(form_value(&form, "client_assertion"), client_key, arena, &claims, &err) &&
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
            json_pack("{s:s, s:s, s:i, s:s}", "access_token", ACCESS_TOKEN, "token_type", "bearer",
                      "expires_in", 300, "id_token", make_id_token(http_request_arena(request)));
        change(answer, script.member, script.member_json);
        respond_json(request, script.token_status, answer);
    }
}

static void answer_userinfo(struct http_request *request) {
    if (!text_equal(http_request_header(request, "Authorization"), "Bearer " ACCESS_TOKEN)) {
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
        respond_json(
            request, script.keys_status,
            json_pack("{s:[o,o]}", "keys", key_public_jwk(provider_key), key_public_jwk(second_key)));
    else
        respond_json(request, script.keys_status, json_pack("{s:[o]}", "keys", key_public_jwk(provider_key)));
}

static void answer_discovery(struct http_request *request) {
    char address[4][256];
    static const char *const names[] = {"auth", "token", "userinfo", "certs"};
    for (size_t i = 0; i < 4; i++)
        (void)snprintf(address[i], sizeof address[i], "%s/protocol/openid-connect/%s", issuer, names[i]);
    respond_json(request, 200,
                 json_pack("{s:s, s:s, s:s, s:s, s:s}", "issuer",
                           script.discovered_issuer != NULL ? script.discovered_issuer : issuer,
                           "authorization_endpoint", address[0], "token_endpoint", address[1],
                           "userinfo_endpoint", address[2], "jwks_uri", address[3]));
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
    sandbox_answer(sandbox, &asked, &answer);
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
    if (sandbox != NULL && sandbox_owns(sandbox, path))
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

// One relying party with its client.
struct party {
    struct http_client *client;
    struct provider *provider;
    struct arena *arena;
};

static struct provider_options options_for(const char *of) {
    return (struct provider_options){.issuer = of,
                                     .client_id = CLIENT,
                                     .redirect_uri = redirect_uri,
                                     .client_key = client_key,
                                     .subject_key = subject_key,
                                     .rules = {.age_min = 15, .prefecture = "東京都"},
                                     .in_flight_max = 2,
                                     .timeout_ms = TIMEOUT_MS,
                                     .wall_ms = test_wall_ms};
}

static struct party party_begin(const struct provider_options *options, const struct script *with) {
    struct error err = {0};
    struct party party = {.arena = arena_new(1u << 20)};
    struct random random;
    const struct http_client_options client = {
        .connections_max = 4, .calls_max = 16, .body_bytes_max = 1u << 18};
    random_init_seeded(&random, 7);
    (void)pthread_mutex_lock(&mutex);
    script = *with;
    keys_fetched = visits_done = 0;
    clock_ahead_ms = 0;
    transaction_init(&transaction, transaction_key, &random);
    (void)pthread_mutex_unlock(&mutex);
    assert_true(http_client_start(&client, &party.client, &err));
    if (!provider_new(options, party.client, &party.provider, &err))
        fail_msg("%s: %s", err.field, err.message);
    return party;
}

static void party_end(struct party *party) {
    http_client_stop(party->client);
    provider_free(party->provider);
    arena_free(party->arena);
}

static void visit_done(struct provider_visit *visit) {
    (void)pthread_mutex_lock(&mutex);
    *(bool *)visit->context = true;
    visits_done++;
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

static struct provider_visit visit_of(const char *code, bool *done) {
    return (struct provider_visit){.code = code,
                                   .transaction = &transaction,
                                   .day = {.year = 2026, .month = 2, .day = 2},
                                   .context = done,
                                   .done = visit_done};
}

static struct provider_visit finish(struct party *party, const char *code) {
    struct error err = {0};
    bool done = false;
    struct provider_visit visit = visit_of(code, &done);
    if (!provider_finish(party->provider, &visit, &err))
        fail_msg("%s", err.message);
    (void)pthread_mutex_lock(&mutex);
    while (!done)
        (void)pthread_cond_wait(&changed, &mutex);
    (void)pthread_mutex_unlock(&mutex);
    return visit;
}

static struct provider_visit finish_with(const struct script *with) {
    struct provider_options options = options_for(issuer);
    struct party party = party_begin(&options, with);
    struct provider_visit visit = finish(&party, "the code/+&=");
    party_end(&party);
    return visit;
}

static void the_address_of_the_provider_says_everything_that_it_asks_for(void **state) {
    (void)state;
    struct error err = {0};
    struct provider_options options = options_for(issuer);
    options.acr_values = "aal3 crl";
    struct party party = party_begin(&options, &(struct script){0});
    const char *location = NULL;
    struct form form;
    assert_true(provider_begin(party.provider, &transaction, party.arena, &location, &err));
    assert_true(text_starts_with(location, issuer));
    const char *parameters = strchr(location, '?') + 1;
    assert_true(form_parse(parameters, strlen(parameters), party.arena, &form, &err));
    assert_int_equal(form.count, 9);
    assert_string_equal(form_value(&form, "response_type"), "code");
    assert_string_equal(form_value(&form, "scope"), "openid address birthdate");
    assert_string_equal(form_value(&form, "state"), transaction.state);
    assert_string_equal(form_value(&form, "nonce"), transaction.nonce);
    assert_string_equal(form_value(&form, "code_challenge_method"), "S256");
    assert_int_equal(strlen(form_value(&form, "code_challenge")), 43);
    assert_string_equal(form_value(&form, "redirect_uri"), redirect_uri);
    assert_string_equal(form_value(&form, "acr_values"), "aal3 crl");
    party_end(&party);
}

static void a_provider_that_tells_the_truth_is_believed(void **state) {
    (void)state;
    struct provider_visit visit = finish_with(&(struct script){0});
    assert_int_equal(visit.outcome, IDENTITY_VERIFIED);
    assert_int_equal(visit.age_band, AGE_BAND_30);
    assert_int_equal(visit.municipality, 132012);
    assert_int_equal(visit.cause.kind, ERROR_NONE);
    struct provider_visit again = finish_with(&(struct script){0});
    assert_memory_equal(visit.person_hash, again.person_hash, sizeof visit.person_hash);
    struct provider_visit other = finish_with(&(struct script){.claim = "sub",
                                                               .claim_json = "\"person-2\"",
                                                               .userinfo_member = "sub",
                                                               .userinfo_json = "\"person-2\""});
    assert_int_equal(other.outcome, IDENTITY_VERIFIED);
    assert_memory_not_equal(visit.person_hash, other.person_hash, sizeof visit.person_hash);
}

static void claims_decide_who_may_take_part(void **state) {
    (void)state;
    static const struct {
        const char *member, *json;
        enum identity_outcome outcome;
    } cases[] = {
        {"birthdate", "\"20110203\"", IDENTITY_AGE},
        {"address", "\"千葉県浦安市\"", IDENTITY_OUTSIDE},
        {"address", "\"八王子市元本郷町\"", IDENTITY_REVIEW},
        {"address", "\"東京都八王子市\"", IDENTITY_VERIFIED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct provider_visit visit =
            finish_with(&(struct script){.userinfo_member = cases[i].member, .userinfo_json = cases[i].json});
        assert_int_equal(visit.outcome, cases[i].outcome);
    }
}

static void every_lie_is_refused_and_nothing_personal_is_told(void **state) {
    (void)state;
    const struct {
        struct script script;
        enum identity_outcome outcome;
    } lies[] = {
        {{.claim = "iss", .claim_json = "\"https://elsewhere.example\""}, IDENTITY_OTHER},
        {{.claim = "aud", .claim_json = "\"RP2\""}, IDENTITY_OTHER},
        {{.claim = "aud", .claim_json = "[\"RP2\",\"" CLIENT "\"]"}, IDENTITY_OTHER},
        {{.claim = "azp", .claim_json = "\"RP2\""}, IDENTITY_OTHER},
        {{.claim = "nonce", .claim_json = "\"another\""}, IDENTITY_OTHER},
        {{.claim = "nonce"}, IDENTITY_OTHER},
        {{.claim = "exp", .claim_json = "1000000000"}, IDENTITY_OTHER},
        {{.claim = "iat", .claim_json = "99999999999"}, IDENTITY_OTHER},
        {{.claim = "at_hash", .claim_json = "\"AAAAAAAAAAAAAAAAAAAAAA\""}, IDENTITY_OTHER},
        {{.claim = "sub"}, IDENTITY_OTHER},
        {{.signing_key = stranger_key}, IDENTITY_BUSY}, // asks for the keys again, and does not find it
        {{.member = "id_token"}, IDENTITY_OTHER},
        {{.member = "id_token", .member_json = "\"a.b.c\""}, IDENTITY_OTHER},
        {{.member = "id_token", .member_json = "\"eyJhbGciOiJub25lIn0.e30.\""}, IDENTITY_OTHER},
        {{.member = "access_token"}, IDENTITY_OTHER},
        {{.member = "access_token", .member_json = "\"a\\r\\nX-Evil: 1\""}, IDENTITY_OTHER},
        {{.member = "token_type", .member_json = "\"mac\""}, IDENTITY_OTHER},
        {{.userinfo_member = "sub", .userinfo_json = "\"person-2\""}, IDENTITY_OTHER},
        {{.userinfo_member = "sub"}, IDENTITY_OTHER},
        {{.userinfo_member = "birthdate"}, IDENTITY_OTHER},
        {{.userinfo_member = "birthdate", .userinfo_json = "\"S60.3.15\""}, IDENTITY_OTHER},
        {{.userinfo_member = "address", .userinfo_json = "7"}, IDENTITY_OTHER},
        {{.userinfo_status = 401}, IDENTITY_OTHER},
        {{.userinfo_status = 503}, IDENTITY_BUSY},
        {{.token_body = "{\"error\":\"invalid_grant\"}", .token_status = 400}, IDENTITY_OTHER},
        {{.token_body = "{\"error\":\"temporarily_unavailable\"}", .token_status = 400}, IDENTITY_BUSY},
        {{.token_body = "<html>", .token_status = 200}, IDENTITY_OTHER},
        {{.token_body = "busy", .token_status = 502}, IDENTITY_BUSY},
        {{.token_body = "", .token_status = 429}, IDENTITY_BUSY},
        {{.token_body = "", .token_status = 302}, IDENTITY_OTHER},
        {{.content_type = "text/html"}, IDENTITY_OTHER},
        {{.keys = "{\"keys\":[]}"}, IDENTITY_BUSY},
        {{.keys = "no", .keys_status = 500}, IDENTITY_BUSY},
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct provider_visit visit = finish_with(&lies[i].script);
        if (visit.outcome != lies[i].outcome)
            fail_msg("lie %zu: outcome %d, cause %s", i, (int)visit.outcome, visit.cause.message);
        assert_int_not_equal(visit.cause.kind, ERROR_NONE);
        assert_null(strstr(visit.cause.message, ACCESS_TOKEN));
        assert_null(strstr(visit.cause.message, "person-"));
        assert_null(strstr(visit.cause.message, "S60"));
        assert_int_equal(visit.person_hash[0] | visit.person_hash[31] | visit.age_band | visit.municipality,
                         0);
    }
}

static void a_new_key_of_the_provider_is_fetched_once_and_not_for_strangers(void **state) {
    (void)state;
    struct provider_options options = options_for(issuer);
    struct party party = party_begin(&options, &(struct script){0});
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_VERIFIED);
    assert_int_equal(keys_fetched, 1);
    (void)pthread_mutex_lock(&mutex);
    script = (struct script){.signing_key = second_key, .publish_second_key = true};
    (void)pthread_mutex_unlock(&mutex);
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_BUSY); // within the minute
    assert_int_equal(keys_fetched, 1);
    (void)pthread_mutex_lock(&mutex);
    clock_ahead_ms = 61000;
    (void)pthread_mutex_unlock(&mutex);
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_VERIFIED);
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_VERIFIED);
    assert_int_equal(keys_fetched, 2);
    party_end(&party);
}

static void endpoints_are_discovered_and_another_issuer_s_document_is_not_believed(void **state) {
    (void)state;
    struct error err = {0};
    const char *location = NULL;
    struct provider_options options = options_for(issuer);
    options.discover = true;
    struct party party = party_begin(&options, &(struct script){0});
    assert_false(provider_begin(party.provider, &transaction, party.arena, &location, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    int64_t until_ms = clock_wall_ms() + TIMEOUT_MS;
    while (!provider_begin(party.provider, &transaction, party.arena, &location, &err))
        assert_true(clock_wall_ms() < until_ms);
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_VERIFIED);
    party_end(&party);

    party = party_begin(&options, &(struct script){.discovered_issuer = "https://elsewhere.example"});
    provider_prepare(party.provider);
    http_client_stop(party.client); // whatever was under way has ended
    assert_false(provider_begin(party.provider, &transaction, party.arena, &location, &err));
    provider_free(party.provider);
    arena_free(party.arena);
}

static void answer_late(struct http_request *request, void *context) {
    (void)context;
    struct http_response response = {.status = 503};
    http_respond(request, &response);
}

static void answer_held(void) {
    (void)pthread_mutex_lock(&mutex);
    while (held_count > 0)
        http_request_continue(held[--held_count], answer_late, NULL);
    (void)pthread_mutex_unlock(&mutex);
}

static void more_visits_than_allowed_are_refused_at_once_and_a_stop_ends_the_others(void **state) {
    (void)state;
    struct error err = {0};
    struct provider_options options = options_for(issuer);
    struct party party = party_begin(&options, &(struct script){.hold = true});
    bool done[3] = {false};
    struct provider_visit visits[3];
    for (int i = 0; i < 3; i++)
        visits[i] = visit_of("the code/+&=", &done[i]);
    assert_true(provider_finish(party.provider, &visits[0], &err));
    assert_true(provider_finish(party.provider, &visits[1], &err));
    assert_false(provider_finish(party.provider, &visits[2], &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    (void)pthread_mutex_lock(&mutex);
    while (held_count < 2)
        (void)pthread_cond_wait(&changed, &mutex);
    (void)pthread_mutex_unlock(&mutex);
    http_client_stop(party.client);
    assert_int_equal(visits[0].outcome, IDENTITY_BUSY);
    assert_int_equal(visits[1].outcome, IDENTITY_BUSY);
    assert_true(done[0] && done[1] && !done[2]);
    provider_free(party.provider);
    arena_free(party.arena);
    answer_held();
}

static void a_provider_that_does_not_answer_or_is_not_there_is_busy(void **state) {
    (void)state;
    struct provider_options options = options_for(issuer);
    options.timeout_ms = 200;
    struct party party = party_begin(&options, &(struct script){.hold = true});
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_BUSY);
    party_end(&party);
    answer_held();
    options = options_for(issuer);
    options.token_endpoint = "http://127.0.0.1:1/token";
    party = party_begin(&options, &(struct script){0});
    assert_int_equal(finish(&party, "the code/+&=").outcome, IDENTITY_BUSY);
    party_end(&party);
}

static const char *form_query(void *context, const char *name) {
    return form_value(context, name);
}

// Asks the sandbox for a code as a resident's browser would.
static const char *sandbox_code(const struct party *party, const char *location, const char *card) {
    struct error err = {0};
    struct form asked, back;
    const char *parameters = strchr(location, '?') + 1;
    assert_true(form_parse(parameters, strlen(parameters), party->arena, &asked, &err));
    asked.fields[asked.count].name = "card";
    asked.fields[asked.count++].value = card;
    struct sandbox_request request = {.path = strstr(sandbox_issuer, "/sandbox"),
                                      .query = form_query,
                                      .context = &asked,
                                      .now_ms = clock_wall_ms(),
                                      .arena = party->arena};
    request.path = arena_print(party->arena, "%s/protocol/openid-connect/auth", request.path);
    struct sandbox_response response;
    sandbox_answer(sandbox, &request, &response);
    assert_int_equal(response.status, 303);
    const char *query_text = strchr(response.headers[0].value, '?') + 1;
    assert_true(form_parse(query_text, strlen(query_text), party->arena, &back, &err));
    assert_string_equal(form_value(&back, "state"), transaction.state);
    return form_value(&back, "code");
}

static void with_the_sandbox_the_whole_way_works_and_a_code_only_once(void **state) {
    (void)state;
    struct error err = {0};
    static const struct {
        const char *card;
        enum identity_outcome outcome;
    } cards[] = {{"eligible", IDENTITY_VERIFIED}, {"age14", IDENTITY_AGE}, {"outside", IDENTITY_OUTSIDE}};
    struct provider_options options = options_for(sandbox_issuer);
    struct party party = party_begin(&options, &(struct script){0});
    const char *location = NULL;
    assert_true(provider_begin(party.provider, &transaction, party.arena, &location, &err));
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        const char *code = sandbox_code(&party, location, cards[i].card);
        struct provider_visit visit = finish(&party, code);
        if (visit.outcome != cards[i].outcome)
            fail_msg("%s: %d %s", cards[i].card, (int)visit.outcome, visit.cause.message);
        assert_int_equal(finish(&party, code).outcome, IDENTITY_OTHER);
    }
    party_end(&party);
}

static void options_that_are_wrong_are_named(void **state) {
    (void)state;
    static const struct {
        size_t offset;
        const char *value, *field;
    } wrong[] = {
        {offsetof(struct provider_options, issuer), "http://provider.example/realms/main", "issuer"},
        {offsetof(struct provider_options, issuer), "ftp://provider.example", "issuer"},
        {offsetof(struct provider_options, issuer), "https://user@provider.example", "issuer"},
        {offsetof(struct provider_options, client_id), "", "client_id"},
        {offsetof(struct provider_options, client_id), "a b", "client_id"},
        {offsetof(struct provider_options, redirect_uri), "/identity/callback", "redirect_uri"},
        {offsetof(struct provider_options, scopes), "address openid", "scopes"},
        {offsetof(struct provider_options, scopes), "openidaddress", "scopes"},
        {offsetof(struct provider_options, scopes), "", "scopes"},
        {offsetof(struct provider_options, token_endpoint), "http://provider.example/token",
         "token_endpoint"},
        {offsetof(struct provider_options, jwks_uri), "https://", "jwks_uri"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error err = {0};
        struct provider *provider = NULL;
        struct provider_options options = options_for("https://provider.example/realms/main");
        memcpy((char *)&options + wrong[i].offset, &wrong[i].value, sizeof wrong[i].value);
        if (provider_new(&options, NULL, &provider, &err))
            fail_msg("%s = %s was taken", wrong[i].field, wrong[i].value);
        assert_string_equal(err.field, wrong[i].field);
        assert_null(provider);
    }
}

static int prepare(void **state) {
    (void)state;
    struct error err = {0};
    const struct http_options options = {.address = "127.0.0.1",
                                         .loops = 1,
                                         .body_bytes_max = 1u << 16,
                                         .arena_bytes_max = 1u << 20,
                                         .idle_timeout_s = 30,
                                         .connections_max = 100};
    client_key = key_generate(KEY_RS256);
    provider_key = key_generate(KEY_ES256);
    second_key = key_generate(KEY_RS256);
    stranger_key = key_generate(KEY_ES256);
    if (!http_server_start(&options, handler, NULL, NULL, &server, &err))
        return 1;
    (void)snprintf(issuer, sizeof issuer, "http://127.0.0.1:%u" REALM, http_server_port(server));
    (void)snprintf(sandbox_issuer, sizeof sandbox_issuer, "http://127.0.0.1:%u/sandbox" REALM,
                   http_server_port(server));
    (void)snprintf(redirect_uri, sizeof redirect_uri, "http://127.0.0.1:%u/identity/callback",
                   http_server_port(server));
    const struct sandbox_options sandbox_options = {.issuer = sandbox_issuer,
                                                    .client_id = CLIENT,
                                                    .redirect_uri = redirect_uri,
                                                    .client_key = client_key};
    return !sandbox_new(&sandbox_options, &sandbox, &err);
}

static int clean_up(void **state) {
    (void)state;
    http_server_stop(server, 1000);
    sandbox_free(sandbox);
    key_free(client_key);
    key_free(provider_key);
    key_free(second_key);
    key_free(stranger_key);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_of_the_provider_says_everything_that_it_asks_for),
        cmocka_unit_test(a_provider_that_tells_the_truth_is_believed),
        cmocka_unit_test(claims_decide_who_may_take_part),
        cmocka_unit_test(every_lie_is_refused_and_nothing_personal_is_told),
        cmocka_unit_test(a_new_key_of_the_provider_is_fetched_once_and_not_for_strangers),
        cmocka_unit_test(endpoints_are_discovered_and_another_issuer_s_document_is_not_believed),
        cmocka_unit_test(more_visits_than_allowed_are_refused_at_once_and_a_stop_ends_the_others),
        cmocka_unit_test(a_provider_that_does_not_answer_or_is_not_there_is_busy),
        cmocka_unit_test(with_the_sandbox_the_whole_way_works_and_a_code_only_once),
        cmocka_unit_test(options_that_are_wrong_are_named),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
