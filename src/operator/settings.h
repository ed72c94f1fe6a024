// settings.h - what operators may change while the service runs: whole numbers of the console within limits,
// and texts over what a configuration says.
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
    const char *name;           // "console.slow_ms"
    int64_t fallback, min, max; // in the unit that the name says
};
// The kind of each of enum setting; never NULL.
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

// A key of the configuration that operators set over the file; what it means is not known here.
#define SETTING_OVERRIDES_MAX   200
#define SETTING_NAME_BYTES_MAX  80
#define SETTING_VALUE_BYTES_MAX 300
struct setting_override {
    const char *name, *value; // in the arena it was read into
    int64_t at_ms;
};
// All of them, by name; the console's own numbers are not among them.
MUST_CHECK bool setting_overrides(struct session *session, struct arena *arena,
                                  struct setting_override **ret_overrides, size_t *ret_count,
                                  struct error *err);
// Sets it, if it still is `before`; NULL: there is none. ERROR_EXHAUSTED when somebody else changed it.
void setting_override_change(struct command *command, const struct setting_override *before,
                             const struct setting_override *after);
