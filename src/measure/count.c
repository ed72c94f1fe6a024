// count.c - one upsert a counter and batch.
#include "measure/count.h"

#include "base/clock.h"

static const struct statement ADD = {
    "INSERT INTO step_count (hour_ms, campaign_id, step, outcome, count) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (hour_ms, campaign_id, step, outcome) DO UPDATE SET count = step_count.count + excluded.count",
    "iiiii"};

const char *count_step_name(enum count_step step) {
    static const char *const names[] = {NULL,       "consent",  "procedure", "intent", "authenticate",
                                        "verified", "register", "hop",       "grant"};
    return (size_t)step < sizeof names / sizeof *names ? names[step] : NULL;
}

void count_step(struct tallies *tallies, int64_t now_ms, int64_t campaign_id, enum count_step step, int outcome) {
    tallies_add(tallies, &(struct tally){.statement = &ADD,
                                         .keys = {clock_hour_start_ms(now_ms), campaign_id, step, outcome},
                                         .keys_count = 4,
                                         .amount = 1});
}
