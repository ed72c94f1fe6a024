// console_values.h - what operators set in the console, for a command that plans from the store of a service.
//
// As in the service the console's value wins over the file's. What stands on the command line itself (--set)
// wins over both: it asks what would be.
#pragma once

#include "site/config.h"
#include "store/store.h"

#define CONSOLE_VALUES_SETS_MAX 64

// Texts "section.key=value" as they were given to --set, in their order.
struct console_values_sets {
    const char *assignment[CONSOLE_VALUES_SETS_MAX];
    size_t count;
};

// Puts the values of the sections calendar and calls over `config`, and says on standard error which differ.
// ERROR_INVALID: a value that is none.
MUST_CHECK bool console_values_apply(struct session *session, const struct console_values_sets *sets,
                                     struct config *config, struct error *err);
