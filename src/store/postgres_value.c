// postgres_value.c - big-endian numbers and five-letter codes.
#include "store/postgres_value.h"

#include <endian.h>
#include <string.h>

// From PostgreSQL's catalogue pg_type, where they never change.
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_FLOAT8 = 701,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_VOID = 2278,
};

#define FORMAT_BINARY 1

int postgres_parameter_types(const struct statement *statement, Oid types[STATEMENT_VALUES_MAX]) {
    int count = 0;
    for (const char *letter = statement->types; *letter != '\0'; letter++) {
        ASSERT(count < STATEMENT_VALUES_MAX);
        switch (*letter) {
        case 'i':
            types[count++] = TYPE_INT8;
            break;
        case 'r':
            types[count++] = TYPE_FLOAT8;
            break;
        case 't':
            types[count++] = TYPE_TEXT;
            break;
        default:
            ASSERT(*letter == 'b');
            types[count++] = TYPE_BYTEA;
        }
    }
    return count;
}

void postgres_parameters_set(struct postgres_parameters *parameters, const struct step *step) {
    parameters->count = (int)step->values_count;
    for (size_t i = 0; i < step->values_count; i++) {
        const struct value *value = &step->values[i];
        uint64_t bits = (uint64_t)value->number;
        if (value->type == VALUE_REAL)
            memcpy(&bits, &value->real, sizeof bits);
        parameters->numbers[i] = htobe64(bits);
        parameters->formats[i] = FORMAT_BINARY;
        if (value->type == VALUE_INT || value->type == VALUE_REAL) {
            parameters->values[i] = (const char *)&parameters->numbers[i];
            parameters->lengths[i] = (int)sizeof parameters->numbers[i];
        } else {
            const char *bytes = value->bytes == NULL ? "" : value->bytes;
            parameters->values[i] = value->type == VALUE_NULL ? NULL : bytes;
            parameters->lengths[i] = (int)value->length;
        }
    }
}

static int64_t read_integer(const char *bytes, int length) {
    int64_t number = ((unsigned char)bytes[0] & 0x80) != 0 ? -1 : 0; // the sign fills what is left of it
    for (int i = 0; i < length; i++)
        number = (int64_t)((uint64_t)number << 8 | (unsigned char)bytes[i]);
    return number;
}

static double read_real(const char *bytes, int length) {
    uint64_t bits = (uint64_t)read_integer(bytes, length);
    double real = 0;
    memcpy(&real, &bits, sizeof real);
    return real;
}

bool postgres_cell(const PGresult *result, int row, int column, struct value *ret_value, struct error *err) {
    const char *bytes = PQgetvalue(result, row, column);
    int length = PQgetlength(result, row, column);
    Oid type = PQftype(result, column);
    if (PQgetisnull(result, row, column)) {
        *ret_value = value_null();
        return true;
    }
    switch (type) {
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
        *ret_value = value_int(read_integer(bytes, length));
        return true;
    case TYPE_FLOAT8:
        *ret_value = value_real(read_real(bytes, length));
        return true;
    case TYPE_TEXT:
    case TYPE_VARCHAR:
    case TYPE_BPCHAR:
    case TYPE_NAME:
        *ret_value = (struct value){.type = VALUE_TEXT, .bytes = bytes, .length = (size_t)length};
        return true;
    case TYPE_BYTEA:
        *ret_value = value_blob(bytes, (size_t)length);
        return true;
    case TYPE_VOID:
        *ret_value = value_null();
        return true;
    default:
        return error_set(err, ERROR_INVALID,
                         "column %s has PostgreSQL's type %u: cast it to BIGINT, REAL or TEXT",
                         PQfname(result, column), type);
    }
}

static bool copy_cell(struct value *value, struct arena *arena) {
    if (value->type == VALUE_TEXT || value->type == VALUE_BLOB)
        value->bytes = arena_copy_bytes(arena, value->bytes, value->length);
    return (value->type != VALUE_TEXT && value->type != VALUE_BLOB) || value->bytes != NULL;
}

// INSERT, UPDATE and DELETE say how many rows they touched; so does SELECT, which touched none.
static int64_t changed_of(PGresult *result) {
    if (strncmp(PQcmdStatus(result), "SELECT", 6) == 0)
        return 0;
    return strtoll(PQcmdTuples(result), NULL, 10);
}

bool postgres_rows(const PGresult *result, struct arena *arena, struct rows *ret_rows, struct error *err) {
    int rows = PQntuples(result), columns = PQnfields(result);
    size_t cells = (size_t)rows * (size_t)columns;
    ASSERT(columns == 0 || arena != NULL);
    struct value *values = cells == 0 ? NULL : arena_alloc(arena, cells * sizeof *values);
    if (cells > 0 && values == NULL)
        return error_set(err, ERROR_EXHAUSTED, "the result does not fit into the request's memory");
    for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
            struct value *value = &values[row * columns + column];
            if (!postgres_cell(result, row, column, value, err))
                return false;
            if (!copy_cell(value, arena))
                return error_set(err, ERROR_EXHAUSTED, "the result does not fit into the request's memory");
        }
    }
    *ret_rows = (struct rows){.count = (size_t)rows,
                              .columns = (size_t)columns,
                              .values = values,
                              .changed = changed_of((PGresult *)result)};
    return true;
}

enum error_kind postgres_error_kind(const char *sqlstate, bool *ret_race) {
    *ret_race = false;
    if (sqlstate == NULL) // the connection, not the server, said so
        return ERROR_UNAVAILABLE;
    if (strncmp(sqlstate, "40", 2) == 0) { // deadlock, serialization failure
        *ret_race = true;
        return ERROR_UNAVAILABLE;
    }
    if (strncmp(sqlstate, "23", 2) == 0)
        return ERROR_CONFLICT;
    if (strncmp(sqlstate, "54", 2) == 0)
        return ERROR_EXHAUSTED;
    // Connection; idle for too long; read-only after a failover; resources; locks; shutdown; input and
    // output.
    static const char *const passing[] = {"08", "25P03", "25006", "53", "55", "57", "58"};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (strncmp(sqlstate, passing[i], strlen(passing[i])) == 0)
            return ERROR_UNAVAILABLE;
    return ERROR_INVALID;
}
