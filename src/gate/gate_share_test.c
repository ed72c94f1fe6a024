#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate/gate_share.h"
#include "gate/testbed_gate.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define START_S   INT64_C(1770000000)
#define CAMPAIGN  INT64_C(1)
#define LOOKS_MAX 20000

static struct gate_share *open_share(struct testbed *testbed) {
    struct gate_share *share = NULL;
    struct error err;
    assert_true(gate_share_open(testbed->store, CAMPAIGN, &share, &err));
    return share;
}

static struct gate_news look(struct gate_share *share, struct gate *gate) {
    struct gate_news news;
    struct error err = {0};
    if (!gate_share_look(share, gate, &news, &err))
        fail_msg("%s", err.message);
    return news;
}

// PostgreSQL notices a connection that ended a moment later.
static void look_until_it_leads(struct gate_share *share) {
    int looks = 0;
    while (!look(share, NULL).leads)
        assert_true(++looks < LOOKS_MAX);
}

// What the keeper of a node does with a record.
static void save(struct testbed *testbed, struct gate_share *share, struct gate *gate, int64_t tick,
                 bool leads) {
    static struct gate_record record;
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    struct command command;
    struct gate_figures figures;
    struct error err;
    struct gate_save what = {.campaign_id = CAMPAIGN, .leads = leads, .process = 1 + gate_share_node(share)};
    command_init(&command, testbed->arena);
    gate_take(gate, START_S + tick, &record);
    (void)gate_store_save(&command, &what, &record);
    gate_figures(gate, &figures);
    gate_share_tell(share, &command, tick, &figures);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    assert_true(writer_run(writer, &command, &err));
    writer_stop(writer);
    gate_stored(gate, START_S + tick, &record, true);
}

static void begin(struct testbed *testbed) {
    struct error err;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
}

static void each_node_has_a_lane_and_one_leads_until_it_is_gone(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct gate_share *first = open_share(testbed), *second = open_share(testbed);
    assert_int_equal(gate_share_node(first), 0);
    assert_int_equal(gate_share_node(second), 1);
    assert_true(look(first, NULL).leads);
    assert_false(look(second, NULL).leads);
    assert_true(look(first, NULL).leads);
    assert_int_equal(look(second, NULL).nodes, 2);
    gate_share_close(first);
    look_until_it_leads(second);
    assert_int_equal(look(second, NULL).nodes, 1);
    first = open_share(testbed);
    assert_int_equal(gate_share_node(first), 0);
    assert_false(look(first, NULL).leads);
    gate_share_close(first);
    gate_share_close(second);
}

// A node that stands still keeps its connection, and with it the lead; but it tells nothing more.
static void a_leader_that_is_silent_loses_the_lead(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct gate_share *shares[2] = {open_share(testbed), open_share(testbed)};
    CLEANUP(gate_cleanup) struct gate *first = testbed_gate(1, 0, 0), *second = testbed_gate(1, 1, 0);
    assert_true(look(shares[0], first).leads);
    int64_t tick = 0;
    for (; tick < 40; tick++) { // it leads as long as it tells
        save(testbed, shares[0], first, tick, true);
        save(testbed, shares[1], second, tick, false);
        assert_false(look(shares[1], second).leads);
    }
    for (; tick < 49; tick++) { // and some seconds longer
        save(testbed, shares[1], second, tick, false);
        assert_false(look(shares[1], second).leads);
    }
    for (int looks = 0; looks < 100; looks++) // by itself a node that nobody hears ends nobody
        assert_false(look(shares[1], second).leads);
    while (!look(shares[1], second).leads) {
        save(testbed, shares[1], second, tick, false);
        assert_true(++tick < LOOKS_MAX);
    }
    // What stood still goes on, as one that does not lead.
    struct gate_news news;
    struct error err;
    (void)!gate_share_look(shares[0], first, &news, &err);
    news = look(shares[0], first);
    assert_false(news.leads);
    assert_int_equal(news.nodes, 2);
    gate_share_close(shares[0]);
    gate_share_close(shares[1]);
}

static void end_connections(struct testbed *testbed) {
    testbed_script(testbed,
                   "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                   "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
}

static void a_node_whose_connection_was_lost_takes_its_lane_again(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct gate_share *share = open_share(testbed);
    struct gate_news news;
    struct error err;
    assert_true(look(share, NULL).leads);
    end_connections(testbed);
    (void)!gate_share_look(share, NULL, &news, &err); // this one may notice, or not
    look_until_it_leads(share);
    assert_int_equal(look(share, NULL).nodes, 1);
    gate_share_close(share);
}

static void nodes_hear_of_arrivals_watermark_and_stages(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct gate_share *shares[2] = {open_share(testbed), open_share(testbed)};
    CLEANUP(gate_cleanup) struct gate *leader = testbed_gate(1, 0, 0), *follower = testbed_gate(1, 1, 0);
    struct place place, there;
    struct error err;
    (void)look(shares[0], leader);
    gate_lead(leader, START_S, 1, NULL, 2);
    for (int i = 0; i < 50; i++) {
        assert_true(gate_join(leader, START_S, NULL, &place, &err));
        assert_true(gate_join(follower, START_S, NULL, &there, &err));
    }
    struct holder holder = gate_resident(1);
    gate_stage_enter(follower, GATE_IDENTITY, &holder);
    gate_stage_leave(follower, GATE_IDENTITY, true);
    gate_stage_enter(follower, GATE_WRITER, &holder);
    gate_readmit(follower, START_S, &holder);
    save(testbed, shares[0], leader, 1, true);
    save(testbed, shares[1], follower, 1, false);

    struct gate_news news = look(shares[0], leader);
    assert_int_equal(news.others.completed[GATE_IDENTITY], 1);
    assert_int_equal(news.others.backlog[GATE_WRITER], 1);
    assert_int_equal(news.others.inside, 1);
    gate_hear_watermark(leader, &news.leader.line);
    gate_lead(leader, START_S + 1, 1, &news.others, 2);
    save(testbed, shares[0], leader, 2, true);
    news = look(shares[1], follower);
    gate_follow(follower, START_S + 1, &news.leader, news.nodes);

    struct gate_view here, view;
    gate_view(leader, &here);
    gate_view(follower, &view);
    assert_int_equal(here.joined, 100);
    assert_int_equal(view.joined, 100);
    assert_int_equal(place_compare(view.watermark, here.watermark), 0);
    assert_int_equal(view.waiting, here.waiting);
    // A place that one node gave stands equally far back on the other.
    assert_int_equal(gate_ahead(follower, place), gate_ahead(leader, place));
    assert_int_equal(gate_ahead(leader, there), gate_ahead(leader, place));
    gate_share_close(shares[0]);
    gate_share_close(shares[1]);
}

static void join(struct gate *gate, int64_t now_s, int people, struct place *ret_last) {
    struct error err;
    for (int i = 0; i < people; i++)
        assert_true(gate_join(gate, now_s, NULL, ret_last, &err));
}

// PostgreSQL notices an ended connection a moment later: until then the lane is still taken.
static struct gate_share *open_lane(struct testbed *testbed, uint32_t lane) {
    struct gate_share *share = NULL;
    for (int tries = 0; tries < LOOKS_MAX; tries++) {
        share = open_share(testbed);
        if (gate_share_node(share) == lane)
            return share;
        gate_share_close(share);
    }
    fail_msg("lane %u was never free", lane);
    return NULL;
}

static void a_node_whose_lane_was_taken_goes_on_in_another(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    CLEANUP(gate_cleanup) struct gate *first = testbed_gate(1, 0, 0), *thief = testbed_gate(1, 0, 0);
    struct gate_share *share = open_share(testbed);
    struct place stored, unstored, later, last;
    struct gate_news news;
    struct error err;
    (void)look(share, first);
    gate_lead(first, START_S, 1, NULL, 1);
    join(first, START_S, 20, &stored);
    save(testbed, share, first, 1, true);
    // Of two who are inside one is a resident, whom the store remembers with the lane.
    struct holder resident = gate_resident(7), device = holder_of(HOLDER_DEVICE, "a device");
    struct lease lease;
    testbed_script(testbed,
                   "INSERT INTO gate_place (resident_id, campaign_id, epoch, node, second, rank, joined_ms, "
                   "pass, pass_node, turn_ms, renewed_ms) VALUES (7, 1, 1, 0, 5, 0, 0, 1, 0, 0, 0)");
    gate_readmit(first, START_S, &resident);
    gate_readmit(first, START_S, &device);
    join(first, START_S + 1, 10, &unstored); // these are not written yet when the connection ends
    end_connections(testbed);
    struct gate_share *stolen = open_lane(testbed, 0);
    (void)look(stolen, thief);
    join(thief, START_S + 1, 4, &last);
    save(testbed, stolen, thief, 2, true);
    (void)!gate_share_look(share, first, &news, &err); // finds the connection broken, or a new one at once
    (void)look(share, first);
    assert_int_equal(gate_share_node(share), 1);
    assert_int_equal(gate_node(first), 1);
    assert_false(gate_inside(first, &resident, &lease)); // the pass went with the lane
    assert_true(gate_inside(first, &device, &lease));
    join(first, START_S + 2, 5, &later);
    save(testbed, share, first, 3, false);
    (void)look(stolen, thief);
    (void)look(share, first);
    struct gate_view here, there;
    gate_view(first, &here);
    gate_view(thief, &there);
    // Ten and four wrote in one lane at once: the four are counted once, and everybody stands where they
    // stood.
    assert_int_equal(here.joined, 35);
    assert_int_equal(there.joined, 35);
    assert_true(gate_ahead(first, later) > gate_ahead(first, unstored));
    assert_true(gate_ahead(thief, later) > gate_ahead(thief, unstored));
    gate_share_close(share);
    gate_share_close(stolen);
}

static void a_pass_that_another_node_took_over_is_counted_there_alone(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct gate_share *shares[2] = {open_share(testbed), open_share(testbed)};
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct holder holder = gate_resident(7), other = gate_resident(8);
    struct gate_place place = {.pass = GATE_PASS_INSIDE, .pass_node = 0, .renewed_ms = 1};
    struct writer *writer = NULL;
    struct error err;
    testbed_script(testbed,
                   "INSERT INTO gate_place (resident_id, campaign_id, epoch, node, second, rank, joined_ms, "
                   "pass, pass_node, turn_ms, renewed_ms) VALUES (7, 1, 1, 0, 5, 0, 0, 1, 0, 0, 0), "
                   "(8, 1, 1, 0, 5, 1, 0, 1, 0, 0, 0)");
    gate_readmit(gate, START_S, &holder);
    gate_readmit(gate, START_S, &other);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    for (uint32_t node = 0; node < 2; node++) { // a step on the node itself moves nothing
        struct command command;
        struct lease lease;
        command_init(&command, testbed->arena);
        place.pass_node = node;
        (void)gate_pass_write(&command, 7, CAMPAIGN, &place);
        assert_true(writer_run(writer, &command, &err));
        (void)look(shares[0], gate);
        assert_int_equal(gate_inside(gate, &holder, &lease), node == 0);
        assert_true(gate_inside(gate, &other, &lease));
    }
    writer_stop(writer);
    gate_share_close(shares[0]);
    gate_share_close(shares[1]);
}

static uint64_t outcomes(struct testbed *testbed) {
    struct promise_record records[PROMISE_SPANS];
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct error err;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(gate_promises_read(session, CAMPAIGN, testbed->arena, records, &err));
    return records[0].promised + records[1].promised + records[2].promised;
}

static void every_node_promises_what_the_one_that_leads_has_learnt(void **state) {
    struct testbed *testbed = *state;
    begin(testbed);
    struct gate_share *shares[2] = {open_share(testbed), open_share(testbed)};
    CLEANUP(gate_cleanup) struct gate *leader = testbed_gate(1, 0, 0), *follower = testbed_gate(1, 1, 0);
    struct place place;
    struct gate_news news;
    int64_t second = 0;
    (void)look(shares[0], leader);
    join(leader, START_S, 100, &place);
    for (; second < 60; second++) { // ten a second come, and ten a second go
        gate_lead(leader, START_S + second, 1, NULL, 2);
        join(leader, START_S + second, 10, &place);
        for (int i = 0; i < 1 + (second % 20 == 0); i++) // an answer of the store was lost: written twice
            save(testbed, shares[0], leader, second, true);
        news = look(shares[1], follower);
        gate_follow(follower, START_S + second, &news.leader, news.nodes);
    }
    assert_true(news.leader.learnt_known);
    struct promise_wait there = gate_wait(leader, 1000), here = gate_wait(follower, 1000);
    assert_int_equal(here.p50_s, there.p50_s);
    assert_int_equal(here.p90_s, there.p90_s);
    assert_true(there.p90_s < 190); // twice the guess before anything was learnt
    uint64_t counted = outcomes(testbed);
    assert_in_range(counted, 3, 6); // one each ten seconds
    // The one that followed leads now: it goes on with what the other learnt, and counts what it sees itself.
    gate_share_close(shares[0]);
    look_until_it_leads(shares[1]);
    gate_lead(follower, START_S + second, 1, NULL, 1);
    here = gate_wait(follower, 1000);
    assert_int_equal(here.p90_s, there.p90_s);
    save(testbed, shares[1], follower, second + 1, true);
    assert_in_range(outcomes(testbed), counted, counted + 1);
    gate_share_close(shares[1]);
}

static void below_the_pace_nobody_waits_on_a_node_that_does_not_lead(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 1, 0);
    struct gate_record leader = {.line = {.epoch = 1}, .per_s = 10, .steady_per_s = 10};
    struct place place;
    struct error err;
    gate_follow(gate, START_S, &leader, 2);
    for (int64_t i = 0; i < 6; i++) { // half of the pace is this node's
        struct holder holder = gate_resident(i);
        assert_true(gate_join(gate, START_S, NULL, &place, &err));
        assert_int_equal(gate_enter(gate, START_S, &holder, place), i < 5 ? GATE_ENTERS : GATE_WAITS);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_node_has_a_lane_and_one_leads_until_it_is_gone),
        cmocka_unit_test(a_leader_that_is_silent_loses_the_lead),
        cmocka_unit_test(a_node_whose_connection_was_lost_takes_its_lane_again),
        cmocka_unit_test(nodes_hear_of_arrivals_watermark_and_stages),
        cmocka_unit_test(a_node_whose_lane_was_taken_goes_on_in_another),
        cmocka_unit_test(a_pass_that_another_node_took_over_is_counted_there_alone),
        cmocka_unit_test(every_node_promises_what_the_one_that_leads_has_learnt),
        cmocka_unit_test(below_the_pace_nobody_waits_on_a_node_that_does_not_lead),
    };
    return testbed_run_kind(tests, sizeof tests / sizeof *tests, TESTBED_POSTGRES);
}
