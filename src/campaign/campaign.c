// campaign.c - one row a campaign.
#include "campaign/campaign.h"

#include "base/text.h"
#include "ledger/ledger.h"

static const struct statement SAVE = {
    "INSERT INTO campaign (id, code, name, points, opens_ms, closes_ms, age_min, prefecture) "
    "SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM campaign WHERE 1 = 1 "
    "ON CONFLICT (code) DO UPDATE SET name = excluded.name, points = excluded.points, "
    "opens_ms = excluded.opens_ms, closes_ms = excluded.closes_ms, age_min = excluded.age_min, "
    "prefecture = excluded.prefecture",
    "ttiiiit"};
static const struct statement CHANGE = {
    "UPDATE campaign SET name = $2, points = $3, opens_ms = $4, closes_ms = $5, age_min = $6 WHERE id = $1",
    "itiiii"};
#define COLUMNS                                                                                              \
    "SELECT c.id, c.code, c.name, c.points, c.opens_ms, c.closes_ms, c.age_min, c.prefecture FROM campaign " \
    "c "
static const struct statement LOAD = {COLUMNS "WHERE c.code = $1", "t"};
static const struct statement LOAD_NEWEST = {COLUMNS "WHERE c.id >= $1 ORDER BY c.id DESC LIMIT 1", "i"};

enum campaign_phase campaign_phase(const struct campaign *campaign, int64_t now_ms) {
    if (now_ms < campaign->opens_ms)
        return CAMPAIGN_BEFORE;
    return now_ms < campaign->closes_ms ? CAMPAIGN_OPEN : CAMPAIGN_CLOSED;
}

const char *campaign_phase_name(enum campaign_phase phase) {
    static const char *const names[] = {"before", "open", "closed"};
    return names[phase];
}

bool campaign_load(struct session *session, const char *code, struct campaign *ret_campaign,
                   struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    bool ok = code == NULL ? SESSION_QUERY(session, &LOAD_NEWEST, arena, &rows, err, value_int(0))
                           : SESSION_QUERY(session, &LOAD, arena, &rows, err, value_text(code));
    if (!ok)
        return false;
    if (rows.count == 0)
        return error_set(err, ERROR_MISSING, "the store holds no campaign%s%.40s", code == NULL ? "" : " ",
                         code == NULL ? "" : code);
    struct campaign campaign = {.id = rows_int(&rows, 0, 0),
                                .points = rows_int(&rows, 0, 3),
                                .opens_ms = rows_int(&rows, 0, 4),
                                .closes_ms = rows_int(&rows, 0, 5),
                                .age_min = rows_int(&rows, 0, 6)};
    if (!text_copy(campaign.code, sizeof campaign.code, rows_text(&rows, 0, 1)) ||
        !text_copy(campaign.name, sizeof campaign.name, rows_text(&rows, 0, 2)) ||
        !text_copy(campaign.prefecture, sizeof campaign.prefecture, rows_text(&rows, 0, 7)))
        return error_set(err, ERROR_INVALID, "campaign %lld in the store has a name that is too long",
                         (long long)campaign.id);
    struct ledger_budget budget;
    if (!ledger_budget(session, campaign.id, &budget, err))
        return false;
    campaign.budget_points = budget.points;
    *ret_campaign = campaign;
    return true;
}

bool campaign_save(struct session *session, struct campaign *campaign, int64_t now_ms, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(8192);
    struct rows rows;
    struct campaign saved;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &SAVE, arena, &rows, err, value_text(campaign->code),
                       value_text(campaign->name), value_int(campaign->points), value_int(campaign->opens_ms),
                       value_int(campaign->closes_ms), value_int(campaign->age_min),
                       value_text(campaign->prefecture)) ||
        !campaign_load(session, campaign->code, &saved, err))
        return false;
    campaign->id = saved.id;
    return ledger_fund(session, campaign->id, campaign->budget_points, now_ms, err);
}

void campaign_change(struct command *command, const struct campaign *campaign,
                     const struct ledger_budget *before, int64_t now_ms) {
    struct step *step = COMMAND_ADD(command, &CHANGE, value_int(campaign->id), value_text(campaign->name),
                                    value_int(campaign->points), value_int(campaign->opens_ms),
                                    value_int(campaign->closes_ms), value_int(campaign->age_min));
    if (step != NULL)
        step->must_change = true;
    ledger_change_budget(command, campaign->id, before, campaign->budget_points, now_ms);
}
