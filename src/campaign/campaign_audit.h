// campaign_audit.h - journey, applications, ledger and counts tell one story.
#pragma once

#include "store/audit.h"

// Adds to `audit` what is wrong with journeys, grants and counters; `*ret_residents`: how many there are.
MUST_CHECK bool campaign_audit(struct audit *audit, struct session *session, int64_t *ret_residents,
                               struct error *err);
