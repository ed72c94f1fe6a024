// sandbox_token.c - the token and userinfo endpoints, with every check that a strict provider makes.
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/jwt.h"
#include "identity/sandbox_internal.h"

#define FORM_TYPE         "application/x-www-form-urlencoded"
#define ASSERTION_TYPE    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define VERIFIER_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// A refusal: NULL error means that all is well.
struct verdict {
    int status;
    const char *error, *description;
};

#define FINE           \
    (struct verdict) { \
        0              \
    }

static struct verdict invalid_client(const char *description) {
    return (struct verdict){401, "invalid_client", description};
}

static struct verdict invalid_grant(const char *description) {
    return (struct verdict){400, "invalid_grant", description};
}

static bool is_form(const char *content_type) {
    size_t length = strlen(FORM_TYPE);
    return content_type != NULL && strncasecmp(content_type, FORM_TYPE, length) == 0 &&
           (content_type[length] == '\0' || content_type[length] == ';' || content_type[length] == ' ');
}

static bool claim_is(const json_t *claims, const char *name, const char *text) {
    const char *value = json_string_value(json_object_get(claims, name));
    return value != NULL && strcmp(value, text) == 0;
}

// RFC 7523 section 3: who, for whom, until when, and once.
static struct verdict check_claims(struct sandbox *sandbox, const json_t *claims, int64_t now_ms) {
    const json_t *expires = json_object_get(claims, "exp");
    const json_t *begins = json_object_get(claims, "nbf");
    const char *id = json_string_value(json_object_get(claims, "jti"));
    if (!claim_is(claims, "iss", sandbox->client_id) || !claim_is(claims, "sub", sandbox->client_id))
        return invalid_client("iss and sub must be the client id");
    if (!jwt_audience_has(claims, sandbox->token_endpoint) && !jwt_audience_has(claims, sandbox->issuer))
        return invalid_client("aud must be the token endpoint");
    if (!json_is_integer(expires) || json_integer_value(expires) <= (now_ms - SANDBOX_LEEWAY_MS) / 1000)
        return invalid_client("exp is missing or past");
    if (json_integer_value(expires) > (now_ms + SANDBOX_ASSERTION_MS) / 1000)
        return invalid_client("exp is more than ten minutes away");
    if (begins != NULL &&
        (!json_is_number(begins) || json_number_value(begins) * 1000 > (double)(now_ms + SANDBOX_LEEWAY_MS)))
        return invalid_client("nbf is in the future");
    if (id == NULL || id[0] == '\0' || strlen(id) > SANDBOX_PARAMETER_MAX)
        return invalid_client("jti is missing or too long");
    switch (
        replay_take(sandbox->used, 'j', id, json_integer_value(expires) * 1000 + SANDBOX_LEEWAY_MS, now_ms)) {
    case REPLAY_FRESH:
        return FINE;
    case REPLAY_USED:
        return invalid_client("jti was used before");
    case REPLAY_FULL:
        break;
    }
    return (struct verdict){503, "temporarily_unavailable", "too many requests"};
}

static struct verdict check_client(struct sandbox *sandbox, const struct sandbox_request *request,
                                   const struct form *form) {
    struct error err = {0};
    CLEANUP(json_cleanup) json_t *claims = NULL;
    const char *type = form_value(form, "client_assertion_type");
    const char *assertion = form_value(form, "client_assertion");
    const char *client_id = form_value(form, "client_id");
    if (form_value(form, "client_secret") != NULL || request->authorization != NULL)
        return invalid_client("one method of authentication only");
    if (type == NULL || strcmp(type, ASSERTION_TYPE) != 0 || assertion == NULL)
        return invalid_client("client_assertion is missing");
    if (client_id != NULL && strcmp(client_id, sandbox->client_id) != 0)
        return invalid_client("another client_id");
    if (!jwt_verify(assertion, sandbox->client_key, request->arena, &claims, &err))
        return invalid_client("the assertion's signature does not fit the registered key");
    return check_claims(sandbox, claims, request->now_ms);
}

static bool verifier_fits(const char *verifier, const char *challenge) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[SANDBOX_CHALLENGE_SIZE];
    if (!text_is_made_of(verifier, VERIFIER_ALPHABET, 43, 128))
        return false;
    (void)crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
    text_base64url(text, sizeof text, hash, sizeof hash);
    return strcmp(text, challenge) == 0;
}

static struct verdict check_code(struct sandbox *sandbox, const struct sandbox_request *request,
                                 const struct form *form, struct sandbox_grant *ret_grant) {
    const char *code = form_value(form, "code");
    const char *redirect_uri = form_value(form, "redirect_uri");
    const char *verifier = form_value(form, "code_verifier");
    if (code == NULL || redirect_uri == NULL || verifier == NULL)
        return (struct verdict){400, "invalid_request",
                                "Missing form parameter: code, redirect_uri or code_verifier"};
    if (!sandbox_unseal(sandbox, code, 'c', ret_grant))
        return invalid_grant("the code is not valid");
    int64_t expires_ms = ret_grant->issued_ms + SANDBOX_CODE_MS;
    if (ret_grant->card == SANDBOX_SLOW)
        expires_ms += SANDBOX_SLOW_S * INT64_C(1000);
    if (expires_ms <= request->now_ms)
        return invalid_grant("the code has expired");
    enum replay_result result = replay_take(sandbox->used, 'c', code, expires_ms, request->now_ms);
    if (result == REPLAY_FULL)
        return (struct verdict){503, "temporarily_unavailable", "too many requests"};
    if (result == REPLAY_USED)
        return invalid_grant("the code was used before");
    if (strcmp(redirect_uri, sandbox->redirect_uri) != 0)
        return invalid_grant("another redirect_uri");
    if (!verifier_fits(verifier, ret_grant->challenge))
        return invalid_grant("code_verifier does not fit code_challenge");
    return FINE;
}

static struct verdict check_request(struct sandbox *sandbox, const struct sandbox_request *request,
                                    struct sandbox_grant *ret_grant) {
    struct error err = {0};
    struct form form = {0};
    if (!is_form(request->content_type))
        return (struct verdict){400, "invalid_request", "the request must be a form (" FORM_TYPE ")"};
    if (request->body != NULL &&
        !form_parse(request->body, request->body_length, request->arena, &form, &err))
        return (struct verdict){400, "invalid_request", "the form cannot be read"};
    const char *type = form_value(&form, "grant_type");
    if (type == NULL)
        return (struct verdict){400, "invalid_request", "Missing form parameter: grant_type"};
    if (strcmp(type, "authorization_code") != 0)
        return (struct verdict){400, "unsupported_grant_type", "grant_type must be authorization_code"};
    struct verdict verdict = check_client(sandbox, request, &form);
    return verdict.error != NULL ? verdict : check_code(sandbox, request, &form, ret_grant);
}

static const char *make_id_token(const struct sandbox *sandbox, const struct sandbox_grant *grant,
                                 const char *access_token, const struct sandbox_request *request) {
    struct error err = {0};
    struct sandbox_person person;
    char at_hash[JWT_AT_HASH_SIZE];
    json_int_t now_s = request->now_ms / 1000;
    const char *token = NULL;
    sandbox_person(grant->person, (enum sandbox_card)grant->card, request->now_ms, &person);
    jwt_at_hash(at_hash, access_token);
    CLEANUP(json_cleanup)
    json_t *claims =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "iss", sandbox->issuer, "sub",
                  person.subject, "aud", sandbox->client_id, "azp", sandbox->client_id, "nonce", grant->nonce,
                  "at_hash", at_hash, "typ", "ID", "iat", now_s, "auth_time",
                  (json_int_t)(grant->issued_ms / 1000), "exp", now_s + SANDBOX_TOKEN_MS / 1000);
    if (claims == NULL || !jwt_sign(claims, "JWT", sandbox->key, request->arena, &token, &err))
        return NULL;
    return token;
}

static const char *scope_text(unsigned scopes, struct arena *arena) {
    return arena_print(arena, "openid%s%s%s%s", scopes & SCOPE_NAME ? " name" : "",
                       scopes & SCOPE_ADDRESS ? " address" : "", scopes & SCOPE_BIRTHDATE ? " birthdate" : "",
                       scopes & SCOPE_GENDER ? " gender" : "");
}

void sandbox_token(struct sandbox *sandbox, const struct sandbox_request *request,
                   struct sandbox_response *response) {
    struct sandbox_grant grant = {0};
    struct verdict verdict = check_request(sandbox, request, &grant);
    if (verdict.error != NULL) {
        sandbox_refuse(response, request->arena, verdict.status, verdict.error, verdict.description);
        return;
    }
    struct sandbox_grant access = grant;
    access.kind = 'a';
    access.issued_ms = request->now_ms;
    const char *access_token = sandbox_seal(sandbox, &access, request->arena);
    const char *id_token =
        access_token == NULL ? NULL : make_id_token(sandbox, &grant, access_token, request);
    const char *scope = scope_text(grant.scopes, request->arena);
    json_t *answer = NULL;
    if (id_token != NULL && scope != NULL)
        answer = json_pack("{s:s, s:s, s:i, s:s, s:s, s:i}", "access_token", access_token, "token_type",
                           "Bearer", "expires_in", SANDBOX_TOKEN_MS / 1000, "scope", scope, "id_token",
                           id_token, "not-before-policy", 0);
    sandbox_respond_json(response, request->arena, answer);
}

static void refuse_token(struct sandbox_response *response, struct arena *arena) {
    sandbox_refuse(response, arena, 401, "invalid_token", "the access token is missing, unknown or expired");
    sandbox_header(response, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
}

static bool set_claims(json_t *claims, unsigned scopes, const struct sandbox_person *person) {
    const struct {
        unsigned scope;
        const char *name, *value;
    } each[] = {{SCOPE_NAME, "name", person->name},
                {SCOPE_ADDRESS, "address", person->address},
                {SCOPE_BIRTHDATE, "birthdate", person->birthdate},
                {SCOPE_GENDER, "gender", person->gender}};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
        if ((scopes & each[i].scope) != 0 &&
            json_object_set_new(claims, each[i].name, json_string(each[i].value)) != 0)
            return false;
    return true;
}

void sandbox_userinfo(struct sandbox *sandbox, const struct sandbox_request *request,
                      struct sandbox_response *response) {
    struct sandbox_grant grant;
    struct sandbox_person person;
    const char *authorization = request->authorization;
    if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0 ||
        !sandbox_unseal(sandbox, authorization + 7, 'a', &grant) ||
        grant.issued_ms + SANDBOX_TOKEN_MS <= request->now_ms) {
        refuse_token(response, request->arena);
        return;
    }
    sandbox_person(grant.person, (enum sandbox_card)grant.card, request->now_ms, &person);
    CLEANUP(json_cleanup) json_t *claims = json_pack("{s:s}", "sub", person.subject);
    bool ok = claims != NULL && set_claims(claims, grant.scopes, &person);
    sandbox_respond_json(response, request->arena, ok ? json_incref(claims) : NULL);
}
