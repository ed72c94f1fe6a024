// known.c - see known.h.
#include "gate/known.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BITS   (UINT64_C(1) << 25) // 4 MiB
#define WORDS  (BITS / 64)
#define PROBES 4

struct known {
    unsigned char key[crypto_shorthash_KEYBYTES]; // so that nobody can choose numbers that meet
    uint64_t words[WORDS];
};

struct known *known_new(void) {
    struct known *known = calloc(1, sizeof *known);
    if (known != NULL)
        crypto_shorthash_keygen(known->key);
    return known;
}

void known_free(struct known *known) {
    free(known);
}

// Two halves of one hash give all probes (Kirsch and Mitzenmacher 2006).
static uint64_t probe(const struct known *known, int64_t resident_id, unsigned number) {
    uint64_t hash;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)&resident_id, sizeof resident_id,
                           known->key);
    return ((hash & UINT32_MAX) + number * (hash >> 32 | 1)) % BITS;
}

void known_add(struct known *known, int64_t resident_id) {
    for (unsigned i = 0; i < PROBES; i++) {
        uint64_t bit = probe(known, resident_id, i);
        known->words[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

bool known_may_hold(const struct known *known, int64_t resident_id) {
    for (unsigned i = 0; i < PROBES; i++) {
        uint64_t bit = probe(known, resident_id, i);
        if ((known->words[bit / 64] & UINT64_C(1) << (bit % 64)) == 0)
            return false;
    }
    return true;
}
