// postgres_value.h - values in PostgreSQL's binary form, there and back, and what its errors mean.
#pragma once

#include <libpq-fe.h>

#include "store/store.h"

// The parameters of one statement as libpq wants them; they point into the step's values.
struct postgres_parameters {
    int count;
    const char *values[STATEMENT_VALUES_MAX];
    int lengths[STATEMENT_VALUES_MAX];
    int formats[STATEMENT_VALUES_MAX];
    uint64_t numbers[STATEMENT_VALUES_MAX]; // in network order
};
void postgres_parameters_set(struct postgres_parameters *parameters, const struct step *step);

// PostgreSQL's number of the type of each parameter; returns how many there are.
int postgres_parameter_types(const struct statement *statement, Oid types[STATEMENT_VALUES_MAX]);

// The cell as it lies in the result, valid as long as that. ERROR_INVALID: a type that is not read here
// (numeric, above all: a sum must be cast to BIGINT).
MUST_CHECK bool postgres_cell(const PGresult *result, int row, int column, struct value *ret_value,
                              struct error *err);
// All rows, copied into the arena.
MUST_CHECK bool postgres_rows(const PGresult *result, struct arena *arena, struct rows *ret_rows,
                              struct error *err);

// What a failed result means; `*ret_race` when the same may work at once.
enum error_kind postgres_error_kind(const char *sqlstate, bool *ret_race);
