// ledger_audit.h - what must hold in the ledger, whatever happened.
#pragma once

#include "store/audit.h"

MUST_CHECK bool ledger_audit(struct audit *audit, struct session *session, int64_t *ret_transfers,
                             struct error *err);
