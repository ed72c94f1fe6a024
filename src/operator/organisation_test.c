#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "operator/organisation.h"

static const struct organisation_rules rules = {.issuer = "https://id.city.example",
                                                .name_claim = "email",
                                                .role_claim = "realm_access.roles",
                                                .values = {"", "staff", "desk duty", "benefit-admin"},
                                                .domain = "city.example",
                                                .acr = "",
                                                .amr = "mfa hwk"};

static struct error judge(const struct organisation_rules *asked, const char *text,
                          struct organisation_person *ret_person, struct arena *arena) {
    CLEANUP(json_cleanup) json_t *claims = NULL;
    struct error err = {0};
    assert_true(json_parse_object(text, strlen(text), &claims, &err));
    err = (struct error){0};
    if (organisation_judge(asked, claims, arena, ret_person, &err))
        assert_int_equal(err.kind, ERROR_NONE);
    return err;
}

#define CLAIMS(email, roles, amr)                                            \
    "{\"sub\": \"77\", \"email\": \"" email "\", \"email_verified\": true, " \
    "\"realm_access\": {\"roles\": " roles "}, \"amr\": " amr "}"

static void the_highest_role_that_a_value_gives_counts(void **state) {
    static const struct {
        const char *claims;
        enum operator_role role;
    } cases[] = {
        {CLAIMS("sato@city.example", "[\"staff\"]", "[\"pwd\", \"mfa\"]"), OPERATOR_VIEWER},
        {CLAIMS("sato@CITY.example", "[\"duty\", \"staff\"]", "\"hwk\""), OPERATOR_OPERATOR},
        {CLAIMS("sato@city.example", "[\"staff\", \"x\", \"benefit-admin\"]", "[\"mfa\"]"), OPERATOR_ADMIN},
        {CLAIMS("sato@city.example", "\"desk\"", "[\"mfa\"]"), OPERATOR_OPERATOR}};
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct organisation_person person = {0};
        assert_int_equal(judge(&rules, cases[i].claims, &person, arena).kind, ERROR_NONE);
        assert_int_equal(person.role, cases[i].role);
        assert_string_equal(person.subject, "https://id.city.example 77");
    }
}

static void whoever_is_not_meant_is_refused_with_the_reason(void **state) {
    static const struct {
        const char *claims;
        enum error_kind kind;
        const char *code;
    } cases[] = {
        {CLAIMS("sato@city.example", "[\"benefit\"]", "[\"mfa\"]"), ERROR_DENIED, ORGANISATION_CODE_ROLE},
        {CLAIMS("sato@city.example", "[\"desk duty\"]", "[\"mfa\"]"), ERROR_DENIED, ORGANISATION_CODE_ROLE},
        {CLAIMS("sato@city.example", "[7]", "[\"mfa\"]"), ERROR_DENIED, ORGANISATION_CODE_ROLE},
        {CLAIMS("sato@evilcity.example", "[\"staff\"]", "[\"mfa\"]"), ERROR_DENIED, ORGANISATION_CODE_DOMAIN},
        {CLAIMS("city.example", "[\"staff\"]", "[\"mfa\"]"), ERROR_DENIED, ORGANISATION_CODE_DOMAIN},
        {CLAIMS("sato@city.example", "[\"staff\"]", "[\"pwd\"]"), ERROR_DENIED, ORGANISATION_CODE_WEAK},
        {CLAIMS("sa to@city.example", "[\"staff\"]", "[\"mfa\"]"), ERROR_INVALID, NULL},
        {"{\"sub\": \"1\", \"email\": 7, \"realm_access\": {\"roles\": []}, \"amr\": []}", ERROR_INVALID,
         NULL},
        {"{\"sub\": \"1\", \"email\": \"a@city.example\", \"amr\": []}", ERROR_MISSING, NULL},
        {"{\"email\": \"a@city.example\", \"realm_access\": {\"roles\": []}}", ERROR_MISSING, NULL},
        {"{\"sub\": \"1\", \"email\": \"a@city.example\", \"realm_access\": {\"roles\": [\"staff\"]}}",
         ERROR_MISSING, NULL},
        {"{\"sub\": \"1\", \"email\": \"a@city.example\", \"email_verified\": false, \"realm_access\": "
         "{\"roles\": "
         "[\"staff\"]}, \"amr\": \"mfa\"}",
         ERROR_DENIED, ORGANISATION_CODE_DOMAIN},
        {"{\"sub\": \"1\", \"email\": \"a@city.example\", \"email_verified\": \"true\", \"realm_access\": "
         "{\"roles\": [\"staff\"]}, \"amr\": \"mfa\"}",
         ERROR_DENIED, ORGANISATION_CODE_DOMAIN},
        {"{\"sub\": \"1\", \"email\": \"a@city.example\", \"realm_access\": {\"roles\": [\"staff\"]}, "
         "\"amr\": \"mfa\"}",
         ERROR_MISSING, NULL}, // whoever does not say that it verified the address has not
    };
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct organisation_person person = {0};
        struct error err = judge(&rules, cases[i].claims, &person, arena);
        assert_int_equal(err.kind, cases[i].kind);
        assert_ptr_equal(person.name, NULL);
        if (cases[i].code != NULL)
            assert_string_equal(err.code, cases[i].code);
    }
}

static void a_claim_with_dots_in_its_name_is_that_claim(void **state) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct organisation_rules named = rules;
    struct organisation_person person = {0};
    named.role_claim = "https://city.example/roles";
    named.amr = named.domain = "";
    named.name_claim = "preferred_username"; // not a mail address: nothing to verify
    assert_int_equal(
        judge(&named,
              "{\"sub\": \"1\", \"preferred_username\": \"a\", \"https://city.example/roles\": \"staff\"}",
              &person, arena)
            .kind,
        ERROR_NONE);
    assert_int_equal(person.role, OPERATOR_VIEWER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_role_that_a_value_gives_counts),
        cmocka_unit_test(whoever_is_not_meant_is_refused_with_the_reason),
        cmocka_unit_test(a_claim_with_dots_in_its_name_is_that_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
