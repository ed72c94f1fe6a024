// routes.c - the table of routes, and what is checked before a handler sees a request.
#include "site/routes.h"

#include <string.h>

#include "base/log.h"
#include "http/cookie.h"
#include "measure/traffic.h"
#include "site/console.h"
#include "site/handlers.h"
#include "site/pages.h"
#include "site/problem.h"
#include "site/token.h"

#define SESSION_AGE_MS (INT64_C(400) * CLOCK_DAY_MS)
#define READ_SIGNED    ROUTE_SIGNED_IN
#define STEER          (ROUTE_OPERATOR | ROUTE_CHANGES | ROUTE_UNCOUNTED)
#define DECIDE         (ROUTE_ADMIN | ROUTE_CHANGES | ROUTE_UNCOUNTED)
#define STEP           (ROUTE_CHANGES | ROUTE_SIGNED_IN)
#define SEE            (ROUTE_VIEWER | ROUTE_UNCOUNTED)

static const struct route routes[] = {
    {HTTP_GET, "/healthz", handle_alive, ROUTE_UNCOUNTED},
    {HTTP_GET, "/readyz", handle_ready, ROUTE_UNCOUNTED},
    {HTTP_GET, "/metrics", handle_metrics, ROUTE_UNCOUNTED},
    {HTTP_GET, "/qr.svg", handle_qr, 0},
    {HTTP_GET, "/api/v1/campaign", handle_campaign, 0},
    {HTTP_GET, "/api/v1/sandbox/counts", handle_counts, ROUTE_UNCOUNTED},
    {HTTP_POST, "/api/v1/accesses", handle_access, ROUTE_CHANGES},
    {HTTP_POST, "/api/v1/residents", handle_register, ROUTE_CHANGES},
    {HTTP_GET, "/api/v1/me", handle_me, READ_SIGNED},
    {HTTP_GET, "/api/v1/me/points", handle_points, READ_SIGNED},
    {HTTP_GET, "/api/v1/survey", handle_survey, 0},
    {HTTP_GET, "/api/v1/me/survey", handle_my_survey, READ_SIGNED},
    {HTTP_PUT, "/api/v1/me/survey", handle_put_survey, STEP},
    {HTTP_POST, "/api/v1/session/end", handle_session_end, ROUTE_CHANGES},
    {HTTP_POST, "/api/v1/me/journey/begin", handle_begin, STEP},
    {HTTP_POST, "/api/v1/me/journey/consent", handle_consent, STEP},
    {HTTP_POST, "/api/v1/me/journey/procedure", handle_procedure, STEP},
    {HTTP_POST, "/api/v1/me/journey/intent", handle_intent, STEP},
    {HTTP_POST, "/api/v1/me/identity", handle_identity, STEP},
    {HTTP_POST, "/api/v1/me/identity/confirm", handle_identity_confirm, STEP},
    {HTTP_POST, "/api/v1/me/identity/move", handle_identity_move, STEP},
    {HTTP_GET, "/identity/callback", handle_callback, 0},
    {HTTP_GET, "/faq", handle_faq_page, 0},
    {HTTP_GET, "/api/v1/faq", handle_faq, 0},
    {HTTP_POST, "/api/v1/faq/{slug}/opinion", handle_faq_opinion, ROUTE_CHANGES},
    {HTTP_GET, "/api/v1/languages", handle_languages, 0},
    {HTTP_GET, "/api/v1/languages/{code}", handle_language, 0},
    {HTTP_GET, "/api/v1/announcements", handle_announcements, 0},
    {HTTP_GET, "/api/v1/videos", handle_videos, 0},
    {HTTP_GET, "/videos/{file}", handle_video_file, ROUTE_UNCOUNTED}, // a film is asked for in many parts
    {HTTP_POST, "/api/v1/me/application", handle_application, STEP},
    {HTTP_GET, "/api/v1/gate", handle_gate, 0},
    {HTTP_GET, "/api/v1/gate/draw", handle_gate_draw, 0},
    {HTTP_POST, "/api/v1/gate/tickets", handle_gate_tickets, ROUTE_CHANGES},
    {HTTP_POST, "/api/v1/gate/passes", handle_gate_passes, ROUTE_CHANGES},
    {HTTP_GET, "/api/v1/console/gate", handle_console_gate, SEE},
    {HTTP_POST, "/api/v1/console/gate", handle_console_gate_order, STEER},
    {HTTP_POST, "/api/v1/console/gate/reset", handle_console_gate_reset,
     ROUTE_ADMIN | ROUTE_CHANGES | ROUTE_UNCOUNTED},
    {HTTP_POST, "/api/v1/console/gate/assisted", handle_console_gate_assisted, STEER},
    {HTTP_ANY, "/gate/check", handle_gate_check, 0}, // some proxies ask with the visitor's method
    {HTTP_ANY, "/gate/check/{path...}", handle_gate_check, 0},
    {HTTP_ANY, "/gate/envoy{path...}", handle_gate_envoy, 0},
    {HTTP_GET, "/waiting", handle_waiting, 0},
    {HTTP_POST, "/waiting", handle_waiting_press, ROUTE_FORM},

    // Of operators. Their visits are not part of the published counts.
    {HTTP_GET, "/console/ways", handle_console_ways, ROUTE_UNCOUNTED},
    {HTTP_GET, "/console/jump", handle_console_jump, ROUTE_UNCOUNTED},
    {HTTP_GET, "/console/callback", handle_console_callback, ROUTE_UNCOUNTED},
    {HTTP_POST, "/api/v1/console/session", handle_console_enter, ROUTE_CHANGES | ROUTE_UNCOUNTED},
    {HTTP_GET, "/api/v1/console/session", handle_console_session, SEE},
    {HTTP_PUT, "/api/v1/console/session/password", handle_console_password, SEE | ROUTE_CHANGES},
    {HTTP_DELETE, "/api/v1/console/session", handle_console_leave, SEE | ROUTE_CHANGES},
    {HTTP_GET, "/api/v1/console/survey", handle_console_survey, SEE},
    {HTTP_GET, "/api/v1/console/survey.csv", handle_console_survey_csv, ROUTE_OPERATOR | ROUTE_UNCOUNTED},
    {HTTP_POST, "/api/v1/console/calls", handle_console_calls_put, STEER},
    {HTTP_GET, "/api/v1/console/operators", handle_console_operators, ROUTE_ADMIN | ROUTE_UNCOUNTED},
    {HTTP_POST, "/api/v1/console/operators", handle_console_operator_add, DECIDE},
    {HTTP_PUT, "/api/v1/console/operators/{name}", handle_console_operator_change, DECIDE},
    {HTTP_GET, "/api/v1/console/audit", handle_console_audit, SEE},
    {HTTP_GET, "/api/v1/console/faq", handle_console_faq, SEE},
    {HTTP_GET, "/api/v1/console/faq/{slug}/history", handle_console_faq_history, SEE},
    {HTTP_PUT, "/api/v1/console/faq/{slug}", handle_console_faq_write, STEER},
    {HTTP_POST, "/api/v1/console/preview", handle_console_faq_preview, SEE | ROUTE_CHANGES},
    {HTTP_GET, "/api/v1/console/announcements", handle_console_announcements, SEE},
    {HTTP_POST, "/api/v1/console/announcements", handle_console_announce, STEER},
    {HTTP_PUT, "/api/v1/console/announcements/{id}", handle_console_announcement, STEER},
    {HTTP_GET, "/api/v1/console/report", handle_console_report, SEE},
    {HTTP_PUT, "/api/v1/console/report", handle_console_report_set, STEER},
    {HTTP_GET, "/api/v1/console/report/publication", handle_console_publication, SEE},
    {HTTP_POST, "/api/v1/console/report/publication", handle_console_publish, STEER},
    {HTTP_GET, "/report", handle_report_page, 0},
    {HTTP_GET, "/api/v1/report.json", handle_report_data, 0},
    {HTTP_GET, "/api/v1/bookings", handle_bookings, READ_SIGNED},
    {HTTP_POST, "/api/v1/bookings", handle_booking_make, STEP},
    {HTTP_DELETE, "/api/v1/bookings", handle_booking_cancel, STEP},
    {HTTP_GET, "/api/v1/bookings/mine.ics", handle_booking_file, READ_SIGNED},
    {HTTP_GET, "/calendar", handle_calendar_page, 0},
    {HTTP_GET, "/api/v1/calendar/{file}", handle_calendar, 0},
    {HTTP_GET, "/api/v1/console/calendar", handle_console_calendar, SEE},
    {HTTP_PUT, "/api/v1/console/calendar/overrides", handle_console_calendar_override, STEER},
    {HTTP_POST, "/api/v1/console/calendar/versions", handle_console_calendar_publish, STEER},
    {HTTP_GET, "/api/v1/console/staff", handle_console_staff, SEE},
    {HTTP_GET, "/api/v1/console/settings", handle_console_settings, SEE},
    {HTTP_GET, "/api/v1/console/settings/{name}/effect", handle_console_setting_effect, SEE},
    {HTTP_PUT, "/api/v1/console/settings/{name}", handle_console_setting_change, DECIDE},
    {HTTP_GET, "/api/v1/console/now", handle_console_now, SEE},
    {HTTP_GET, "/api/v1/console/heat", handle_console_heat, SEE},
    {HTTP_GET, "/api/v1/console/funnel", handle_console_funnel, SEE},
    {HTTP_GET, "/api/v1/console/participants", handle_console_participants, SEE},
    {HTTP_GET, "/api/v1/console/calls", handle_console_calls, SEE},
    {HTTP_GET, "/api/v1/console/relief", handle_console_relief, SEE},
};

static const struct {
    uint32_t flag;
    const char *name;
} flag_names[] = {{ROUTE_CHANGES, "changes"}, {ROUTE_SIGNED_IN, "signed-in"}, {ROUTE_UNCOUNTED, "uncounted"},
                  {ROUTE_VIEWER, "viewer"},   {ROUTE_OPERATOR, "operator"},   {ROUTE_ADMIN, "admin"},
                  {ROUTE_FORM, "form"}};

void routes_print(FILE *target) {
    static const char *const methods[] = {[HTTP_GET] = "GET",
                                          [HTTP_POST] = "POST",
                                          [HTTP_PUT] = "PUT",
                                          [HTTP_DELETE] = "DELETE",
                                          [HTTP_ANY] = "ANY"};
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const struct route *route = &routes[i];
        uint32_t unnamed = route->flags;
        (void)fprintf(target, "%s %s", methods[route->method], route->pattern);
        for (size_t k = 0; k < sizeof flag_names / sizeof *flag_names; k++) {
            if ((route->flags & flag_names[k].flag) != 0)
                (void)fprintf(target, " %s", flag_names[k].name);
            unnamed &= ~flag_names[k].flag;
        }
        ASSERT(unnamed == 0); // every flag has a name
        (void)fputc('\n', target);
    }
}

struct router *routes_new(void) {
    return router_new(routes, sizeof routes / sizeof *routes);
}

static int64_t signed_in_resident(struct visit *visit) {
    struct token token;
    if (http_request_header(visit->request, "Cookie") == NULL)
        return 0;
    const char *name = cookie_name(http_request_arena(visit->request), "juncho-session", visit->site->secure);
    const char *text = name == NULL ? NULL : http_request_cookie(visit->request, name);
    if (text == NULL ||
        !token_open(text, visit->site->secrets.keys[SECRETS_SESSION], visit->now_ms, SESSION_AGE_MS, &token))
        return 0;
    return token.resident_id;
}

static bool is_json(const char *content_type) {
    static const char json[] = "application/json";
    if (content_type == NULL || strncasecmp(content_type, json, strlen(json)) != 0)
        return false;
    const char *rest = content_type + strlen(json);
    rest += strspn(rest, " \t");
    return *rest == '\0' || *rest == ';';
}

// The origin must be the configured one or, without TLS in front and nothing configured, the host that was
// asked.
static bool is_same_origin(const struct visit *visit) {
    const char *origin = http_request_header(visit->request, "Origin");
    const char *host = http_request_header(visit->request, "Host");
    if (origin == NULL)
        return false;
    if (strcmp(origin, visit->site->public_url) == 0)
        return true;
    return !visit->site->canonical && host != NULL && strncmp(origin, "http://", 7) == 0 &&
           strcmp(origin + 7, host) == 0;
}

// True when the handler may run at once; else it responded, or will run once the operator is known.
static bool admit(struct visit *visit) {
    struct http_request *request = visit->request;
    uint32_t flags = visit->route->flags;
    if ((flags & ROUTE_CHANGES) != 0 && !is_json(http_request_header(request, "Content-Type"))) {
        problem_respond_status(request, 415, "unsupported-media-type", "Content-Type",
                               "Content-Type must be application/json");
        return false;
    }
    if ((flags & (ROUTE_CHANGES | ROUTE_FORM)) != 0 && !is_same_origin(visit)) {
        problem_respond_status(request, 403, "foreign-origin", "Origin",
                               "the Origin header must name this very site");
        return false;
    }
    if ((flags & ROUTE_ROLES) != 0) {
        console_admit(visit);
        return false;
    }
    visit->resident_id = signed_in_resident(visit);
    if ((flags & ROUTE_SIGNED_IN) != 0 && visit->resident_id == 0) {
        problem_respond_status(request, 401, "not-signed-in", NULL,
                               "register first; the session cookie is missing");
        return false;
    }
    return true;
}

static void respond_unrouted(struct visit *visit) {
    struct http_request *request = visit->request;
    if (!visit->match.path_known) {
        problem_respond_status(request, 404, "not-found", NULL, "there is nothing at this path");
        return;
    }
    problem_respond_method(request, visit->match.allow);
}

static const char *sandbox_query(void *context, const char *name) {
    return http_request_query(context, name);
}

static void respond_sandbox(struct visit *visit) {
    struct http_request *request = visit->request;
    size_t length = 0;
    const char *body = http_request_body(request, &length);
    struct sandbox_request asked = {.post = http_request_method(request) == HTTP_POST,
                                    .path = http_request_path(request),
                                    .content_type = http_request_header(request, "Content-Type"),
                                    .authorization = http_request_header(request, "Authorization"),
                                    .body = length == 0 ? NULL : body,
                                    .body_length = length,
                                    .query = sandbox_query,
                                    .context = request,
                                    .now_ms = clock_wall_ms(),
                                    .arena = http_request_arena(request)};
    struct sandbox_response answer = {0};
    sandbox_answer(visit->site->sandbox, &asked, &answer);
    struct http_response response = {.status = answer.status,
                                     .content_type = answer.content_type,
                                     .body = answer.body,
                                     .body_length = answer.body_length};
    for (size_t i = 0; i < answer.headers_count; i++)
        http_response_header(&response, answer.headers[i].name, answer.headers[i].value);
    http_respond(request, &response);
}

void routes_handle(struct http_request *request, void *context) {
    struct site *site = context;
    struct visit *visit = arena_alloc(http_request_arena(request), sizeof *visit);
    const char *path = http_request_path(request);
    if (visit == NULL || !atomic_load_explicit(&site->ready, memory_order_acquire)) {
        problem_respond_status(request, 503, "unavailable", NULL, "the server is starting");
        return;
    }
    visit->site = site;
    visit->request = request;
    visit->now_ms = clock_at_ms(&site->clock, http_request_wall_ms(request));
    http_request_set_context(request, visit);
    enum http_method method = http_request_method(request);
    if (router_find(site->router, method, path, &visit->match)) {
        visit->route = visit->match.route;
        if (admit(visit))
            visit->route->handler(request, site);
    } else if (site->sandbox != NULL && sandbox_owns(site->sandbox, path)) {
        respond_sandbox(visit);
    } else if (visit->match.path_known || !pages_respond(visit)) {
        respond_unrouted(visit);
    }
}

void routes_observe(struct http_request *request, int status, int64_t duration_us, void *context) {
    struct site *site = context;
    const struct visit *visit = http_request_context(request);
    if (visit == NULL) // refused before it had one: not ready, or not HTTP
        return;
    bool counted = visit->route == NULL || (visit->route->flags & ROUTE_UNCOUNTED) == 0;
    const char *route = visit->route == NULL ? "page" : visit->route->pattern;
    duration_us -= visit->held_us;
    if (counted)
        traffic_record(site->traffic, visit->now_ms, route, status, duration_us);
    if (status >= 500 || duration_us > 1000000)
        LOG(LOG_WARNING, "request", log_text("request", http_request_id(request)), log_text("route", route),
            log_number("status", status), log_number("duration_us", duration_us));
    else
        LOG(LOG_DEBUG, "request", log_text("request", http_request_id(request)), log_text("route", route),
            log_number("status", status), log_number("duration_us", duration_us));
}
