// store_load - durable commands a second through the writer: store_load STORE_URL [SECONDS [IN_FLIGHT ...]]
//
// A command is what granting costs: five statements of one resident, and two tallies on hot rows. So many
// commands are kept in flight at once; each answered one is replaced by the next, from one driving thread.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/text.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/writer.h"

#define IN_FLIGHT_MAX   4096
#define COMMAND_BYTES   8192
#define QUEUE_MAX       20000
#define BATCH_MAX       1024
#define SECONDS_DEFAULT 5
#define CAMPAIGN        1
#define BUDGET_ACCOUNT  INT64_C(-7)
#define POINTS          11000
#define MILLION         1000000.0

static const struct statement PERSON = {
    "INSERT INTO person (campaign_id, person_hash, resident_id, verified_ms) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    "ibii"};
static const struct statement JOURNEY = {
    "INSERT INTO journey (resident_id, campaign_id, state, granted_ms) "
    "VALUES ($1, $2, 8, $3) ON CONFLICT (resident_id, campaign_id) "
    "DO UPDATE SET state = 8 WHERE journey.granted_ms IS NULL RETURNING state",
    "iii"};
static const struct statement APPLICATION = {
    "INSERT INTO application (resident_id, campaign_id, receipt, key_hash, body_hash, points, at_ms) "
    "SELECT $1, $2, $3, $4, $4, 11000, $5 WHERE EXISTS (SELECT 1 FROM journey WHERE resident_id = $1 AND "
    "campaign_id = $2 AND state = 8) ON CONFLICT DO NOTHING RETURNING receipt",
    "iiibi"};
static const struct statement TRANSFER = {
    "INSERT INTO transfer (id, kind, phase, debit_account_id, credit_account_id, points, campaign_id, "
    "resident_id, at_ms) VALUES ($1, 1, 1, $2, $3, 11000, $4, $3, $5) ON CONFLICT DO NOTHING",
    "biiii"};
static const struct statement ACCOUNT = {
    "INSERT INTO account (id, kind, campaign_id, credits_posted) VALUES ($1, 3, $2, 11000) "
    "ON CONFLICT (id) DO UPDATE SET credits_posted = account.credits_posted + 11000 RETURNING credits_posted",
    "ii"};
static const struct statement BUDGET = {"UPDATE account SET debits_posted = debits_posted + $2 "
                                        "WHERE id = $1 AND debits_posted + $2 <= credits_posted",
                                        "ii"};
static const struct statement COUNT = {
    "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES ($1, $2, 8, 0, $3) "
    "ON CONFLICT (hour_ms, campaign_id, step, outcome) DO UPDATE SET count = step_count.count + "
    "excluded.count",
    "iii"};
static const struct statement BUDGET_MAKE = {
    "INSERT INTO account (id, kind, campaign_id, credits_posted) VALUES ($1, 2, $2, 4000000000000000000) "
    "ON CONFLICT (id) DO NOTHING",
    "ii"};
static const struct statement LAST = {"SELECT max(id) FROM account", ""};

struct flight {
    struct command command;
    struct arena *arena;
    int64_t start_us;
    unsigned char hash[16];
    struct flight *next;
    struct load *load;
};

struct load {
    struct writer *writer;
    int64_t resident;
    pthread_mutex_t mutex;
    pthread_cond_t landed;
    struct flight *free; // answered
    struct histogram *latency;
    uint64_t done, failed;
    struct flight flights[IN_FLIGHT_MAX];
};

static _Noreturn void give_up(const char *what, const struct error *err) {
    (void)fprintf(stderr, "store_load: %s: %s\n", what, err->message);
    exit(1);
}

static void settle(struct command *command, struct tallies *tallies) {
    tallies_add(tallies, &(struct tally){.statement = &BUDGET,
                                         .keys = {BUDGET_ACCOUNT},
                                         .keys_count = 1,
                                         .amount = POINTS,
                                         .refusal = "the budget is used up"});
    tallies_add(tallies,
                &(struct tally){.statement = &COUNT, .keys = {0, CAMPAIGN}, .keys_count = 2, .amount = 1});
}

static void land(struct command *command, const struct error *err) {
    struct flight *flight = command->context;
    struct load *load = flight->load;
    int64_t end_us = clock_monotonic_us();
    (void)pthread_mutex_lock(&load->mutex);
    histogram_record(load->latency, end_us - flight->start_us);
    load->done++;
    load->failed += err != NULL;
    flight->next = load->free;
    load->free = flight;
    if (flight->next == NULL)
        (void)pthread_cond_signal(&load->landed);
    (void)pthread_mutex_unlock(&load->mutex);
}

static void start(struct flight *flight) {
    struct load *load = flight->load;
    struct error err;
    int64_t id = ++load->resident, now_ms = clock_wall_ms();
    // As far apart as hashes are.
    uint64_t mixed = (uint64_t)id * UINT64_C(0x9E3779B97F4A7C15);
    memcpy(flight->hash, &mixed, sizeof mixed);
    memcpy(flight->hash + 8, &id, sizeof id);
    struct value hash = value_blob(flight->hash, sizeof flight->hash);
    arena_reset(flight->arena);
    struct command *command = &flight->command;
    command_init(command, flight->arena);
    command->context = flight;
    command->settle = settle;
    command->done = land;
    (void)COMMAND_ADD(command, &PERSON, value_int(CAMPAIGN), hash, value_int(id), value_int(now_ms));
    (void)COMMAND_ADD(command, &JOURNEY, value_int(id), value_int(CAMPAIGN), value_int(now_ms));
    (void)COMMAND_ADD(command, &APPLICATION, value_int(id), value_int(CAMPAIGN), value_int(id), hash,
                      value_int(now_ms));
    (void)COMMAND_ADD(command, &TRANSFER, hash, value_int(BUDGET_ACCOUNT), value_int(id), value_int(CAMPAIGN),
                      value_int(now_ms));
    (void)COMMAND_ADD(command, &ACCOUNT, value_int(id), value_int(CAMPAIGN));
    flight->start_us = clock_monotonic_us();
    if (!writer_submit(load->writer, command, &err))
        give_up("submit", &err);
}

// All answered flights; waits for the first.
static struct flight *take_landed(struct load *load) {
    (void)pthread_mutex_lock(&load->mutex);
    while (load->free == NULL)
        (void)pthread_cond_wait(&load->landed, &load->mutex);
    struct flight *flights = load->free;
    load->free = NULL;
    (void)pthread_mutex_unlock(&load->mutex);
    return flights;
}

static void fly(struct load *load, size_t in_flight, int64_t until_us) {
    size_t flying = in_flight;
    for (size_t i = 0; i < in_flight; i++)
        start(&load->flights[i]);
    while (flying > 0) {
        struct flight *next = NULL;
        for (struct flight *flight = take_landed(load); flight != NULL; flight = next) {
            next = flight->next;
            if (clock_monotonic_us() < until_us)
                start(flight);
            else
                flying--;
        }
    }
}

static void measure(struct store *store, struct load *load, size_t in_flight, int64_t seconds) {
    struct writer_figures before, after;
    struct store_figures figures;
    histogram_clear(load->latency);
    load->done = load->failed = 0;
    writer_figures(load->writer, &before);
    int64_t start_us = clock_monotonic_us();
    fly(load, in_flight, start_us + seconds * 1000000);
    double elapsed_s = (double)(clock_monotonic_us() - start_us) / MILLION;
    writer_figures(load->writer, &after);
    store_figures(store, &figures);
    uint64_t batches = after.batches - before.batches;
    (void)printf(
        "%5zu in flight: %8.0f commands/s, %6.1f a batch, answer p50 %6.2f ms p99 %6.2f ms, commit mean "
        "%5.2f ms longest %6.1f ms, failed %llu, log %lld KiB, restarts %llu (missed %llu), stall %.1f ms\n",
        in_flight, (double)load->done / elapsed_s, (double)load->done / (double)batches,
        (double)histogram_percentile(load->latency, 50) / 1000,
        (double)histogram_percentile(load->latency, 99) / 1000,
        (double)(after.commit_us_sum - before.commit_us_sum) / (double)batches / 1000,
        (double)after.commit_us_max / 1000, (unsigned long long)load->failed,
        (long long)figures.log_bytes / 1024, (unsigned long long)figures.restarts,
        (unsigned long long)figures.restarts_missed, (double)figures.stall_us_max / 1000);
    (void)fflush(stdout);
}

static void make_budget(struct store *store, struct load *load) {
    struct error err;
    struct rows rows;
    CLEANUP(session_cleanup) struct session *session = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(COMMAND_BYTES);
    if (!session_open(store, SESSION_WRITE, &session, &err) ||
        !SESSION_QUERY(session, &BUDGET_MAKE, NULL, &rows, &err, value_int(BUDGET_ACCOUNT),
                       value_int(CAMPAIGN)) ||
        !session_query(session, &LAST, NULL, 0, arena, &rows, &err))
        give_up("budget", &err);
    load->resident = rows_int(&rows, 0, 0) > 0 ? rows_int(&rows, 0, 0) : 0;
}

int main(int count, char **arguments) {
    static struct load load = {.mutex = PTHREAD_MUTEX_INITIALIZER, .landed = PTHREAD_COND_INITIALIZER};
    const struct writer_options options = {.queue_max = QUEUE_MAX, .batch_max = BATCH_MAX};
    const char *const usual[] = {"1", "16", "256"};
    struct store *store = NULL;
    struct error err;
    int applied = 0;
    int64_t seconds = SECONDS_DEFAULT, in_flight = 0;
    if (count < 2 || (count > 2 && !text_parse_int(arguments[2], 1, 86400, &seconds))) {
        (void)fprintf(stderr, "usage: store_load STORE_URL [SECONDS [IN_FLIGHT ...]]\n");
        return 2;
    }
    if (!store_open(arguments[1], &store, &err) ||
        !migrate_run(store, MIGRATIONS, MIGRATIONS_COUNT, clock_wall_ms(), &applied, &err) ||
        !writer_start(store, &options, &load.writer, &err))
        give_up(arguments[1], &err);
    make_budget(store, &load);
    load.latency = histogram_new();
    for (size_t i = 0; i < IN_FLIGHT_MAX; i++) {
        load.flights[i].load = &load;
        load.flights[i].arena = arena_new(COMMAND_BYTES);
    }
    const char *const *sizes = count > 3 ? (const char *const *)arguments + 3 : usual;
    size_t sizes_count = count > 3 ? (size_t)count - 3 : sizeof usual / sizeof *usual;
    for (size_t i = 0; i < sizes_count; i++)
        if (text_parse_int(sizes[i], 1, IN_FLIGHT_MAX, &in_flight))
            measure(store, &load, (size_t)in_flight, seconds);
    writer_stop(load.writer);
    store_close(store);
    for (size_t i = 0; i < IN_FLIGHT_MAX; i++)
        arena_free(load.flights[i].arena);
    histogram_free(load.latency);
    return 0;
}
