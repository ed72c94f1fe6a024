// context.h - what every handler of the site knows: the service, and the one visit it answers.
#pragma once

#include <stdatomic.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "campaign/campaign.h"
#include "gate/gate.h"
#include "http/allowance.h"
#include "http/client.h"
#include "http/cookie.h"
#include "http/router.h"
#include "http/server.h"
#include "identity/provider.h"
#include "identity/sandbox.h"
#include "site/config.h"
#include "site/secrets.h"
#include "store/readers.h"
#include "store/writer.h"

struct console;
struct guidance;
struct operator_account;
struct held;
struct traffic;
struct pages;
struct news;
struct herald;
struct listeners;
struct questionnaire;
struct videos;
struct calendars;
struct terms;

struct site {
    // What holds now (site/terms.h): a change puts another one in its place, what was read stays as it is.
    const struct config *_Atomic config;
    const struct campaign *_Atomic campaign;
    struct terms *terms;
    struct clock clock;
    struct secrets secrets;
    struct store *store;
    struct writer *writer;
    struct readers *readers;
    struct http_client *client;
    struct http_server *server;
    struct router *router;
    struct traffic *traffic;
    struct questionnaire *questionnaire; // of the survey
    struct pages *pages;
    struct guidance *guidance;
    struct videos *videos;
    struct news *news;
    struct herald *herald;
    struct listeners *listeners; // pages that wait for an announcement
    atomic_bool publishing;      // a report is being made
    struct console *console;
    struct calendars *calendars;
    struct key *client_key;
    struct provider *provider;
    struct provider *organisation; // of operators; NULL: they have passwords only
    struct key *organisation_key;  // NULL: it knows us by a secret
    struct gate *gate;
    struct held *held;                 // who wait for room at the provider
    struct held *held_by_writer;       // and for room in its queue
    struct allowance *anonymous;       // places for people without an account, by address
    struct sandbox *sandbox;           // NULL with a real provider
    char public_url[CONFIG_TEXT_SIZE]; // "https://points.city.example": scheme, host, port
    char provider_origin[CONFIG_TEXT_SIZE];
    bool secure;       // residents come over TLS: cookies are __Host-, HSTS is sent
    bool canonical;    // public_url was configured
    atomic_bool ready; // everything above is there
    atomic_bool stopping;
    _Atomic int64_t last_id; // of the residents that this node made
};

// Flags of a route; each has its name in routes.c (flag_names).
enum {
    ROUTE_CHANGES = 1,   // needs Content-Type: application/json and a same-origin Origin
    ROUTE_SIGNED_IN = 2, // needs a session
    ROUTE_UNCOUNTED = 4, // not part of the published counts: health, metrics
    // Needs an operator of this role or a higher one; the handler finds visit->operator.
    ROUTE_VIEWER = 8,
    ROUTE_OPERATOR = 16,
    ROUTE_ADMIN = 32,
    // A page's own button: needs a same-origin Origin.
    ROUTE_FORM = 64,
};
#define ROUTE_ROLES (ROUTE_VIEWER | ROUTE_OPERATOR | ROUTE_ADMIN)

// One request on its way; its http_request's context.
struct visit {
    struct site *site;
    struct http_request *request;
    struct route_match match;
    const struct route *route;               // NULL for pages and for the sandbox's paths
    int64_t resident_id;                     // 0: not signed in
    const struct operator_account *operator; // behind a route for operators: who asks
    int64_t now_ms;                          // the service's clock when the request came
    int64_t held_us;                         // that it was held on purpose: no part of what answering took
};

// Reads the body as one object with no members but `names` (ends with NULL).
MUST_CHECK bool visit_body(const struct visit *visit, const char *const *names, json_t **ret_object,
                           struct error *err);
// The index of the visitor's language in guidance_languages(): as asked for by ?language=, else the choice
// kept in the cookie "juncho-language", else what the browser prefers.
size_t visit_language(struct visit *visit);
const char *visit_language_code(struct visit *visit);
// A "{name}" of the route's pattern, in the request's arena; NULL when memory is exhausted.
const char *visit_parameter(const struct visit *visit, const char *name);
// Responds with JSON (status, then the object, which is given up); 503 when memory is exhausted.
// `headers_count` cookies or other headers may stand in `response`.
void visit_respond_json(struct visit *visit, struct http_response *response, json_t *object);
// The same for a text that was written as JSON already; NULL: memory is exhausted.
void visit_respond_written(struct visit *visit, struct http_response *response, const char *json);
// The same for a problem document that has members of its own.
void visit_respond_problem(struct visit *visit, int status, json_t *object);
void visit_respond_empty(struct visit *visit, int status);
// 303 to a path of this site or an address of the provider.
void visit_redirect(struct visit *visit, struct http_response *response, const char *location);
// Adds Set-Cookie for the session of `resident_id`, or one that ends it when 0.
MUST_CHECK bool visit_set_session(struct visit *visit, struct http_response *response, int64_t resident_id);
// A sealed cookie for ten minutes that lets this browser move to the older account; 0 forgets it.
MUST_CHECK bool visit_set_move(struct visit *visit, struct http_response *response, int64_t holder);
// The older account that a valid move cookie of this very resident names; 0: none.
int64_t visit_move_holder(struct visit *visit);
// Adds Set-Cookie, secure when residents come over TLS.
MUST_CHECK bool visit_set_cookie(struct visit *visit, struct http_response *response,
                                 const struct cookie *cookie);
// "R-7K3M-..." and "J-...", in the request's arena.
char *visit_number(struct visit *visit, char letter, int64_t number);
char *visit_time(struct visit *visit, int64_t time_ms); // RFC 3339, in the arena; NULL when out of memory
// True while the campaign runs; else it responded with campaign-not-open or campaign-closed.
bool visit_campaign_is_open(struct visit *visit);
// The same for the journey up to the identity check, which may be open before the campaign is.
bool visit_journey_is_open(struct visit *visit);
