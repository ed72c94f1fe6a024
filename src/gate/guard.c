// guard.c - see guard.h.
#include "gate/guard.h"

#include <math.h>

#include "base/error.h"

#define OUTSTANDING_S   5.0
#define OUTSTANDING_MIN 4.0 // so that a stage that has stopped is still asked whether it is back

static void make_room(struct guard *guard, double per_s) {
    guard->room = fmax(OUTSTANDING_S * per_s, OUTSTANDING_MIN);
}

void guard_init(struct guard *guard, double per_s) {
    *guard = (struct guard){0};
    make_room(guard, per_s);
}

bool guard_take(struct guard *guard) {
    if ((double)(guard->outstanding + guard->given_up + 1) > guard->room)
        return false;
    guard->outstanding++;
    return true;
}

void guard_answered(struct guard *guard) {
    ASSERT(guard->outstanding > 0);
    guard->outstanding--;
}

void guard_gave_up(struct guard *guard) {
    guard_answered(guard);
    guard->given_up++;
    guard->given_up_in[guard->second]++;
}

void guard_tick(struct guard *guard, double per_s) {
    make_room(guard, per_s);
    guard->second = (guard->second + 1) % GUARD_GIVEN_UP_S;
    guard->given_up -= guard->given_up_in[guard->second];
    guard->given_up_in[guard->second] = 0;
}
