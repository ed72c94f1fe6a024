// organisation.h - what the identity provider of an operator's own organisation says: who it is, and which
// role that gives here.
//
// Claims come from a token that was verified elsewhere. A person without one of the values that give a role
// gets in nowhere; the highest role counts.
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "operator/operator.h"

#define ORGANISATION_SUBJECT_BYTES_MAX 500

// Texts as they are configured; "" asks for nothing.
struct organisation_rules {
    const char *issuer;
    const char *name_claim; // who it is, as the console shows it: "email"
    const char *role_claim; // a text or a list of texts; "realm_access.roles" is a member of a member
    const char *values[OPERATOR_ADMIN + 1]; // by role: values of the claim, separated by blanks; "": nobody
    const char *domain;                     // the name must end with "@" and this
    const char *acr, *amr; // how the person must have signed in there: one of these, blanks between
};

struct organisation_person {
    const char *subject; // "ISSUER SUB", in the arena
    const char *name;
    enum operator_role role;
};

#define ORGANISATION_CODE_ROLE   "organisation-role"   // no value of the claim gives a role
#define ORGANISATION_CODE_DOMAIN "organisation-domain" // a name of somewhere else
#define ORGANISATION_CODE_WEAK   "organisation-weak"   // signed in there in another way than is demanded

// ERROR_MISSING: a claim is not there (perhaps userinfo has it); ERROR_DENIED with one of the codes above;
// ERROR_INVALID: a claim has another form. Messages never hold a claim's value.
MUST_CHECK bool organisation_judge(const struct organisation_rules *rules, const json_t *claims,
                                   struct arena *arena, struct organisation_person *ret_person,
                                   struct error *err);
