// jwt_vectors_test.c - the vectors of Wycheproof and of RFC 7520.
//
// Every vector that is not valid must be refused. A valid one must be accepted when its algorithm is ES256 or
// RS256 with P-256 or RSA keys from 2048 bits, and must be refused when it is not: other algorithms are not
// ours. The vectors lie beside the source tree; without them the test says so and is skipped.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "identity/jwks.h"

#define VECTORS SOURCE_ROOT "/../shared/data/vectors/"

struct tally {
    int accepted, refused, not_ours;
};

static json_t *load(const char *path) {
    json_t *json = json_load_file(path, 0, NULL);
    if (json != NULL)
        return json;
    if (access(path, R_OK) == 0)
        fail_msg("%s is no JSON", path);
    print_message("skipped: %s is not here\n", path);
    skip();
    return NULL;
}

static bool is_ours(const json_t *token) {
    struct error err = {0};
    struct jwt_header header;
    return json_is_string(token) && jwt_read_header(json_string_value(token), &header, &err);
}

static bool key_accepts(const json_t *jwk, const json_t *token) {
    struct error err = {0};
    CLEANUP(key_cleanup) struct key *key = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1u << 20);
    const char *payload = NULL;
    size_t length = 0;
    return json_is_string(token) && key_from_jwk(jwk, &key, &err) &&
           jwt_open(json_string_value(token), key, arena, &payload, &length, &err);
}

static bool set_accepts(const json_t *set, const json_t *token) {
    struct error err = {0};
    struct jwks jwks;
    struct jwt_header header;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1u << 20);
    const char *payload = NULL;
    size_t length = 0;
    char *text = json_dumps(set, 0);
    jwks_init(&jwks);
    const struct key *key = NULL;
    if (jwks_take(&jwks, text, strlen(text), &err) &&
        jwt_read_header(json_string_value(token), &header, &err))
        key = jwks_find(&jwks, &header);
    bool accepted = key != NULL && jwt_open(json_string_value(token), key, arena, &payload, &length, &err);
    jwks_done(&jwks);
    free(text);
    return accepted;
}

static void judge(const json_t *group, const json_t *test, bool accepted, struct tally *tally) {
    const json_t *token = json_object_get(test, "jws");
    bool valid = strcmp(json_string_value(json_object_get(test, "result")), "valid") == 0;
    bool expected = valid && is_ours(token);
    if (accepted != expected)
        fail_msg("%s, case %d (%s): %s", json_string_value(json_object_get(group, "comment")),
                 (int)json_integer_value(json_object_get(test, "tcId")),
                 json_string_value(json_object_get(test, "comment")), accepted ? "accepted" : "refused");
    tally->accepted += accepted;
    tally->refused += !accepted && !valid;
    tally->not_ours += !accepted && valid;
}

static struct tally run_file(const char *path, bool (*accepts)(const json_t *, const json_t *)) {
    CLEANUP(json_cleanup) json_t *file = load(path);
    struct tally tally = {0};
    size_t group_index = 0, test_index = 0;
    json_t *group = NULL, *test = NULL;
    json_array_foreach(json_object_get(file, "testGroups"), group_index, group) {
        const json_t *key = json_object_get(group, "public");
        if (key == NULL)
            key = json_object_get(group, "private");
        json_array_foreach(json_object_get(group, "tests"), test_index, test) {
            judge(group, test, accepts(key, json_object_get(test, "jws")), &tally);
        }
    }
    print_message("accepted %d, refused %d, valid but of another algorithm %d\n", tally.accepted,
                  tally.refused, tally.not_ours);
    return tally;
}

static void wycheproof_signatures_are_judged_rightly(void **state) {
    (void)state;
    struct tally tally = run_file(VECTORS "wycheproof/json_web_signature_test.json", key_accepts);
    assert_int_equal(tally.accepted + tally.refused + tally.not_ours, 401);
    assert_in_range(tally.accepted, 8, 401);
}

static void wycheproof_key_sets_are_judged_rightly(void **state) {
    (void)state;
    struct tally tally = run_file(VECTORS "wycheproof/json_web_key_test.json", set_accepts);
    assert_in_range(tally.accepted, 1, 26);
    assert_in_range(tally.refused, 15, 26);
}

static void the_cookbook_of_rfc_7520_is_read(void **state) {
    (void)state;
    static const struct {
        const char *file;
        bool accepted;
    } cases[] = {
        {"4_1.rsa_v15_signature.json", true},
        {"4_2.rsa-pss_signature.json", false}, // PS384 is not ours
        {"4_3.ecdsa_signature.json", false},   // ES512 is not ours
        {"4_4.hmac-sha2_integrity_protection.json", false},
        {"4_6.protecting_specific_header_fields.json", false},
        {"4_7.protecting_content_only.json", false},
        {"4_8.multiple_signatures.json", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, VECTORS "jose-cookbook/jws/%s", cases[i].file);
        CLEANUP(json_cleanup) json_t *file = load(path);
        const json_t *key = json_object_get(json_object_get(file, "input"), "key");
        const json_t *token = json_object_get(json_object_get(file, "output"), "compact");
        if (key_accepts(key, token) != cases[i].accepted)
            fail_msg("%s was %s", cases[i].file, cases[i].accepted ? "refused" : "accepted");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wycheproof_signatures_are_judged_rightly),
        cmocka_unit_test(wycheproof_key_sets_are_judged_rightly),
        cmocka_unit_test(the_cookbook_of_rfc_7520_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
