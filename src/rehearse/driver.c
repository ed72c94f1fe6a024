// driver.c - a heap of residents by when they act next, beside the schedule of those to come.
#include "rehearse/driver.h"

#include <string.h>

#include "base/clock.h"

#define WAIT_US_MAX    50000
#define PROGRESS_US    1000000
#define STARTS_AT_ONCE 1000 // so that answers are read between arrivals of a burst

struct driver;

struct visitor {
    struct driver *driver;
    struct walker walker;
    int64_t due_us; // when the next request is meant to be sent
};

struct driver {
    const struct driver_options *options;
    struct result *result;
    struct visitor **heap; // waiting; the earliest first
    size_t waiting, capacity;
    size_t walking;
    int64_t arrival_us; // of the next one
    bool arrivals_left;
    int64_t progress_us;
    struct walker_request request;
    struct error error; // what ends the rehearsal
    bool ending;        // answers still come, but nobody goes on
};

static void sift_up(struct driver *driver, size_t at) {
    struct visitor *visitor = driver->heap[at];
    while (at > 0 && driver->heap[(at - 1) / 2]->due_us > visitor->due_us) {
        driver->heap[at] = driver->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    driver->heap[at] = visitor;
}

static void sift_down(struct driver *driver, size_t at) {
    struct visitor *visitor = driver->heap[at];
    for (size_t child = 2 * at + 1; child < driver->waiting; child = 2 * at + 1) {
        if (child + 1 < driver->waiting && driver->heap[child + 1]->due_us < driver->heap[child]->due_us)
            child++;
        if (driver->heap[child]->due_us >= visitor->due_us)
            break;
        driver->heap[at] = driver->heap[child];
        at = child;
    }
    driver->heap[at] = visitor;
}

// There is always room: the heap grows when a visitor is made.
static void wait_until(struct driver *driver, struct visitor *visitor, int64_t due_us) {
    visitor->due_us = due_us;
    driver->heap[driver->waiting++] = visitor;
    sift_up(driver, driver->waiting - 1);
}

static struct visitor *take_first(struct driver *driver) {
    struct visitor *first = driver->heap[0];
    driver->heap[0] = driver->heap[--driver->waiting];
    if (driver->waiting > 0)
        sift_down(driver, 0);
    return first;
}

static void end_visitor(struct driver *driver, struct visitor *visitor) {
    walker_done(&visitor->walker);
    free(visitor);
    driver->walking--;
}

static void take_answer(void *context, const struct courier_answer *came);

static void send_next(struct driver *driver, struct visitor *visitor) {
    struct walker_request *request = &driver->request;
    walker_request(&visitor->walker, driver->options->world, request);
    const struct courier_request errand = {.post = request->post,
                                           .target = request->target,
                                           .body = request->body,
                                           .idempotency_key = request->idempotency_key,
                                           .cookies = request->cookies};
    struct error err = {0};
    if (courier_send(driver->options->courier, &errand, take_answer, visitor, &err))
        return;
    // Sent elsewhere or nowhere: that resident's walk ends here; without memory the whole rehearsal does.
    if (err.kind == ERROR_UNAVAILABLE)
        driver->error = err;
    const struct walker_next refused = {.verdict = WALKER_REFUSED};
    result_note_end(driver->result, visitor->walker.step, &refused);
    end_visitor(driver, visitor);
}

static void take_answer(void *context, const struct courier_answer *came) {
    struct visitor *visitor = context;
    struct driver *driver = visitor->driver;
    const struct walker_world *world = driver->options->world;
    int64_t now_us = clock_monotonic_us();
    enum walker_step step = visitor->walker.step;
    result_note_answer(driver->result, step, came->status, now_us - visitor->due_us);
    const struct walker_answer answer = {.status = came->status,
                                         .location = came->location,
                                         .body = came->body,
                                         .set_cookie = came->set_cookie,
                                         .retry_after_s = came->retry_after_s};
    struct walker_next next = walker_answer(&visitor->walker, world, &answer);
    if (next.verdict == WALKER_WAITS && step == WALKER_IDENTITY)
        driver->result->waited++;
    if (next.verdict != WALKER_REFUSED && next.verdict != WALKER_RETRIES && next.verdict != WALKER_WAITS)
        result_note_good(driver->result, step, visitor->walker.points);
    double wait_s = next.verdict == WALKER_RETRIES ? next.wait_s : next.wait_s / world->plan->speed;
    if (next.verdict == WALKER_RETRIES)
        driver->result->retries++;
    bool goes_on =
        next.verdict == WALKER_GOES_ON || next.verdict == WALKER_RETRIES || next.verdict == WALKER_WAITS;
    if (goes_on && driver->ending) {
        driver->result->unfinished++;
        end_visitor(driver, visitor);
        return;
    }
    if (goes_on) {
        wait_until(driver, visitor, now_us + (int64_t)(wait_s * 1e6));
        return;
    }
    result_note_end(driver->result, step, &next);
    end_visitor(driver, visitor);
}

static bool make_room(struct driver *driver) {
    if (driver->walking < driver->capacity)
        return true;
    size_t capacity = driver->capacity == 0 ? 1024 : driver->capacity * 2;
    struct visitor **heap = reallocarray(driver->heap, capacity, sizeof(struct visitor *));
    if (heap == NULL)
        return false;
    driver->heap = heap;
    driver->capacity = capacity;
    return true;
}

static bool start_visitor(struct driver *driver, struct error *err) {
    struct visitor *visitor = make_room(driver) ? calloc(1, sizeof *visitor) : NULL;
    if (visitor == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory with %zu residents walking", driver->walking);
    visitor->driver = driver;
    visitor->due_us = driver->arrival_us;
    walker_init(&visitor->walker, (uint64_t)driver->result->started++);
    driver->walking++;
    send_next(driver, visitor);
    return true;
}

static void next_arrival(struct driver *driver) {
    int64_t wall_us = 0;
    driver->arrivals_left = schedule_next(driver->options->schedule, &wall_us);
    driver->arrival_us = driver->options->begins_us + wall_us;
}

static bool act(struct driver *driver, int64_t now_us, struct error *err) {
    for (int i = 0; i < STARTS_AT_ONCE && driver->arrivals_left && driver->arrival_us <= now_us; i++) {
        if (!start_visitor(driver, err))
            return false;
        next_arrival(driver);
    }
    while (driver->waiting > 0 && driver->heap[0]->due_us <= now_us)
        send_next(driver, take_first(driver));
    if (driver->error.kind != ERROR_NONE) {
        *err = driver->error;
        return false;
    }
    return true;
}

static int64_t wait_length(const struct driver *driver, int64_t now_us) {
    int64_t until_us = now_us + WAIT_US_MAX;
    if (driver->arrivals_left && driver->arrival_us < until_us)
        until_us = driver->arrival_us;
    if (driver->waiting > 0 && driver->heap[0]->due_us < until_us)
        until_us = driver->heap[0]->due_us;
    return until_us - now_us;
}

static void show_progress(struct driver *driver, int64_t now_us) {
    const struct driver_options *options = driver->options;
    if (options->progress == NULL || now_us < driver->progress_us)
        return;
    driver->progress_us = now_us + PROGRESS_US;
    double service_ms = (double)(now_us - options->begins_us) / 1000 * options->world->plan->speed;
    options->progress(options->context, &(struct driver_progress){.service_ms = (int64_t)service_ms,
                                                                  .walking = driver->walking,
                                                                  .result = driver->result});
}

static bool is_stopped(const struct driver *driver) {
    return driver->options->stop != NULL && *driver->options->stop != 0;
}

// When stopped before the end: answers that are still to come are counted, then nobody walks any more.
static void wind_up(struct driver *driver) {
    driver->ending = true;
    driver->result->unfinished = (int64_t)driver->waiting;
    while (driver->waiting > 0)
        end_visitor(driver, take_first(driver));
    while (driver->walking > 0)
        courier_wait(driver->options->courier, WAIT_US_MAX);
}

bool driver_run(const struct driver_options *options, struct result *result, struct error *err) {
    struct driver driver = {.options = options, .result = result};
    int64_t began_us = clock_monotonic_us();
    bool ok = true;
    next_arrival(&driver);
    while (ok && !is_stopped(&driver) && (driver.arrivals_left || driver.walking > 0)) {
        int64_t now_us = clock_monotonic_us();
        ok = act(&driver, now_us, err);
        if (ok)
            courier_wait(options->courier, wait_length(&driver, clock_monotonic_us()));
        show_progress(&driver, now_us);
    }
    wind_up(&driver);
    free(driver.heap);
    result->wall_s = (double)(clock_monotonic_us() - began_us) / 1e6;
    return ok;
}
