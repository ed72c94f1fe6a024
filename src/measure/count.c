// count.c - one upsert a counter and batch.
#include "measure/count.h"

#include "base/clock.h"

static const struct statement ADD = {
    "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (hour_ms, campaign_id, step, outcome) DO UPDATE SET count = step_count.count + "
    "excluded.count",
    "iiiii"};

static const struct statement ADD_ACCESS = {
    "INSERT INTO access_count (hour_ms, count) VALUES ($1, $2) "
    "ON CONFLICT (hour_ms) DO UPDATE SET count = access_count.count + excluded.count",
    "ii"};
static const struct statement ACCESSES = {"SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM access_count",
                                          ""};
static const struct statement STEPS = {"SELECT step, outcome, CAST(SUM(count) AS BIGINT) FROM step_count "
                                       "WHERE campaign_id = $1 AND outcome IN (1, 2) "
                                       "GROUP BY step, outcome",
                                       "i"};

const char *count_step_name(enum count_step step) {
    static const char *const names[] = {NULL,       "consent",  "procedure", "intent", "authenticate",
                                        "verified", "register", "hop",       "grant",  "opening"};
    return (size_t)step < sizeof names / sizeof *names ? names[step] : NULL;
}

static void add(struct tallies *tallies, int64_t now_ms, int64_t campaign_id, enum count_step step,
                int outcome, int64_t amount) {
    tallies_add(tallies, &(struct tally){.statement = &ADD,
                                         .keys = {clock_hour_start_ms(now_ms), campaign_id, step, outcome},
                                         .keys_count = 4,
                                         .amount = amount});
}

void count_step(struct tallies *tallies, int64_t now_ms, int64_t campaign_id, enum count_step step,
                int outcome) {
    add(tallies, now_ms, campaign_id, step, outcome, 1);
}

void count_openings(struct tallies *tallies, int64_t now_ms, int64_t campaign_id, int64_t amount) {
    add(tallies, now_ms, campaign_id, COUNT_OPENING, COUNT_REACHED, amount);
}

void count_access(struct tallies *tallies, int64_t now_ms) {
    count_accesses(tallies, now_ms, 1);
}

void count_accesses(struct tallies *tallies, int64_t now_ms, int64_t amount) {
    tallies_add(tallies, &(struct tally){.statement = &ADD_ACCESS,
                                         .keys = {clock_hour_start_ms(now_ms)},
                                         .keys_count = 1,
                                         .amount = amount});
}

bool count_read(struct session *session, int64_t campaign_id, struct count_sums *ret_sums,
                struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(1 << 16);
    struct rows accesses, steps;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!session_query(session, &ACCESSES, NULL, 0, arena, &accesses, err) ||
        !SESSION_QUERY(session, &STEPS, arena, &steps, err, value_int(campaign_id)))
        return false;
    *ret_sums = (struct count_sums){.accesses = rows_int(&accesses, 0, 0)};
    for (size_t row = 0; row < steps.count; row++) {
        int64_t step = rows_int(&steps, row, 0);
        if (step < 0 || step >= COUNT_STEPS)
            continue; // counted by a newer version
        int64_t *sums = rows_int(&steps, row, 1) == COUNT_REACHED ? ret_sums->reached : ret_sums->went_on;
        sums[step] = rows_int(&steps, row, 2);
    }
    ret_sums->residents = ret_sums->reached[COUNT_REGISTER];
    return true;
}
