// problem.c - one table, two ways in.
#include "site/problem.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "site/pages.h"

struct kind_row {
    enum error_kind kind;
    int status;
    const char *code;
};

static const struct kind_row kinds[] = {
    {ERROR_INVALID, 400, "invalid"},     {ERROR_DENIED, 403, "denied"},
    {ERROR_MISSING, 404, "not-found"},   {ERROR_CONFLICT, 409, "conflict"},
    {ERROR_EXHAUSTED, 409, "exhausted"}, {ERROR_UNAVAILABLE, 503, "unavailable"},
};

struct status_row {
    int status;
    const char *title;
};

static const struct status_row titles[] = {
    {400, "入力を確認してください"},     {401, "利用登録が必要です"},
    {403, "この操作はできません"},       {404, "見つかりません"},
    {405, "この方法では使えません"},     {409, "いまはこの操作ができません"},
    {413, "データが大きすぎます"},       {415, "application/json で送ってください"},
    {422, "前と違う内容です"},           {429, "少し時間をおいてください"},
    {500, "うまく処理できませんでした"}, {503, "ただいま混み合っています。少し時間をおいてください"},
};

// An operator signs in where a resident registers.
static const char *title_of(int status, const char *code) {
    if (status == 401 && strncmp(code, "operator-", 9) == 0)
        return "サインインが必要です";
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "エラー";
}

// The page that says it to somebody who opened an address in a browser; NULL: whoever asked reads JSON.
static const struct static_asset *page_of(struct http_request *request, int status, const char *code) {
    struct visit *visit = http_request_context(request);
    const char *accept = http_request_header(request, "Accept");
    bool browser = visit != NULL && http_request_method(request) == HTTP_GET && accept != NULL &&
                   strstr(accept, "text/html") != NULL &&
                   strncmp(http_request_path(request), "/api/", 5) != 0;
    if (!browser)
        return NULL;
    if (strcmp(code, PROBLEM_NO_REPORT) == 0)
        return pages_find_with_news(visit, "/no-report.html");
    if (status == 404)
        return pages_find_with_news(visit, "/missing.html");
    return status >= 500 || status == 429 ? pages_find_with_news(visit, "/unavailable.html") : NULL;
}

static void set_json(struct http_request *request, struct http_response *response, const char *code,
                     const char *field, const char *detail) {
    int status = response->status;
    struct arena *arena = http_request_arena(request);
    CLEANUP(json_cleanup)
    json_t *problem = json_pack("{s:o,s:s,s:i,s:s}", "type", json_sprintf("urn:juncho:problem:%s", code),
                                "title", title_of(status, code), "status", status, "detail", detail);
    if (problem != NULL && field != NULL && field[0] != '\0')
        (void)json_object_set_new(problem, "field", json_string(field));
    char *body = json_text(arena, problem);
    response->content_type = "application/problem+json";
    if (body == NULL) { // out of memory, or a detail that is no UTF-8: the status still says what matters
        response->body = "{\"type\":\"about:blank\"}";
        response->body_length = strlen(response->body);
    } else {
        response->body = body;
        response->body_length = strlen(body);
    }
}

static void respond(struct http_request *request, struct http_response *response, const char *code,
                    const char *field, const char *detail) {
    int status = response->status;
    const struct static_asset *page = page_of(request, status, code);
    if (page == NULL) {
        set_json(request, response, code, field, detail);
    } else {
        response->content_type = page->content_type;
        response->body = page->plain.bytes;
        response->body_length = page->plain.length;
    }
    http_response_header(response, "Cache-Control", "no-store");
    if (status == 503 || status == 429)
        http_response_header(response, "Retry-After",
                             arena_print(http_request_arena(request), "%d", PROBLEM_RETRY_AFTER_S));
    http_respond(request, response);
}

void problem_respond_status(struct http_request *request, int status, const char *code, const char *field,
                            const char *detail) {
    struct http_response response = {.status = status};
    respond(request, &response, code, field, detail);
}

void problem_respond_memory(struct http_request *request) {
    problem_respond_status(request, 503, "unavailable", NULL, "out of memory");
}

void problem_respond_method(struct http_request *request, const char *allow) {
    struct http_response response = {.status = 405};
    http_response_header(&response, "Allow", allow);
    respond(request, &response, "method", NULL, "the path is known, but not for this method");
}

void problem_respond(struct http_request *request, const struct error *err, const char *code) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind != err->kind)
            continue;
        const char *detail = err->message;
        if (err->kind == ERROR_UNAVAILABLE) {
            LOG(LOG_WARNING, "unavailable", log_text("request", http_request_id(request)),
                log_text("cause", err->message));
            detail = "the service cannot do this now; nothing was changed; try again after the time in "
                     "Retry-After";
        }
        problem_respond_status(request, kinds[i].status,
                               code != NULL        ? code
                               : err->code != NULL ? err->code
                                                   : kinds[i].code,
                               err->field, detail);
        return;
    }
    problem_respond_status(request, 500, "internal", NULL, "an error without a kind");
}
