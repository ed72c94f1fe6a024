// plan.c - one table of keys; inih finds sections, keys and lines.
#include "rehearse/plan.h"

#include <errno.h>
#include <ini.h>
#include <libgen.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define SPEED_MAX         100000
#define SCALE_MAX         1000
#define TIME_MAX_S        86400
#define CONNECTIONS_MAX   20000
#define SEED_MAX          INT64_MAX
#define STAGE_MINUTES_MAX 100000
#define RATE_MAX_PER_HOUR 1e9

enum kind {
    KIND_NUMBER,
    KIND_NUMBERS,
    KIND_INTEGER,
    KIND_TIME,
    KIND_BOOL,
    KIND_MOMENT,
    KIND_FILE,
    KIND_TEXT,
    KIND_STAGE,
    KIND_SHARE
};

struct key {
    const char *section, *name;
    enum kind kind;
    size_t offset;
    double min, max;
    size_t count; // of KIND_NUMBERS; of KIND_TEXT its bytes
};

#define AT(member) offsetof(struct plan, member)

static const struct key KEYS[] = {
    {"arrivals", "file", KIND_FILE, AT(arrivals_file), 0, 0, 0},
    {"arrivals", "start", KIND_MOMENT, AT(start_ms), 0, 0, 0},
    {"arrivals", "hours", KIND_NUMBER, AT(hours), 0.001, 24 * 400, 0},
    {"arrivals", "scale", KIND_NUMBER, AT(scale), 1e-6, SCALE_MAX, 0},
    {"arrivals", "speed", KIND_NUMBER, AT(speed), 0.001, SPEED_MAX, 0},
    {"arrivals", "even", KIND_BOOL, AT(even), 0, 0, 0},
    {"arrivals", "seed", KIND_INTEGER, AT(seed), 0, 9e18, 0},
    {"stages", "stage", KIND_STAGE, 0, 0, 0, 0},
    {"behaviour", "leave_consent", KIND_NUMBER, AT(behaviour.leave[PLAN_CONSENT]), 0, 1, 0},
    {"behaviour", "leave_procedure", KIND_NUMBER, AT(behaviour.leave[PLAN_PROCEDURE]), 0, 1, 0},
    {"behaviour", "leave_intent", KIND_NUMBER, AT(behaviour.leave[PLAN_INTENT]), 0, 1, 0},
    {"behaviour", "leave_authenticate", KIND_NUMBER, AT(behaviour.leave[PLAN_AUTHENTICATE]), 0, 1, 0},
    {"behaviour", "leave_verified", KIND_NUMBER, AT(behaviour.leave[PLAN_VERIFIED]), 0, 1, 0},
    {"behaviour", "lost_in_hop", KIND_NUMBER, AT(behaviour.lost_in_hop), 0, 1, 0},
    {"behaviour", "time_home_s", KIND_TIME, AT(behaviour.time_home), 0, 0, 0},
    {"behaviour", "time_consent_s", KIND_TIME, AT(behaviour.time_screen[PLAN_CONSENT]), 0, 0, 0},
    {"behaviour", "time_procedure_s", KIND_TIME, AT(behaviour.time_screen[PLAN_PROCEDURE]), 0, 0, 0},
    {"behaviour", "time_intent_s", KIND_TIME, AT(behaviour.time_screen[PLAN_INTENT]), 0, 0, 0},
    {"behaviour", "time_authenticate_s", KIND_TIME, AT(behaviour.time_screen[PLAN_AUTHENTICATE]), 0, 0, 0},
    {"behaviour", "time_verified_s", KIND_TIME, AT(behaviour.time_screen[PLAN_VERIFIED]), 0, 0, 0},
    {"behaviour", "retry", KIND_NUMBER, AT(behaviour.retry), 0, 1, 0},
    {"behaviour", "retries_max", KIND_INTEGER, AT(behaviour.retries_max), 0, 1000, 0},
    {"behaviour", "connections_max", KIND_INTEGER, AT(connections_max), 1, CONNECTIONS_MAX, 0},
    {"behaviour", "patience_s", KIND_NUMBER, AT(patience_s), 0.1, 3600, 0},
    {"thresholds", "p50_ms_max", KIND_NUMBER, AT(thresholds.p50_ms_max), 0, 1e9, 0},
    {"thresholds", "p99_ms_max", KIND_NUMBER, AT(thresholds.p99_ms_max), 0, 1e9, 0},
    {"thresholds", "lost_max", KIND_INTEGER, AT(thresholds.lost_max), 0, 9e18, 0},
    {"thresholds", "refused_max", KIND_INTEGER, AT(thresholds.refused_max), 0, 9e18, 0},
    {"thresholds", "finished_share_min", KIND_NUMBER, AT(thresholds.finished_share_min), 0, 1, 0},
    {"campaign", "id", KIND_TEXT, AT(campaign.code), 0, 0, PLAN_CODE_SIZE},
    {"campaign", "name", KIND_TEXT, AT(campaign.name), 0, 0, PLAN_NAME_SIZE},
    {"campaign", "points", KIND_INTEGER, AT(campaign.points), 1, 1e9, 0},
    {"campaign", "opens", KIND_MOMENT, AT(campaign.opens_ms), 0, 0, 0},
    {"campaign", "closes", KIND_MOMENT, AT(campaign.closes_ms), 0, 0, 0},
    {"campaign", "residents", KIND_NUMBER, AT(campaign.residents), 1, 1e8, 0},
    {"campaign", "registered_before", KIND_NUMBER, AT(campaign.registered_before), 0, 1, 0},
    {"campaign", "before_days", KIND_NUMBER, AT(campaign.before_days), 0, 400, 0},
    {"campaign", "begin", KIND_NUMBER, AT(campaign.begin), 0, 1, 0},
    {"campaign", "visits", KIND_NUMBER, AT(campaign.visits), 0, 100, 0},
    {"campaign", "strangers", KIND_NUMBER, AT(campaign.strangers), 0, 1, 0},
    {"shape", "weekday", KIND_NUMBERS, AT(campaign.weekday), 0, 1e9, 24},
    {"shape", "weekend", KIND_NUMBERS, AT(campaign.weekend), 0, 1e9, 24},
    {"shape", "weekend_factor", KIND_NUMBER, AT(campaign.weekend_factor), 0, 100, 0},
    {"shape", "launch", KIND_NUMBERS, AT(campaign.launch), 0.001, 1000, 2},
    {"shape", "deadline", KIND_NUMBERS, AT(campaign.deadline), 0.001, 1000, 2},
    {"people", "age_bands", KIND_NUMBERS, AT(campaign.bands), 0, 1e9, PLAN_BANDS},
    {"people", "returns", KIND_NUMBERS, AT(campaign.returns), 0, 1e9, PLAN_RETURNS},
    {"people", "second_try", KIND_NUMBER, AT(campaign.second_try), 0, 1, 0},
    {"gate", "identity_per_min", KIND_INTEGER, AT(gate.identity_per_min), 0, 1e7, 0},
    {"gate", "pace_per_min_max", KIND_INTEGER, AT(gate.pace_per_min_max), 0, 1e7, 0},
    {"calls", "per_access", KIND_NUMBER, AT(calls.per_access), 0, 1, 0},
    {"calls", "profile", KIND_NUMBERS, AT(calls.profile), 0, 1e9, 24},
    {"calls", "agents", KIND_INTEGER, AT(calls.agents), 1, 200000, 0},
    {"calls", "handle_min", KIND_NUMBER, AT(calls.handle_min), 0.1, 240, 0},
    {"calls", "patience_min", KIND_NUMBER, AT(calls.patience_min), 0.1, 240, 0},
    {"calls", "redial", KIND_NUMBER, AT(calls.redial), 0, 0.95, 0},
    {"calls", "learnt", KIND_NUMBERS, AT(calls.learnt), 0, 1000, 2},
    {"calls", "topic", KIND_SHARE, AT(calls.topics), 0, 0, 0},
    {"help", "answer", KIND_SHARE, AT(help.answers), 0, 0, 0},
    {"help", "reads", KIND_NUMBER, AT(help.reads), 0, 100, 0},
    {"help", "searches", KIND_NUMBER, AT(help.searches), 0, 100, 0},
    {"help", "unfound", KIND_NUMBER, AT(help.unfound), 0, 1, 0},
    {"help", "rated", KIND_NUMBER, AT(help.rated), 0, 1, 0},
    {"help", "helped", KIND_NUMBER, AT(help.helped), 0, 1, 0},
    {"survey", "respond", KIND_NUMBER, AT(survey.respond), 0, 1, 0},
    {"survey", "satisfaction", KIND_NUMBERS, AT(survey.satisfaction), 0, 1e9, PLAN_GRADES},
    {"survey", "smoothness", KIND_NUMBERS, AT(survey.smoothness), 0, 1e9, PLAN_GRADES},
    {"service", "latency_ms", KIND_NUMBERS, AT(campaign.latency_ms), 0.001, 1e6, 2},
    {"service", "slow_per_hour", KIND_NUMBER, AT(campaign.slow_per_hour), 1, 1e12, 0},
};

const char *plan_screen_name(enum plan_screen screen) {
    static const char *const names[] = {"consent", "procedure", "intent", "authenticate", "verified"};
    ASSERT(screen < PLAN_SCREENS);
    return names[screen];
}

void plan_default(struct plan *ret_plan) {
    static const struct plan plan = {
        .hours = 24,
        .scale = 1,
        .speed = 1,
        .seed = 1,
        .behaviour =
            {
                .leave = {0.07, 0.03, 0.01, 0.21, 0.01},
                .lost_in_hop = 0.5,
                .time_home = {20, 15},
                .time_screen = {{25, 20}, {35, 25}, {10, 6}, {90, 60}, {15, 10}},
                .retry = 0.8,
                .retries_max = 5,
            },
        .connections_max = 1000,
        .patience_s = 30,
        .thresholds = {.p50_ms_max = INFINITY, .p99_ms_max = INFINITY, .refused_max = INT64_MAX},
        .campaign = {.code = "simulation",
                     .name = "シミュレーション",
                     .points = 11000,
                     .before_days = 1,
                     .begin = 1,
                     .weekend_factor = 1,
                     .launch = {1, 1},
                     .deadline = {1, 1},
                     .bands = {1, 1, 1, 1, 1, 1, 1, 1},
                     .returns = {1},
                     .latency_ms = {12, 9},
                     .slow_per_hour = 1e12},
        .survey = {.satisfaction = {1}, .smoothness = {1}},
        .calls = {.agents = 1, .handle_min = 6, .patience_min = 3, .learnt = {0, 1}},
    };
    *ret_plan = plan;
}

struct reading {
    const char *rest; // of the text, not handed out yet
    int line;         // handed out last
    struct plan plan;
    struct error error; // the first
    int error_line;
};

// Hands out the text line by line, as fgets does, and knows where it is.
static char *next_line(char *target, int size, void *stream) {
    struct reading *reading = stream;
    size_t length = strcspn(reading->rest, "\n");
    if (*reading->rest == '\0')
        return NULL;
    if (reading->rest[length] == '\n')
        length++;
    if (length > (size_t)size - 1)
        length = (size_t)size - 1;
    memcpy(target, reading->rest, length);
    target[length] = '\0';
    reading->rest += length;
    reading->line++;
    return target;
}

static bool parse_number(const char *text, double min, double max, double *ret_number) {
    char *end = NULL;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !(number >= min && number <= max))
        return false;
    *ret_number = number;
    return true;
}

// As many numbers as the key wants, with blanks between.
static bool parse_numbers(const struct key *key, const char *text, double *target) {
    double numbers[24];
    ASSERT(key->count <= sizeof numbers / sizeof *numbers);
    for (size_t i = 0; i < key->count; i++) {
        char *end = NULL;
        numbers[i] = strtod(text, &end);
        if (end == text || !(numbers[i] >= key->min && numbers[i] <= key->max))
            return false;
        text = end;
    }
    if (text[strspn(text, " \t")] != '\0')
        return false;
    memcpy(target, numbers, key->count * sizeof *numbers);
    return true;
}

static bool parse_integer(const struct key *key, const char *text, void *target) {
    int64_t number = 0;
    int64_t max = key->max >= 9e18 ? SEED_MAX : (int64_t)key->max;
    if (!text_parse_int(text, (int64_t)key->min, max, &number))
        return false;
    if (key->offset == AT(behaviour.retries_max) || key->offset == AT(connections_max))
        *(int *)target = (int)number;
    else
        *(int64_t *)target = number;
    return true;
}

// "25 20": mean and standard deviation in seconds; one number alone is a fixed time.
static bool parse_time(const char *text, struct plan_time *ret_time) {
    struct plan_time time = {0};
    char rest = '\0';
    int found = sscanf(text, "%lf %lf %c", &time.mean_s, &time.deviation_s, &rest);
    if (found < 1 || found > 2 || !(time.mean_s >= 0 && time.mean_s <= TIME_MAX_S) ||
        !(time.deviation_s >= 0 && time.deviation_s <= TIME_MAX_S))
        return false;
    *ret_time = time;
    return true;
}

// "30 0 12000": minutes, then residents per hour at the beginning and at the end.
static bool parse_stage(struct plan *plan, const char *text) {
    struct plan_stage stage = {0};
    char rest = '\0';
    if (plan->stages_count == PLAN_STAGES_MAX ||
        sscanf(text, "%lf %lf %lf %c", &stage.minutes, &stage.from_per_hour, &stage.to_per_hour, &rest) !=
            3 ||
        !(stage.minutes > 0 && stage.minutes <= STAGE_MINUTES_MAX) ||
        !(stage.from_per_hour >= 0 && stage.from_per_hour <= RATE_MAX_PER_HOUR) ||
        !(stage.to_per_hour >= 0 && stage.to_per_hour <= RATE_MAX_PER_HOUR))
        return false;
    plan->stages[plan->stages_count++] = stage;
    return true;
}

// "pin-forgotten 20": a name, which may have blanks, and its weight.
static bool parse_share(struct plan_shares *shares, const char *text) {
    const char *blank = strrchr(text, ' ');
    size_t length = blank == NULL ? 0 : (size_t)(blank - text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (shares->count == PLAN_SHARES_MAX || length == 0 || length >= PLAN_SHARE_NAME_SIZE ||
        !text_is_clean_utf8(text, length) ||
        !parse_number(blank + 1, 0, 1e9, &shares->weights[shares->count]))
        return false;
    memcpy(shares->names[shares->count], text, length);
    shares->names[shares->count++][length] = '\0';
    return true;
}

static bool parse_bool(const char *text, bool *ret_value) {
    bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
    if (!yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0)
        return false;
    *ret_value = yes;
    return true;
}

static bool parse_value(struct plan *plan, const struct key *key, const char *text) {
    void *target = (char *)plan + key->offset;
    struct error ignored = {0};
    switch (key->kind) {
    case KIND_NUMBER:
        return parse_number(text, key->min, key->max, target);
    case KIND_NUMBERS:
        return parse_numbers(key, text, target);
    case KIND_INTEGER:
        return parse_integer(key, text, target);
    case KIND_TIME:
        return parse_time(text, target);
    case KIND_BOOL:
        return parse_bool(text, target);
    case KIND_MOMENT:
        return clock_parse(text, target, &ignored);
    case KIND_FILE:
        return *text != '\0' && text_copy(target, PATH_MAX, text);
    case KIND_TEXT:
        return *text != '\0' && text_is_clean_utf8(text, strlen(text)) && text_copy(target, key->count, text);
    case KIND_STAGE:
        return parse_stage(plan, text);
    case KIND_SHARE:
        return parse_share(target, text);
    }
    return false;
}

static int take_value(void *context, const char *section, const char *name, const char *value) {
    struct reading *reading = context;
    if (reading->error.kind != ERROR_NONE)
        return 0;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const struct key *key = &KEYS[i];
        if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0)
            continue;
        if (parse_value(&reading->plan, key, value))
            return 1;
        reading->error_line = reading->line;
        return error_set_field(&reading->error, ERROR_INVALID, name, "%s cannot be \"%.40s\"", name, value);
    }
    reading->error_line = reading->line;
    return error_set_field(&reading->error, ERROR_INVALID, name, "there is no key \"%.32s\" in [%.32s]", name,
                           section);
}

static bool check_whole(const struct plan *plan, struct error *err) {
    bool file = plan->arrivals_file[0] != '\0';
    if (file && plan->stages_count > 0)
        return error_set(err, ERROR_INVALID, "either [arrivals] file or [stages], not both");
    return true;
}

bool plan_parse(const char *text, const char *name, struct plan *ret_plan, struct error *err) {
    struct reading reading = {.rest = text};
    plan_default(&reading.plan);
    int line = ini_parse_stream(next_line, &reading, take_value, &reading);
    bool understood = line == 0 || line == reading.error_line;
    if (!understood)
        return error_set(err, ERROR_INVALID, "%.60s line %d: neither a [section] nor key = value", name,
                         line);
    if (reading.error.kind != ERROR_NONE) {
        *err = reading.error;
        error_prefix(err, "%.60s line %d: ", name, line);
        return false;
    }
    if (!check_whole(&reading.plan, err)) {
        error_prefix(err, "%.60s: ", name);
        return false;
    }
    *ret_plan = reading.plan;
    return true;
}

// A file named in a plan lies where the plan lies.
static bool place_beside(const char *path, struct plan *plan, struct error *err) {
    if (plan->arrivals_file[0] == '\0' || plan->arrivals_file[0] == '/')
        return true;
    char folder[PATH_MAX], joined[PATH_MAX * 2];
    if (!text_copy(folder, sizeof folder, path))
        return error_set(err, ERROR_INVALID, "the plan's path is too long");
    (void)snprintf(joined, sizeof joined, "%s/%s", dirname(folder), plan->arrivals_file);
    if (!text_copy(plan->arrivals_file, sizeof plan->arrivals_file, joined))
        return error_set(err, ERROR_INVALID, "the path of [arrivals] file is too long");
    return true;
}

bool plan_read(const char *path, struct plan *ret_plan, struct error *err) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, ERROR_MISSING, "%.100s cannot be opened: %s", path, strerror(errno));
    char *text = calloc(1, PLAN_BYTES_MAX + 1);
    size_t length = text == NULL ? 0 : fread(text, 1, PLAN_BYTES_MAX, file);
    bool whole = text != NULL && ferror(file) == 0 && (length < PLAN_BYTES_MAX || fgetc(file) == EOF);
    (void)fclose(file);
    struct plan plan;
    bool ok = whole ? plan_parse(text, path, &plan, err) && place_beside(path, &plan, err)
                    : error_set(err, ERROR_INVALID, "%.100s cannot be read as a plan of at most %d bytes",
                                path, PLAN_BYTES_MAX);
    free(text);
    if (ok)
        *ret_plan = plan;
    return ok;
}
