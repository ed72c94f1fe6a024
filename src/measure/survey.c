// survey.c - the answer is one row, what it changes in the counters is what it was before and is now.
#include "measure/survey.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "measure/count.h"

#define READ_ARENA_BYTES_MAX 65536
#define WILSON_Z             1.959963984540054 // 95 %

// The answer before a change comes back with it, so no other change can come in between.
static const struct statement ANSWER = {
    "INSERT INTO survey_answer (resident_id, campaign_id, answers, previous, age_band, place, first_ms, "
    "changed_ms, import_id) SELECT j.resident_id, j.campaign_id, $3, NULL, j.age_band, $4, $5, $5, 0 FROM "
    "journey j WHERE j.resident_id = $1 AND j.campaign_id = $2 AND j.state IN (7, 8) "
    "ON CONFLICT (resident_id, campaign_id) DO UPDATE SET previous = survey_answer.answers, "
    "answers = excluded.answers, changed_ms = excluded.changed_ms RETURNING previous, age_band",
    "iitii"};
static const struct statement COUNT = {
    "INSERT INTO survey_count (campaign_id, question, choice, age_band, count) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (campaign_id, question, choice, age_band) DO UPDATE SET count = survey_count.count + "
    "excluded.count",
    "iiiii"};
static const struct statement OWN = {
    "SELECT answers FROM survey_answer WHERE resident_id = $1 AND campaign_id = $2", "ii"};
static const struct statement COUNTS = {
    "SELECT question, choice, age_band, count FROM survey_count WHERE campaign_id = $1", "i"};
static const struct statement VERIFIED = {
    "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM step_count WHERE campaign_id = $1 AND step = 5 AND "
    "outcome = 1",
    "i"};
static const struct statement EXPORT = {
    "SELECT answers, age_band FROM survey_answer WHERE campaign_id = $1 ORDER BY place", "i"};

struct tallying {
    struct tallies *tallies;
    int64_t campaign_id, age_band, amount;
};

static void tally(void *context, int question, int choice) {
    const struct tallying *tallying = context;
    tallies_add(tallying->tallies,
                &(struct tally){.statement = &COUNT,
                                .keys = {tallying->campaign_id, question, choice, tallying->age_band},
                                .keys_count = 4,
                                .amount = tallying->amount});
}

static void settle_answer(struct command *command, struct tallies *tallies) {
    struct survey_change *change = command->context;
    const struct rows *rows = &change->step->rows;
    struct survey_marks before;
    change->taken = rows->count == 1;
    if (!change->taken)
        return;
    const char *previous = rows_text(rows, 0, 0);
    struct tallying tallying = {tallies, change->campaign_id, rows_int(rows, 0, 1), -1};
    change->first = previous == NULL;
    if (previous != NULL && survey_marks_parse(previous, &before))
        survey_marks_each(&before, tally, &tallying);
    tallying.amount = 1;
    survey_marks_each(&change->marks, tally, &tallying);
}

void survey_answer(struct command *command, struct survey_change *change) {
    const char *text = survey_marks_text(&change->marks, command->arena);
    command->context = change;
    command->settle = settle_answer;
    if (text == NULL) {
        command->failed = true;
        return;
    }
    change->step =
        COMMAND_ADD(command, &ANSWER, value_int(change->resident_id), value_int(change->campaign_id),
                    value_text(text), value_int(change->place), value_int(change->now_ms));
}

bool survey_read_answer(struct session *session, int64_t campaign_id, int64_t resident_id,
                        struct survey_marks *ret_marks, bool *ret_found, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(READ_ARENA_BYTES_MAX);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &OWN, arena, &rows, err, value_int(resident_id), value_int(campaign_id)))
        return false;
    *ret_found = rows.count == 1 && survey_marks_parse(rows_text(&rows, 0, 0), ret_marks);
    return true;
}

static void take_count(struct survey_results *results, const struct questionnaire *questionnaire,
                       const struct rows *rows, size_t row) {
    int64_t number = rows_int(rows, row, 0), choice = rows_int(rows, row, 1), band = rows_int(rows, row, 2);
    int64_t count = rows_int(rows, row, 3);
    if (band < 0 || band >= SURVEY_BANDS || choice < 0 || choice > QUESTIONNAIRE_CHOICES_MAX)
        return; // written by a newer version
    if (number == 0) {
        results->answers += count;
        results->answers_by_band[band] += count;
        return;
    }
    for (size_t i = 0; i < questionnaire_count(questionnaire); i++) {
        if (questionnaire_at(questionnaire, i)->number != number)
            continue;
        struct survey_tally *tallies[] = {&results->questions[i][band], &results->questions[i][SURVEY_BANDS]};
        for (size_t t = 0; t < 2; t++)
            *(choice == 0 ? &tallies[t]->answered : &tallies[t]->choices[choice]) += count;
    }
}

bool survey_results_read(struct session *session, int64_t campaign_id,
                         const struct questionnaire *questionnaire, struct arena *arena,
                         struct survey_results *ret_results, struct error *err) {
    struct survey_results results = {.answers = 0};
    struct rows counts, verified;
    results.questions = arena_alloc(arena, questionnaire_count(questionnaire) * sizeof *results.questions);
    if (results.questions == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &COUNTS, arena, &counts, err, value_int(campaign_id)) ||
        !SESSION_QUERY(session, &VERIFIED, arena, &verified, err, value_int(campaign_id)))
        return false;
    for (size_t row = 0; row < counts.count; row++)
        take_count(&results, questionnaire, &counts, row);
    results.verified = rows_int(&verified, 0, 0);
    *ret_results = results;
    return true;
}

struct survey_share survey_share(int64_t count, int64_t all) {
    if (all == 0)
        return (struct survey_share){NAN, NAN, NAN};
    double n = (double)all, p = (double)count / n, z2 = WILSON_Z * WILSON_Z;
    double middle = p + z2 / (2 * n);
    double half = WILSON_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return (struct survey_share){p, (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)};
}

int64_t survey_sum(const struct survey_tally *tally, uint64_t set) {
    int64_t sum = 0;
    for (int choice = 1; choice <= QUESTIONNAIRE_CHOICES_MAX; choice++)
        if ((set >> choice & 1) != 0)
            sum += tally->choices[choice];
    return sum;
}

struct export_work {
    const struct questionnaire *questionnaire;
    struct csv_writer writer;
};

static void write_chosen(struct csv_writer *writer, uint64_t chosen) {
    char text[QUESTIONNAIRE_CHOICES_MAX * 3 + 1] = "";
    size_t length = 0;
    for (int choice = 1; choice <= QUESTIONNAIRE_CHOICES_MAX; choice++)
        if ((chosen >> choice & 1) != 0)
            length +=
                (size_t)snprintf(text + length, sizeof text - length, "%s%d", length == 0 ? "" : "|", choice);
    csv_write_text(writer, text);
}

static bool export_row(void *context, const struct value *row, size_t columns, struct error *err) {
    struct export_work *work = context;
    struct survey_marks marks;
    char text[SURVEY_MARKS_TEXT_MAX];
    if (row[0].length >= sizeof text)
        return error_set(err, ERROR_INVALID, "a stored answer is too long");
    memcpy(text, row[0].bytes, row[0].length);
    text[row[0].length] = '\0';
    if (!survey_marks_parse(text, &marks))
        return error_set(err, ERROR_INVALID, "a stored answer is damaged");
    csv_write_integer(&work->writer, row[1].number);
    for (size_t i = 0; i < questionnaire_count(work->questionnaire); i++)
        write_chosen(&work->writer, marks.chosen[questionnaire_at(work->questionnaire, i)->number]);
    csv_write_end(&work->writer);
    return !work->writer.failed || error_set(err, ERROR_UNAVAILABLE, "the table could not be written");
}

bool survey_export(struct session *session, int64_t campaign_id, const struct questionnaire *questionnaire,
                   FILE *file, struct error *err) {
    struct export_work work = {.questionnaire = questionnaire};
    const struct value campaign = value_int(campaign_id);
    csv_writer_to_file(&work.writer, file);
    csv_write_text(&work.writer, "age_band");
    for (size_t i = 0; i < questionnaire_count(questionnaire); i++)
        csv_write_text(&work.writer, questionnaire_at(questionnaire, i)->name);
    csv_write_end(&work.writer);
    return session_each(session, &EXPORT, &campaign, 1, export_row, &work, err) &&
           csv_writer_finish(&work.writer, err);
}
