// terms.c - versions of all settings, each made of the file and of what the store says over it.
#include "site/terms.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "site/gate_keeper.h"

#define ARENA_BYTES_MAX ((size_t)256 << 10)

struct version {
    struct config config;
    struct campaign campaign;
    struct version *older;
};

struct terms {
    struct config file;
    pthread_mutex_t lock; // held from reading the store until the version is out: none overtakes another
    struct version *newest;
    size_t versions;
    struct reading reading;
    atomic_bool looking;
    char trouble[ERROR_MESSAGE_SIZE]; // said once
};

// What a city changes while its campaign runs. The rest is read once at the start, or must not change.
static const char *const changeable[] = {
    "campaign.name",
    "campaign.name.ja-easy",
    "campaign.name.en",
    "campaign.name.zh",
    "campaign.name.ko",
    "campaign.points",
    "campaign.budget_points",
    "campaign.age_min",
    "campaign.opens",
    "campaign.closes",
    "booking.share_percent",
    "calls.phone",
    "calls.hours",
    "calls.hours.ja-easy",
    "calls.hours.en",
    "calls.hours.zh",
    "calls.hours.ko",
    "calls.opens_hour",
    "calls.closes_hour",
    "calls.agents",
    "calls.handle_s",
    "calls.patience_s",
    "calls.occupancy_percent",
    "calls.expected_per_day",
    "calendar.busy_percent",
    "calendar.very_busy_percent",
    "calendar.capacity_per_hour",
    "calendar.publish_hour",
    "calendar.expected_per_day",
};

static const char *why_not(const struct config_key *key) {
    static const char *const sections[] = {"store", "identity", "gate", "campaign", "operators"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strcmp(key->section, sections[i]) == 0)
            return sections[i];
    return strcmp(key->section, "server") == 0 || strcmp(key->section, "log") == 0 ? "start" : "file";
}

bool terms_may_change(const struct config_key *key, const char **ret_why) {
    char name[SETTING_NAME_BYTES_MAX];
    (void)snprintf(name, sizeof name, "%s.%s", key->section, key->name);
    *ret_why = why_not(key);
    for (size_t i = 0; i < sizeof changeable / sizeof *changeable; i++)
        if (strcmp(changeable[i], name) == 0)
            return true;
    return false;
}

void terms_campaign(const struct config *config, struct campaign *ret_campaign) {
    struct campaign campaign = {.points = config->campaign.points,
                                .budget_points = config->campaign.budget_points,
                                .opens_ms = config->campaign.opens,
                                .closes_ms = config->campaign.closes,
                                .age_min = config->campaign.age_min};
    bool fits = text_copy(campaign.code, sizeof campaign.code, config->campaign.id) &&
                text_copy(campaign.name, sizeof campaign.name, config->campaign.name) &&
                text_copy(campaign.prefecture, sizeof campaign.prefecture, config->campaign.prefecture);
    ASSERT(fits); // config_check saw to it
    *ret_campaign = campaign;
}

static bool set(struct config *config, const struct setting_override *override, struct error *err) {
    char assignment[SETTING_NAME_BYTES_MAX + SETTING_VALUE_BYTES_MAX];
    const struct config_key *key = config_find(override->name);
    const char *why = NULL;
    if (key == NULL || !terms_may_change(key, &why))
        return error_set_field(err, ERROR_INVALID, override->name, "%.60s is not changed in the console",
                               override->name);
    if (snprintf(assignment, sizeof assignment, "%s=%s", override->name, override->value) >=
        (int)sizeof assignment)
        return error_set_field(err, ERROR_INVALID, override->name, "%.60s is too long", override->name);
    return config_set(config, assignment, err);
}

bool terms_resolve(const struct site *site, const struct setting_override *overrides, size_t count,
                   struct config *ret_config, struct error *err) {
    struct config config = site->terms->file;
    for (size_t i = 0; i < count; i++)
        if (!set(&config, &overrides[i], err))
            return false;
    if (!config_check(&config, err))
        return false;
    *ret_config = config;
    return true;
}

void terms_file_value(const struct site *site, const struct config_key *key,
                      char ret_text[CONFIG_TEXT_SIZE]) {
    config_value(&site->terms->file, key, ret_text);
}

static void tell(const char *words, const struct config *from, const struct config *to) {
    for (const struct config_key *key = config_keys(); key->name != NULL; key++) {
        char before[CONFIG_TEXT_SIZE], after[CONFIG_TEXT_SIZE], name[SETTING_NAME_BYTES_MAX];
        config_value(from, key, before);
        config_value(to, key, after);
        (void)snprintf(name, sizeof name, "%s.%s", key->section, key->name);
        if (strcmp(before, after) != 0)
            LOG(LOG_INFO, words, log_text("setting", name), log_text("before", before),
                log_text("value", after));
    }
}

// The caller holds the lock, or is alone. What was up stays readable.
static struct version *put_up(struct site *site, const struct config *config, int64_t campaign_id) {
    struct terms *terms = site->terms;
    struct version *version = terms->versions < TERMS_VERSIONS_MAX ? calloc(1, sizeof *version) : NULL;
    if (version == NULL)
        return NULL;
    version->config = *config;
    terms_campaign(config, &version->campaign);
    version->campaign.id = campaign_id;
    version->older = terms->newest;
    terms->newest = version;
    terms->versions++;
    atomic_store(&site->config, &version->config);
    atomic_store(&site->campaign, &version->campaign);
    return version;
}

bool terms_new(struct site *site, const struct config *file, struct error *err) {
    struct terms *terms = calloc(1, sizeof *terms);
    if (terms == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    (void)pthread_mutex_init(&terms->lock, NULL);
    terms->file = *file;
    site->terms = terms;
    return put_up(site, file, 0) != NULL || error_set(err, ERROR_UNAVAILABLE, "out of memory");
}

void terms_free(struct terms *terms) {
    if (terms == NULL)
        return;
    while (terms->newest != NULL) {
        struct version *older = terms->newest->older;
        free(terms->newest);
        terms->newest = older;
    }
    (void)pthread_mutex_destroy(&terms->lock);
    free(terms);
}

static bool read_config(struct site *site, struct session *session, struct config *ret_config,
                        struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(ARENA_BYTES_MAX);
    struct setting_override *overrides = NULL;
    size_t count = 0;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!setting_overrides(session, arena, &overrides, &count, err))
        return false;
    if (terms_resolve(site, overrides, count, ret_config, err))
        return true;
    error_prefix(err, "set in the console: ");
    return false;
}

// The store has the campaign as it was at the last start, on this node or another. That it is otherwise now
// may be meant, or be the file of a node that was forgotten: two nodes must not grant by different rules
// unnoticed.
static void compare_with_store(struct session *session, const struct campaign *campaign) {
    struct campaign stored;
    struct error none;
    if (!campaign_load(session, campaign->code, &stored, &none)) // the first start
        return;
    bool same = stored.points == campaign->points && stored.budget_points == campaign->budget_points &&
                stored.opens_ms == campaign->opens_ms && stored.closes_ms == campaign->closes_ms &&
                stored.age_min == campaign->age_min && strcmp(stored.prefecture, campaign->prefecture) == 0;
    if (!same)
        LOG(LOG_WARNING, "the campaign is not as at the last start; every node needs the same settings",
            log_number("points_before", stored.points), log_number("points", campaign->points),
            log_number("budget_before", stored.budget_points), log_number("budget", campaign->budget_points));
}

bool terms_open(struct site *site, struct session *session, struct error *err) {
    struct config config;
    if (!read_config(site, session, &config, err))
        return false;
    struct version *version = put_up(site, &config, 0);
    if (version == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    tell("set in the console, which wins over the file", &site->terms->file, &config);
    if (strcmp(config.identity.provider, "sandbox") != 0) // whoever tries things out knows
        compare_with_store(session, &version->campaign);
    return campaign_save(session, &version->campaign, clock_now_ms(&site->clock), err);
}

static bool refresh(struct site *site, struct session *session, struct error *err) {
    const struct config *before = site->config;
    struct config config;
    if (!read_config(site, session, &config, err))
        return false;
    if (memcmp(&config, before, sizeof config) == 0)
        return true;
    if (put_up(site, &config, site->campaign->id) == NULL)
        return error_set(err, ERROR_INVALID, "too many changes of settings: start the program again");
    gate_keeper_take_dates(site);
    if (site->provider != NULL)
        provider_set_age_min(site->provider, (int)config.campaign.age_min);
    tell("setting changed in the console", before, &config);
    return true;
}

bool terms_refresh(struct site *site, struct session *session, struct error *err) {
    (void)pthread_mutex_lock(&site->terms->lock);
    bool good = refresh(site, session, err);
    (void)pthread_mutex_unlock(&site->terms->lock);
    return good;
}

static bool run(struct reading *reading, struct session *session, struct error *err) {
    return terms_refresh(reading->context, session, err);
}

static void looked(struct reading *reading, const struct error *err) {
    struct terms *terms = ((struct site *)reading->context)->terms;
    const char *trouble = err == NULL || err->kind == ERROR_UNAVAILABLE ? "" : err->message;
    if (strcmp(trouble, terms->trouble) != 0 && trouble[0] != '\0')
        LOG(LOG_WARNING, "settings of the console are not taken over", log_text("cause", trouble));
    (void)snprintf(terms->trouble, sizeof terms->trouble, "%s", trouble);
    atomic_store_explicit(&terms->looking, false, memory_order_release);
}

void terms_watch(struct site *site) {
    struct terms *terms = site->terms;
    struct error err;
    if (atomic_exchange_explicit(&terms->looking, true, memory_order_acq_rel))
        return;
    terms->reading = (struct reading){.context = site, .run = run, .done = looked};
    if (!readers_submit(site->readers, &terms->reading, &err))
        atomic_store_explicit(&terms->looking, false, memory_order_release);
}
