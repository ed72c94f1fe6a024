// devices.c - open addressing with linear steps; those who left are taken out by building the table anew.
#include "measure/devices.h"

#include <stdlib.h>

#define SLOTS_INIT  (1 << 12)
#define TIME_BITS   16
#define TIME_MASK   ((UINT64_C(1) << TIME_BITS) - 1)
#define SWEEP_S     (60 * 1000) // ages stay below 2^16 seconds
#define SWEEP_MIN_S 60          // a full table is swept at most so often

bool devices_init(struct devices *devices) {
    *devices = (struct devices){.size = SLOTS_INIT};
    devices->slots = calloc(SLOTS_INIT, sizeof *devices->slots);
    return devices->slots != NULL;
}

void devices_done(struct devices *devices) {
    free(devices->slots);
    *devices = (struct devices){.size = 0};
}

static uint64_t tag_of(uint64_t hash) {
    uint64_t tag = hash >> TIME_BITS;
    return tag == 0 ? 1 : tag;
}

static uint64_t slot_of(uint64_t tag, int64_t time_s) {
    return tag << TIME_BITS | ((uint64_t)time_s & TIME_MASK);
}

// How long before the newest second the device of this slot was last seen.
static int64_t age_s(const struct devices *devices, uint64_t slot) {
    return (int64_t)(((uint64_t)devices->newest_s - slot) & TIME_MASK);
}

// Where the device is, or the free slot where it belongs.
static uint64_t find(const uint64_t *slots, uint64_t size, uint64_t tag) {
    uint64_t place = tag & (size - 1);
    while (slots[place] != 0 && slots[place] >> TIME_BITS != tag)
        place = (place + 1) & (size - 1);
    return place;
}

// Builds the table anew without those who have left by `now_s`. When there is no memory for that, the table
// stays: it may then be too full, which the caller deals with.
static void rebuild(struct devices *devices, uint64_t size, int64_t now_s) {
    uint64_t *slots = calloc(size, sizeof *slots);
    if (slots == NULL)
        return;
    uint64_t used = 0;
    for (uint64_t i = 0; i < devices->size; i++) {
        uint64_t slot = devices->slots[i];
        if (slot == 0 || age_s(devices, slot) + (now_s - devices->newest_s) > DEVICES_QUIET_S)
            continue;
        slots[find(slots, size, slot >> TIME_BITS)] = slot;
        used++;
    }
    free(devices->slots);
    devices->slots = slots;
    devices->size = size;
    devices->used = used;
    devices->swept_s = now_s;
}

static bool is_full(const struct devices *devices) {
    return devices->used >= devices->size / 4 * 3;
}

// Sees to it that a device can be added. False: the table is full of devices that are active.
static bool make_room(struct devices *devices) {
    if (!is_full(devices))
        return true;
    if (devices->newest_s - devices->swept_s >= SWEEP_MIN_S)
        rebuild(devices, devices->size, devices->newest_s);
    // Half full after the sweep: a larger table is needed sooner or later.
    if (devices->used >= devices->size / 2 && devices->size < DEVICES_SLOTS_MAX)
        rebuild(devices, devices->size * 2, devices->newest_s);
    return !is_full(devices);
}

// Takes out everybody before ages no longer fit, and moves the newest second on.
static void advance(struct devices *devices, int64_t time_s) {
    if (time_s - devices->swept_s > SWEEP_S)
        rebuild(devices, devices->size, time_s);
    devices->newest_s = time_s;
}

static void begin_anew(struct devices *devices, int64_t time_s) {
    for (uint64_t i = 0; i < devices->size; i++)
        devices->slots[i] = 0;
    devices->used = 0;
    devices->newest_s = time_s;
    devices->swept_s = time_s;
    devices->late_run = 0;
}

// True: the request is too far behind for the table to say anything.
static bool is_late(struct devices *devices, int64_t time_s) {
    if (devices->newest_s - time_s <= DEVICES_QUIET_S) {
        devices->late_run = 0;
        return false;
    }
    if (++devices->late_run < DEVICES_LATE_RUN) {
        devices->late++;
        return true;
    }
    begin_anew(devices, time_s);
    return false;
}

bool devices_see(struct devices *devices, uint64_t hash, int64_t time_s) {
    uint64_t tag = tag_of(hash);
    if (devices->newest_s == 0)
        begin_anew(devices, time_s);
    if (time_s > devices->newest_s)
        advance(devices, time_s);
    else if (is_late(devices, time_s))
        return false;
    uint64_t place = find(devices->slots, devices->size, tag);
    uint64_t slot = devices->slots[place];
    if (slot != 0) {
        int64_t last_s = devices->newest_s - age_s(devices, slot);
        if (time_s > last_s)
            devices->slots[place] = slot_of(tag, time_s);
        return time_s - last_s > DEVICES_QUIET_S;
    }
    if (make_room(devices)) {
        devices->slots[find(devices->slots, devices->size, tag)] = slot_of(tag, time_s);
        devices->used++;
    } else { // whoever is first in the way goes
        devices->slots[tag & (devices->size - 1)] = slot_of(tag, time_s);
        devices->forgotten++;
    }
    return true;
}
