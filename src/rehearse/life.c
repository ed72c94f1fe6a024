// life.c - a draw for every decision.
#include "rehearse/life.h"

#include <string.h>

#include "identity/municipality.h"
#include "measure/population.h"

#define ID_FIRST    (INT64_C(1) << 41) // above the accounts of campaigns
#define ID_GAP_MAX  100000
#define RECEIPT_MAX (UINT64_C(1) << 50)
#define HOP_MEAN_S  3

void life_places(struct life_places *ret_places, const char *prefecture) {
    *ret_places = (struct life_places){0};
    size_t known = municipality_count(prefecture);
    int64_t sum = 0;
    for (size_t i = 0; i < known && i < LIFE_PLACES_MAX; i++) {
        int code = municipality_at(prefecture, i).code;
        sum += population_of(code);
        ret_places->codes[i] = code;
        ret_places->until[i] = sum;
        ret_places->count = i + 1;
    }
}

static int draw_place(struct life_world *world) {
    const struct life_places *places = &world->places;
    if (places->count == 0 || places->until[places->count - 1] == 0)
        return 0;
    int64_t at = (int64_t)random_below(world->random, (uint64_t)places->until[places->count - 1]);
    size_t i = 0;
    while (places->until[i] <= at)
        i++;
    return places->codes[i];
}

size_t life_draw_weighted(struct random *random, const double *weights, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    double at = random_unit(random) * sum;
    for (size_t i = 0; i + 1 < count; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return sum > 0 ? count - 1 : 0;
}

// The moment after `from_ms` at which somebody has done something that takes so long; 0 when the campaign is
// over by then.
static int64_t after(const struct life_world *world, int64_t from_ms, const struct plan_time *time) {
    double seconds =
        time->deviation_s > 0 ? random_gamma(world->random, time->mean_s, time->deviation_s) : time->mean_s;
    int64_t at_ms = from_ms + 1 + (int64_t)(seconds * 1000);
    return at_ms < world->plan->campaign.closes_ms ? at_ms : 0;
}

static bool chance(struct life_world *world, double share) {
    return random_unit(world->random) < share;
}

static void draw_person(struct life_world *world, struct chronicle_life *life) {
    life->municipality = draw_place(world);
    life->age_band = 1 + (int)life_draw_weighted(world->random, world->plan->campaign.bands, PLAN_BANDS);
}

// How it ends at the identity app for those who do not come through.
static void draw_failure(struct life_world *world, struct chronicle_life *life) {
    static const enum journey_outcome outcomes[PLAN_RETURNS] = {0,
                                                                JOURNEY_OUTCOME_CANCELLED,
                                                                JOURNEY_OUTCOME_CARD_TROUBLE,
                                                                JOURNEY_OUTCOME_CERTIFICATE,
                                                                JOURNEY_OUTCOME_BUSY,
                                                                JOURNEY_OUTCOME_AGE,
                                                                JOURNEY_OUTCOME_OUTSIDE};
    const struct plan *plan = world->plan;
    bool lost = chance(world, plan->behaviour.lost_in_hop);
    size_t kind = life_draw_weighted(world->random, plan->campaign.returns, PLAN_RETURNS);
    if (!lost && kind == PLAN_NO_JUMP)
        return;
    life->jumped_ms = after(world, life->intended_ms, &(struct plan_time){HOP_MEAN_S, HOP_MEAN_S});
    life->attempts = life->jumped_ms > 0;
    if (lost || life->jumped_ms == 0)
        return;
    life->returned_ms = after(world, life->jumped_ms, &plan->behaviour.time_screen[PLAN_AUTHENTICATE]);
    if (life->returned_ms == 0)
        return;
    life->outcome = outcomes[kind];
    if (kind >= PLAN_AGE)
        draw_person(world, life);
    if (kind == PLAN_AGE)
        life->age_band = 0;
    if (kind == PLAN_OUTSIDE)
        life->municipality = 0;
}

static void draw_success(struct life_world *world, struct chronicle_life *life) {
    const struct plan *plan = world->plan;
    life->jumped_ms = after(world, life->intended_ms, &(struct plan_time){HOP_MEAN_S, HOP_MEAN_S});
    life->attempts = life->jumped_ms > 0;
    int64_t returned_ms = life->jumped_ms;
    if (life->jumped_ms > 0 && chance(world, plan->campaign.second_try)) {
        returned_ms = after(world, returned_ms, &plan->behaviour.time_screen[PLAN_AUTHENTICATE]);
        life->attempts = returned_ms > 0 ? 2 : 1;
        life->before = returned_ms > 0 ? JOURNEY_OUTCOME_CARD_TROUBLE : 0;
    }
    if (returned_ms > 0)
        returned_ms = after(world, returned_ms, &plan->behaviour.time_screen[PLAN_AUTHENTICATE]);
    life->returned_ms = returned_ms;
    if (returned_ms == 0) {
        life->attempts = life->jumped_ms > 0 ? 1 : 0;
        life->before = 0;
        return;
    }
    life->outcome = JOURNEY_OUTCOME_VERIFIED;
    draw_person(world, life);
    random_bytes(world->random, life->person_hash, sizeof life->person_hash);
    if (chance(world, plan->behaviour.leave[PLAN_VERIFIED]))
        return;
    life->granted_ms = after(world, returned_ms, &plan->behaviour.time_screen[PLAN_VERIFIED]);
    life->receipt = (int64_t)random_below(world->random, RECEIPT_MAX);
}

void life_draw(struct life_world *world, int64_t created_ms, int64_t arrives_ms,
               struct chronicle_life *ret_life) {
    const struct plan *plan = world->plan;
    struct chronicle_life life = {.created_ms = created_ms};
    if (world->last_id < ID_FIRST)
        world->last_id = ID_FIRST;
    world->last_id += 1 + (int64_t)random_below(world->random, ID_GAP_MAX);
    life.resident_id = world->last_id;
    *ret_life = life;
    if (arrives_ms == 0)
        return;
    int64_t *const done[] = {&life.consented_ms, &life.informed_ms, &life.intended_ms};
    int64_t at_ms = life.began_ms = after(world, arrives_ms, &plan->behaviour.time_home);
    for (int screen = PLAN_CONSENT; screen <= PLAN_INTENT && at_ms > 0; screen++) {
        bool leaves = chance(world, plan->behaviour.leave[screen]);
        at_ms = leaves ? 0 : after(world, at_ms, &plan->behaviour.time_screen[screen]);
        *done[screen] = at_ms;
    }
    if (at_ms > 0 && chance(world, plan->behaviour.leave[PLAN_AUTHENTICATE]))
        draw_failure(world, &life);
    else if (at_ms > 0)
        draw_success(world, &life);
    *ret_life = life;
}
