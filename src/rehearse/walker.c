// walker.c - one table of steps; what differs from step to step is in it.
#include "rehearse/walker.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "gate/document.h"

#define RETRY_WAIT_DEFAULT_S 2.0

struct step_form {
    const char *name;
    bool post;
    const char *path;         // NULL: where the last answer sent them
    const char *body;         // NULL: depends on the resident
    int status, status_again; // what a good answer has; the second when it was done before
};

static const struct step_form FORMS[WALKER_STEPS] = {
    [WALKER_ACCESS] = {"access", true, "/api/v1/accesses", "{}", 204, 204},
    [WALKER_REGISTER] = {"register", true, "/api/v1/residents", "{\"terms\":true,\"language\":\"ja\"}", 201,
                         200},
    [WALKER_BEGIN] = {"begin", true, "/api/v1/me/journey/begin", "{}", 200, 200},
    [WALKER_CONSENT] = {"consent", true, "/api/v1/me/journey/consent", "{}", 200, 200},
    [WALKER_PROCEDURE] = {"procedure", true, "/api/v1/me/journey/procedure", "{}", 200, 200},
    [WALKER_INTENT] = {"intent", true, "/api/v1/me/journey/intent", "{}", 200, 200},
    [WALKER_IDENTITY] = {"identity", true, "/api/v1/me/identity", "{}", 200, 200},
    [WALKER_PROVIDER] = {"provider", false, NULL, NULL, 302, 303},
    [WALKER_CALLBACK] = {"callback", false, NULL, NULL, 303, 302},
    [WALKER_ME] = {"me", false, "/api/v1/me", NULL, 200, 200},
    [WALKER_APPLY] = {"apply", true, "/api/v1/me/application", NULL, 201, 200},
    [WALKER_POINTS] = {"points", false, "/api/v1/me/points", NULL, 200, 200},
    [WALKER_LOOK] = {"look", false, "/api/v1/gate", NULL, 200, 200},
    [WALKER_ENTER] = {"enter", true, "/api/v1/gate/passes", "{}", 201, 409},
};

const char *walker_step_name(enum walker_step step) {
    ASSERT(step < WALKER_STEPS);
    return FORMS[step].name;
}

void walker_init(struct walker *walker, uint64_t number) {
    *walker = (struct walker){.number = number};
}

void walker_done(struct walker *walker) {
    free(walker->target);
    for (size_t i = 0; i < WALKER_COOKIES_MAX; i++)
        free(walker->cookies[i]);
    *walker = (struct walker){0};
}

static void join_cookies(const struct walker *walker, struct walker_request *request) {
    size_t length = 0;
    for (size_t i = 0; i < WALKER_COOKIES_MAX; i++)
        if (walker->cookies[i] != NULL)
            length += (size_t)snprintf(request->cookies_text + length, sizeof request->cookies_text - length,
                                       "%s%s", length > 0 ? "; " : "", walker->cookies[i]);
    request->cookies_text[length] = '\0';
    request->cookies = request->cookies_text;
}

static void print_target(const struct walker *walker, const struct walker_world *world,
                         struct walker_request *request) {
    const char *target = walker->target == NULL ? "/" : walker->target;
    if (walker->step == WALKER_PROVIDER)
        (void)snprintf(request->target_text, sizeof request->target_text, "%s%ccard=eligible&person=%s-%llu",
                       target, strchr(target, '?') == NULL ? '?' : '&', world->run,
                       (unsigned long long)walker->number);
    else
        (void)snprintf(request->target_text, sizeof request->target_text, "%s", target);
}

void walker_request(const struct walker *walker, const struct walker_world *world,
                    struct walker_request *ret_request) {
    const struct step_form *form = &FORMS[walker->step];
    ret_request->post = form->post;
    ret_request->target = form->path;
    ret_request->body = form->body;
    ret_request->idempotency_key = NULL;
    if (form->path == NULL) {
        print_target(walker, world, ret_request);
        ret_request->target = ret_request->target_text;
    }
    if (walker->step == WALKER_APPLY) {
        (void)snprintf(ret_request->body_text, sizeof ret_request->body_text, "{\"campaign\":\"%s\"}",
                       world->campaign);
        ret_request->body = ret_request->body_text;
        (void)snprintf(ret_request->key_text, sizeof ret_request->key_text, "%s-%llu", world->run,
                       (unsigned long long)walker->number);
        ret_request->idempotency_key = ret_request->key_text;
    }
    join_cookies(walker, ret_request);
}

// Keeps "name=value" in place of an older one of that name. What does not fit is forgotten, as a browser
// would refuse it.
static void keep_cookie(struct walker *walker, const char *pair, size_t length) {
    const char *equals = memchr(pair, '=', length);
    if (equals == NULL || length > WALKER_COOKIE_MAX)
        return;
    size_t name_length = (size_t)(equals - pair) + 1;
    size_t place = 0;
    while (place < WALKER_COOKIES_MAX && walker->cookies[place] != NULL &&
           strncmp(walker->cookies[place], pair, name_length) != 0)
        place++;
    char *copy = place < WALKER_COOKIES_MAX ? strndup(pair, length) : NULL;
    if (copy == NULL)
        return;
    free(walker->cookies[place]);
    walker->cookies[place] = copy;
}

static void keep_cookies(struct walker *walker, const char *lines) {
    while (*lines != '\0') {
        lines += strspn(lines, " ");
        keep_cookie(walker, lines, strcspn(lines, ";\r\n"));
        lines += strcspn(lines, "\n");
        lines += *lines == '\n';
    }
}

static bool go_to(struct walker *walker, const char *target) {
    if (target == NULL || strlen(target) > WALKER_TARGET_MAX)
        return false;
    char *copy = strdup(target);
    free(walker->target);
    walker->target = copy;
    return copy != NULL;
}

// "{"location": "https://..."}" of the way to the provider.
static bool take_location(struct walker *walker, const char *body) {
    struct error ignored = {0};
    CLEANUP(json_cleanup) json_t *object = NULL;
    const char *location = NULL;
    return json_parse_object(body, strlen(body), &object, &ignored) &&
           json_member_text(object, "location", WALKER_TARGET_MAX, &location, &ignored) &&
           go_to(walker, location);
}

static bool take_points(struct walker *walker, const char *body) {
    struct error ignored = {0};
    CLEANUP(json_cleanup) json_t *object = NULL;
    return json_parse_object(body, strlen(body), &object, &ignored) &&
           json_member_int(object, "points", 1, INT64_MAX, &walker->points, &ignored);
}

// Looks at a good answer; false when it does not lead on.
static bool take_answer(struct walker *walker, const struct walker_answer *answer) {
    keep_cookies(walker, answer->set_cookie);
    switch (walker->step) {
    case WALKER_IDENTITY:
        return take_location(walker, answer->body);
    case WALKER_PROVIDER:
        return go_to(walker, answer->location);
    case WALKER_CALLBACK:
        return answer->location != NULL && strstr(answer->location, "returned=verified") != NULL;
    case WALKER_APPLY:
        return take_points(walker, answer->body);
    default:
        return true;
    }
}

// The screen that a good answer to the step opens; PLAN_SCREENS: none.
static enum plan_screen screen_after(enum walker_step step) {
    switch (step) {
    case WALKER_BEGIN:
        return PLAN_CONSENT;
    case WALKER_CONSENT:
        return PLAN_PROCEDURE;
    case WALKER_PROCEDURE:
        return PLAN_INTENT;
    case WALKER_INTENT:
        return PLAN_AUTHENTICATE;
    case WALKER_CALLBACK:
        return PLAN_VERIFIED;
    default:
        return PLAN_SCREENS;
    }
}

static double think_s(const struct walker_world *world, const struct plan_time *time) {
    if (time->mean_s <= 0 || time->deviation_s <= 0)
        return time->mean_s;
    return random_gamma(world->random, time->mean_s, time->deviation_s);
}

// How long they look at what the answer shows before the next request.
static double pause_after(enum walker_step step, const struct walker_world *world) {
    const struct plan *plan = world->plan;
    switch (step) {
    case WALKER_ACCESS:
        return think_s(world, &plan->behaviour.time_home);
    case WALKER_BEGIN:
        return think_s(world, &plan->behaviour.time_screen[PLAN_CONSENT]);
    case WALKER_CONSENT:
        return think_s(world, &plan->behaviour.time_screen[PLAN_PROCEDURE]);
    case WALKER_PROCEDURE:
        return think_s(world, &plan->behaviour.time_screen[PLAN_INTENT]);
    case WALKER_PROVIDER:
        return think_s(world, &plan->behaviour.time_screen[PLAN_AUTHENTICATE]);
    case WALKER_ME:
        return think_s(world, &plan->behaviour.time_screen[PLAN_VERIFIED]);
    default:
        return 0;
    }
}

// Whether they leave at the screen that opened. Some of those who leave for the provider do set off.
static bool leaves_at(struct walker *walker, const struct walker_world *world, enum plan_screen screen) {
    if (random_unit(world->random) >= world->plan->behaviour.leave[screen])
        return false;
    walker->jumps_and_is_lost =
        screen == PLAN_AUTHENTICATE && random_unit(world->random) < world->plan->behaviour.lost_in_hop;
    return !walker->jumps_and_is_lost;
}

static struct walker_next after_good(struct walker *walker, const struct walker_world *world) {
    enum walker_step step = walker->step;
    enum plan_screen screen = screen_after(step);
    if (screen != PLAN_SCREENS && leaves_at(walker, world, screen))
        return (struct walker_next){.verdict = WALKER_LEFT, .screen = screen};
    if (step == WALKER_IDENTITY && walker->jumps_and_is_lost)
        return (struct walker_next){.verdict = WALKER_LEFT, .screen = PLAN_AUTHENTICATE};
    if (step == WALKER_POINTS)
        return (struct walker_next){.verdict = WALKER_FINISHED};
    walker->step = step == WALKER_ENTER ? WALKER_IDENTITY : step + 1;
    return (struct walker_next){.verdict = WALKER_GOES_ON, .wait_s = pause_after(step, world)};
}

// Keeps the place that the gate gave; false when the answer is another refusal.
static bool take_place(struct walker *walker, const char *body, double *ret_look_s) {
    struct error ignored = {0};
    CLEANUP(json_cleanup) json_t *object = NULL;
    int64_t second = 0, rank = 0, look_s = 0;
    if (!json_parse_object(body, strlen(body), &object, &ignored))
        return false;
    const json_t *place = json_object_get(object, "place");
    if (!json_is_object(place) || !json_member_int(place, "second", 0, UINT32_MAX, &second, &ignored) ||
        !json_member_int(place, "rank", 0, UINT32_MAX, &rank, &ignored) ||
        !json_member_int(place, "look_again_s", 0, PROMISE_S_MAX, &look_s, &ignored))
        return false;
    walker->place = (struct place){(uint32_t)second, (uint32_t)rank};
    walker->waits = true;
    *ret_look_s = (double)look_s;
    return true;
}

static void take_arrivals(const json_t *arrivals, struct curve *ret_curve) {
    size_t length = json_array_size(arrivals);
    ret_curve->length = length < CURVE_POINTS_MAX ? length : CURVE_POINTS_MAX;
    for (size_t i = 0; i < ret_curve->length; i++) {
        const json_t *point = json_array_get(arrivals, i);
        ret_curve->points[i] = (struct curve_point){json_number_value(json_array_get(point, 0)),
                                                    json_number_value(json_array_get(point, 1))};
    }
}

// As a page does: whether the turn has come, and else after how long to look again.
static bool read_document(const struct walker *walker, const char *body, bool *ret_turn, double *ret_look_s) {
    CLEANUP(json_cleanup) json_t *json = json_loads(body, 0, NULL);
    const json_t *watermark = json_object_get(json, "watermark");
    struct curve curve = {0};
    if (!json_is_object(watermark))
        return false;
    struct place passed = {(uint32_t)json_integer_value(json_object_get(watermark, "second")),
                           (uint32_t)json_integer_value(json_object_get(watermark, "rank"))};
    take_arrivals(json_object_get(json, "arrivals"), &curve);
    double ahead = curve.length == 0
                       ? 0
                       : document_ahead(&curve, walker->place,
                                        (uint32_t)json_integer_value(json_object_get(json, "nodes")),
                                        (uint64_t)json_integer_value(json_object_get(json, "passed")));
    *ret_turn = place_compare(walker->place, passed) < 0;
    *ret_look_s = document_look_s((uint64_t)ahead,
                                  (double)json_integer_value(json_object_get(json, "pace_per_min")) / 60);
    return true;
}

static struct walker_next wait_on(struct walker *walker, double wait_s) {
    walker->step = WALKER_LOOK;
    return (struct walker_next){.verdict = WALKER_WAITS, .wait_s = wait_s};
}

// The answers of somebody who stands in the line; true when it was one.
static bool answer_at_gate(struct walker *walker, const struct walker_answer *answer,
                           struct walker_next *ret_next) {
    bool turn = false;
    double look_s = 1;
    if (walker->step == WALKER_IDENTITY && answer->status == 409 &&
        take_place(walker, answer->body, &look_s)) {
        *ret_next = wait_on(walker, look_s);
        return true;
    }
    if (walker->step == WALKER_LOOK && answer->status == 200 &&
        read_document(walker, answer->body, &turn, &look_s)) {
        *ret_next = wait_on(walker, turn ? 0 : look_s);
        walker->step = turn ? WALKER_ENTER : WALKER_LOOK;
        return true;
    }
    if (walker->step == WALKER_ENTER && answer->status == 409) {
        *ret_next = wait_on(walker, look_s);
        return true;
    }
    return false;
}

static bool is_refused_for_now(int status) {
    return status == 0 || status == 429 || status == 502 || status == 503 || status == 504;
}

struct walker_next walker_answer(struct walker *walker, const struct walker_world *world,
                                 const struct walker_answer *answer) {
    const struct step_form *form = &FORMS[walker->step];
    if (is_refused_for_now(answer->status) && walker->retries < world->plan->behaviour.retries_max &&
        random_unit(world->random) < world->plan->behaviour.retry) {
        walker->retries++;
        // People do not come back all at once: up to half as long again.
        double wait_s = answer->retry_after_s >= 0 ? (double)answer->retry_after_s : RETRY_WAIT_DEFAULT_S;
        return (struct walker_next){.verdict = WALKER_RETRIES,
                                    .wait_s = wait_s * (1 + random_unit(world->random) / 2)};
    }
    struct walker_next at_gate;
    if (answer_at_gate(walker, answer, &at_gate))
        return at_gate;
    if ((answer->status != form->status && answer->status != form->status_again) ||
        !take_answer(walker, answer))
        return (struct walker_next){.verdict = WALKER_REFUSED};
    return after_good(walker, world);
}
