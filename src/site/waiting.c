// waiting.c - the waiting page for browsers without script: the place filled in, and one button.
//
// The page is web/public/waiting.html, with all its words; its few blanks are filled here. The button posts
// to the same address: it takes a place, looks again or, when the turn has come, goes back to where the
// visitor wanted to go, which is a path of this site and nothing else.
#include <string.h>

#include "base/readings.h"
#include "guidance/news.h"
#include "http/static.h"
#include "identity/form.h"
#include "site/announcements.h"
#include "site/calendars.h"
#include "site/device.h"
#include "site/handlers.h"
#include "site/pages.h"
#include "site/problem.h"

#define TICKET_AGE_S     INT64_C(604800) // a week
#define RETURN_BYTES_MAX 2000
#define MINUTE_S         60
#define HOUR_MIN         60
// In the page's address, what the last press came to: a moment too early, or a place in the line that is
// there now.
#define NOTE_HELD  "held"
#define NOTE_ANEW  "anew"
#define BLANKS_MAX 24
#define PAGE       "/waiting.html"
// As the build draws 分《ふん》, which is read by the number before it.
#define MINUTES_START "<ruby>分<rp>(</rp><rt>"
#define MINUTES_READ  MINUTES_START "ふん"

// A blank of the page, which stands there once, and what comes there instead.
struct blank {
    const char *blank, *text;
};

// Where the visitor wants to go afterwards, NULL for anything but a path of this very site.
static const char *way_back(const struct visit *visit) {
    const char *path = http_request_query(visit->request, "return");
    if (path == NULL || path[0] != '/' || path[1] == '/' || path[1] == '\\' || strstr(path, "..") != NULL)
        return NULL;
    for (const char *c = path; *c != '\0'; c++)
        if (*c < '!' || *c > '~')
            return NULL;
    return strlen(path) <= RETURN_BYTES_MAX ? path : NULL;
}

// "/waiting" with the way back, in the arena.
static const char *own_address(struct visit *visit, const char *note) {
    struct buffer buffer;
    const char *path = way_back(visit);
    buffer_init(&buffer, http_request_arena(visit->request));
    if (path == NULL && note == NULL)
        return "/waiting";
    form_address(&buffer, "/waiting");
    if (path != NULL)
        form_add(&buffer, "return", path);
    if (note != NULL)
        form_add(&buffer, note, "1");
    return buffer.failed ? NULL : buffer.text;
}

// The place of this browser's ticket.
static bool held_place(struct visit *visit, struct holder *ret_holder, struct place *ret_place) {
    const char *device = device_of(visit);
    const char *ticket = device_cookie(visit, "juncho-ticket");
    struct error err;
    if (device == NULL || ticket == NULL)
        return false;
    *ret_holder = holder_of(HOLDER_DEVICE, device);
    return gate_read_ticket(visit->site->gate, ticket, ret_holder, ret_place, &err);
}

// The names are those of web/shared/shown.ts.
static const char *phase_of(const struct gate_view *view, bool holds_place, uint64_t ahead) {
    if (view->state == DOCUMENT_CLOSED)
        return "closed";
    if (!holds_place)
        return "join";
    if (ahead == 0)
        return "turn";
    return view->state == DOCUMENT_PAUSED || view->frozen ? "still" : "waiting";
}

// The blank that comes first in the text, of several at one place the last; `ret_at` is where.
static const struct blank *first_blank(const char *text, const struct blank *blanks, const char **ret_at) {
    const struct blank *first = NULL;
    for (const struct blank *blank = blanks; blank->blank != NULL; blank++) {
        const char *at = strstr(text, blank->blank);
        if (at == NULL || (first != NULL && at > *ret_at))
            continue;
        first = blank;
        *ret_at = at;
    }
    return first;
}

static const char *page_with(struct arena *arena, const struct static_asset *page,
                             const struct blank *blanks) {
    struct buffer buffer;
    const struct blank *blank = NULL;
    const char *text = arena_copy_bytes(arena, page->plain.bytes, page->plain.length), *at = NULL;
    if (text == NULL)
        return NULL;
    buffer_init(&buffer, arena);
    while ((blank = first_blank(text, blanks, &at)) != NULL) {
        buffer_add_bytes(&buffer, text, (size_t)(at - text));
        buffer_add(&buffer, blank->text);
        text = at + strlen(blank->blank);
    }
    buffer_add(&buffer, text);
    return buffer.failed ? NULL : buffer.text;
}

// The span as web/shared/shown.ts tells it: from the median, rounded down, to the ninetieth percentile,
// rounded up.
struct plain_span {
    const char *kind;
    unsigned from_min, to_min;
};

static unsigned step_of(unsigned minutes) {
    if (minutes < 10)
        return 1;
    if (minutes < HOUR_MIN)
        return 5;
    return minutes < 3 * HOUR_MIN ? 10 : 30;
}

static struct plain_span plain_span(struct promise_wait wait) {
    unsigned from_min = wait.p50_s / MINUTE_S, to_min = (wait.p90_s + MINUTE_S - 1) / MINUTE_S;
    unsigned low_step = step_of(from_min), high_step = step_of(to_min);
    struct plain_span span = {.from_min = from_min / low_step * low_step,
                              .to_min = (to_min + high_step - 1) / high_step * high_step};
    if (span.to_min < span.from_min + low_step)
        span.to_min = span.from_min + low_step;
    span.kind = span.to_min <= 1 ? "soon" : span.to_min < HOUR_MIN ? "minutes" : "hours";
    return span;
}

static bool flag(struct visit *visit, const char *note) {
    return http_request_query(visit->request, note) != NULL;
}

// The words of dates in the language of the page: Japanese where a city added one that it was not built in.
static const struct calendar_words *words_of(struct visit *visit, const struct static_asset *page) {
    size_t language = strcmp(page->path, PAGE) == 0 ? 0 : visit_language(visit);
    return calendars_page_words(visit->site->calendars, language);
}

static const char *minutes_read(struct arena *arena, unsigned minutes) {
    return arena_print(arena, "%u" MINUTES_START "%s", minutes, readings_of_minutes(minutes));
}

// Texts for the page; any of them NULL: no memory.
static const char *fill(struct visit *visit, const struct static_asset *page) {
    struct arena *arena = http_request_arena(visit->request);
    struct gate *gate = visit->site->gate;
    struct holder holder;
    struct place place = {0};
    struct gate_view view;
    gate_view(gate, &view);
    bool holds_place = held_place(visit, &holder, &place);
    uint64_t ahead = holds_place ? gate_ahead(gate, place) : 0;
    struct promise_wait wait = gate_wait(gate, ahead);
    struct civil turn = clock_civil(visit->now_ms + (int64_t)wait.p50_s * CLOCK_SECOND_MS);
    const char *address = own_address(visit, NULL);
    struct plain_span span = plain_span(wait);
    struct calendar_quiet quiet = {0};
    bool is_quiet = calendars_next_quiet(visit->site->calendars, visit->now_ms, &quiet);
    const struct calendar_words *words = words_of(visit, page);
    bool old = !holds_place && device_cookie(visit, "juncho-ticket") != NULL;
    const struct blank blanks[BLANKS_MAX] = {
        {"data-old=\"no\"", old ? "data-old=\"yes\"" : "data-old=\"no\""},
        {NEWS_NONE, announcements_html(visit, visit_language(visit))},
        {"data-held=\"no\"", flag(visit, NOTE_HELD) ? "data-held=\"yes\"" : "data-held=\"no\""},
        {"data-anew=\"no\"", flag(visit, NOTE_ANEW) ? "data-anew=\"yes\"" : "data-anew=\"no\""},
        {"data-plain=\"minutes\"", arena_print(arena, "data-plain=\"%s\"", span.kind)},
        {"data-quiet=\"none\"", is_quiet ? "data-quiet=\"some\"" : "data-quiet=\"none\""},
        {"{day}", calendar_date_text(arena, words, quiet.day)},
        {"{opens}", arena_print(arena, "%d", calendar_band_from(quiet.band))},
        {"{ends}", arena_print(arena, "%d", calendar_band_until(quiet.band) % 24)},
        {"{fromHours}", arena_print(arena, "%u", span.from_min / HOUR_MIN)},
        {"{fromMinutes}", arena_print(arena, "%u", span.from_min % HOUR_MIN)},
        {"{toHours}", arena_print(arena, "%u", span.to_min / HOUR_MIN)},
        {"{toMinutes}", arena_print(arena, "%u", span.to_min % HOUR_MIN)},
        {"data-phase=\"join\"", arena_print(arena, "data-phase=\"%s\"", phase_of(&view, holds_place, ahead))},
        {"action=\"/waiting\"", address == NULL ? NULL : arena_print(arena, "action=\"%s\"", address)},
        {"{from}", arena_print(arena, "%u", span.from_min)},
        {"{to}", arena_print(arena, "%u", span.to_min)},
        {"{to}" MINUTES_READ, minutes_read(arena, span.to_min)},
        {"{fromMinutes}" MINUTES_READ, minutes_read(arena, span.from_min % HOUR_MIN)},
        {"{toMinutes}" MINUTES_READ, minutes_read(arena, span.to_min % HOUR_MIN)},
        {"{clock}", arena_print(arena, "%d:%02d", turn.hour, turn.minute)},
        {"{people}", arena_print(arena, "%llu", (unsigned long long)ahead)},
    };
    for (const struct blank *blank = blanks; blank->blank != NULL; blank++)
        if (blank->text == NULL)
            return NULL;
    return page_with(arena, page, blanks);
}

void handle_waiting(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    const struct static_asset *page = pages_find(visit, PAGE);
    const char *text = page == NULL ? NULL : fill(visit, page);
    if (page == NULL) {
        problem_respond_status(request, 404, "not-found", NULL, "there is nothing at this path");
        return;
    }
    if (text == NULL) {
        problem_respond_memory(request);
        return;
    }
    struct http_response response = {
        .status = 200, .content_type = "text/html; charset=utf-8", .body = text, .body_length = strlen(text)};
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(request, &response);
}

static bool join(struct visit *visit, struct http_response *response, struct error *err) {
    struct gate *gate = visit->site->gate;
    const char *device = device_of(visit);
    struct place place;
    char ticket[TICKET_TEXT_SIZE];
    if (!allowance_take(visit->site->anonymous, http_request_peer(visit->request), clock_monotonic_us()))
        return error_set(err, ERROR_EXHAUSTED,
                         "too many places were taken from this address within a minute");
    if (device == NULL && !(device_new(visit, &device) && device_keep(visit, response, device)))
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!gate_join(gate, visit->now_ms / CLOCK_SECOND_MS, NULL, &place, err))
        return false;
    struct holder holder = holder_of(HOLDER_DEVICE, device);
    gate_ticket(gate, place, &holder, ticket);
    return device_set_cookie(visit, response, "juncho-ticket", ticket, TICKET_AGE_S) ||
           error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

void handle_waiting_press(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    struct http_response response = {0};
    struct holder holder;
    struct place place;
    struct error err;
    const char *address = own_address(visit, NULL), *back = way_back(visit);
    if (!held_place(visit, &holder, &place)) {
        if (device_cookie(visit, "juncho-ticket") != NULL)
            address = own_address(visit, NOTE_ANEW);
        if (!join(visit, &response, &err)) {
            problem_respond(request, &err, NULL);
            return;
        }
    } else {
        char pass[PASS_TEXT_SIZE];
        enum gate_verdict verdict =
            gate_enter(visit->site->gate, visit->now_ms / CLOCK_SECOND_MS, &holder, place);
        if (verdict == GATE_ENTERS && !device_set_pass(visit, &response, &holder, pass)) {
            problem_respond_memory(request);
            return;
        }
        if (verdict == GATE_ENTERS)
            address = back == NULL ? "/" : back;
        else if (verdict == GATE_HELD)
            address = own_address(visit, NOTE_HELD);
    }
    if (address == NULL)
        problem_respond_memory(request);
    else
        visit_redirect(visit, &response, address);
}
