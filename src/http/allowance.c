// allowance.c - see allowance.h.
#include "http/allowance.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_US 60e6

static_assert(ALLOWANCE_KEY_SIZE == crypto_shorthash_KEYBYTES, "the key is that of the hash");

struct bucket {
    double used;   // tokens that are not there
    int64_t at_us; // as of then
};

struct allowance {
    pthread_mutex_t lock;
    double per_min;
    unsigned char key[ALLOWANCE_KEY_SIZE];
    struct bucket buckets[ALLOWANCE_SLOTS];
};

struct allowance *allowance_new(unsigned per_min) {
    struct allowance *allowance = calloc(1, sizeof *allowance);
    if (allowance == NULL)
        return NULL;
    allowance->per_min = per_min;
    (void)pthread_mutex_init(&allowance->lock, NULL);
    crypto_shorthash_keygen(allowance->key);
    return allowance;
}

void allowance_free(struct allowance *allowance) {
    if (allowance == NULL)
        return;
    (void)pthread_mutex_destroy(&allowance->lock);
    free(allowance);
}

uint32_t allowance_slot(const char *peer, const unsigned char key[ALLOWANCE_KEY_SIZE]) {
    struct in6_addr address;
    uint64_t hash = 0;
    bool is_ipv6 = inet_pton(AF_INET6, peer, &address) == 1;
    (void)crypto_shorthash((unsigned char *)&hash, is_ipv6 ? address.s6_addr : (const unsigned char *)peer,
                           is_ipv6 ? 8 : strlen(peer), key);
    return (uint32_t)(hash % ALLOWANCE_SLOTS);
}

bool allowance_take(struct allowance *allowance, const char *peer, int64_t now_us) {
    (void)pthread_mutex_lock(&allowance->lock);
    struct bucket *bucket = &allowance->buckets[allowance_slot(peer, allowance->key)];
    double back = (double)(now_us - bucket->at_us) * allowance->per_min / MINUTE_US;
    bucket->used = back >= bucket->used ? 0 : bucket->used - (back > 0 ? back : 0);
    bucket->at_us = now_us;
    bool allowed = bucket->used + 1 <= allowance->per_min;
    bucket->used += allowed;
    (void)pthread_mutex_unlock(&allowance->lock);
    return allowed;
}
