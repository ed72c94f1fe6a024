// replay.c - open addressing with linear probing; expired entries go when the table is rebuilt.
#include "identity/replay.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define SLOTS_MIN 1024u

struct entry {
    uint64_t hash; // 0: free
    int64_t expires_ms;
};

struct replay {
    pthread_mutex_t mutex;
    unsigned char key[crypto_shorthash_KEYBYTES];
    struct entry *entries;
    size_t slots, count;
};

struct replay *replay_new(void) {
    struct replay *replay = calloc(1, sizeof *replay);
    struct entry *entries = calloc(SLOTS_MIN, sizeof *entries);
    if (replay == NULL || entries == NULL) {
        free(replay);
        free(entries);
        return NULL;
    }
    (void)pthread_mutex_init(&replay->mutex, NULL);
    randombytes_buf(replay->key, sizeof replay->key);
    replay->entries = entries;
    replay->slots = SLOTS_MIN;
    return replay;
}

void replay_free(struct replay *replay) {
    if (replay == NULL)
        return;
    (void)pthread_mutex_destroy(&replay->mutex);
    free(replay->entries);
    free(replay);
}

static uint64_t hash_of(const struct replay *replay, char kind, const char *text) {
    unsigned char key[crypto_shorthash_KEYBYTES];
    memcpy(key, replay->key, sizeof key);
    key[0] = (unsigned char)(key[0] ^ (unsigned char)kind);
    uint64_t hash = 0;
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)text, strlen(text), key);
    return hash == 0 ? 1 : hash;
}

// The slot of a hash, or the free one where it belongs. The table is never more than half full.
static struct entry *slot_of(struct entry *entries, size_t slots, uint64_t hash) {
    size_t i = (size_t)hash & (slots - 1);
    while (entries[i].hash != 0 && entries[i].hash != hash)
        i = (i + 1) & (slots - 1);
    return &entries[i];
}

// Drops what has expired, and doubles the table when that does not free half of it.
static bool make_room(struct replay *replay, int64_t now_ms) {
    size_t alive = 0;
    for (size_t i = 0; i < replay->slots; i++)
        alive += replay->entries[i].hash != 0 && replay->entries[i].expires_ms > now_ms;
    size_t slots = alive * 4 > replay->slots ? replay->slots * 2 : replay->slots;
    struct entry *entries = slots > REPLAY_SLOTS_MAX ? NULL : calloc(slots, sizeof *entries);
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < replay->slots; i++)
        if (replay->entries[i].hash != 0 && replay->entries[i].expires_ms > now_ms)
            *slot_of(entries, slots, replay->entries[i].hash) = replay->entries[i];
    free(replay->entries);
    replay->entries = entries;
    replay->slots = slots;
    replay->count = alive;
    return true;
}

enum replay_result replay_take(struct replay *replay, char kind, const char *text, int64_t expires_ms,
                               int64_t now_ms) {
    uint64_t hash = hash_of(replay, kind, text);
    enum replay_result result = REPLAY_FRESH;
    (void)pthread_mutex_lock(&replay->mutex);
    struct entry *entry = slot_of(replay->entries, replay->slots, hash);
    if (entry->hash == hash && entry->expires_ms > now_ms)
        result = REPLAY_USED;
    else if (entry->hash == hash)
        entry->expires_ms = expires_ms;
    else if (replay->count * 2 < replay->slots || make_room(replay, now_ms)) {
        *slot_of(replay->entries, replay->slots, hash) = (struct entry){hash, expires_ms};
        replay->count++;
    } else
        result = REPLAY_FULL;
    (void)pthread_mutex_unlock(&replay->mutex);
    return result;
}

size_t replay_count(struct replay *replay) {
    (void)pthread_mutex_lock(&replay->mutex);
    size_t count = replay->count;
    (void)pthread_mutex_unlock(&replay->mutex);
    return count;
}
