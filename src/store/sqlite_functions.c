// sqlite_functions.c - three functions with the names and the answers that PostgreSQL gives.
#include "store/sqlite_functions.h"

#include <sodium.h>

#include "base/text.h"

#define ENCODED_BYTES_MAX 64

static void sha256(sqlite3_context *context, int count, sqlite3_value **values) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const unsigned char *bytes = sqlite3_value_blob(values[0]);
    int result = crypto_hash_sha256(hash, bytes, (unsigned long long)sqlite3_value_bytes(values[0]));
    ASSERT(result == 0);
    sqlite3_result_blob(context, hash, sizeof hash, SQLITE_TRANSIENT);
}

// Texts are UTF-8 in SQLite already.
static void convert_to(sqlite3_context *context, int count, sqlite3_value **values) {
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const unsigned char *text = sqlite3_value_text(values[0]);
    sqlite3_result_blob(context, text, sqlite3_value_bytes(values[0]), SQLITE_TRANSIENT);
}

static void encode(sqlite3_context *context, int count, sqlite3_value **values) {
    char text[ENCODED_BYTES_MAX * 2 + 1];
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const void *bytes = sqlite3_value_blob(values[0]);
    int length = sqlite3_value_bytes(values[0]);
    if (length > ENCODED_BYTES_MAX) {
        sqlite3_result_error_toobig(context);
        return;
    }
    text_hex(text, sizeof text, bytes, (size_t)length);
    sqlite3_result_text(context, text, length * 2, SQLITE_TRANSIENT);
}

static bool add(sqlite3 *db, const char *name, int count,
                void (*function)(sqlite3_context *, int, sqlite3_value **)) {
    return sqlite3_create_function(db, name, count, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, function, NULL,
                                   NULL) == SQLITE_OK;
}

bool sqlite_functions_add(sqlite3 *db) {
    return add(db, "sha256", 1, sha256) && add(db, "convert_to", 2, convert_to) &&
           add(db, "encode", 2, encode);
}
