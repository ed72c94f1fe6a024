// guidance.c - questions, answers and videos over HTTP.
//
// Everything is read from memory (guidance/guidance.h); only opinions and what was not found are written.
#include "site/guidance.h"

#include <string.h>

#include "base/log.h"
#include "base/readings.h"
#include "guidance/faq_store.h"
#include "guidance/guidance.h"
#include "guidance/videos.h"
#include "http/range.h"
#include "site/handlers.h"
#include "site/job.h"
#include "site/pages.h"
#include "site/problem.h"

#define FAQ_CACHE   "public, max-age=60"
#define VIDEO_CACHE "public, max-age=3600"

// In the arena; NULL after it responded that there is no memory. `body` NULL: there was none for it.
static struct http_response *new_response(struct visit *visit, const char *body, const char *cache_control) {
    struct http_response *response = arena_alloc(http_request_arena(visit->request), sizeof *response);
    if (body == NULL || response == NULL) {
        problem_respond_memory(visit->request);
        return NULL;
    }
    *response = (struct http_response){.status = 200, .content_type = "application/json", .body = body};
    response->body_length = strlen(body);
    http_response_header(response, "Cache-Control", cache_control);
    http_response_header(response, "Vary", "Accept-Language, Cookie");
    return response;
}

static void respond_text(struct visit *visit, const char *body, const char *cache_control) {
    const struct http_response *response = new_response(visit, body, cache_control);
    if (response != NULL)
        http_respond(visit->request, response);
}

static const char *code_of(const struct visit *visit, size_t language) {
    return guidance_languages(visit->site->guidance)->list[language].code;
}

static void respond_cached(struct visit *visit, json_t *object, const char *cache_control) {
    respond_text(visit, json_text(http_request_arena(visit->request), object), cache_control);
    json_decref(object);
}

static json_t *entry_json(const struct shelf *shelf, size_t language, size_t index, struct arena *arena) {
    const struct faq_entry *entry = &shelf_faq(shelf, language)->entries[index];
    return json_pack("{s:s,s:s,s:s,s:s,s:s}", "slug", entry->slug, "category",
                     readings_drawn(arena, entry->category, READINGS_LEFT_OUT), "question",
                     readings_drawn(arena, entry->question, READINGS_LEFT_OUT), "question_html",
                     readings_drawn(arena, entry->question, READINGS_ABOVE), "answer_html",
                     shelf_answer_html(shelf, language, index));
}

static void answer_search(struct job *job, const struct error *err) {
    if (err != NULL)
        LOG(LOG_DEBUG, "a search was not counted", log_text("cause", err->message));
    http_respond(job->visit->request, job->data);
}

void guidance_count_search(struct visit *visit, const struct asked *asked, struct http_response *response) {
    struct arena *arena = http_request_arena(visit->request);
    const char *words = asked->found == NULL ? search_keepable(asked->query, arena) : NULL;
    const char *slug = arena_copy_text(arena, asked->found == NULL ? "" : asked->found);
    const char *code = code_of(visit, asked->language);
    // Help does not wait for a store that is late.
    if (slug == NULL || !held_is_empty(visit->site->held_by_writer)) {
        http_respond(visit->request, response);
        return;
    }
    struct job *job = job_new(visit, response);
    if (job == NULL)
        return;
    faq_store_opinion(&job->command, code, slug, FAQ_SEARCHED, visit->now_ms);
    if (words != NULL)
        faq_store_miss(&job->command, code, words, visit->now_ms);
    job_write(job, answer_search);
}

// What is asked while somebody types is no search yet.
static void respond_found(struct visit *visit, const struct shelf *shelf, const char *query) {
    struct search_result results[SEARCH_RESULTS_MAX];
    struct arena *arena = http_request_arena(visit->request);
    struct asked asked = {.language = shelf_faq_language(shelf, visit_language(visit)), .query = query};
    size_t count = search_find(shelf_search(shelf, asked.language), query, arena, results);
    json_t *entries = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(entries, entry_json(shelf, asked.language, results[i].entry, arena));
    CLEANUP(json_cleanup)
    json_t *object = json_pack("{s:s,s:s,s:o}", "language", code_of(visit, asked.language), "query", query,
                               "entries", entries);
    struct http_response *response = new_response(visit, json_text(arena, object), "no-store");
    if (count > 0)
        asked.found = shelf_faq(shelf, asked.language)->entries[results[0].entry].slug;
    if (response != NULL && http_request_query(visit->request, "typing") != NULL)
        http_respond(visit->request, response);
    else if (response != NULL)
        guidance_count_search(visit, &asked, response);
}

void handle_faq(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = visit->site;
    const char *query = http_request_query(request, "q");
    size_t language = visit_language(visit);
    if (query != NULL && strlen(query) > SEARCH_QUERY_BYTES) {
        problem_respond_status(request, 400, "invalid", "q", "at most 200 bytes");
        return;
    }
    const struct shelf *shelf = guidance_borrow(site->guidance);
    if (query != NULL && query[0] != '\0')
        respond_found(visit, shelf, query);
    else {
        json_t *entries = json_array();
        for (size_t i = 0; i < shelf_faq(shelf, language)->count; i++)
            (void)json_array_append_new(entries, entry_json(shelf, language, i, http_request_arena(request)));
        respond_cached(visit,
                       json_pack("{s:s,s:o}", "language", code_of(visit, shelf_faq_language(shelf, language)),
                                 "entries", entries),
                       FAQ_CACHE);
    }
    guidance_give_back(site->guidance, shelf);
}

static bool read_opinion(const struct visit *visit, enum faq_opinion *ret_opinion, struct error *err) {
    static const char *const names[] = {"opinion", NULL};
    static const char *const opinions[] = {
        [FAQ_READ] = "read", [FAQ_HELPED] = "helped", [FAQ_DID_NOT_HELP] = "did-not-help"};
    CLEANUP(json_cleanup) json_t *body = NULL;
    const char *text = NULL;
    if (!visit_body(visit, names, &body, err) || !json_member_text(body, "opinion", 20, &text, err))
        return false;
    for (int i = FAQ_READ; i <= FAQ_DID_NOT_HELP; i++) {
        if (strcmp(opinions[i], text) == 0) {
            *ret_opinion = (enum faq_opinion)i;
            return true;
        }
    }
    return error_set_field(err, ERROR_INVALID, "opinion", "must be one of read, helped, did-not-help");
}

static void answer_opinion(struct job *job, const struct error *err) {
    if (err != NULL)
        problem_respond(job->visit->request, err, NULL);
    else
        visit_respond_empty(job->visit, 204);
}

void handle_faq_opinion(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct site *site = visit->site;
    enum faq_opinion opinion = FAQ_READ;
    struct error err;
    const char *slug = visit_parameter(visit, "slug");
    if (!read_opinion(visit, &opinion, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    size_t language = visit_language(visit);
    const struct shelf *shelf = guidance_borrow(site->guidance);
    bool known = slug != NULL && faq_find(shelf_faq(shelf, language), slug) != NULL;
    language = shelf_faq_language(shelf, language);
    guidance_give_back(site->guidance, shelf);
    if (!known) {
        problem_respond_status(request, 404, "not-found", "slug", "there is no such question");
        return;
    }
    struct job *job = job_new(visit, NULL);
    if (job == NULL)
        return;
    faq_store_opinion(&job->command, code_of(visit, language), slug, opinion, visit->now_ms);
    job_write(job, answer_opinion);
}

void handle_languages(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const struct languages *languages = guidance_languages(visit->site->guidance);
    json_t *list = json_array();
    for (size_t i = 0; i < languages->count; i++)
        (void)json_array_append_new(
            list, json_pack("{s:s,s:s}", "code", languages->list[i].code, "name", languages->list[i].name));
    respond_cached(visit, json_pack("{s:o}", "languages", list), FAQ_CACHE);
}

// The words of the app: the operator's file, or the page of that name which was built with the app.
void handle_language(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const struct languages *languages = guidance_languages(visit->site->guidance);
    const char *code = visit_parameter(visit, "code");
    size_t language = code == NULL ? languages->count : languages_find(languages, code);
    const char *messages = language == languages->count ? NULL : languages->list[language].messages;
    if (messages != NULL)
        respond_text(visit, messages, FAQ_CACHE);
    else if (language == languages->count ||
             !pages_respond_file(visit, arena_print(http_request_arena(request), "/words/%s.json", code)))
        problem_respond_status(request, 404, "not-found", "code", "there is no such language");
}

static json_t *video_path(struct visit *visit, const struct video_file *file) {
    const char *path = arena_print(http_request_arena(visit->request), "/videos/%s", file->name);
    return json_string(path == NULL ? "" : path);
}

static json_t *captions_json(struct visit *visit, const struct video *video) {
    const struct languages *languages = guidance_languages(visit->site->guidance);
    json_t *list = json_array();
    for (size_t i = 0; i < languages->count; i++)
        if (video->captions[i] != NULL)
            (void)json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "language", languages->list[i].code,
                                                        "label", languages->list[i].name, "src",
                                                        video_path(visit, video->captions[i])));
    return list;
}

// Title and transcript are in the language of the visitor where there are any, else in Japanese.
static json_t *video_json(struct visit *visit, const struct video *video, size_t language) {
    size_t spoken = video->transcripts[language] == NULL ? 0 : language;
    size_t titled = video->titles[language] == NULL ? 0 : language;
    return json_pack("{s:s,s:s,s:s,s:o,s:s,s:o,s:o,s:s,s:s}", "name", video->name, "step", video->step,
                     "title", video->titles[titled], "src", video_path(visit, video->film), "type",
                     video->film->content_type, "poster", video_path(visit, video->poster), "captions",
                     captions_json(visit, video), "transcript", video->transcripts[spoken],
                     "transcript_language", code_of(visit, spoken));
}

void handle_videos(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const struct videos *videos = visit->site->videos;
    size_t language = visit_language(visit);
    json_t *list = json_array();
    for (size_t i = 0; i < videos_count(videos); i++)
        (void)json_array_append_new(list, video_json(visit, videos_at(videos, i), language));
    respond_cached(visit, json_pack("{s:s,s:o}", "language", code_of(visit, language), "videos", list),
                   FAQ_CACHE);
}

void handle_video_file(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const char *name = visit_parameter(visit, "file");
    const struct video_file *file = name == NULL ? NULL : videos_file(visit->site->videos, name);
    if (file == NULL)
        problem_respond_status(request, 404, "not-found", "file", "there is no such video");
    else
        range_respond(request, &(struct range_file){.stream = file->stream,
                                                    .bytes = file->bytes,
                                                    .content_type = file->content_type,
                                                    .cache_control = VIDEO_CACHE,
                                                    .tag = file->tag});
}
