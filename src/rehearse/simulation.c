// simulation.c - hour by hour: who arrives, how their lives go on, what the server would have counted.
#include "rehearse/simulation.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "measure/count.h"
#include "measure/survey.h"
#include "measure/traffic.h"
#include "rehearse/life.h"
#include "rehearse/shape.h"
#include "rehearse/simulation_help.h"

#define BATCH_LIVES       SIMULATION_BATCH
#define BATCH_BYTES_MAX   ((size_t)64 << 20)
#define COMMAND_BYTES_MAX 65536
#define HELP_BYTES_MAX    ((size_t)1 << 20)
#define TRAFFIC_BYTES_MAX ((size_t)16 << 20)
#define TRAFFIC_HOURS     16 // written at once: all routes of so many hours fit into one command
#define SLOW_FACTOR       4  // how much slower a request is at twice the load that is still quick
#define TRAFFIC_NODE      1  // the one server that was not there
#define SATISFACTION      1  // the questions that come with the program, by number
#define SMOOTHNESS        2
#define GRADE_BEST        5   // and their choices, from 5 to 1
#define TELL_S            5   // until somebody who watches is told that the store does not take anything
#define BUDGET_ROOM       1.1 // over the expected residents, so that chance does not use it up

enum route {
    ROUTE_ACCESS,
    ROUTE_REGISTER,
    ROUTE_BEGIN,
    ROUTE_CONSENT,
    ROUTE_PROCEDURE,
    ROUTE_INTENT,
    ROUTE_IDENTITY,
    ROUTE_CALLBACK,
    ROUTE_APPLY,
    ROUTE_ME,
    ROUTES,
};
static const char *const route_names[ROUTES] = {"/api/v1/accesses",
                                                "/api/v1/residents",
                                                "/api/v1/me/journey/begin",
                                                "/api/v1/me/journey/consent",
                                                "/api/v1/me/journey/procedure",
                                                "/api/v1/me/journey/intent",
                                                "/api/v1/me/identity",
                                                "/identity/callback",
                                                "/api/v1/me/application",
                                                "/api/v1/me"};

// One life, and what its resident thinks of it.
struct entry {
    struct batch *batch;
    struct chronicle_life life;
    struct command command;
    bool answers; // the survey, too
    struct survey_change survey;
    struct command survey_command;
};

// Lives that are written together. While the writer has one batch, the next is drawn.
struct batch {
    const struct campaign *campaign;
    struct arena *arena;
    struct entry entries[BATCH_LIVES];
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t written;
    size_t under_way; // under the lock, as is the first error
    struct error error;
};

struct simulation {
    const struct simulation_options *options;
    const struct campaign *campaign;
    struct writer *writer;
    struct traffic *traffic;
    struct arena *traffic_arena;
    struct command traffic_command; // hours that are not written yet
    size_t traffic_hours;
    struct shape shape;
    struct life_world world;
    struct random survey_random; // of its own: who answers changes nothing else
    struct random device_random; // likewise: which openings are the first ones of strangers' devices
    struct random help_random;   // likewise: what is called about, read and asked
    int64_t (*requests)[ROUTES]; // by hour of the shape
    int64_t *strangers;          // the same: first openings by those who never register
    int64_t *accesses;           // the same: all of them
    struct batch batches[2];
    int drawn; // which batch is being drawn
    struct simulation_sums sums;
    struct error *err;
};

struct campaign simulation_campaign(const struct plan *plan, double scale) {
    struct campaign campaign = {.points = plan->campaign.points,
                                .opens_ms = plan->campaign.opens_ms,
                                .closes_ms = plan->campaign.closes_ms,
                                .age_min = 15,
                                .prefecture = "東京都"};
    campaign.budget_points =
        campaign.points * (int64_t)ceil(plan->campaign.residents * scale * BUDGET_ROOM + 100);
    memcpy(campaign.code, plan->campaign.code, sizeof campaign.code);
    memcpy(campaign.name, plan->campaign.name, sizeof campaign.name);
    return campaign;
}

static void settle_life(struct command *command, struct tallies *tallies) {
    const struct batch *batch = command->context;
    size_t offset = (size_t)((const char *)command - (const char *)batch->entries);
    const struct chronicle_life *life = &batch->entries[offset / sizeof *batch->entries].life;
    chronicle_count(tallies, batch->campaign, life);
    // Who registers has opened the app, on a device of their own.
    count_openings(tallies, life->created_ms, batch->campaign->id, 1);
}

static void is_written(struct batch *batch, const struct error *err) {
    (void)pthread_mutex_lock(&batch->lock);
    if (err != NULL && batch->error.kind == ERROR_NONE)
        batch->error = *err;
    if (--batch->under_way == 0)
        (void)pthread_cond_signal(&batch->written);
    (void)pthread_mutex_unlock(&batch->lock);
}

static void life_is_written(struct command *command, const struct error *err) {
    is_written(command->context, err);
}

// A survey's command has the change as its context; the entry is found by where that lies.
static void answer_is_written(struct command *command, const struct error *err) {
    const char *change = command->context;
    is_written(((const struct entry *)(change - offsetof(struct entry, survey)))->batch, err);
}

// Until the batch is written; false with the first error.
static bool await(struct simulation *simulation, struct batch *batch) {
    const struct simulation_options *options = simulation->options;
    struct timespec told;
    (void)clock_gettime(CLOCK_REALTIME, &told);
    told.tv_sec += TELL_S;
    (void)pthread_mutex_lock(&batch->lock);
    while (batch->under_way > 0)
        if (pthread_cond_timedwait(&batch->written, &batch->lock, &told) == ETIMEDOUT) {
            told.tv_sec += TELL_S;
            if (options->waits != NULL)
                options->waits(options->context);
        }
    (void)pthread_mutex_unlock(&batch->lock);
    batch->count = 0;
    if (batch->error.kind == ERROR_NONE)
        return true;
    *simulation->err = batch->error;
    return false;
}

// The answer of an entry, as a command that follows its life's: without a receipt nobody may answer.
static void add_answer(struct simulation *simulation, struct entry *entry) {
    const struct plan_survey *plan = &simulation->options->plan->survey;
    struct random *random = &simulation->survey_random;
    const struct chronicle_life *life = &entry->life;
    entry->answers = plan->respond > 0 && life->granted_ms > 0 && random_unit(random) < plan->respond;
    if (!entry->answers)
        return;
    entry->survey = (struct survey_change){.campaign_id = simulation->campaign->id,
                                           .resident_id = life->resident_id,
                                           .now_ms = life->granted_ms + 1,
                                           .place = (int64_t)(random_uint64(random) >> 1)};
    entry->survey.marks.chosen[SATISFACTION] =
        UINT64_C(1) << (GRADE_BEST - life_draw_weighted(random, plan->satisfaction, PLAN_GRADES));
    entry->survey.marks.chosen[SMOOTHNESS] =
        UINT64_C(1) << (GRADE_BEST - life_draw_weighted(random, plan->smoothness, PLAN_GRADES));
    command_init(&entry->survey_command, entry->batch->arena);
    survey_answer(&entry->survey_command, &entry->survey);
    entry->survey_command.done = answer_is_written;
    simulation->sums.answers++;
}

static void submit(struct simulation *simulation, struct command *command) {
    struct error err = {0};
    if (!writer_submit(simulation->writer, command, &err))
        command->done(command, &err);
}

// Hands the drawn batch over and turns to the other one.
static bool write_lives(struct simulation *simulation) {
    struct batch *batch = &simulation->batches[simulation->drawn];
    arena_reset(batch->arena);
    batch->under_way = batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        struct command *command = &batch->entries[i].command;
        batch->entries[i].batch = batch;
        command_init(command, batch->arena);
        command->context = batch;
        command->settle = settle_life;
        command->done = life_is_written;
        chronicle_add(command, simulation->campaign, &batch->entries[i].life);
        add_answer(simulation, &batch->entries[i]);
        batch->under_way += batch->entries[i].answers;
    }
    for (size_t i = 0; i < batch->count; i++) {
        submit(simulation, &batch->entries[i].command);
        if (batch->entries[i].answers)
            submit(simulation, &batch->entries[i].survey_command);
    }
    simulation->drawn = 1 - simulation->drawn;
    return await(simulation, &simulation->batches[simulation->drawn]);
}

static void request(struct simulation *simulation, int64_t at_ms, enum route route) {
    int64_t hour = (at_ms - simulation->shape.first_ms) / CLOCK_HOUR_MS;
    if (at_ms < simulation->shape.first_ms || hour >= (int64_t)simulation->shape.hours)
        return; // before the campaign, or never
    simulation->requests[hour][route]++;
    simulation->sums.requests++;
}

static void count_requests(struct simulation *simulation, const struct chronicle_life *life) {
    const int64_t times[ROUTES] = {
        [ROUTE_REGISTER] = life->created_ms,  [ROUTE_BEGIN] = life->began_ms,
        [ROUTE_CONSENT] = life->consented_ms, [ROUTE_PROCEDURE] = life->informed_ms,
        [ROUTE_INTENT] = life->intended_ms,   [ROUTE_IDENTITY] = life->jumped_ms,
        [ROUTE_CALLBACK] = life->returned_ms, [ROUTE_APPLY] = life->granted_ms,
        [ROUTE_ME] = life->returned_ms};
    for (int route = 0; route < ROUTES; route++)
        if (times[route] > 0)
            request(simulation, times[route], (enum route)route);
}

static bool add_life(struct simulation *simulation, int64_t created_ms, int64_t arrives_ms) {
    struct batch *batch = &simulation->batches[simulation->drawn];
    struct chronicle_life *life = &batch->entries[batch->count++].life;
    life_draw(&simulation->world, created_ms, arrives_ms, life);
    count_requests(simulation, life);
    simulation->sums.residents++;
    simulation->sums.began += life->began_ms > 0;
    simulation->sums.verified += life->outcome == JOURNEY_OUTCOME_VERIFIED;
    simulation->sums.granted += life->granted_ms > 0;
    return batch->count < BATCH_LIVES || write_lives(simulation);
}

static int64_t before_opening(struct simulation *simulation) {
    const struct plan_campaign *plan = &simulation->options->plan->campaign;
    double back_ms = random_unit(simulation->world.random) * plan->before_days * (double)CLOCK_DAY_MS;
    return plan->opens_ms - 1 - (int64_t)back_ms;
}

// A Poisson process in [from, until): the next moment after `at`; a mean of 0 has none.
static double next_arrival(struct simulation *simulation, double at, double mean_gap) {
    return at + random_exponential(simulation->world.random, mean_gap);
}

// Those who registered before and do not come.
static bool add_absent(struct simulation *simulation) {
    const struct plan_campaign *plan = &simulation->options->plan->campaign;
    double expected =
        plan->residents * simulation->options->scale * plan->registered_before * (1 - plan->begin);
    bool ok = true;
    double at = expected > 0 ? next_arrival(simulation, 0, 1 / expected) : 1;
    while (at < 1 && ok) {
        ok = add_life(simulation, before_opening(simulation), 0);
        at = next_arrival(simulation, at, 1 / expected);
    }
    return ok;
}

static bool add_hour(struct simulation *simulation, size_t hour) {
    const struct plan_campaign *plan = &simulation->options->plan->campaign;
    int64_t from_ms = simulation->shape.first_ms + (int64_t)hour * CLOCK_HOUR_MS;
    int64_t until_ms = from_ms + CLOCK_HOUR_MS;
    double fresh = 1 - plan->registered_before, known = plan->registered_before * plan->begin;
    double arrivals =
        plan->residents * simulation->options->scale * (fresh + known) * simulation->shape.shares[hour];
    if (arrivals <= 0)
        return true;
    from_ms = from_ms > plan->opens_ms ? from_ms : plan->opens_ms;
    until_ms = until_ms < plan->closes_ms ? until_ms : plan->closes_ms;
    double gap_ms = (double)(until_ms - from_ms) / arrivals, length_ms = (double)(until_ms - from_ms);
    bool ok = true;
    double at = next_arrival(simulation, 0, gap_ms);
    while (at < length_ms && ok) {
        int64_t at_ms = from_ms + (int64_t)at;
        bool is_known = random_unit(simulation->world.random) * (fresh + known) < known;
        bool begins = is_known || random_unit(simulation->world.random) < plan->begin;
        request(simulation, at_ms, ROUTE_ACCESS);
        ok = add_life(simulation, is_known ? before_opening(simulation) : at_ms, begins ? at_ms : 0);
        at = next_arrival(simulation, at, gap_ms);
    }
    if (plan->visits <= 0)
        return ok;
    gap_ms /= plan->visits;
    at = next_arrival(simulation, 0, gap_ms);
    while (at < length_ms) {
        request(simulation, from_ms + (int64_t)at, ROUTE_ACCESS);
        request(simulation, from_ms + (int64_t)at, ROUTE_ME);
        simulation->strangers[hour] += random_unit(&simulation->device_random) < plan->strangers;
        at = next_arrival(simulation, at, gap_ms);
    }
    return ok;
}

// A commit an hour would cost more than everything else of a year.
static bool write_hours(struct simulation *simulation) {
    bool ok = simulation->traffic_command.steps_count == 0 ||
              writer_run(simulation->writer, &simulation->traffic_command, simulation->err);
    arena_reset(simulation->traffic_arena);
    command_init(&simulation->traffic_command, simulation->traffic_arena);
    simulation->traffic_hours = 0;
    return ok;
}

// Requests of an hour that nothing can be added to any more.
static bool write_traffic(struct simulation *simulation, size_t hour) {
    const struct plan_campaign *plan = &simulation->options->plan->campaign;
    int64_t hour_ms = simulation->shape.first_ms + (int64_t)hour * CLOCK_HOUR_MS;
    double load =
        (double)simulation->requests[hour][ROUTE_ACCESS] / (plan->slow_per_hour * simulation->options->scale);
    double factor = load > 1 ? 1 + SLOW_FACTOR * (load - 1) : 1;
    for (int route = 0; route < ROUTES; route++) {
        for (int64_t i = 0; i < simulation->requests[hour][route]; i++) {
            double ms =
                factor * random_gamma(simulation->world.random, plan->latency_ms[0], plan->latency_ms[1]);
            traffic_record(simulation->traffic, hour_ms, route_names[route], 200, (int64_t)(ms * 1000));
        }
    }
    traffic_add(simulation->traffic, &simulation->traffic_command);
    return ++simulation->traffic_hours < TRAFFIC_HOURS || write_hours(simulation);
}

static void settle_accesses(struct command *command, struct tallies *tallies) {
    struct simulation *simulation = command->context;
    for (size_t hour = 0; hour < simulation->shape.hours; hour++) {
        int64_t hour_ms = simulation->shape.first_ms + (int64_t)hour * CLOCK_HOUR_MS;
        if (simulation->requests[hour][ROUTE_ACCESS] > 0)
            count_accesses(tallies, hour_ms, simulation->requests[hour][ROUTE_ACCESS]);
        if (simulation->strangers[hour] > 0)
            count_openings(tallies, hour_ms, simulation->campaign->id, simulation->strangers[hour]);
    }
}

static bool write_accesses(struct simulation *simulation) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(COMMAND_BYTES_MAX);
    struct command command;
    if (arena == NULL)
        return error_set(simulation->err, ERROR_UNAVAILABLE, "out of memory");
    command_init(&command, arena);
    command.context = simulation;
    command.settle = settle_accesses;
    for (size_t hour = 0; hour < simulation->shape.hours; hour++)
        simulation->sums.accesses += simulation->requests[hour][ROUTE_ACCESS];
    // The last hours of the traffic: the one before, and the last.
    return writer_run(simulation->writer, &command, simulation->err) && write_hours(simulation) &&
           traffic_flush(simulation->traffic, simulation->writer, simulation->err) &&
           traffic_flush(simulation->traffic, simulation->writer, simulation->err);
}

// Whoever calls or looks for help follows the accesses.
static bool write_help(struct simulation *simulation) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(HELP_BYTES_MAX);
    const struct simulation_help help = {.plan = simulation->options->plan,
                                         .scale = simulation->options->scale,
                                         .first_ms = simulation->shape.first_ms,
                                         .hours = simulation->shape.hours,
                                         .accesses = simulation->accesses,
                                         .writer = simulation->writer,
                                         .arena = arena,
                                         .calls_random = simulation->world.random,
                                         .help_random = &simulation->help_random};
    if (arena == NULL)
        return error_set(simulation->err, ERROR_UNAVAILABLE, "out of memory");
    for (size_t hour = 0; hour < simulation->shape.hours; hour++)
        simulation->accesses[hour] = simulation->requests[hour][ROUTE_ACCESS];
    return simulation_help_write(&help, &simulation->sums.calls, simulation->err);
}

static bool run_hours(struct simulation *simulation) {
    const struct simulation_options *options = simulation->options;
    if (!add_absent(simulation))
        return false;
    for (size_t hour = 0; hour < simulation->shape.hours; hour++) {
        if (options->stop != NULL && *options->stop != 0)
            return error_set(simulation->err, ERROR_UNAVAILABLE, "stopped");
        if (!add_hour(simulation, hour) || !write_traffic(simulation, hour))
            return false;
        if (options->progress != NULL)
            options->progress(options->context, simulation->shape.first_ms + (int64_t)hour * CLOCK_HOUR_MS,
                              &simulation->sums);
    }
    bool written = write_lives(simulation);
    written = written && write_lives(simulation); // hands over nothing, and waits for what was handed over
    return written && write_accesses(simulation) && write_help(simulation);
}

static bool batch_init(struct simulation *simulation, int which) {
    struct batch *batch = &simulation->batches[which];
    batch->campaign = simulation->campaign;
    batch->arena = arena_new(BATCH_BYTES_MAX);
    (void)pthread_mutex_init(&batch->lock, NULL);
    (void)pthread_cond_init(&batch->written, NULL);
    return batch->arena != NULL;
}

// Also of a batch that was never made: then everything in it is zero.
static void batch_done(struct simulation *simulation, struct batch *batch) {
    if (batch->campaign == NULL)
        return;
    (void)await(simulation, batch);
    arena_free(batch->arena);
    (void)pthread_mutex_destroy(&batch->lock);
    (void)pthread_cond_destroy(&batch->written);
}

static bool prepare(struct simulation *simulation) {
    const struct plan *plan = simulation->options->plan;
    struct holidays holidays;
    if (!holidays_of_japan(&holidays, simulation->err))
        return false;
    bool ok = shape_new(&plan->campaign, &holidays, &simulation->shape, simulation->err);
    holidays_done(&holidays);
    if (!ok)
        return false;
    life_places(&simulation->world.places, simulation->campaign->prefecture);
    simulation->requests = calloc(simulation->shape.hours, sizeof *simulation->requests);
    simulation->strangers = calloc(simulation->shape.hours, sizeof *simulation->strangers);
    simulation->accesses = calloc(simulation->shape.hours, sizeof *simulation->accesses);
    simulation->traffic = traffic_new(TRAFFIC_NODE);
    simulation->traffic_arena = arena_new(TRAFFIC_BYTES_MAX);
    bool batches = batch_init(simulation, 0) && batch_init(simulation, 1);
    if (simulation->requests == NULL || simulation->strangers == NULL || simulation->accesses == NULL ||
        simulation->traffic == NULL || simulation->traffic_arena == NULL || !batches)
        return error_set(simulation->err, ERROR_UNAVAILABLE, "out of memory");
    command_init(&simulation->traffic_command, simulation->traffic_arena);
    return true;
}

bool simulation_run(const struct simulation_options *options, const struct campaign *campaign,
                    struct writer *writer, struct simulation_sums *ret_sums, struct error *err) {
    struct random random;
    struct simulation *simulation = calloc(1, sizeof *simulation);
    if (simulation == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    random_init_seeded(&random, options->plan->seed);
    random_init_seeded(&simulation->survey_random, options->plan->seed + 1);
    random_init_seeded(&simulation->device_random, options->plan->seed + 2);
    random_init_seeded(&simulation->help_random, options->plan->seed + 3);
    simulation->options = options;
    simulation->campaign = campaign;
    simulation->writer = writer;
    simulation->err = err;
    simulation->world = (struct life_world){.plan = options->plan, .random = &random};
    bool ok = prepare(simulation) && run_hours(simulation);
    if (ok)
        *ret_sums = simulation->sums;
    shape_done(&simulation->shape);
    traffic_free(simulation->traffic);
    arena_free(simulation->traffic_arena);
    batch_done(simulation, &simulation->batches[0]);
    batch_done(simulation, &simulation->batches[1]);
    free(simulation->requests);
    free(simulation->strangers);
    free(simulation->accesses);
    free(simulation);
    return ok;
}
