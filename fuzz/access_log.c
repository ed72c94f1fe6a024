// access_log.c - any bytes as an access log: every line is counted once, and nothing else happens.
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "measure/access_log.h"

#define NOW_MS INT64_C(1770100000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t count_lines(const uint8_t *data, size_t size) {
    uint64_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    return lines + (size > 0 && data[size - 1] != '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct access_log *log = access_log_new(NOW_MS);
    struct import_result result = {.read = 0};
    struct error err;
    size_t count = 0, half = size / 2;
    uint64_t requests = 0;
    access_log_begin(log, &result);
    if (access_log_feed(log, (const char *)data, half, &err) &&
        access_log_feed(log, (const char *)data + half, size - half, &err) && access_log_finish(log, &err)) {
        const struct access_hour *hours = access_log_hours(log, &count);
        for (size_t i = 0; i < count; i++)
            for (size_t class = 1; class < ACCESS_LOG_CLASSES; class ++)
                requests += hours[i].requests[class];
        ASSERT(result.read == count_lines(data, size));
        ASSERT(result.read == result.taken + result.bad);
        ASSERT(requests == result.taken);
    }
    access_log_free(log);
    return 0;
}
