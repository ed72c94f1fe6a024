// map.c - cuts the text in place.
#include "measure/map.h"

#include <string.h>

#include "base/text.h"

static bool known_name(const char *name, const char *const *known) {
    for (; *known != NULL; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

static bool add_pair(struct map *map, char *pair, const char *const *known, struct error *err) {
    char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair || equals[1] == '\0')
        return error_set_field(err, ERROR_INVALID, "map", "--map: \"%.60s\" is not NAME=COLUMN", pair);
    *equals = '\0';
    if (!known_name(pair, known))
        return error_set_field(err, ERROR_INVALID, "map", "--map: \"%.40s\" is not a name that can be mapped",
                               pair);
    if (map_get(map, pair, NULL) != NULL)
        return error_set_field(err, ERROR_INVALID, "map", "--map: \"%.40s\" stands twice", pair);
    if (map->count == MAP_PAIRS_MAX)
        return error_set_field(err, ERROR_INVALID, "map", "--map: more than %d names", MAP_PAIRS_MAX);
    map->names[map->count] = pair;
    map->values[map->count++] = equals + 1;
    return true;
}

bool map_parse(const char *text, const char *const *known, struct map *ret_map, struct error *err) {
    *ret_map = (struct map){.count = 0};
    if (text == NULL)
        return true;
    if (!text_copy(ret_map->text, sizeof ret_map->text, text))
        return error_set_field(err, ERROR_INVALID, "map", "--map: longer than %d bytes", MAP_TEXT_BYTES_MAX);
    for (char *pair = ret_map->text, *next = NULL; pair != NULL; pair = next) {
        next = strchr(pair, ',');
        if (next != NULL)
            *next++ = '\0';
        if (!add_pair(ret_map, pair, known, err))
            return false;
    }
    return true;
}

const char *map_get(const struct map *map, const char *name, const char *fallback) {
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->names[i], name) == 0)
            return map->values[i];
    return fallback;
}

bool map_lists(const char *values, const char *word) {
    size_t length = strlen(word);
    while (true) {
        size_t part = strcspn(values, "|");
        if (part == length && strncasecmp(values, word, length) == 0)
            return true;
        if (values[part] == '\0')
            return false;
        values += part + 1;
    }
}
