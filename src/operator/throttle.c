// throttle.c - a table of keyed hashes, searched in short runs.
#include "operator/throttle.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#define RUN           16 // places in which a key may stand
#define FIRST_WAIT_MS INT64_C(1000)
#define DOUBLINGS_MAX 12

struct place {
    uint64_t key; // 0: empty
    uint32_t failures;
    int64_t last_ms;
};

struct throttle {
    pthread_mutex_t mutex;
    unsigned char secret[crypto_shorthash_KEYBYTES]; // so that nobody can choose names that share a run
    struct place places[THROTTLE_KEYS_MAX];
};

struct throttle *throttle_new(void) {
    struct throttle *throttle = calloc(1, sizeof *throttle);
    if (throttle == NULL)
        return NULL;
    (void)pthread_mutex_init(&throttle->mutex, NULL);
    randombytes_buf(throttle->secret, sizeof throttle->secret);
    return throttle;
}

void throttle_free(struct throttle *throttle) {
    if (throttle == NULL)
        return;
    (void)pthread_mutex_destroy(&throttle->mutex);
    free(throttle);
}

static uint64_t hash_of(const struct throttle *throttle, const char *key) {
    uint64_t hash = 0;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)key, strlen(key), throttle->secret);
    return hash == 0 ? 1 : hash;
}

// The key's place; NULL when it has none and `make` is false.
static struct place *place_of(struct throttle *throttle, const char *key, int64_t now_ms, bool make) {
    uint64_t hash = hash_of(throttle, key);
    struct place *run = &throttle->places[hash % (THROTTLE_KEYS_MAX / RUN) * RUN];
    struct place *oldest = run;
    for (size_t i = 0; i < RUN; i++) {
        if (run[i].key != 0 && now_ms - run[i].last_ms > THROTTLE_KEEP_MS)
            run[i] = (struct place){0};
        if (run[i].key == hash)
            return &run[i];
        if (run[i].key == 0 ? oldest->key != 0 : oldest->key != 0 && run[i].last_ms < oldest->last_ms)
            oldest = &run[i];
    }
    if (!make)
        return NULL;
    *oldest = (struct place){.key = hash, .last_ms = now_ms};
    return oldest;
}

static int64_t wait_after(uint32_t failures) {
    if (failures < THROTTLE_FREE_TRIES)
        return 0;
    uint32_t doublings = failures - THROTTLE_FREE_TRIES;
    int64_t wait_ms = FIRST_WAIT_MS << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
    return wait_ms < THROTTLE_WAIT_MS_MAX ? wait_ms : THROTTLE_WAIT_MS_MAX;
}

int64_t throttle_wait_ms(struct throttle *throttle, const char *key, int64_t now_ms) {
    (void)pthread_mutex_lock(&throttle->mutex);
    const struct place *place = place_of(throttle, key, now_ms, false);
    int64_t left_ms = place == NULL ? 0 : place->last_ms + wait_after(place->failures) - now_ms;
    (void)pthread_mutex_unlock(&throttle->mutex);
    return left_ms > 0 ? left_ms : 0;
}

void throttle_failed(struct throttle *throttle, const char *key, int64_t now_ms) {
    (void)pthread_mutex_lock(&throttle->mutex);
    struct place *place = place_of(throttle, key, now_ms, true);
    place->failures++;
    place->last_ms = now_ms;
    (void)pthread_mutex_unlock(&throttle->mutex);
}

void throttle_succeeded(struct throttle *throttle, const char *key) {
    (void)pthread_mutex_lock(&throttle->mutex);
    struct place *place = place_of(throttle, key, 0, false);
    if (place != NULL)
        *place = (struct place){0};
    (void)pthread_mutex_unlock(&throttle->mutex);
}
