// import_work.c - the kinds of files, each a handful of calls into measure.
#include "command/import_work.h"

#include <string.h>

#include "measure/calls_file.h"

static bool calls_open(struct import_work *work, struct error *err) {
    const struct calls_file_options options = {.map = work->options->map,
                                               .within_s = work->options->within_s};
    struct calls_file *file = NULL;
    if (!calls_file_new(&options, work->result, &file, err))
        return false;
    work->state = file;
    return true;
}

static bool calls_feed(struct import_work *work, const char *bytes, size_t length, struct error *err) {
    return calls_file_feed(work->state, bytes, length, err);
}

static bool calls_finish(struct import_work *work, struct error *err) {
    return calls_file_finish(work->state, err);
}

static bool calls_into_store(struct import_work *work, struct session *session, int64_t id,
                             struct error *err) {
    size_t count = 0;
    bool whole = false;
    const struct calls_row *rows = calls_file_rows(work->state, &count, &whole);
    return calls_store(session, id, whole, rows, count, err);
}

static void calls_close(struct import_work *work) {
    calls_file_free(work->state);
}

static const struct import_type types[] = {
    {.kind = IMPORT_CALLS,
     .takes_map = true,
     .takes_within = true,
     .open = calls_open,
     .feed = calls_feed,
     .finish = calls_finish,
     .store = calls_into_store,
     .close = calls_close},
};

const struct import_type *import_type_find(const char *name) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(import_kind_name(types[i].kind), name) == 0)
            return &types[i];
    return NULL;
}
