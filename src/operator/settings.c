// settings.c - one row for each setting that is not at its default.
#include "operator/settings.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

static const struct setting_kind kinds[SETTINGS] = {
    [SETTING_ERROR_PERMILLE] = {"console.error_permille", 10, 1, 1000},
    [SETTING_SLOW_MS] = {"console.slow_ms", 1000, 10, 60000},
    [SETTING_HEAT_MANY] = {"console.heat_many", 0, 0, 100000000},
    [SETTING_HEAT_MORE] = {"console.heat_more", 0, 0, 100000000},
    [SETTING_HEAT_SOME] = {"console.heat_some", 0, 0, 100000000},
};

static const struct statement READ = {
    "SELECT name, value, at_ms FROM setting WHERE substr(name, 1, 8) = 'console.' LIMIT $1", "i"};
static const struct statement OVERRIDES = {
    "SELECT name, value, at_ms FROM setting WHERE substr(name, 1, 8) <> 'console.' ORDER BY name LIMIT $1",
    "i"};
static const struct statement OVERRIDE_ADD = {
    "INSERT INTO setting (name, value, at_ms) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING", "tti"};
static const struct statement OVERRIDE_CHANGE = {
    "UPDATE setting SET value = $2, at_ms = $3 WHERE name = $1 AND value = $4", "ttit"};
static const struct statement OVERRIDE_FORGET = {"DELETE FROM setting WHERE name = $1 AND value = $2", "tt"};
// Whoever changes the default finds no row, or one that says the default.
static const struct statement CHANGE = {
    "INSERT INTO setting (name, value, at_ms) SELECT $1, $2, $3 WHERE $4 = "
    "COALESCE((SELECT s.value FROM setting s WHERE s.name = $1), $5) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms",
    "ttitt"};

const struct setting_kind *setting_kind(enum setting setting) {
    ASSERT(setting < SETTINGS);
    return &kinds[setting];
}

bool setting_find(const char *name, enum setting *ret_setting) {
    for (enum setting setting = 0; setting < SETTINGS; setting++) {
        if (strcmp(kinds[setting].name, name) == 0) {
            *ret_setting = setting;
            return true;
        }
    }
    return false;
}

bool settings_load(struct session *session, struct arena *arena, struct settings *ret_settings,
                   struct error *err) {
    struct settings settings;
    struct rows rows;
    if (!SESSION_QUERY(session, &READ, arena, &rows, err, value_int(SETTINGS * 4)))
        return false;
    for (enum setting setting = 0; setting < SETTINGS; setting++)
        settings.values[setting] = kinds[setting].fallback;
    for (size_t row = 0; row < rows.count; row++) {
        enum setting setting = 0;
        int64_t value = 0;
        // A name of a newer version, or a value beyond today's limits, changes nothing.
        if (setting_find(rows_text(&rows, row, 0), &setting) &&
            text_parse_int(rows_text(&rows, row, 1), kinds[setting].min, kinds[setting].max, &value))
            settings.values[setting] = value;
    }
    *ret_settings = settings;
    return true;
}

void setting_change(struct command *command, enum setting setting, int64_t before, int64_t value,
                    int64_t now_ms) {
    const struct setting_kind *kind = setting_kind(setting);
    struct arena *arena = command->arena;
    struct step *step = COMMAND_ADD(command, &CHANGE, value_text(kind->name),
                                    value_text(arena_print(arena, "%" PRId64, value)), value_int(now_ms),
                                    value_text(arena_print(arena, "%" PRId64, before)),
                                    value_text(arena_print(arena, "%" PRId64, kind->fallback)));
    if (step != NULL)
        step->must_change = true;
}

bool setting_overrides(struct session *session, struct arena *arena, struct setting_override **ret_overrides,
                       size_t *ret_count, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &OVERRIDES, arena, &rows, err, value_int(SETTING_OVERRIDES_MAX)))
        return false;
    struct setting_override *overrides = arena_alloc(arena, (rows.count + 1) * sizeof *overrides);
    if (overrides == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t row = 0; row < rows.count; row++)
        overrides[row] = (struct setting_override){rows_text(&rows, row, 0), rows_text(&rows, row, 1),
                                                   rows_int(&rows, row, 2)};
    *ret_overrides = overrides;
    *ret_count = rows.count;
    return true;
}

void setting_override_change(struct command *command, const struct setting_override *before,
                             const struct setting_override *after) {
    ASSERT(before != NULL || after != NULL);
    struct step *step = NULL;
    if (after == NULL)
        step = COMMAND_ADD(command, &OVERRIDE_FORGET, value_text(before->name), value_text(before->value));
    else if (before == NULL)
        step = COMMAND_ADD(command, &OVERRIDE_ADD, value_text(after->name), value_text(after->value),
                           value_int(after->at_ms));
    else
        step = COMMAND_ADD(command, &OVERRIDE_CHANGE, value_text(after->name), value_text(after->value),
                           value_int(after->at_ms), value_text(before->value));
    if (step != NULL)
        step->must_change = true;
}
