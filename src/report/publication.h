// publication.h - the report as everybody reads it: made once when it is published, kept as bytes.
//
// A report of a year needs seconds and many megabytes; a page that anybody may ask for must not. So the page
// and its data are made when an operator publishes, and lie compressed in the store until the next time.
#pragma once

#include "report/report.h"
#include "store/writer.h"

#define PUBLICATION_BYTES_MAX ((size_t)8 << 20) // of the page or of its data

struct publication_bytes {
    const void *bytes; // gzip
    size_t length;
};

struct publication {
    int64_t number; // 1 for the first one that was published; 0: none was
    struct publication_bytes html, json;
    const char *style_hash; // "sha256-...", for a Content-Security-Policy
    const char *published_by;
    int64_t published_ms;
};

// Makes page and data of a campaign; they lie in `arena`, what is needed meanwhile in one of its own of up to
// REPORT_ARENA_BYTES_MAX. Takes seconds: never on a loop. ERROR_CONFLICT: nothing was counted yet.
MUST_CHECK bool publication_make(struct session *session, const struct report_query *query,
                                 struct arena *arena, struct publication *ret_publication, struct error *err);
// Puts it in the place of the last one, one number higher. Bytes and texts must outlive the command.
void publication_add(struct command *command, int64_t campaign_id, const struct publication *publication);

// What to read of a publication beside who made it and when.
enum publication_part { PUBLICATION_NOTHING, PUBLICATION_HTML, PUBLICATION_JSON };
// The last one; number 0: there is none. A part that was not asked for is empty.
MUST_CHECK bool publication_read(struct session *session, int64_t campaign_id, enum publication_part part,
                                 struct arena *arena, struct publication *ret_publication, struct error *err);

// For clients that do not take gzip.
MUST_CHECK bool publication_inflate(const struct publication_bytes *packed, struct arena *arena,
                                    struct publication_bytes *ret_plain, struct error *err);
