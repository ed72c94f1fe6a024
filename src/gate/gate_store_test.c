#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gate/gate_store.h"
#include "gate/testbed_gate.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define START_S  TESTBED_GATE_START_S
#define CAMPAIGN INT64_C(1)

static const struct statement NEW_RESIDENT = {
    "INSERT INTO resident (id, created_ms, language) VALUES ($1, 0, 'ja')", "i"};

static void run(struct testbed *testbed, struct command *command) {
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    struct error err;
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    assert_true(writer_run(writer, command, &err));
    writer_stop(writer);
}

static void begin(struct testbed *testbed, int64_t residents) {
    struct error err;
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    struct command command;
    command_init(&command, testbed->arena);
    for (int64_t id = 1; id <= residents; id++)
        COMMAND_ADD(&command, &NEW_RESIDENT, value_int(id));
    run(testbed, &command);
}

static void save(struct testbed *testbed, struct gate *gate, int64_t now_s, int64_t tick) {
    static struct gate_record record;
    struct gate_save save = {.campaign_id = CAMPAIGN, .leads = true};
    struct command command;
    command_init(&command, testbed->arena);
    gate_take(gate, now_s, &record);
    const struct step *line = gate_store_save(&command, &save, &record);
    run(testbed, &command);
    gate_stored(gate, now_s, &record, line->rows.changed > 0);
}

static void note(void *context, int64_t resident_id) {
    gate_note_place(context, resident_id);
}

static struct gate *load(struct testbed *testbed, int64_t now_s) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct gate_saved saved;
    struct error err;
    uint32_t epoch = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(gate_store_epoch(session, CAMPAIGN, &epoch, &err));
    struct gate *gate = testbed_gate(epoch, 0, 0);
    struct gate_load what = {
        .campaign_id = CAMPAIGN, .epoch = epoch, .now_ms = now_s * 1000, .known = note, .context = gate};
    assert_true(gate_store_load(session, &what, testbed->arena, &saved, &err));
    assert_true(gate_restore(gate, now_s, &saved, &err));
    return gate;
}

static struct gate_place take(struct testbed *testbed, struct gate *gate, int64_t resident_id, int64_t now_s,
                              enum gate_pass_state pass) {
    struct gate_place place = {.epoch = gate_epoch(gate), .joined_ms = now_s * 1000, .pass = pass};
    struct command command;
    struct error err;
    assert_true(gate_join(gate, now_s, NULL, &place.place, &err));
    if (pass != GATE_NO_PASS)
        place.turn_ms = place.renewed_ms = now_s * 1000;
    command_init(&command, testbed->arena);
    (void)gate_place_take(&command, resident_id, CAMPAIGN, &place);
    const struct step *look = gate_place_look(&command, resident_id, CAMPAIGN);
    run(testbed, &command);
    return gate_place_of(&look->rows);
}

static void the_line_goes_on_where_it_was(void **state) {
    struct testbed *testbed = *state;
    begin(testbed, 0);
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct place place;
    struct error err;
    gate_lead(gate, START_S, 1, NULL, 1);
    for (int i = 0; i < 300; i++)
        assert_true(gate_join(gate, START_S + i / 100, NULL, &place, &err));
    gate_lead(gate, START_S + 3, 1, NULL, 1);
    save(testbed, gate, START_S + 3, 1);
    CLEANUP(gate_cleanup) struct gate *again = load(testbed, START_S + 60);
    struct gate_view before, after;
    gate_view(gate, &before);
    gate_view(again, &after);
    assert_int_equal(after.joined, 300);
    assert_int_equal(after.passed, before.passed);
    assert_int_equal(place_compare(after.watermark, before.watermark), 0);
    assert_int_equal(gate_ahead(again, place), gate_ahead(gate, place));
}

static void what_the_last_second_did_not_write_is_found_in_places_and_passes(void **state) {
    struct testbed *testbed = *state;
    begin(testbed, 20);
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct gate_place places[20];
    gate_lead(gate, START_S, 1, NULL, 1);
    save(testbed, gate, START_S, 1);
    for (int64_t i = 0; i < 20; i++) { // 10 walk in at once; nothing of it is saved but their rows
        struct holder holder = gate_resident(i + 1);
        places[i] = take(testbed, gate, i + 1, START_S, i < 10 ? GATE_PASS_AT_PROVIDER : GATE_NO_PASS);
        assert_int_equal(gate_enter(gate, START_S, &holder, places[i].place),
                         i < 10 ? GATE_ENTERS : GATE_WAITS);
    }
    CLEANUP(gate_cleanup) struct gate *again = load(testbed, START_S + 5);
    struct gate_view view;
    gate_view(again, &view);
    assert_int_equal(view.joined, 20);
    assert_int_equal(view.waiting, 10);
    assert_int_equal(view.at_provider, 10);
    for (int64_t i = 0; i < 20; i++) {
        assert_true(gate_may_have_place(again, i + 1));
        assert_int_equal(gate_ahead(again, places[i].place), i < 10 ? 0 : (uint64_t)i - 10);
    }
    assert_false(gate_may_have_place(again, 21));
}

static void a_resident_has_one_place_in_an_epoch(void **state) {
    struct testbed *testbed = *state;
    begin(testbed, 2);
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    struct gate_place first = take(testbed, gate, 1, START_S, GATE_NO_PASS);
    struct gate_place other = take(testbed, gate, 2, START_S + 1, GATE_NO_PASS);
    struct gate_place second = take(testbed, gate, 1, START_S + 9, GATE_NO_PASS);
    assert_int_equal(place_compare(first.place, second.place), 0);
    assert_true(place_compare(first.place, other.place) < 0);
    assert_false(take(testbed, gate, 3, START_S, GATE_NO_PASS).found); // no such resident
    CLEANUP(gate_cleanup) struct gate *later = testbed_gate(2, 0, 0);
    struct gate_place anew = take(testbed, later, 1, START_S + 20, GATE_NO_PASS);
    assert_int_equal(anew.epoch, 2);
    assert_int_equal(anew.place.second, START_S + 20);
}

static void the_watermark_never_goes_back(void **state) {
    struct testbed *testbed = *state;
    begin(testbed, 0);
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    CLEANUP(gate_cleanup) struct gate *behind = testbed_gate(1, 0, 0);
    CLEANUP(gate_cleanup) struct gate *earlier = testbed_gate(1, 0, 0);
    struct place place;
    struct error err;
    gate_lead(gate, START_S, 1, NULL, 1);
    for (int i = 0; i < 5; i++)
        assert_true(gate_join(gate, START_S, NULL, &place, &err));
    save(testbed, gate, START_S, 1);
    assert_true(gate_join(behind, START_S - 50, NULL, &place, &err));
    save(testbed, behind, START_S, 1);
    CLEANUP(gate_cleanup) struct gate *again = load(testbed, START_S);
    struct gate_view view;
    gate_view(again, &view);
    assert_int_equal(view.watermark.second, START_S);
    assert_int_equal(view.watermark.rank, 5);
    // A reset begins a new line, which an old one cannot overwrite.
    CLEANUP(gate_cleanup) struct gate *later = testbed_gate(2, 0, 0);
    save(testbed, later, START_S + 1, 1);
    save(testbed, earlier, START_S + 2, 9);
    gate_view(earlier, &view);
    assert_true(view.frozen);
    CLEANUP(gate_cleanup) struct gate *newest = load(testbed, START_S + 3);
    assert_int_equal(gate_epoch(newest), 2);
}

static void a_pass_is_renewed_and_taken_back(void **state) {
    struct testbed *testbed = *state;
    begin(testbed, 1);
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    gate_lead(gate, START_S, 1, NULL, 1);
    struct gate_place place = take(testbed, gate, 1, START_S, GATE_PASS_INSIDE);
    assert_int_equal(gate_pass_until_ms(&place), (START_S + LEASE_INSIDE_S) * 1000);
    struct command command;
    command_init(&command, testbed->arena);
    place.pass = GATE_PASS_AT_PROVIDER;
    place.renewed_ms += 60000;
    place.turn_ms = 0;
    (void)gate_pass_write(&command, 1, CAMPAIGN, &place);
    const struct step *renewed = gate_place_look(&command, 1, CAMPAIGN);
    place.pass = GATE_NO_PASS;
    (void)gate_pass_write(&command, 1, CAMPAIGN, &place);
    const struct step *back = gate_place_look(&command, 1, CAMPAIGN);
    run(testbed, &command);
    place = gate_place_of(&renewed->rows);
    assert_int_equal(gate_pass_until_ms(&place), (START_S + 60 + LEASE_AT_PROVIDER_S) * 1000);
    assert_int_equal(place.turn_ms, START_S * 1000); // since when the turn came stays
    place = gate_place_of(&back->rows);
    assert_int_equal(gate_pass_until_ms(&place), 0);
}

static void orders_and_promises_are_read_back(void **state) {
    struct testbed *testbed = *state;
    begin(testbed, 0);
    struct gate_orders orders = {.number = 1, .floor_per_min = 5, .ceiling_per_min = 900, .paused = true};
    struct command command;
    strcpy(orders.message, "しばらくお待ちください");
    command_init(&command, testbed->arena);
    gate_orders_write(&command, CAMPAIGN, &orders, START_S * 1000, "sato", "a test");
    run(testbed, &command);
    CLEANUP(gate_cleanup) struct gate *gate = testbed_gate(1, 0, 0);
    gate_order(gate, &(struct gate_orders){.by_hand = true, .hand_per_min = 60});
    struct place place;
    struct error err;
    for (int i = 0; i < 60; i++)
        assert_true(gate_join(gate, START_S, NULL, &place, &err));
    for (int64_t second = 0; second < 100; second++)
        gate_lead(gate, START_S + second, 1, NULL, 1);
    for (int i = 0; i < 2; i++) // written twice, as when an answer of the store is lost
        save(testbed, gate, START_S + 100, 1);
    CLEANUP(gate_cleanup) struct gate *again = load(testbed, START_S + 101);
    struct gate_view view;
    gate_view(again, &view);
    assert_int_equal(view.orders.ceiling_per_min, 900);
    assert_true(view.orders.paused);
    assert_string_equal(view.orders.message, orders.message);
    CLEANUP(session_cleanup) struct session *session = NULL;
    struct promise_record records[PROMISE_SPANS];
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(gate_promises_read(session, CAMPAIGN, testbed->arena, records, &err));
    assert_in_range(records[0].promised, 4, 7); // one each ten seconds while somebody waited
    assert_in_range(records[0].held_p90, records[0].held_p50, records[0].promised);
    assert_int_equal(records[2].promised, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_goes_on_where_it_was),
        cmocka_unit_test(what_the_last_second_did_not_write_is_found_in_places_and_passes),
        cmocka_unit_test(a_resident_has_one_place_in_an_epoch),
        cmocka_unit_test(the_watermark_never_goes_back),
        cmocka_unit_test(a_pass_is_renewed_and_taken_back),
        cmocka_unit_test(orders_and_promises_are_read_back),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
