// walker.h - one virtual resident: what they ask next, given what they were answered.
//
// A state machine without network or clock. The driver asks for the request, sends it, and hands the answer
// back; the walker says whether and when to go on. Everything it draws comes from the given randomness.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "gate/ticket.h"
#include "rehearse/plan.h"

// Every request of a whole walk, in order.
enum walker_step {
    WALKER_ACCESS,    // opens the app
    WALKER_REGISTER,  // becomes a resident
    WALKER_BEGIN,     // opens the first screen
    WALKER_CONSENT,   // goes on from it, and so on
    WALKER_PROCEDURE, //
    WALKER_INTENT,    //
    WALKER_IDENTITY,  // asks for the way to the identity provider
    WALKER_PROVIDER,  // is there
    WALKER_CALLBACK,  // comes back
    WALKER_ME,        // sees that it worked
    WALKER_APPLY,     // applies for the points
    WALKER_POINTS,    // sees them
    WALKER_LOOK,      // only when the gate asks to wait: reads its document
    WALKER_ENTER,     // asks for a pass, then again for the way to the provider
    WALKER_STEPS,
};
const char *walker_step_name(enum walker_step step); // "access", ...

#define WALKER_COOKIES_MAX 4
#define WALKER_TARGET_MAX  4096 // bytes of an address
#define WALKER_COOKIE_MAX  1024 // bytes of name=value

struct walker {
    uint64_t number; // of this rehearsal's residents
    enum walker_step step;
    int retries;
    bool jumps_and_is_lost; // leaves for the provider and does not come back
    char *target;           // where the last answer sent them
    char *cookies[WALKER_COOKIES_MAX];
    char campaign[64];
    int64_t points;     // that they were told they had
    struct place place; // in the line, when `waits`
    bool waits;
};

// At the start of the walk, without a cookie.
void walker_init(struct walker *walker, uint64_t number);
void walker_done(struct walker *walker);

struct walker_request {
    bool post;
    const char *target;          // a path, or a whole address at the provider
    const char *body;            // of a POST
    const char *idempotency_key; // NULL: none
    const char *cookies;         // "a=b; c=d", "" for none
    char target_text[WALKER_TARGET_MAX + 256], body_text[128], key_text[64];
    char cookies_text[WALKER_COOKIES_MAX * (WALKER_COOKIE_MAX + 2)];
};

// What everybody of a rehearsal has in common.
struct walker_world {
    const struct plan *plan;
    const char *base;     // "http://127.0.0.1:8080", without a slash at the end
    const char *campaign; // its id
    const char *run;      // letters and digits; makes this rehearsal's persons differ from another's
    struct random *random;
};

// The request of the step at which the walker is; its texts lie in `ret_request`.
void walker_request(const struct walker *walker, const struct walker_world *world,
                    struct walker_request *ret_request);

struct walker_answer {
    int status;             // 0: none came
    const char *location;   // header, NULL: none
    const char *body;       // NUL-terminated, perhaps cut
    const char *set_cookie; // lines "name=value; ...", each ended by a newline; "" for none
    int64_t retry_after_s;  // -1: none
};

enum walker_verdict {
    WALKER_GOES_ON,  // next request after thinking for `ret_wait_s` in the service's time
    WALKER_RETRIES,  // the same request after `ret_wait_s` by the wall
    WALKER_WAITS,    // the gate: looks again after `ret_wait_s` in the service's time
    WALKER_FINISHED, // saw the points
    WALKER_LEFT,     // by plan, at the screen in `ret_screen`
    WALKER_REFUSED,  // an answer ended the walk, or none came
};

struct walker_next {
    enum walker_verdict verdict;
    double wait_s;
    enum plan_screen screen;
};

// What becomes of the walker by this answer; takes cookies and points from it.
struct walker_next walker_answer(struct walker *walker, const struct walker_world *world,
                                 const struct walker_answer *answer);
