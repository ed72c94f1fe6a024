// request.c - what a request is made of, and what is refused before any handler sees it.
#include "http/request.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/cookie.h"
#include "http/loop.h"
#include "http/server_internal.h"
#include "http/token.h"

#define BODY_CAPACITY_FIRST  4096
#define BODY_DISCARD_MAX     (1 << 20) // read and thrown away so that the client hears the 413
#define FORWARDED_FOR_LENGTH 1000
#define RESPONSE_HEADER_SIZE 2048 // must still have room beside the request's header
#define FIELD_RECORD_SIZE    72   // what libmicrohttpd keeps about a field, or about a cookie

void request_refuse(struct http_request *request, int status, const char *detail) {
    if (request->refused_status != 0)
        return;
    request->refused_status = status;
    (void)snprintf(request->refused_detail, sizeof request->refused_detail, "%s", detail);
}

void request_begin(struct http_request *request, const char *raw_target) {
    request->started_us = request->loop->now_us;
    request->raw_end = raw_target == NULL ? NULL : raw_target + strlen(raw_target);
    struct error err;
    if (raw_target == NULL || *raw_target == '\0')
        request_refuse(request, 400, "the request line has no target");
    else if (!target_parse(request->arena, raw_target, &request->target, &err))
        request_refuse(request, 400, err.message);
    request->close = request->refused_status != 0;
}

static enum http_method parse_method(const char *method) {
    static const struct {
        const char *name;
        enum http_method method;
    } methods[] = {{"GET", HTTP_GET},
                   {"POST", HTTP_POST},
                   {"PUT", HTTP_PUT},
                   {"HEAD", HTTP_HEAD},
                   {"DELETE", HTTP_DELETE}};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i].name) == 0)
            return methods[i].method;
    return HTTP_OTHER;
}

struct header_findings {
    struct http_request *request;
    unsigned hosts, lengths, encodings;
    size_t memory; // beside the bytes of the header
    bool malformed;
    bool chunked;
    const char *content_length;
    const char *next_name; // where the next field must begin if nothing was skipped
};

static bool is_clean_value(const char *value, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

// True when none of eight characters is a control character or beyond ASCII, which can be seen of all at
// once: what is below 0x20 borrows from its highest bit, and 0x7f carries into it. A few others are taken for
// one, too.
static bool are_printable(const char *eight) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t characters;
    memcpy(&characters, eight, sizeof characters);
    return ((characters | (characters - each * 0x20) | (characters + each)) & each * 0x80) == 0;
}

static bool is_clean_header(const char *name, size_t name_length, const char *value, size_t value_length) {
    for (size_t i = 0; i < name_length; i++)
        if (!is_token_char((unsigned char)name[i]))
            return false;
    size_t seen = 0;
    while (value_length - seen >= 8 && are_printable(value + seen))
        seen += 8;
    return name_length > 0 && is_clean_value(value + seen, value_length - seen);
}

static bool follows(const struct header_findings *findings, const char *name, size_t name_length,
                    const char *value) {
    const char *rest = name + name_length + 1;
    if (name != findings->next_name)
        return false;
    while (rest < value && (*rest == ' ' || *rest == '\t'))
        rest++;
    return rest == value;
}

static uint64_t bit_of_length(size_t length) {
    return UINT64_C(1) << (length & 63);
}

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_length, const char *value, size_t value_length) {
    struct header_findings *findings = context;
    if (value == NULL || !is_clean_header(name, name_length, value, value_length) ||
        (HTTP_LIBRARY_IS_LAX && !follows(findings, name, name_length, value))) {
        findings->malformed = true;
        return MHD_NO;
    }
    findings->next_name = value + value_length + 2;
    findings->memory += FIELD_RECORD_SIZE;
    findings->request->name_lengths |= bit_of_length(name_length);
    if (name_length == 4 && strcasecmp(name, "Host") == 0) {
        findings->hosts++;
    } else if (name_length == 14 && strcasecmp(name, "Content-Length") == 0) {
        findings->lengths++;
        findings->content_length = value;
    } else if (name_length == 17 && strcasecmp(name, "Transfer-Encoding") == 0) {
        findings->encodings++;
        findings->chunked = strcasecmp(value, "chunked") == 0;
    } else if (name_length == 15 && strcasecmp(name, "X-Forwarded-For") == 0) {
        findings->request->forwarded_for = value;
    } else if (name_length == 6 && strcasecmp(name, "Cookie") == 0) {
        findings->memory += value_length; // parsed in a copy
        for (const char *pair = value; pair != NULL; pair = strchr(pair + 1, ';'))
            findings->memory += FIELD_RECORD_SIZE;
    }
    return MHD_YES;
}

// What is wrong with the framing; NULL when nothing is. After such a request nobody knows where the next
// starts.
static const char *framing_fault(const struct header_findings *findings, bool is_http11) {
    if (findings->malformed)
        return "a header field is malformed";
    if (findings->lengths > 1)
        return "Content-Length stands there twice";
    if (findings->lengths > 0 && findings->encodings > 0)
        return "Content-Length and Transfer-Encoding exclude each other";
    if (findings->encodings > 1 || (findings->encodings == 1 && !findings->chunked))
        return "the only transfer coding that is understood is chunked, once";
    if (findings->encodings > 0 && !is_http11)
        return "Transfer-Encoding belongs to HTTP/1.1";
    if (findings->content_length != NULL &&
        findings->content_length[strspn(findings->content_length, "0123456789")] != '\0')
        return "Content-Length is not a number";
    if (findings->hosts > 1 || (findings->hosts == 0 && is_http11))
        return "one Host is needed";
    return NULL;
}

static bool is_trusted(const struct http_options *options, const char *address) {
    for (const char *const *proxy = options->trusted_proxies; proxy != NULL && *proxy != NULL; proxy++)
        if (strcmp(*proxy, address) == 0)
            return true;
    return false;
}

// The last address in X-Forwarded-For that is not one of our proxies: what stands further left, anybody may
// have written.
static const char *forwarded_peer(struct http_request *request) {
    const char *peer = request->connection->peer;
    if (!request->connection->trusted || request->forwarded_for == NULL ||
        strlen(request->forwarded_for) > FORWARDED_FOR_LENGTH)
        return peer;
    char *list = arena_copy_text(request->arena, request->forwarded_for);
    while (list != NULL) {
        char *comma = strrchr(list, ',');
        char *address = comma == NULL ? list : comma + 1;
        address += strspn(address, " \t");
        address[strcspn(address, " \t")] = '\0';
        unsigned char binary[sizeof(struct in6_addr)];
        if (inet_pton(AF_INET, address, binary) != 1 && inet_pton(AF_INET6, address, binary) != 1)
            return peer;
        peer = address;
        if (comma == NULL || !is_trusted(request->loop->options, address))
            return peer;
        *comma = '\0';
    }
    return peer;
}

static void check_length(struct http_request *request, const char *content_length) {
    size_t limit = request->loop->options->body_bytes_max;
    int64_t length;
    if (!text_parse_int(content_length, 0, INT64_MAX, &length))
        length = INT64_MAX;
    if ((uint64_t)length > limit)
        request_refuse(request, 413, "the body is larger than this server takes");
    if ((uint64_t)length > limit + BODY_DISCARD_MAX) {
        request->close = true;
        request_respond_problem(request, request->refused_status, request->refused_detail);
        return;
    }
    request->body_capacity = (size_t)length;
}

void request_read_headers(struct http_request *request, const char *method, const char *version) {
    request->headers_seen = true;
    request->method = parse_method(method);
    struct header_findings findings = {.request = request, .next_name = version + strlen(version) + 2};
    (void)MHD_get_connection_values_n(request->mhd, MHD_HEADER_KIND, look_at_header, &findings);
    size_t size = MHD_get_connection_info(request->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    if (HTTP_LIBRARY_IS_LAX && findings.next_name + 2 != method + size)
        findings.malformed = true;
    bool is_http11 = strcmp(version, "HTTP/1.1") == 0;
    const char *fault = framing_fault(&findings, is_http11);
    if (!is_http11 && strcmp(version, "HTTP/1.0") != 0)
        fault = "the protocol is not HTTP/1.1";
    // libmicrohttpd cuts the request line in place, with one NUL before the version: any other distance means
    // that a NUL stood in the target and hid the rest of it.
    else if (request->raw_end != NULL && version != request->raw_end + 1)
        fault = "the request line is malformed";
    if (fault != NULL) {
        request->close = true;
        request_respond_problem(request, 400, fault);
        return;
    }
    if (size + findings.memory + RESPONSE_HEADER_SIZE > CONNECTION_MEMORY_BYTES) {
        request->close = true;
        request_respond_problem(request, 431, "the header is too large");
        return;
    }
    request->peer = forwarded_peer(request);
    if (findings.content_length != NULL)
        check_length(request, findings.content_length);
}

static bool grow_body(struct http_request *request, size_t length_min) {
    size_t limit = request->loop->options->body_bytes_max;
    size_t capacity = request->body == NULL ? request->body_capacity : request->body_capacity * 2;
    if (capacity < BODY_CAPACITY_FIRST && request->body != NULL)
        capacity = BODY_CAPACITY_FIRST;
    while (capacity < length_min)
        capacity = capacity == 0 ? BODY_CAPACITY_FIRST : capacity * 2;
    if (capacity > limit)
        capacity = limit;
    char *body = arena_alloc(request->arena, capacity + 1);
    if (body == NULL)
        return false;
    if (request->body_length > 0)
        memcpy(body, request->body, request->body_length);
    request->body = body;
    request->body_capacity = capacity;
    return true;
}

void request_take_body(struct http_request *request, const char *bytes, size_t length) {
    if (request->refused_status == 0) {
        size_t wanted = request->body_length + length;
        if (wanted > request->loop->options->body_bytes_max)
            request_refuse(request, 413, "the body is larger than this server takes");
        else if ((request->body == NULL || wanted > request->body_capacity) && !grow_body(request, wanted))
            request_refuse(request, 413, "the body is larger than a request's memory");
    }
    if (request->refused_status == 0) {
        memcpy(request->body + request->body_length, bytes, length);
        request->body_length += length;
        return;
    }
    request->body_discarded += length;
    if (request->body_discarded > BODY_DISCARD_MAX + request->loop->options->body_bytes_max)
        request->broken = true;
}

enum http_method http_request_method(const struct http_request *request) {
    return request->method;
}

const char *http_request_path(const struct http_request *request) {
    return request->target.path == NULL ? "" : request->target.path;
}

const char *http_request_query(const struct http_request *request, const char *name) {
    return target_parameter(&request->target, name);
}

const char *http_request_header(const struct http_request *request, const char *name) {
    size_t length = strlen(name);
    const char *value = NULL;
    // Most that is asked for is not there: a cookie, an ETag. No name of that length, no need to look.
    if (request->mhd != NULL && (request->name_lengths & bit_of_length(length)) != 0)
        (void)MHD_lookup_connection_value_n(request->mhd, MHD_HEADER_KIND, name, length, &value, NULL);
    return value;
}

const char *http_request_cookie(struct http_request *request, const char *name) {
    return cookie_find(request->arena, http_request_header(request, "Cookie"), name);
}

const char *http_request_body(const struct http_request *request, size_t *ret_length) {
    *ret_length = request->body_length;
    return request->body == NULL ? "" : request->body;
}

static char *write_hex(char *target, uint64_t number) {
    for (int shift = (63 - __builtin_clzll(number | 1)) & ~3; shift >= 0; shift -= 4)
        *target++ = "0123456789abcdef"[number >> shift & 15];
    return target;
}

// "1f-2a3b", without printf, and only once somebody asks.
const char *http_request_id(struct http_request *request) {
    if (request->id[0] == '\0') {
        char *end = write_hex(request->id, server_start_id(request->loop->server));
        *end++ = '-';
        *write_hex(end, request->number) = '\0';
    }
    return request->id;
}

const char *http_request_peer(const struct http_request *request) {
    if (request->peer != NULL)
        return request->peer;
    return request->connection == NULL ? "" : request->connection->peer;
}

int64_t http_request_wall_ms(const struct http_request *request) {
    return request->loop->wall_ms;
}

struct arena *http_request_arena(struct http_request *request) {
    return request->arena;
}

void http_request_set_context(struct http_request *request, void *context) {
    request->context = context;
}

void *http_request_context(const struct http_request *request) {
    return request->context;
}

void http_request_continue(struct http_request *request,
                           void (*then)(struct http_request *request, void *context), void *context) {
    request->then = then;
    request->then_context = context;
    loop_post(request->loop, request);
}
