// survey.h - one answer a resident and campaign, counted when it is written.
//
// Who has a receipt may answer, and change the answer until the campaign closes. The counters by question,
// choice and age band change in the transaction of the answer, so results cost the same for thirty answers
// and for thirty million; survey_audit proves that they agree. Answers that were brought in from a file stand
// beside those of residents and are counted in the same way.
#pragma once

#include <stdio.h>

#include "measure/import.h"
#include "measure/questionnaire.h"
#include "store/audit.h"
#include "store/writer.h"

#define SURVEY_BANDS 9 // enum age_band; 0: not known

struct survey_change {
    const struct questionnaire *questionnaire;
    int64_t campaign_id, resident_id, now_ms;
    int64_t place; // random: where the answer stands in the download
    struct survey_marks marks;
    // Valid after the commit:
    bool taken; // false: no receipt yet
    bool first; // there was no answer before
    struct step *step;
};

// Adds the steps that write the answer; the change lives in the request's arena with the command.
void survey_answer(struct command *command, struct survey_change *change);

// A resident's own answer; `ret_found` false: none.
MUST_CHECK bool survey_read_answer(struct session *session, int64_t campaign_id, int64_t resident_id,
                                   struct survey_marks *ret_marks, bool *ret_found, struct error *err);

struct survey_tally {
    int64_t answered; // this question
    int64_t choices[QUESTIONNAIRE_CHOICES_MAX + 1];
};

struct survey_results {
    int64_t answers;  // residents who answered at all, and rows of files
    int64_t verified; // residents: the denominator of the response rate
    // By the place of the question in the questionnaire; [SURVEY_BANDS] is all ages together.
    struct survey_tally (*questions)[SURVEY_BANDS + 1];
    int64_t answers_by_band[SURVEY_BANDS];
};
// Arrays lie in the arena. Reads counters only.
MUST_CHECK bool survey_results_read(struct session *session, int64_t campaign_id,
                                    const struct questionnaire *questionnaire, struct arena *arena,
                                    struct survey_results *ret_results, struct error *err);

// A share with its Wilson interval at 95 %: 62 % of 306,366 is 0.61828 to 0.62172. NAN when there are none.
struct survey_share {
    double share, low, high;
};
struct survey_share survey_share(int64_t count, int64_t all);
// How many chose one of a set (question->top, question->bottom); of a question with one choice.
int64_t survey_sum(const struct survey_tally *tally, uint64_t set);

// Writes every answer as CSV, row by row: the age band, then a column a question (several choices with bars
// between them). No resident can be told from it: no number, no time, and the order is random.
MUST_CHECK bool survey_export(struct session *session, int64_t campaign_id,
                              const struct questionnaire *questionnaire, FILE *file, struct error *err);

// Counters against answers, over all campaigns.
MUST_CHECK bool survey_audit(struct audit *audit, struct session *session, int64_t *ret_answers,
                             struct error *err);

// What a file brings, in the caller's transaction: what it gave before is replaced.
struct survey_file;
MUST_CHECK bool survey_store(struct session *session, int64_t import_id, int64_t campaign_id, int64_t now_ms,
                             const struct survey_file *file, struct error *err);
