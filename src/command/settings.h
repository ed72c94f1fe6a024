// settings.h - the settings of a service, for commands that work on its store: --config, --set, --store.
#pragma once

#include <getopt.h>

#include "command/console_values.h"
#include "site/config.h"
#include "store/store.h"

// Put these at the head of a command's own list; their codes lie above those of letters.
enum { SETTINGS_CONFIG = 2000, SETTINGS_SET, SETTINGS_STORE };
#define SETTINGS_OPTIONS                                                                                    \
    {"config", required_argument, NULL, SETTINGS_CONFIG}, {"set", required_argument, NULL, SETTINGS_SET}, { \
        "store", required_argument, NULL, SETTINGS_STORE                                                    \
    }

struct settings {
    struct config config;
    bool stored;    // --store or --config was given
    bool described; // --config was
    struct console_values_sets sets;
};

// Reads the settings' options of a command line (the file first, wherever it stands), checks them and sets
// the zone. Other options are left for the command. False with words for a usage error.
MUST_CHECK bool settings_read(struct settings *settings, int argc, char **argv, const struct option *options,
                              struct error *err);
// Opens the store that the settings name. ERROR_MISSING: an SQLite file that is not there.
MUST_CHECK bool settings_open(const struct settings *settings, struct store **ret_store, struct error *err);
