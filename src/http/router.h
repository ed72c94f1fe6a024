// router.h - which handler a method and a path belong to.
//
// The table is constant and sorted out once: patterns without parameters are found by a hash, the few with
// "{name}" segments are compared one by one. A literal segment wins over a parameter.
#pragma once

#include <stdint.h>

#include "http/server.h"

#define ROUTER_PARAMETERS_MAX 4
#define ROUTER_ALLOW_SIZE     48

struct route {
    enum http_method method; // HTTP_GET answers HEAD too, HTTP_ANY everything
    const char *pattern;     // "/api/v1/calendar/{series}"; a last segment "{rest...}" takes what is left
    http_handler *handler;
    uint32_t flags; // the table's owner gives them a meaning
};

struct router;

struct route_match {
    const struct route *route; // NULL: see `path_known`
    bool path_known;           // the path exists, but not for this method: 405 with `allow`
    char allow[ROUTER_ALLOW_SIZE];
    size_t parameters_count;
    struct {
        const char *name; // not NUL-terminated: `name_length` bytes of the pattern
        size_t name_length;
        const char *value; // part of the path, not NUL-terminated
        size_t value_length;
    } parameters[ROUTER_PARAMETERS_MAX];
};

// `routes` must outlive the router; no two may have the same method and pattern. NULL when memory is
// exhausted.
struct router *router_new(const struct route *routes, size_t routes_count);
void router_free(struct router *router); // NULL is fine

// Finds the route; true when there is one. On false `ret_match` says whether it is a 404 or a 405.
bool router_find(const struct router *router, enum http_method method, const char *path,
                 struct route_match *ret_match);

// A parameter's text, copied into the arena; NULL when the pattern has none of that name or memory is out.
const char *route_parameter(const struct route_match *match, struct arena *arena, const char *name);
