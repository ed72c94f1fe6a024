// seed.c - verified (or only registered) residents and their session cookies, so that a load test can let
// them apply (or join the line).
//
// usage: seed STORE_URL KEY_FILE COUNT [registered] > cookies
// Every resident goes through the same commands that the service uses, so that `juncho verify` holds
// afterwards.
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "campaign/application.h"
#include "site/secrets.h"
#include "site/token.h"
#include "store/writer.h"

#define GROUP           512
#define ARENA_BYTES_MAX 65536
#define FIRST_ID        (INT64_C(1) << 50)

static void must(bool ok, const struct error *err) {
    if (ok)
        return;
    (void)fprintf(stderr, "seed: %s\n", err->message);
    exit(1);
}

enum stage {
    STAGE_REGISTER,
    STAGE_CONSENT,
    STAGE_PROCEDURE,
    STAGE_INTENT,
    STAGE_AUTHENTICATE,
    STAGE_VERIFY,
    STAGES
};

struct seedling {
    struct command command;
    struct journey_return verified;
    struct journey_change change;
};

static void check(struct command *command, const struct error *err) {
    must(err == NULL, err);
}

static void add_stage(struct seedling *seedling, struct arena *arena, enum stage stage,
                      const struct journey_change *change) {
    command_init(&seedling->command, arena);
    seedling->change = *change;
    seedling->command.done = check;
    if (stage == STAGE_REGISTER) {
        journey_register(&seedling->command, &seedling->change, "ja");
    } else if (stage < STAGE_AUTHENTICATE) {
        journey_go_on(&seedling->command, &seedling->change, (enum journey_screen)(stage - STAGE_CONSENT));
    } else if (stage == STAGE_AUTHENTICATE) {
        journey_authenticate(&seedling->command, &seedling->change);
    } else {
        seedling->verified = (struct journey_return){
            .change = *change, .outcome = JOURNEY_OUTCOME_VERIFIED, .reserve = true, .age_band = 2};
        memcpy(seedling->verified.person_hash, &change->resident_id, sizeof change->resident_id);
        journey_return(&seedling->command, &seedling->verified);
    }
}

static void seed(struct store *store, const struct campaign *campaign, int64_t count, int stages) {
    struct writer_options options = {.queue_max = GROUP * STAGES, .batch_max = GROUP * STAGES};
    // An arena for each command: the writer fills one while the next command is being built.
    struct arena **arenas = calloc(GROUP * STAGES, sizeof *arenas);
    ASSERT(arenas != NULL);
    for (size_t i = 0; i < GROUP * STAGES; i++) {
        arenas[i] = arena_new(ARENA_BYTES_MAX);
        ASSERT(arenas[i] != NULL);
    }
    struct writer *writer = NULL;
    struct error err = {0};
    for (int64_t first = 0; first < count; first += GROUP) {
        // A writer for each group: stopping it waits for the group's end, after which the arena is free
        // again.
        must(writer_start(store, &options, &writer, &err), &err);
        size_t used = 0;
        for (int stage = 0; stage < stages; stage++) {
            for (int64_t i = first; i < first + GROUP && i < count; i++) {
                struct journey_change change = {
                    .campaign = campaign, .resident_id = FIRST_ID + i, .now_ms = clock_wall_ms()};
                struct arena *arena = arenas[used++];
                arena_reset(arena);
                struct seedling *seedling = arena_alloc(arena, sizeof *seedling);
                ASSERT(seedling != NULL);
                add_stage(seedling, arena, (enum stage)stage, &change);
                must(writer_submit(writer, &seedling->command, &err), &err);
            }
        }
        writer_stop(writer);
    }
    for (size_t i = 0; i < GROUP * STAGES; i++)
        arena_free(arenas[i]);
    free(arenas);
}

static void print_cookies(const char *key_file, int64_t count) {
    struct secrets secrets;
    struct error err = {0};
    must(secrets_load(&secrets, key_file, &err), &err);
    for (int64_t i = 0; i < count; i++) {
        char text[TOKEN_TEXT_SIZE];
        struct token token = {.resident_id = FIRST_ID + i, .issued_ms = clock_wall_ms()};
        token_seal(&token, secrets.keys[SECRETS_SESSION], text);
        (void)printf("%s\n", text);
    }
}

int main(int argc, char **argv) {
    struct store *store = NULL;
    struct session *session = NULL;
    struct campaign campaign;
    struct error err = {0};
    if (argc < 4 || argc > 5 || sodium_init() < 0) {
        (void)fprintf(stderr, "usage: seed STORE_URL KEY_FILE COUNT [registered] > cookies\n");
        return 2;
    }
    int64_t count = strtoll(argv[3], NULL, 10);
    must(clock_set_zone("Asia/Tokyo", &err), &err);
    must(store_open(argv[1], &store, &err), &err);
    must(session_open(store, SESSION_READ, &session, &err), &err);
    must(campaign_load(session, NULL, &campaign, &err), &err);
    session_close(session);
    seed(store, &campaign, count, argc == 5 ? STAGE_REGISTER + 1 : STAGES);
    store_close(store);
    print_cookies(argv[2], count);
    return 0;
}
