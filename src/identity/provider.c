// provider.c - options and the way out: the address to which a resident's browser goes.
#include <string.h>

#include <sodium.h>

#include "base/text.h"
#include "identity/form.h"
#include "identity/municipality.h"
#include "identity/provider_internal.h"

#define TIMEOUT_MS_MAX 120000
#define VISIBLE_ASCII \
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

static bool wrong(struct error *err, const char *option, const char *words) {
    return error_set_field(err, ERROR_INVALID, option, "%s %s", option, words);
}

static bool take_texts(struct provider *provider, const struct provider_options *options, struct error *err) {
    const char *scopes = options->scopes != NULL ? options->scopes : PROVIDER_SCOPES;
    size_t first = strcspn(scopes, " ");
    if (!text_is_made_of(scopes, VISIBLE_ASCII " ", 1, PROVIDER_TEXT_SIZE - 1) || first != strlen("openid") ||
        !text_starts_with(scopes, "openid") || !text_copy(provider->scopes, sizeof provider->scopes, scopes))
        return wrong(err, "scopes", "must be a list that begins with openid");
    if (options->client_id == NULL ||
        !text_is_made_of(options->client_id, VISIBLE_ASCII, 1, PROVIDER_TEXT_SIZE - 1) ||
        !text_copy(provider->client_id, sizeof provider->client_id, options->client_id))
        return wrong(err, "client_id", "must be 1 to 255 characters without spaces");
    if (options->acr_values != NULL &&
        (!text_is_made_of(options->acr_values, VISIBLE_ASCII " ", 0, PROVIDER_TEXT_SIZE - 1) ||
         !text_copy(provider->acr_values, sizeof provider->acr_values, options->acr_values)))
        return wrong(err, "acr_values", "must be words of ASCII, 255 characters at most");
    const char *prefecture = options->rules.prefecture;
    if (prefecture != NULL && (municipality_count(prefecture) == 0 ||
                               !text_copy(provider->prefecture, sizeof provider->prefecture, prefecture)))
        return wrong(err, "prefecture", "must be one whose municipalities are known: 東京都");
    return true;
}

static bool take_addresses(struct provider *provider, const struct provider_options *options,
                           struct error *err) {
    // A redirect back to plain HTTP on another machine is what a municipality's test network may have.
    if (options->redirect_uri == NULL || !published_address_is_fine(options->redirect_uri, true) ||
        !text_copy(provider->redirect_uri, sizeof provider->redirect_uri, options->redirect_uri))
        return wrong(err, "redirect_uri", "is no address");
    if (options->issuer == NULL || !text_copy(provider->issuer, sizeof provider->issuer, options->issuer))
        return wrong(err, "issuer", "is no https address");
    if (options->audience != NULL &&
        !text_copy(provider->audience, sizeof provider->audience, options->audience))
        return wrong(err, "audience", "is too long");
    return true;
}

void provider_set_age_min(struct provider *provider, int age_min) {
    atomic_store_explicit(&provider->age_min, age_min, memory_order_relaxed);
}

static bool take(struct provider *provider, const struct provider_options *options, struct error *err) {
    if (!take_texts(provider, options, err) || !take_addresses(provider, options, err))
        return false;
    const char *secret = options->client_secret == NULL ? "" : options->client_secret;
    if ((options->client_key == NULL && secret[0] == '\0') || options->subject_key == NULL)
        return wrong(err, "key_file", "is missing");
    if (!text_copy(provider->client_secret, sizeof provider->client_secret, secret))
        return wrong(err, "secret_file", "holds more than 255 characters");
    if (options->in_flight_max == 0)
        return wrong(err, "in_flight_max", "must be at least 1");
    if (options->timeout_ms <= 0 || options->timeout_ms > TIMEOUT_MS_MAX)
        return wrong(err, "timeout_ms", "must lie between 1 and 120000");
    memcpy(provider->subject_key, options->subject_key, sizeof provider->subject_key);
    provider->client_key = options->client_key;
    provider_set_age_min(provider, options->rules.age_min);
    provider->in_flight_max = options->in_flight_max;
    provider->timeout_ms = options->timeout_ms;
    provider->wall_ms = options->wall_ms != NULL ? options->wall_ms : clock_wall_ms;
    return true;
}

bool provider_new(const struct provider_options *options, struct http_client *client,
                  struct provider **ret_provider, struct error *err) {
    struct provider *provider = calloc(1, sizeof *provider);
    if (provider == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the provider");
    provider->client = client;
    if (!take(provider, options, err)) {
        provider_free(provider);
        return false;
    }
    struct published_options published = {.issuer = options->issuer,
                                          .authorization_endpoint = options->authorization_endpoint,
                                          .token_endpoint = options->token_endpoint,
                                          .userinfo_endpoint = options->userinfo_endpoint,
                                          .jwks_uri = options->jwks_uri,
                                          .discover = options->discover,
                                          .plain_http = options->plain_http,
                                          .timeout_ms = provider->timeout_ms,
                                          .wall_ms = provider->wall_ms};
    if (!published_new(&published, client, &provider->published, err)) {
        provider_free(provider);
        return false;
    }
    *ret_provider = provider;
    return true;
}

void provider_free(struct provider *provider) {
    if (provider == NULL)
        return;
    ASSERT(atomic_load(&provider->in_flight) == 0);
    published_free(provider->published);
    sodium_memzero(provider->subject_key, sizeof provider->subject_key);
    sodium_memzero(provider->client_secret, sizeof provider->client_secret);
    free(provider);
}

void provider_prepare(struct provider *provider) {
    published_prepare(provider->published);
}

// BASE64URL(SHA256(ASCII(code_verifier))), RFC 7636 section 4.2.
static void code_challenge(const char *verifier, char target[TRANSACTION_TEXT_SIZE]) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)verifier, strlen(verifier));
    text_base64url(target, TRANSACTION_TEXT_SIZE, hash, sizeof hash);
}

bool provider_begin(struct provider *provider, const struct transaction *transaction, struct arena *arena,
                    const char **ret_location, struct error *err) {
    const struct published_endpoints *endpoints = published_endpoints(provider->published);
    if (endpoints == NULL) {
        published_prepare(provider->published);
        return error_set(err, ERROR_UNAVAILABLE, "the provider's endpoints are not discovered yet");
    }
    char challenge[TRANSACTION_TEXT_SIZE];
    code_challenge(transaction->code_verifier, challenge);
    struct buffer location;
    buffer_init(&location, arena);
    form_address(&location, endpoints->authorization);
    form_add(&location, "response_type", "code");
    form_add(&location, "scope", provider->scopes);
    form_add(&location, "client_id", provider->client_id);
    form_add(&location, "redirect_uri", provider->redirect_uri);
    form_add(&location, "state", transaction->state);
    form_add(&location, "nonce", transaction->nonce);
    form_add(&location, "code_challenge", challenge);
    form_add(&location, "code_challenge_method", "S256");
    form_add(&location, "acr_values", provider->acr_values[0] != '\0' ? provider->acr_values : NULL);
    if (location.failed)
        return error_set(err, ERROR_UNAVAILABLE, "no memory for the address of the provider");
    *ret_location = location.text;
    return true;
}
