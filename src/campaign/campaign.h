// campaign.h - what is being run: its dates, its points, its budget, who may take part.
#pragma once

#include <stdint.h>

#include "store/writer.h"

#define CAMPAIGN_CODE_SIZE       33
#define CAMPAIGN_NAME_SIZE       121
#define CAMPAIGN_PREFECTURE_SIZE 33

struct campaign {
    int64_t id;                    // the store's number
    char code[CAMPAIGN_CODE_SIZE]; // what others call it: lower-case letters, digits, hyphens
    char name[CAMPAIGN_NAME_SIZE]; // UTF-8, as residents read it
    int64_t points;                // a person
    int64_t budget_points;         // in all
    int64_t opens_ms, closes_ms;   // [opens, closes)
    int64_t age_min;
    char prefecture[CAMPAIGN_PREFECTURE_SIZE];
};

enum campaign_phase { CAMPAIGN_BEFORE, CAMPAIGN_OPEN, CAMPAIGN_CLOSED };

enum campaign_phase campaign_phase(const struct campaign *campaign, int64_t now_ms);
const char *campaign_phase_name(enum campaign_phase phase); // "before", "open", "closed"

// Writes the campaign as configured into the store (a new one, or changed settings of the one with this
// code), opens its accounts and brings its budget to budget_points. Fills campaign->id.
MUST_CHECK bool campaign_save(struct session *session, struct campaign *campaign, int64_t now_ms,
                              struct error *err);
// Brings the row of a running campaign (`id`, `code`) and its budget to what `campaign` says, as steps of a
// command. Refused as ledger_change_budget. Points that are reserved or granted stay what they were.
struct ledger_budget;
void campaign_change(struct command *command, const struct campaign *campaign,
                     const struct ledger_budget *before, int64_t now_ms);
// Loads a campaign by its code, or the newest one when `code` is NULL. ERROR_MISSING: there is none.
MUST_CHECK bool campaign_load(struct session *session, const char *code, struct campaign *ret_campaign,
                              struct error *err);
