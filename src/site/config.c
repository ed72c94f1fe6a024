// config.c - the table of keys, and reading an INI file by it.
#include "site/config.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define POINTS_MAX INT64_C(1000000)
#define BUDGET_MAX INT64_C(1000000000000000)
#define NUMBER(m)  CONFIG_NUMBER, offsetof(struct config, m)
#define WORDS(m)   CONFIG_TEXT, offsetof(struct config, m)
#define MOMENT(m)  CONFIG_TIME, offsetof(struct config, m)
#define SWITCH(m)  CONFIG_BOOL, offsetof(struct config, m)
#define ANY        0, 0, NULL

static const struct config_key keys[] = {
    {"server", "listen", WORDS(server.listen), "127.0.0.1:8080", ANY,
     "address and port; port 0 lets the system choose"},
    {"server", "public_url", WORDS(server.public_url), "", ANY,
     "how residents reach the server, for example https://points.city.example; empty: as it listens"},
    {"server", "key_file", WORDS(server.key_file), "", ANY,
     "32 secret bytes, made at the first start; the same on every node; empty: beside the SQLite file"},
    {"server", "zone", WORDS(server.zone), "Asia/Tokyo", ANY, "time zone of days and hours"},
    {"server", "web_dir", WORDS(server.web_dir), "", ANY,
     "serve the pages of this folder instead of the built-in ones"},
    {"server", "trusted_proxies", WORDS(server.trusted_proxies), "", ANY,
     "addresses, separated by blanks, whose X-Forwarded-For is believed"},
    {"server", "loops", NUMBER(server.loops), "0", 0, 256, NULL, "event loops; 0: one a core"},
    {"server", "connections_max", NUMBER(server.connections_max), "20000", 10, 1000000, NULL,
     "open connections in all"},
    {"server", "connections_per_address_max", NUMBER(server.connections_per_address_max), "0", 0, 1000000,
     NULL, "open connections from one address; 0: no limit (many share an address behind a carrier's NAT)"},
    {"server", "idle_timeout_s", NUMBER(server.idle_timeout_s), "75", 1, 3600, NULL,
     "seconds after which a silent connection is closed"},
    {"server", "stop_wait_s", NUMBER(server.stop_wait_s), "10", 0, 600, NULL,
     "seconds to finish what was accepted when told to stop"},
    {"store", "url", WORDS(store.url), "sqlite:juncho.db", ANY, "sqlite:FILE or postgresql://..."},
    {"store", "readers", NUMBER(store.readers), "2", 1, 64, NULL, "threads that read from the database"},
    {"store", "queue_max", NUMBER(store.queue_max), "20000", 100, 1000000, NULL,
     "commands that may wait to be written"},
    {"store", "batch_max", NUMBER(store.batch_max), "1024", 1, 8192, NULL, "commands in one transaction"},
    {"campaign", "id", WORDS(campaign.id), "sample", ANY,
     "lower-case letters, digits and hyphens; others refer to it"},
    {"campaign", "name", WORDS(campaign.name), "生活応援ポイント(見本)", ANY, "as residents read it"},
    {"campaign", "name.ja-easy", WORDS(campaign.names[0]), "", ANY,
     "in easy Japanese; empty: as in Japanese"},
    {"campaign", "name.en", WORDS(campaign.names[1]), "", ANY, "in English; empty: as in Japanese"},
    {"campaign", "name.zh", WORDS(campaign.names[2]), "", ANY, "in Chinese; empty: as in Japanese"},
    {"campaign", "name.ko", WORDS(campaign.names[3]), "", ANY, "in Korean; empty: as in Japanese"},
    {"campaign", "prefecture", WORDS(campaign.prefecture), "東京都", 0, 0, "東京都",
     "who lives there may take part"},
    {"campaign", "points", NUMBER(campaign.points), "11000", 1, POINTS_MAX, NULL, "points a person"},
    {"campaign", "budget_points", NUMBER(campaign.budget_points), "110000000000", 0, BUDGET_MAX, NULL,
     "points in all; nobody is granted more than this"},
    {"campaign", "age_min", NUMBER(campaign.age_min), "15", 0, 120, NULL,
     "youngest age, on the day of the identity check"},
    {"campaign", "opens", MOMENT(campaign.opens), "2026-02-02T13:00:00+09:00", ANY, "first moment"},
    {"campaign", "closes", MOMENT(campaign.closes), "2030-04-01T00:00:00+09:00", ANY,
     "first moment that is too late"},
    {"gate", "enabled", SWITCH(gate.enabled), "yes", ANY,
     "no: whoever asks goes to the identity check at once, however many they are"},
    {"gate", "pace_per_min_max", NUMBER(gate.pace_per_min_max), "0", 0, 10000000, NULL,
     "people let in a minute at most, whatever the stages could do; 0: as many as they complete"},
    {"gate", "places_inside_max", NUMBER(gate.places_inside_max), "50000", 1, 10000000, NULL,
     "people inside at a time, on all nodes"},
    {"gate", "identity_per_min", NUMBER(gate.identity_per_min), "3000", 1, 10000000, NULL,
     "identity checks a minute that the provider is thought to do, until it has been seen"},
    {"gate", "journey_s", NUMBER(gate.journey_s), "80", 10, 600, NULL,
     "seconds from being let in to coming back from the provider, until it has been seen"},
    {"gate", "share_percent", NUMBER(gate.share_percent), "79", 1, 100, NULL,
     "of those let in who come back from the provider, until it has been seen"},
    {"gate", "lottery", SWITCH(gate.lottery), "yes", ANY,
     "who joins before the campaign opens takes part in a draw; no: first come, first served"},
    {"gate", "verify_early", SWITCH(gate.verify_early), "no", ANY,
     "the identity check is open before the campaign is"},
    {"gate", "anonymous_per_address_per_min", NUMBER(gate.anonymous_per_address_per_min), "600", 1, 1000000,
     NULL, "places a minute for people without an account from one address (many share one at a carrier)"},
    {"gate", "page", WORDS(gate.page), "", ANY,
     "where a proxy's visitors wait; empty: the page /waiting of this server"},
    {"identity", "provider", WORDS(identity.provider), "oidc", 0, 0, "oidc|sandbox",
     "oidc, or sandbox: the built-in provider with test cards"},
    {"identity", "issuer", WORDS(identity.issuer), "", ANY,
     "exactly as the provider writes it, no slash at the end"},
    {"identity", "client_id", WORDS(identity.client_id), "", ANY, "as registered with the provider"},
    {"identity", "key_file", WORDS(identity.key_file), "", ANY,
     "private key (JWK or PEM) that signs the client assertion"},
    {"identity", "algorithm", WORDS(identity.algorithm), "RS256", 0, 0, "RS256|ES256",
     "of the client assertion"},
    {"identity", "scopes", WORDS(identity.scopes), "openid address birthdate", ANY,
     "what is asked of the provider"},
    {"identity", "acr_values", WORDS(identity.acr_values), "", ANY, "for example: aal3 crl"},
    {"identity", "discovery", SWITCH(identity.discovery), "no", ANY,
     "read the endpoints from the provider's discovery document"},
    {"identity", "authorization_endpoint", WORDS(identity.authorization_endpoint), "", ANY,
     "empty: issuer/protocol/openid-connect/auth"},
    {"identity", "token_endpoint", WORDS(identity.token_endpoint), "", ANY,
     "empty: issuer/protocol/openid-connect/token"},
    {"identity", "userinfo_endpoint", WORDS(identity.userinfo_endpoint), "", ANY,
     "empty: issuer/protocol/openid-connect/userinfo"},
    {"identity", "jwks_uri", WORDS(identity.jwks_uri), "", ANY,
     "empty: issuer/protocol/openid-connect/certs"},
    {"identity", "ca_file", WORDS(identity.ca_file), "", ANY,
     "certificates to trust instead of the system's"},
    {"identity", "app_name", WORDS(identity.app_name), "マイナアプリ", ANY,
     "the identity app, as residents read it"},
    {"identity", "app_ios", WORDS(identity.app_ios), "https://apps.apple.com/jp/app/id1476359069", ANY,
     "where to get it"},
    {"identity", "app_android", WORDS(identity.app_android),
     "https://play.google.com/store/apps/details?id=jp.go.cas.mpa", ANY, "where to get it"},
    {"identity", "in_flight_max", NUMBER(identity.in_flight_max), "64", 1, 4096, NULL,
     "calls to the provider at a time"},
    {"identity", "timeout_ms", NUMBER(identity.timeout_ms), "10000", 100, 120000, NULL,
     "for one call to the provider"},
    {"operators", "issuer", WORDS(operators.issuer), "", ANY,
     "OpenID Connect provider of the operators' own organisation, exactly as it writes itself (its discovery "
     "document is read); empty: operators have passwords only. It sends back to /console/callback"},
    {"operators", "client_id", WORDS(operators.client_id), "", ANY, "as registered with it"},
    {"operators", "secret_file", WORDS(operators.secret_file), "", ANY,
     "file of mode 0600 with the client's secret"},
    {"operators", "key_file", WORDS(operators.key_file), "", ANY,
     "instead of a secret: private key (JWK or PEM) that signs the client assertion"},
    {"operators", "scopes", WORDS(operators.scopes), "openid profile email", ANY, "what is asked of it"},
    {"operators", "acr_values", WORDS(operators.acr_values), "", ANY, "sent with the request"},
    {"operators", "label", WORDS(operators.label), "組織のアカウント", ANY,
     "what the account is called on the page for signing in"},
    {"operators", "name_claim", WORDS(operators.name_claim), "email", ANY,
     "claim with the name that the console and its log show; email counts only with email_verified true"},
    {"operators", "role_claim", WORDS(operators.role_claim), "roles", ANY,
     "claim that gives the role: a text or a list of texts; realm_access.roles is a member of a member"},
    {"operators", "viewer", WORDS(operators.viewer), "", ANY,
     "values of the claim, separated by blanks, that make a viewer; empty: nobody"},
    {"operators", "operator", WORDS(operators.operator), "", ANY, "values that make an operator"},
    {"operators", "admin", WORDS(operators.admin), "", ANY, "values that make an admin"},
    {"operators", "domain", WORDS(operators.domain), "", ANY,
     "only names that end with @ and this are let in; empty: all"},
    {"operators", "acr", WORDS(operators.acr), "", ANY,
     "the token's acr must be one of these, separated by blanks; empty: any"},
    {"operators", "amr", WORDS(operators.amr), "", ANY,
     "the token's amr must hold one of these, for example mfa; empty: any"},
    {"guidance", "languages_dir", WORDS(guidance.languages_dir), "", ANY,
     "folder with CODE.json, faq.CODE.md, words.CODE.txt: further languages, or texts instead of the shipped "
     "ones"},
    {"guidance", "videos_dir", WORDS(guidance.videos_dir), "", ANY,
     "folder with videos.json, films, posters and captions (docs/handbook.ja.md shows the form); empty: "
     "none"},
    {"guidance", "listeners_max", NUMBER(guidance.listeners_max), "10000", 0, 1000000, NULL,
     "open pages that are told of announcements at once, at most half of connections_max; others look again "
     "by "
     "themselves"},
    {"guidance", "listen_s", NUMBER(guidance.listen_s), "25", 1, 120, NULL,
     "seconds that such a page's request is held; less than what proxies in between wait for an answer"},
    {"survey", "questions", WORDS(survey.questions), "", ANY,
     "file with the questions of the survey (survey/questions.json shows the form); empty: those of the "
     "program"},
    {"calendar", "occasions_file", WORDS(calendar.occasions_file), "", ANY,
     "launches, deadlines and events that are known (juncho forecast --help shows the form); empty: the "
     "campaign's own dates"},
    {"calendar", "holidays", WORDS(calendar.holidays), "japan", ANY,
     "japan, none, or a file such as the Cabinet Office's syukujitsu.csv"},
    {"calendar", "prior_file", WORDS(calendar.prior_file), "", ANY,
     "hourly counts (start,count) of a rehearsal or of another campaign, to begin with"},
    {"calendar", "expected_per_day", NUMBER(calendar.expected_per_day), "0", 0, 1000000000, NULL,
     "openings of the app on a usual day, while there are no counts; 0: nothing is expected"},
    {"calendar", "capacity_per_hour", NUMBER(calendar.capacity_per_hour), "8000", 1, 1000000000, NULL,
     "openings of the app an hour that the scarcest stage can serve, as rehearsed"},
    {"calendar", "busy_percent", NUMBER(calendar.busy_percent), "60", 1, 1000, NULL,
     "of the capacity: from here on it is busy"},
    {"calendar", "very_busy_percent", NUMBER(calendar.very_busy_percent), "90", 2, 1000, NULL,
     "of the capacity: from here on it is very busy"},
    {"calendar", "publish_hour", NUMBER(calendar.publish_hour), "4", 0, 23, NULL,
     "hour of the day at which the calendars are looked through, and published when something changed"},
    {"booking", "share_percent", NUMBER(booking.share_percent), "50", 0, 100, NULL,
     "of the gate's steady pace, at most calendar.capacity_per_hour, that may be booked; 0: no bookings"},
    {"calls", "occasions_file", WORDS(calls.occasions_file), "", ANY, "the same for the telephone"},
    {"calls", "phone", WORDS(calls.phone), "", ANY,
     "number of the call centre, as residents read it; empty: none is shown"},
    {"calls", "hours", WORDS(calls.hours), "", ANY,
     "when it answers, as residents read it, for example 平日と土曜 9時〜19時; empty: not said"},
    {"calls", "hours.ja-easy", WORDS(calls.hours_in[0]), "", ANY, "in easy Japanese; empty: as in Japanese"},
    {"calls", "hours.en", WORDS(calls.hours_in[1]), "", ANY, "in English; empty: as in Japanese"},
    {"calls", "hours.zh", WORDS(calls.hours_in[2]), "", ANY, "in Chinese; empty: as in Japanese"},
    {"calls", "hours.ko", WORDS(calls.hours_in[3]), "", ANY, "in Korean; empty: as in Japanese"},
    {"calls", "opens_hour", NUMBER(calls.opens_hour), "9", 0, 23, NULL,
     "from when the telephone is answered"},
    {"calls", "closes_hour", NUMBER(calls.closes_hour), "19", 1, 24, NULL, "until when"},
    {"calls", "agents", NUMBER(calls.agents), "20", 1, 100000, NULL, "people at the telephone at a time"},
    {"calls", "handle_s", NUMBER(calls.handle_s), "300", 1, 7200, NULL, "talk and after-call work of a call"},
    {"calls", "patience_s", NUMBER(calls.patience_s), "180", 1, 7200, NULL,
     "mean time until a waiting caller hangs up"},
    {"calls", "occupancy_percent", NUMBER(calls.occupancy_percent), "85", 1, 100, NULL,
     "of their time that agents may be busy"},
    {"calls", "expected_per_day", NUMBER(calls.expected_per_day), "0", 0, 100000000, NULL,
     "calls on a usual day, while there are no counts; 0: nothing is expected"},
    {"log", "format", WORDS(log.format), "logfmt", 0, 0, "logfmt|json", "of a log line"},
    {"log", "level", WORDS(log.level), "info", 0, 0, "debug|info|warning|error", "the least that is written"},
    {0},
};

const struct config_key *config_keys(void) {
    return keys;
}

static const char *const languages[CONFIG_LANGUAGES] = {"ja-easy", "en", "zh", "ko"};

const char *config_in(const char texts[CONFIG_LANGUAGES][CONFIG_TEXT_SIZE], const char *language,
                      const char *other) {
    for (size_t i = 0; i < CONFIG_LANGUAGES; i++)
        if (strcmp(languages[i], language) == 0 && texts[i][0] != '\0')
            return texts[i];
    return other;
}

static const struct config_key *find(const char *section, const char *name) {
    for (const struct config_key *key = keys; key->name != NULL; key++)
        if (strcmp(key->section, section) == 0 && strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

// "unknown key "pints" in section [campaign]", and which one was perhaps meant.
static bool refuse_key(const char *section, const char *name, struct error *err) {
    const struct config_key *meant = NULL;
    for (const struct config_key *key = keys; key->name != NULL && meant == NULL; key++)
        if (text_typing_errors(section, key->section) + text_typing_errors(name, key->name) <= 2)
            meant = key;
    return error_set_field(err, ERROR_INVALID, name, "unknown key \"%.40s\" in section [%.40s]%s%s%s%s", name,
                           section, meant == NULL ? "" : "; perhaps ", meant == NULL ? "" : meant->section,
                           meant == NULL ? "" : ".", meant == NULL ? "" : meant->name);
}

const struct config_key *config_find(const char *name) {
    const char *dot = strchr(name, '.');
    for (const struct config_key *key = keys; dot != NULL && key->name != NULL; key++)
        if (strlen(key->section) == (size_t)(dot - name) &&
            strncmp(key->section, name, (size_t)(dot - name)) == 0 && strcmp(key->name, dot + 1) == 0)
            return key;
    return NULL;
}

void config_value(const struct config *config, const struct config_key *key,
                  char ret_text[CONFIG_TEXT_SIZE]) {
    const void *source = (const char *)config + key->offset;
    char time[CLOCK_RFC3339_SIZE];
    switch (key->kind) {
    case CONFIG_TEXT:
        (void)snprintf(ret_text, CONFIG_TEXT_SIZE, "%s", (const char *)source);
        break;
    case CONFIG_NUMBER:
        (void)snprintf(ret_text, CONFIG_TEXT_SIZE, "%lld", (long long)*(const int64_t *)source);
        break;
    case CONFIG_BOOL:
        (void)snprintf(ret_text, CONFIG_TEXT_SIZE, "%s", *(const int64_t *)source != 0 ? "yes" : "no");
        break;
    case CONFIG_TIME:
        clock_rfc3339(time, *(const int64_t *)source);
        (void)snprintf(ret_text, CONFIG_TEXT_SIZE, "%s", time);
        break;
    }
}

static bool is_choice(const char *choices, const char *value) {
    size_t length = strlen(value);
    for (const char *choice = choices; choice != NULL; choice = strchr(choice, '|')) {
        if (*choice == '|')
            choice++;
        if (strncmp(choice, value, length) == 0 && (choice[length] == '|' || choice[length] == '\0'))
            return true;
    }
    return false;
}

static bool set_bool(const char *value, int64_t *ret_value) {
    bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0;
    bool no = strcmp(value, "no") == 0 || strcmp(value, "false") == 0 || strcmp(value, "off") == 0;
    if (yes || no)
        *ret_value = yes;
    return yes || no;
}

static bool set_text(const struct config_key *key, char *target, const char *value) {
    if (!text_is_clean_utf8(value, strlen(value)))
        return false;
    if (key->choices != NULL && !is_choice(key->choices, value))
        return false;
    return text_copy(target, CONFIG_TEXT_SIZE, value);
}

static bool set_key(struct config *config, const struct config_key *key, const char *value,
                    struct error *err) {
    char name[ERROR_FIELD_SIZE];
    (void)snprintf(name, sizeof name, "%s.%s", key->section, key->name);
    void *target = (char *)config + key->offset;
    switch (key->kind) {
    case CONFIG_TEXT:
        if (!set_text(key, target, value))
            return error_set_field(err, ERROR_INVALID, name, "%s = %.60s: must be %s", name, value,
                                   key->choices != NULL ? key->choices : "a text of at most 255 bytes");
        return true;
    case CONFIG_NUMBER:
        if (!text_parse_int(value, key->min, key->max, target))
            return error_set_field(err, ERROR_INVALID, name, "%s = %.40s: must be a number from %lld to %lld",
                                   name, value, (long long)key->min, (long long)key->max);
        return true;
    case CONFIG_BOOL:
        if (!set_bool(value, target))
            return error_set_field(err, ERROR_INVALID, name, "%s = %.40s: must be yes or no", name, value);
        return true;
    case CONFIG_TIME: {
        struct error time_err;
        if (!clock_parse(value, target, &time_err))
            return error_set_field(err, ERROR_INVALID, name, "%s = %s", name, time_err.message);
        return true;
    }
    }
    return false;
}

void config_init(struct config *config) {
    memset(config, 0, sizeof *config);
    for (const struct config_key *key = keys; key->name != NULL; key++) {
        struct error err;
        bool ok = set_key(config, key, key->fallback, &err);
        ASSERT(ok);
    }
}

struct reading_file {
    struct config *config;
    struct error *err;
    bool seen[sizeof keys / sizeof *keys];
};

static int take_line(void *context, const char *section, const char *name, const char *value) {
    struct reading_file *file = context;
    const struct config_key *key = find(section, name);
    if (key == NULL)
        return refuse_key(section, name, file->err);
    if (file->seen[key - keys])
        return error_set(file->err, ERROR_INVALID, "%.40s.%.40s is set twice", section, name);
    file->seen[key - keys] = true;
    return set_key(file->config, key, value, file->err);
}

bool config_read(struct config *config, const char *path, struct error *err) {
    struct reading_file file = {.config = config, .err = err};
    *err = (struct error){0};
    FILE *stream = fopen(path, "re");
    if (stream == NULL)
        return error_set(err, ERROR_INVALID, "%.100s cannot be read: %m", path);
    int line = ini_parse_file(stream, take_line, &file);
    (void)fclose(stream);
    if (line == 0)
        return true;
    if (err->kind == ERROR_NONE)
        (void)error_set(err, ERROR_INVALID, "not \"key = value\"");
    error_prefix(err, "%.60s line %d: ", path, line);
    return false;
}

bool config_set(struct config *config, const char *assignment, struct error *err) {
    char section[32] = "", name[48] = "";
    int used = 0;
    if (sscanf(assignment, "%31[a-z].%47[a-z_.-]=%n", section, name, &used) != 2 || used == 0)
        return error_set(err, ERROR_INVALID, "\"%.80s\" is not section.key=value", assignment);
    const struct config_key *key = find(section, name);
    if (key == NULL)
        return refuse_key(section, name, err);
    return set_key(config, key, assignment + used, err);
}

bool config_check(const struct config *config, struct error *err) {
    if (config->campaign.closes <= config->campaign.opens)
        return error_set_field(err, ERROR_INVALID, "campaign.closes",
                               "campaign.closes must be after campaign.opens");
    if (!text_is_made_of(config->campaign.id, "abcdefghijklmnopqrstuvwxyz0123456789-", 1, 32))
        return error_set_field(err, ERROR_INVALID, "campaign.id",
                               "campaign.id must be 1 to 32 lower-case letters, digits and hyphens");
    if (config->campaign.name[0] == '\0' || strlen(config->campaign.name) > 120)
        return error_set_field(err, ERROR_INVALID, "campaign.name", "campaign.name must be 1 to 120 bytes");
    for (size_t i = 0; i < CONFIG_LANGUAGES; i++)
        if (strlen(config->campaign.names[i]) > 120)
            return error_set_field(err, ERROR_INVALID, "campaign.name",
                                   "campaign.name.%s must be at most 120 bytes", languages[i]);
    if (config->calendar.very_busy_percent <= config->calendar.busy_percent)
        return error_set_field(err, ERROR_INVALID, "calendar.very_busy_percent",
                               "calendar.very_busy_percent must be above calendar.busy_percent");
    if (config->calls.closes_hour <= config->calls.opens_hour)
        return error_set_field(err, ERROR_INVALID, "calls.closes_hour",
                               "calls.closes_hour must be after calls.opens_hour");
    const char *url = config->server.public_url;
    if (url[0] != '\0' && ((!text_starts_with(url, "https://") && !text_starts_with(url, "http://")) ||
                           url[strlen(url) - 1] == '/'))
        return error_set_field(err, ERROR_INVALID, "server.public_url",
                               "server.public_url must begin with https:// and not end with a slash");
    if (config->operators.issuer[0] != '\0' && config->operators.client_id[0] == '\0')
        return error_set_field(err, ERROR_INVALID, "operators.client_id",
                               "operators.client_id is needed with operators.issuer");
    if (config->operators.issuer[0] != '\0' &&
        (config->operators.secret_file[0] == '\0') == (config->operators.key_file[0] == '\0'))
        return error_set_field(err, ERROR_INVALID, "operators.secret_file",
                               "operators.issuer needs one of operators.secret_file and operators.key_file");
    if (strcmp(config->identity.provider, "sandbox") == 0)
        return true;
    const char *needed[][2] = {{"identity.issuer", config->identity.issuer},
                               {"identity.client_id", config->identity.client_id},
                               {"identity.key_file", config->identity.key_file}};
    for (size_t i = 0; i < 3; i++)
        if (needed[i][1][0] == '\0')
            return error_set_field(err, ERROR_INVALID, needed[i][0],
                                   "%s is needed with identity.provider = oidc (or start with --sandbox)",
                                   needed[i][0]);
    return true;
}

void config_print(FILE *stream) {
    const char *section = "";
    (void)fprintf(
        stream, "; juncho.ini - every setting of Juncho, with its default. What is left out keeps it.\n"
                "; juncho serve --config juncho.ini --check reads this file and says whether it is right.\n");
    for (const struct config_key *key = keys; key->name != NULL; key++) {
        if (strcmp(section, key->section) != 0)
            (void)fprintf(stream, "\n[%s]\n", key->section);
        section = key->section;
        (void)fprintf(stream, "; %s", key->help);
        if (key->kind == CONFIG_NUMBER)
            (void)fprintf(stream, " (%lld to %lld)", (long long)key->min, (long long)key->max);
        else if (key->choices != NULL)
            (void)fprintf(stream, " (%s)", key->choices);
        (void)fprintf(stream, "\n;%s =%s%s\n", key->name, key->fallback[0] == '\0' ? "" : " ", key->fallback);
    }
}
