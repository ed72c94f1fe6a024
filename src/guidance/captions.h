// captions.h - what is said in a film, out of its captions (WebVTT).
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

// The words of every cue, one cue a line, without marks; a voice (<v Name>) stands in front of its words.
// ERROR_INVALID: it does not begin with WEBVTT, holds no cue, or words that are not clean UTF-8.
MUST_CHECK bool captions_transcript(const char *text, struct arena *arena, const char **ret_transcript,
                                    struct error *err);
