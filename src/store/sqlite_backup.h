// sqlite_backup.h - a copy of an SQLite database while it is in use.
#pragma once

#include <sqlite3.h>

#include "base/error.h"

// Copies everything from one moment into FILE.part and puts that, once it is durable, in the place of FILE: a
// copy that fails leaves the one before. Only its owner may read it. ERROR_INVALID: `path` is the database
// itself.
MUST_CHECK bool sqlite_backup_make(sqlite3 *source, const char *source_path, const char *path,
                                   struct error *err);
