// range.c - reads "bytes=0-99" and answers with those bytes.
#include "http/range.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "http/static.h"

// More digits than any size has are as good as endless.
static bool read_number(const char **text, uint64_t *ret_number) {
    const char *digit = *text;
    uint64_t number = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        number = number > UINT64_MAX / 10 - 1 ? UINT64_MAX : number * 10 + (uint64_t)(*digit - '0');
    bool any = digit != *text;
    *text = digit;
    *ret_number = number;
    return any;
}

enum range_kind range_parse(const char *header, uint64_t size, struct range *ret_range) {
    static const char unit[] = "bytes=";
    uint64_t first = 0, last = 0;
    if (header == NULL || strncasecmp(header, unit, strlen(unit)) != 0)
        return RANGE_WHOLE;
    const char *text = header + strlen(unit);
    text += strspn(text, " \t");
    bool has_first = read_number(&text, &first);
    if (*text != '-')
        return RANGE_WHOLE;
    text++;
    bool has_last = read_number(&text, &last);
    text += strspn(text, " \t");
    if (*text != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first))
        return RANGE_WHOLE;
    if (!has_first) { // the last so many bytes
        first = last < size ? size - last : 0;
        if (last == 0)
            return RANGE_BEYOND;
    }
    if (first >= size)
        return RANGE_BEYOND;
    if (!has_first || !has_last || last >= size)
        last = size - 1;
    *ret_range = (struct range){.offset = first, .length = last - first + 1};
    return RANGE_PART;
}

static void respond_beyond(struct http_request *request, const struct range_file *file) {
    struct http_response response = {.status = 416};
    const char *size = arena_print(http_request_arena(request), "bytes */%" PRIu64, file->bytes);
    if (size != NULL)
        http_response_header(&response, "Content-Range", size);
    http_response_header(&response, "Cache-Control", "no-store");
    http_respond(request, &response);
}

// The part's words go into the header; without memory for them the whole is as good an answer.
static void narrow(struct http_request *request, struct range part, uint64_t bytes,
                   struct http_response *response) {
    const char *place = arena_print(http_request_arena(request), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                                    part.offset, part.offset + part.length - 1, bytes);
    if (place == NULL)
        return;
    response->status = 206;
    response->body_offset = part.offset;
    response->body_length = (size_t)part.length;
    http_response_header(response, "Content-Range", place);
}

void range_respond(struct http_request *request, const struct range_file *file) {
    const char *condition = http_request_header(request, "If-Range");
    bool holds =
        http_request_method(request) == HTTP_GET && (condition == NULL || strcmp(condition, file->tag) == 0);
    struct range part = {0, 0};
    enum range_kind kind =
        range_parse(holds ? http_request_header(request, "Range") : NULL, file->bytes, &part);
    struct http_response response = {.status = 200,
                                     .content_type = file->content_type,
                                     .body_file = file->stream,
                                     .body_length = (size_t)file->bytes};
    http_response_header(&response, "ETag", file->tag);
    http_response_header(&response, "Cache-Control", file->cache_control);
    http_response_header(&response, "Accept-Ranges", "bytes");
    if (static_tag_matches(http_request_header(request, "If-None-Match"), file->tag)) {
        response.status = 304;
        response.content_type = NULL;
        response.body_file = NULL;
    } else if (kind == RANGE_BEYOND) {
        respond_beyond(request, file);
        return;
    } else if (kind == RANGE_PART) {
        narrow(request, part, file->bytes, &response);
    }
    http_respond(request, &response);
}
