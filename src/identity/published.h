// published.h - what a provider publishes about itself: its endpoints and its keys, fetched when needed.
//
// Endpoints come from configuration, from the issuer by Keycloak's convention, or from the discovery
// document. Fetches run on the HTTP client's thread, one of a kind at a time; whoever waits for keys is told
// there.
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "http/client.h"
#include "identity/jwt.h"

#define PUBLISHED_ADDRESS_SIZE 512

struct published_endpoints {
    char authorization[PUBLISHED_ADDRESS_SIZE];
    char token[PUBLISHED_ADDRESS_SIZE];
    char userinfo[PUBLISHED_ADDRESS_SIZE];
    char jwks[PUBLISHED_ADDRESS_SIZE];
};

struct published_options {
    const char *issuer; // borrowed, as the endpoints are
    const char *authorization_endpoint, *token_endpoint, *userinfo_endpoint, *jwks_uri; // NULL: by convention
    bool discover;
    bool plain_http;
    int64_t timeout_ms;
    int64_t (*wall_ms)(void);
};

struct published_wait {
    void *context;
    // On the client's thread; err is NULL when a key set was fetched.
    void (*ready)(struct published_wait *wait, const struct error *err);
    struct published_wait *next;
};

struct published;

MUST_CHECK bool published_new(const struct published_options *options, struct http_client *client,
                              struct published **ret_published, struct error *err);
void published_free(struct published *published); // after the client was stopped

// Begins to fetch what is not there yet. From any thread.
void published_prepare(struct published *published);
// The endpoints, NULL while they are being discovered. From any thread; they never change.
const struct published_endpoints *published_endpoints(const struct published *published);

// The key for a token, NULL when it is not there. On the client's thread, where the key stays until the next
// return to it. Has a set that is an hour old fetched anew meanwhile.
const struct key *published_key(struct published *published, const struct jwt_header *header);
// Calls `ready` when keys have been fetched again. ERROR_UNAVAILABLE: they were fetched less than a minute
// ago.
MUST_CHECK bool published_refresh(struct published *published, struct published_wait *wait,
                                  struct error *err);

// True for https://, and for http:// on this machine or when `plain_http`; with a host, at most
// PUBLISHED_ADDRESS_SIZE - 1 bytes, printable ASCII without spaces and fragment.
bool published_address_is_fine(const char *address, bool plain_http);
