// plant.c - see plant.h.
#include "plant.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "gate/guard.h"

#define UNLIMITED 1000000
#define WANDER_S  600.0

double plant_capacity(const struct plant_options *options, double at_s) {
    double per_s = options->steps[0].per_s;
    for (int i = 1; i < PLANT_STEPS_MAX && options->steps[i].at_s > 0; i++)
        if (at_s >= options->steps[i].at_s)
            per_s = options->steps[i].per_s;
    return per_s;
}

enum event_kind { REACHES, SERVED, GIVES_UP, LOOKS_AGAIN };

struct event {
    double at_s;
    enum event_kind kind;
    uint32_t person;
    int try;
};

enum person_state { ON_THE_WAY, HELD, WAITING, GONE };

struct person {
    double admitted_s, reached_s;
    enum person_state state;
    int try;
};

// A growing array used as a heap of events, a queue of requests, a list of people or of waits.
struct row {
    void *items;
    size_t length, capacity, start;
};

struct plant {
    const struct plant_options *options;
    struct policy *policy;
    struct plant_result *result;
    struct random random;
    struct guard guard;
    bool guarded;
    double now_s;
    struct row events; // struct event, a heap
    struct row people; // struct person
    struct row queue;  // struct event, requests at the provider
    struct row held;   // uint32_t, people held
    struct row again;  // uint32_t, people held who send again: before the others
    struct row waits;  // double
    struct row recent; // double, waits that ended in this second
    struct policy_second second;
    bool serving;
    struct event served;
    uint64_t joined, passed; // people who ever came to the line, and who were let in
    double drift;            // of the logarithm of the capacity
};

static void *row_add(struct row *row, size_t size) {
    if (row->length == row->capacity) {
        row->capacity = row->capacity == 0 ? 1024 : row->capacity * 2;
        row->items = realloc(row->items, row->capacity * size);
        if (row->items == NULL)
            abort();
    }
    return (char *)row->items + size * row->length++;
}

static size_t row_waiting(const struct row *row) {
    return row->length - row->start;
}

static void schedule(struct plant *plant, struct event event) {
    row_add(&plant->events, sizeof event);
    struct event *heap = plant->events.items;
    size_t at = plant->events.length - 1;
    for (; at > 0 && heap[(at - 1) / 2].at_s > event.at_s; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = event;
}

static struct event next_event(struct plant *plant) {
    struct event *heap = plant->events.items, first = heap[0];
    struct event last = heap[--plant->events.length];
    size_t length = plant->events.length, at = 0;
    for (size_t child; (child = 2 * at + 1) < length; at = child) {
        if (child + 1 < length && heap[child + 1].at_s < heap[child].at_s)
            child++;
        if (heap[child].at_s >= last.at_s)
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return first;
}

static struct person *person_of(struct plant *plant, uint32_t number) {
    return (struct person *)plant->people.items + number;
}

// Takes the next request if the provider is free; looks again later when it stands still.
static void serve(struct plant *plant) {
    if (plant->serving || row_waiting(&plant->queue) == 0)
        return;
    double per_s = plant_capacity(plant->options, plant->now_s) * exp(plant->drift);
    plant->serving = true;
    if (per_s <= 0) {
        schedule(plant, (struct event){.at_s = plant->now_s + 0.1, .kind = LOOKS_AGAIN});
        return;
    }
    plant->served = ((struct event *)plant->queue.items)[plant->queue.start++];
    double takes_s = plant->options->irregular ? random_exponential(&plant->random, 1 / per_s) : 1 / per_s;
    schedule(plant, (struct event){.at_s = plant->now_s + takes_s, .kind = SERVED});
}

static void send(struct plant *plant, uint32_t number) {
    struct person *person = person_of(plant, number);
    person->state = WAITING;
    struct event request = {.person = number,
                            .try = person->try,
                            .kind = GIVES_UP,
                            .at_s = plant->now_s + plant->options->patience_s};
    *(struct event *)row_add(&plant->queue, sizeof request) = request;
    schedule(plant, request);
    serve(plant);
}

static void send_held(struct plant *plant) {
    for (;;) {
        struct row *row = row_waiting(&plant->again) > 0 ? &plant->again : &plant->held;
        if (row_waiting(row) == 0 || (plant->guarded && !guard_take(&plant->guard)))
            return;
        send(plant, ((uint32_t *)row->items)[row->start++]);
    }
}

static void hold(struct plant *plant, uint32_t number, struct row *row) {
    person_of(plant, number)->state = HELD;
    *(uint32_t *)row_add(row, sizeof number) = number;
    send_held(plant);
}

static void ended(struct plant *plant, const struct person *person) {
    *(double *)row_add(&plant->recent, sizeof(double)) = plant->now_s - person->reached_s;
}

static void on_reaches(struct plant *plant, const struct event *event) {
    struct person *person = person_of(plant, event->person);
    struct stage_counts *seen = &plant->second.counts.stages[0];
    person->reached_s = plant->now_s;
    seen->arrived_by_age[reach_bin((int64_t)(plant->now_s - person->admitted_s))]++;
    seen->backlog++;
    hold(plant, event->person, &plant->held);
}

static void on_served(struct plant *plant) {
    struct person *person = person_of(plant, plant->served.person);
    plant->serving = false;
    if (person->state == WAITING && person->try == plant->served.try) {
        person->state = GONE;
        ended(plant, person);
        *(double *)row_add(&plant->waits, sizeof(double)) = plant->now_s - person->reached_s;
        plant->result->completed++;
        plant->second.counts.stages[0].completed++;
        plant->second.counts.stages[0].backlog--;
        plant->second.inside--;
        if (plant->guarded)
            guard_answered(&plant->guard);
    } else {
        plant->result->wasted++;
    }
    serve(plant);
    send_held(plant);
}

static void on_gives_up(struct plant *plant, const struct event *event) {
    struct person *person = person_of(plant, event->person);
    if (person->state != WAITING || person->try != event->try)
        return;
    if (plant->guarded)
        guard_gave_up(&plant->guard);
    if (++person->try > plant->options->resends) {
        person->state = GONE;
        ended(plant, person);
        plant->result->lost++;
        plant->second.counts.stages[0].backlog--;
        plant->second.inside--;
        return;
    }
    ended(plant, person);
    hold(plant, event->person, &plant->again);
}

static void admit(struct plant *plant, uint64_t people) {
    const struct plant_options *options = plant->options;
    for (uint64_t i = 0; i < people; i++) {
        double at_s = plant->now_s + (double)i / (double)people;
        uint32_t number = (uint32_t)plant->people.length;
        struct person *person = row_add(&plant->people, sizeof *person);
        *person = (struct person){.admitted_s = at_s};
        if (random_unit(&plant->random) < options->leave_share)
            continue;
        double journey_s = random_gamma(&plant->random, options->journey_s, options->journey_deviation_s);
        plant->second.inside++;
        schedule(plant, (struct event){.at_s = at_s + journey_s, .kind = REACHES, .person = number});
    }
    plant->second.counts.admitted = people;
}

static int compare_doubles(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double quantile(struct row *row, double share) {
    if (row->length == 0)
        return 0;
    qsort(row->items, row->length, sizeof(double), compare_doubles);
    return ((double *)row->items)[(size_t)(share * (double)(row->length - 1))];
}

static double demand_at(const struct plant_options *options, double at_s) {
    const struct plant_step *step = options->demand;
    for (int i = 1; i < PLANT_STEPS_MAX && step[i].at_s > 0; i++)
        if (at_s < step[i].at_s)
            return step[i - 1].per_s + (at_s - step[i - 1].at_s) / (step[i].at_s - step[i - 1].at_s) *
                                           (step[i].per_s - step[i - 1].per_s);
    return 0;
}

// Whoever comes in one second, one by one and by chance.
static void join(struct plant *plant, double at_s) {
    if (plant->options->demand[1].at_s == 0) {
        plant->joined = plant->passed + UNLIMITED;
        return;
    }
    double gap = random_exponential(&plant->random, 1), mean = demand_at(plant->options, at_s);
    for (; gap < mean; gap += random_exponential(&plant->random, 1))
        plant->joined++;
}

static void wander(struct plant *plant) {
    if (plant->options->wander > 0)
        plant->drift += -plant->drift / WANDER_S +
                        plant->options->wander * sqrt(2 / WANDER_S) * random_normal(&plant->random);
}

static uint64_t let_in(struct plant *plant, struct plant_second *second) {
    uint64_t waiting = plant->joined - plant->passed;
    plant->second.counts.waiting = waiting > 0;
    uint64_t people = policy_tick(plant->policy, &plant->second);
    people = people < waiting ? people : waiting;
    plant->passed += people;
    second->pace = plant->policy->per_s;
    second->steady = plant->policy->steady_per_s;
    second->joined = plant->joined;
    second->passed = plant->passed;
    return people;
}

static void end_second(struct plant *plant, size_t number) {
    struct stage_counts *seen = &plant->second.counts.stages[0];
    struct plant_second *second = &plant->result->seconds[number];
    uint64_t arrived = 0;
    for (int bin = 0; bin < REACH_BINS; bin++)
        arrived += seen->arrived_by_age[bin];
    *second = (struct plant_second){.capacity = plant_capacity(plant->options, (double)number),
                                    .arrived = (double)arrived,
                                    .completed = (double)seen->completed,
                                    .backlog = (double)seen->backlog,
                                    .wait_s = quantile(&plant->recent, 0.5)};
    if (seen->backlog > plant->result->backlog_max)
        plant->result->backlog_max = seen->backlog;
    plant->second.wait_p50_s = second->wait_s;
    plant->second.wait_p95_s = quantile(&plant->recent, 0.95);
    plant->second.ended = plant->recent.length;
    join(plant, (double)number);
    wander(plant);
    uint64_t people = let_in(plant, second);
    guard_tick(&plant->guard, plant->policy->throughput);
    plant->recent.length = 0;
    seen->completed = 0;
    memset(seen->arrived_by_age, 0, sizeof seen->arrived_by_age);
    admit(plant, people);
    send_held(plant);
}

static void handle(struct plant *plant, const struct event *event) {
    plant->now_s = event->at_s;
    switch (event->kind) {
    case REACHES:
        on_reaches(plant, event);
        return;
    case SERVED:
        on_served(plant);
        return;
    case GIVES_UP:
        on_gives_up(plant, event);
        return;
    case LOOKS_AGAIN:
        plant->serving = false;
        serve(plant);
    }
}

static void plant_done(struct plant *plant) {
    struct row *rows[] = {&plant->events, &plant->people, &plant->queue, &plant->held,
                          &plant->again,  &plant->waits,  &plant->recent};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        free(rows[i]->items);
}

void plant_run(const struct plant_options *options, struct policy *policy, bool guarded, uint64_t seed,
               struct plant_result *ret_result) {
    struct plant plant = {.options = options, .policy = policy, .guarded = guarded, .result = ret_result};
    size_t seconds = (size_t)options->duration_s;
    *ret_result = (struct plant_result){.seconds = calloc(seconds, sizeof(struct plant_second)),
                                        .seconds_length = seconds};
    if (ret_result->seconds == NULL)
        abort();
    random_init_seeded(&plant.random, seed);
    guard_init(&plant.guard, policy->throughput);
    for (size_t second = 0; second < seconds; second++) {
        ret_result->possible += plant_capacity(options, (double)second);
        while (plant.events.length > 0 && ((struct event *)plant.events.items)[0].at_s < (double)second + 1) {
            struct event event = next_event(&plant);
            handle(&plant, &event);
        }
        plant.now_s = (double)second + 1;
        end_second(&plant, second);
    }
    ret_result->wait_p50_s = quantile(&plant.waits, 0.50);
    ret_result->wait_p95_s = quantile(&plant.waits, 0.95);
    ret_result->wait_max_s = quantile(&plant.waits, 1);
    plant_done(&plant);
}

void plant_result_done(struct plant_result *result) {
    free(result->seconds);
    *result = (struct plant_result){0};
}
