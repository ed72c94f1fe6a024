// migrate.h - brings a database to the form that this program knows, step by numbered step.
//
// Each migration runs once, in a transaction of its own, and its checksum is kept: a database whose
// history differs from the program's is refused rather than guessed at.
#pragma once

#include "store/store.h"

struct migration {
    int number;
    const char *name; // "0001_first_light"
    const char *sql;
};

// Applies what is missing, in order. ERROR_CONFLICT: the database knows a migration that this program does
// not, or with another content. Two nodes starting at once do not disturb one another.
MUST_CHECK bool migrate_run(struct store *store, const struct migration *migrations, size_t count,
                            int64_t now_ms, int *ret_applied, struct error *err);
// As migrate_run but changes nothing: ERROR_CONFLICT when something is missing.
MUST_CHECK bool migrate_check(struct store *store, const struct migration *migrations, size_t count,
                              struct error *err);
