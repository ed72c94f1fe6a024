// search.c - pairs of characters, their weights, and the order of what is found.
#include "guidance/search.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <unistr.h>

#include "base/readings.h"

#define GRAMS_MAX         200
#define GRAM_SIZE         40
#define HEADING_WEIGHT    3.0
#define UNSEEN            0.7  // how much a pair counts that no entry has,
#define UNSEEN_GRAMMAR    0.1  // and one of hiragana or hangul: mostly an ending or a particle
#define KANJI_ALONE       0.5  // how much a single kanji counts: it stays when its ending changes
#define KANJI_UNSEEN      0.3  // and one that no entry has
#define SCORE_MIN         0.22 // below it an answer is a coincidence
#define SCORE_OF_BEST_MIN 0.45
#define CATEGORY_SCORE    0.3       // the best answer must have it before its category is taken for meant,
#define CATEGORY_SHARE    (2.0 / 3) // and the category so much of what all answers together have
#define KEEP_BYTES_MAX    60

struct gram {
    char text[GRAM_SIZE];
    double weight;
};

struct grams {
    const struct fold_table *table;
    struct gram list[GRAMS_MAX];
    size_t count;
};

static void add_gram(struct grams *grams, const char *bytes, size_t length) {
    struct gram gram = {.weight = 0};
    if (grams->count == GRAMS_MAX || length == 0 || length >= GRAM_SIZE)
        return;
    memcpy(gram.text, bytes, length);
    gram.text[length] = '\0';
    if (fold_is_empty(grams->table, gram.text))
        return;
    for (size_t i = 0; i < grams->count; i++)
        if (strcmp(grams->list[i].text, gram.text) == 0)
            return;
    grams->list[grams->count++] = gram;
}

static size_t character_length(const char *text) {
    return (size_t)u8_mblen((const uint8_t *)text, strlen(text));
}

// Latin letters and digits make words; anything else is cut into pairs.
static bool is_ascii_word(const char *text) {
    return (unsigned char)*text < 0x80 && *text != ' ' && *text != '\0';
}

static const char *cut_word(struct grams *grams, const char *text) {
    size_t length = 0;
    while (is_ascii_word(text + length))
        length++;
    size_t stem = length;
    if (stem > 3 && text[stem - 1] == 's')
        stem--;
    add_gram(grams, text, stem);
    return text + length;
}

static bool is_hiragana(const char *text) {
    ucs4_t c = 0;
    (void)u8_strmbtouc(&c, (const uint8_t *)text);
    return c >= 0x3041 && c <= 0x3096;
}

static bool is_kanji(const char *text) {
    ucs4_t c = 0;
    (void)u8_strmbtouc(&c, (const uint8_t *)text);
    return c >= 0x4e00 && c <= 0x9fff;
}

static const char *cut_pairs(struct grams *grams, const char *text) {
    size_t first = character_length(text);
    bool alone = text[first] == '\0' || text[first] == ' ' || is_ascii_word(text + first);
    if (alone) {
        if (!is_hiragana(text))
            add_gram(grams, text, first);
        return text + first;
    }
    while (*text != '\0' && *text != ' ' && !is_ascii_word(text)) {
        first = character_length(text);
        const char *next = text + first;
        if (is_kanji(text))
            add_gram(grams, text, first);
        if (*next != '\0' && *next != ' ' && !is_ascii_word(next))
            add_gram(grams, text, first + character_length(next));
        text = next;
    }
    return text;
}

static void cut(struct grams *grams, const char *folded) {
    while (*folded != '\0') {
        if (*folded == ' ')
            folded++;
        else
            folded = is_ascii_word(folded) ? cut_word(grams, folded) : cut_pairs(grams, folded);
    }
}

static bool is_hangul(const char *text) {
    ucs4_t c = 0;
    (void)u8_strmbtouc(&c, (const uint8_t *)text);
    return c >= 0xac00 && c <= 0xd7a3;
}

static bool is_grammar(const char *gram) {
    for (; *gram != '\0'; gram += character_length(gram))
        if (!is_hiragana(gram) && !is_hangul(gram))
            return false;
    return true;
}

// Long sentences are mostly grammar, which must not drown the word or two that they are about.
static double weight_of(const struct search *search, const char *gram) {
    double entries = (double)search->faq->count, having = 0;
    for (size_t i = 0; i < search->faq->count; i++)
        having +=
            strstr(search->texts[i].heading, gram) != NULL || strstr(search->texts[i].answer, gram) != NULL;
    double weight = log((entries + 1) / (having + 0.5));
    if (is_kanji(gram) && gram[character_length(gram)] == '\0')
        return weight * (having > 0 ? KANJI_ALONE : KANJI_UNSEEN);
    if (having > 0)
        return weight;
    return weight * (is_grammar(gram) ? UNSEEN_GRAMMAR : UNSEEN);
}

static double score_of(const struct searchable *text, const struct grams *grams) {
    double found = 0, all = 0;
    for (size_t g = 0; g < grams->count; g++) {
        const struct gram *gram = &grams->list[g];
        all += gram->weight * HEADING_WEIGHT;
        if (strstr(text->heading, gram->text) != NULL)
            found += gram->weight * HEADING_WEIGHT;
        else if (strstr(text->answer, gram->text) != NULL)
            found += gram->weight;
    }
    return all > 0 ? found / all : 0;
}

// Keeps the best, in order; of equals the one that stands earlier in the file.
static size_t keep_best(struct search_result *results, size_t count, struct search_result result) {
    size_t at = count;
    while (at > 0 && results[at - 1].score < result.score)
        at--;
    if (at == SEARCH_RESULTS_MAX)
        return count;
    size_t moved = (count < SEARCH_RESULTS_MAX ? count : SEARCH_RESULTS_MAX - 1) - at;
    memmove(&results[at + 1], &results[at], moved * sizeof *results);
    results[at] = result;
    return count < SEARCH_RESULTS_MAX ? count + 1 : count;
}

// The text in both spellings, with its kanji and as it is read, so that either is found.
static const char *both_spellings(const struct fold_table *table, const char *text, struct arena *arena) {
    const char *words = readings_drawn(arena, text, READINGS_LEFT_OUT);
    const char *read = readings_drawn(arena, text, READINGS_INSTEAD);
    if (words == NULL || read == NULL)
        return NULL;
    const char *both = strcmp(words, read) == 0 ? words : arena_print(arena, "%s\n%s", words, read);
    return both == NULL ? NULL : fold_text(table, both, arena);
}

bool search_init(struct search *search, const struct fold_table *table, const struct faq *faq,
                 struct arena *arena, struct error *err) {
    search->table = table;
    search->faq = faq;
    for (size_t i = 0; i < faq->count; i++) {
        const struct faq_entry *entry = &faq->entries[i];
        const char *heading =
            arena_print(arena, "%s %s %s", entry->question, entry->keywords, entry->category);
        search->texts[i].heading = heading == NULL ? NULL : both_spellings(table, heading, arena);
        search->texts[i].answer = both_spellings(table, entry->answer, arena);
        if (search->texts[i].heading == NULL || search->texts[i].answer == NULL)
            return error_set(err, ERROR_UNAVAILABLE, "%s cannot be prepared for the search", entry->slug);
    }
    return true;
}

size_t search_find(const struct search *search, const char *query, struct arena *arena,
                   struct search_result ret_results[SEARCH_RESULTS_MAX]) {
    struct grams *grams = arena_alloc(arena, sizeof *grams);
    const char *folded = strlen(query) > SEARCH_QUERY_BYTES ? NULL : fold_text(search->table, query, arena);
    size_t count = 0;
    if (grams == NULL || folded == NULL)
        return 0;
    grams->table = search->table;
    grams->count = 0;
    cut(grams, folded);
    for (size_t g = 0; g < grams->count; g++)
        grams->list[g].weight = weight_of(search, grams->list[g].text);
    for (size_t i = 0; i < search->faq->count; i++) {
        struct search_result result = {.entry = i, .score = score_of(&search->texts[i], grams)};
        if (result.score >= SCORE_MIN)
            count = keep_best(ret_results, count, result);
    }
    while (count > 1 && ret_results[count - 1].score < ret_results[0].score * SCORE_OF_BEST_MIN)
        count--;
    return count;
}

// The category of the best answer, when most of what was found is of it.
static const char *agreed(const struct search *search, const struct search_result *results, size_t count) {
    const char *best = search->faq->entries[results[0].entry].category;
    double of_best = 0, all = 0;
    for (size_t i = 0; i < count; i++) {
        double weight = results[i].score * results[i].score; // many that hardly fit are no majority
        all += weight;
        if (strcmp(search->faq->entries[results[i].entry].category, best) == 0)
            of_best += weight;
    }
    return of_best >= CATEGORY_SHARE * all ? best : NULL;
}

const char *search_category(const struct search *search, const char *words, struct arena *arena) {
    struct search_result results[SEARCH_RESULTS_MAX];
    const char *folded = fold_text(NULL, words, arena);
    for (size_t i = 0; folded != NULL && i < search->faq->count; i++) {
        const char *category = search->faq->entries[i].category;
        const char *other = fold_text(NULL, category, arena);
        if (other != NULL && strcmp(folded, other) == 0)
            return category;
    }
    size_t count = search_find(search, words, arena, results);
    return count == 0 || results[0].score < CATEGORY_SCORE ? NULL : agreed(search, results, count);
}

const char *search_keepable(const char *query, struct arena *arena) {
    const char *folded = strlen(query) > SEARCH_QUERY_BYTES ? NULL : fold_text(NULL, query, arena);
    struct buffer buffer;
    if (folded == NULL || *folded == '\0')
        return NULL;
    buffer_init(&buffer, arena);
    buffer_add(&buffer, "");
    while (*folded != '\0' && buffer.length < KEEP_BYTES_MAX) {
        size_t digits = strspn(folded, "0123456789");
        if (digits > 0) {
            buffer_add_bytes(&buffer, digits >= 4 ? "0000" : folded, digits >= 4 ? 4 : digits);
            folded += digits;
            continue;
        }
        size_t length = character_length(folded);
        buffer_add_bytes(&buffer, folded, length);
        folded += length;
    }
    return buffer.failed ? NULL : buffer.text;
}
