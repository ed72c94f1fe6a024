// visit.c - what handlers share: bodies, responses, cookies, numbers that people read.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "guidance/guidance.h"
#include "http/cookie.h"
#include "site/context.h"
#include "site/problem.h"
#include "site/token.h"

#define SESSION_AGE_S INT64_C(34560000) // 400 days: the longest that browsers keep a cookie
#define MOVE_AGE_S    INT64_C(600)

bool visit_body(const struct visit *visit, const char *const *names, json_t **ret_object, struct error *err) {
    size_t length = 0;
    const char *body = http_request_body(visit->request, &length);
    CLEANUP(json_cleanup) json_t *object = NULL;
    if (!json_parse_object(body, length, &object, err) || !json_only(object, names, err))
        return false;
    *ret_object = json_incref(object);
    return true;
}

size_t visit_language(struct visit *visit) {
    struct http_request *request = visit->request;
    const struct languages *languages = guidance_languages(visit->site->guidance);
    const char *asked = http_request_query(request, "language");
    const char *kept = http_request_cookie(request, "juncho-language");
    bool known = asked != NULL && languages_find(languages, asked) < languages->count;
    return languages_choose(languages, known ? asked : kept, http_request_header(request, "Accept-Language"));
}

const char *visit_language_code(struct visit *visit) {
    return guidance_languages(visit->site->guidance)->list[visit_language(visit)].code;
}

const char *visit_parameter(const struct visit *visit, const char *name) {
    return route_parameter(&visit->match, http_request_arena(visit->request), name);
}

static void respond_text(struct visit *visit, struct http_response *response, const char *content_type,
                         const char *body) {
    if (body == NULL) {
        problem_respond_memory(visit->request);
        return;
    }
    response->content_type = content_type;
    response->body = body;
    response->body_length = strlen(body);
    http_response_header(response, "Cache-Control", "no-store");
    http_respond(visit->request, response);
}

static char *text_of(struct visit *visit, json_t *object) {
    char *text = json_text(http_request_arena(visit->request), object);
    json_decref(object);
    return text;
}

void visit_respond_json(struct visit *visit, struct http_response *response, json_t *object) {
    respond_text(visit, response, "application/json", text_of(visit, object));
}

void visit_respond_written(struct visit *visit, struct http_response *response, const char *json) {
    respond_text(visit, response, "application/json", json);
}

void visit_respond_problem(struct visit *visit, int status, json_t *object) {
    struct http_response response = {.status = status};
    respond_text(visit, &response, "application/problem+json", text_of(visit, object));
}

void visit_respond_empty(struct visit *visit, int status) {
    struct http_response response = {.status = status};
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(visit->request, &response);
}

void visit_redirect(struct visit *visit, struct http_response *response, const char *location) {
    response->status = 303;
    http_response_header(response, "Location", location);
    http_response_header(response, "Cache-Control", "no-store");
    http_respond(visit->request, response);
}

bool visit_set_cookie(struct visit *visit, struct http_response *response, const struct cookie *cookie) {
    struct error err;
    const char *text = NULL;
    struct cookie own = *cookie;
    own.secure = visit->site->secure;
    if (!cookie_format(http_request_arena(visit->request), &own, &text, &err))
        return false;
    http_response_header(response, "Set-Cookie", text);
    return true;
}

static bool set_cookie(struct visit *visit, struct http_response *response, const char *name,
                       const char *value, int64_t max_age_s) {
    struct cookie cookie = {.name = name, .value = value, .max_age_s = max_age_s};
    return visit_set_cookie(visit, response, &cookie);
}

static bool set_token(struct visit *visit, struct http_response *response, const char *name,
                      const struct token *token, enum secrets_use use, int64_t age_s) {
    char *text = arena_alloc(http_request_arena(visit->request), TOKEN_TEXT_SIZE);
    if (text == NULL)
        return false;
    token_seal(token, visit->site->secrets.keys[use], text);
    return set_cookie(visit, response, name, text, age_s);
}

bool visit_set_session(struct visit *visit, struct http_response *response, int64_t resident_id) {
    if (resident_id == 0)
        return set_cookie(visit, response, "juncho-session", "", -1);
    struct token token = {.resident_id = resident_id, .issued_ms = visit->now_ms};
    return set_token(visit, response, "juncho-session", &token, SECRETS_SESSION, SESSION_AGE_S);
}

bool visit_set_move(struct visit *visit, struct http_response *response, int64_t holder) {
    if (holder == 0)
        return set_cookie(visit, response, "juncho-move", "", -1);
    struct token token = {.resident_id = visit->resident_id, .issued_ms = visit->now_ms, .other = holder};
    return set_token(visit, response, "juncho-move", &token, SECRETS_MOVE, MOVE_AGE_S);
}

int64_t visit_move_holder(struct visit *visit) {
    const char *name = cookie_name(http_request_arena(visit->request), "juncho-move", visit->site->secure);
    const char *text = name == NULL ? NULL : http_request_cookie(visit->request, name);
    struct token token;
    if (text == NULL || !token_open(text, visit->site->secrets.keys[SECRETS_MOVE], visit->now_ms,
                                    MOVE_AGE_S * CLOCK_SECOND_MS, &token))
        return 0;
    return token.resident_id == visit->resident_id ? token.other : 0;
}

char *visit_number(struct visit *visit, char letter, int64_t number) {
    char digits[TEXT_CROCKFORD_SIZE];
    text_crockford(digits, (uint64_t)number);
    return arena_print(http_request_arena(visit->request), "%c-%s", letter, digits);
}

char *visit_time(struct visit *visit, int64_t time_ms) {
    char text[CLOCK_RFC3339_SIZE];
    clock_rfc3339(text, time_ms);
    return arena_copy_text(http_request_arena(visit->request), text);
}
