// daily.h - figures by civil day that only others know: downloads, as the app stores report them.
#pragma once

#include "measure/series_file.h"
#include "store/store.h"

struct daily_row {
    int64_t day; // civil days since 1970-01-01
    int64_t value;
};

// Downloads by day in [from_day, to_day], only days of which something is known, in the arena. A figure for
// all stores together ("downloads") holds for its day; else those of the single stores are added.
MUST_CHECK bool daily_read_downloads(struct session *session, int64_t from_day, int64_t to_day,
                                     struct arena *arena, struct daily_row **ret_rows, size_t *ret_count,
                                     struct error *err);

// What an import brings, in the caller's transaction: a later file speaks for the days that it names.
MUST_CHECK bool daily_store(struct session *session, int64_t import_id, const struct series_file *file,
                            struct error *err);
