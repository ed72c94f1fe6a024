// readings.h - how a word is read: 漢字《かんじ》 in texts for people who learn Japanese.
//
// Texts carry their readings behind the words, so that one text serves a page, which shows them above the
// words (ruby), a file or a title, which goes without, and a search, which knows both spellings. A word is
// the kanji before its reading; one with a number in it begins behind a bar: ｜1人《ひとり》.
#pragma once

#include "base/arena.h"

enum readings {
    READINGS_LEFT_OUT,  // 漢字
    READINGS_INSTEAD,   // かんじ
    READINGS_ABOVE,     // HTML: the text escaped, <ruby> for each word with a reading
    READINGS_ABOVE_HTML // the same of a text that is HTML already; within a tag they are left out
};

// How 分 is read after a number of minutes: ふん or ぷん.
const char *readings_of_minutes(unsigned minutes);

// In the arena; NULL when it is full. What is no reading (no kanji before it, or no end) stays as it is.
const char *readings_drawn(struct arena *arena, const char *text, enum readings how);
