#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "rehearse/walker.h"

#define SEED 20251215

static struct plan plan;
static struct random randomness;
static const struct walker_world world = {
    .plan = &plan, .base = "http://127.0.0.1:1", .campaign = "spring", .run = "r1", .random = &randomness};

static int set_up(void **state) {
    plan_default(&plan);
    random_init_seeded(&randomness, SEED);
    return 0;
}

// What a server without troubles answers to the step.
static struct walker_answer good_answer(enum walker_step step) {
    struct walker_answer answer = {.status = 200, .body = "{}", .set_cookie = "", .retry_after_s = -1};
    if (step == WALKER_ACCESS) {
        answer.status = 204;
        answer.set_cookie = "visit=v1; Path=/\n";
    } else if (step == WALKER_REGISTER) {
        answer.status = 201;
        answer.set_cookie = "juncho-session=s3cret; Path=/; HttpOnly\nvisit=v2; Path=/\n";
    } else if (step == WALKER_IDENTITY) {
        answer.body = "{\"location\":\"http://127.0.0.1:1/auth?state=x\"}";
    } else if (step == WALKER_PROVIDER) {
        answer.status = 302;
        answer.location = "http://127.0.0.1:1/identity/callback?code=c&state=x";
    } else if (step == WALKER_CALLBACK) {
        answer.status = 303;
        answer.location = "/?returned=verified";
    } else if (step == WALKER_APPLY) {
        answer.status = 201;
        answer.body = "{\"receipt\":\"J-1\",\"points\":11000,\"state\":\"granted\"}";
    }
    return answer;
}

static void nobody_leaves(void) {
    memset(plan.behaviour.leave, 0, sizeof plan.behaviour.leave);
}

static void a_whole_walk_asks_everything_in_order(void **state) {
    nobody_leaves();
    struct walker walker;
    static struct walker_request request;
    walker_init(&walker, 42);
    struct walker_next next = {0};
    for (int step = 0; step <= WALKER_POINTS; step++) {
        assert_int_equal(walker.step, step);
        walker_request(&walker, &world, &request);
        if (step == WALKER_BEGIN)
            assert_string_equal(request.cookies, "visit=v2; juncho-session=s3cret");
        if (step == WALKER_PROVIDER)
            assert_string_equal(request.target, "http://127.0.0.1:1/auth?state=x&card=eligible&person=r1-42");
        if (step == WALKER_CALLBACK)
            assert_string_equal(request.target, "http://127.0.0.1:1/identity/callback?code=c&state=x");
        if (step == WALKER_APPLY) {
            assert_string_equal(request.body, "{\"campaign\":\"spring\"}");
            assert_string_equal(request.idempotency_key, "r1-42");
        }
        struct walker_answer answer = good_answer(walker.step);
        next = walker_answer(&walker, &world, &answer);
        assert_int_equal(next.verdict, step == WALKER_POINTS ? WALKER_FINISHED : WALKER_GOES_ON);
    }
    assert_int_equal(walker.points, 11000);
    walker_done(&walker);
}

static void who_meets_the_gate_waits_by_its_document_and_goes_on(void **state) {
    nobody_leaves();
    struct walker walker;
    static struct walker_request request;
    walker_init(&walker, 7);
    walker.step = WALKER_IDENTITY;
    struct walker_answer answer = {.status = 409, .set_cookie = "", .retry_after_s = -1};
    answer.body = "{\"type\":\"urn:juncho:problem:waiting\",\"place\":{\"second\":1770000009,\"rank\":3,"
                  "\"ahead\":800,\"look_again_s\":10}}";
    struct walker_next next = walker_answer(&walker, &world, &answer);
    assert_int_equal(next.verdict, WALKER_WAITS);
    assert_true(next.wait_s == 10);
    walker_request(&walker, &world, &request);
    assert_string_equal(request.target, "/api/v1/gate");
    assert_false(request.post);
    answer.status = 200;
    answer.body = "{\"watermark\":{\"second\":1770000009,\"rank\":3},\"passed\":100,\"nodes\":1,"
                  "\"pace_per_min\":120,\"arrivals\":[[1770000000,100],[1770000010,1000]]}";
    next = walker_answer(&walker, &world, &answer);
    assert_int_equal(next.verdict, WALKER_WAITS);
    assert_true(next.wait_s == 10); // 813 ahead at two a second
    answer.body = "{\"watermark\":{\"second\":1770000009,\"rank\":4},\"passed\":900,\"nodes\":1,"
                  "\"pace_per_min\":120,\"arrivals\":[]}";
    next = walker_answer(&walker, &world, &answer);
    assert_true(next.wait_s == 0);
    walker_request(&walker, &world, &request);
    assert_string_equal(request.target, "/api/v1/gate/passes");
    answer.status = 409;
    answer.body = "{}";
    assert_int_equal(walker_answer(&walker, &world, &answer).verdict, WALKER_WAITS);
    walker.step = WALKER_ENTER;
    answer.status = 201;
    assert_int_equal(walker_answer(&walker, &world, &answer).verdict, WALKER_GOES_ON);
    assert_int_equal(walker.step, WALKER_IDENTITY);
    // Another conflict is a refusal, as before.
    answer.status = 409;
    assert_int_equal(walker_answer(&walker, &world, &answer).verdict, WALKER_REFUSED);
    walker_done(&walker);
}

static void people_leave_by_the_planned_shares(void **state) {
    enum { PEOPLE = 20000 };
    int reached[PLAN_SCREENS] = {0}, left[PLAN_SCREENS] = {0};
    for (uint64_t number = 0; number < PEOPLE; number++) {
        struct walker walker;
        walker_init(&walker, number);
        struct walker_next next = {0};
        int screens = 0;
        while (next.verdict == WALKER_GOES_ON) {
            struct walker_answer answer = good_answer(walker.step);
            enum walker_step step = walker.step;
            next = walker_answer(&walker, &world, &answer);
            bool opens = (step >= WALKER_BEGIN && step <= WALKER_INTENT) || step == WALKER_CALLBACK;
            if (opens)
                reached[screens++]++;
        }
        if (next.verdict == WALKER_LEFT)
            left[next.screen]++;
        walker_done(&walker);
    }
    static const double shares[] = {0.07, 0.03, 0.01, 0.21, 0.01};
    assert_int_equal(reached[0], PEOPLE);
    for (int i = 0; i < PLAN_SCREENS; i++) {
        double deviation = sqrt(shares[i] * (1 - shares[i]) / reached[i]);
        assert_true(fabs((double)left[i] / reached[i] - shares[i]) < 4 * deviation);
        if (i > 0)
            assert_int_equal(reached[i], reached[i - 1] - left[i - 1]);
    }
}

static void who_is_refused_for_now_tries_again_as_asked(void **state) {
    plan.behaviour.retry = 1;
    plan.behaviour.retries_max = 2;
    struct walker walker;
    walker_init(&walker, 1);
    struct walker_answer busy = {.status = 503, .body = "", .set_cookie = "", .retry_after_s = 10};
    for (int i = 0; i < 2; i++) {
        struct walker_next next = walker_answer(&walker, &world, &busy);
        assert_int_equal(next.verdict, WALKER_RETRIES);
        assert_true(next.wait_s >= 10 && next.wait_s <= 15);
        assert_int_equal(walker.step, WALKER_ACCESS);
    }
    assert_int_equal(walker_answer(&walker, &world, &busy).verdict, WALKER_REFUSED);
    walker_done(&walker);
}

static void a_refusal_for_good_ends_the_walk(void **state) {
    static const int statuses[] = {400, 401, 403, 404, 409, 500, 302};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct walker walker;
        walker_init(&walker, 1);
        struct walker_answer answer = good_answer(WALKER_ACCESS);
        answer.status = statuses[i];
        assert_int_equal(walker_answer(&walker, &world, &answer).verdict, WALKER_REFUSED);
        walker_done(&walker);
    }
}

static void answers_that_lead_nowhere_end_the_walk(void **state) {
    static const struct {
        enum walker_step step;
        struct walker_answer answer;
    } bad[] = {
        {WALKER_IDENTITY, {.status = 200, .body = "{}", .set_cookie = ""}},
        {WALKER_IDENTITY, {.status = 200, .body = "not JSON", .set_cookie = ""}},
        {WALKER_PROVIDER, {.status = 302, .body = "", .set_cookie = ""}},
        {WALKER_PROVIDER, {.status = 200, .body = "<html>", .set_cookie = ""}},
        {WALKER_CALLBACK, {.status = 303, .body = "", .set_cookie = "", .location = "/?returned=busy"}},
        {WALKER_APPLY, {.status = 201, .body = "{}", .set_cookie = ""}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct walker walker;
        walker_init(&walker, 1);
        walker.step = bad[i].step;
        assert_int_equal(walker_answer(&walker, &world, &bad[i].answer).verdict, WALKER_REFUSED);
        walker_done(&walker);
    }
}

static void too_many_or_too_long_cookies_are_forgotten(void **state) {
    nobody_leaves();
    struct walker walker;
    static struct walker_request request;
    walker_init(&walker, 1);
    char longer[WALKER_COOKIE_MAX + 64];
    memset(longer, 'x', sizeof longer);
    memcpy(longer, "long=", 5);
    longer[sizeof longer - 1] = '\0';
    struct walker_answer answer = good_answer(WALKER_ACCESS);
    answer.set_cookie = longer;
    assert_int_equal(walker_answer(&walker, &world, &answer).verdict, WALKER_GOES_ON);
    answer = good_answer(WALKER_REGISTER);
    answer.set_cookie = "a=1\nb=2\nc=3\nd=4\ne=5\na=6\nnonsense\n";
    assert_int_equal(walker_answer(&walker, &world, &answer).verdict, WALKER_GOES_ON);
    walker_request(&walker, &world, &request);
    assert_string_equal(request.cookies, "a=6; b=2; c=3; d=4");
    walker_done(&walker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_meets_the_gate_waits_by_its_document_and_goes_on),
        cmocka_unit_test_setup(a_whole_walk_asks_everything_in_order, set_up),
        cmocka_unit_test_setup(people_leave_by_the_planned_shares, set_up),
        cmocka_unit_test_setup(who_is_refused_for_now_tries_again_as_asked, set_up),
        cmocka_unit_test_setup(a_refusal_for_good_ends_the_walk, set_up),
        cmocka_unit_test_setup(answers_that_lead_nowhere_end_the_walk, set_up),
        cmocka_unit_test_setup(too_many_or_too_long_cookies_are_forgotten, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
