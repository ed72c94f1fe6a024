// dialect.h - a migration in SQLite's words, for PostgreSQL.
//
// Whole words outside of quotes and comments are exchanged: INTEGER, BLOB and REAL for types of the same
// range, and the table options STRICT and WITHOUT ROWID for nothing. x'..' becomes a bytea. Everything else
// is SQL that both understand.
#pragma once

#include "base/arena.h"

// The script in PostgreSQL's words; NULL when the arena is full.
char *dialect_for_postgres(const char *sql, struct arena *arena);
