// announcements.c - what the city says now, to whoever asks and to pages that listen.
//
// A page that listens says what it knows; its request is held until there is something else (listeners.h).
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "guidance/news.h"
#include "site/announcements.h"
#include "site/handlers.h"
#include "site/herald.h"
#include "site/listeners.h"
#include "site/problem.h"

#define CACHE_CONTROL    "public, max-age=1"
#define LOOK_AGAIN_S     "20" // for who could not be held
#define ADDRESS_PART     4    // of all listeners that one address may have: many residents can share one
#define CONNECTIONS_PART 2    // of all connections that may be listeners

struct listening {
    struct listener listener;
    struct visit *visit;
    size_t language;
    struct news_state known;
    int64_t since_us;
};

static struct news_state state_now(struct site *site) {
    const struct shelf *shelf = guidance_borrow(site->guidance);
    struct news_state state = news_state(shelf, clock_now_ms(&site->clock));
    guidance_give_back(site->guidance, shelf);
    return state;
}

// One of the forms of guidance/news.h.
typedef const char *news_form(struct news *news, const struct shelf *shelf, size_t language, int64_t now_ms,
                              struct arena *arena);

static const char *written(struct visit *visit, size_t language, int64_t now_ms, news_form *form) {
    struct site *site = visit->site;
    const struct shelf *shelf = guidance_borrow(site->guidance);
    const char *text = form(site->news, shelf, language, now_ms, http_request_arena(visit->request));
    guidance_give_back(site->guidance, shelf);
    return text;
}

static void respond(struct visit *visit, size_t language, const char *cache_control) {
    const char *text = written(visit, language, clock_now_ms(&visit->site->clock), news_json);
    if (text == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    struct http_response response = {
        .status = 200, .content_type = "application/json", .body = text, .body_length = strlen(text)};
    http_response_header(&response, "Cache-Control", cache_control);
    http_response_header(&response, "Vary", "Accept-Language, Cookie");
    http_respond(visit->request, &response);
}

static void respond_nothing_else(struct visit *visit, const char *retry_after) {
    struct http_response response = {.status = 204};
    http_response_header(&response, "Cache-Control", "no-store");
    if (retry_after != NULL)
        http_response_header(&response, "Retry-After", retry_after);
    http_respond(visit->request, &response);
}

static void listen_for(struct listening *listening);

// Told or held long enough. Who knows already what was told, for another node was faster, listens on.
static void go_on(struct http_request *request, void *context) {
    struct listening *listening = context;
    struct visit *visit = listening->visit;
    int64_t now_us = clock_monotonic_us();
    visit->held_us = now_us - listening->since_us;
    if (state_now(visit->site).number != listening->known.number)
        respond(visit, listening->language, "no-store");
    else if (now_us < listening->listener.until_us && !atomic_load(&visit->site->stopping))
        listen_for(listening);
    else
        respond_nothing_else(visit, NULL);
}

static void resume(struct listener *listener) {
    http_request_continue(listener->request, go_on, listener); // the first member of its struct listening
}

// A node that is behind holds its peace: what another has said it does not take back.
static bool is_other(struct news_state now, struct news_state known) {
    return now.number != known.number && now.edition >= known.edition;
}

// Answers, or holds the request; another thread may have it then.
static void listen_for(struct listening *listening) {
    struct visit *visit = listening->visit;
    struct listeners *listeners = visit->site->listeners;
    enum listeners_answer answer = LISTENERS_LATE;
    while (answer == LISTENERS_LATE) {
        uint64_t moment = listeners_moment(listeners);
        if (is_other(state_now(visit->site), listening->known)) {
            respond(visit, listening->language, "no-store");
            return;
        }
        answer = listeners_hold(listeners, &listening->listener, moment, http_request_peer(visit->request),
                                clock_monotonic_us());
    }
    if (answer == LISTENERS_FULL)
        respond_nothing_else(visit, LOOK_AGAIN_S);
}

bool announcements_any(const struct visit *visit) {
    return state_now(visit->site).number != 0;
}

const char *announcements_html(struct visit *visit, size_t language) {
    return written(visit, language, visit->now_ms, news_html);
}

const char *announcements_section(struct visit *visit, size_t language) {
    return written(visit, language, visit->now_ms, news_section);
}

static bool read_known(const struct http_request *request, struct news_state *ret_known, struct error *err) {
    const char *after = http_request_query(request, "after");
    const char *edition = http_request_query(request, "edition");
    int64_t number = 0;
    if (!text_parse_int(after, 0, UINT32_MAX, &number))
        return error_set_field(err, ERROR_INVALID, "after", "after must be the number of an answer");
    *ret_known = (struct news_state){.number = (uint32_t)number};
    if (edition != NULL && !text_parse_int(edition, 0, INT64_MAX, &ret_known->edition))
        return error_set_field(err, ERROR_INVALID, "edition", "edition must be that of an answer");
    return true;
}

void handle_announcements(struct http_request *request, void *context) {
    struct visit *visit = http_request_context(request);
    size_t language = visit_language(visit);
    struct news_state known;
    struct error err;
    if (http_request_query(request, "after") == NULL) {
        respond(visit, language, CACHE_CONTROL);
        return;
    }
    if (!read_known(request, &known, &err)) {
        problem_respond(request, &err, NULL);
        return;
    }
    struct listening *listening = arena_alloc(http_request_arena(request), sizeof *listening);
    if (listening == NULL) {
        problem_respond_memory(request);
        return;
    }
    *listening = (struct listening){.listener = {.request = request},
                                    .visit = visit,
                                    .language = language,
                                    .known = known,
                                    .since_us = clock_monotonic_us()};
    listen_for(listening);
}

struct listeners *announcements_listeners(const struct config *config) {
    int64_t connections = config->server.connections_max / CONNECTIONS_PART;
    int64_t wanted = config->guidance.listeners_max;
    size_t held_max = (size_t)(wanted < connections ? wanted : connections);
    struct listeners_options options = {.held_max = held_max,
                                        .held_per_address_max = (held_max + ADDRESS_PART - 1) / ADDRESS_PART,
                                        .hold_us = config->guidance.listen_s * INT64_C(1000000),
                                        .resume = resume};
    randombytes_buf(options.key, sizeof options.key);
    return listeners_new(&options);
}
