// arrivals.c - files of arrivals: what is taken is in order and within its limits.
#include <stdio.h>
#include <stdlib.h>

#include "measure/arrivals_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int64_t date_ms = INT64_C(1780000000000);
    struct arrivals arrivals = {0};
    struct error err = {0};
    if (size == 0)
        return 0;
    FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
    if (file == NULL)
        abort();
    bool ok = arrivals_read(file, date_ms, &arrivals, &err);
    (void)fclose(file);
    if (!ok)
        return 0;
    for (size_t i = 0; i < arrivals.count; i++) {
        const struct arrivals_slot *slot = &arrivals.slots[i];
        if (slot->count < 0 || slot->count > ARRIVALS_COUNT_MAX ||
            (i > 0 && slot[-1].start_ms >= slot->start_ms))
            abort();
    }
    arrivals_done(&arrivals);
    return 0;
}
