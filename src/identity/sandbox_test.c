// sandbox_test.c - the sandbox lets through what is right and refuses everything that a strict provider
// would.
// covers: sandbox_authorize.c sandbox_page.c sandbox_token.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/form.h"
#include "identity/jwks.h"
#include "identity/sandbox.h"

#define HOST      "http://127.0.0.1:8080"
#define PATH      "/sandbox/api/realms/main"
#define ISSUER    HOST PATH
#define OIDC      PATH "/protocol/openid-connect/"
#define REDIRECT  HOST "/identity/callback"
#define CLIENT    "RP00000001"
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 appendix B, as its challenge
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define NOW_MS    INT64_C(1790000000000)
#define FORM      "application/x-www-form-urlencoded"

static struct arena *arena;
static struct key *client_key, *stranger_key;
static struct sandbox *sandbox;

// Sets a field; NULL takes it out.
static void set(struct form *form, const char *name, const char *value) {
    size_t i = 0;
    while (i < form->count && strcmp(form->fields[i].name, name) != 0)
        i++;
    form->fields[i].name = name;
    form->fields[i].value = value;
    if (i == form->count)
        form->count++;
}

static const char *query(void *context, const char *name) {
    return form_value(context, name);
}

static struct sandbox_response ask(struct sandbox_request request) {
    struct sandbox_response response;
    static struct form nothing;
    if (request.query == NULL) {
        request.query = query;
        request.context = &nothing;
    }
    request.arena = arena;
    if (request.now_ms == 0)
        request.now_ms = NOW_MS;
    sandbox_answer(sandbox, &request, &response);
    return response;
}

static const char *header(const struct sandbox_response *response, const char *name) {
    for (size_t i = 0; i < response->headers_count; i++)
        if (strcmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    return NULL;
}

static struct form authorization(const char *card) {
    struct form form = {0};
    set(&form, "response_type", "code");
    set(&form, "scope", "openid address birthdate");
    set(&form, "client_id", CLIENT);
    set(&form, "redirect_uri", REDIRECT);
    set(&form, "state", "state-1");
    set(&form, "nonce", "nonce-1");
    set(&form, "code_challenge", CHALLENGE);
    set(&form, "code_challenge_method", "S256");
    set(&form, "card", card);
    return form;
}

static struct sandbox_response authorize(struct form *form) {
    return ask((struct sandbox_request){.path = OIDC "auth", .query = query, .context = form});
}

// The parameters with which the browser is sent back.
static struct form sent_back(const struct sandbox_response *response) {
    struct error err = {0};
    struct form form;
    const char *location = header(response, "Location");
    assert_int_equal(response->status, 303);
    assert_non_null(location);
    assert_true(text_starts_with(location, REDIRECT "?"));
    const char *parameters = location + strlen(REDIRECT "?");
    assert_true(form_parse(parameters, strlen(parameters), arena, &form, &err));
    assert_string_equal(form_value(&form, "state"), "state-1");
    return form;
}

static const char *code_for(const char *card, const char *person) {
    struct form form = authorization(card);
    set(&form, "person", person);
    struct sandbox_response response = authorize(&form);
    struct form back = sent_back(&response);
    assert_non_null(form_value(&back, "session_state"));
    return form_value(&back, "code");
}

static const char *assertion(const struct key *key, const char *name, json_t *value) {
    struct error err = {0};
    const char *token = NULL;
    CLEANUP(json_cleanup)
    json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:I}", "iss", CLIENT, "sub", CLIENT, "aud",
                               HOST OIDC "token", "jti", "?", "exp", (json_int_t)(NOW_MS / 1000 + 300));
    static int id;
    assert_int_equal(json_object_set_new(claims, "jti", json_sprintf("jti-%d", id++)), 0);
    if (name != NULL && value == NULL)
        assert_int_equal(json_object_del(claims, name), 0);
    if (value != NULL)
        assert_int_equal(json_object_set_new(claims, name, value), 0);
    assert_true(jwt_sign(claims, "JWT", key, arena, &token, &err));
    return token;
}

static struct form token_fields(const char *code) {
    struct form form = {0};
    set(&form, "grant_type", "authorization_code");
    set(&form, "code", code);
    set(&form, "redirect_uri", REDIRECT);
    set(&form, "code_verifier", VERIFIER);
    set(&form, "client_id", CLIENT);
    set(&form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    set(&form, "client_assertion", assertion(client_key, NULL, NULL));
    return form;
}

static struct sandbox_response exchange_at(const struct form *form, int64_t now_ms) {
    struct buffer body;
    buffer_init(&body, arena);
    for (size_t i = 0; i < form->count; i++)
        form_add(&body, form->fields[i].name, form->fields[i].value);
    return ask((struct sandbox_request){.post = true,
                                        .path = OIDC "token",
                                        .content_type = FORM ";charset=UTF-8",
                                        .body = body.text,
                                        .body_length = body.length,
                                        .now_ms = now_ms});
}

static json_t *json_of(const struct sandbox_response *response) {
    struct error err = {0};
    json_t *json = NULL;
    assert_true(json_parse_object(response->body, response->body_length, &json, &err));
    return json;
}

static void expect_error(const struct sandbox_response *response, int status, const char *error) {
    CLEANUP(json_cleanup) json_t *json = json_of(response);
    assert_string_equal(json_string_value(json_object_get(json, "error")), error);
    assert_int_equal(response->status, status);
}

static struct sandbox_response userinfo(const char *access_token, int64_t now_ms) {
    return ask((struct sandbox_request){.path = OIDC "userinfo",
                                        .authorization = arena_print(arena, "Bearer %s", access_token),
                                        .now_ms = now_ms});
}

// Walks a person with this card through and gives back the userinfo claims.
static json_t *walk(const char *card, const char *person) {
    struct form form = token_fields(code_for(card, person));
    struct sandbox_response response = exchange_at(&form, NOW_MS + 1000);
    assert_int_equal(response.status, 200);
    CLEANUP(json_cleanup) json_t *tokens = json_of(&response);
    response = userinfo(json_string_value(json_object_get(tokens, "access_token")), NOW_MS + 2000);
    assert_int_equal(response.status, 200);
    return json_of(&response);
}

static void the_whole_way_gives_an_id_token_and_claims_that_fit(void **state) {
    (void)state;
    struct error err = {0};
    struct form form = token_fields(code_for("eligible", NULL));
    struct sandbox_response response = exchange_at(&form, NOW_MS + 59999);
    assert_int_equal(response.status, 200);
    assert_string_equal(header(&response, "Cache-Control"), "no-store");
    CLEANUP(json_cleanup) json_t *tokens = json_of(&response);
    const char *id_token = json_string_value(json_object_get(tokens, "id_token"));
    const char *access_token = json_string_value(json_object_get(tokens, "access_token"));
    struct sandbox_response keys = ask((struct sandbox_request){.path = OIDC "certs"});
    struct jwks jwks;
    struct jwt_header token_header;
    jwks_init(&jwks);
    assert_true(jwks_take(&jwks, keys.body, keys.body_length, &err));
    assert_true(jwt_read_header(id_token, &token_header, &err));
    CLEANUP(json_cleanup) json_t *claims = NULL;
    assert_true(jwt_verify(id_token, jwks_find(&jwks, &token_header), arena, &claims, &err));
    jwks_done(&jwks);
    const struct id_token_expectation expectation = {.issuer = ISSUER,
                                                     .client_id = CLIENT,
                                                     .nonce = "nonce-1",
                                                     .access_token = access_token,
                                                     .now_ms = NOW_MS + 60000};
    const char *subject = NULL;
    assert_true(id_token_check(claims, &expectation, &subject, &err));
    assert_non_null(json_object_get(claims, "at_hash"));
    response = userinfo(access_token, NOW_MS + 60000);
    CLEANUP(json_cleanup) json_t *person = json_of(&response);
    assert_string_equal(json_string_value(json_object_get(person, "sub")), subject);
    assert_non_null(json_object_get(person, "birthdate"));
    assert_null(json_object_get(person, "name")); // its scope was not asked for
    assert_int_equal(userinfo(access_token, NOW_MS + 59999 + 300000).status, 401);
}

static void named_people_stay_themselves_and_others_are_new(void **state) {
    (void)state;
    CLEANUP(json_cleanup) json_t *one = walk("eligible", "resident-1");
    CLEANUP(json_cleanup) json_t *again = walk("eligible", "resident-1");
    CLEANUP(json_cleanup) json_t *two = walk("eligible", "resident-2");
    CLEANUP(json_cleanup) json_t *some = walk("eligible", NULL);
    CLEANUP(json_cleanup) json_t *other = walk("eligible", NULL);
    CLEANUP(json_cleanup) json_t *child = walk("age14", NULL);
    CLEANUP(json_cleanup) json_t *same_child = walk("age14", NULL);
    assert_true(json_equal(one, again));
    assert_false(json_equal(one, two));
    assert_false(json_equal(some, other));
    assert_true(json_equal(child, same_child));
}

static void cards_that_fail_come_back_with_their_error(void **state) {
    (void)state;
    static const struct {
        const char *card, *word;
    } cases[] = {{"expired", "certificate"}, {"cancel", "cancelled"}, {"pinlocked", "PIN"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct form form = authorization(cases[i].card);
        struct sandbox_response response = authorize(&form);
        struct form back = sent_back(&response);
        assert_string_equal(form_value(&back, "error"), "access_denied");
        assert_non_null(strstr(form_value(&back, "error_description"), cases[i].word));
        assert_null(form_value(&back, "code"));
    }
}

static void a_slow_card_comes_back_by_itself_and_a_lost_one_never_does(void **state) {
    (void)state;
    struct error err = {0};
    struct form form = authorization("slow");
    struct sandbox_response response = authorize(&form);
    assert_int_equal(response.status, 200);
    const char *refresh = header(&response, "Refresh");
    assert_true(text_starts_with(refresh, "20; url=" REDIRECT "?"));
    const char *parameters = strchr(refresh, '?') + 1;
    struct form back;
    assert_true(form_parse(parameters, strlen(parameters), arena, &back, &err));
    struct form fields = token_fields(form_value(&back, "code"));
    assert_int_equal(exchange_at(&fields, NOW_MS + 79000).status, 200);
    form = authorization("lost");
    response = authorize(&form);
    assert_int_equal(response.status, 200);
    assert_null(header(&response, "Refresh"));
    assert_null(header(&response, "Location"));
}

static void without_a_card_a_page_offers_them_all(void **state) {
    (void)state;
    struct form form = authorization(NULL);
    set(&form, "state", "<script>&\"'");
    struct sandbox_response response = authorize(&form);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.content_type, "text/html; charset=utf-8");
    static const char *const cards[] = {"eligible", "age14",     "outside", "expired",
                                        "cancel",   "pinlocked", "slow",    "lost"};
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++)
        assert_non_null(strstr(response.body, arena_print(arena, "&amp;card=%s", cards[i])));
    assert_non_null(strstr(response.body, "同じ人でもう一度"));
    assert_null(strstr(response.body, "<script"));
    assert_null(strstr(response.body, "style="));
    response = ask((struct sandbox_request){.path = PATH "/sandbox.css"});
    assert_string_equal(response.content_type, "text/css; charset=utf-8");
}

static void nobody_is_sent_to_an_address_that_is_not_registered(void **state) {
    (void)state;
    static const struct {
        const char *name, *value;
    } wrong[] = {
        {"client_id", NULL},
        {"client_id", "RP2"},
        {"redirect_uri", NULL},
        {"redirect_uri", REDIRECT "/"},
        {"redirect_uri", "https://elsewhere.example/"},
        {"state", NULL},
        {"state", ""},
        {"state", "あ"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct form form = authorization("eligible");
        set(&form, wrong[i].name, wrong[i].value);
        struct sandbox_response response = authorize(&form);
        assert_int_equal(response.status, 400);
        assert_null(header(&response, "Location"));
    }
}

static void other_faults_of_the_request_are_told_to_the_client(void **state) {
    (void)state;
    static const struct {
        const char *name, *value, *error;
    } wrong[] = {
        {"response_type", NULL, "unsupported_response_type"},
        {"response_type", "token", "unsupported_response_type"},
        {"scope", NULL, "invalid_scope"},
        {"scope", "address", "invalid_scope"},
        {"scope", "openid everything", "invalid_scope"},
        {"nonce", NULL, "invalid_request"},
        {"code_challenge", NULL, "invalid_request"},
        {"code_challenge", VERIFIER "=", "invalid_request"},
        {"code_challenge_method", NULL, "invalid_request"},
        {"code_challenge_method", "plain", "invalid_request"},
        {"card", "platinum", "invalid_request"},
        {"person", "", "invalid_request"},
        {"person", "a b", "invalid_request"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct form form = authorization("eligible");
        set(&form, wrong[i].name, wrong[i].value);
        struct sandbox_response response = authorize(&form);
        struct form back = sent_back(&response);
        assert_string_equal(form_value(&back, "error"), wrong[i].error);
    }
}

static void a_token_request_with_one_field_wrong_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *name, *value, *error;
    } wrong[] = {
        {"grant_type", NULL, "invalid_request"},
        {"grant_type", "password", "unsupported_grant_type"},
        {"code", NULL, "invalid_request"},
        {"code", "AAAA", "invalid_grant"},
        {"redirect_uri", NULL, "invalid_request"},
        {"redirect_uri", HOST "/elsewhere", "invalid_grant"},
        {"code_verifier", NULL, "invalid_request"},
        {"code_verifier", CHALLENGE, "invalid_grant"},
        {"code_verifier", "short", "invalid_grant"},
        {"client_id", "RP2", "invalid_client"},
        {"client_assertion_type", NULL, "invalid_client"},
        {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
         "invalid_client"},
        {"client_assertion", NULL, "invalid_client"},
        {"client_assertion", "a.b.c", "invalid_client"},
        {"client_secret", "secret", "invalid_client"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct form form = token_fields(code_for("eligible", NULL));
        set(&form, wrong[i].name, wrong[i].value);
        struct sandbox_response response = exchange_at(&form, NOW_MS);
        expect_error(&response, strcmp(wrong[i].error, "invalid_client") == 0 ? 401 : 400, wrong[i].error);
    }
}

static void an_assertion_with_one_claim_wrong_is_refused(void **state) {
    (void)state;
    const struct {
        const char *name;
        json_t *value;
    } wrong[] = {
        {"iss", NULL},
        {"iss", json_string("RP2")},
        {"sub", NULL},
        {"sub", json_string("RP2")},
        {"aud", NULL},
        {"aud", json_string("https://elsewhere.example/token")},
        {"exp", NULL},
        {"exp", json_integer(NOW_MS / 1000 - 31)},
        {"exp", json_integer(NOW_MS / 1000 + 86400)},
        {"exp", json_string("tomorrow")},
        {"nbf", json_integer(NOW_MS / 1000 + 120)},
        {"jti", NULL},
        {"jti", json_string("")},
        {"jti", json_integer(1)},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct form form = token_fields(code_for("eligible", NULL));
        set(&form, "client_assertion", assertion(client_key, wrong[i].name, wrong[i].value));
        struct sandbox_response response = exchange_at(&form, NOW_MS);
        expect_error(&response, 401, "invalid_client");
    }
    struct form form = token_fields(code_for("eligible", NULL));
    set(&form, "client_assertion", assertion(stranger_key, NULL, NULL));
    struct sandbox_response response = exchange_at(&form, NOW_MS);
    expect_error(&response, 401, "invalid_client");
}

static void codes_and_assertions_are_good_once(void **state) {
    (void)state;
    struct form form = token_fields(code_for("eligible", NULL));
    assert_int_equal(exchange_at(&form, NOW_MS).status, 200);
    struct sandbox_response response = exchange_at(&form, NOW_MS);
    expect_error(&response, 401, "invalid_client"); // the same assertion
    set(&form, "client_assertion", assertion(client_key, NULL, NULL));
    response = exchange_at(&form, NOW_MS);
    expect_error(&response, 400, "invalid_grant"); // the same code
}

static void codes_are_good_for_a_minute_and_tokens_are_no_codes(void **state) {
    (void)state;
    struct form form = token_fields(code_for("eligible", NULL));
    struct sandbox_response response = exchange_at(&form, NOW_MS + 60000);
    expect_error(&response, 400, "invalid_grant");
    const char *code = code_for("eligible", NULL);
    assert_int_equal(userinfo(code, NOW_MS).status, 401);
    form = token_fields(code);
    response = exchange_at(&form, NOW_MS);
    CLEANUP(json_cleanup) json_t *tokens = json_of(&response);
    form = token_fields(json_string_value(json_object_get(tokens, "access_token")));
    response = exchange_at(&form, NOW_MS);
    expect_error(&response, 400, "invalid_grant");
}

static void only_forms_by_post_reach_the_token_endpoint(void **state) {
    (void)state;
    struct form fields = token_fields(code_for("eligible", NULL));
    struct sandbox_response response =
        ask((struct sandbox_request){.path = OIDC "token", .query = query, .context = &fields});
    assert_int_equal(response.status, 405);
    response = ask((struct sandbox_request){
        .post = true, .path = OIDC "token", .content_type = FORM, .query = query, .context = &fields});
    expect_error(&response, 400, "invalid_request"); // fields in the query do not count
    response = ask((struct sandbox_request){.post = true,
                                            .path = OIDC "token",
                                            .content_type = "application/json",
                                            .body = "{}",
                                            .body_length = 2});
    expect_error(&response, 400, "invalid_request");
    response = ask((struct sandbox_request){.post = true,
                                            .path = OIDC "token",
                                            .content_type = FORM,
                                            .body = "grant_type=a&grant_type=b",
                                            .body_length = 25});
    expect_error(&response, 400, "invalid_request");
}

static void addresses_are_the_issuer_s_own(void **state) {
    (void)state;
    assert_true(sandbox_owns(sandbox, OIDC "auth"));
    assert_false(sandbox_owns(sandbox, PATH));
    assert_false(sandbox_owns(sandbox, PATH "2/auth"));
    assert_false(sandbox_owns(sandbox, "/api/v1/me"));
    assert_int_equal(ask((struct sandbox_request){.path = PATH "/nothing"}).status, 404);
    assert_int_equal(ask((struct sandbox_request){.post = true, .path = OIDC "auth"}).status, 405);
    struct sandbox_response response =
        ask((struct sandbox_request){.path = PATH "/.well-known/openid-configuration"});
    CLEANUP(json_cleanup) json_t *document = json_of(&response);
    assert_string_equal(json_string_value(json_object_get(document, "issuer")), ISSUER);
    assert_string_equal(json_string_value(json_object_get(document, "token_endpoint")), HOST OIDC "token");
}

static int prepare(void **state) {
    (void)state;
    struct error err = {0};
    arena = arena_new(64u << 20);
    client_key = key_generate(KEY_ES256);
    stranger_key = key_generate(KEY_ES256);
    const struct sandbox_options options = {
        .issuer = ISSUER, .client_id = CLIENT, .redirect_uri = REDIRECT, .client_key = client_key};
    return !sandbox_new(&options, &sandbox, &err);
}

static int clean_up(void **state) {
    (void)state;
    sandbox_free(sandbox);
    key_free(client_key);
    key_free(stranger_key);
    arena_free(arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_way_gives_an_id_token_and_claims_that_fit),
        cmocka_unit_test(named_people_stay_themselves_and_others_are_new),
        cmocka_unit_test(cards_that_fail_come_back_with_their_error),
        cmocka_unit_test(a_slow_card_comes_back_by_itself_and_a_lost_one_never_does),
        cmocka_unit_test(without_a_card_a_page_offers_them_all),
        cmocka_unit_test(nobody_is_sent_to_an_address_that_is_not_registered),
        cmocka_unit_test(other_faults_of_the_request_are_told_to_the_client),
        cmocka_unit_test(a_token_request_with_one_field_wrong_is_refused),
        cmocka_unit_test(an_assertion_with_one_claim_wrong_is_refused),
        cmocka_unit_test(codes_and_assertions_are_good_once),
        cmocka_unit_test(codes_are_good_for_a_minute_and_tokens_are_no_codes),
        cmocka_unit_test(only_forms_by_post_reach_the_token_endpoint),
        cmocka_unit_test(addresses_are_the_issuer_s_own),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
