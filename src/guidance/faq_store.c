// faq_store.c - versions of texts, and counts.
#include "guidance/faq_store.h"

#include <string.h>

#include "base/clock.h"

static const struct statement CHANGE = {
    "INSERT INTO faq_version (language, slug, version, hidden, category, question, keywords, answer, author, "
    "reason, at_ms) SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 "
    "FROM faq_version WHERE language = $1 AND slug = $2 HAVING COALESCE(MAX(version), 0) = $11",
    "ttittttttii"};
static const struct statement NEWEST = {
    "SELECT v.slug, v.hidden, v.category, v.question, v.keywords, v.answer FROM faq_version v "
    "WHERE v.language = $1 AND v.version = (SELECT MAX(n.version) FROM faq_version n "
    "WHERE n.language = v.language AND n.slug = v.slug) ORDER BY v.slug",
    "t"};
static const struct statement HISTORY = {
    "SELECT version, at_ms, hidden, category, question, keywords, answer, author, reason FROM faq_version "
    "WHERE language = $1 AND slug = $2 ORDER BY version DESC LIMIT $3",
    "tti"};
static const struct statement OPINION = {
    "INSERT INTO faq_count (hour_ms, language, slug, opinion, count) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (hour_ms, language, slug, opinion) DO UPDATE SET count = faq_count.count + excluded.count",
    "ittii"};
static const struct statement MISS = {
    "INSERT INTO faq_miss (day_ms, language, words, count) SELECT $1, $2, $3, 1 "
    "FROM (SELECT COUNT(*) AS kept FROM faq_miss WHERE day_ms = $1) AS today WHERE today.kept < $4 "
    "ON CONFLICT (day_ms, language, words) DO UPDATE SET count = faq_miss.count + 1",
    "itti"};
static const struct statement FIGURES = {
    "SELECT slug, CAST(SUM(CASE WHEN opinion = 1 THEN count ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opinion = 2 THEN count ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opinion = 3 THEN count ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN opinion = 4 THEN count ELSE 0 END) AS BIGINT) "
    "FROM faq_count WHERE hour_ms >= $1 AND hour_ms < $2 GROUP BY slug ORDER BY 2 DESC, slug LIMIT $3",
    "iii"};
static const struct statement HOURS = {
    "SELECT hour_ms, CASE WHEN opinion = 1 THEN slug ELSE '' END AS about, CAST(SUM(count) AS BIGINT) "
    "FROM faq_count WHERE hour_ms >= $1 AND hour_ms < $2 AND opinion IN (1, 4) "
    "GROUP BY hour_ms, CASE WHEN opinion = 1 THEN slug ELSE '' END ORDER BY hour_ms, about LIMIT $3",
    "iii"};
static const struct statement UNFOUND = {"SELECT words, CAST(SUM(count) AS BIGINT) FROM faq_miss WHERE "
                                         "day_ms >= $1 AND day_ms < $2 GROUP BY words "
                                         "ORDER BY 2 DESC, words LIMIT $3",
                                         "iii"};

struct step *faq_store_change(struct command *command, const struct faq_change *change) {
    const struct faq_entry *entry = &change->entry;
    return COMMAND_ADD(command, &CHANGE, value_text(change->language), value_text(entry->slug),
                       value_int(change->hidden), value_text(entry->category), value_text(entry->question),
                       value_text(entry->keywords), value_text(entry->answer), value_text(change->author),
                       value_text(change->reason), value_int(change->at_ms), value_int(change->base_version));
}

static struct faq_entry *find_entry(struct faq *faq, const char *slug) {
    for (size_t i = 0; i < faq->count; i++)
        if (strcmp(faq->entries[i].slug, slug) == 0)
            return &faq->entries[i];
    return NULL;
}

static void remove_entry(struct faq *faq, struct faq_entry *entry) {
    size_t after = faq->count - 1 - (size_t)(entry - faq->entries);
    memmove(entry, entry + 1, after * sizeof *entry);
    faq->count--;
}

// Behind the last question of its category; a new category comes last.
static bool insert_entry(struct faq *faq, const struct faq_entry *entry) {
    size_t at = faq->count;
    if (faq->count == FAQ_ENTRIES_MAX)
        return false;
    while (at > 0 && strcmp(faq->entries[at - 1].category, entry->category) != 0)
        at--;
    if (at == 0)
        at = faq->count;
    memmove(&faq->entries[at + 1], &faq->entries[at], (faq->count - at) * sizeof *entry);
    faq->entries[at] = *entry;
    faq->count++;
    return true;
}

bool faq_store_read(struct session *session, const char *language, const struct faq *shipped,
                    struct arena *arena, struct faq *ret_faq, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &NEWEST, arena, &rows, err, value_text(language)))
        return false;
    *ret_faq = *shipped;
    for (size_t i = 0; i < rows.count; i++) {
        struct faq_entry entry = {rows_text(&rows, i, 0), rows_text(&rows, i, 2), rows_text(&rows, i, 3),
                                  rows_text(&rows, i, 4), rows_text(&rows, i, 5)};
        struct faq_entry *there = find_entry(ret_faq, entry.slug);
        bool moves = there != NULL && strcmp(there->category, entry.category) != 0;
        bool hidden = rows_int(&rows, i, 1) != 0;
        if (there != NULL && !hidden && !moves) {
            *there = entry;
            continue;
        }
        if (there != NULL)
            remove_entry(ret_faq, there);
        if (!hidden && !insert_entry(ret_faq, &entry))
            return error_set(err, ERROR_EXHAUSTED, "more than %d questions", FAQ_ENTRIES_MAX);
    }
    return true;
}

bool faq_store_history(struct session *session, const char *language, const char *slug, struct arena *arena,
                       struct faq_version **ret_versions, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &HISTORY, arena, &rows, err, value_text(language), value_text(slug),
                       value_int(FAQ_HISTORY_MAX)))
        return false;
    struct faq_version *versions = arena_alloc(arena, (rows.count + 1) * sizeof *versions);
    if (versions == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++)
        versions[i] = (struct faq_version){.version = rows_int(&rows, i, 0),
                                           .at_ms = rows_int(&rows, i, 1),
                                           .hidden = rows_int(&rows, i, 2) != 0,
                                           .entry = {slug, rows_text(&rows, i, 3), rows_text(&rows, i, 4),
                                                     rows_text(&rows, i, 5), rows_text(&rows, i, 6)},
                                           .author = rows_text(&rows, i, 7),
                                           .reason = rows_text(&rows, i, 8)};
    *ret_versions = versions;
    *ret_count = rows.count;
    return true;
}

void faq_store_opinions(struct command *command, const char *language, const char *slug,
                        enum faq_opinion opinion, int64_t now_ms, int64_t count) {
    if (count > 0)
        (void)COMMAND_ADD(command, &OPINION, value_int(clock_hour_start_ms(now_ms)), value_text(language),
                          value_text(slug), value_int(opinion), value_int(count));
}

void faq_store_opinion(struct command *command, const char *language, const char *slug,
                       enum faq_opinion opinion, int64_t now_ms) {
    faq_store_opinions(command, language, slug, opinion, now_ms, 1);
}

void faq_store_miss(struct command *command, const char *language, const char *words, int64_t now_ms) {
    (void)COMMAND_ADD(command, &MISS, value_int(clock_day_start_ms(now_ms)), value_text(language),
                      value_text(words), value_int(FAQ_MISSES_MAX));
}

bool faq_store_figures(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                       struct faq_figures **ret_figures, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &FIGURES, arena, &rows, err, value_int(from_ms), value_int(to_ms),
                       value_int(FAQ_FIGURES_MAX)))
        return false;
    struct faq_figures *figures = arena_alloc(arena, (rows.count + 1) * sizeof *figures);
    if (figures == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++)
        figures[i] =
            (struct faq_figures){rows_text(&rows, i, 0), rows_int(&rows, i, 1), rows_int(&rows, i, 2),
                                 rows_int(&rows, i, 3), rows_int(&rows, i, 4)};
    *ret_figures = figures;
    *ret_count = rows.count;
    return true;
}

bool faq_store_hours(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                     struct faq_hour **ret_hours, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &HOURS, arena, &rows, err, value_int(from_ms), value_int(to_ms),
                       value_int(FAQ_HOURS_MAX + 1)))
        return false;
    if (rows.count > FAQ_HOURS_MAX)
        return error_set(err, ERROR_EXHAUSTED, "more than %d readings by hour and question", FAQ_HOURS_MAX);
    struct faq_hour *hours = arena_alloc(arena, (rows.count + 1) * sizeof *hours);
    if (hours == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++)
        hours[i] = (struct faq_hour){rows_int(&rows, i, 0), rows_text(&rows, i, 1), rows_int(&rows, i, 2)};
    *ret_hours = hours;
    *ret_count = rows.count;
    return true;
}

bool faq_store_unfound(struct session *session, int64_t from_ms, int64_t to_ms, struct arena *arena,
                       struct faq_unfound **ret_unfound, size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &UNFOUND, arena, &rows, err, value_int(from_ms), value_int(to_ms),
                       value_int(FAQ_UNFOUND_MAX)))
        return false;
    struct faq_unfound *unfound = arena_alloc(arena, (rows.count + 1) * sizeof *unfound);
    if (unfound == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < rows.count; i++)
        unfound[i] = (struct faq_unfound){rows_text(&rows, i, 0), rows_int(&rows, i, 1)};
    *ret_unfound = unfound;
    *ret_count = rows.count;
    return true;
}
