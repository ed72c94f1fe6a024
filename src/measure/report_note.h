// report_note.h - findings and next steps in an operator's own words, for section 10 of the report.
#pragma once

#include <stdint.h>

#include "store/writer.h"

#define REPORT_NOTE_BYTES_MAX 6000 // as much as a sheet holds

struct report_note {
    const char *text; // paragraphs, one a line; NULL: none, the rules write it
    const char *set_by;
    int64_t set_ms;
};

// Texts lie in the arena.
MUST_CHECK bool report_note_read(struct session *session, int64_t campaign_id, struct arena *arena,
                                 struct report_note *ret_note, struct error *err);
// Sets it; an empty text takes it back. Texts must outlive the command.
void report_note_set(struct command *command, int64_t campaign_id, const struct report_note *note);
