// readings.c - a text is cut where a reading opens; the word is the kanji before it, or begins behind a bar.
#include "base/readings.h"

#include <string.h>

#define OPEN  "《"
#define CLOSE "》"
#define BAR   "｜"

// The bytes of the character before `end` if it carries readings: of the CJK blocks, or one of 々〆ヶ. 0:
// another.
static size_t han_before(const char *start, const char *end) {
    static const char *const more[] = {"々", "〆", "ヶ"};
    if (end - start < 3)
        return 0;
    const unsigned char *at = (const unsigned char *)end - 3;
    unsigned code = (unsigned)((at[0] & 0x0f) << 12 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f));
    bool han =
        (at[0] & 0xf0) == 0xe0 && ((code >= 0x3400 && code <= 0x4dbf) || (code >= 0x4e00 && code <= 0x9fff));
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        han |= memcmp(at, more[i], 3) == 0;
    return han ? 3 : 0;
}

// Whether a word may begin a line: a particle stands before it. Browsers that break Japanese between phrases
// do not see where a phrase begins with a word that has a reading.
static bool ends_phrase(const char *start, const char *end) {
    static const char *const particles[] = {"を", "が", "に", "は", "の",   "と",
                                            "で", "も", "や", "へ", "から", "まで"};
    for (size_t i = 0; i < sizeof particles / sizeof *particles; i++) {
        size_t length = strlen(particles[i]);
        if ((size_t)(end - start) >= length && memcmp(end - length, particles[i], length) == 0)
            return true;
    }
    return false;
}

static void add_part(struct buffer *out, const char *text, size_t length, bool escaped) {
    const char *part = escaped ? arena_copy_bytes(out->arena, text, length) : NULL;
    if (part != NULL)
        buffer_add_escaped(out, part);
    else if (escaped)
        out->failed = true;
    else
        buffer_add_bytes(out, text, length);
}

static bool is_in_tag(const char *text, const char *at) {
    for (; at > text; at--)
        if (at[-1] == '<' || at[-1] == '>')
            return at[-1] == '<';
    return false;
}

struct word {
    const char *before;          // where the text before it ends
    const char *start, *end;     // 漢字
    const char *reading, *close; // かんじ
};

// Where the word that ends at `end` starts: its kanji, or with its numbers when a bar stands before them.
static void find_start(const char *text, struct word *word) {
    const char *start = word->end;
    for (size_t step = han_before(text, start); step > 0; step = han_before(text, start))
        start -= step;
    word->before = word->start = start;
    for (size_t step = 1; step > 0; start -= step) {
        step = han_before(text, start);
        if (step == 0 && start > text && start[-1] >= '0' && start[-1] <= '9')
            step = 1;
    }
    if ((size_t)(start - text) >= strlen(BAR) && memcmp(start - strlen(BAR), BAR, strlen(BAR)) == 0) {
        word->start = start;
        word->before = start - strlen(BAR);
    }
}

static bool next_word(const char *text, struct word *ret_word) {
    for (const char *open = strstr(text, OPEN); open != NULL; open = strstr(open + 1, OPEN)) {
        *ret_word = (struct word){.end = open, .reading = open + strlen(OPEN), .close = strstr(open, CLOSE)};
        find_start(text, ret_word);
        if (ret_word->close != NULL && ret_word->start < open)
            return true;
    }
    return false;
}

static void add_ruby(struct buffer *out, const struct word *word, bool escaped) {
    buffer_add(out, "<ruby>");
    add_part(out, word->start, (size_t)(word->end - word->start), escaped);
    buffer_add(out, "<rp>(</rp><rt>");
    add_part(out, word->reading, (size_t)(word->close - word->reading), escaped);
    buffer_add(out, "</rt><rp>)</rp></ruby>");
}

const char *readings_drawn(struct arena *arena, const char *text, enum readings how) {
    struct buffer out;
    struct word word;
    const char *whole = text;
    bool escaped = how == READINGS_ABOVE;
    buffer_init(&out, arena);
    buffer_add(&out, "");
    while (next_word(text, &word)) {
        bool above = escaped || (how == READINGS_ABOVE_HTML && !is_in_tag(whole, word.start));
        add_part(&out, text, (size_t)(word.before - text), escaped);
        if (above && ends_phrase(text, word.before))
            buffer_add(&out, "<wbr>");
        if (above)
            add_ruby(&out, &word, escaped);
        else if (how == READINGS_INSTEAD)
            buffer_add_bytes(&out, word.reading, (size_t)(word.close - word.reading));
        else
            buffer_add_bytes(&out, word.start, (size_t)(word.end - word.start));
        text = word.close + strlen(CLOSE);
    }
    add_part(&out, text, strlen(text), escaped);
    return out.failed ? NULL : out.text;
}

const char *readings_of_minutes(unsigned minutes) {
    static const char *const by_last_digit[] = {"ぷん", "ぷん", "ふん", "ぷん", "ぷん",
                                                "ふん", "ぷん", "ふん", "ぷん", "ふん"};
    return by_last_digit[minutes % 10];
}
