#include "command/settings.h"

#include <stdio.h>

#include "base/clock.h"
#include "command/options.h"

static bool take(struct settings *settings, int round, int option, const char *value, struct error *err) {
    char assignment[CONFIG_TEXT_SIZE * 2];
    bool ours = option == SETTINGS_CONFIG || option == SETTINGS_SET || option == SETTINGS_STORE;
    if (!ours || (option == SETTINGS_CONFIG) != (round == 0))
        return true;
    settings->stored |= option != SETTINGS_SET;
    settings->described |= option == SETTINGS_CONFIG;
    if (option == SETTINGS_CONFIG)
        return config_read(&settings->config, value, err);
    if (option == SETTINGS_SET) {
        if (settings->sets.count == CONSOLE_VALUES_SETS_MAX)
            return error_set(err, ERROR_EXHAUSTED, "--set stands at most %d times", CONSOLE_VALUES_SETS_MAX);
        settings->sets.assignment[settings->sets.count++] = value;
        return config_set(&settings->config, value, err);
    }
    (void)snprintf(assignment, sizeof assignment, "store.url=%s", value);
    return config_set(&settings->config, assignment, err);
}

bool settings_read(struct settings *settings, int argc, char **argv, const struct option *options,
                   struct error *err) {
    if (!clock_set_zone("Asia/Tokyo", err))
        return false;
    config_init(&settings->config);
    int option = 0;
    for (int round = 0; round < 2; round++) {
        optind = 1;
        opterr = 0; // the command's own round complains
        while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
            if (!take(settings, round, option, optarg, err))
                return false;
        opterr = 1;
    }
    return clock_set_zone(settings->config.server.zone, err);
}

bool settings_open(const struct settings *settings, struct store **ret_store, struct error *err) {
    struct store_command named = {.store = settings->config.store.url};
    return store_command_open(&named, ret_store, err);
}
