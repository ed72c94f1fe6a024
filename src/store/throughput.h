// throughput.h - how many commands a second the store takes, learnt from the batches that were committed.
//
// A batch is as long as the queue was, so what it did in its time is not what it could have done: it shows
// that the store does at least so many a second, and at most a full batch in that time. The estimate is drawn
// between the two, by as much as the batch took time, so that a store that becomes slow is known after its
// first slow batch, and an idle one teaches nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define THROUGHPUT_OUTSTANDING_S 5.0 // of work that may be on its way; beyond that people are held
#define THROUGHPUT_ROOM_MIN      256 // so that a store that stood still is soon seen to go again

struct throughput {
    double per_s; // commands; the estimate
};

// With what is assumed until the store has been seen at work.
void throughput_init(struct throughput *throughput);
// A batch did `done` commands of the `most` that it could have held; both 0 for one that failed.
void throughput_learn(struct throughput *throughput, size_t done, size_t most, int64_t took_us);
// How many commands may be on their way.
size_t throughput_room(const struct throughput *throughput, size_t room_max);
