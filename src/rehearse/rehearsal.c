// rehearsal.c - the questions before and after the walk.
#include "rehearse/rehearsal.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#define COUNTS_PATH     "/api/v1/sandbox/counts"
#define CAMPAIGN_PATH   "/api/v1/campaign"
#define CAMPAIGN_ID_MAX 64
#define RUN_SIZE        13

struct question {
    bool answered;
    int status;
    char body[COURIER_BODY_MAX + 1];
};

static void take_answer(void *context, const struct courier_answer *answer) {
    struct question *question = context;
    question->answered = true;
    question->status = answer->status;
    memcpy(question->body, answer->body, strlen(answer->body) + 1);
}

// One GET, waited for.
static bool ask(struct courier *courier, const char *path, struct question *question, struct error *err) {
    const struct courier_request request = {.target = path, .cookies = ""};
    question->answered = false;
    if (!courier_send(courier, &request, take_answer, question, err))
        return false;
    while (!question->answered)
        courier_wait(courier, 50000);
    if (question->status == 0)
        return error_set(err, ERROR_UNAVAILABLE, "the server does not answer");
    return true;
}

static bool ask_campaign(struct courier *courier, struct question *question, char id[CAMPAIGN_ID_MAX],
                         struct error *err) {
    CLEANUP(json_cleanup) json_t *object = NULL;
    const char *text = NULL, *state = NULL;
    if (!ask(courier, CAMPAIGN_PATH, question, err))
        return false;
    if (question->status != 200)
        return error_set(err, ERROR_CONFLICT, "the server answers %d when asked for its campaign",
                         question->status);
    if (!json_parse_object(question->body, strlen(question->body), &object, err) ||
        !json_member_text(object, "id", CAMPAIGN_ID_MAX - 1, &text, err) ||
        !json_member_text(object, "state", 16, &state, err))
        return false;
    if (strcmp(state, "open") != 0)
        return error_set(err, ERROR_CONFLICT, "the campaign is not open but %s", state);
    return text_copy(id, CAMPAIGN_ID_MAX, text) ||
           error_set(err, ERROR_CONFLICT, "the campaign's id is too long");
}

// A server that keeps its counts to itself (it is no sandbox) is rehearsed all the same.
static bool ask_counts(struct courier *courier, struct question *question, struct result_counts *ret_counts) {
    struct error ignored = {0};
    return ask(courier, COUNTS_PATH, question, &ignored) && question->status == 200 &&
           result_counts_parse(question->body, ret_counts, &ignored);
}

static bool walk(const struct rehearsal_options *options, struct courier *courier,
                 const struct walker_world *world, struct result *result, struct error *err) {
    struct schedule *schedule = NULL;
    if (!schedule_new(options->plan, options->arrivals, &schedule, err))
        return false;
    const struct driver_options how = {.world = world,
                                       .schedule = schedule,
                                       .courier = courier,
                                       .begins_us = options->begins_us == 0 ? clock_monotonic_us()
                                                                            : options->begins_us,
                                       .stop = options->stop,
                                       .progress = options->progress,
                                       .context = options->context};
    bool ok = driver_run(&how, result, err);
    schedule_free(schedule);
    return ok;
}

// Persons of one rehearsal must not be those of another against the same store.
static void draw_run(char run[RUN_SIZE]) {
    struct random random;
    unsigned char bytes[RUN_SIZE / 2];
    random_init_system(&random);
    random_bytes(&random, bytes, sizeof bytes);
    text_hex(run, RUN_SIZE, bytes, sizeof bytes);
}

bool rehearsal_run(const struct rehearsal_options *options, struct result *result, struct error *err) {
    struct question question;
    struct random random;
    struct result_counts before = {0}, after = {0};
    char campaign[CAMPAIGN_ID_MAX], run[RUN_SIZE];
    CLEANUP(courier_cleanup) struct courier *courier = NULL;
    const struct courier_options how = {.base = options->base,
                                        .connections_max = options->plan->connections_max,
                                        .patience_s = options->plan->patience_s};
    random_init_seeded(&random, options->plan->seed + 1);
    draw_run(run);
    const struct walker_world world = {
        .plan = options->plan, .base = options->base, .campaign = campaign, .run = run, .random = &random};
    if (!courier_new(&how, &courier, err) || !ask_campaign(courier, &question, campaign, err))
        return false;
    bool known = ask_counts(courier, &question, &before);
    if (!walk(options, courier, &world, result, err))
        return false;
    result->server_known = known && ask_counts(courier, &question, &after);
    if (result->server_known)
        result->server = result_counts_since(&after, &before);
    return true;
}
