// life.h - one simulated resident, from the moment they arrive to the point where they stop.
//
// The shares are the plan's [behaviour], the same that virtual residents walk by over HTTP. Everything is
// drawn from the given randomness.
#pragma once

#include "base/random.h"
#include "campaign/chronicle.h"
#include "rehearse/plan.h"

// Where people live: municipalities by their population.
#define LIFE_PLACES_MAX 200
struct life_places {
    int codes[LIFE_PLACES_MAX];
    int64_t until[LIFE_PLACES_MAX]; // cumulative
    size_t count;
};
void life_places(struct life_places *ret_places, const char *prefecture);

struct life_world {
    const struct plan *plan;
    struct random *random;
    struct life_places places;
    int64_t last_id; // ids rise, so that rows are appended
};

// An index by weight; 0 when all weights are zero.
size_t life_draw_weighted(struct random *random, const double *weights, size_t count);

// A resident who registered at `created_ms`; with `arrives_ms` above 0 and by the plan's share they begin.
// What would lie after the campaign's close does not happen.
void life_draw(struct life_world *world, int64_t created_ms, int64_t arrives_ms,
               struct chronicle_life *ret_life);
