// lease.c - see lease.h.
#include "gate/lease.h"

#include <stdlib.h>
#include <string.h>

#define NONE        UINT32_MAX
#define ENTRIES_MIN 1024
#define STATES      2

struct entry {
    struct holder holder;
    int64_t turn_s; // by the clock of the leases, as are all times here
    int64_t until_s;
    uint32_t bucket_next;
    uint32_t earlier, later; // in the queue of its state
    enum lease_state state;
};

// All leases of a state last equally long, so the order of renewal is the order of lapsing.
struct queue {
    uint32_t first, last;
    size_t length;
};

struct leases {
    struct entry *entries;
    uint32_t *buckets; // as many as entries
    size_t capacity;   // a power of two
    size_t used;       // entries that were ever in use
    size_t leases_max;
    uint32_t free; // a list by `later`
    struct queue queues[STATES];
    int64_t clock_s; // never steps
    int64_t seen_s;  // the caller's clock at the last call
    bool clock_seen;
};

static const int64_t durations_s[STATES] = {
    [LEASE_INSIDE] = LEASE_INSIDE_S, [LEASE_AT_PROVIDER] = LEASE_AT_PROVIDER_S};

struct leases *leases_new(size_t leases_max) {
    struct leases *leases = calloc(1, sizeof *leases);
    if (leases == NULL)
        return NULL;
    leases->leases_max = leases_max < NONE ? leases_max : NONE - 1;
    leases->free = NONE;
    for (int state = 0; state < STATES; state++)
        leases->queues[state] = (struct queue){.first = NONE, .last = NONE};
    return leases;
}

void leases_free(struct leases *leases) {
    if (leases == NULL)
        return;
    free(leases->entries);
    free(leases->buckets);
    free(leases);
}

void leases_cleanup(struct leases **leases) {
    leases_free(*leases);
}

static void see_clock(struct leases *leases, int64_t now_s) {
    int64_t passed_s = leases->clock_seen ? now_s - leases->seen_s : 0;
    leases->clock_s += passed_s < 0 ? 0 : passed_s > LEASE_STEP_S_MAX ? LEASE_STEP_S_MAX : passed_s;
    leases->seen_s = now_s;
    leases->clock_seen = true;
}

// A holder is a hash already.
static uint32_t *bucket_of(const struct leases *leases, const struct holder *holder) {
    uint64_t hash;
    memcpy(&hash, holder->bytes, sizeof hash);
    return &leases->buckets[hash & (leases->capacity - 1)];
}

static uint32_t find(const struct leases *leases, const struct holder *holder) {
    if (leases->capacity == 0)
        return NONE;
    uint32_t at = *bucket_of(leases, holder);
    while (at != NONE && memcmp(leases->entries[at].holder.bytes, holder->bytes, sizeof holder->bytes) != 0)
        at = leases->entries[at].bucket_next;
    return at;
}

static void queue_add(struct leases *leases, uint32_t at, enum lease_state state) {
    struct entry *entry = &leases->entries[at];
    struct queue *queue = &leases->queues[state];
    entry->state = state;
    entry->earlier = queue->last;
    entry->later = NONE;
    if (queue->last != NONE)
        leases->entries[queue->last].later = at;
    else
        queue->first = at;
    queue->last = at;
    queue->length++;
}

static void queue_remove(struct leases *leases, uint32_t at) {
    struct entry *entry = &leases->entries[at];
    struct queue *queue = &leases->queues[entry->state];
    if (entry->earlier != NONE)
        leases->entries[entry->earlier].later = entry->later;
    else
        queue->first = entry->later;
    if (entry->later != NONE)
        leases->entries[entry->later].earlier = entry->earlier;
    else
        queue->last = entry->earlier;
    queue->length--;
}

static void bucket_add(struct leases *leases, uint32_t at) {
    uint32_t *bucket = bucket_of(leases, &leases->entries[at].holder);
    leases->entries[at].bucket_next = *bucket;
    *bucket = at;
}

// Twice as many entries; the buckets are filled anew, from the queues, for only these are in use.
static bool grow(struct leases *leases) {
    size_t capacity = leases->capacity == 0 ? ENTRIES_MIN : leases->capacity * 2;
    struct entry *entries = realloc(leases->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return false;
    leases->entries = entries;
    uint32_t *buckets = realloc(leases->buckets, capacity * sizeof *buckets);
    if (buckets == NULL)
        return false;
    leases->buckets = buckets;
    leases->capacity = capacity;
    memset(buckets, 0xff, capacity * sizeof *buckets); // NONE
    for (int state = 0; state < STATES; state++)
        for (uint32_t at = leases->queues[state].first; at != NONE; at = entries[at].later)
            bucket_add(leases, at);
    return true;
}

static uint32_t take_free(struct leases *leases) {
    uint32_t at = leases->free;
    if (at != NONE) {
        leases->free = leases->entries[at].later;
        return at;
    }
    if (leases->used == leases->capacity && !grow(leases))
        return NONE;
    return (uint32_t)leases->used++;
}

static void give_back(struct leases *leases, uint32_t at) {
    uint32_t *link = bucket_of(leases, &leases->entries[at].holder);
    while (*link != at)
        link = &leases->entries[*link].bucket_next;
    *link = leases->entries[at].bucket_next;
    queue_remove(leases, at);
    leases->entries[at].later = leases->free;
    leases->free = at;
}

static bool add(struct leases *leases, const struct lease *lease, struct error *err) {
    if (leases_count(leases) >= leases->leases_max)
        return error_set(err, ERROR_EXHAUSTED, "all %zu places inside are taken", leases->leases_max);
    uint32_t at = take_free(leases);
    if (at == NONE)
        return error_set(err, ERROR_EXHAUSTED, "no memory for one more pass");
    leases->entries[at] = (struct entry){.holder = lease->holder,
                                         .turn_s = leases->clock_s - lease->age_s,
                                         .until_s = leases->clock_s + lease->left_s};
    bucket_add(leases, at);
    queue_add(leases, at, lease->state);
    return true;
}

bool leases_enter(struct leases *leases, int64_t now_s, const struct holder *holder, int64_t turn_age_s,
                  struct error *err) {
    if (leases_renew(leases, now_s, holder, LEASE_INSIDE))
        return true;
    struct lease lease = {
        .holder = *holder, .state = LEASE_INSIDE, .age_s = turn_age_s, .left_s = LEASE_INSIDE_S};
    return add(leases, &lease, err);
}

bool leases_renew(struct leases *leases, int64_t now_s, const struct holder *holder, enum lease_state state) {
    see_clock(leases, now_s);
    uint32_t at = find(leases, holder);
    if (at == NONE)
        return false;
    queue_remove(leases, at);
    leases->entries[at].until_s = leases->clock_s + durations_s[state];
    queue_add(leases, at, state);
    return true;
}

bool leases_give_back(struct leases *leases, const struct holder *holder) {
    uint32_t at = find(leases, holder);
    if (at == NONE)
        return false;
    give_back(leases, at);
    return true;
}

size_t leases_lapse(struct leases *leases, int64_t now_s, struct holder *ret_holders, size_t room) {
    size_t lapsed = 0;
    see_clock(leases, now_s);
    for (int state = 0; state < STATES; state++)
        while (lapsed < room) {
            uint32_t at = leases->queues[state].first;
            if (at == NONE || leases->entries[at].until_s > leases->clock_s)
                break;
            ret_holders[lapsed++] = leases->entries[at].holder;
            give_back(leases, at);
        }
    return lapsed;
}

static struct lease view(const struct leases *leases, const struct entry *entry) {
    return (struct lease){.holder = entry->holder,
                          .state = entry->state,
                          .age_s = leases->clock_s - entry->turn_s,
                          .left_s = entry->until_s - leases->clock_s};
}

bool leases_find(const struct leases *leases, const struct holder *holder, struct lease *ret_lease) {
    uint32_t at = find(leases, holder);
    if (at == NONE)
        return false;
    *ret_lease = view(leases, &leases->entries[at]);
    return true;
}

size_t leases_count(const struct leases *leases) {
    return leases->queues[LEASE_INSIDE].length + leases->queues[LEASE_AT_PROVIDER].length;
}

size_t leases_count_in(const struct leases *leases, enum lease_state state) {
    return leases->queues[state].length;
}

void leases_list(const struct leases *leases, struct lease *ret_leases) {
    size_t listed = 0;
    for (int state = 0; state < STATES; state++)
        for (uint32_t at = leases->queues[state].first; at != NONE; at = leases->entries[at].later)
            ret_leases[listed++] = view(leases, &leases->entries[at]);
}

static int lapses_earlier(const void *a, const void *b) {
    int64_t left = ((const struct lease *)a)->left_s, right = ((const struct lease *)b)->left_s;
    return (left > right) - (left < right);
}

bool leases_restore(struct leases *leases, int64_t now_s, struct lease *stored, size_t stored_length,
                    struct error *err) {
    ASSERT(leases_count(leases) == 0);
    see_clock(leases, now_s);
    if (stored_length > 0)
        qsort(stored, stored_length, sizeof *stored, lapses_earlier);
    for (size_t i = 0; i < stored_length; i++) {
        // A stored clock may have been wrong: nothing lasts longer than a fresh lease.
        if (stored[i].left_s > durations_s[stored[i].state])
            stored[i].left_s = durations_s[stored[i].state];
        if (find(leases, &stored[i].holder) == NONE && !add(leases, &stored[i], err))
            return false;
    }
    return true;
}
