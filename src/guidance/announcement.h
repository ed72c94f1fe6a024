// announcement.h - what the city has to say to everybody: when, how urgently, in which languages.
//
// As with answers a change is a further version with who and why. A language without a text of its own gets
// the Japanese one, so an urgent word is never held up by a translation.
#pragma once

#include <stdint.h>

#include "base/json.h"
#include "guidance/languages.h"
#include "store/writer.h"

#define ANNOUNCEMENTS_MAX        50 // current and coming ones
#define ANNOUNCEMENT_TITLE_BYTES 180
#define ANNOUNCEMENT_BODY_BYTES  3000
#define ANNOUNCEMENT_TEXTS_BYTES 20000

// The numbers are stored: do not change.
enum announcement_level { ANNOUNCEMENT_INFO = 1, ANNOUNCEMENT_WARNING = 2, ANNOUNCEMENT_URGENT = 3 };

struct announcement_text {
    const char *title, *body; // body: Markdown, may be ""; both NULL where the language has no text
};

struct announcement {
    int64_t id, version;
    enum announcement_level level;
    int64_t starts_ms, ends_ms; // shown in [starts, ends)
    bool withdrawn;
    struct announcement_text texts[LANGUAGES_MAX]; // the Japanese one is always there
    const char *author, *reason;
    int64_t at_ms;
};

const char *announcement_level_name(enum announcement_level level); // "info", "warning", "urgent"
// False: no level has that name.
MUST_CHECK bool announcement_level_find(const char *name, enum announcement_level *ret_level);

// Reads {"ja": {"title": "...", "body": "..."}, "en": ...}; what it points to is borrowed from `texts`.
MUST_CHECK bool announcement_texts(const struct languages *languages, const json_t *texts,
                                   struct announcement_text ret_texts[LANGUAGES_MAX], struct error *err);
json_t *announcement_texts_json(const struct languages *languages,
                                const struct announcement_text texts[LANGUAGES_MAX]); // a new reference

// Adds `announcement` as version `version + 1` of its id (version 0: a new one, whose id the caller drew).
// The step changes no row when somebody else was faster. ERROR_INVALID: too long, or it ends before it
// starts; ERROR_UNAVAILABLE: no memory.
MUST_CHECK bool announcement_change(struct command *command, const struct languages *languages,
                                    const struct announcement *announcement, struct step **ret_step,
                                    struct error *err);

#define ANNOUNCEMENT_EVERY INT64_C(-1) // instead of a time: past and withdrawn ones too

// The newest versions of all that end after `after_ms` and were not withdrawn, most urgent first, then by
// start.
MUST_CHECK bool announcement_read(struct session *session, const struct languages *languages,
                                  int64_t after_ms, struct arena *arena,
                                  struct announcement **ret_announcements, size_t *ret_count,
                                  struct error *err);

// To be shown now.
bool announcement_is_current(const struct announcement *announcement, int64_t now_ms);
// A number for what is to be shown now, the same on every node and another one after any change; 0: nothing.
uint32_t announcements_number(const struct announcement *announcements, size_t count, int64_t now_ms);
// The text in this language, else the Japanese one.
const struct announcement_text *announcement_in(const struct announcement *announcement, size_t language);
