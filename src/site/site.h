// site.h - the whole service, started and stopped.
#pragma once

#include "base/clock.h"
#include "site/config.h"

struct site;

// Opens the store, brings it up to date, saves the campaign, starts every thread and listens. When it returns
// true the service answers.
MUST_CHECK bool site_start(const struct config *config, const struct clock *clock, struct site **ret_site,
                           struct error *err);
// "http://127.0.0.1:8080": where it listens.
const char *site_address(const struct site *site);
// The address that lets one person into the console, once. False: only a sandbox has one.
#define SITE_LINK_SIZE 640
bool site_console_link(struct site *site, char ret_link[SITE_LINK_SIZE]);
// Takes nothing new, finishes what was accepted, writes what was counted, frees everything. NULL is fine.
void site_stop(struct site *site);
