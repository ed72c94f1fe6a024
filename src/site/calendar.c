// calendar.c - the published calendars over HTTP: the page, and the forms that programs read.
#include <string.h>

#include "guidance/guidance.h"
#include "http/static.h"
#include "site/announcements.h"
#include "site/calendars.h"
#include "site/handlers.h"
#include "site/problem.h"

#define CACHE_CONTROL "public, max-age=60"

// The page says what the city has to say now, so it is asked for again each time; a file may be a minute old.
static const char *cache_control(enum calendar_form form) {
    return form == CALENDAR_HTML ? STATIC_CACHE_ASK : CACHE_CONTROL;
}

// True when `view` is understood; else it responded.
static bool take_view(struct http_request *request, struct calendars_view *asked) {
    const char *view = http_request_query(request, "view");
    asked->year = view != NULL && strcmp(view, "year") == 0;
    asked->brief = view != NULL && strcmp(view, "now") == 0 && asked->form == CALENDAR_JSON;
    if (view == NULL || asked->year || asked->brief || strcmp(view, "weeks") == 0)
        return true;
    problem_respond_status(request, 400, "invalid", "view", "view must be weeks or year (JSON also: now)");
    return false;
}

// Files go by their address and by what the program asks for, never by a cookie: so a cache in front can keep
// them for everybody.
static size_t language_of_file(struct visit *visit) {
    const struct languages *languages = guidance_languages(visit->site->guidance);
    return languages_choose(languages, http_request_query(visit->request, "language"),
                            http_request_header(visit->request, "Accept-Language"));
}

static void respond(struct visit *visit, const struct calendars_view *asked, const char *vary) {
    struct buffer out;
    buffer_init(&out, http_request_arena(visit->request));
    calendars_write(visit->site->calendars, asked, &out);
    if (out.failed) {
        problem_respond_memory(visit->request);
        return;
    }
    struct static_asset asset = {.path = http_request_path(visit->request),
                                 .content_type = calendar_form_type(asked->form),
                                 .cache_control = cache_control(asked->form),
                                 .plain = {.bytes = out.text, .length = out.length}};
    static_asset_tag(&asset);
    const struct http_header headers[] = {{"Vary", vary}, {NULL, NULL}};
    static_respond(visit->request, &asset, headers);
}

// "app", "calls.ics": the series, and the form when it is not JSON.
void handle_calendar(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct calendars_view asked = {
        .form = CALENDAR_JSON, .language = language_of_file(visit), .now_ms = visit->now_ms};
    char *name = arena_copy_text(http_request_arena(request), visit_parameter(visit, "file"));
    char *dot = name == NULL ? NULL : strchr(name, '.');
    if (dot != NULL)
        *dot++ = '\0';
    bool known = name != NULL && calendar_series_parse(name, &asked.series) &&
                 (dot == NULL || (calendar_form_parse(dot, &asked.form) && asked.form != CALENDAR_HTML));
    if (!known)
        problem_respond_status(request, 404, "not-found", NULL, "there is no such calendar");
    else if (take_view(request, &asked))
        respond(visit, &asked, "Accept-Language");
}

void handle_calendar_page(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct calendars_view asked = {.series = CALENDAR_APP,
                                   .form = CALENDAR_HTML,
                                   .language = visit_language(visit),
                                   .now_ms = visit->now_ms};
    asked.news = announcements_section(visit, asked.language);
    const char *series = http_request_query(request, "series");
    if (series != NULL && !calendar_series_parse(series, &asked.series))
        problem_respond_status(request, 400, "invalid", "series", "series must be app or calls");
    else if (take_view(request, &asked))
        respond(visit, &asked, "Accept-Language, Cookie");
}
