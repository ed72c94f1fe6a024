// config.h - what an operator may set: one INI file, one table of keys, no surprises.
//
// Every key has a default and limits; an unknown section or key, a double key and a bad value are errors
// that name the line. `--set section.key=value` sets one key from the command line. The table itself is
// what `juncho serve --help` and deploy/juncho.ini are checked against.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define CONFIG_TEXT_SIZE 256
// The languages of the program besides Japanese: what residents read may be given in each.
#define CONFIG_LANGUAGES 4

struct config {
    struct {
        char listen[CONFIG_TEXT_SIZE];     // ADDR:PORT
        char public_url[CONFIG_TEXT_SIZE]; // how residents reach it; empty: http://ADDR:PORT
        char key_file[CONFIG_TEXT_SIZE];   // the secret key; empty: beside an SQLite file
        char zone[CONFIG_TEXT_SIZE];
        char web_dir[CONFIG_TEXT_SIZE]; // empty: the pages inside the program
        char trusted_proxies[CONFIG_TEXT_SIZE];
        int64_t loops, connections_max, connections_per_address_max, idle_timeout_s, stop_wait_s;
    } server;
    struct {
        char url[CONFIG_TEXT_SIZE];
        int64_t readers, queue_max, batch_max;
    } store;
    struct {
        char id[CONFIG_TEXT_SIZE], name[CONFIG_TEXT_SIZE], prefecture[CONFIG_TEXT_SIZE];
        char names[CONFIG_LANGUAGES][CONFIG_TEXT_SIZE]; // of the same; empty: as in Japanese
        int64_t points, budget_points, age_min;
        int64_t opens, closes; // times in ms
    } campaign;
    struct {
        char page[CONFIG_TEXT_SIZE]; // where proxies send who has to wait; empty: /waiting here
        int64_t enabled, pace_per_min_max, places_inside_max, identity_per_min, journey_s, share_percent;
        int64_t lottery, verify_early, anonymous_per_address_per_min;
    } gate;
    struct {
        char provider[CONFIG_TEXT_SIZE]; // "sandbox" or "oidc"
        char issuer[CONFIG_TEXT_SIZE], client_id[CONFIG_TEXT_SIZE], key_file[CONFIG_TEXT_SIZE];
        char algorithm[CONFIG_TEXT_SIZE], scopes[CONFIG_TEXT_SIZE], acr_values[CONFIG_TEXT_SIZE];
        char authorization_endpoint[CONFIG_TEXT_SIZE], token_endpoint[CONFIG_TEXT_SIZE];
        char userinfo_endpoint[CONFIG_TEXT_SIZE], jwks_uri[CONFIG_TEXT_SIZE];
        char app_name[CONFIG_TEXT_SIZE], app_ios[CONFIG_TEXT_SIZE], app_android[CONFIG_TEXT_SIZE];
        char ca_file[CONFIG_TEXT_SIZE];
        int64_t discovery, in_flight_max, timeout_ms;
    } identity;
    struct {
        char issuer[CONFIG_TEXT_SIZE]; // empty: operators have passwords only
        char client_id[CONFIG_TEXT_SIZE], secret_file[CONFIG_TEXT_SIZE], key_file[CONFIG_TEXT_SIZE];
        char scopes[CONFIG_TEXT_SIZE], acr_values[CONFIG_TEXT_SIZE], label[CONFIG_TEXT_SIZE];
        char name_claim[CONFIG_TEXT_SIZE], role_claim[CONFIG_TEXT_SIZE], domain[CONFIG_TEXT_SIZE];
        char viewer[CONFIG_TEXT_SIZE], operator[CONFIG_TEXT_SIZE], admin[CONFIG_TEXT_SIZE];
        char acr[CONFIG_TEXT_SIZE], amr[CONFIG_TEXT_SIZE];
    } operators;
    struct {
        char languages_dir[CONFIG_TEXT_SIZE]; // empty: the languages of the program alone
        char videos_dir[CONFIG_TEXT_SIZE];    // empty: no videos
        int64_t listeners_max, listen_s;
    } guidance;
    struct {
        char questions[CONFIG_TEXT_SIZE]; // empty: those of the program
    } survey;
    struct {
        char occasions_file[CONFIG_TEXT_SIZE], holidays[CONFIG_TEXT_SIZE], prior_file[CONFIG_TEXT_SIZE];
        int64_t expected_per_day, capacity_per_hour, busy_percent, very_busy_percent, publish_hour;
    } calendar;
    struct {
        int64_t share_percent;
    } booking;
    struct {
        char occasions_file[CONFIG_TEXT_SIZE];
        char phone[CONFIG_TEXT_SIZE], hours[CONFIG_TEXT_SIZE]; // as residents read them; empty: not shown
        char hours_in[CONFIG_LANGUAGES][CONFIG_TEXT_SIZE];
        int64_t opens_hour, closes_hour, agents, handle_s, patience_s, occupancy_percent, expected_per_day;
    } calls;
    struct {
        char format[CONFIG_TEXT_SIZE], level[CONFIG_TEXT_SIZE];
    } log;
};

enum config_kind { CONFIG_TEXT, CONFIG_NUMBER, CONFIG_TIME, CONFIG_BOOL };

struct config_key {
    const char *section;
    const char *name;
    enum config_kind kind;
    size_t offset; // in struct config
    const char *fallback;
    int64_t min, max;    // CONFIG_NUMBER
    const char *choices; // CONFIG_TEXT: "a|b", or NULL for any
    const char *help;
};

// The table, in the order of the file; ends with a key without a name.
const struct config_key *config_keys(void);

// "campaign.points"; NULL: there is no such key.
const struct config_key *config_find(const char *name);
// The value of a key as it would stand in the file.
void config_value(const struct config *config, const struct config_key *key, char ret_text[CONFIG_TEXT_SIZE]);

// The text of a language, which are those of CONFIG_LANGUAGES: "ja-easy", "en", "zh", "ko"; `other` where the
// settings have none.
const char *config_in(const char texts[CONFIG_LANGUAGES][CONFIG_TEXT_SIZE], const char *language,
                      const char *other);

// Every default. The zone of civil time must be set before times are read (clock_set_zone).
void config_init(struct config *config);
// Reads a file over what is there. ERROR_INVALID: the message begins with the file and the line.
MUST_CHECK bool config_read(struct config *config, const char *path, struct error *err);
// "campaign.points=500"; ERROR_INVALID names the key.
MUST_CHECK bool config_set(struct config *config, const char *assignment, struct error *err);
// What only makes sense together: dates in order, what an oidc provider needs.
MUST_CHECK bool config_check(const struct config *config, struct error *err);
// Writes the whole table as an INI file in which every key is explained and stands at its default.
void config_print(FILE *stream);
