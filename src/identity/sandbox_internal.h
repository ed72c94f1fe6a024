// sandbox_internal.h - what the sandbox's parts share.
#pragma once

#include <sodium.h>

#include "identity/form.h"
#include "identity/key.h"
#include "identity/replay.h"
#include "identity/sandbox.h"
#include "identity/sandbox_person.h"

#define SANDBOX_TEXT_SIZE      512
#define SANDBOX_PARAMETER_MAX  255
#define SANDBOX_NONCE_SIZE     (SANDBOX_PARAMETER_MAX + 1)
#define SANDBOX_CHALLENGE_SIZE 44
#define SANDBOX_CODE_MS        60000
#define SANDBOX_TOKEN_MS       300000
#define SANDBOX_ASSERTION_MS   600000 // an assertion may not be valid for longer
#define SANDBOX_LEEWAY_MS      30000
#define SANDBOX_SLOW_S         20

enum { SCOPE_NAME = 1, SCOPE_ADDRESS = 2, SCOPE_BIRTHDATE = 4, SCOPE_GENDER = 8 };

struct sandbox {
    char issuer[SANDBOX_TEXT_SIZE];
    const char *path; // of the issuer, inside it
    char token_endpoint[SANDBOX_TEXT_SIZE + 64];
    char client_id[SANDBOX_TEXT_SIZE];
    char redirect_uri[SANDBOX_TEXT_SIZE];
    const struct key *client_key;
    struct key *key;
    unsigned char seal_key[crypto_secretbox_KEYBYTES];
    struct replay *used;
    char *key_set;   // JSON
    char *discovery; // JSON
};

// What a code or an access token stands for. Sealed, it is the code or token.
struct sandbox_grant {
    int64_t issued_ms;
    int32_t kind; // 'c' code, 'a' access token
    int32_t card;
    uint32_t scopes;
    char person[SANDBOX_PERSON_SIZE];
    char challenge[SANDBOX_CHALLENGE_SIZE];
    char nonce[SANDBOX_NONCE_SIZE];
};
// Base64url in the arena; NULL when memory is exhausted.
const char *sandbox_seal(const struct sandbox *sandbox, const struct sandbox_grant *grant,
                         struct arena *arena);
// False when it is not one of ours or of another kind.
bool sandbox_unseal(const struct sandbox *sandbox, const char *text, char kind,
                    struct sandbox_grant *ret_grant);

// "openid address" and so on: false for an unknown scope or without openid.
bool sandbox_scopes_parse(const char *text, unsigned *ret_scopes);

// `body` NULL: none. What they point to lives as long as the request.
void sandbox_respond(struct sandbox_response *response, int status, const char *content_type,
                     const char *body);
void sandbox_header(struct sandbox_response *response, const char *name, const char *value);
// {"error": ..., "error_description": ...}
void sandbox_refuse(struct sandbox_response *response, struct arena *arena, int status, const char *error,
                    const char *description);
// Gives up `json`; 503 when memory is exhausted.
void sandbox_respond_json(struct sandbox_response *response, struct arena *arena, json_t *json);

// The three endpoints: the page with the cards or the way back, codes for tokens, tokens for claims.
void sandbox_authorize(struct sandbox *sandbox, const struct sandbox_request *request,
                       struct sandbox_response *response);
void sandbox_token(struct sandbox *sandbox, const struct sandbox_request *request,
                   struct sandbox_response *response);
void sandbox_userinfo(struct sandbox *sandbox, const struct sandbox_request *request,
                      struct sandbox_response *response);

// The page on which a card is chosen, pages on which nothing happens or only later, and their style.
const char *sandbox_page_chooser(const struct sandbox *sandbox, const char *query, struct arena *arena);
const char *sandbox_page_message(const struct sandbox *sandbox, const char *title, const char *text,
                                 struct arena *arena);
extern const char sandbox_page_style[];
