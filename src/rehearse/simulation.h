// simulation.h - a whole campaign, written straight into a store: weeks or a year in seconds.
//
// Where a rehearsal walks every resident over HTTP, a simulation draws their lives by the same shares and
// writes what they would have left behind: residents, journeys, ledger, counters by hour, openings of the
// app, requests and their latency, calls,
// answers to the survey. The same plan and seed write the same store. An audit finds it
// clean.
//
// Nothing that a report shows is taken from the plan: the plan says how many are expected, how they behave
// and when they like to come; the rest is drawn and counted.
#pragma once

#include <signal.h>

#include "campaign/campaign.h"
#include "rehearse/plan.h"
#include "store/writer.h"

struct simulation_sums {
    int64_t residents, began, verified, granted, accesses, requests, calls, answers;
};

struct simulation_options {
    const struct plan *plan; // with a campaign
    double scale;            // residents for each of the plan's
    const volatile sig_atomic_t *stop;
    void (*progress)(void *context, int64_t hour_ms, const struct simulation_sums *sums); // NULL is fine
    void (*waits)(void *context); // the store has not taken anything for some seconds; NULL is fine
    void *context;
};

// What the writer must be started with. A checkpoint on a busy disk, or another program, may hold the store
// for long: a simulation that gave up then would leave half a campaign behind.
#define SIMULATION_QUEUE       4096
#define SIMULATION_BATCH       1000
#define SIMULATION_WAIT_MS_MAX 600000

// The plan's campaign as the store wants it, with a budget that covers everybody.
struct campaign simulation_campaign(const struct plan *plan, double scale);
// Writes into an empty store whose campaign is saved. ERROR_UNAVAILABLE: also when it was stopped.
MUST_CHECK bool simulation_run(const struct simulation_options *options, const struct campaign *campaign,
                               struct writer *writer, struct simulation_sums *ret_sums, struct error *err);
