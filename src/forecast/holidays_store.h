// holidays_store.h - the list of holidays that an operator brought in.
#pragma once

#include "forecast/holidays.h"
#include "store/store.h"

// In the caller's transaction. The list speaks for every year from its first day's to its last day's.
MUST_CHECK bool holidays_store(struct session *session, int64_t import_id, const struct holidays *holidays,
                               struct error *err);
// Puts the years that were brought in in the place of those that `holidays` has; the others stay. Nothing
// happens without a store (`session` NULL) and when `which`, the setting (inputs_paths), is not Japan's list.
MUST_CHECK bool holidays_renew(struct session *session, const char *which, struct holidays *holidays,
                               struct error *err);
