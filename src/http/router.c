// router.c - a hash for the literal patterns, a short list for the others.
#include "http/router.h"

#include <stdio.h>
#include <string.h>

struct entry {
    const struct route *route;
    struct entry *next; // same slot of the hash, or the next pattern with parameters
};

struct router {
    size_t slots_count; // a power of two
    struct entry **slots;
    struct entry *parametric; // more literal text first
    struct entry entries[];
};

static uint32_t hash(const char *text) {
    uint32_t value = 2166136261u; // FNV-1a
    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * 16777619u;
    return value;
}

static size_t literal_bytes(const char *pattern) {
    size_t count = 0;
    bool inside = false;
    for (; *pattern != '\0'; pattern++) {
        inside = inside || *pattern == '{';
        count += !inside;
        inside = inside && *pattern != '}';
    }
    return count;
}

static void insert_parametric(struct router *router, struct entry *entry) {
    size_t literal = literal_bytes(entry->route->pattern);
    struct entry **place = &router->parametric;
    while (*place != NULL && literal_bytes((*place)->route->pattern) >= literal)
        place = &(*place)->next;
    entry->next = *place;
    *place = entry;
}

struct router *router_new(const struct route *routes, size_t routes_count) {
    struct router *router = calloc(1, sizeof *router + routes_count * sizeof(struct entry));
    if (router == NULL)
        return NULL;
    router->slots_count = 16;
    while (router->slots_count < routes_count * 2)
        router->slots_count *= 2;
    router->slots = calloc(router->slots_count, sizeof(struct entry *));
    if (router->slots == NULL) {
        router_free(router);
        return NULL;
    }
    for (size_t i = 0; i < routes_count; i++) {
        struct entry *entry = &router->entries[i];
        entry->route = &routes[i];
        ASSERT(routes[i].pattern[0] == '/' && routes[i].handler != NULL);
        if (strchr(routes[i].pattern, '{') != NULL) {
            insert_parametric(router, entry);
            continue;
        }
        struct entry **slot = &router->slots[hash(routes[i].pattern) & (router->slots_count - 1)];
        entry->next = *slot;
        *slot = entry;
    }
    return router;
}

void router_free(struct router *router) {
    if (router == NULL)
        return;
    free(router->slots);
    free(router);
}

// Takes one "{name}" at `pattern` against the text at `path`; false when the segment is empty.
static bool take_parameter(const char **pattern, const char **path, struct route_match *match) {
    const char *end = strchr(*pattern, '}');
    ASSERT(end != NULL && match->parameters_count < ROUTER_PARAMETERS_MAX);
    size_t name_length = (size_t)(end - *pattern) - 1;
    bool rest = name_length > 3 && memcmp(end - 3, "...", 3) == 0;
    size_t length = rest ? strlen(*path) : strcspn(*path, end[1] == '.' ? "/." : "/");
    if (length == 0)
        return false;
    size_t i = match->parameters_count++;
    match->parameters[i].name = *pattern + 1;
    match->parameters[i].name_length = rest ? name_length - 3 : name_length;
    match->parameters[i].value = *path;
    match->parameters[i].value_length = length;
    *pattern = end + 1;
    *path += length;
    return true;
}

static bool fits(const char *pattern, const char *path, struct route_match *match) {
    match->parameters_count = 0;
    while (*pattern != '\0') {
        if (*pattern == '{') {
            if (!take_parameter(&pattern, &path, match))
                return false;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

static const char *method_name(enum http_method method) {
    static const char *const names[] = {"GET, HEAD", "HEAD", "POST", "PUT", "DELETE"};
    ASSERT((size_t)method < sizeof names / sizeof *names);
    return names[method];
}

// Looks at one route whose path fits; true when its method fits too, else remembers the method for Allow.
static bool take_route(const struct route *route, enum http_method method, struct route_match *match) {
    if (route->method == method || route->method == HTTP_ANY ||
        (route->method == HTTP_GET && method == HTTP_HEAD)) {
        match->route = route;
        return true;
    }
    match->path_known = true;
    size_t used = strlen(match->allow);
    (void)snprintf(match->allow + used, sizeof match->allow - used, "%s%s", used == 0 ? "" : ", ",
                   method_name(route->method));
    return false;
}

bool router_find(const struct router *router, enum http_method method, const char *path,
                 struct route_match *ret_match) {
    ret_match->route = NULL;
    ret_match->path_known = false;
    ret_match->allow[0] = '\0';
    ret_match->parameters_count = 0;
    const struct entry *entry = router->slots[hash(path) & (router->slots_count - 1)];
    for (; entry != NULL; entry = entry->next)
        if (strcmp(entry->route->pattern, path) == 0 && take_route(entry->route, method, ret_match))
            return true;
    if (ret_match->path_known)
        return false;
    const char *known = NULL; // the pattern that the path belongs to, once one fitted
    for (entry = router->parametric; entry != NULL; entry = entry->next) {
        if (known != NULL && strcmp(entry->route->pattern, known) != 0)
            continue;
        if (!fits(entry->route->pattern, path, ret_match))
            continue;
        known = entry->route->pattern;
        if (take_route(entry->route, method, ret_match))
            return true;
    }
    return false;
}

const char *route_parameter(const struct route_match *match, struct arena *arena, const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < match->parameters_count; i++)
        if (match->parameters[i].name_length == length &&
            memcmp(match->parameters[i].name, name, length) == 0)
            return arena_copy_bytes(arena, match->parameters[i].value, match->parameters[i].value_length);
    return NULL;
}
