// static.c - chooses a form, compares entity tags, responds.
#include "http/static.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define HASH_BYTES 16

static void tag_form(struct static_form *form, const char *encoding) {
    form->tag[0] = '\0';
    if (form->bytes == NULL)
        return;
    unsigned char hash[HASH_BYTES];
    char text[HASH_BYTES * 4 / 3 + 4];
    (void)crypto_generichash(hash, sizeof hash, form->bytes, form->length, NULL, 0);
    text_base64url(text, sizeof text, hash, sizeof hash);
    (void)snprintf(form->tag, sizeof form->tag, "\"%s%s\"", text, encoding);
}

void static_asset_tag(struct static_asset *asset) {
    tag_form(&asset->plain, "");
    tag_form(&asset->brotli, "-br");
    tag_form(&asset->gzip, "-gz");
}

const char *static_content_type(const char *path) {
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
        {".ics", "text/calendar; charset=utf-8"},
        {".xml", "application/xml"},
        {".yaml", "application/yaml"},
        {".mp4", "video/mp4"},
        {".vtt", "text/vtt; charset=utf-8"},
    };
    const char *slash = strrchr(path, '/');
    const char *extension = strrchr(slash == NULL ? path : slash, '.');
    for (size_t i = 0; extension != NULL && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i][0], extension) == 0)
            return types[i][1];
    return "application/octet-stream";
}

// Whether the parameters of one coding ("; q=0.5") allow it: all but a weight of zero do.
static bool weight_allows(const char *parameters, size_t length) {
    const char *end = parameters + length;
    for (const char *c = parameters; c + 2 < end; c++) {
        if ((c[0] != 'q' && c[0] != 'Q') || c[1] != '=')
            continue;
        for (c += 2; c < end && (*c == '0' || *c == '.'); c++)
            continue;
        return c < end && *c >= '1' && *c <= '9';
    }
    return true;
}

struct static_accepts static_accepts(const char *accept_encoding) {
    struct static_accepts accepts = {false, false};
    bool brotli_named = false, gzip_named = false, any = false;
    for (const char *item = accept_encoding; item != NULL && *item != '\0';) {
        item += strspn(item, " \t,");
        size_t length = strcspn(item, ",");
        size_t name_length = strcspn(item, " \t;,");
        bool allowed = weight_allows(item + name_length, length - name_length);
        if (name_length == 2 && strncasecmp(item, "br", 2) == 0) {
            brotli_named = true;
            accepts.brotli = allowed;
        } else if (name_length == 4 && strncasecmp(item, "gzip", 4) == 0) {
            gzip_named = true;
            accepts.gzip = allowed;
        } else if (name_length == 1 && *item == '*') {
            any = allowed;
        }
        item += length;
    }
    accepts.brotli = brotli_named ? accepts.brotli : any;
    accepts.gzip = gzip_named ? accepts.gzip : any;
    return accepts;
}

bool static_tag_matches(const char *if_none_match, const char *tag) {
    size_t tag_length = strlen(tag);
    for (const char *item = if_none_match; item != NULL && *item != '\0';) {
        item += strspn(item, " \t,");
        if (*item == '*')
            return true;
        if (strncmp(item, "W/", 2) == 0)
            item += 2;
        if (*item != '"')
            return false;
        const char *close = strchr(item + 1, '"');
        if (close == NULL)
            return false;
        size_t length = (size_t)(close - item) + 1;
        if (length == tag_length && memcmp(item, tag, length) == 0)
            return true;
        item = close + 1;
    }
    return false;
}

static const struct static_form *choose(const struct static_asset *asset, struct static_accepts accepts,
                                        const char **ret_encoding) {
    if (asset->brotli.bytes != NULL && accepts.brotli) {
        *ret_encoding = "br";
        return &asset->brotli;
    }
    if (asset->gzip.bytes != NULL && accepts.gzip) {
        *ret_encoding = "gzip";
        return &asset->gzip;
    }
    *ret_encoding = NULL;
    return &asset->plain;
}

void static_respond(struct http_request *request, const struct static_asset *asset,
                    const struct http_header *headers) {
    const char *encoding = NULL;
    bool has_choice = asset->brotli.bytes != NULL || asset->gzip.bytes != NULL;
    struct static_accepts accepts = {false, false};
    if (has_choice)
        accepts = static_accepts(http_request_header(request, "Accept-Encoding"));
    const struct static_form *form = choose(asset, accepts, &encoding);
    struct http_response response = {.status = 200,
                                     .content_type = asset->content_type,
                                     .body = form->bytes,
                                     .body_length = form->length,
                                     .body_is_permanent = asset->permanent,
                                     .headers_are_permanent = asset->permanent && headers == NULL};
    http_response_header(&response, "ETag", form->tag);
    http_response_header(&response, "Cache-Control", asset->cache_control);
    if (has_choice)
        http_response_header(&response, "Vary", "Accept-Encoding");
    for (; headers != NULL && headers->name != NULL; headers++)
        http_response_header(&response, headers->name, headers->value);
    if (static_tag_matches(http_request_header(request, "If-None-Match"), form->tag)) {
        response.status = 304;
        response.content_type = NULL;
    } else if (encoding != NULL) {
        http_response_header(&response, "Content-Encoding", encoding);
    }
    http_respond(request, &response);
}
