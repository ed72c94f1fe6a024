// static.h - answers with a document that is the same for everybody: a page, a script, a generated text.
//
// A document has one to three forms (plain, brotli, gzip), each with an entity tag of its own, so that a
// browser that has it already is told so in a few bytes. Nothing is compressed while a request waits.
#pragma once

#include <stddef.h>

#include "http/server.h"

#define STATIC_TAG_SIZE 32

struct static_form {
    const void *bytes; // NULL: this form does not exist
    size_t length;
    char tag[STATIC_TAG_SIZE]; // with its quotation marks
};

struct static_asset {
    const char *path; // "/index.html"
    const char *content_type;
    const char *cache_control;
    struct static_form plain, brotli, gzip;
    bool permanent; // it and its texts live longer than the server and never change: sent without a copy
};

#define STATIC_CACHE_FOR_EVER "public, max-age=31536000, immutable" // the name changes with the content
#define STATIC_CACHE_ASK      "no-cache"                            // keep it, but ask whether it changed

// Gives every form that has bytes its entity tag: a hash of its content and its encoding.
void static_asset_tag(struct static_asset *asset);

// "text/html; charset=utf-8" by the extension of a path; "application/octet-stream" when it is not known.
const char *static_content_type(const char *path);

// Responds with the form that the request accepts best, or with 304 when the client has it.
// Adds `headers` (a list that ends with a NULL name; or NULL) to both.
void static_respond(struct http_request *request, const struct static_asset *asset,
                    const struct http_header *headers);

// The forms that an Accept-Encoding header allows; NULL allows neither.
struct static_accepts {
    bool brotli, gzip;
};
struct static_accepts static_accepts(const char *accept_encoding);
// Whether an If-None-Match header names this tag (weak comparison, RFC 9110 13.1.2); NULL names none.
bool static_tag_matches(const char *if_none_match, const char *tag);
