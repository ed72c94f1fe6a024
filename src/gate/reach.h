// reach.h - how many of the admitted people come to a stage, and how long after they were let in.
//
// The pace works on a stage that people reach a minute or two later, and some never do. So the gate learns
// the density of arrivals by age (seconds since the turn came): arrivals of that age over the people who ever
// had it, both forgotten slowly. Summed over those admitted lately it tells how many are still on their
// way; those who left silently drop out by themselves, without a heartbeat and without waiting for a lease.
#pragma once

#include <stdint.h>

#define REACH_BIN_S  5
#define REACH_BINS   240
#define REACH_AGES_S (REACH_BIN_S * REACH_BINS) // who needs longer counts as oldest

struct reach_options {
    double share;     // assumed before anything is measured: part of the admitted who reach the stage
    double journey_s; // and how long they need
};

struct reach {
    double arrived[REACH_BINS];      // arrivals by age, forgetting
    double exposed[REACH_BINS];      // person-seconds spent at that age, forgetting
    double assumed[REACH_BINS];      // density per second before anything is measured
    uint32_t admitted[REACH_AGES_S]; // by second, a ring
    uint32_t newest;                 // index of the last second in that ring
    double assumed_share;
    uint32_t mature_bin; // of the age by which nearly all should have come
    double share;        // of the admitted who reach the stage
    double journey_s;    // mean age at which they do
    double on_the_way;   // people expected to reach it yet
};

// Nobody was admitted yet: the density is the assumed one.
void reach_init(struct reach *reach, const struct reach_options *options);

// Where an arrival of this age is counted.
uint32_t reach_bin(int64_t age_s);

// One second: how many were admitted in it and, by bin of age, how many reached the stage.
void reach_tick(struct reach *reach, uint64_t admitted, const uint32_t arrived_by_age[REACH_BINS]);
