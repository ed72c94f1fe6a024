// testbed_campaign.c - the shortest way to a resident in a given state.
#include "campaign/testbed_campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "migrations_list.h"
#include "store/migrate.h"

#define FIRST_ID INT64_C(4000000000000)

static int64_t last_id = FIRST_ID;

static void must(bool ok, const struct error *err) {
    if (ok)
        return;
    (void)fprintf(stderr, "testbed: %s\n", err->message);
    exit(1);
}

struct campaign testbed_campaign(struct testbed *testbed, int64_t grants) {
    struct campaign campaign = {.code = "sample",
                                .name = "見本",
                                .points = 11000,
                                .budget_points = grants * 11000,
                                .closes_ms = INT64_C(1) << 50,
                                .age_min = 15,
                                .prefecture = "東京都"};
    struct error err = {0};
    struct session *session = NULL;
    int applied = 0;
    testbed_fresh(testbed);
    must(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err), &err);
    must(session_open(testbed->store, SESSION_WRITE, &session, &err), &err);
    must(campaign_save(session, &campaign, 1, &err), &err);
    session_close(session);
    return campaign;
}

bool testbed_command(struct testbed *testbed, struct command *command, struct error *err) {
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    must(writer_start(testbed->store, &options, &writer, err), err);
    bool ok = writer_run(writer, command, err);
    writer_stop(writer);
    return ok;
}

static void run(struct testbed *testbed, struct command *command) {
    struct error err = {0};
    must(testbed_command(testbed, command, &err), &err);
}

static void verify(struct testbed *testbed, struct journey_change *change) {
    struct command command;
    struct journey_return result = {.change = *change, .outcome = JOURNEY_OUTCOME_VERIFIED, .reserve = true};
    memcpy(result.person_hash, &change->resident_id, sizeof change->resident_id);
    command_init(&command, testbed->arena);
    journey_return(&command, &result);
    run(testbed, &command);
}

int64_t testbed_resident(struct testbed *testbed, const struct campaign *campaign, enum journey_state state) {
    struct journey_change change = {.campaign = campaign, .resident_id = ++last_id, .now_ms = 1000};
    struct command command;
    command_init(&command, testbed->arena);
    journey_register(&command, &change, "ja");
    run(testbed, &command);
    for (int screen = JOURNEY_CONSENT; screen <= JOURNEY_INTENT && (int)state > screen + 1; screen++) {
        command_init(&command, testbed->arena);
        journey_go_on(&command, &change, (enum journey_screen)screen);
        run(testbed, &command);
    }
    if (state >= JOURNEY_AUTHENTICATING) {
        command_init(&command, testbed->arena);
        journey_authenticate(&command, &change);
        run(testbed, &command);
    }
    if (state >= JOURNEY_VERIFIED)
        verify(testbed, &change);
    return change.resident_id;
}

int64_t testbed_state(struct testbed *testbed, int64_t resident_id) {
    static const struct statement STATE = {"SELECT state FROM journey WHERE resident_id = $1", "i"};
    struct error err = {0};
    struct session *session = NULL;
    struct rows rows;
    must(session_open(testbed->store, SESSION_READ, &session, &err), &err);
    must(SESSION_QUERY(session, &STATE, testbed->arena, &rows, &err, value_int(resident_id)), &err);
    int64_t state = rows.count == 0 ? 0 : rows_int(&rows, 0, 0);
    session_close(session);
    return state;
}
