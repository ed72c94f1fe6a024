// sqlite_functions.h - functions of PostgreSQL that SQLite lacks, so that one SQL text can use them.
//
// sha256(bytes), convert_to(text, 'UTF8') and encode(bytes, 'hex'): what a chain of hashes needs.
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

// False when SQLite could not take them; sqlite3_errmsg says why.
bool sqlite_functions_add(sqlite3 *db);
