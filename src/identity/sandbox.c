// sandbox.c - the sandbox as a whole: what it is, what it publishes, which path goes where.
#include "identity/sandbox.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "identity/published.h"
#include "identity/sandbox_internal.h"

#define ENDPOINTS "/protocol/openid-connect/"
#define DISCOVERY "/.well-known/openid-configuration"
#define STYLE     "/sandbox.css"
#define REAL_HOST "auth-and-sign.go.jp"
#define GO_JP     ".go.jp"

void sandbox_respond(struct sandbox_response *response, int status, const char *content_type,
                     const char *body) {
    response->status = status;
    response->content_type = body == NULL ? NULL : content_type;
    response->body = body;
    response->body_length = body == NULL ? 0 : strlen(body);
}

void sandbox_header(struct sandbox_response *response, const char *name, const char *value) {
    ASSERT(response->headers_count < SANDBOX_HEADERS_MAX);
    response->headers[response->headers_count].name = name;
    response->headers[response->headers_count++].value = value;
}

void sandbox_respond_json(struct sandbox_response *response, struct arena *arena, json_t *json) {
    const char *text = json_text(arena, json);
    json_decref(json);
    sandbox_respond(response, text == NULL ? 503 : 200, "application/json", text);
    sandbox_header(response, "Cache-Control", "no-store");
}

void sandbox_refuse(struct sandbox_response *response, struct arena *arena, int status, const char *error,
                    const char *description) {
    sandbox_respond_json(response, arena,
                         json_pack("{s:s, s:s}", "error", error, "error_description", description));
    if (response->status == 200)
        response->status = status;
}

const char *sandbox_seal(const struct sandbox *sandbox, const struct sandbox_grant *grant,
                         struct arena *arena) {
    unsigned char sealed[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof *grant];
    unsigned char *box = sealed + crypto_secretbox_NONCEBYTES;
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    (void)crypto_secretbox_easy(box, (const unsigned char *)grant, sizeof *grant, sealed, sandbox->seal_key);
    size_t size = sizeof sealed * 4 / 3 + 4;
    char *text = arena_alloc(arena, size);
    if (text != NULL)
        text_base64url(text, size, sealed, sizeof sealed);
    return text;
}

bool sandbox_unseal(const struct sandbox *sandbox, const char *text, char kind,
                    struct sandbox_grant *ret_grant) {
    struct sandbox_grant grant;
    unsigned char sealed[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof grant];
    const unsigned char *box = sealed + crypto_secretbox_NONCEBYTES;
    size_t length = 0;
    if (!text_base64url_decode(text, sealed, sizeof sealed, &length) || length != sizeof sealed ||
        crypto_secretbox_open_easy((unsigned char *)&grant, box, sizeof sealed - crypto_secretbox_NONCEBYTES,
                                   sealed, sandbox->seal_key) != 0 ||
        grant.kind != kind)
        return false;
    *ret_grant = grant;
    return true;
}

static const struct {
    const char *name;
    unsigned bit;
} scopes[] = {{"name", SCOPE_NAME},
              {"address", SCOPE_ADDRESS},
              {"birthdate", SCOPE_BIRTHDATE},
              {"gender", SCOPE_GENDER}};

static unsigned scope_bit(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        if (strlen(scopes[i].name) == length && strncmp(scopes[i].name, word, length) == 0)
            return scopes[i].bit;
    return 0;
}

bool sandbox_scopes_parse(const char *text, unsigned *ret_scopes) {
    bool openid = false;
    unsigned found = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        unsigned bit = scope_bit(text, length);
        if (length == strlen("openid") && strncmp(text, "openid", length) == 0)
            openid = true;
        else if (bit == 0)
            return false;
        found |= bit;
        text += length + (text[length] == ' ');
    }
    *ret_scopes = found;
    return openid;
}

bool sandbox_allowed(const char *sandbox_issuer, const char *issuer, struct error *err) {
    if (issuer == NULL || issuer[0] == '\0' || strcmp(issuer, sandbox_issuer) == 0)
        return true;
    return error_set_field(err, ERROR_DENIED, "issuer",
                           "the sandbox does not run beside another provider: take identity.issuer out");
}

// Where the path of an address begins; NULL when it has none.
static const char *path_of(const char *address) {
    const char *host = strstr(address, "://");
    return host == NULL ? NULL : strchr(host + 3, '/');
}

static bool is_real(const char *issuer) {
    const char *host = strstr(issuer, "://");
    char name[SANDBOX_TEXT_SIZE];
    if (host == NULL || !text_copy(name, sizeof name, host + 3))
        return true;
    name[strcspn(name, ":/?")] = '\0';
    size_t length = strlen(name), suffix = strlen(GO_JP);
    bool public_office = length >= suffix && strcasecmp(name + length - suffix, GO_JP) == 0;
    return public_office || strcasestr(name, REAL_HOST) != NULL;
}

static bool take_options(struct sandbox *sandbox, const struct sandbox_options *options, struct error *err) {
    const char *path = options->issuer == NULL ? NULL : path_of(options->issuer);
    if (path == NULL || !published_address_is_fine(options->issuer, true) || strchr(path, '?') != NULL ||
        path[strlen(path) - 1] == '/' || !text_copy(sandbox->issuer, sizeof sandbox->issuer, options->issuer))
        return error_set_field(err, ERROR_INVALID, "issuer",
                               "the sandbox's issuer must be an address with a path");
    if (is_real(options->issuer))
        return error_set_field(err, ERROR_DENIED, "issuer", "a sandbox cannot take a real provider's name");
    if (options->client_id == NULL || options->client_key == NULL ||
        !text_copy(sandbox->client_id, sizeof sandbox->client_id, options->client_id))
        return error_set_field(err, ERROR_INVALID, "client_id", "the sandbox needs a client and its key");
    if (options->redirect_uri == NULL || !published_address_is_fine(options->redirect_uri, true) ||
        strchr(options->redirect_uri, '?') != NULL ||
        !text_copy(sandbox->redirect_uri, sizeof sandbox->redirect_uri, options->redirect_uri))
        return error_set_field(err, ERROR_INVALID, "redirect_uri", "must be an address without a query");
    sandbox->path = path_of(sandbox->issuer);
    sandbox->client_key = options->client_key;
    (void)snprintf(sandbox->token_endpoint, sizeof sandbox->token_endpoint, "%s" ENDPOINTS "token",
                   sandbox->issuer);
    return true;
}

static json_t *discovery(const struct sandbox *sandbox) {
    char address[4][SANDBOX_TEXT_SIZE + 64];
    static const char *const paths[] = {ENDPOINTS "auth", ENDPOINTS "token", ENDPOINTS "userinfo",
                                        ENDPOINTS "certs"};
    for (size_t i = 0; i < 4; i++)
        (void)snprintf(address[i], sizeof address[i], "%s%s", sandbox->issuer, paths[i]);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:[s], s:[s], s:[s], s:[s], s:[s], s:[s,s], s:[s], s:[s,s,s,s,s]}",
        "issuer", sandbox->issuer, "authorization_endpoint", address[0], "token_endpoint", address[1],
        "userinfo_endpoint", address[2], "jwks_uri", address[3], "response_types_supported", "code",
        "grant_types_supported", "authorization_code", "subject_types_supported", "pairwise",
        "id_token_signing_alg_values_supported", "ES256", "token_endpoint_auth_methods_supported",
        "private_key_jwt", "token_endpoint_auth_signing_alg_values_supported", "RS256", "ES256",
        "code_challenge_methods_supported", "S256", "scopes_supported", "openid", "name", "address",
        "birthdate", "gender");
}

static char *dump(json_t *json) {
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static bool make_secrets(struct sandbox *sandbox, const unsigned char *shared, struct error *err) {
    unsigned char drawn[SANDBOX_SECRET_SIZE], seed[KEY_SEED_SIZE];
    randombytes_buf(drawn, sizeof drawn);
    const unsigned char *secret = shared == NULL ? drawn : shared;
    (void)crypto_kdf_derive_from_key(sandbox->seal_key, sizeof sandbox->seal_key, 1, "sandbox ", secret);
    (void)crypto_kdf_derive_from_key(seed, sizeof seed, 2, "sandbox ", secret);
    sandbox->key = key_derive(seed);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(drawn, sizeof drawn);
    sandbox->used = replay_new();
    if (sandbox->key != NULL)
        sandbox->key_set = dump(json_pack("{s:[o]}", "keys", key_public_jwk(sandbox->key)));
    sandbox->discovery = dump(discovery(sandbox));
    return (sandbox->used != NULL && sandbox->key_set != NULL && sandbox->discovery != NULL) ||
           error_set(err, ERROR_UNAVAILABLE, "no memory for the sandbox");
}

bool sandbox_new(const struct sandbox_options *options, struct sandbox **ret_sandbox, struct error *err) {
    struct sandbox *sandbox = calloc(1, sizeof *sandbox);
    if (sandbox == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the sandbox");
    if (!take_options(sandbox, options, err) || !make_secrets(sandbox, options->secret, err)) {
        sandbox_free(sandbox);
        return false;
    }
    *ret_sandbox = sandbox;
    return true;
}

void sandbox_free(struct sandbox *sandbox) {
    if (sandbox == NULL)
        return;
    key_free(sandbox->key);
    replay_free(sandbox->used);
    free(sandbox->key_set);
    free(sandbox->discovery);
    sodium_memzero(sandbox->seal_key, sizeof sandbox->seal_key);
    free(sandbox);
}

enum access { ONLY_GET, ONLY_POST, GET_AND_POST };

static void answer_document(struct sandbox_response *response, const char *content_type, const char *text) {
    sandbox_respond(response, 200, content_type, text);
    sandbox_header(response, "Cache-Control", "max-age=300");
}

static void answer_keys(struct sandbox *sandbox, const struct sandbox_request *request,
                        struct sandbox_response *response) {
    (void)request;
    answer_document(response, "application/json", sandbox->key_set);
}

static void answer_discovery(struct sandbox *sandbox, const struct sandbox_request *request,
                             struct sandbox_response *response) {
    (void)request;
    answer_document(response, "application/json", sandbox->discovery);
}

static void answer_style(struct sandbox *sandbox, const struct sandbox_request *request,
                         struct sandbox_response *response) {
    (void)sandbox, (void)request;
    answer_document(response, "text/css; charset=utf-8", sandbox_page_style);
}

static const struct {
    const char *path;
    enum access access;
    void (*answer)(struct sandbox *, const struct sandbox_request *, struct sandbox_response *);
} routes[] = {
    {ENDPOINTS "auth", ONLY_GET, sandbox_authorize},
    {ENDPOINTS "token", ONLY_POST, sandbox_token},
    {ENDPOINTS "userinfo", GET_AND_POST, sandbox_userinfo},
    {ENDPOINTS "certs", ONLY_GET, answer_keys},
    {DISCOVERY, ONLY_GET, answer_discovery},
    {STYLE, ONLY_GET, answer_style},
};

bool sandbox_owns(const struct sandbox *sandbox, const char *path) {
    size_t length = strlen(sandbox->path);
    return strncmp(path, sandbox->path, length) == 0 && path[length] == '/';
}

void sandbox_answer(struct sandbox *sandbox, const struct sandbox_request *request,
                    struct sandbox_response *ret_response) {
    *ret_response = (struct sandbox_response){0};
    const char *rest = sandbox_owns(sandbox, request->path) ? request->path + strlen(sandbox->path) : "";
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, rest) != 0)
            continue;
        if (routes[i].access == (request->post ? ONLY_GET : ONLY_POST)) {
            sandbox_refuse(ret_response, request->arena, 405, "invalid_request", "another method is needed");
            sandbox_header(ret_response, "Allow", request->post ? "GET" : "POST");
        } else
            routes[i].answer(sandbox, request, ret_response);
        return;
    }
    sandbox_refuse(ret_response, request->arena, 404, "not_found", "the sandbox has no such address");
}
