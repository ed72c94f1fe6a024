// sandbox.h - an identity provider for trials and rehearsals, as strict as a real one.
//
// Functions from a request to a response, mounted by `site` on the same server: authorization with a page
// that lets one choose a test card, token, userinfo, keys and discovery, below the issuer's path.
// Codes and access tokens are sealed, not stored; only codes and assertions that were used are remembered,
// for as long as they could be used again.
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "identity/key.h"

struct sandbox;

#define SANDBOX_SECRET_SIZE 32

struct sandbox_options {
    const char *issuer; // "http://127.0.0.1:8080/sandbox/api/realms/main"
    const char *client_id;
    const char *redirect_uri;
    const struct key *client_key; // the public half is enough; lives longer than the sandbox
    const unsigned char
        *secret; // SANDBOX_SECRET_SIZE bytes: nodes that share it are one provider; NULL: drawn
};

// ERROR_INVALID: the issuer is not an address with a path, or belongs to a real provider.
MUST_CHECK bool sandbox_new(const struct sandbox_options *options, struct sandbox **ret_sandbox,
                            struct error *err);
void sandbox_free(struct sandbox *sandbox); // NULL is fine

// ERROR_DENIED unless `issuer` may stand beside a sandbox: NULL, empty, or the sandbox's own. A process that
// knows any other issuer must not start the sandbox.
MUST_CHECK bool sandbox_allowed(const char *sandbox_issuer, const char *issuer, struct error *err);

struct sandbox_request {
    bool post;                 // else GET
    const char *path;          // the whole path as the server sees it
    const char *content_type;  // NULL when there is none
    const char *authorization; // the header, NULL when there is none
    const char *body;          // NULL when there is none
    size_t body_length;
    // A decoded parameter of the query, NULL when there is none.
    const char *(*query)(void *context, const char *name);
    void *context;
    int64_t now_ms; // by the wall
    struct arena *arena;
};

#define SANDBOX_HEADERS_MAX 4

struct sandbox_response {
    int status;
    const char *content_type;
    const char *body;
    size_t body_length;
    struct {
        const char *name;
        const char *value;
    } headers[SANDBOX_HEADERS_MAX]; // Location, Cache-Control, Refresh, WWW-Authenticate
    size_t headers_count;
};

// True when the path is one of the sandbox's.
bool sandbox_owns(const struct sandbox *sandbox, const char *path);
// Answers, from any thread; the response's texts lie in the request's arena or live as long as the sandbox.
void sandbox_answer(struct sandbox *sandbox, const struct sandbox_request *request,
                    struct sandbox_response *ret_response);
