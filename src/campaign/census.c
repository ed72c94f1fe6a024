// census.c - see census.h.
#include "campaign/census.h"

static const struct statement COUNT = {
    "SELECT state, COUNT(*), CAST(SUM(CASE WHEN outcome = 2 THEN 1 ELSE 0 END) AS BIGINT) FROM journey "
    "WHERE campaign_id = $1 GROUP BY state",
    "i"};

bool census_read(struct session *session, int64_t campaign_id, struct arena *arena, struct census *ret_census,
                 struct error *err) {
    struct census census = {0};
    struct rows rows;
    if (!SESSION_QUERY(session, &COUNT, arena, &rows, err, value_int(campaign_id)))
        return false;
    for (size_t row = 0; row < rows.count; row++) {
        int64_t people = rows_int(&rows, row, 1);
        census.users += people;
        switch ((enum journey_state)rows_int(&rows, row, 0)) {
        case JOURNEY_VERIFIED:
            census.verified += people;
            break;
        case JOURNEY_APPLIED:
        case JOURNEY_GRANTED:
            census.granted += people;
            break;
        case JOURNEY_REFUSED:
            census.too_young += rows_int(&rows, row, 2);
            break;
        default:
            break;
        }
    }
    *ret_census = census;
    return true;
}
