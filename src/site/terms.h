// terms.h - the settings that hold now: the file's, and over them what operators set in the console.
//
// The file gives the start value, the console's value wins, on every node within a few seconds. One state of
// all settings, and the campaign made of it, never changes once it is out: whoever reads `site->config` or
// `site->campaign` has something whole. What was out is kept until the end, for a request may still read it.
#pragma once

#include "operator/settings.h"
#include "site/context.h"

#define TERMS_VERSIONS_MAX 2000 // changes while the program runs; each costs some 15 KiB

// Puts the file's settings up; the store is not asked yet.
MUST_CHECK bool terms_new(struct site *site, const struct config *file, struct error *err);
void terms_free(struct terms *terms); // NULL is fine
// Looks for the first time, saves the campaign, and says in the log what the console has set over the file.
MUST_CHECK bool terms_open(struct site *site, struct session *session, struct error *err);
// Looks again, and puts up what has changed. Any thread that may wait.
MUST_CHECK bool terms_refresh(struct site *site, struct session *session, struct error *err);
// The same each second, by a reader; at most one look is under way.
void terms_watch(struct site *site);

// Whether a key may be changed in the console; else why not: "start" (read at the start only), "store",
// "identity", "gate" (its view changes what may be), "campaign", "operators", "file".
bool terms_may_change(const struct config_key *key, const char **ret_why);
// What the settings would be: the file's with these over them. ERROR_INVALID: they do not go together.
MUST_CHECK bool terms_resolve(const struct site *site, const struct setting_override *overrides, size_t count,
                              struct config *ret_config, struct error *err);
// The value that a key has in the file.
void terms_file_value(const struct site *site, const struct config_key *key, char ret_text[CONFIG_TEXT_SIZE]);
// The campaign that a configuration describes; `id` 0.
void terms_campaign(const struct config *config, struct campaign *ret_campaign);
