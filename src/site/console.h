// console.h - who is behind a request of the console, and how one gets in.
#pragma once

#include "operator/sign_in.h"
#include "operator/throttle.h"
#include "site/context.h"
#include "site/kept_answer.h"

#define CONSOLE_COOKIE "juncho-console"

struct console;

// Its throttle and, on a sandbox, the operator who enters by link. Also filled on failure: console_free.
MUST_CHECK bool console_new(struct site *site, struct console **ret_console, struct error *err);
void console_free(struct console *console); // NULL is fine
// Of failed sign-ins, by name and address.
struct throttle *console_throttle(struct site *site);
// Who took part: a million rows to count.
struct kept_answer *console_participants(struct site *site);

// The identity provider of the operators' own organisation, where one is configured: `site->organisation`.
MUST_CHECK bool console_organisation_new(struct site *site, struct error *err);

// Finds the operator of a request by its cookie, then runs the route's handler, or responds with 401 or 403.
// A request that says `quiet=1` is no sign of life: a page that looks by itself does not keep a session.
void console_admit(struct visit *visit);

// On a sandbox: logs an address that lets one person in, once, as the operator "sandbox" (admin).
void console_offer_link(struct site *site);
// True, once, for the word of that address; offers the next one.
bool console_take_link(struct site *site, const char *word);

// [from, to) of the request; false after it responded that they are wrong.
bool console_span(struct visit *visit, int64_t *ret_from_ms, int64_t *ret_to_ms);
struct settings;
json_t *console_settings_json(const struct settings *settings); // {"console.slow_ms": 1000, ...}
// A key of the configuration that the route names is changed (settings.h knows the console's own numbers).
void console_term_change(struct visit *visit);
// Every key, what it is now and in the file, and why it may not be changed.
struct setting_override;
json_t *console_terms_json(struct visit *visit, const struct setting_override *overrides, size_t count);
struct audit_entry;
json_t *console_entry_json(struct visit *visit, const struct audit_entry *entry); // a new reference

// The session's token; false after it responded that there is none.
bool console_token(struct visit *visit, struct sign_in_token *ret_token);
// 429: too many tries.
void console_respond_wait(struct visit *visit, int64_t wait_ms);

// One hash of a password is computed at a time: 64 MiB and a tenth of a second each. False: busy.
bool console_hash_begin(struct site *site);
void console_hash_end(struct site *site);
