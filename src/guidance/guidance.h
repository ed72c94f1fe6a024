// guidance.h - all help as the running server holds it: read from the store when it changed, shown from
// memory.
//
// A shelf is one state of all texts, never changed once it is out. Whoever answers a request borrows the
// current one and gives it back; a refresh puts a new one in its place. So no request waits for the store,
// and none sees half a change.
#pragma once

#include <stdint.h>

#include "guidance/announcement.h"
#include "guidance/search.h"

#define GUIDANCE_ARENA_BYTES ((size_t)16 << 20)

struct guidance;
struct shelf;

// Reads the shipped texts and those in `directory` (languages.h; "": none); the store is not asked yet.
// ERROR_INVALID: a text is wrong; the message names the file.
MUST_CHECK bool guidance_new(const char *directory, struct guidance **ret_guidance, struct error *err);
void guidance_free(struct guidance *guidance); // all shelves must have been given back; NULL is fine

// Looks whether anything was written since the last time, and if so puts up a new shelf. Cheap when not.
// `now_ms`: announcements that are over are left out. One caller at a time. On failure the old shelf stays.
MUST_CHECK bool guidance_refresh(struct guidance *guidance, struct session *session, int64_t now_ms,
                                 struct error *err);

// Never changes; languages elsewhere are indexes of its list.
const struct languages *guidance_languages(const struct guidance *guidance);

// The current state of all texts; it stays whole until it is given back. Any thread.
const struct shelf *guidance_borrow(struct guidance *guidance);
void guidance_give_back(struct guidance *guidance, const struct shelf *shelf);

uint64_t shelf_number(const struct shelf *shelf); // grows with each new one
// How many versions of texts and announcements there were, the same on every node; 0: the store was not asked
// yet.
int64_t shelf_edition(const struct shelf *shelf);
// The questions in this language; Japanese where there are none in it.
const struct faq *shelf_faq(const struct shelf *shelf, size_t language);
// The answer of entry `entry` of shelf_faq as HTML.
const char *shelf_answer_html(const struct shelf *shelf, size_t language, size_t entry);
const struct search *shelf_search(const struct shelf *shelf, size_t language);
// Whose texts shelf_faq gives: `language`, or 0.
size_t shelf_faq_language(const struct shelf *shelf, size_t language);
// Current and coming announcements, most urgent first.
const struct announcement *shelf_announcements(const struct shelf *shelf, size_t *ret_count);
