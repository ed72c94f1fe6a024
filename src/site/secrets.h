// secrets.h - the one secret of a service, and the keys that are derived from it.
//
// 32 random bytes in a file of mode 0600, made at the first start, the same on every node. Each use has a
// subkey of its own (libsodium's crypto_kdf), so that no key serves two purposes.
//
// Persons are known by a hash under this secret. With another one nobody would be known any more, and
// everybody could take part a second time; so the store keeps a mark of the secret that it was begun with.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

#define SECRETS_KEY_SIZE 32

enum secrets_use {
    SECRETS_SESSION = 1,
    SECRETS_TRANSACTION = 2,
    SECRETS_SUBJECT = 3,
    SECRETS_RECEIPT = 4,
    SECRETS_MOVE = 5,
    SECRETS_OPERATOR = 6, // seals second factors
    SECRETS_DEVICE = 7,   // of browsers in which an operator has signed in before
    SECRETS_GATE = 8,
    SECRETS_SANDBOX = 9,         // all nodes are one sandbox provider
    SECRETS_SANDBOX_CLIENT = 10, // and one client of it
    SECRETS_MARK = 11,           // stands in the store; tells nothing of the others
    SECRETS_OPERATOR_HOP = 12,   // of jumps to the operators' own provider
};

struct secrets {
    unsigned char keys[13][SECRETS_KEY_SIZE]; // by enum secrets_use
};

// Where the key file is: `configured`, or beside an SQLite file when that is empty. ERROR_INVALID: the store
// is not a file, and nothing is configured.
MUST_CHECK bool secrets_find(const char *configured, const char *store_url, char *ret_path, size_t size,
                             struct error *err);
// As secrets_load, for a store that is up to date. ERROR_CONFLICT: it was begun with another secret, or with
// one whose file is not there. The first secret that a store sees is its own from then on.
MUST_CHECK bool secrets_open(struct secrets *secrets, struct session *session, const char *path,
                             struct error *err);
// Reads the file, or makes it when there is none. ERROR_DENIED: others may read it.
MUST_CHECK bool secrets_load(struct secrets *secrets, const char *path, struct error *err);
void secrets_done(struct secrets *secrets); // wipes it
