// published.c - fetching and keeping what a provider publishes.
#include "identity/published.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/jwks.h"

#define FETCH_BYTES_MAX    (1u << 20)
#define DISCOVERY_PAUSE_MS 5000
#define DISCOVERY_PATH     "/.well-known/openid-configuration"

struct fetch {
    struct http_call call;
    struct arena *arena;
    bool under_way;
};

struct published {
    struct published_options options;
    char issuer[PUBLISHED_ADDRESS_SIZE];
    char discovery_url[PUBLISHED_ADDRESS_SIZE + sizeof DISCOVERY_PATH];
    struct http_client *client;
    struct published_endpoints endpoints; // written once, before endpoints_known
    atomic_bool endpoints_known;
    pthread_mutex_t mutex; // over everything below
    struct fetch discovery, keys;
    int64_t discovery_allowed_ms;
    struct jwks jwks;
    struct published_wait *waiting;
};

static bool is_this_machine(const char *host) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncmp(host, names[i], length) == 0)
            return true;
    return false;
}

bool published_address_is_fine(const char *address, bool plain_http) {
    size_t length = strlen(address);
    if (length >= PUBLISHED_ADDRESS_SIZE)
        return false;
    for (const char *c = address; *c != '\0'; c++)
        if (*c <= 0x20 || *c > 0x7e || *c == '#' || *c == '@')
            return false;
    const char *host = NULL;
    if (text_starts_with(address, "https://"))
        host = address + strlen("https://");
    else if (text_starts_with(address, "http://")) {
        host = address + strlen("http://");
        if (!plain_http && !is_this_machine(host))
            return false;
    }
    return host != NULL && strcspn(host, ":/?") > 0;
}

static bool set_endpoint(const struct published *published, char target[PUBLISHED_ADDRESS_SIZE],
                         const char *address, const char *name, struct error *err) {
    if (address == NULL || !published_address_is_fine(address, published->options.plain_http) ||
        !text_copy(target, PUBLISHED_ADDRESS_SIZE, address))
        return error_set_field(err, ERROR_INVALID, name, "%s is no https address", name);
    return true;
}

// Endpoints where Keycloak has them below the issuer, unless they are configured.
static bool set_by_convention(struct published *published, const struct published_options *options,
                              struct error *err) {
    struct published_endpoints *endpoints = &published->endpoints;
    const struct {
        const char *given, *path, *name;
        char *target;
    } each[] = {
        {options->authorization_endpoint, "auth", "authorization_endpoint", endpoints->authorization},
        {options->token_endpoint, "token", "token_endpoint", endpoints->token},
        {options->userinfo_endpoint, "userinfo", "userinfo_endpoint", endpoints->userinfo},
        {options->jwks_uri, "certs", "jwks_uri", endpoints->jwks},
    };
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        char address[2 * PUBLISHED_ADDRESS_SIZE];
        (void)snprintf(address, sizeof address, "%s/protocol/openid-connect/%s", published->issuer,
                       each[i].path);
        if (!set_endpoint(published, each[i].target, each[i].given != NULL ? each[i].given : address,
                          each[i].name, err))
            return false;
    }
    atomic_store(&published->endpoints_known, true);
    return true;
}

bool published_new(const struct published_options *options, struct http_client *client,
                   struct published **ret_published, struct error *err) {
    struct published *published = calloc(1, sizeof *published);
    if (published == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the provider");
    published->options = *options;
    published->client = client;
    (void)pthread_mutex_init(&published->mutex, NULL);
    jwks_init(&published->jwks);
    published->discovery.arena = arena_new(FETCH_BYTES_MAX);
    published->keys.arena = arena_new(FETCH_BYTES_MAX);
    bool ok = true;
    if (published->discovery.arena == NULL || published->keys.arena == NULL)
        ok = error_set(err, ERROR_UNAVAILABLE, "no memory for the provider");
    else if (!set_endpoint(published, published->issuer, options->issuer, "issuer", err))
        ok = false;
    (void)snprintf(published->discovery_url, sizeof published->discovery_url, "%s%s", published->issuer,
                   DISCOVERY_PATH);
    if (ok && !options->discover)
        ok = set_by_convention(published, options, err);
    if (!ok) {
        published_free(published);
        return false;
    }
    *ret_published = published;
    return true;
}

void published_free(struct published *published) {
    if (published == NULL)
        return;
    jwks_done(&published->jwks);
    arena_free(published->discovery.arena);
    arena_free(published->keys.arena);
    (void)pthread_mutex_destroy(&published->mutex);
    free(published);
}

const struct published_endpoints *published_endpoints(const struct published *published) {
    return atomic_load(&published->endpoints_known) ? &published->endpoints : NULL;
}

// Under the mutex. The address must live until the fetch has ended.
static bool begin(struct published *published, struct fetch *fetch, const char *url,
                  void (*done)(struct http_call *, const struct error *), struct error *err) {
    arena_reset(fetch->arena);
    fetch->call = (struct http_call){.url = url,
                                     .timeout_ms = published->options.timeout_ms,
                                     .arena = fetch->arena,
                                     .context = published,
                                     .done = done};
    fetch->under_way = true;
    if (http_client_send(published->client, &fetch->call, err))
        return true;
    fetch->under_way = false;
    return false;
}

static bool answer_is_fine(const struct http_call *call, const struct error *call_err, const char *what,
                           struct error *err) {
    if (call_err != NULL) {
        *err = *call_err;
        error_prefix(err, "%s: ", what);
        return false;
    }
    return call->status == 200 || error_set(err, ERROR_UNAVAILABLE, "%s: status %d", what, call->status);
}

static void keys_done(struct http_call *call, const struct error *call_err) {
    struct published *published = call->context;
    struct error err = {0};
    (void)pthread_mutex_lock(&published->mutex);
    bool ok = answer_is_fine(call, call_err, "the provider's keys", &err) &&
              jwks_take(&published->jwks, call->body, call->body_length, &err);
    if (!ok)
        jwks_fetch_failed(&published->jwks, published->options.wall_ms());
    published->keys.under_way = false;
    struct published_wait *waiting = published->waiting;
    published->waiting = NULL;
    (void)pthread_mutex_unlock(&published->mutex);
    while (waiting != NULL) {
        struct published_wait *wait = waiting;
        waiting = wait->next;
        wait->ready(wait, ok ? NULL : &err); // the wait may be gone after this
    }
}

// Under the mutex.
static bool fetch_keys(struct published *published, struct error *err) {
    if (published->keys.under_way)
        return true;
    int64_t now_ms = published->options.wall_ms();
    if (!jwks_may_fetch(&published->jwks, now_ms))
        return error_set(err, ERROR_UNAVAILABLE, "the provider's keys were fetched a moment ago");
    if (begin(published, &published->keys, published->endpoints.jwks, keys_done, err))
        return true;
    jwks_fetch_failed(&published->jwks, now_ms);
    return false;
}

const struct key *published_key(struct published *published, const struct jwt_header *header) {
    (void)pthread_mutex_lock(&published->mutex);
    struct error ignored;
    if (jwks_is_old(&published->jwks, published->options.wall_ms()))
        (void)fetch_keys(published, &ignored); // the next visit will have them; this one need not wait
    const struct key *key = jwks_find(&published->jwks, header);
    (void)pthread_mutex_unlock(&published->mutex);
    return key;
}

bool published_refresh(struct published *published, struct published_wait *wait, struct error *err) {
    (void)pthread_mutex_lock(&published->mutex);
    bool ok = fetch_keys(published, err);
    if (ok) {
        wait->next = published->waiting;
        published->waiting = wait;
    }
    (void)pthread_mutex_unlock(&published->mutex);
    return ok;
}

static bool take_discovery(struct published *published, const struct http_call *call, struct error *err) {
    CLEANUP(json_cleanup) json_t *document = NULL;
    const char *issuer = NULL, *authorization = NULL, *token = NULL, *userinfo = NULL, *jwks = NULL;
    size_t bytes_max = PUBLISHED_ADDRESS_SIZE - 1;
    if (!json_parse_object(call->body, call->body_length, &document, err) ||
        !json_member_text(document, "issuer", bytes_max, &issuer, err) ||
        !json_member_text(document, "authorization_endpoint", bytes_max, &authorization, err) ||
        !json_member_text(document, "token_endpoint", bytes_max, &token, err) ||
        !json_member_text(document, "userinfo_endpoint", bytes_max, &userinfo, err) ||
        !json_member_text(document, "jwks_uri", bytes_max, &jwks, err))
        return false;
    if (strcmp(issuer, published->issuer) != 0)
        return error_set_field(err, ERROR_DENIED, "issuer", "discovery: another issuer");
    struct published_endpoints *endpoints = &published->endpoints;
    if (!set_endpoint(published, endpoints->authorization, authorization, "authorization_endpoint", err) ||
        !set_endpoint(published, endpoints->token, token, "token_endpoint", err) ||
        !set_endpoint(published, endpoints->userinfo, userinfo, "userinfo_endpoint", err) ||
        !set_endpoint(published, endpoints->jwks, jwks, "jwks_uri", err))
        return false;
    atomic_store(&published->endpoints_known, true);
    return true;
}

static void discovery_done(struct http_call *call, const struct error *call_err) {
    struct published *published = call->context;
    struct error err = {0};
    (void)pthread_mutex_lock(&published->mutex);
    published->discovery.under_way = false;
    if (answer_is_fine(call, call_err, "discovery", &err) && take_discovery(published, call, &err))
        (void)fetch_keys(published, &err);
    (void)pthread_mutex_unlock(&published->mutex);
}

void published_prepare(struct published *published) {
    struct error err = {0};
    int64_t now_ms = published->options.wall_ms();
    (void)pthread_mutex_lock(&published->mutex);
    if (published_endpoints(published) != NULL) {
        if (!published->jwks.fetched)
            (void)fetch_keys(published, &err);
    } else if (!published->discovery.under_way && now_ms >= published->discovery_allowed_ms) {
        published->discovery_allowed_ms = now_ms + DISCOVERY_PAUSE_MS;
        (void)begin(published, &published->discovery, published->discovery_url, discovery_done, &err);
    }
    (void)pthread_mutex_unlock(&published->mutex);
}
