// random.c - a keystream in blocks of 512 bytes.
#include "base/random.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

#include "base/error.h"

void random_init_system(struct random *random) {
    *random = (struct random){.seeded = false};
}

void random_init_seeded(struct random *random, uint64_t seed) {
    *random = (struct random){.seeded = true};
    for (size_t i = 0; i < 8; i++)
        random->key[i] = (unsigned char)(seed >> (8 * i));
}

static void refill(struct random *random) {
    unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = (unsigned char)(random->block >> (8 * i));
    random->block++;
    (void)crypto_stream_chacha20(random->bytes, sizeof random->bytes, nonce, random->key);
    random->bytes_left = sizeof random->bytes;
}

void random_bytes(struct random *random, void *target, size_t length) {
    if (!random->seeded) {
        randombytes_buf(target, length);
        return;
    }
    unsigned char *out = target;
    while (length > 0) {
        if (random->bytes_left == 0)
            refill(random);
        size_t part = length < random->bytes_left ? length : random->bytes_left;
        memcpy(out, random->bytes + sizeof random->bytes - random->bytes_left, part);
        random->bytes_left -= part;
        out += part;
        length -= part;
    }
}

uint64_t random_uint64(struct random *random) {
    unsigned char bytes[8];
    uint64_t number = 0;
    random_bytes(random, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

uint64_t random_below(struct random *random, uint64_t bound) {
    ASSERT(bound > 0);
    uint64_t refused_below = -bound % bound; // the part of the range that would make small numbers likelier
    for (;;) {
        uint64_t number = random_uint64(random);
        if (number >= refused_below)
            return number % bound;
    }
}

double random_unit(struct random *random) {
    return (double)(random_uint64(random) >> 11) * 0x1p-53;
}

double random_exponential(struct random *random, double mean) {
    return -mean * log1p(-random_unit(random));
}

int64_t random_poisson(struct random *random, double mean) {
    int64_t count = 0;
    if (mean <= 0)
        return 0;
    double at = random_exponential(random, 1 / mean);
    while (at < 1) {
        count++;
        at += random_exponential(random, 1 / mean);
    }
    return count;
}

double random_normal(struct random *random) {
    double radius = sqrt(-2 * log1p(-random_unit(random)));
    return radius * cos(2 * M_PI * random_unit(random));
}

double random_gamma(struct random *random, double mean, double deviation) {
    if (deviation <= 0 || mean <= 0)
        return mean;
    double shape = mean * mean / (deviation * deviation), scale = mean / shape;
    double boost = 1;
    if (shape < 1) { // Marsaglia and Tsang, section 6: draw with shape + 1 and scale it down
        boost = pow(1 - random_unit(random), 1 / shape);
        shape += 1;
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = random_normal(random), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log1p(-random_unit(random)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v * scale * boost;
    }
}
