// plan.h - what a rehearsal does: who arrives when, how they behave, and what counts as good enough; and
// what a simulation supposes of a whole campaign.
//
// A plan is an INI file. Arrivals come from a file of counts ([arrivals] file=) or from [stages] of a rate
// that rises or falls; everything is in the service's time, which runs `speed` times as fast as the wall.
// Unknown sections and keys, and values out of range, are errors that name the line.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define PLAN_STAGES_MAX 100

// The screens of the journey, in their order.
enum plan_screen {
    PLAN_CONSENT,
    PLAN_PROCEDURE,
    PLAN_INTENT,
    PLAN_AUTHENTICATE,
    PLAN_VERIFIED,
    PLAN_SCREENS,
};
const char *plan_screen_name(enum plan_screen screen); // "consent", ...

struct plan_stage {
    double minutes;
    double from_per_hour, to_per_hour; // residents; the rate goes evenly from one to the other
};

// A time that people take: gamma distributed.
struct plan_time {
    double mean_s, deviation_s;
};

// A campaign that is simulated (rehearse/simulation.h): what is supposed, not what comes out.
#define PLAN_CODE_SIZE 33
#define PLAN_NAME_SIZE 121
#define PLAN_BANDS     8 // 15-19, 20-29, ..., 80 and over

// What follows a jump to the identity app that does not verify, by weight, in the order of the plan's key.
enum plan_return {
    PLAN_NO_JUMP, // stopped before it
    PLAN_CANCELLED,
    PLAN_CARD,
    PLAN_CERTIFICATE,
    PLAN_BUSY,
    PLAN_AGE,
    PLAN_OUTSIDE,
    PLAN_RETURNS,
};

struct plan_campaign {
    char code[PLAN_CODE_SIZE], name[PLAN_NAME_SIZE];
    int64_t points;
    int64_t opens_ms, closes_ms;
    double residents;         // expected in all; 0: the plan has no campaign to simulate
    double registered_before; // share of them who registered before the opening, within `before_days`
    double before_days;
    double begin;     // share of the residents who begin the identity check
    double visits;    // further openings of the app for each arrival
    double strangers; // share of those that are the first of a device whose owner never registers
    // Arrivals of an hour: profile of its kind of day x (1 + launch + deadline), see rehearse/shape.h.
    double weekday[24], weekend[24];
    double weekend_factor;        // of a Saturday, Sunday or holiday over a weekday
    double launch[2];             // height over the base, days in which it falls to 1/e
    double deadline[2];           // height over the base a day before the end, shift in days
    double bands[PLAN_BANDS];     // weights of the age bands
    double returns[PLAN_RETURNS]; // weights
    double second_try;            // share of the verified who needed two jumps
    double latency_ms[2];         // mean and deviation of a request while it is quiet
    double slow_per_hour;         // accesses an hour from which on requests slow down in proportion
};

// What the rehearsal's own server is told of its gate; 0: its defaults.
struct plan_gate {
    int64_t identity_per_min, pace_per_min_max;
};

#define PLAN_SHARES_MAX      24
#define PLAN_SHARE_NAME_SIZE 64

// Names with weights: lines of "name weight".
struct plan_shares {
    char names[PLAN_SHARES_MAX][PLAN_SHARE_NAME_SIZE];
    double weights[PLAN_SHARES_MAX];
    size_t count;
};

struct plan_calls {
    double per_access;  // first calls for each access of a day; 0: no telephone
    double profile[24]; // weights of the hours; 0: closed
    int64_t agents;     // who answer
    double handle_min, patience_min, redial;
    double learnt[2];          // from how many days after the opening on, and to what part fewer call
    struct plan_shares topics; // of the answered calls, in words of the call centre
};

// Questions and answers: what is read, asked and rated.
struct plan_help {
    struct plan_shares answers; // by the names of questions; none: nobody reads
    double reads, searches;     // for each access of an hour
    double unfound;             // share of the searches that find nothing
    double rated, helped;       // share of the readings that are rated, and of these that say it helped
};

#define PLAN_GRADES 5 // from the best answer to the worst

struct plan_survey {
    double respond; // share of the granted who answer
    double satisfaction[PLAN_GRADES], smoothness[PLAN_GRADES];
};

struct plan {
    char arrivals_file[PATH_MAX]; // "" when there are stages; relative to the plan's folder when read
    int64_t start_ms;             // what the service's clock shows at the beginning
    double hours;                 // how much of the file is replayed from there
    double scale;                 // residents for each arrival of the file or the stages
    double speed;
    bool even;     // exactly as many as planned, evenly spaced in each interval; else a Poisson process
    uint64_t seed; // of everything that is drawn
    struct plan_stage stages[PLAN_STAGES_MAX];
    size_t stages_count;

    struct {
        double leave[PLAN_SCREENS]; // share of those who reach the screen
        double lost_in_hop;         // of those who leave at authenticate: did jump, never came back
        struct plan_time time_home, time_screen[PLAN_SCREENS];
        double retry;    // share that tries again when refused for now
        int retries_max; // by one resident
    } behaviour;

    struct plan_campaign campaign;
    struct plan_calls calls;
    struct plan_help help;
    struct plan_survey survey;
    struct plan_gate gate;

    int connections_max; // kept open at once
    double patience_s;   // wall seconds until a request without an answer is given up

    struct {
        double p50_ms_max, p99_ms_max; // over all requests, from the intended start
        int64_t lost_max, refused_max;
        double finished_share_min; // of those who started
    } thresholds;
};

// The plan before a file is read: Tokyo's shares, no arrivals, and no thresholds but that nothing is lost.
void plan_default(struct plan *ret_plan);
// Reads `text` (named `name` in errors) over the defaults.
MUST_CHECK bool plan_parse(const char *text, const char *name, struct plan *ret_plan, struct error *err);
// As plan_parse, from a file of at most PLAN_BYTES_MAX bytes.
#define PLAN_BYTES_MAX 65536
MUST_CHECK bool plan_read(const char *path, struct plan *ret_plan, struct error *err);
