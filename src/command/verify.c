// verify.c - audits the store: ledger, journeys and counts must tell one story.
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "campaign/campaign_audit.h"
#include "command/command.h"
#include "command/options.h"
#include "ledger/ledger_audit.h"
#include "measure/survey.h"
#include "operator/audit.h"
#include "store/migrate.h"

#define ARENA_BYTES_MAX ((size_t)16 << 20)

static const char help[] =
    "usage: juncho verify [--store URL] [--json]\n"
    "\n"
    "Audits the store while it may be in use: debits equal credits, balances equal the transfers, one grant "
    "a\n"
    "person, journeys, applications, persons, ledger and counts agree, the log of operators is whole. "
    "Changes "
    "nothing.\n"
    "Exit code 0: everything holds; 1: a fault was found, and the first ones are named.\n"
    "\n"
    "example: juncho verify --store sqlite:juncho.db\n";

struct verification {
    struct audit audit;
    int64_t transfers, residents, survey_answers;
    struct audit_end end; // of the log of what operators changed
};

static bool verify(struct store *store, struct verification *verification, struct error *err) {
    CLEANUP(session_cleanup) struct session *session = NULL;
    if (!session_open(store, SESSION_READ, &session, err) || !session_begin(session, err))
        return false;
    bool ok = ledger_audit(&verification->audit, session, &verification->transfers, err) &&
              campaign_audit(&verification->audit, session, &verification->residents, err) &&
              survey_audit(&verification->audit, session, &verification->survey_answers, err) &&
              audit_chain_check(&verification->audit, session, &verification->end, err);
    session_rollback(session);
    return ok;
}

static void print_json(const struct verification *verification) {
    const struct audit *audit = &verification->audit;
    json_t *faults = json_array();
    for (size_t i = 0; i < audit->faults_count; i++)
        (void)json_array_append_new(faults, json_pack("{s:s,s:s}", "check", audit->faults[i].check, "detail",
                                                      audit->faults[i].detail));
    CLEANUP(json_cleanup)
    json_t *result = json_pack(
        "{s:b,s:I,s:I,s:{s:I,s:s},s:o}", "ok", audit->faults_count == 0, "transfers",
        (json_int_t)verification->transfers, "residents", (json_int_t)verification->residents, "log",
        "entries", (json_int_t)verification->end.sequence, "end", verification->end.hash, "faults", faults);
    (void)json_dumpf(result, stdout, JSON_COMPACT);
    (void)printf("\n");
}

static void print_text(const struct verification *verification) {
    const struct audit *audit = &verification->audit;
    for (size_t i = 0; i < audit->faults_count; i++)
        (void)printf("fault: %s: %s\n", audit->faults[i].check, audit->faults[i].detail);
    (void)printf("%s: %lld residents, %lld transfers\n",
                 audit->faults_count == 0 ? "ledger, journeys and counts agree" : "NOT in order",
                 (long long)verification->residents, (long long)verification->transfers);
    if (verification->end.sequence > 0)
        (void)printf("the log of operators has %lld entries and ends in %s\n",
                     (long long)verification->end.sequence, verification->end.hash);
}

int command_verify(int argc, char **argv) {
    struct store_command options = {0};
    int result = store_command_parse(argc, argv, help, &options);
    if (result != EXIT_DONE)
        return result < 0 ? EXIT_DONE : result;
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct verification verification = {.audit = {.arena = arena}};
    struct store *store = NULL;
    struct error err;
    bool ok =
        arena != NULL && store_command_open(&options, &store, &err) && verify(store, &verification, &err);
    store_close(store);
    if (!ok) {
        (void)fprintf(stderr, "juncho verify: %s\n", arena == NULL ? "out of memory" : err.message);
        return EXIT_FAULT;
    }
    if (options.json)
        print_json(&verification);
    else
        print_text(&verification);
    return verification.audit.faults_count == 0 ? EXIT_DONE : EXIT_FAULT;
}
