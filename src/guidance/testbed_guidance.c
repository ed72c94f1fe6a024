// testbed_guidance.c - what every test of this folder does first.
#include "guidance/testbed_guidance.h"

#include <stdio.h>
#include <stdlib.h>

#include "migrations_list.h"
#include "store/migrate.h"

static void must(bool ok, const struct error *err) {
    if (ok)
        return;
    (void)fprintf(stderr, "testbed: %s\n", err->message);
    exit(1);
}

void testbed_guidance(struct testbed *testbed) {
    struct error err = {0};
    int applied = 0;
    must(migrate_run(testbed->store, MIGRATIONS, MIGRATIONS_COUNT, 0, &applied, &err), &err);
}

void testbed_run_command(struct testbed *testbed, struct command *command) {
    struct writer_options options = {.queue_max = 10, .batch_max = 10};
    struct writer *writer = NULL;
    struct error err = {0};
    must(writer_start(testbed->store, &options, &writer, &err), &err);
    bool ok = writer_run(writer, command, &err);
    writer_stop(writer);
    must(ok, &err);
}

struct session *testbed_session(struct testbed *testbed) {
    struct session *session = NULL;
    struct error err = {0};
    must(session_open(testbed->store, SESSION_READ, &session, &err), &err);
    return session;
}
