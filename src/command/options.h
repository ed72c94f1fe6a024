// options.h - reading options, and what commands on a store have in common: --store, --json, one optional
// file.
#pragma once

#include <getopt.h>
#include <stdbool.h>

#include "store/store.h"

struct store_command {
    const char *store; // URL
    const char *file;  // the argument, NULL when there is none
    bool json;
    bool takes_file;
};

// One option was read; false with `err` filled when its value is wrong.
typedef bool option_fn(void *context, int option, const char *value, struct error *err);
// Reads the options of `names`, among them {"help", no_argument, NULL, 'h'}; optind is then at what is left.
// EXIT_DONE to go on; EXIT_USAGE after words on standard error; -1 after help was printed.
int options_read(int argc, char **argv, const struct option *names, const char *help, option_fn *take,
                 void *context);
// For getopt_long: no letters; a missing value is ':', and getopt itself says nothing.
#define OPTIONS_LONG_ONLY ":"
// Says what is wrong with what getopt_long answered by '?' or ':'; EXIT_USAGE.
int options_wrong(int argc, char **argv, int option);
// What is left behind the options must be one argument, such as "plan": it, or NULL after words on standard
// error.
const char *options_one(int argc, char **argv, const char *what);
// EXIT_DONE to go on; EXIT_USAGE after words on standard error; -1 after help was printed. Sets the zone.
int store_command_parse(int argc, char **argv, const char *help, struct store_command *ret_options);
// Opens an existing store whose migrations are the program's. ERROR_MISSING: an SQLite file that is not
// there.
MUST_CHECK bool store_command_open(const struct store_command *options, struct store **ret_store,
                                   struct error *err);
