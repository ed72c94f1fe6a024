// devices.h - which devices were here in the last half hour: what makes an opening out of requests.
//
// A request begins an access when its device has been quiet for 30 minutes (or was never seen). A device is
// known by the hash of its address and program. The table holds who was active lately, eight bytes each, and
// grows to a fixed size: up to DEVICES_ACTIVE_MAX devices active within the same half hour the count is
// exact (two devices are taken for one with a chance below one in a hundred million); beyond that some are
// forgotten early, and `forgotten` says how many: the count is too large by at most that number.
// Requests must come in the order of time, give or take the half hour.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DEVICES_QUIET_S    1800
#define DEVICES_SLOTS_MAX  (1 << 20)
#define DEVICES_ACTIVE_MAX (DEVICES_SLOTS_MAX / 4 * 3)
#define DEVICES_LATE_RUN   1000 // so many late requests in a row: time begins anew (another server's log)

struct devices {
    uint64_t *slots; // 48 bits of hash, 16 bits of the second at which the device was last seen; 0: free
    uint64_t size;   // a power of two
    uint64_t used;
    int64_t newest_s; // the latest second that was seen
    int64_t swept_s;  // newest_s when those who left were last taken out
    unsigned late_run;
    uint64_t late;      // requests more than half an hour behind the newest; they begin no access
    uint64_t forgotten; // active devices that made room for others
};

// False when memory is exhausted.
bool devices_init(struct devices *devices);
void devices_done(struct devices *devices);

// True when this request begins an access. `hash`: of the device, uniform in all its bits.
bool devices_see(struct devices *devices, uint64_t hash, int64_t time_s);
