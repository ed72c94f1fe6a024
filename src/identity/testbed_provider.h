// testbed_provider.h - an identity provider that does what a test tells it to, on a real port.
#pragma once

#include "identity/key.h"
#include "identity/sandbox.h"
#include "identity/transaction.h"

#define TESTBED_CLIENT "RP00000001"
#define TESTBED_CODE   "the code/+&=" // the one that the provider takes
#define TESTBED_TOKEN  "an-access-token"

// What the provider does otherwise than a good one. A NULL json takes the member out.
struct testbed_script {
    const char *claim, *claim_json;   // of the ID token
    const char *member, *member_json; // of the token endpoint's answer
    const char *userinfo_member, *userinfo_json;
    const char *keys; // body of the key set
    const char *discovered_issuer;
    const struct key *signing_key;
    int token_status, userinfo_status, keys_status;
    const char *token_body;
    const char *content_type;
    bool hold; // the token endpoint does not answer
    bool publish_second_key;
};

struct testbed_provider {
    char issuer[128], sandbox_issuer[160], redirect_uri[128];
    struct key *client_key, *provider_key, *second_key, *stranger_key;
    struct sandbox *sandbox;        // on the same port
    struct transaction transaction; // the jump that every visit comes back from
};
extern struct testbed_provider testbed_provider;

// Starts the server; false when that is not possible.
bool testbed_provider_start(void);
void testbed_provider_stop(void);
// From now on; forgets what was counted and sets its clock right.
void testbed_provider_begin(const struct testbed_script *script);
// From now on; counts and clock go on.
void testbed_provider_change(const struct testbed_script *script);
int testbed_provider_keys_fetched(void);
void testbed_provider_set_ahead(int64_t clock_ahead_ms);
int64_t testbed_provider_wall_ms(void);
// Waits until so many requests are held, and answers all that are.
void testbed_provider_await_held(size_t count);
void testbed_provider_answer_held(void);
