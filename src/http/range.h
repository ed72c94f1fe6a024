// range.h - answers with a file, or with the part of it that was asked for (RFC 9110 section 14).
//
// Browsers ask for parts of a film when somebody jumps in it or a line breaks. One part is answered as such;
// several at once are answered with the whole, which the standard allows and no player asks for.
#pragma once

#include <stdint.h>

#include "http/server.h"

enum range_kind { RANGE_WHOLE, RANGE_PART, RANGE_BEYOND };

struct range {
    uint64_t offset, length;
};

// What a Range header (NULL: none) asks for of `size` bytes. A header that is not understood asks for the
// whole. RANGE_BEYOND: nothing of what it asks for exists. ret_range is set for RANGE_PART alone.
enum range_kind range_parse(const char *header, uint64_t size, struct range *ret_range);

struct range_file {
    FILE *stream;   // read at places of its own: many requests may share it
    uint64_t bytes; // more than 0
    // The texts live until the response is sent.
    const char *content_type, *cache_control;
    const char *tag; // a strong entity tag, with its quotation marks
};

// 200, 206, 304 or 416. Range holds for GET alone, and only while If-Range, if there is one, names the tag.
void range_respond(struct http_request *request, const struct range_file *file);
