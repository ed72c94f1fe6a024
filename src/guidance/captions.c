// captions.c - reads WebVTT line by line: what stands behind a line with an arrow, up to an empty line, is
// said.
#include "guidance/captions.h"

#include <string.h>

#include "base/text.h"

static const char signature[] = "WEBVTT";
static const char byte_order_mark[] = "\xEF\xBB\xBF";

static const struct {
    const char *name, *text;
} entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", " "}, {"&lrm;", ""}, {"&rlm;", ""}};

// "<v Name>" or "<v.loud Name>": the name, of `length` bytes up to the ">".
static void add_voice(struct buffer *target, const char *mark, size_t length) {
    const char *space = memchr(mark, ' ', length);
    if (length < 2 || mark[0] != 'v' || (mark[1] != ' ' && mark[1] != '.') || space == NULL)
        return;
    buffer_add_bytes(target, space + 1, (size_t)(mark + length - space) - 1);
    buffer_add(target, ": ");
}

// Takes what stands at `at`, a mark, an entity or a byte; returns where the next begins.
static const char *add_next(struct buffer *target, const char *at, const char *end) {
    const char *close = *at == '<' ? memchr(at, '>', (size_t)(end - at)) : NULL;
    if (close != NULL) {
        add_voice(target, at + 1, (size_t)(close - at) - 1);
        return close + 1;
    }
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t length = strlen(entities[i].name);
        if ((size_t)(end - at) >= length && memcmp(at, entities[i].name, length) == 0) {
            buffer_add(target, entities[i].text);
            return at + length;
        }
    }
    buffer_add_bytes(target, at, 1);
    return at + 1;
}

struct reading_place {
    bool in_cue, in_line; // words of this cue stand in the transcript already
    size_t cues;
};

static bool holds_arrow(const char *line, size_t length) {
    return memmem(line, length, "-->", 3) != NULL;
}

static bool add_line(struct reading_place *place, const char *line, size_t length, struct buffer *target) {
    if (length == 0) {
        place->in_cue = false;
    } else if (place->in_cue) {
        if (!text_is_clean_utf8(line, length))
            return false;
        if (target->length > 0)
            buffer_add(target, place->in_line ? " " : "\n");
        place->in_line = true;
        for (const char *at = line; at < line + length;)
            at = add_next(target, at, line + length);
    } else if (holds_arrow(line, length)) {
        place->in_cue = true;
        place->in_line = false;
        place->cues++;
    }
    return true;
}

bool captions_transcript(const char *text, struct arena *arena, const char **ret_transcript,
                         struct error *err) {
    struct reading_place place = {0};
    struct buffer transcript;
    buffer_init(&transcript, arena);
    buffer_add(&transcript, "");
    if (text_starts_with(text, byte_order_mark))
        text += strlen(byte_order_mark);
    if (!text_starts_with(text, signature) || strchr(" \t\r\n", text[strlen(signature)]) == NULL)
        return error_set(err, ERROR_INVALID, "does not begin with WEBVTT");
    for (size_t number = 1; *text != '\0'; number++) {
        size_t length = strcspn(text, "\r\n");
        if (!add_line(&place, text, length, &transcript))
            return error_set(err, ERROR_INVALID, "line %zu is not clean UTF-8", number);
        text += length;
        text += strncmp(text, "\r\n", 2) == 0 ? 2 : *text != '\0';
    }
    if (place.cues == 0 || transcript.length == 0)
        return error_set(err, ERROR_INVALID, "says nothing");
    if (transcript.failed)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_transcript = transcript.text;
    return true;
}
