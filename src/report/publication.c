// publication.c - one row a campaign, and the bytes in it.
#include "report/publication.h"

#include <sodium.h>
#include <string.h>
#include <zlib.h>

#include "base/gzip.h"
#include "report/sheet.h"

#define GZIP_WINDOW 31 // zlib: the largest window, in gzip's frame

#define HASH_TEXT_SIZE sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)

static const struct statement ADD = {
    "INSERT INTO report_publication (campaign_id, number, html_gzip, json_gzip, style_hash, published_by, "
    "published_ms) VALUES ($1, 1, $2, $3, $4, $5, $6) ON CONFLICT (campaign_id) DO UPDATE SET "
    "number = report_publication.number + 1, html_gzip = excluded.html_gzip, json_gzip = excluded.json_gzip, "
    "style_hash = excluded.style_hash, published_by = excluded.published_by, "
    "published_ms = excluded.published_ms",
    "ibbtti"};
#define READ_WITH(part)                                              \
    {                                                                \
        "SELECT number, published_by, published_ms, style_hash" part \
        " FROM report_publication WHERE campaign_id = $1",           \
            "i"                                                      \
    }
static const struct statement READ[] = {
    [PUBLICATION_NOTHING] = READ_WITH(""),
    [PUBLICATION_HTML] = READ_WITH(", html_gzip"),
    [PUBLICATION_JSON] = READ_WITH(", json_gzip"),
};

static bool deflate_text(const char *text, size_t length, struct arena *arena,
                         struct publication_bytes *ret_packed, struct error *err) {
    struct publication_bytes packed;
    if (text == NULL || length > PUBLICATION_BYTES_MAX)
        return error_set(err, ERROR_EXHAUSTED, "the report is larger than %zu bytes", PUBLICATION_BYTES_MAX);
    if (!gzip_pack(arena, text, length, &packed.bytes, &packed.length))
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    *ret_packed = packed;
    return true;
}

// The length of what is packed stands in gzip's last four bytes, little-endian.
static size_t plain_length(const struct publication_bytes *packed) {
    const unsigned char *end = (const unsigned char *)packed->bytes + packed->length;
    return (size_t)end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 | (size_t)end[-1] << 24;
}

bool publication_inflate(const struct publication_bytes *packed, struct arena *arena,
                         struct publication_bytes *ret_plain, struct error *err) {
    z_stream stream = {0};
    size_t length = packed->length < 18 ? 0 : plain_length(packed); // less is no gzip at all
    if (length == 0 || length > PUBLICATION_BYTES_MAX)
        return error_set(err, ERROR_INVALID, "the published report cannot be read");
    unsigned char *bytes = arena_alloc(arena, length);
    if (bytes == NULL || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    stream.next_in = (unsigned char *)(uintptr_t)packed->bytes;
    stream.avail_in = (uInt)packed->length;
    stream.next_out = bytes;
    stream.avail_out = (uInt)length;
    bool done = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    (void)inflateEnd(&stream);
    if (!done)
        return error_set(err, ERROR_INVALID, "the published report cannot be read");
    *ret_plain = (struct publication_bytes){bytes, length};
    return true;
}

static const char *hash_style(struct arena *arena) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[HASH_TEXT_SIZE];
    (void)crypto_hash_sha256(hash, (const unsigned char *)sheet_style(), strlen(sheet_style()));
    (void)sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    return arena_print(arena, "sha256-%s", text);
}

static bool pack(const struct report *report, struct arena *arena, struct publication *publication,
                 struct error *err) {
    size_t html_length = 0, json_length = 0;
    const char *html = report_html(report, &html_length), *json = report_json(report, &json_length);
    publication->style_hash = hash_style(arena);
    if (html == NULL || json == NULL || publication->style_hash == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    return deflate_text(html, html_length, arena, &publication->html, err) &&
           deflate_text(json, json_length, arena, &publication->json, err);
}

bool publication_make(struct session *session, const struct report_query *query, struct arena *arena,
                      struct publication *ret_publication, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *work = arena_new(REPORT_ARENA_BYTES_MAX);
    struct publication publication = {0};
    struct report report;
    if (work == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!report_read(session, query, work, &report, err))
        return false;
    bool ok = report.figures->last_ms > 0 ? pack(&report, arena, &publication, err)
                                          : error_set(err, ERROR_CONFLICT, "nothing was counted yet");
    report_done(&report);
    if (ok)
        *ret_publication = publication;
    return ok;
}

void publication_add(struct command *command, int64_t campaign_id, const struct publication *publication) {
    COMMAND_ADD(
        command, &ADD, value_int(campaign_id), value_blob(publication->html.bytes, publication->html.length),
        value_blob(publication->json.bytes, publication->json.length), value_text(publication->style_hash),
        value_text(publication->published_by), value_int(publication->published_ms));
}

bool publication_read(struct session *session, int64_t campaign_id, enum publication_part part,
                      struct arena *arena, struct publication *ret_publication, struct error *err) {
    struct rows rows;
    struct publication publication = {0};
    if (!SESSION_QUERY(session, &READ[part], arena, &rows, err, value_int(campaign_id)))
        return false;
    if (rows.count > 0) {
        publication.number = rows_int(&rows, 0, 0);
        publication.published_by = rows_text(&rows, 0, 1);
        publication.published_ms = rows_int(&rows, 0, 2);
        publication.style_hash = rows_text(&rows, 0, 3);
    }
    if (rows.count > 0 && part != PUBLICATION_NOTHING) {
        const struct value *bytes = rows_value(&rows, 0, 4);
        *(part == PUBLICATION_HTML ? &publication.html : &publication.json) =
            (struct publication_bytes){bytes->bytes, bytes->length};
    }
    *ret_publication = publication;
    return true;
}
