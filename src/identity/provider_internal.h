// provider_internal.h - what provider.c and provider_visit.c share.
#pragma once

#include <stdatomic.h>

#include "identity/provider.h"
#include "identity/published.h"

#define PROVIDER_TEXT_SIZE 256

struct provider {
    char issuer[PUBLISHED_ADDRESS_SIZE];
    char redirect_uri[PUBLISHED_ADDRESS_SIZE];
    char audience[PUBLISHED_ADDRESS_SIZE]; // "": the token endpoint
    char client_id[PROVIDER_TEXT_SIZE];
    char scopes[PROVIDER_TEXT_SIZE];
    char acr_values[PROVIDER_TEXT_SIZE]; // "": not sent
    char prefecture[PROVIDER_TEXT_SIZE];
    atomic_int age_min;
    unsigned char subject_key[PROVIDER_SUBJECT_KEY_SIZE];
    const struct key *client_key;
    char client_secret[PROVIDER_TEXT_SIZE]; // "": assertions are signed
    struct http_client *client;
    struct published *published;
    unsigned in_flight_max;
    atomic_uint in_flight;
    int64_t timeout_ms;
    int64_t (*wall_ms)(void);
};
