// calls.c - any bytes as a table of calls: the first line of the input is the map.
#include <string.h>

#include "measure/calls_file.h"

#define MAP_SIZE 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *newline = size == 0 ? NULL : memchr(data, '\n', size);
    size_t length = newline == NULL ? 0 : (size_t)(newline - data);
    if (newline == NULL || length >= MAP_SIZE)
        return 0;
    char map[MAP_SIZE];
    memcpy(map, data, length);
    map[length] = '\0';
    const struct calls_file_options options = {.map = length == 0 ? NULL : map, .within_s = 20};
    struct import_result result = {.read = 0};
    struct calls_file *file = NULL;
    struct error err;
    if (!calls_file_new(&options, &result, &file, &err))
        return 0;
    if (calls_file_feed(file, (const char *)newline + 1, size - length - 1, &err) &&
        calls_file_finish(file, &err)) {
        size_t count = 0;
        bool whole = false;
        const struct calls_row *rows = calls_file_rows(file, &count, &whole);
        ASSERT(result.read == result.taken + result.passed_over + result.bad);
        for (size_t i = 0; i < count; i++) {
            ASSERT(calls_row_check(&rows[i], &err));
            ASSERT(i == 0 || rows[i - 1].start_ms < rows[i].start_ms);
        }
    }
    calls_file_free(file);
    return 0;
}
