// traffic.c - two hours in memory: the one that runs, and the one before it until it is written.
//
// What is written is the whole count of the hour so far, in a row that nobody else writes: an answer of the
// store that was lost on the way, and the writing that is tried again for it, count nothing twice.
#include "measure/traffic.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"

#define ROUTES_MAX      64
#define FLUSH_BYTES_MAX ((size_t)4 << 20)

static const struct statement SET_REQUESTS = {
    "INSERT INTO request_count (hour_ms, status_class, node, count) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (hour_ms, status_class, node) DO UPDATE SET count = excluded.count",
    "iiii"};
static const struct statement SET_LATENCY = {
    "INSERT INTO latency (hour_ms, route, node, histogram) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (hour_ms, route, node) DO UPDATE SET histogram = excluded.histogram",
    "itib"};

struct route_hour {
    const char *route;
    struct histogram *histogram;
    bool changed; // since the last flush
};

struct hour {
    int64_t hour_ms;
    int64_t node; // of its rows
    uint64_t by_class[TRAFFIC_CLASSES];
    bool changed[TRAFFIC_CLASSES]; // since the last flush
    struct route_hour routes[ROUTES_MAX];
    size_t routes_count;
};

struct traffic {
    pthread_mutex_t lock;
    int64_t next_node; // an hour that comes twice, by a clock that was set back, writes rows of its own
    struct hour now;
    struct hour before; // routes_count 0 when it is written
    bool before_waits;
    struct traffic_totals totals;
};

struct traffic *traffic_new(int64_t node) {
    struct traffic *traffic = calloc(1, sizeof *traffic);
    if (traffic == NULL)
        return NULL;
    traffic->next_node = node;
    (void)pthread_mutex_init(&traffic->lock, NULL);
    return traffic;
}

static void hour_free(struct hour *hour) {
    for (size_t i = 0; i < hour->routes_count; i++)
        histogram_free(hour->routes[i].histogram);
    *hour = (struct hour){0};
}

void traffic_free(struct traffic *traffic) {
    if (traffic == NULL)
        return;
    hour_free(&traffic->now);
    hour_free(&traffic->before);
    (void)pthread_mutex_destroy(&traffic->lock);
    free(traffic);
}

// NULL when there are too many routes or no memory: then only the count by status is kept.
static struct route_hour *find_route(struct hour *hour, const char *route) {
    for (size_t i = 0; i < hour->routes_count; i++)
        if (hour->routes[i].route == route)
            return &hour->routes[i];
    if (hour->routes_count == ROUTES_MAX)
        return NULL;
    struct histogram *histogram = histogram_new();
    if (histogram == NULL)
        return NULL;
    struct route_hour *added = &hour->routes[hour->routes_count++];
    *added = (struct route_hour){.route = route, .histogram = histogram};
    return added;
}

// The hour that counts: a new one begins when the one before it is written. While the store is away the
// counts stay in the hour in which that began.
static struct hour *current_hour(struct traffic *traffic, int64_t now_ms) {
    int64_t end_ms = traffic->now.hour_ms + CLOCK_HOUR_MS;
    bool same = now_ms >= traffic->now.hour_ms && now_ms < end_ms && traffic->now.hour_ms != 0;
    if (same || traffic->before_waits)
        return &traffic->now;
    if (traffic->now.hour_ms != 0) {
        hour_free(&traffic->before);
        traffic->before = traffic->now;
        traffic->before_waits = true;
    }
    traffic->now = (struct hour){.hour_ms = clock_hour_start_ms(now_ms), .node = traffic->next_node++};
    return &traffic->now;
}

void traffic_record(struct traffic *traffic, int64_t now_ms, const char *route, int status,
                    int64_t duration_us) {
    int class = status / 100;
    if (class < 0 || class >= TRAFFIC_CLASSES)
        class = 0;
    (void)pthread_mutex_lock(&traffic->lock);
    struct hour *hour = current_hour(traffic, now_ms);
    hour->by_class[class]++;
    hour->changed[class] = true;
    traffic->totals.by_class[class]++;
    struct route_hour *found = find_route(hour, route);
    if (found != NULL) {
        histogram_record(found->histogram, duration_us);
        found->changed = true;
    }
    (void)pthread_mutex_unlock(&traffic->lock);
}

// What one flush takes out of an hour, so that a failure can put it back.
struct taken {
    struct hour *hour;
    bool classes[TRAFFIC_CLASSES], routes[ROUTES_MAX];
};

static void take(struct hour *hour, struct command *command, struct taken *taken) {
    taken->hour = hour;
    for (int class = 0; class < TRAFFIC_CLASSES; class ++) {
        taken->classes[class] = hour->changed[class];
        hour->changed[class] = false;
        if (taken->classes[class])
            COMMAND_ADD(command, &SET_REQUESTS, value_int(hour->hour_ms), value_int(class),
                        value_int(hour->node), value_int((int64_t)hour->by_class[class]));
    }
    for (size_t i = 0; i < hour->routes_count; i++) {
        struct route_hour *route = &hour->routes[i];
        size_t length = 0;
        taken->routes[i] = route->changed;
        const void *bytes =
            route->changed ? histogram_bytes(route->histogram, command->arena, &length) : NULL;
        if (bytes == NULL)
            continue; // nothing new, or no room now: it stays marked for the next time
        route->changed = false;
        COMMAND_ADD(command, &SET_LATENCY, value_int(hour->hour_ms), value_text(route->route),
                    value_int(hour->node), value_blob(bytes, length));
    }
}

static void put_back(const struct taken *taken) {
    for (int class = 0; class < TRAFFIC_CLASSES; class ++)
        taken->hour->changed[class] = taken->hour->changed[class] || taken->classes[class];
    for (size_t i = 0; i < taken->hour->routes_count; i++)
        taken->hour->routes[i].changed = taken->hour->routes[i].changed || taken->routes[i];
}

// The older hour alone first: while it waits, no hour begins, so both stay where they are.
static struct hour *next_to_write(struct traffic *traffic) {
    return traffic->before_waits ? &traffic->before : &traffic->now;
}

void traffic_add(struct traffic *traffic, struct command *command) {
    struct taken taken;
    (void)pthread_mutex_lock(&traffic->lock);
    struct hour *hour = next_to_write(traffic);
    take(hour, command, &taken);
    traffic->before_waits = traffic->before_waits && hour != &traffic->before;
    (void)pthread_mutex_unlock(&traffic->lock);
}

bool traffic_flush(struct traffic *traffic, struct writer *writer, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(FLUSH_BYTES_MAX);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    struct command command;
    command_init(&command, arena);
    (void)pthread_mutex_lock(&traffic->lock);
    struct hour *hour = next_to_write(traffic);
    int64_t hour_ms = hour->hour_ms;
    struct taken taken;
    take(hour, &command, &taken);
    (void)pthread_mutex_unlock(&traffic->lock);
    bool ok = command.steps_count == 0 || writer_run(writer, &command, err);
    (void)pthread_mutex_lock(&traffic->lock);
    // If the hour ended meanwhile, what was taken from it now lies one place further back.
    if (taken.hour->hour_ms != hour_ms)
        taken.hour = &traffic->before;
    if (!ok)
        put_back(&taken);
    else if (taken.hour == &traffic->before && hour == &traffic->before)
        traffic->before_waits = false;
    (void)pthread_mutex_unlock(&traffic->lock);
    return ok;
}

void traffic_totals(struct traffic *traffic, struct traffic_totals *ret_totals) {
    (void)pthread_mutex_lock(&traffic->lock);
    *ret_totals = traffic->totals;
    (void)pthread_mutex_unlock(&traffic->lock);
}

void traffic_each_route(struct traffic *traffic,
                        void (*each)(void *context, const char *route, const struct histogram *histogram),
                        void *context) {
    (void)pthread_mutex_lock(&traffic->lock);
    for (size_t i = 0; i < traffic->now.routes_count; i++)
        each(context, traffic->now.routes[i].route, traffic->now.routes[i].histogram);
    (void)pthread_mutex_unlock(&traffic->lock);
}
