// console_faq.c - operators read how answers do, and change them: each change a version, none ever lost.
#include <string.h>

#include "base/text.h"
#include "guidance/faq_store.h"
#include "guidance/guidance.h"
#include "guidance/markdown.h"
#include "operator/audit.h"
#include "operator/operator.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/problem.h"

#define FIGURES_MS (30 * CLOCK_DAY_MS) // what the console shows looks back so far

// The index of the language that the request names; Japanese without one. False: it responded.
static bool find_language(struct visit *visit, const char *code, size_t *ret_language) {
    const struct languages *languages = guidance_languages(visit->site->guidance);
    size_t language = code == NULL ? 0 : languages_find(languages, code);
    if (language == languages->count) {
        problem_respond_status(visit->request, 400, "invalid", "language", "there is no such language");
        return false;
    }
    *ret_language = language;
    return true;
}

struct overview {
    size_t language;
    struct faq_figures *figures;
    struct faq_unfound *unfound;
    size_t figures_count, unfound_count;
};

static bool read_overview(struct job *job, struct session *session, struct error *err) {
    struct overview *overview = job->data;
    struct arena *arena = http_request_arena(job->visit->request);
    int64_t to_ms = job->visit->now_ms + CLOCK_HOUR_MS, from_ms = job->visit->now_ms - FIGURES_MS;
    return faq_store_figures(session, from_ms, to_ms, arena, &overview->figures, &overview->figures_count,
                             err) &&
           faq_store_unfound(session, from_ms, to_ms, arena, &overview->unfound, &overview->unfound_count,
                             err);
}

static const struct faq_figures *figures_of(const struct overview *overview, const char *slug) {
    static const struct faq_figures none = {0};
    for (size_t i = 0; i < overview->figures_count; i++)
        if (strcmp(overview->figures[i].slug, slug) == 0)
            return &overview->figures[i];
    return &none;
}

static json_t *entry_json(const struct overview *overview, const struct faq_entry *entry) {
    const struct faq_figures *figures = figures_of(overview, entry->slug);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "slug", entry->slug, "category", entry->category,
                     "question", entry->question, "keywords", entry->keywords, "answer", entry->answer,
                     "read", (json_int_t)figures->read, "helped", (json_int_t)figures->helped, "did_not_help",
                     (json_int_t)figures->did_not_help);
}

static void answer_overview(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct overview *overview = job->data;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *entries = json_array(), *unfound = json_array();
    const struct shelf *shelf = guidance_borrow(visit->site->guidance);
    const struct faq *faq = shelf_faq(shelf, overview->language);
    for (size_t i = 0; i < faq->count; i++)
        (void)json_array_append_new(entries, entry_json(overview, &faq->entries[i]));
    guidance_give_back(visit->site->guidance, shelf);
    for (size_t i = 0; i < overview->unfound_count; i++)
        (void)json_array_append_new(unfound, json_pack("{s:s,s:I}", "words", overview->unfound[i].words,
                                                       "count", (json_int_t)overview->unfound[i].count));
    const struct languages *languages = guidance_languages(visit->site->guidance);
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response,
                       json_pack("{s:s,s:o,s:o}", "language", languages->list[overview->language].code,
                                 "entries", entries, "unfound", unfound));
}

void handle_console_faq(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct overview *overview = arena_alloc(http_request_arena(request), sizeof *overview);
    if (overview == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    if (!find_language(visit, http_request_query(request, "language"), &overview->language))
        return;
    struct job *job = job_new(visit, overview);
    if (job != NULL)
        job_read(job, read_overview, answer_overview);
}

struct history {
    const char *language, *slug;
    struct faq_version *versions;
    size_t count;
};

static bool read_history(struct job *job, struct session *session, struct error *err) {
    struct history *history = job->data;
    return faq_store_history(session, history->language, history->slug,
                             http_request_arena(job->visit->request), &history->versions, &history->count,
                             err);
}

static void answer_history(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct history *history = job->data;
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    json_t *versions = json_array();
    for (size_t i = 0; i < history->count; i++) {
        const struct faq_version *version = &history->versions[i];
        (void)json_array_append_new(
            versions, json_pack("{s:I,s:s,s:b,s:s,s:s,s:s,s:s,s:s,s:s}", "version",
                                (json_int_t)version->version, "at", visit_time(visit, version->at_ms),
                                "hidden", version->hidden, "category", version->entry.category, "question",
                                version->entry.question, "keywords", version->entry.keywords, "answer",
                                version->entry.answer, "author", version->author, "reason", version->reason));
    }
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response, json_pack("{s:o}", "versions", versions));
}

void handle_console_faq_history(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct history *history = arena_alloc(http_request_arena(request), sizeof *history);
    size_t language = 0;
    if (history == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    if (!find_language(visit, http_request_query(request, "language"), &language))
        return;
    history->language = guidance_languages(visit->site->guidance)->list[language].code;
    history->slug = visit_parameter(visit, "slug");
    struct job *job = history->slug == NULL ? NULL : job_new(visit, history);
    if (job != NULL)
        job_read(job, read_history, answer_history);
}

struct edit {
    struct faq_change change;
};

// Texts of a body go with it; a command needs them for longer.
static bool keep_texts(struct faq_change *change, struct arena *arena) {
    const char **texts[] = {&change->entry.category, &change->entry.question, &change->entry.keywords,
                            &change->entry.answer, &change->reason};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = arena_copy_text(arena, *texts[i]);
        if (*texts[i] == NULL)
            return false;
    }
    return true;
}

static bool member_long_text(const json_t *body, const char *name, size_t bytes_max, const char **ret_text,
                             struct error *err) {
    // Answers have line breaks, which json_member_text refuses.
    const json_t *member = json_object_get(body, name);
    if (!json_is_string(member) || json_string_length(member) > bytes_max ||
        strlen(json_string_value(member)) != json_string_length(member))
        return error_set_field(err, ERROR_INVALID, name, "must be a text of at most %zu bytes", bytes_max);
    *ret_text = json_string_value(member);
    return true;
}

static bool read_edit(const json_t *body, struct faq_change *change, const char **ret_language,
                      struct error *err) {
    struct faq_entry *entry = &change->entry;
    return json_member_text(body, "language", LANGUAGE_CODE_SIZE, ret_language, err) &&
           json_member_text(body, "category", FAQ_CATEGORY_BYTES, &entry->category, err) &&
           json_member_text(body, "question", FAQ_QUESTION_BYTES, &entry->question, err) &&
           json_member_text(body, "keywords", FAQ_KEYWORDS_BYTES, &entry->keywords, err) &&
           member_long_text(body, "answer", FAQ_ANSWER_BYTES, &entry->answer, err) &&
           json_member_bool(body, "hidden", &change->hidden, err) &&
           json_member_int(body, "base_version", 0, INT64_MAX, &change->base_version, err) &&
           json_member_text(body, "reason", FAQ_REASON_BYTES, &change->reason, err) &&
           faq_entry_check(entry, err);
}

static void answer_edit(struct job *job, const struct error *err) {
    struct visit *visit = job->visit;
    const struct edit *edit = job->data;
    if (err != NULL && err->kind == ERROR_EXHAUSTED) {
        problem_respond_status(visit->request, 409, "conflict", "base_version",
                               "the text was changed by somebody else meanwhile; look at it again");
        return;
    }
    if (err != NULL) {
        problem_respond(visit->request, err, NULL);
        return;
    }
    struct http_response response = {.status = 200};
    visit_respond_json(visit, &response,
                       json_pack("{s:I}", "version", (json_int_t)edit->change.base_version + 1));
}

static void add_edit(struct visit *visit, struct command *command, const struct faq_change *change) {
    struct arena *arena = http_request_arena(visit->request);
    struct step *step = faq_store_change(command, change);
    if (step != NULL)
        step->must_change = true;
    struct audit_entry entry = {.at_ms = visit->now_ms,
                                .operator_name = visit->operator->name,
                                .action = "faq.write",
                                .subject = arena_print(arena, "%s/%s", change->language, change->entry.slug),
                                .before = arena_print(arena, "version %lld", (long long)change->base_version),
                                .after =
                                    arena_print(arena, "version %lld", (long long)change->base_version + 1),
                                .reason = change->reason};
    audit_add(command, &entry);
}

static void submit_edit(struct visit *visit, const json_t *body, const char *slug) {
    struct arena *arena = http_request_arena(visit->request);
    struct edit *edit = arena_alloc(arena, sizeof *edit);
    const char *language_code = NULL;
    struct error err;
    size_t language = 0;
    if (edit == NULL || slug == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    edit->change.entry.slug = slug;
    if (!read_edit(body, &edit->change, &language_code, &err)) {
        problem_respond(visit->request, &err, NULL);
        return;
    }
    if (!keep_texts(&edit->change, arena)) {
        problem_respond_memory(visit->request);
        return;
    }
    struct job *job = find_language(visit, language_code, &language) ? job_new(visit, edit) : NULL;
    if (job == NULL)
        return;
    edit->change.language = guidance_languages(visit->site->guidance)->list[language].code;
    edit->change.author = visit->operator->name;
    edit->change.at_ms = visit->now_ms;
    add_edit(visit, &job->command, &edit->change);
    job_write_ahead(job, answer_edit);
}

void handle_console_faq_write(struct http_request *request, void *context) {
    static const char *const names[] = {"language", "category",     "question", "keywords", "answer",
                                        "hidden",   "base_version", "reason",   NULL};
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    struct error err;
    if (!visit_body(visit, names, &body, &err))
        problem_respond(request, &err, NULL);
    else
        submit_edit(visit, body, visit_parameter(visit, "slug"));
}

void handle_console_faq_preview(struct http_request *request, void *context) {
    static const char *const names[] = {"answer", NULL};
    struct visit *visit = http_request_context(request);
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *answer = NULL;
    struct error err;
    if (!visit_body(visit, names, &body, &err) ||
        !member_long_text(body, "answer", FAQ_ANSWER_BYTES, &answer, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    const char *html = markdown_html(answer, http_request_arena(request));
    struct http_response response = {.status = 200};
    if (html == NULL)
        problem_respond_memory(visit->request);
    else
        visit_respond_json(visit, &response, json_pack("{s:s}", "html", html));
}
