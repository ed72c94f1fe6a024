// The whole money path against a model of a few dozen lines: residents walk, return, apply, repeat and race
// in seeded random order, and after every round each answer, the budget and the audit must be what the model
// says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "campaign/application.h"
#include "campaign/campaign_audit.h"
#include "ledger/balance.h"
#include "ledger/ledger_audit.h"
#include "migrations_list.h"
#include "store/migrate.h"
#include "store/testbed.h"

#define RESIDENTS   40
#define PERSONS     30
#define BUDGET      12 // grants
#define POINTS      11000
#define ROUNDS      400
#define ROUND_MOVES 25
#define FIRST_ID    INT64_C(4000000000000)

struct model_resident {
    enum journey_state state; // 0: not registered
    bool reserved;
    int64_t reservations;
    int key; // of the application, 0: none
    int body;
};

struct model {
    struct model_resident residents[RESIDENTS];
    int holder[PERSONS]; // resident + 1, 0: nobody
    int reserved, granted;
};

enum move_kind {
    MOVE_REGISTER,
    MOVE_BEGIN,
    MOVE_GO_ON,
    MOVE_AUTHENTICATE,
    MOVE_RETURN,
    MOVE_APPLY,
    MOVE_KINDS
};

// One command on its way, and what the model says must come of it.
struct move {
    enum move_kind kind;
    int resident;
    struct command command;
    struct journey_change change;
    struct journey_return comeback;
    struct application application;
    bool expect_changed;
    bool expect_exhausted;
    enum journey_state expect_state;
    enum journey_outcome expect_outcome;
    enum application_result expect_result;
};

static struct campaign campaign = {.code = "model",
                                   .name = "模型",
                                   .points = POINTS,
                                   .budget_points = BUDGET * POINTS,
                                   .opens_ms = 0,
                                   .closes_ms = INT64_C(1) << 50,
                                   .age_min = 15,
                                   .prefecture = "東京都"};

static struct journey_change change_of(int resident, int64_t now_ms) {
    return (struct journey_change){
        .campaign = &campaign, .resident_id = FIRST_ID + resident, .now_ms = now_ms};
}

static void move_register(struct model *model, struct move *move, int64_t now_ms) {
    struct model_resident *resident = &model->residents[move->resident];
    move->change = change_of(move->resident, now_ms);
    journey_register(&move->command, &move->change, "ja");
    move->expect_changed = resident->state == 0;
    move->expect_state = resident->state == 0 ? JOURNEY_REGISTERED : 0;
    if (resident->state == 0)
        resident->state = JOURNEY_REGISTERED;
}

static void move_go_on(struct model *model, struct move *move, struct random *random, int64_t now_ms) {
    struct model_resident *resident = &model->residents[move->resident];
    enum journey_screen screen = (enum journey_screen)random_below(random, 3);
    move->change = change_of(move->resident, now_ms);
    journey_go_on(&move->command, &move->change, screen);
    move->expect_changed = resident->state == (enum journey_state)(screen + 1);
    if (move->expect_changed)
        resident->state++;
    move->expect_state = resident->state;
}

static void move_authenticate(struct model *model, struct move *move, int64_t now_ms) {
    struct model_resident *resident = &model->residents[move->resident];
    move->change = change_of(move->resident, now_ms);
    journey_authenticate(&move->command, &move->change);
    move->expect_changed = resident->state == JOURNEY_INTENDED || resident->state == JOURNEY_AUTHENTICATING ||
                           resident->state == JOURNEY_REFUSED;
    if (move->expect_changed)
        resident->state = JOURNEY_AUTHENTICATING;
    move->expect_state = resident->state;
}

static void expect_verified(struct model *model, struct move *move, int person) {
    struct model_resident *resident = &model->residents[move->resident];
    struct journey_return *comeback = &move->comeback;
    int holder = model->holder[person];
    bool own = holder == 0 || holder == move->resident + 1;
    move->expect_outcome = resident->state == JOURNEY_AUTHENTICATING && !own
                               ? JOURNEY_OUTCOME_LINKED_ELSEWHERE
                               : JOURNEY_OUTCOME_VERIFIED;
    move->expect_changed = resident->state == JOURNEY_AUTHENTICATING && own;
    // A verified resident who came without a reservation gets one with the next return that asks for it.
    bool verified = move->expect_changed || resident->state == JOURNEY_VERIFIED;
    bool reserves = comeback->reserve && verified && !resident->reserved;
    if (reserves && model->reserved + model->granted >= BUDGET) {
        move->expect_exhausted = true; // and nothing of the command happens
        return;
    }
    if (move->expect_changed) {
        model->holder[person] = move->resident + 1;
        resident->state = JOURNEY_VERIFIED;
    }
    if (reserves) {
        resident->reserved = true;
        resident->reservations++;
        model->reserved++;
    }
}

static void move_return(struct model *model, struct move *move, struct random *random, int64_t now_ms) {
    static const enum journey_outcome outcomes[] = {
        JOURNEY_OUTCOME_VERIFIED, JOURNEY_OUTCOME_VERIFIED,  JOURNEY_OUTCOME_VERIFIED, JOURNEY_OUTCOME_AGE,
        JOURNEY_OUTCOME_OUTSIDE,  JOURNEY_OUTCOME_CANCELLED, JOURNEY_OUTCOME_BUSY};
    struct model_resident *resident = &model->residents[move->resident];
    struct journey_return *comeback = &move->comeback;
    int person = (int)random_below(random, PERSONS);
    comeback->change = change_of(move->resident, now_ms);
    comeback->outcome = outcomes[random_below(random, sizeof outcomes / sizeof *outcomes)];
    comeback->person_hash[0] = (unsigned char)(person + 1);
    comeback->reserve = random_below(random, 3) > 0;
    comeback->number = resident->reservations;
    journey_return(&move->command, comeback);
    if (comeback->outcome == JOURNEY_OUTCOME_VERIFIED) {
        expect_verified(model, move, person);
    } else {
        bool refused = comeback->outcome < JOURNEY_OUTCOME_CANCELLED;
        move->expect_outcome = comeback->outcome;
        move->expect_changed =
            resident->state == JOURNEY_AUTHENTICATING || (!refused && resident->state == JOURNEY_INTENDED);
        if (refused && move->expect_changed)
            resident->state = JOURNEY_REFUSED;
    }
    move->expect_state = resident->state;
}

static void expect_application(struct model *model, struct move *move, int key, int body) {
    struct model_resident *resident = &model->residents[move->resident];
    struct application *application = &move->application;
    move->expect_state = resident->state;
    if (resident->key != 0) {
        move->expect_result =
            key == resident->key && body != resident->body ? APPLICATION_MISMATCH : APPLICATION_REPEATED;
        return;
    }
    if (resident->state != JOURNEY_VERIFIED) {
        move->expect_result = APPLICATION_OUT_OF_ORDER;
        return;
    }
    if (!resident->reserved && !application->reserve) {
        move->expect_result = APPLICATION_NOT_RESERVED;
        return;
    }
    if (!resident->reserved && model->reserved + model->granted >= BUDGET) {
        move->expect_exhausted = true;
        return;
    }
    if (resident->reserved)
        model->reserved--;
    else
        resident->reservations++;
    model->granted++;
    resident->reserved = false;
    resident->key = key;
    resident->body = body;
    resident->state = move->expect_state = JOURNEY_GRANTED;
    move->expect_result = APPLICATION_GRANTED;
    move->expect_changed = true;
}

static void move_apply(struct model *model, struct move *move, struct random *random, int64_t now_ms) {
    struct application *application = &move->application;
    int key = 1 + (int)random_below(random, 2), body = 1 + (int)random_below(random, 8) / 7;
    application->change = change_of(move->resident, now_ms);
    application->receipt = FIRST_ID + move->resident;
    application->key_hash[0] = (unsigned char)key;
    application->body_hash[0] = (unsigned char)body;
    application->reserve = random_below(random, 2) == 0;
    application->number = model->residents[move->resident].reservations;
    application_apply(&move->command, application);
    expect_application(model, move, key, body);
}

static void make_move(struct model *model, struct move *move, struct random *random, int64_t now_ms) {
    move->kind = (enum move_kind)random_below(random, MOVE_KINDS);
    move->resident = (int)random_below(random, RESIDENTS);
    switch (move->kind) {
    case MOVE_REGISTER:
        move_register(model, move, now_ms);
        break;
    case MOVE_BEGIN:
        move->change = change_of(move->resident, now_ms);
        journey_begin(&move->command, &move->change);
        move->expect_state = model->residents[move->resident].state;
        break;
    case MOVE_GO_ON:
        move_go_on(model, move, random, now_ms);
        break;
    case MOVE_AUTHENTICATE:
        move_authenticate(model, move, now_ms);
        break;
    case MOVE_RETURN:
        move_return(model, move, random, now_ms);
        break;
    default:
        move_apply(model, move, random, now_ms);
        break;
    }
}

static void check_move(const struct move *move, bool ok, const struct error *err) {
    if (move->expect_exhausted) {
        assert_false(ok);
        assert_int_equal(err->kind, ERROR_EXHAUSTED);
        return;
    }
    if (!ok)
        fail_msg("move %d of resident %d: %s", move->kind, move->resident, err->message);
    if (move->kind == MOVE_APPLY) {
        assert_int_equal(move->application.result, move->expect_result);
        assert_int_equal(move->application.change.state, move->expect_state);
        return;
    }
    const struct journey_change *change = move->kind == MOVE_RETURN ? &move->comeback.change : &move->change;
    assert_int_equal(change->state, move->expect_state);
    if (move->kind != MOVE_BEGIN)
        assert_int_equal(change->changed, move->expect_changed);
    if (move->kind == MOVE_RETURN)
        assert_int_equal(move->comeback.outcome, move->expect_outcome);
}

static void check_store(struct testbed *testbed, const struct model *model) {
    struct error err = {0};
    struct session *session = NULL;
    struct ledger_budget budget;
    struct audit audit = {.arena = testbed->arena};
    int64_t transfers = 0, residents = 0;
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    assert_true(ledger_budget(session, campaign.id, &budget, &err));
    assert_int_equal(budget.reserved, model->reserved * POINTS);
    assert_int_equal(budget.granted, model->granted * POINTS);
    if (!ledger_audit(&audit, session, &transfers, &err) ||
        !campaign_audit(&audit, session, &residents, &err))
        fail_msg("%s", err.message);
    if (audit.faults_count > 0)
        fail_msg("%s: %s", audit.faults[0].check, audit.faults[0].detail);
    for (int i = 0; i < RESIDENTS; i++) {
        struct balance balance;
        assert_true(balance_read(session, FIRST_ID + i, true, testbed->arena, &balance, &err));
        assert_int_equal(balance.points, model->residents[i].key != 0 ? POINTS : 0);
        assert_int_equal(balance.pending, model->residents[i].reserved ? POINTS : 0);
    }
    session_close(session);
}

static void open_campaign(struct testbed *testbed) {
    struct error err = {0};
    struct session *session = NULL;
    int applied = 0;
    if (!migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err) ||
        !session_open(testbed->store, SESSION_WRITE, &session, &err) ||
        !campaign_save(session, &campaign, 1, &err))
        fail_msg("%s", err.message);
    session_close(session);
}

// A round: its moves are submitted together, so that the writer makes batches of them as they come.
struct waiting {
    struct error err;
    bool ok;
    struct move move;
};

static void note_done(struct command *command, const struct error *err) {
    struct move *move = (struct move *)(void *)((char *)command - offsetof(struct move, command));
    struct waiting *waiting = (struct waiting *)(void *)((char *)move - offsetof(struct waiting, move));
    waiting->ok = err == NULL;
    if (err != NULL)
        waiting->err = *err;
}

static void run_round(struct testbed *testbed, struct model *model, struct random *random, int64_t now_ms) {
    struct writer_options options = {.queue_max = 1000, .batch_max = 8};
    struct writer *writer = NULL;
    struct error err = {0};
    struct waiting *round = arena_alloc(testbed->arena, ROUND_MOVES * sizeof *round);
    assert_non_null(round);
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    for (int i = 0; i < ROUND_MOVES; i++) {
        command_init(&round[i].move.command, testbed->arena);
        make_move(model, &round[i].move, random, now_ms);
        round[i].move.command.done = note_done;
        assert_true(writer_submit(writer, &round[i].move.command, &err));
    }
    writer_stop(writer); // finishes what was submitted
    for (int i = 0; i < ROUND_MOVES; i++)
        check_move(&round[i].move, round[i].ok, &round[i].err);
}

static void residents_in_random_order_never_break_the_books(void **state) {
    struct testbed *testbed = *state;
    struct model *model = calloc(1, sizeof *model);
    struct random random;
    testbed_fresh(testbed);
    open_campaign(testbed);
    random_init_seeded(&random, 20260202);
    for (int round = 0; round < ROUNDS; round++) {
        run_round(testbed, model, &random, 1000 + round);
        if (round % 10 == 9) {
            check_store(testbed, model);
            arena_reset(testbed->arena);
        }
    }
    check_store(testbed, model);
    assert_int_equal(model->granted, BUDGET); // the run was long enough to use the budget up
    free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(residents_in_random_order_never_break_the_books),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
