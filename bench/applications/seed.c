// seed.c - verified (or only registered) residents and their session cookies, so that a load test can let
// them apply (or join the line).
//
// usage: seed STORE_URL KEY_FILE COUNT [registered | APPLY] > cookies
// Every resident goes through the same commands that the service uses, so that `juncho verify` holds
// afterwards. The last APPLY of them also apply, here and without HTTP, and the rate is said on standard
// error: what the writer and the disk allow when nothing else is asked of the machine.
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
#define COMMANDS_MAX    (GROUP * STAGES)
#define MICROSECONDS    1e6
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
    STAGES,
    STAGE_APPLY = STAGES
};

struct seedling {
    struct command command;
    struct journey_return verified;
    struct journey_change change;
    struct application application;
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
    } else if (stage == STAGE_APPLY) {
        seedling->application = (struct application){.change = *change, .receipt = change->resident_id};
        application_apply(&seedling->command, &seedling->application);
    } else {
        seedling->verified = (struct journey_return){
            .change = *change, .outcome = JOURNEY_OUTCOME_VERIFIED, .reserve = true, .age_band = 2};
        memcpy(seedling->verified.person_hash, &change->resident_id, sizeof change->resident_id);
        journey_return(&seedling->command, &seedling->verified);
    }
}

// An arena for each command: the writer fills one while the next command is being built.
static struct arena **arenas_new(void) {
    struct arena **arenas = calloc(COMMANDS_MAX, sizeof(struct arena *));
    ASSERT(arenas != NULL);
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        arenas[i] = arena_new(ARENA_BYTES_MAX);
        ASSERT(arenas[i] != NULL);
    }
    return arenas;
}

static void arenas_free(struct arena **arenas) {
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        arena_free(arenas[i]);
    free(arenas);
}

struct field {
    struct store *store;
    const struct campaign *campaign;
    struct arena **arenas;
};

static void submit(struct writer *writer, const struct field *field, struct arena *arena, enum stage stage,
                   int64_t number) {
    struct error err = {0};
    struct journey_change change = {
        .campaign = field->campaign, .resident_id = FIRST_ID + number, .now_ms = clock_wall_ms()};
    arena_reset(arena);
    struct seedling *seedling = arena_alloc(arena, sizeof *seedling);
    ASSERT(seedling != NULL);
    add_stage(seedling, arena, stage, &change);
    must(writer_submit(writer, &seedling->command, &err), &err);
}

// Stages `from` to `to` of the residents `first` to `end`, group by group.
static void grow(const struct field *field, enum stage from, enum stage to, int64_t first, int64_t end) {
    struct writer_options options = {.queue_max = COMMANDS_MAX, .batch_max = COMMANDS_MAX};
    struct writer *writer = NULL;
    struct error err = {0};
    int64_t group = from == to ? COMMANDS_MAX : GROUP;
    for (; first < end; first += group) {
        // A writer for each group: stopping it waits for the group's end, after which the arenas are free
        // again.
        must(writer_start(field->store, &options, &writer, &err), &err);
        size_t used = 0;
        for (int stage = (int)from; stage <= (int)to; stage++)
            for (int64_t i = first; i < first + group && i < end; i++)
                submit(writer, field, field->arenas[used++], (enum stage)stage, i);
        writer_stop(writer);
    }
}

static void seed(struct store *store, const struct campaign *campaign, enum stage last, int64_t count,
                 int64_t apply) {
    struct field field = {.store = store, .campaign = campaign, .arenas = arenas_new()};
    grow(&field, STAGE_REGISTER, last, 0, count);
    int64_t start_us = clock_monotonic_us();
    grow(&field, STAGE_APPLY, STAGE_APPLY, count - apply, count);
    double seconds = (double)(clock_monotonic_us() - start_us) / MICROSECONDS;
    if (apply > 0)
        (void)fprintf(stderr, "writer alone: %.0f durable applications a second, without HTTP\n",
                      (double)apply / seconds);
    arenas_free(field.arenas);
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
        (void)fprintf(stderr, "usage: seed STORE_URL KEY_FILE COUNT [registered | APPLY] > cookies\n");
        return 2;
    }
    int64_t count = strtoll(argv[3], NULL, 10);
    bool only_registered = argc == 5 && strcmp(argv[4], "registered") == 0;
    int64_t apply = argc == 5 && !only_registered ? strtoll(argv[4], NULL, 10) : 0;
    ASSERT(count >= apply && apply >= 0);
    must(clock_set_zone("Asia/Tokyo", &err), &err);
    must(store_open(argv[1], &store, &err), &err);
    must(session_open(store, SESSION_READ, &session, &err), &err);
    must(campaign_load(session, NULL, &campaign, &err), &err);
    session_close(session);
    seed(store, &campaign, only_registered ? STAGE_REGISTER : STAGE_VERIFY, count, apply);
    store_close(store);
    print_cookies(argv[2], count - apply);
    return 0;
}
