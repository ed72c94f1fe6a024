// survey_import.c - the rows of a file stand beside the answers of residents, under numbers below zero.
#include <sodium.h>
#include <string.h>

#include "measure/survey.h"
#include "measure/survey_file.h"

#define STORE_ARENA_BYTES_MAX 65536
#define ROWS_BITS             22 // SURVEY_FILE_ROWS_MAX fits
#define CHOICES               (QUESTIONNAIRE_CHOICES_MAX + 1)
#define CELLS                 ((QUESTIONNAIRE_NUMBER_MAX + 1) * CHOICES * SURVEY_BANDS)

static const struct statement ADD = {
    "INSERT INTO survey_answer (resident_id, campaign_id, answers, previous, age_band, place, first_ms, "
    "changed_ms, import_id) VALUES ($1, $2, $3, NULL, $4, $5, $6, $6, $7)",
    "iitiiii"};
static const struct statement BEFORE = {
    "SELECT answers, age_band FROM survey_answer WHERE import_id = $1 AND campaign_id = $2", "ii"};
static const struct statement FORGET = {"DELETE FROM survey_answer WHERE import_id = $1 AND campaign_id = $2",
                                        "ii"};
static const struct statement COUNT = {
    "INSERT INTO survey_count (campaign_id, question, choice, age_band, count) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (campaign_id, question, choice, age_band) DO UPDATE SET count = survey_count.count + "
    "excluded.count",
    "iiiii"};

struct bringing_in {
    struct session *session;
    struct arena *arena;
    int64_t import_id, campaign_id, now_ms;
    int64_t *cells; // what the counters change by
    int band;       // of the answer at hand, and how it counts
    int64_t amount;
};

static void count_one(void *context, int question, int choice) {
    struct bringing_in *work = context;
    int cell = (question * CHOICES + choice) * SURVEY_BANDS + work->band;
    work->cells[cell] += work->amount;
}

static bool count_text(struct bringing_in *work, const char *text, int band, int64_t amount,
                       struct error *err) {
    struct survey_marks marks;
    if (!survey_marks_parse(text, &marks) || band < 0 || band >= SURVEY_BANDS)
        return error_set(err, ERROR_INVALID, "a stored answer is damaged");
    work->band = band;
    work->amount = amount;
    survey_marks_each(&marks, count_one, work);
    return true;
}

static bool take_back(void *context, const struct value *row, size_t columns, struct error *err) {
    struct bringing_in *work = context;
    arena_reset(work->arena);
    const char *text = arena_copy_bytes(work->arena, row[0].bytes, row[0].length);
    if (text == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return count_text(work, text, (int)row[1].number, -1, err);
}

static bool forget_before(struct bringing_in *work, struct error *err) {
    const struct value keys[] = {value_int(work->import_id), value_int(work->campaign_id)};
    struct rows none;
    if (!session_each(work->session, &BEFORE, keys, 2, take_back, work, err))
        return false;
    arena_reset(work->arena);
    return session_query(work->session, &FORGET, keys, 2, work->arena, &none, err);
}

// Below zero, and different for every row of every file.
static int64_t number_of(const struct bringing_in *work, int64_t row) {
    int64_t file = work->import_id & ((INT64_C(1) << (62 - ROWS_BITS)) - 1);
    return -(file << ROWS_BITS | row) - 1;
}

static bool add_rows(struct bringing_in *work, const struct survey_file *file, struct error *err) {
    size_t place = 0;
    const char *text = NULL;
    int band = 0;
    struct rows none;
    for (int64_t row = 0; survey_file_next(file, &place, &text, &band); row++) {
        int64_t random = 0;
        randombytes_buf(&random, sizeof random);
        arena_reset(work->arena);
        if (!count_text(work, text, band, 1, err) ||
            !SESSION_QUERY(work->session, &ADD, work->arena, &none, err, value_int(number_of(work, row)),
                           value_int(work->campaign_id), value_text(text), value_int(band),
                           value_int(random >> 1), value_int(work->now_ms), value_int(work->import_id)))
            return false;
    }
    return true;
}

static bool write_counts(struct bringing_in *work, struct error *err) {
    struct rows none;
    for (int i = 0; i < CELLS; i++) {
        int question = i / SURVEY_BANDS / CHOICES;
        int choice = i / SURVEY_BANDS % CHOICES;
        arena_reset(work->arena);
        if (work->cells[i] != 0 &&
            !SESSION_QUERY(work->session, &COUNT, work->arena, &none, err, value_int(work->campaign_id),
                           value_int(question), value_int(choice), value_int(i % SURVEY_BANDS),
                           value_int(work->cells[i])))
            return false;
    }
    return true;
}

bool survey_store(struct session *session, int64_t import_id, int64_t campaign_id, int64_t now_ms,
                  const struct survey_file *file, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(STORE_ARENA_BYTES_MAX);
    struct bringing_in work = {.session = session,
                               .arena = arena,
                               .import_id = import_id,
                               .campaign_id = campaign_id,
                               .now_ms = now_ms,
                               .cells = calloc(CELLS, sizeof(int64_t))};
    bool ok = (arena != NULL && work.cells != NULL) || error_set(err, ERROR_UNAVAILABLE, "out of memory");
    ok = ok && forget_before(&work, err) && add_rows(&work, file, err) && write_counts(&work, err);
    free(work.cells);
    return ok;
}
