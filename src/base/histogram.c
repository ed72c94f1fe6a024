// histogram.c - log-linear buckets, and their stored form: pairs of (gap, count) as variable-length numbers.
#include "base/histogram.h"

#include <math.h>
#include <string.h>

#define LINEAR_BITS  11 // values below 2^11 have a bucket each
#define LINEAR_COUNT (1 << LINEAR_BITS)
#define HALF_COUNT   (LINEAR_COUNT / 2)
#define DOUBLINGS    (32 - LINEAR_BITS)
#define BUCKETS      (LINEAR_COUNT + DOUBLINGS * HALF_COUNT)

#define FORM_VERSION     1
#define VARINT_BYTES_MAX 10

struct histogram {
    uint64_t count;
    uint64_t sum;
    int64_t min;
    int64_t max;
    uint64_t buckets[BUCKETS];
};

struct histogram *histogram_new(void) {
    return calloc(1, sizeof(struct histogram));
}

void histogram_free(struct histogram *histogram) {
    free(histogram);
}

void histogram_cleanup(struct histogram **histogram) {
    histogram_free(*histogram);
    *histogram = NULL;
}

void histogram_clear(struct histogram *histogram) {
    memset(histogram, 0, sizeof *histogram);
}

static size_t bucket_of(int64_t value) {
    if (value < LINEAR_COUNT)
        return (size_t)value;
    if (value > HISTOGRAM_VALUE_MAX)
        value = HISTOGRAM_VALUE_MAX;
    int shift = 63 - __builtin_clzll((unsigned long long)value) - (LINEAR_BITS - 1);
    return (size_t)(LINEAR_COUNT + (shift - 1) * HALF_COUNT + ((value >> shift) - HALF_COUNT));
}

// The largest value that falls into the bucket.
static int64_t bucket_end(size_t bucket) {
    if (bucket < LINEAR_COUNT)
        return (int64_t)bucket;
    int64_t above = (int64_t)bucket - LINEAR_COUNT;
    int shift = (int)(above / HALF_COUNT) + 1;
    return ((above % HALF_COUNT + HALF_COUNT + 1) << shift) - 1;
}

static void widen(struct histogram *histogram, int64_t min, int64_t max) {
    if (histogram->count == 0 || min < histogram->min)
        histogram->min = min;
    if (histogram->count == 0 || max > histogram->max)
        histogram->max = max;
}

void histogram_record(struct histogram *histogram, int64_t value) {
    if (value < 0)
        value = 0;
    widen(histogram, value, value);
    histogram->count++;
    histogram->sum += (uint64_t)value;
    histogram->buckets[bucket_of(value)]++;
}

void histogram_merge(struct histogram *target, const struct histogram *source) {
    if (source->count == 0)
        return;
    widen(target, source->min, source->max);
    target->count += source->count;
    target->sum += source->sum;
    for (size_t i = bucket_of(source->min); i <= bucket_of(source->max); i++)
        target->buckets[i] += source->buckets[i];
}

uint64_t histogram_count(const struct histogram *histogram) {
    return histogram->count;
}

int64_t histogram_min(const struct histogram *histogram) {
    return histogram->min;
}

int64_t histogram_max(const struct histogram *histogram) {
    return histogram->max;
}

double histogram_mean(const struct histogram *histogram) {
    return histogram->count == 0 ? 0 : (double)histogram->sum / (double)histogram->count;
}

int64_t histogram_percentile(const struct histogram *histogram, double percent) {
    ASSERT(percent > 0 && percent <= 100);
    if (histogram->count == 0)
        return 0;
    double rank = ceil(percent / 100 * (double)histogram->count - 1e-9);
    uint64_t seen = 0;
    for (size_t i = bucket_of(histogram->min); i < BUCKETS; i++) {
        seen += histogram->buckets[i];
        if ((double)seen >= rank && seen > 0) {
            bool last = i == bucket_of(histogram->max);
            return last || bucket_end(i) > histogram->max ? histogram->max : bucket_end(i);
        }
    }
    return histogram->max;
}

static void add_varint(struct buffer *buffer, uint64_t number) {
    unsigned char bytes[VARINT_BYTES_MAX];
    size_t length = 0;
    do {
        bytes[length] = (unsigned char)((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
        number >>= 7;
        length++;
    } while (number > 0);
    buffer_add_bytes(buffer, bytes, length);
}

const void *histogram_bytes(const struct histogram *histogram, struct arena *arena, size_t *ret_length) {
    struct buffer buffer;
    buffer_init(&buffer, arena);
    add_varint(&buffer, FORM_VERSION);
    add_varint(&buffer, histogram->sum);
    add_varint(&buffer, (uint64_t)histogram->min);
    add_varint(&buffer, (uint64_t)histogram->max);
    size_t next = 0;
    for (size_t i = 0; i < BUCKETS && histogram->count > 0; i++) {
        if (histogram->buckets[i] == 0)
            continue;
        add_varint(&buffer, i - next);
        add_varint(&buffer, histogram->buckets[i]);
        next = i + 1;
    }
    if (buffer.failed)
        return NULL;
    *ret_length = buffer.length;
    return buffer.text;
}

struct cursor {
    const unsigned char *bytes;
    size_t left;
};

static bool take_varint(struct cursor *cursor, uint64_t *ret_number) {
    uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (cursor->left == 0)
            return false;
        unsigned char byte = *cursor->bytes++;
        cursor->left--;
        if (shift == 63 && byte > 1)
            return false;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

struct span {
    uint64_t count;
    size_t first, last; // buckets that are not empty
};

// Walks the pairs; with a target it adds them. Returns false where the bytes make no sense.
static bool walk_pairs(struct cursor cursor, struct histogram *target, struct span *ret_span) {
    struct span span = {0};
    uint64_t next = 0;
    while (cursor.left > 0) {
        uint64_t gap = 0, amount = 0;
        if (!take_varint(&cursor, &gap) || !take_varint(&cursor, &amount) || gap >= BUCKETS - next ||
            amount == 0 || amount > INT64_MAX - span.count)
            return false;
        span.last = next + gap;
        if (span.count == 0)
            span.first = span.last;
        if (target != NULL)
            target->buckets[span.last] += amount;
        span.count += amount;
        next = span.last + 1;
    }
    *ret_span = span;
    return true;
}

bool histogram_merge_bytes(struct histogram *target, const void *bytes, size_t length, struct error *err) {
    struct cursor cursor = {bytes, length};
    uint64_t version = 0, sum = 0, min = 0, max = 0;
    struct span span = {0};
    if (!take_varint(&cursor, &version) || version != FORM_VERSION || !take_varint(&cursor, &sum) ||
        !take_varint(&cursor, &min) || !take_varint(&cursor, &max) || min > max || max > INT64_MAX ||
        !walk_pairs(cursor, NULL, &span) ||
        (span.count > 0 && (bucket_of((int64_t)min) != span.first || bucket_of((int64_t)max) != span.last)))
        return error_set(err, ERROR_INVALID, "not a stored histogram of a form that this program knows");
    if (span.count == 0)
        return true;
    widen(target, (int64_t)min, (int64_t)max);
    bool walked = walk_pairs(cursor, target, &span);
    ASSERT(walked);
    target->count += span.count;
    target->sum += sum;
    return true;
}
