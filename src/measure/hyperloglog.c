// hyperloglog.c - the estimator, and two stored forms.
#include "measure/hyperloglog.h"

#include <math.h>
#include <string.h>

#define FORM_SPARSE  1 // index (two bytes, little end first) and rank, by index
#define FORM_DENSE   2 // four registers in three bytes
#define SPARSE_BYTES 3
#define DENSE_BYTES  (HYPERLOGLOG_REGISTERS / 4 * 3)

void hyperloglog_merge(struct hyperloglog *target, const struct hyperloglog *source) {
    for (size_t i = 0; i < HYPERLOGLOG_REGISTERS; i++)
        if (source->registers[i] > target->registers[i])
            target->registers[i] = source->registers[i];
}

// The two series of Ertl's estimator, for registers that are zero and for those that are full.
static double sigma(double x) {
    if (x >= 1)
        return INFINITY;
    double y = 1, sum = x, before = 0;
    do {
        x *= x;
        before = sum;
        sum += x * y;
        y += y;
    } while (sum != before);
    return sum;
}

static double tau(double x) {
    if (x <= 0 || x >= 1)
        return 0;
    double y = 1, sum = 1 - x, before = 0;
    do {
        x = sqrt(x);
        before = sum;
        y *= 0.5;
        sum -= (1 - x) * (1 - x) * y;
    } while (sum != before);
    return sum / 3;
}

double hyperloglog_estimate(const struct hyperloglog *counter) {
    const double m = HYPERLOGLOG_REGISTERS;
    double counts[HYPERLOGLOG_RANK_MAX + 1] = {0};
    for (size_t i = 0; i < HYPERLOGLOG_REGISTERS; i++)
        counts[counter->registers[i]]++;
    double z = m * tau(1 - counts[HYPERLOGLOG_RANK_MAX] / m);
    for (int rank = HYPERLOGLOG_RANK_MAX - 1; rank >= 1; rank--)
        z = 0.5 * (z + counts[rank]);
    z += m * sigma(counts[0] / m);
    return m * m / (2 * M_LN2 * z);
}

static const void *sparse_bytes(const struct hyperloglog *counter, struct arena *arena, size_t used,
                                size_t *ret_length) {
    uint8_t *bytes = arena_alloc(arena, 1 + used * SPARSE_BYTES), *place = bytes;
    if (bytes == NULL)
        return NULL;
    *place++ = FORM_SPARSE;
    for (size_t i = 0; i < HYPERLOGLOG_REGISTERS; i++) {
        if (counter->registers[i] == 0)
            continue;
        *place++ = (uint8_t)(i & 0xff);
        *place++ = (uint8_t)(i >> 8);
        *place++ = counter->registers[i];
    }
    *ret_length = (size_t)(place - bytes);
    return bytes;
}

const void *hyperloglog_bytes(const struct hyperloglog *counter, struct arena *arena, size_t *ret_length) {
    size_t used = 0;
    for (size_t i = 0; i < HYPERLOGLOG_REGISTERS; i++)
        used += counter->registers[i] != 0;
    if (used * SPARSE_BYTES < DENSE_BYTES)
        return sparse_bytes(counter, arena, used, ret_length);
    uint8_t *bytes = arena_alloc(arena, 1 + DENSE_BYTES), *place = bytes;
    if (bytes == NULL)
        return NULL;
    *place++ = FORM_DENSE;
    for (size_t i = 0; i < HYPERLOGLOG_REGISTERS; i += 4) {
        const uint8_t *four = &counter->registers[i];
        uint32_t packed =
            (uint32_t)four[0] | (uint32_t)four[1] << 6 | (uint32_t)four[2] << 12 | (uint32_t)four[3] << 18;
        *place++ = (uint8_t)(packed & 0xff);
        *place++ = (uint8_t)(packed >> 8 & 0xff);
        *place++ = (uint8_t)(packed >> 16);
    }
    *ret_length = 1 + DENSE_BYTES;
    return bytes;
}

static bool unpack_sparse(struct hyperloglog *target, const uint8_t *bytes, size_t length) {
    int64_t before = -1;
    for (size_t i = 0; i < length; i += SPARSE_BYTES) {
        int64_t index = bytes[i] | bytes[i + 1] << 8;
        if (index <= before || index >= HYPERLOGLOG_REGISTERS || bytes[i + 2] == 0)
            return false;
        target->registers[index] = bytes[i + 2];
        before = index;
    }
    return true;
}

static void unpack_dense(struct hyperloglog *target, const uint8_t *bytes) {
    for (size_t i = 0; i < HYPERLOGLOG_REGISTERS; i += 4, bytes += 3) {
        uint32_t packed = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
        for (size_t part = 0; part < 4; part++)
            target->registers[i + part] = (uint8_t)(packed >> (6 * part) & 63);
    }
}

bool hyperloglog_merge_bytes(struct hyperloglog *target, const void *bytes, size_t length,
                             struct error *err) {
    struct hyperloglog read = {.registers = {0}};
    const uint8_t *form = bytes;
    bool ok = length > 0;
    if (ok && form[0] == FORM_SPARSE)
        ok = (length - 1) % SPARSE_BYTES == 0 && unpack_sparse(&read, form + 1, length - 1);
    else if (ok && form[0] == FORM_DENSE && length == 1 + DENSE_BYTES)
        unpack_dense(&read, form + 1);
    else
        ok = false;
    for (size_t i = 0; ok && i < HYPERLOGLOG_REGISTERS; i++)
        ok = read.registers[i] <= HYPERLOGLOG_RANK_MAX;
    if (!ok)
        return error_set(err, ERROR_INVALID, "a stored count of unique devices is damaged");
    hyperloglog_merge(target, &read);
    return true;
}
