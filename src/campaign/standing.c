// standing.c - one query over resident, journey and application.
#include "campaign/standing.h"

#include "base/text.h"

static const struct statement STANDING = {
    "SELECT r.language, j.state, j.began_ms, j.outcome, j.outcome_ms, j.reservations, a.receipt, a.points, "
    "a.at_ms "
    "FROM resident r JOIN journey j ON j.resident_id = r.id AND j.campaign_id = $2 "
    "LEFT JOIN application a ON a.resident_id = r.id AND a.campaign_id = $2 WHERE r.id = $1",
    "ii"};

bool standing_read(struct session *session, int64_t resident_id, int64_t campaign_id, struct arena *arena,
                   struct standing *ret_standing, struct error *err) {
    struct rows rows;
    if (!SESSION_QUERY(session, &STANDING, arena, &rows, err, value_int(resident_id), value_int(campaign_id)))
        return false;
    *ret_standing = (struct standing){.found = rows.count > 0};
    if (rows.count == 0)
        return true;
    if (!text_copy(ret_standing->language, sizeof ret_standing->language, rows_text(&rows, 0, 0)))
        return error_set(err, ERROR_INVALID, "a resident's language in the store is too long");
    ret_standing->state = (enum journey_state)rows_int(&rows, 0, 1);
    ret_standing->began = rows_value(&rows, 0, 2)->type != VALUE_NULL;
    ret_standing->outcome = (int)rows_int(&rows, 0, 3);
    ret_standing->outcome_ms = rows_int(&rows, 0, 4);
    ret_standing->reservations = rows_int(&rows, 0, 5);
    ret_standing->applied = rows_value(&rows, 0, 6)->type != VALUE_NULL;
    ret_standing->receipt = rows_int(&rows, 0, 6);
    ret_standing->points = rows_int(&rows, 0, 7);
    ret_standing->applied_ms = rows_int(&rows, 0, 8);
    return true;
}
