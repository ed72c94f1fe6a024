// throughput.c - see throughput.h.
#include "store/throughput.h"

#include <math.h>

#define PER_S_FIRST 10000.0 // until a batch was seen
#define MEMORY_S    2.0
#define SECOND_US   1e6

void throughput_init(struct throughput *throughput) {
    throughput->per_s = PER_S_FIRST;
}

void throughput_learn(struct throughput *throughput, size_t done, size_t most, int64_t took_us) {
    double took_s = fmax((double)took_us, 1) / SECOND_US;
    double seen = fmin(fmax(throughput->per_s, (double)done / took_s), (double)most / took_s);
    throughput->per_s += (1 - exp(-took_s / MEMORY_S)) * (seen - throughput->per_s);
}

size_t throughput_room(const struct throughput *throughput, size_t room_max) {
    double room = fmax(throughput->per_s * THROUGHPUT_OUTSTANDING_S, THROUGHPUT_ROOM_MIN);
    return room < (double)room_max ? (size_t)room : room_max;
}
