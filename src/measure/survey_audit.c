// survey_audit.c - counts the answers anew, row by row, and compares.
#include <inttypes.h>
#include <string.h>

#include "measure/survey.h"

#define CAMPAIGNS_ARENA_BYTES_MAX 65536

static const struct statement CAMPAIGNS = {
    "SELECT campaign_id FROM survey_answer UNION SELECT campaign_id FROM survey_count ORDER BY 1", ""};
static const struct statement ANSWERS = {"SELECT answers, age_band FROM survey_answer WHERE campaign_id = $1",
                                         "i"};
static const struct statement COUNTS = {
    "SELECT question, choice, age_band, count FROM survey_count WHERE campaign_id = $1", "i"};

struct recount {
    struct audit *audit;
    int64_t campaign_id, answers;
    bool damaged;
    int64_t band; // of the answer at hand
    int64_t cells[QUESTIONNAIRE_NUMBER_MAX + 1][QUESTIONNAIRE_CHOICES_MAX + 1][SURVEY_BANDS];
};

static void count_one(void *context, int question, int choice) {
    struct recount *recount = context;
    recount->cells[question][choice][recount->band]++;
}

static bool take_answer(void *context, const struct value *row, size_t columns, struct error *err) {
    struct recount *recount = context;
    struct survey_marks marks;
    char text[SURVEY_MARKS_TEXT_MAX];
    recount->answers++;
    bool fits = row[0].length < sizeof text;
    if (fits) {
        memcpy(text, row[0].bytes, row[0].length);
        text[row[0].length] = '\0';
    }
    recount->band = row[1].number;
    if (fits && survey_marks_parse(text, &marks) && recount->band >= 0 && recount->band < SURVEY_BANDS)
        survey_marks_each(&marks, count_one, recount);
    else
        recount->damaged = true;
    return true;
}

// Takes a stored count away from what was counted anew: nothing must be left.
static bool take_count(void *context, const struct value *row, size_t columns, struct error *err) {
    struct recount *recount = context;
    int64_t question = row[0].number, choice = row[1].number, band = row[2].number;
    bool known = question >= 0 && question <= QUESTIONNAIRE_NUMBER_MAX && choice >= 0 &&
                 choice <= QUESTIONNAIRE_CHOICES_MAX && band >= 0 && band < SURVEY_BANDS;
    if (known)
        recount->cells[question][choice][band] -= row[3].number;
    else
        recount->damaged = true;
    return true;
}

static bool report_cell(struct recount *recount, int question, int choice, int band, struct error *err) {
    int64_t off = recount->cells[question][choice][band];
    return audit_fault_add(recount->audit, "survey answers and their counts agree",
                           arena_print(recount->audit->arena,
                                       "campaign %" PRId64 ", question %d, choice %d, age band %d: %" PRId64
                                       " %s counted",
                                       recount->campaign_id, question, choice, band, off < 0 ? -off : off,
                                       off > 0 ? "answers are not" : "too many are"),
                           err);
}

static bool report(struct recount *recount, struct error *err) {
    int faults = 0;
    if (recount->damaged && !audit_fault_add(recount->audit, "survey answers can be read",
                                             "an answer or a count has a form that nobody writes", err))
        return false;
    for (int question = 0; question <= QUESTIONNAIRE_NUMBER_MAX; question++)
        for (int cell = 0; cell < (QUESTIONNAIRE_CHOICES_MAX + 1) * SURVEY_BANDS; cell++) {
            int choice = cell / SURVEY_BANDS, band = cell % SURVEY_BANDS;
            bool agrees = recount->cells[question][choice][band] == 0;
            if (!agrees && faults++ < AUDIT_FAULTS_MAX && !report_cell(recount, question, choice, band, err))
                return false;
        }
    return true;
}

bool survey_audit(struct audit *audit, struct session *session, int64_t *ret_answers, struct error *err) {
    CLEANUP(arena_cleanup)
    struct arena *arena = arena_new(CAMPAIGNS_ARENA_BYTES_MAX + sizeof(struct recount));
    struct recount *recount = arena == NULL ? NULL : arena_alloc(arena, sizeof *recount);
    struct rows campaigns;
    int64_t answers = 0;
    if (recount == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = session_query(session, &CAMPAIGNS, NULL, 0, arena, &campaigns, err);
    for (size_t i = 0; ok && i < campaigns.count; i++) {
        memset(recount, 0, sizeof *recount);
        recount->audit = audit;
        recount->campaign_id = rows_int(&campaigns, i, 0);
        const struct value campaign = value_int(recount->campaign_id);
        ok = session_each(session, &ANSWERS, &campaign, 1, take_answer, recount, err) &&
             session_each(session, &COUNTS, &campaign, 1, take_count, recount, err) && report(recount, err);
        answers += recount->answers;
    }
    if (ok)
        *ret_answers = answers;
    return ok;
}
