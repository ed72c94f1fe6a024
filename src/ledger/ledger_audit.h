// ledger_audit.h - what must hold in the ledger, whatever happened.
#pragma once

#include "store/audit.h"

// Adds to `audit` what is wrong with transfers and balances; `*ret_transfers`: how many there are.
MUST_CHECK bool ledger_audit(struct audit *audit, struct session *session, int64_t *ret_transfers,
                             struct error *err);
