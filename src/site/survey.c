// survey.c - the questions, a resident's own answers, and what operators see of all of them.
#include "measure/survey.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

static json_t *question_json(const struct question *question, const char *language) {
    json_t *choices = json_array();
    for (size_t i = 0; i < question->choices_count; i++)
        (void)json_array_append_new(choices,
                                    json_pack("{s:i,s:s}", "number", question->choices[i], "text",
                                              questionnaire_text(question->choice_texts[i], language)));
    return json_pack("{s:s,s:s,s:s,s:o}", "name", question->name, "kind", question->many ? "many" : "one",
                     "text", questionnaire_text(question->texts, language), "choices", choices);
}

void handle_survey(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const struct questionnaire *questionnaire = visit->site->questionnaire;
    struct http_response response = {.status = 200};
    json_t *questions = json_array();
    for (size_t i = 0; i < questionnaire_count(questionnaire); i++)
        (void)json_array_append_new(
            questions, question_json(questionnaire_at(questionnaire, i), visit_language_code(visit)));
    visit_respond_json(visit, &response,
                       json_pack("{s:o,s:s}", "questions", questions, "closes",
                                 visit_time(visit, visit->site->campaign->closes_ms)));
}

struct own_answer {
    struct survey_marks marks;
    bool found;
};

static bool read_own(struct job *job, struct session *session, struct error *err) {
    struct own_answer *own = job->data;
    const struct visit *visit = job->visit;
    return survey_read_answer(session, visit->site->campaign->id, visit->resident_id, &own->marks,
                              &own->found, err);
}

static void answer_own(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct own_answer *own = job->data;
    struct http_response response = {.status = 200};
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *answers =
        own->found ? questionnaire_write_answers(visit->site->questionnaire, &own->marks) : json_null();
    visit_respond_json(visit, &response, json_pack("{s:o}", "answers", answers));
}

void handle_my_survey(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct own_answer *own = arena_alloc(http_request_arena(request), sizeof *own);
    struct job *job = own == NULL ? NULL : job_new(visit, own);
    if (own == NULL)
        problem_respond_memory(request);
    else if (job != NULL)
        job_read(job, read_own, answer_own);
}

static void answer_put(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct survey_change *change = job->data;
    struct http_response response = {.status = change->first ? 201 : 200};
    if (err != NULL)
        problem_respond(visit->request, err, NULL);
    else if (!change->taken)
        problem_respond_status(visit->request, 409, "not-applied", NULL,
                               "the survey is for those who have a receipt");
    else
        visit_respond_json(visit, &response,
                           json_pack("{s:o}", "answers",
                                     questionnaire_write_answers(change->questionnaire, &change->marks)));
}

static bool read_change(struct visit *visit, struct survey_change *change, struct error *err) {
    static const char *const names[] = {"answers", NULL};
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct random random;
    random_init_system(&random);
    change->questionnaire = visit->site->questionnaire;
    change->campaign_id = visit->site->campaign->id;
    change->resident_id = visit->resident_id;
    change->now_ms = visit->now_ms;
    change->place = (int64_t)(random_uint64(&random) >> 1);
    return visit_body(visit, names, &body, err) &&
           questionnaire_read_answers(change->questionnaire, json_object_get(body, "answers"), &change->marks,
                                      err);
}

void handle_put_survey(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct survey_change *change = arena_alloc(http_request_arena(request), sizeof *change);
    struct error err;
    if (change == NULL) {
        problem_respond_memory(request);
        return;
    }
    if (!read_change(visit, change, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct job *job = visit_campaign_is_open(visit) ? job_new(visit, change) : NULL;
    if (job == NULL)
        return;
    survey_answer(&job->command, change);
    job_write(job, answer_put);
}

static bool read_results(struct job *job, struct session *session, struct error *err) {
    const struct visit *visit = job->visit;
    return survey_results_read(session, visit->site->campaign->id, visit->site->questionnaire,
                               http_request_arena(visit->request), job->data, err);
}

static json_t *real_or_null(double number) {
    return isnan(number) ? json_null() : json_real(number);
}

// {"count", "share", "low", "high"}: of those who answered the question.
static json_t *share_json(int64_t count, int64_t all) {
    struct survey_share share = survey_share(count, all);
    return json_pack("{s:I,s:o,s:o,s:o}", "count", (json_int_t)count, "share", real_or_null(share.share),
                     "low", real_or_null(share.low), "high", real_or_null(share.high));
}

static json_t *result_json(const struct question *question, const struct survey_tally *tally) {
    json_t *choices = json_array();
    for (size_t i = 0; i < question->choices_count; i++) {
        json_t *choice = share_json(tally->choices[question->choices[i]], tally->answered);
        (void)json_object_set_new(choice, "number", json_integer(question->choices[i]));
        (void)json_object_set_new(choice, "text",
                                  json_string(questionnaire_text(question->choice_texts[i], "ja")));
        (void)json_array_append_new(choices, choice);
    }
    json_t *result =
        json_pack("{s:s,s:s,s:s,s:I,s:o}", "name", question->name, "kind", question->many ? "many" : "one",
                  "text", questionnaire_text(question->texts, "ja"), "answered", (json_int_t)tally->answered,
                  "choices", choices);
    if (question->top != 0)
        (void)json_object_set_new(result, "top",
                                  share_json(survey_sum(tally, question->top), tally->answered));
    if (question->bottom != 0)
        (void)json_object_set_new(result, "bottom",
                                  share_json(survey_sum(tally, question->bottom), tally->answered));
    return result;
}

static void answer_results(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct survey_results *results = job->data;
    const struct questionnaire *questionnaire = visit->site->questionnaire;
    struct http_response response = {.status = 200};
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *questions = json_array();
    for (size_t i = 0; i < questionnaire_count(questionnaire); i++)
        (void)json_array_append_new(
            questions, result_json(questionnaire_at(questionnaire, i), &results->questions[i][SURVEY_BANDS]));
    double rate = results->verified == 0 ? NAN : (double)results->answers / (double)results->verified;
    visit_respond_json(visit, &response,
                       json_pack("{s:I,s:I,s:o,s:o}", "answers", (json_int_t)results->answers, "verified",
                                 (json_int_t)results->verified, "response_rate", real_or_null(rate),
                                 "questions", questions));
}

void handle_console_survey(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct survey_results *results = arena_alloc(http_request_arena(request), sizeof *results);
    struct job *job = results == NULL ? NULL : job_new(visit, results);
    if (results == NULL)
        problem_respond_memory(request);
    else if (job != NULL)
        job_read(job, read_results, answer_results);
}

struct download {
    FILE *file; // without a name: gone when it is closed
};

// On a reader's thread, and may run twice: the file begins anew. Memory does not depend on the answers.
static bool write_download(struct job *job, struct session *session, struct error *err) {
    struct download *download = job->data;
    const struct visit *visit = job->visit;
    if (download->file != NULL)
        (void)fclose(download->file);
    download->file = tmpfile();
    if (download->file == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no room for a temporary file: %m");
    return survey_export(session, visit->site->campaign->id, visit->site->questionnaire, download->file, err);
}

static void answer_download(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    struct download *download = job->data;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
    } else {
        off_t length = ftello(download->file);
        struct http_response response = {.status = 200,
                                         .content_type = "text/csv; charset=utf-8",
                                         .body_file = download->file,
                                         .body_length = (size_t)length};
        http_response_header(&response, "Content-Disposition", "attachment; filename=\"survey.csv\"");
        http_response_header(&response, "Cache-Control", "no-store");
        http_respond(visit->request, &response);
    }
    if (download->file != NULL)
        (void)fclose(download->file);
}

void handle_console_survey_csv(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct download *download = arena_alloc(http_request_arena(request), sizeof *download);
    struct job *job = download == NULL ? NULL : job_new(visit, download);
    if (download == NULL)
        problem_respond_memory(request);
    else if (job != NULL)
        job_read(job, write_download, answer_download);
}
