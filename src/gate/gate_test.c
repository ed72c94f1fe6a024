// covers: gate.c gate_second.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "gate/testbed_gate.h"

#define START_S TESTBED_GATE_START_S

static struct place join(struct gate *gate, int64_t now_s) {
    struct place place;
    struct error err;
    assert_true(gate_join(gate, now_s, NULL, &place, &err));
    return place;
}

// One second of a gate whose store answers.
static void live(struct gate *gate, int64_t now_s, bool stored) {
    static struct gate_record record;
    gate_lead(gate, now_s, 1, NULL, 1);
    gate_take(gate, now_s, &record);
    gate_stored(gate, now_s, &record, stored);
}

static bool page_says(struct gate *gate, const char *words) {
    struct gate_page page;
    gate_page(gate, &page);
    assert_int_equal(page.version, gate_page_version(gate));
    return strstr(page.text, words) != NULL;
}

static void below_the_pace_nobody_sees_the_gate(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    live(gate, START_S, true);
    assert_true(gate_is_open(gate));
    for (int64_t i = 0; i < 10; i++) {
        struct holder holder = gate_resident(i);
        assert_int_equal(gate_enter(gate, START_S, &holder, join(gate, START_S)), GATE_ENTERS);
    }
    struct holder eleventh = gate_resident(10);
    struct place place = join(gate, START_S);
    assert_int_equal(gate_enter(gate, START_S, &eleventh, place), GATE_WAITS);
    live(gate, START_S + 1, true);
    assert_int_equal(gate_enter(gate, START_S + 1, &eleventh, place), GATE_ENTERS);
}

static void a_pass_lasts_comes_back_and_lets_its_holder_return_to_the_front(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct holder holder = gate_resident(1);
    struct lease lease;
    live(gate, START_S, true);
    struct place place = join(gate, START_S);
    assert_int_equal(gate_enter(gate, START_S, &holder, place), GATE_ENTERS);
    assert_true(gate_renew(gate, START_S, &holder, LEASE_AT_PROVIDER));
    int64_t now_s = START_S;
    for (; now_s < START_S + LEASE_AT_PROVIDER_S - 1; now_s++)
        live(gate, now_s, true);
    assert_true(gate_inside(gate, &holder, &lease));
    for (int i = 0; i < 1000; i++) // a long line by now
        (void)join(gate, now_s);
    live(gate, now_s += 2, true);
    assert_false(gate_inside(gate, &holder, &lease));
    assert_int_equal(gate_enter(gate, now_s, &holder, place), GATE_ENTERS);
    gate_give_back(gate, &holder);
    assert_false(gate_inside(gate, &holder, &lease));
}

static void the_callback_never_waits(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct holder holder = gate_resident(1);
    struct lease lease;
    gate_order(gate, &(struct gate_orders){.paused = true});
    live(gate, START_S, true);
    gate_readmit(gate, START_S, &holder);
    assert_true(gate_inside(gate, &holder, &lease));
    assert_int_equal(gate_enter_ahead(gate, START_S, &holder), GATE_ENTERS);
    struct holder other = gate_resident(2);
    assert_int_equal(gate_enter_ahead(gate, START_S, &other), GATE_HELD);
}

static void who_is_let_in_ahead_goes_at_the_expense_of_the_line(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    live(gate, START_S, true);
    for (int i = 0; i < 200; i++)
        (void)join(gate, START_S);
    struct gate_view before, after;
    live(gate, START_S + 1, true);
    gate_view(gate, &before);
    for (int64_t i = 0; i < 5; i++) {
        struct holder booked = gate_resident(500 + i);
        assert_int_equal(gate_enter_ahead(gate, START_S + 1, &booked), GATE_ENTERS);
    }
    live(gate, START_S + 2, true);
    gate_view(gate, &after);
    assert_int_equal(after.passed - before.passed, 5);
    assert_int_equal(after.returned, 5);
}

static void the_page_is_published_when_its_record_was_stored(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct gate_record record;
    live(gate, START_S, true);
    uint64_t version = gate_page_version(gate);
    gate_lead(gate, START_S + 1, 1, NULL, 1);
    gate_take(gate, START_S + 1, &record);
    assert_int_equal(gate_page_version(gate), version);
    gate_stored(gate, START_S + 1, &record, true);
    assert_int_equal(gate_page_version(gate), version + 1);
    assert_true(page_says(gate, "\"now\":1770000001"));
}

static void while_the_store_is_away_the_line_stands_still_and_says_so(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    static struct gate_record record;
    struct place places[100];
    live(gate, START_S, true);
    for (int i = 0; i < 100; i++)
        places[i] = join(gate, START_S);
    live(gate, START_S + 1, true);
    struct gate_view view;
    for (int64_t i = 2; i < 60; i++)
        live(gate, START_S + i, false);
    gate_view(gate, &view);
    assert_true(view.frozen);
    assert_int_equal(view.passed, 30); // 10 at once, and of two seconds
    assert_true(page_says(gate, "\"state\":\"paused\",\"now\":1770000059"));
    assert_true(page_says(gate, "\"reason\":\"store\""));
    struct holder holder = gate_resident(5);
    assert_int_equal(gate_enter(gate, START_S + 60, &holder, places[5]), GATE_HELD);
    gate_lead(gate, START_S + 60, 1, NULL, 1);
    gate_take(gate, START_S + 60, &record);
    assert_int_equal(record.counts_length, 1); // told again, for nobody knows what was lost
    assert_int_equal(record.counts[0].count, 100);
    gate_stored(gate, START_S + 60, &record, true);
    assert_true(page_says(gate, "\"state\":\"queueing\""));
    assert_int_equal(gate_enter(gate, START_S + 60, &holder, places[5]), GATE_ENTERS);
    live(gate, START_S + 61, true);
    gate_view(gate, &view);
    assert_int_equal(view.passed, 40);
}

static void nobody_is_let_in_while_all_places_inside_are_taken(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct gate_view view;
    for (int64_t i = 0; i < 1000; i++) {
        struct holder holder = gate_resident(i);
        gate_readmit(gate, START_S, &holder);
    }
    live(gate, START_S, true);
    struct place place = join(gate, START_S);
    live(gate, START_S + 1, true);
    gate_view(gate, &view);
    assert_int_equal(view.inside, 1000);
    assert_int_equal(view.waiting, 1);
    struct holder first = gate_resident(0), next = gate_resident(1000);
    gate_give_back(gate, &first);
    live(gate, START_S + 2, true);
    assert_int_equal(gate_enter(gate, START_S + 2, &next, place), GATE_ENTERS);
}

static void the_draw_is_committed_to_before_the_opening_and_told_after_it(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, START_S + 100);
    struct gate_draw draw;
    struct place place, again;
    struct error err = {0};
    live(gate, START_S, true);
    assert_true(page_says(gate, "\"state\":\"closed\""));
    gate_draw(gate, START_S, &draw);
    assert_true(draw.draws && !draw.revealed);
    unsigned char commitment[DRAW_COMMITMENT_SIZE];
    memcpy(commitment, draw.commitment, sizeof commitment);
    assert_false(gate_join(gate, START_S, NULL, &place, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    assert_true(gate_join(gate, START_S, "R-0001-0002-0003", &place, &err));
    assert_true(gate_join(gate, START_S + 5, "R-0001-0002-0003", &again, &err));
    assert_int_equal(place.second, 0);
    assert_int_equal(place_compare(place, again), 0);
    live(gate, START_S + 100, true);
    gate_draw(gate, START_S + 100, &draw);
    assert_true(draw.revealed);
    unsigned char recomputed[DRAW_COMMITMENT_SIZE];
    draw_commitment(recomputed, draw.secret);
    assert_memory_equal(recomputed, commitment, sizeof commitment);
    assert_int_equal(draw_rank(draw.secret, "sample", "R-0001-0002-0003"), place.rank);
    struct holder holder = gate_resident(7);
    assert_int_equal(gate_enter(gate, START_S + 100, &holder, place), GATE_ENTERS);
}

static void tickets_and_passes_are_of_one_epoch(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    CLEANUP(gate_cleanup) struct gate *later = testbed_gate(2, 0, 0);
    struct error err = {0};
    struct holder holder = holder_of(HOLDER_DEVICE, "a device"), read;
    struct place place = join(gate, START_S), read_place;
    char ticket[TICKET_TEXT_SIZE], pass[PASS_TEXT_SIZE];
    gate_ticket(gate, place, &holder, ticket);
    gate_pass(gate, &holder, START_S, pass);
    assert_true(gate_read_ticket(gate, ticket, &holder, &read_place, &err));
    assert_false(gate_read_ticket(later, ticket, &holder, &read_place, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_true(gate_read_pass(gate, pass, START_S + LEASE_INSIDE_S, &read));
    assert_false(gate_read_pass(gate, pass, START_S + LEASE_INSIDE_S + 1, &read));
    assert_false(gate_read_pass(later, pass, START_S, &read));
}

static void a_line_begun_anew_is_empty_and_refuses_the_tickets_of_before(void **state) {
    static const unsigned char secret[TICKET_KEY_SIZE] = "a secret of the tests, 32 bytes";
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    CLEANUP(gate_cleanup) struct gate *elsewhere = testbed_gate(2, 1, 0);
    struct error err = {0};
    struct gate_view view;
    struct holder holder = holder_of(HOLDER_DEVICE, "a device"), inside = gate_resident(7);
    struct place place = join(gate, START_S), read;
    char old[TICKET_TEXT_SIZE], new[TICKET_TEXT_SIZE];
    gate_readmit(gate, START_S, &inside);
    gate_ticket(gate, place, &holder, old);
    struct gate_record record;
    gate_take(gate, START_S, &record);
    assert_true(gate_begin_anew(gate, 2, secret, &err));
    gate_stored(gate, START_S, &record, false); // of the old line: does not matter any more
    assert_true(gate_begin_anew(gate, 1, secret, &err));
    assert_true(gate_hear(gate, 1, &(struct lane_count){.node = 1, .second = START_S, .count = 9}, &err));
    gate_hear_watermark(gate, &(struct line_state){.epoch = 1, .watermark = {START_S + 9, 0}});
    assert_int_equal(gate_epoch(gate), 2);
    gate_view(gate, &view);
    assert_int_equal(view.joined, 0);
    assert_int_equal(view.inside, 1);
    assert_int_equal(view.watermark.second, 0);
    assert_false(view.frozen);
    assert_false(gate_read_ticket(gate, old, &holder, &read, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_non_null(strstr(err.message, "join anew"));
    place = join(gate, START_S + 1);
    gate_ticket(gate, place, &holder, new);
    assert_true(gate_read_ticket(elsewhere, new, &holder, &read, &err)); // all nodes sign alike
    assert_int_equal(gate_ahead(gate, place), 0);
}

static void stages_feed_the_pace(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct gate_view view;
    gate_order(gate, &(struct gate_orders){0});
    live(gate, START_S, true);
    gate_view(gate, &view);
    double at_first = view.steady_per_s;
    struct holder holder = gate_resident(1);
    for (int i = 0; i < 800; i++)
        gate_stage_enter(gate, GATE_IDENTITY, &holder);
    for (int64_t second = 1; second < 60; second++) { // 4 a second are served, 4 come
        for (int i = 0; i < 4; i++) {
            gate_stage_leave(gate, GATE_IDENTITY, true);
            gate_stage_enter(gate, GATE_IDENTITY, &holder);
        }
        live(gate, START_S + second, true);
    }
    gate_view(gate, &view);
    assert_true(view.stages[GATE_IDENTITY].busy);
    assert_true(view.stages[GATE_IDENTITY].capacity_per_s < 6 &&
                view.stages[GATE_IDENTITY].capacity_per_s > 3);
    assert_true(view.steady_per_s < at_first / 5);
    assert_int_equal(view.reason, PACE_BACKLOG);
    int sent = 0;
    while (gate_may_send(gate))
        sent++;
    assert_in_range(sent, 15, 30); // five seconds of what it does
    gate_request_over(gate, true);
    assert_true(gate_may_send(gate));
}

struct crowd {
    struct gate *gate;
    int64_t first;
};

static void *come(void *context) {
    const struct crowd *crowd = context;
    for (int64_t i = 0; i < 2000; i++) {
        struct holder holder = gate_resident(crowd->first + i);
        struct place place = join(crowd->gate, START_S);
        struct gate_page page;
        if (gate_may_have_place(crowd->gate, crowd->first + i))
            gate_note_place(crowd->gate, crowd->first + i);
        if (gate_enter(crowd->gate, START_S, &holder, place) == GATE_ENTERS) {
            gate_stage_enter(crowd->gate, GATE_IDENTITY, &holder);
            gate_stage_leave(crowd->gate, GATE_IDENTITY, true);
            gate_give_back(crowd->gate, &holder);
        }
        gate_page(crowd->gate, &page);
    }
    return NULL;
}

static void many_threads_come_and_nobody_is_miscounted(void **state) {
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct crowd crowds[4];
    pthread_t threads[4];
    live(gate, START_S, true);
    for (int i = 0; i < 4; i++) {
        crowds[i] = (struct crowd){gate, 10000 * i};
        assert_int_equal(pthread_create(&threads[i], NULL, come, &crowds[i]), 0);
    }
    for (int64_t second = 1; second < 50; second++)
        live(gate, START_S + second, true);
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    struct gate_view view;
    gate_view(gate, &view);
    assert_int_equal(view.joined, 8000);
    assert_int_equal(view.passed + view.waiting, 8000);
    assert_int_equal(view.inside, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_the_pace_nobody_sees_the_gate),
        cmocka_unit_test(a_pass_lasts_comes_back_and_lets_its_holder_return_to_the_front),
        cmocka_unit_test(the_callback_never_waits),
        cmocka_unit_test(who_is_let_in_ahead_goes_at_the_expense_of_the_line),
        cmocka_unit_test(the_page_is_published_when_its_record_was_stored),
        cmocka_unit_test(while_the_store_is_away_the_line_stands_still_and_says_so),
        cmocka_unit_test(nobody_is_let_in_while_all_places_inside_are_taken),
        cmocka_unit_test(the_draw_is_committed_to_before_the_opening_and_told_after_it),
        cmocka_unit_test(tickets_and_passes_are_of_one_epoch),
        cmocka_unit_test(a_line_begun_anew_is_empty_and_refuses_the_tickets_of_before),
        cmocka_unit_test(stages_feed_the_pace),
        cmocka_unit_test(many_threads_come_and_nobody_is_miscounted),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
