// ledger.c - ids, accounts, the budget's tallies.
#include "ledger/ledger.h"

#include <sodium.h>
#include <string.h>

#define ACCOUNT_BUDGET_BASE 1000000

static const struct statement RESERVE = {
    "UPDATE account SET debits_pending = debits_pending + $2 "
    "WHERE id = $1 AND debits_pending + debits_posted + $2 <= credits_posted",
    "ii"};
static const struct statement POST = {
    "UPDATE account SET debits_pending = debits_pending - $2, debits_posted = debits_posted + $2 "
    "WHERE id = $1 AND debits_pending >= $2",
    "ii"};
static const struct statement RELEASE = {
    "UPDATE account SET debits_pending = debits_pending - $2 WHERE id = $1 AND debits_pending >= $2", "ii"};

static const struct statement OPEN_ACCOUNT = {
    "INSERT INTO account (id, kind, campaign_id) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", "iii"};
// What was taken back from the budget stands among its debits: it is neither budget nor granted.
static const struct statement BUDGET = {
    "SELECT a.credits_posted, a.debits_pending, a.debits_posted, "
    "(SELECT CAST(COALESCE(SUM(t.points), 0) AS BIGINT) FROM transfer t WHERE t.resident_id = 0 "
    "AND t.debit_account_id = a.id), (SELECT COUNT(*) FROM transfer f WHERE f.resident_id = 0 "
    "AND f.campaign_id = a.campaign_id) FROM account a WHERE a.id = $1",
    "i"};
static const struct statement FUND_TRANSFER = {
    "INSERT INTO transfer (id, kind, phase, debit_account_id, credit_account_id, points, campaign_id, "
    "resident_id, at_ms) VALUES ($1, 1, 1, $2, $3, $4, $5, 0, $6)",
    "biiiii"};
static const struct statement FUND_DEBIT = {
    "UPDATE account SET debits_posted = debits_posted + $2 WHERE id = $1", "ii"};
static const struct statement TAKE_BACK = {
    "UPDATE account SET debits_posted = debits_posted + $2 "
    "WHERE id = $1 AND debits_pending + debits_posted + $2 <= credits_posted",
    "ii"};
static const struct statement FUND_CREDIT = {
    "UPDATE account SET credits_posted = credits_posted + $2 WHERE id = $1", "ii"};

struct transfer_id transfer_id_of(enum transfer_kind kind, enum transfer_phase phase, int64_t campaign_id,
                                  int64_t resident_id, int64_t number) {
    const int64_t what[] = {kind, phase, campaign_id, resident_id, number};
    struct transfer_id id;
    int result = crypto_generichash(id.bytes, sizeof id.bytes, (const unsigned char *)what, sizeof what,
                                    (const unsigned char *)"juncho transfer", 16);
    ASSERT(result == 0);
    return id;
}

int64_t account_issuer(int64_t campaign_id) {
    return campaign_id;
}

int64_t account_budget(int64_t campaign_id) {
    return ACCOUNT_BUDGET_BASE + campaign_id;
}

static void tally(struct tallies *tallies, const struct statement *statement, int64_t campaign_id,
                  int64_t points, const char *refusal) {
    tallies_add(tallies, &(struct tally){.statement = statement,
                                         .keys = {account_budget(campaign_id)},
                                         .keys_count = 1,
                                         .amount = points,
                                         .refusal = refusal});
}

void ledger_tally_reserve(struct tallies *tallies, int64_t campaign_id, int64_t points) {
    tally(tallies, &RESERVE, campaign_id, points, "the campaign's budget is used up");
}

void ledger_tally_post(struct tallies *tallies, int64_t campaign_id, int64_t points) {
    tally(tallies, &POST, campaign_id, points, "the budget holds fewer reserved points than are posted");
}

void ledger_tally_release(struct tallies *tallies, int64_t campaign_id, int64_t points) {
    tally(tallies, &RELEASE, campaign_id, points, "the budget holds fewer reserved points than are released");
}

static bool execute(struct session *session, const struct statement *statement, const struct value *values,
                    size_t values_count, struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    struct rows rows;
    return session_query(session, statement, values, values_count, arena, &rows, err);
}

#define EXECUTE(session, statement, err, ...)                            \
    execute((session), (statement), (const struct value[]){__VA_ARGS__}, \
            sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value), (err))

static bool move_fund(struct session *session, int64_t campaign_id, int64_t points, int64_t number,
                      int64_t now_ms, struct error *err) {
    int64_t from = points > 0 ? account_issuer(campaign_id) : account_budget(campaign_id);
    int64_t to = points > 0 ? account_budget(campaign_id) : account_issuer(campaign_id);
    int64_t amount = points > 0 ? points : -points;
    struct transfer_id id = transfer_id_of(TRANSFER_FUND, TRANSFER_SINGLE, campaign_id, 0, number);
    return EXECUTE(session, &FUND_TRANSFER, err, value_blob(id.bytes, sizeof id.bytes), value_int(from),
                   value_int(to), value_int(amount), value_int(campaign_id), value_int(now_ms)) &&
           EXECUTE(session, &FUND_DEBIT, err, value_int(from), value_int(amount)) &&
           EXECUTE(session, &FUND_CREDIT, err, value_int(to), value_int(amount));
}

static bool fund(struct session *session, int64_t campaign_id, int64_t budget_points, int64_t now_ms,
                 struct error *err) {
    if (!EXECUTE(session, &OPEN_ACCOUNT, err, value_int(account_issuer(campaign_id)),
                 value_int(ACCOUNT_ISSUER), value_int(campaign_id)) ||
        !EXECUTE(session, &OPEN_ACCOUNT, err, value_int(account_budget(campaign_id)),
                 value_int(ACCOUNT_BUDGET), value_int(campaign_id)))
        return false;
    struct ledger_budget budget;
    if (!ledger_budget(session, campaign_id, &budget, err))
        return false;
    int64_t taken = budget.reserved + budget.granted;
    if (taken > budget_points)
        return error_set_field(err, ERROR_EXHAUSTED, "campaign.budget_points",
                               "%lld points are already reserved or granted, more than %lld",
                               (long long)taken, (long long)budget_points);
    int64_t difference = budget_points - budget.points;
    return difference == 0 || move_fund(session, campaign_id, difference, budget.fundings, now_ms, err);
}

bool ledger_budget(struct session *session, int64_t campaign_id, struct ledger_budget *ret_budget,
                   struct error *err) {
    CLEANUP(arena_cleanup) struct arena *arena = arena_new(4096);
    struct rows rows;
    if (arena == NULL)
        return error_set(err, ERROR_UNAVAILABLE, "out of memory");
    if (!SESSION_QUERY(session, &BUDGET, arena, &rows, err, value_int(account_budget(campaign_id))))
        return false;
    *ret_budget = (struct ledger_budget){0};
    if (rows.count == 0)
        return true;
    int64_t taken_back = rows_int(&rows, 0, 3);
    *ret_budget = (struct ledger_budget){.points = rows_int(&rows, 0, 0) - taken_back,
                                         .reserved = rows_int(&rows, 0, 1),
                                         .granted = rows_int(&rows, 0, 2) - taken_back,
                                         .fundings = rows_int(&rows, 0, 4)};
    return true;
}

static void add_refusable(struct command *command, const struct statement *statement, int64_t account_id,
                          int64_t points) {
    struct step *step = COMMAND_ADD(command, statement, value_int(account_id), value_int(points));
    if (step != NULL)
        step->must_change = true;
}

void ledger_change_budget(struct command *command, int64_t campaign_id, const struct ledger_budget *before,
                          int64_t budget_points, int64_t now_ms) {
    int64_t points = budget_points - before->points;
    bool more = points > 0;
    int64_t from = more ? account_issuer(campaign_id) : account_budget(campaign_id);
    int64_t to = more ? account_budget(campaign_id) : account_issuer(campaign_id);
    int64_t amount = more ? points : -points;
    if (points == 0)
        return;
    struct transfer_id id = transfer_id_of(TRANSFER_FUND, TRANSFER_SINGLE, campaign_id, 0, before->fundings);
    const void *bytes = arena_copy_bytes(command->arena, id.bytes, sizeof id.bytes);
    if (bytes == NULL) {
        command->failed = true;
        return;
    }
    add_refusable(command, more ? &FUND_DEBIT : &TAKE_BACK, from, amount);
    add_refusable(command, &FUND_CREDIT, to, amount);
    (void)COMMAND_ADD(command, &FUND_TRANSFER, value_blob(bytes, sizeof id.bytes), value_int(from),
                      value_int(to), value_int(amount), value_int(campaign_id), value_int(now_ms));
}

bool ledger_fund(struct session *session, int64_t campaign_id, int64_t budget_points, int64_t now_ms,
                 struct error *err) {
    ASSERT(campaign_id > 0 && campaign_id < ACCOUNT_BUDGET_BASE && budget_points >= 0);
    if (!session_begin(session, err))
        return false;
    if (!fund(session, campaign_id, budget_points, now_ms, err)) {
        session_rollback(session);
        return false;
    }
    return session_commit(session, err);
}
