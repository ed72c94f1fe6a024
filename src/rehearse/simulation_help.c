// simulation_help.c - half-hours of calls and hours of answers, in commands of what fits.
#include "rehearse/simulation_help.h"

#include <math.h>

#include "base/clock.h"
#include "guidance/faq_store.h"
#include "rehearse/telephone.h"

#define STEPS_ENOUGH \
    128 // a command is written when it has so many: a commit a day would take longer than all else
#define HALF_HOURS    48
#define HELP_LANGUAGE "ja"

struct work {
    const struct simulation_help *help;
    struct command command;
    struct error *err;
};

static bool flush(struct work *work, size_t steps_enough) {
    if (work->command.steps_count < steps_enough)
        return true;
    bool ok = writer_run(work->help->writer, &work->command, work->err);
    arena_reset(work->help->arena);
    command_init(&work->command, work->help->arena);
    return ok;
}

// Half-hours before the opening and after the close have no calls.
static bool add_day_calls(struct work *work, int64_t day_ms, double accesses, int64_t *calls) {
    const struct plan *plan = work->help->plan;
    double day = floor((double)(day_ms - clock_day_start_ms(plan->campaign.opens_ms)) / CLOCK_DAY_MS + 0.5);
    double scaled = round((double)plan->calls.agents * work->help->scale);
    for (int i = 0; i < HALF_HOURS; i++) {
        struct calls_row row;
        int64_t start_ms = day_ms + i * CALLS_HALF_HOUR_MS;
        bool open = start_ms >= plan->campaign.opens_ms && start_ms < plan->campaign.closes_ms;
        double expected = open ? telephone_expected(&plan->calls, accesses, day, i) : 0;
        if (expected <= 0)
            continue;
        if (!telephone_half_hour(&plan->calls, scaled < 1 ? 1 : (int64_t)scaled, expected,
                                 work->help->calls_random, &row, work->err))
            return false;
        row.start_ms = start_ms;
        calls_put(&work->command, &row);
        telephone_topics(&plan->calls, &row, work->help->help_random, &work->command);
        *calls += row.offered;
        if (!flush(work, STEPS_ENOUGH))
            return false;
    }
    return true;
}

// A day's calls follow its accesses; on a day that opens or closes in between, those of its own part.
static bool add_calls(struct work *work, int64_t *calls) {
    const struct simulation_help *help = work->help;
    size_t hour = 0;
    while (hour < help->hours && help->plan->calls.per_access > 0) {
        int64_t day_ms = clock_day_start_ms(help->first_ms + (int64_t)hour * CLOCK_HOUR_MS);
        double accesses = 0;
        for (; hour < help->hours &&
               clock_day_start_ms(help->first_ms + (int64_t)hour * CLOCK_HOUR_MS) == day_ms;
             hour++)
            accesses += (double)help->accesses[hour];
        if (!add_day_calls(work, day_ms, accesses, calls))
            return false;
    }
    return true;
}

static double sum_of(const struct plan_shares *shares) {
    double sum = 0;
    for (size_t i = 0; i < shares->count; i++)
        sum += shares->weights[i];
    return sum;
}

// At most four steps an answer and one more.
static void add_answers(struct work *work, size_t hour, double sum) {
    const struct plan_help *plan = &work->help->plan->help;
    struct random *random = work->help->help_random;
    struct command *command = &work->command;
    int64_t hour_ms = work->help->first_ms + (int64_t)hour * CLOCK_HOUR_MS;
    double accesses = (double)work->help->accesses[hour];
    for (size_t i = 0; i < plan->answers.count; i++) {
        const char *slug = plan->answers.names[i];
        double expected = accesses * plan->answers.weights[i] / sum;
        double read = expected * plan->reads, searched = expected * plan->searches * (1 - plan->unfound);
        int64_t helped = random_poisson(random, read * plan->rated * plan->helped);
        int64_t did_not = random_poisson(random, read * plan->rated * (1 - plan->helped));
        int64_t others = random_poisson(random, read * (1 - plan->rated));
        faq_store_opinions(command, HELP_LANGUAGE, slug, FAQ_READ, hour_ms, others + helped + did_not);
        faq_store_opinions(command, HELP_LANGUAGE, slug, FAQ_HELPED, hour_ms, helped);
        faq_store_opinions(command, HELP_LANGUAGE, slug, FAQ_DID_NOT_HELP, hour_ms, did_not);
        faq_store_opinions(command, HELP_LANGUAGE, slug, FAQ_SEARCHED, hour_ms,
                           random_poisson(random, searched));
    }
    faq_store_opinions(command, HELP_LANGUAGE, "", FAQ_SEARCHED, hour_ms,
                       random_poisson(random, accesses * plan->searches * plan->unfound));
}

bool simulation_help_write(const struct simulation_help *help, int64_t *calls, struct error *err) {
    struct work work = {.help = help, .err = err};
    double sum = sum_of(&help->plan->help.answers);
    command_init(&work.command, help->arena);
    if (!add_calls(&work, calls))
        return false;
    for (size_t hour = 0; hour < help->hours && sum > 0; hour++) {
        add_answers(&work, hour, sum);
        if (!flush(&work, STEPS_ENOUGH))
            return false;
    }
    return flush(&work, 1);
}
