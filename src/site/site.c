// site.c - putting the parts together, in the order in which they need one another.
#include "site/site.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "guidance/guidance.h"
#include "guidance/news.h"
#include "guidance/videos.h"
#include "measure/questionnaire.h"
#include "measure/traffic.h"
#include "migrations_list.h"
#include "site/announcements.h"
#include "site/calendars.h"
#include "site/console.h"
#include "site/context.h"
#include "site/gate_keeper.h"
#include "site/held.h"
#include "site/herald.h"
#include "site/listeners.h"
#include "site/pages.h"
#include "site/routes.h"
#include "site/terms.h"
#include "site/ticker.h"
#include "store/migrate.h"

#define HELD_AT_PROVIDER_S    20 // a page that loads
#define HELD_BY_WRITER_S      10 // the app waits for twice as long
#define BODY_BYTES_MAX        ((size_t)64 << 10)
#define ARENA_BYTES_MAX       ((size_t)1 << 20)
#define PROVIDER_BODY_MAX     ((size_t)256 << 10)
#define PROXIES_MAX           16
#define VISITS_PER_CONNECTION 32
#define SANDBOX_CLIENT_ID     "RP00000001"
#define SANDBOX_PATH          "/sandbox/api/realms/main"

struct running {
    struct site site;
    struct ticker *ticker;
    struct gate_keeper *gate_keeper;
    char address[CONFIG_TEXT_SIZE];
    char issuer[CONFIG_TEXT_SIZE + 64];
    char redirect_uri[CONFIG_TEXT_SIZE + 64];
    char proxies_text[CONFIG_TEXT_SIZE];
    const char *proxies[PROXIES_MAX + 1];
    struct http_header headers[8], data_headers[4];
};

static struct running *running_of(struct site *site) {
    return (struct running *)(void *)((char *)site - offsetof(struct running, site));
}

static bool prepare_store(struct site *site, struct error *err) {
    int applied = 0;
    int64_t now_ms = clock_now_ms(&site->clock);
    if (!store_open(site->config->store.url, &site->store, err) ||
        !migrate_run(site->store, MIGRATIONS, MIGRATIONS_COUNT, now_ms, &applied, err))
        return false;
    if (applied > 0)
        LOG(LOG_INFO, "store brought up to date", log_text("store", store_name(site->store)),
            log_number("migrations", applied));
    CLEANUP(session_cleanup) struct session *session = NULL;
    return session_open(site->store, SESSION_WRITE, &session, err) && terms_open(site, session, err) &&
           guidance_refresh(site->guidance, session, now_ms, err);
}

static bool load_secrets(struct site *site, struct error *err) {
    char path[CONFIG_TEXT_SIZE + 8];
    bool sandbox = strcmp(site->config->identity.provider, "sandbox") == 0;
    const char *configured = site->config->server.key_file;
    if (sandbox && configured[0] == '\0' && !text_starts_with(site->config->store.url, "sqlite:"))
        configured = "juncho.key";
    CLEANUP(session_cleanup) struct session *session = NULL;
    return secrets_find(configured, site->config->store.url, path, sizeof path, err) &&
           session_open(site->store, SESSION_WRITE, &session, err) &&
           secrets_open(&site->secrets, session, path, err);
}

static void split_proxies(struct running *running) {
    size_t count = 0;
    (void)snprintf(running->proxies_text, sizeof running->proxies_text, "%s",
                   running->site.config->server.trusted_proxies);
    char *rest = running->proxies_text, *word = NULL;
    while (count < PROXIES_MAX && (word = strsep(&rest, " ")) != NULL)
        if (word[0] != '\0')
            running->proxies[count++] = word;
}

static void fill_headers(struct running *running) {
    static const struct http_header no_more = {NULL, NULL},
                                    strict = {"Strict-Transport-Security", "max-age=31536000"};
    const struct http_header sniffing = {"X-Content-Type-Options", "nosniff"};
    const struct http_header data[] = {
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"}, sniffing};
    const struct http_header headers[] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
         "font-src 'self'; connect-src 'self'; manifest-src 'self'; media-src 'self'; "
         "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        sniffing,
        {"Referrer-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    };
    size_t count = sizeof headers / sizeof *headers, data_count = sizeof data / sizeof *data;
    memcpy(running->headers, headers, sizeof headers);
    memcpy(running->data_headers, data, sizeof data);
    if (running->site.secure)
        running->headers[count++] = running->data_headers[data_count++] = strict;
    running->headers[count] = running->data_headers[data_count] = no_more;
}

static bool listen_on(struct running *running, struct error *err) {
    struct site *site = &running->site;
    const struct config *config = site->config;
    char host[CONFIG_TEXT_SIZE];
    int64_t port = 0;
    const char *colon = strrchr(config->server.listen, ':');
    if (colon == NULL || !text_parse_int(colon + 1, 0, 65535, &port))
        return error_set_field(err, ERROR_INVALID, "server.listen", "\"%.60s\" is not ADDR:PORT",
                               config->server.listen);
    (void)snprintf(host, sizeof host, "%.*s", (int)(colon - config->server.listen), config->server.listen);
    size_t length = strlen(host);
    bool bracketed = length > 2 && host[0] == '[' && host[length - 1] == ']';
    if (bracketed)
        host[length - 1] = '\0';
    struct http_options options = {.address = bracketed ? host + 1 : host,
                                   .port = (uint16_t)port,
                                   .loops = (unsigned)config->server.loops,
                                   .body_bytes_max = BODY_BYTES_MAX,
                                   .arena_bytes_max = ARENA_BYTES_MAX,
                                   .idle_timeout_s = (unsigned)config->server.idle_timeout_s,
                                   .connections_max = (unsigned)config->server.connections_max,
                                   .connections_per_address_max =
                                       (unsigned)config->server.connections_per_address_max,
                                   .trusted_proxies = running->proxies,
                                   .default_headers = running->headers,
                                   .data_headers = running->data_headers};
    if (!http_server_start(&options, routes_handle, routes_observe, site, &site->server, err))
        return false;
    (void)snprintf(running->address, sizeof running->address, "http://%s%s:%u", options.address,
                   bracketed ? "]" : "", http_server_port(site->server));
    if (bracketed)
        (void)snprintf(running->address, sizeof running->address, "http://[%s]:%u", options.address,
                       http_server_port(site->server));
    if (!site->canonical)
        (void)snprintf(site->public_url, sizeof site->public_url, "%s", running->address);
    return true;
}

static const char *none_if_empty(const char *text) {
    return text[0] == '\0' ? NULL : text;
}

static bool prepare_sandbox(struct running *running, struct provider_options *options, struct error *err) {
    struct site *site = &running->site;
    (void)snprintf(running->issuer, sizeof running->issuer, "%s" SANDBOX_PATH, site->public_url);
    site->client_key = key_derive(site->secrets.keys[SECRETS_SANDBOX_CLIENT]);
    if (site->client_key == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    struct sandbox_options sandbox = {.issuer = running->issuer,
                                      .client_id = SANDBOX_CLIENT_ID,
                                      .redirect_uri = running->redirect_uri,
                                      .client_key = site->client_key,
                                      .secret = site->secrets.keys[SECRETS_SANDBOX]};
    if (!sandbox_allowed(running->issuer, site->config->identity.issuer, err) ||
        !sandbox_new(&sandbox, &site->sandbox, err))
        return false;
    options->plain_http =
        true; // the sandbox lives at our own address, which may be plain HTTP on a test network
    options->issuer = running->issuer;
    options->client_id = SANDBOX_CLIENT_ID;
    options->client_key = site->client_key;
    return true;
}

static bool prepare_oidc(struct site *site, struct provider_options *options, struct error *err) {
    const struct config *config = site->config;
    if (!key_load(config->identity.key_file, NULL, &site->client_key, err))
        return false;
    if (strcmp(key_algorithm_name(key_algorithm_of(site->client_key)), config->identity.algorithm) != 0)
        return error_set_field(err, ERROR_INVALID, "identity.algorithm",
                               "the key in identity.key_file is for %s",
                               key_algorithm_name(key_algorithm_of(site->client_key)));
    if (!site->secure)
        LOG(LOG_WARNING, "server.public_url is no https address: cookies travel unprotected",
            log_text("public_url", site->public_url));
    options->issuer = config->identity.issuer;
    options->client_id = config->identity.client_id;
    options->authorization_endpoint = none_if_empty(config->identity.authorization_endpoint);
    options->token_endpoint = none_if_empty(config->identity.token_endpoint);
    options->userinfo_endpoint = none_if_empty(config->identity.userinfo_endpoint);
    options->jwks_uri = none_if_empty(config->identity.jwks_uri);
    options->acr_values = none_if_empty(config->identity.acr_values);
    options->discover = config->identity.discovery != 0;
    options->client_key = site->client_key;
    return true;
}

static bool prepare_identity(struct running *running, struct error *err) {
    struct site *site = &running->site;
    const struct config *config = site->config;
    (void)snprintf(running->redirect_uri, sizeof running->redirect_uri, "%s/identity/callback",
                   site->public_url);
    struct http_client_options client = {.connections_max = (unsigned)config->identity.in_flight_max,
                                         .calls_max = (size_t)config->identity.in_flight_max *
                                                      VISITS_PER_CONNECTION * 2,
                                         .body_bytes_max = PROVIDER_BODY_MAX,
                                         .ca_file = none_if_empty(config->identity.ca_file)};
    struct provider_options options = {
        .redirect_uri = running->redirect_uri,
        .scopes = config->identity.scopes,
        .subject_key = site->secrets.keys[SECRETS_SUBJECT],
        .rules = {.age_min = (int)site->campaign->age_min, .prefecture = site->campaign->prefecture},
        // Beyond the connections, visits wait in the client in their order.
        .in_flight_max = (unsigned)config->identity.in_flight_max * VISITS_PER_CONNECTION,
        .timeout_ms = config->identity.timeout_ms};
    bool sandbox = strcmp(config->identity.provider, "sandbox") == 0;
    if (!http_client_start(&client, &site->client, err) ||
        !(sandbox ? prepare_sandbox(running, &options, err) : prepare_oidc(site, &options, err)) ||
        !provider_new(&options, site->client, &site->provider, err))
        return false;
    return true;
}

static bool has_room_at_provider(void *context) {
    const struct site *site = context;
    return gate_may_send(site->gate);
}

static bool has_room_in_writer(void *context) {
    const struct site *site = context;
    return writer_take_room(site->writer);
}

// A language of the city's with words missing works, and is worth a word in the log.
static bool say_gaps(struct site *site, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(GAPS_BYTES_MAX);
    const struct languages *languages = guidance_languages(site->guidance);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t i = 0; i < languages->count; i++) {
        const char *gaps = languages_gaps(&languages->list[i], arena);
        if (gaps != NULL)
            LOG(LOG_WARNING, "a language is not whole", log_text("cause", gaps));
    }
    return true;
}

static bool start(struct running *running, struct error *err) {
    struct site *site = &running->site;
    const struct config *config = site->config;
    struct writer_options writer = {.queue_max = (size_t)config->store.queue_max,
                                    .batch_max = (size_t)config->store.batch_max};
    site->canonical = config->server.public_url[0] != '\0';
    site->secure = text_starts_with(config->server.public_url, "https://");
    (void)snprintf(site->public_url, sizeof site->public_url, "%s", config->server.public_url);
    split_proxies(running);
    fill_headers(running);
    site->traffic = traffic_new((int64_t)(randombytes_random() >> 1));
    site->router = routes_new();
    site->anonymous = allowance_new((unsigned)config->gate.anonymous_per_address_per_min);
    site->held = held_new(HELD_AT_PROVIDER_S, has_room_at_provider, site);
    site->held_by_writer = held_new(HELD_BY_WRITER_S, has_room_in_writer, site);
    site->listeners = announcements_listeners(config);
    if (site->traffic == NULL || site->router == NULL || site->anonymous == NULL || site->held == NULL ||
        site->held_by_writer == NULL || site->listeners == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!pages_new(config->server.web_dir, &site->pages, err) ||
        !guidance_new(config->guidance.languages_dir, &site->guidance, err) || !say_gaps(site, err) ||
        !news_new(guidance_languages(site->guidance), &site->news, err) ||
        !videos_open(config->guidance.videos_dir, guidance_languages(site->guidance), &site->videos, err) ||
        !questionnaire_open(config->survey.questions, &site->questionnaire, err) ||
        !prepare_store(site, err) || !load_secrets(site, err) ||
        !writer_start(site->store, &writer, &site->writer, err) ||
        !readers_start(site->store, (unsigned)config->store.readers, (size_t)config->store.queue_max,
                       &site->readers, err) ||
        !gate_keeper_start(site, &running->gate_keeper, err) || !console_new(site, &site->console, err) ||
        !listen_on(running, err) || !prepare_identity(running, err) || !console_organisation_new(site, err) ||
        !calendars_start(site, &site->calendars, err) || !ticker_start(site, &running->ticker, err) ||
        !herald_start(site, &site->herald, err))
        return false;
    console_offer_link(site);
    atomic_store_explicit(&site->ready, true, memory_order_release);
    provider_prepare(site->provider);
    return true;
}

bool site_start(const struct config *config, const struct clock *clock, struct site **ret_site,
                struct error *err) {
    struct running *running = calloc(1, sizeof *running);
    if (running == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    running->site.clock = *clock;
    if (!terms_new(&running->site, config, err) || !start(running, err)) {
        site_stop(&running->site);
        return false;
    }
    *ret_site = &running->site;
    return true;
}

const char *site_address(const struct site *site) {
    return running_of((struct site *)site)->address;
}

void site_stop(struct site *site) {
    if (site == NULL)
        return;
    struct running *running = running_of(site);
    atomic_store(&site->stopping, true);
    listeners_close(site->listeners);
    // Requests finish first, while everything that they wait for still runs.
    http_server_stop(site->server, site->config->server.stop_wait_s * CLOCK_SECOND_MS);
    http_client_stop(site->client);
    calendars_stop(site->calendars);
    ticker_stop(running->ticker); // writes the last counts
    herald_stop(site->herald);
    readers_stop(site->readers); // what they still read may have something to tell the gate
    gate_keeper_stop(running->gate_keeper);
    writer_stop(site->writer);
    store_close(site->store);
    provider_free(site->provider);
    provider_free(site->organisation);
    sandbox_free(site->sandbox);
    key_free(site->client_key);
    key_free(site->organisation_key);
    videos_free(site->videos);
    herald_free(site->herald);
    listeners_free(site->listeners);
    news_free(site->news);
    guidance_free(site->guidance);
    questionnaire_free(site->questionnaire);
    pages_free(site->pages);
    router_free(site->router);
    traffic_free(site->traffic);
    console_free(site->console);
    allowance_free(site->anonymous);
    held_free(site->held);
    held_free(site->held_by_writer);
    secrets_done(&site->secrets);
    terms_free(site->terms);
    free(running);
}
