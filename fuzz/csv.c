// csv.c - comma-separated values: the same rows come out however the bytes are cut.
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t rows, fields, bytes, bad;
};

static bool take_row(void *context, const struct csv_row *row, struct error *err) {
    struct seen *seen = context;
    seen->rows++;
    seen->fields += row->count;
    for (size_t i = 0; i < row->count; i++)
        seen->bytes += strlen(row->fields[i]);
    return true;
}

static void take_bad(void *context, uint64_t line, const char *reason) {
    struct seen *seen = context;
    if (line == 0 || reason[0] == '\0')
        abort();
    seen->bad++;
}

static bool read_in_steps(const uint8_t *data, size_t size, size_t step, struct seen *ret_seen) {
    struct seen seen = {0};
    struct csv_options options = {.has_header = true};
    struct csv_handler handler = {.row = take_row, .bad = take_bad, .context = &seen};
    CLEANUP(csv_reader_cleanup) struct csv_reader *reader = csv_reader_new(&options, &handler);
    struct error err = {0};
    bool ok = reader != NULL;
    for (size_t at = 0; ok && at < size; at += step)
        ok = csv_reader_feed(reader, data + at, size - at < step ? size - at : step, &err);
    ok = ok && csv_reader_finish(reader, &err);
    *ret_seen = seen;
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct seen whole, cut;
    bool ok_whole = read_in_steps(data, size, size + 1, &whole);
    bool ok_cut = read_in_steps(data, size, 3, &cut);
    if (ok_whole != ok_cut || memcmp(&whole, &cut, sizeof whole) != 0)
        abort();
    return 0;
}
