// settings.h - what operators may change while the service runs: whole numbers within limits.
//
// A setting that nobody changed is not stored and has its default. The caller adds the entry of the audit log
// to the same command, with the value before: undoing is setting that again.
#pragma once

#include <stdint.h>

#include "store/writer.h"

enum setting {
    SETTING_ERROR_PERMILLE, // server errors of a thousand requests, from which on the console warns
    SETTING_SLOW_MS,        // P99 of applications, from which on the console warns
    SETTING_HEAT_MANY,      // openings an hour: the bounds of the heat map; 0: by the most that there was
    SETTING_HEAT_MORE,
    SETTING_HEAT_SOME,
    SETTINGS,
};

struct setting_kind {
    const char *name; // "console.slow_ms"
    int64_t fallback, min, max;
};
const struct setting_kind *setting_kind(enum setting setting);
// False: there is no setting of that name.
MUST_CHECK bool setting_find(const char *name, enum setting *ret_setting);

struct settings {
    int64_t values[SETTINGS]; // by enum setting
};
MUST_CHECK bool settings_load(struct session *session, struct arena *arena, struct settings *ret_settings,
                              struct error *err);
// Sets it, if it still is `before`; ERROR_EXHAUSTED when somebody else changed it meanwhile.
void setting_change(struct command *command, enum setting setting, int64_t before, int64_t value,
                    int64_t now_ms);
