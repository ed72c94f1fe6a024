// random.h - randomness as a parameter: the system's for secrets, a seeded stream for tests and rehearsals.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A stream of random numbers. With `seeded` false it asks the system (libsodium's randombytes);
// seeded, it is ChaCha20 under the seed and gives the same numbers on every machine.
struct random {
    bool seeded;
    unsigned char key[32];
    uint64_t block; // the next of the stream
    unsigned char bytes[512];
    size_t bytes_left;
};

// For secrets and ids; and for what must be repeatable: the same seed, the same numbers.
void random_init_system(struct random *random);
void random_init_seeded(struct random *random, uint64_t seed);
// Fills `length` bytes; and 64 bits, all values equally likely.
void random_bytes(struct random *random, void *target, size_t length);
uint64_t random_uint64(struct random *random);
// Uniform in [0, bound), without bias; bound > 0.
uint64_t random_below(struct random *random, uint64_t bound);
// Uniform in [0, 1), 53 bits.
double random_unit(struct random *random);
// Exponential with the given mean; gamma with the given mean and standard deviation (Marsaglia and Tsang
// 2000).
double random_exponential(struct random *random, double mean);
double random_gamma(struct random *random, double mean, double deviation);
// Poisson: how many of what happens independently, `mean` on average. The time it takes grows with the mean.
int64_t random_poisson(struct random *random, double mean);
// Normal with mean 0 and deviation 1 (Box and Muller).
double random_normal(struct random *random);
