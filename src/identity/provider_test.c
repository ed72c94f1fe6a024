// provider_test.c - the relying party against providers that tell the truth, lie, are slow or are gone.
// covers: provider_visit.c published.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "http/client.h"
#include "identity/form.h"
#include "identity/provider.h"
#include "identity/sandbox.h"
#include "identity/testbed_provider.h"

#define TIMEOUT_MS 3000

static const unsigned char subject_key[PROVIDER_SUBJECT_KEY_SIZE] = "a subject key for tests, 32 byte";

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

// One relying party with its client.
struct party {
    struct http_client *client;
    struct provider *provider;
    struct arena *arena;
};

static struct provider_options options_for(const char *of) {
    return (struct provider_options){.issuer = of,
                                     .client_id = TESTBED_CLIENT,
                                     .redirect_uri = testbed_provider.redirect_uri,
                                     .client_key = testbed_provider.client_key,
                                     .subject_key = subject_key,
                                     .rules = {.age_min = 15, .prefecture = "東京都"},
                                     .in_flight_max = 2,
                                     .timeout_ms = TIMEOUT_MS,
                                     .wall_ms = testbed_provider_wall_ms};
}

static struct party party_begin(const struct provider_options *options, const struct testbed_script *with) {
    struct error err = {0};
    struct party party = {.arena = arena_new(1u << 20)};
    const struct http_client_options client = {
        .connections_max = 4, .calls_max = 16, .body_bytes_max = 1u << 18};
    testbed_provider_begin(with);
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
    (void)pthread_cond_broadcast(&changed);
    (void)pthread_mutex_unlock(&mutex);
}

static struct provider_visit visit_of(const char *code, bool *done) {
    return (struct provider_visit){.code = code,
                                   .transaction = &testbed_provider.transaction,
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

static struct provider_visit finish_with(const struct testbed_script *with) {
    struct provider_options options = options_for(testbed_provider.issuer);
    struct party party = party_begin(&options, with);
    struct provider_visit visit = finish(&party, TESTBED_CODE);
    party_end(&party);
    return visit;
}

static void the_address_of_the_provider_says_everything_that_it_asks_for(void **state) {
    (void)state;
    struct error err = {0};
    struct provider_options options = options_for(testbed_provider.issuer);
    options.acr_values = "aal3 crl";
    struct party party = party_begin(&options, &(struct testbed_script){0});
    const char *location = NULL;
    struct form form;
    assert_true(provider_begin(party.provider, &testbed_provider.transaction, party.arena, &location, &err));
    assert_true(text_starts_with(location, testbed_provider.issuer));
    const char *parameters = strchr(location, '?') + 1;
    assert_true(form_parse(parameters, strlen(parameters), party.arena, &form, &err));
    assert_int_equal(form.count, 9);
    assert_string_equal(form_value(&form, "response_type"), "code");
    assert_string_equal(form_value(&form, "scope"), "openid address birthdate");
    assert_string_equal(form_value(&form, "state"), testbed_provider.transaction.state);
    assert_string_equal(form_value(&form, "nonce"), testbed_provider.transaction.nonce);
    assert_string_equal(form_value(&form, "code_challenge_method"), "S256");
    assert_int_equal(strlen(form_value(&form, "code_challenge")), 43);
    assert_string_equal(form_value(&form, "redirect_uri"), testbed_provider.redirect_uri);
    assert_string_equal(form_value(&form, "acr_values"), "aal3 crl");
    party_end(&party);
}

static void a_provider_that_tells_the_truth_is_believed(void **state) {
    (void)state;
    struct provider_visit visit = finish_with(&(struct testbed_script){0});
    assert_int_equal(visit.outcome, IDENTITY_VERIFIED);
    assert_int_equal(visit.age_band, AGE_BAND_30);
    assert_int_equal(visit.municipality, 132012);
    assert_int_equal(visit.cause.kind, ERROR_NONE);
    struct provider_visit again = finish_with(&(struct testbed_script){0});
    assert_memory_equal(visit.person_hash, again.person_hash, sizeof visit.person_hash);
    struct provider_visit other = finish_with(&(struct testbed_script){.claim = "sub",
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
        struct provider_visit visit = finish_with(
            &(struct testbed_script){.userinfo_member = cases[i].member, .userinfo_json = cases[i].json});
        assert_int_equal(visit.outcome, cases[i].outcome);
    }
}

static void every_lie_is_refused_and_nothing_personal_is_told(void **state) {
    (void)state;
    const struct {
        struct testbed_script script;
        enum identity_outcome outcome;
    } lies[] = {
        {{.claim = "iss", .claim_json = "\"https://elsewhere.example\""}, IDENTITY_OTHER},
        {{.claim = "aud", .claim_json = "\"RP2\""}, IDENTITY_OTHER},
        {{.claim = "aud", .claim_json = "[\"RP2\",\"" TESTBED_CLIENT "\"]"}, IDENTITY_OTHER},
        {{.claim = "azp", .claim_json = "\"RP2\""}, IDENTITY_OTHER},
        {{.claim = "nonce", .claim_json = "\"another\""}, IDENTITY_OTHER},
        {{.claim = "nonce"}, IDENTITY_OTHER},
        {{.claim = "exp", .claim_json = "1000000000"}, IDENTITY_OTHER},
        {{.claim = "iat", .claim_json = "99999999999"}, IDENTITY_OTHER},
        {{.claim = "at_hash", .claim_json = "\"AAAAAAAAAAAAAAAAAAAAAA\""}, IDENTITY_OTHER},
        {{.claim = "sub"}, IDENTITY_OTHER},
        {{.signing_key = testbed_provider.stranger_key},
         IDENTITY_BUSY}, // asks for the keys again, and does not find it
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
        assert_null(strstr(visit.cause.message, TESTBED_TOKEN));
        assert_null(strstr(visit.cause.message, "person-"));
        assert_null(strstr(visit.cause.message, "S60"));
        assert_int_equal(visit.person_hash[0] | visit.person_hash[31] | visit.age_band | visit.municipality,
                         0);
    }
}

static void a_new_key_of_the_provider_is_fetched_once_and_not_for_strangers(void **state) {
    (void)state;
    struct provider_options options = options_for(testbed_provider.issuer);
    struct party party = party_begin(&options, &(struct testbed_script){0});
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    assert_int_equal(testbed_provider_keys_fetched(), 1);
    testbed_provider_change(
        &(struct testbed_script){.signing_key = testbed_provider.second_key, .publish_second_key = true});
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_BUSY); // within the minute
    assert_int_equal(testbed_provider_keys_fetched(), 1);
    testbed_provider_set_ahead(61000);
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    assert_int_equal(testbed_provider_keys_fetched(), 2);
    party_end(&party);
}

// A set whose only key is `key` under the name `id`.
static void publish(char *target, size_t size, const struct key *key, const char *id) {
    json_t *jwk = key_public_jwk(key);
    (void)json_object_set_new(jwk, "kid", json_string(id));
    CLEANUP(json_cleanup) json_t *set = json_pack("{s:[o]}", "keys", jwk);
    size_t length = json_dumpb(set, target, size - 1, 0);
    assert_true(length < size);
    target[length] = '\0';
}

static void a_provider_that_changes_its_key_under_the_same_name_is_believed_again(void **state) {
    (void)state;
    char before[1024];
    struct provider_options options = options_for(testbed_provider.issuer);
    publish(before, sizeof before, testbed_provider.stranger_key, key_id(testbed_provider.provider_key));
    struct party party = party_begin(&options, &(struct testbed_script){.keys = before});
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_OTHER); // fetched a moment ago
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_OTHER);
    assert_int_equal(testbed_provider_keys_fetched(), 1);
    testbed_provider_change(&(struct testbed_script){0});
    testbed_provider_set_ahead(61000);
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    assert_int_equal(testbed_provider_keys_fetched(), 2);
    party_end(&party);
}

static void a_key_that_was_withdrawn_is_not_believed_for_ever(void **state) {
    (void)state;
    char without[1024];
    struct provider_options options = options_for(testbed_provider.issuer);
    struct party party = party_begin(&options, &(struct testbed_script){0});
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    publish(without, sizeof without, testbed_provider.stranger_key, "another");
    testbed_provider_change(&(struct testbed_script){.keys = without});
    testbed_provider_set_ahead(3540000);
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    assert_int_equal(testbed_provider_keys_fetched(), 1);
    testbed_provider_set_ahead(3661000);
    (void)finish(&party, TESTBED_CODE); // with the old set or, when it comes that soon, the new one
    testbed_provider_set_ahead(3722000);
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_BUSY);
    party_end(&party);
}

static void endpoints_are_discovered_and_another_issuer_s_document_is_not_believed(void **state) {
    (void)state;
    struct error err = {0};
    const char *location = NULL;
    struct provider_options options = options_for(testbed_provider.issuer);
    options.discover = true;
    struct party party = party_begin(&options, &(struct testbed_script){0});
    assert_false(provider_begin(party.provider, &testbed_provider.transaction, party.arena, &location, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    int64_t until_ms = clock_wall_ms() + TIMEOUT_MS;
    while (!provider_begin(party.provider, &testbed_provider.transaction, party.arena, &location, &err))
        assert_true(clock_wall_ms() < until_ms);
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_VERIFIED);
    party_end(&party);

    party = party_begin(&options, &(struct testbed_script){.discovered_issuer = "https://elsewhere.example"});
    provider_prepare(party.provider);
    http_client_stop(party.client); // whatever was under way has ended
    assert_false(provider_begin(party.provider, &testbed_provider.transaction, party.arena, &location, &err));
    provider_free(party.provider);
    arena_free(party.arena);
}

static void more_visits_than_allowed_are_refused_at_once_and_a_stop_ends_the_others(void **state) {
    (void)state;
    struct error err = {0};
    struct provider_options options = options_for(testbed_provider.issuer);
    struct party party = party_begin(&options, &(struct testbed_script){.hold = true});
    bool done[3] = {false};
    struct provider_visit visits[3];
    for (int i = 0; i < 3; i++)
        visits[i] = visit_of(TESTBED_CODE, &done[i]);
    assert_true(provider_finish(party.provider, &visits[0], &err));
    assert_true(provider_finish(party.provider, &visits[1], &err));
    assert_false(provider_finish(party.provider, &visits[2], &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    testbed_provider_await_held(2);
    http_client_stop(party.client);
    assert_int_equal(visits[0].outcome, IDENTITY_BUSY);
    assert_int_equal(visits[1].outcome, IDENTITY_BUSY);
    assert_true(done[0] && done[1] && !done[2]);
    provider_free(party.provider);
    arena_free(party.arena);
    testbed_provider_answer_held();
}

static void a_provider_that_does_not_answer_or_is_not_there_is_busy(void **state) {
    (void)state;
    struct provider_options options = options_for(testbed_provider.issuer);
    options.timeout_ms = 200;
    struct party party = party_begin(&options, &(struct testbed_script){.hold = true});
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_BUSY);
    party_end(&party);
    testbed_provider_answer_held();
    options = options_for(testbed_provider.issuer);
    options.token_endpoint = "http://127.0.0.1:1/token";
    party = party_begin(&options, &(struct testbed_script){0});
    assert_int_equal(finish(&party, TESTBED_CODE).outcome, IDENTITY_BUSY);
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
    struct sandbox_request request = {.path = strstr(testbed_provider.sandbox_issuer, "/sandbox"),
                                      .query = form_query,
                                      .context = &asked,
                                      .now_ms = clock_wall_ms(),
                                      .arena = party->arena};
    request.path = arena_print(party->arena, "%s/protocol/openid-connect/auth", request.path);
    struct sandbox_response response;
    sandbox_answer(testbed_provider.sandbox, &request, &response);
    assert_int_equal(response.status, 303);
    const char *query_text = strchr(response.headers[0].value, '?') + 1;
    assert_true(form_parse(query_text, strlen(query_text), party->arena, &back, &err));
    assert_string_equal(form_value(&back, "state"), testbed_provider.transaction.state);
    return form_value(&back, "code");
}

static void with_the_sandbox_the_whole_way_works_and_a_code_only_once(void **state) {
    (void)state;
    struct error err = {0};
    static const struct {
        const char *card;
        enum identity_outcome outcome;
    } cards[] = {{"eligible", IDENTITY_VERIFIED}, {"age14", IDENTITY_AGE}, {"outside", IDENTITY_OUTSIDE}};
    struct provider_options options = options_for(testbed_provider.sandbox_issuer);
    struct party party = party_begin(&options, &(struct testbed_script){0});
    const char *location = NULL;
    assert_true(provider_begin(party.provider, &testbed_provider.transaction, party.arena, &location, &err));
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
    return !testbed_provider_start();
}

static int clean_up(void **state) {
    (void)state;
    testbed_provider_stop();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_address_of_the_provider_says_everything_that_it_asks_for),
        cmocka_unit_test(a_provider_that_tells_the_truth_is_believed),
        cmocka_unit_test(claims_decide_who_may_take_part),
        cmocka_unit_test(every_lie_is_refused_and_nothing_personal_is_told),
        cmocka_unit_test(a_new_key_of_the_provider_is_fetched_once_and_not_for_strangers),
        cmocka_unit_test(a_provider_that_changes_its_key_under_the_same_name_is_believed_again),
        cmocka_unit_test(a_key_that_was_withdrawn_is_not_believed_for_ever),
        cmocka_unit_test(endpoints_are_discovered_and_another_issuer_s_document_is_not_believed),
        cmocka_unit_test(more_visits_than_allowed_are_refused_at_once_and_a_stop_ends_the_others),
        cmocka_unit_test(a_provider_that_does_not_answer_or_is_not_there_is_busy),
        cmocka_unit_test(with_the_sandbox_the_whole_way_works_and_a_code_only_once),
        cmocka_unit_test(options_that_are_wrong_are_named),
    };
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
