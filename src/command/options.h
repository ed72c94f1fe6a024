// options.h - what commands on a store have in common: --store, --json, --help, one optional file.
#pragma once

#include <stdbool.h>

#include "store/store.h"

struct store_command {
    const char *store; // URL
    const char *file;  // the argument, NULL when there is none
    bool json;
    bool takes_file;
};

// EXIT_DONE to go on; EXIT_USAGE after words on standard error; -1 after help was printed. Sets the zone.
int store_command_parse(int argc, char **argv, const char *help, struct store_command *ret_options);
// Opens an existing store whose migrations are the program's. ERROR_MISSING: an SQLite file that is not
// there.
MUST_CHECK bool store_command_open(const struct store_command *options, struct store **ret_store,
                                   struct error *err);
