// covers: simulation_help.c
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "campaign/campaign_audit.h"
#include "guidance/faq_store.h"
#include "ledger/ledger_audit.h"
#include "measure/call_topics.h"
#include "measure/calls.h"
#include "measure/funnel_journeys.h"
#include "measure/participants.h"
#include "migrations_list.h"
#include "rehearse/simulation.h"
#include "store/migrate.h"
#include "store/testbed.h"

static const char plan_text[] =
    "[arrivals]\nseed = 7\n"
    "[campaign]\nid = test\nopens = 2026-02-02T13:00:00+09:00\ncloses = 2026-02-05T18:00:00+09:00\n"
    "residents = 4000\nregistered_before = 0.25\nbefore_days = 10\nbegin = 0.75\nvisits = 0.5\nstrangers = "
    "0.4\n"
    "[shape]\nweekday = 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 9 9 9 1\n"
    "[people]\nreturns = 35 30 22 4 5 1 3\nsecond_try = 0.1\n"
    "[calls]\nper_access = 0.1\nagents = 8\nprofile = 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 1 0 0 0 0 0 0\n"
    "topic = card 3\ntopic = points 1\n"
    "[help]\nanswer = pin 3\nanswer = when 1\nreads = 0.5\nsearches = 0.2\nunfound = 0.1\nrated = 0.2\n"
    "helped = 0.75\n";

static struct session *simulate(struct testbed *testbed, struct simulation_sums *sums,
                                struct campaign *campaign) {
    const struct writer_options options = {.queue_max = SIMULATION_QUEUE, .batch_max = SIMULATION_BATCH};
    struct plan plan;
    struct writer *writer = NULL;
    struct session *session = NULL;
    struct error err = {0};
    int applied = 0;
    testbed_fresh(testbed);
    assert_true(plan_parse(plan_text, "plan", &plan, &err));
    *campaign = simulation_campaign(&plan, 1);
    assert_true(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err));
    assert_true(session_open(testbed->store, SESSION_WRITE, &session, &err));
    assert_true(campaign_save(session, campaign, campaign->opens_ms, &err));
    assert_true(writer_start(testbed->store, &options, &writer, &err));
    bool ok =
        simulation_run(&(struct simulation_options){.plan = &plan, .scale = 1}, campaign, writer, sums, &err);
    writer_stop(writer);
    session_close(session);
    if (!ok)
        fail_msg("%s", err.message);
    assert_true(session_open(testbed->store, SESSION_READ, &session, &err));
    return session;
}

// Within five standard deviations of a share.
static void assert_share(int64_t part, int64_t whole, double share) {
    double expected = (double)whole * share, deviation = sqrt(expected * (1 - share));
    if (fabs((double)part - expected) > 5 * deviation + 1)
        fail_msg("%lld of %lld, not %.4f", (long long)part, (long long)whole, share);
}

// Calls have topics and answers are read by the shares of the plan.
static void assert_help(struct testbed *testbed, struct session *session, const struct campaign *campaign,
                        const struct simulation_sums *sums) {
    struct faq_figures *figures = NULL;
    struct call_topic *topics = NULL;
    struct calls calls;
    struct error err = {0};
    size_t count = 0;
    int64_t about[2] = {0};
    assert_true(calls_read(session, 0, 0, testbed->arena, &calls, &err));
    assert_int_equal(calls.total.offered, sums->calls);
    assert_true(call_topics_read(session, campaign->opens_ms - 1, campaign->closes_ms, testbed->arena,
                                 &topics, &count, &err));
    for (size_t i = 0; i < count; i++)
        about[strcmp(topics[i].topic, "points") == 0] += topics[i].calls;
    assert_int_equal(about[0] + about[1], calls.total.answered);
    assert_share(about[0], calls.total.answered, 0.75);
    assert_true(faq_store_figures(session, campaign->opens_ms - CLOCK_DAY_MS, campaign->closes_ms,
                                  testbed->arena, &figures, &count, &err));
    assert_int_equal(count, 3);
    assert_string_equal(figures[0].slug, "pin");
    int64_t reads = figures[0].read + figures[1].read;
    assert_share(figures[0].read, reads, 0.75);
    assert_share(reads, 2 * sums->accesses, 0.25);
    assert_share(figures[0].helped, figures[0].read, 0.15);
    assert_share(figures[2].searched, figures[0].searched + figures[1].searched + figures[2].searched, 0.1);
}

static void a_simulated_store_is_audited_clean_and_shows_the_plan(void **state) {
    struct testbed *testbed = *state;
    struct simulation_sums sums;
    struct campaign campaign;
    struct error err = {0};
    struct audit audit = {.arena = testbed->arena};
    struct funnel_result funnel;
    struct participants people;
    int64_t transfers = 0, residents = 0;
    CLEANUP(session_cleanup) struct session *session = simulate(testbed, &sums, &campaign);
    assert_true(ledger_audit(&audit, session, &transfers, &err));
    assert_true(campaign_audit(&audit, session, &residents, &err));
    for (size_t i = 0; i < audit.faults_count; i++)
        print_error("%s: %s\n", audit.faults[i].check, audit.faults[i].detail);
    assert_int_equal(audit.faults_count, 0);
    assert_int_equal(residents, sums.residents);
    assert_in_range(sums.residents, 3700, 4300);
    assert_share(sums.began, sums.residents, 0.75);
    assert_share(sums.verified, sums.began, 0.93 * 0.97 * 0.99 * 0.79);
    assert_share(sums.granted, sums.began, 0.698477);
    assert_true(
        funnel_journeys_read(session, &(struct funnel_journeys){.campaign_id = campaign.id}, &funnel, &err));
    assert_int_equal(funnel.entered, sums.began);
    assert_share(funnel.steps[3].left, funnel.steps[3].reached, 0.21);
    struct participants_query query = {.campaign_id = campaign.id};
    assert_true(participants_read(session, &query, testbed->arena, &people, &err));
    assert_int_equal(people.verified, sums.verified);
    assert_int_equal(people.users, sums.residents);
    // A visit for every second arrival: of the new ones and of those who come back to begin.
    assert_in_range(people.openings - people.users, 4000 * 0.9375 * 0.5 * 0.4 - 150,
                    4000 * 0.9375 * 0.5 * 0.4 + 150);
    assert_true(people.places_count > 40);
    assert_int_equal(people.places[0].code, 131121); // the most people live there
    assert_help(testbed, session, &campaign, &sums);
}

static void the_same_seed_writes_the_same(void **state) {
    struct testbed *testbed = *state;
    struct simulation_sums first, second;
    struct campaign campaign;
    static const struct statement TIMES = {"SELECT CAST(SUM(granted_ms % 100003) AS BIGINT) FROM journey",
                                           ""};
    session_close(simulate(testbed, &first, &campaign));
    int64_t times = testbed_number(testbed, &TIMES);
    session_close(simulate(testbed, &second, &campaign));
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(testbed_number(testbed, &TIMES), times);
}

int main(void) {
    struct error err;
    if (!clock_set_zone("Asia/Tokyo", &err))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_simulated_store_is_audited_clean_and_shows_the_plan),
        cmocka_unit_test(the_same_seed_writes_the_same),
    };
    return testbed_run(tests, sizeof tests / sizeof *tests);
}
