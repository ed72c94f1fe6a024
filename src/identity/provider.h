// provider.h - the relying party: sends a resident to the identity provider and finds out who came back.
//
// OpenID Connect by authorization code with PKCE and private_key_jwt. Personal claims never leave this
// module: what comes out is a keyed hash of who it is, an age band, a municipality code and an outcome; the
// provider's answers are wiped before `done` is called.
// Tokens go by the wall's clock, eligibility by the day that the caller passes.
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/client.h"
#include "identity/eligibility.h"
#include "identity/key.h"
#include "identity/outcome.h"
#include "identity/transaction.h"

#define PROVIDER_PERSON_HASH_SIZE 32
#define PROVIDER_SUBJECT_KEY_SIZE 32
#define PROVIDER_CODE_BYTES_MAX   2000
#define PROVIDER_SCOPES           "openid address birthdate"

struct provider_options {
    const char *issuer; // compared exactly with what tokens say; no slash is added or taken away
    const char *client_id;
    const char *redirect_uri;
    const char *scopes;     // begins with openid; NULL: PROVIDER_SCOPES
    const char *acr_values; // NULL: not sent
    // Endpoints; NULL: below the issuer as Keycloak and the Japanese service have them.
    const char *authorization_endpoint;
    const char *token_endpoint;
    const char *userinfo_endpoint;
    const char *jwks_uri;
    const char *audience;             // of client assertions; NULL: the token endpoint
    bool plain_http;                  // http:// beyond this machine may be used: sandbox and tests only
    bool discover;                    // endpoints from the issuer's discovery document instead
    const struct key *client_key;     // signs client assertions; lives longer than the provider
    const char *client_secret;        // instead of a key: sent with the code; NULL: none
    const unsigned char *subject_key; // PROVIDER_SUBJECT_KEY_SIZE bytes; copied
    struct eligibility_rules rules;   // prefecture NULL: nobody is judged here, every visit brings `take`
    unsigned in_flight_max;   // visits being finished at once; more are refused with ERROR_UNAVAILABLE
    int64_t timeout_ms;       // of each call
    int64_t (*wall_ms)(void); // NULL: clock_wall_ms
};

struct provider;

// Copies what it needs. ERROR_INVALID names the option that is wrong.
MUST_CHECK bool provider_new(const struct provider_options *options, struct http_client *client,
                             struct provider **ret_provider, struct error *err);
void provider_free(struct provider *provider); // after the client was stopped; NULL is fine

// Fetches the discovery document when that is asked for, and the keys, ahead of the first visit. Returns at
// once. It happens by itself too, when first needed.
void provider_prepare(struct provider *provider);

// From now on `age_min` of the rules is this; whoever is being judged already is judged by either.
void provider_set_age_min(struct provider *provider, int age_min);

// The address at the provider to which the resident's browser goes. ERROR_UNAVAILABLE: the endpoints are not
// discovered yet.
MUST_CHECK bool provider_begin(struct provider *provider, const struct transaction *transaction,
                               struct arena *arena, const char **ret_location, struct error *err);

// One return from the provider that brought a code. It and what it points to live until `done`.
struct provider_visit {
    const char *code;
    const struct transaction *transaction; // from transaction_from_state
    struct civil day;                      // eligibility's
    void *context;
    // NULL: eligibility is judged. Else this takes from the claims what it needs: those of the ID token and,
    // when it says ERROR_MISSING, those and what userinfo adds. On the HTTP client's thread; true ends as
    // IDENTITY_VERIFIED.
    bool (*take)(struct provider_visit *visit, const json_t *claims, struct error *err);
    // On the HTTP client's thread, exactly once.
    void (*done)(struct provider_visit *visit);
    // The result.
    enum identity_outcome outcome;
    unsigned char
        person_hash[PROVIDER_PERSON_HASH_SIZE]; // set when outcome is VERIFIED, AGE, OUTSIDE or REVIEW
    int age_band;
    int municipality;
    struct error cause;         // why nobody was identified, for the log: never a token, code or claim
    struct provider_work *work; // the provider's
};

// Asks the provider who it was. `done` is called unless this returns false.
MUST_CHECK bool provider_finish(struct provider *provider, struct provider_visit *visit, struct error *err);
