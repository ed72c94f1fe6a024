#include "command/console_values.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "operator/settings.h"

#define ARENA_BYTES ((size_t)1 << 20)

static bool is_planned_by(const char *name) {
    return text_starts_with(name, "calendar.") || text_starts_with(name, "calls.");
}

static bool apply(const struct setting_override *override, struct config *config, struct error *err) {
    char assignment[SETTING_NAME_BYTES_MAX + SETTING_VALUE_BYTES_MAX];
    char before[CONFIG_TEXT_SIZE], after[CONFIG_TEXT_SIZE];
    const struct config_key *key = config_find(override->name);
    if (key == NULL || !is_planned_by(override->name))
        return true;
    (void)snprintf(assignment, sizeof assignment, "%s=%s", override->name, override->value);
    config_value(config, key, before);
    if (!config_set(config, assignment, err))
        return false;
    config_value(config, key, after);
    if (strcmp(before, after) != 0)
        (void)fprintf(stderr, "%s is %s, as set in the console (not %s)\n", override->name, after,
                      before[0] == '\0' ? "empty" : before);
    return true;
}

bool console_values_apply(struct session *session, const struct console_values_sets *sets,
                          struct config *config, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES);
    struct setting_override *overrides = NULL;
    size_t count = 0;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!setting_overrides(session, arena, &overrides, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!apply(&overrides[i], config, err)) {
            error_prefix(err, "set in the console: ");
            return false;
        }
    for (size_t i = 0; i < sets->count; i++)
        if (!config_set(config, sets->assignment[i], err))
            return false;
    return true;
}
