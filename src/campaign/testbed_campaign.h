// testbed_campaign.h - a campaign in a fresh database, and commands run one by one, for this folder's tests.
#pragma once

#include "campaign/application.h"
#include "store/testbed.h"

// A campaign of 11,000 points a person and a budget for `grants` persons, open now, in an emptied database.
struct campaign testbed_campaign(struct testbed *testbed, int64_t grants);
// Runs one command by itself; the test fails when it could not be built.
bool testbed_command(struct testbed *testbed, struct command *command, struct error *err);
// Takes a new resident as far as `state` (up to VERIFIED, with a reservation) and gives back the resident's
// id.
int64_t testbed_resident(struct testbed *testbed, const struct campaign *campaign, enum journey_state state);
// The state of a journey, straight from the table.
int64_t testbed_state(struct testbed *testbed, int64_t resident_id);
