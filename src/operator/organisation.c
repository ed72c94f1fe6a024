// organisation.c - claims looked up by name or path, and compared with what is configured.
#include "operator/organisation.h"

#include <string.h>
#include <strings.h>

// A claim of this very name ("https://city.example/roles"), else a path of members ("realm_access.roles").
static const json_t *find(const json_t *claims, const char *name) {
    const json_t *found = json_object_get(claims, name);
    while (found == NULL) {
        const char *dot = strchr(name, '.');
        if (dot == NULL)
            return json_object_get(claims, name);
        claims = json_object_getn(claims, name, (size_t)(dot - name));
        name = dot + 1;
        found = json_object_get(claims, name);
        if (claims == NULL)
            return NULL;
    }
    return found;
}

// Whether one of the words of `wanted` is `value`.
static bool is_wanted(const char *wanted, const char *value) {
    size_t length = strlen(value);
    for (const char *word = wanted + strspn(wanted, " "); *word != '\0'; word += strspn(word, " ")) {
        size_t end = strcspn(word, " ");
        if (end == length && memcmp(word, value, length) == 0)
            return true;
        word += end;
    }
    return false;
}

// A text, or one of a list of texts, is wanted.
static bool holds(const json_t *claim, const char *wanted) {
    size_t index = 0;
    const json_t *value = NULL;
    if (json_is_string(claim))
        return is_wanted(wanted, json_string_value(claim));
    json_array_foreach(claim, index, value) {
        if (json_is_string(value) && is_wanted(wanted, json_string_value(value)))
            return true;
    }
    return false;
}

static bool deny(struct error *err, const char *code, const char *words) {
    (void)error_set(err, ERROR_DENIED, "%s", words);
    err->code = code;
    return false;
}

static bool check_strength(const struct organisation_rules *rules, const json_t *claims, struct error *err) {
    const json_t *acr = json_object_get(claims, "acr"), *amr = json_object_get(claims, "amr");
    if ((rules->acr[0] != '\0' && acr == NULL) || (rules->amr[0] != '\0' && amr == NULL))
        return error_set(err, ERROR_MISSING, "the provider does not say how the person signed in");
    if ((rules->acr[0] != '\0' && !holds(acr, rules->acr)) ||
        (rules->amr[0] != '\0' && !holds(amr, rules->amr)))
        return deny(err, ORGANISATION_CODE_WEAK, "signed in there in another way than is demanded");
    return true;
}

static bool check_name(const struct organisation_rules *rules, const json_t *claims, const char *name,
                       struct error *err) {
    const char *at = strrchr(name, '@');
    if (!operator_name_check(name, err))
        return false;
    if (rules->domain[0] != '\0' && (at == NULL || strcasecmp(at + 1, rules->domain) != 0))
        return deny(err, ORGANISATION_CODE_DOMAIN, "the name is not of the domain that is let in");
    // An address that anybody can type in proves nothing.
    const json_t *verified = json_object_get(claims, "email_verified");
    if (strcmp(rules->name_claim, "email") != 0 || json_is_true(verified))
        return true;
    if (verified == NULL)
        return error_set(err, ERROR_MISSING,
                         "the provider does not say whether it verified the mail address");
    return deny(err, ORGANISATION_CODE_DOMAIN, "the provider has not verified the mail address");
}

bool organisation_judge(const struct organisation_rules *rules, const json_t *claims, struct arena *arena,
                        struct organisation_person *ret_person, struct error *err) {
    const char *subject = json_string_value(json_object_get(claims, "sub"));
    const json_t *name = find(claims, rules->name_claim), *roles = find(claims, rules->role_claim);
    struct organisation_person person = {0};
    if (subject == NULL || name == NULL || roles == NULL)
        return error_set(err, ERROR_MISSING, "a claim is missing: %s or %s", rules->name_claim,
                         rules->role_claim);
    if (!json_is_string(name) || strlen(subject) > ORGANISATION_SUBJECT_BYTES_MAX)
        return error_set(err, ERROR_INVALID, "claim %s has another form", rules->name_claim);
    if (!check_strength(rules, claims, err) || !check_name(rules, claims, json_string_value(name), err))
        return false;
    for (enum operator_role role = OPERATOR_VIEWER; role <= OPERATOR_ADMIN; role++)
        if (holds(roles, rules->values[role]))
            person.role = role;
    if (person.role == 0)
        return deny(err, ORGANISATION_CODE_ROLE, "no value of the role claim gives a role here");
    person.name = arena_copy_text(arena, json_string_value(name));
    person.subject = arena_print(arena, "%s %s", rules->issuer, subject);
    if (person.name == NULL || person.subject == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_person = person;
    return true;
}
