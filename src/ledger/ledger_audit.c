// ledger_audit.c - debits equal credits, balances equal transfers, nothing resolved twice.
#include "ledger/ledger_audit.h"

// Every query is one pass and one grouping, so that an audit of millions takes seconds: what must be equal is
// added with opposite signs, and what does not come to zero is a fault.
// An account's balances are added, what its transfers say is taken away: a pending transfer counts until a
// resolution takes it away again.
#define SIDE(account, pending, posted) "SELECT " account " AS id, " pending ", " posted " FROM transfer "

#define PENDING "CASE WHEN phase = 2 THEN -points WHEN phase >= 3 THEN points ELSE 0 END"
#define POSTED  "CASE WHEN phase IN (1, 3) THEN -points ELSE 0 END"
#define FLOW                                                                                              \
    "(SELECT id, debits_pending AS dp, debits_posted AS dd, credits_pending AS cp, credits_posted AS cd " \
    "FROM account UNION ALL " SIDE("debit_account_id", PENDING, POSTED ", 0, 0") "UNION ALL " SIDE(       \
        "credit_account_id", "0, 0", PENDING ", " POSTED) ") flow"

static const struct audit_check checks[] = {
    {"debits equal credits",
     "SELECT 'debits ' || d || ', credits ' || c FROM (SELECT "
     "CAST(COALESCE(SUM(debits_posted + debits_pending), 0) AS BIGINT) d, "
     "CAST(COALESCE(SUM(credits_posted + credits_pending), 0) AS BIGINT) c FROM account) sums WHERE d <> c"},
    {"balances equal the transfers",
     "SELECT 'account ' || id || ': more than its transfers say by debits pending ' || SUM(dp) || ' posted ' "
     "|| "
     "SUM(dd) || ', credits pending ' || SUM(cp) || ' posted ' || SUM(cd) FROM " FLOW
     " GROUP BY id HAVING SUM(dp) <> 0 OR SUM(dd) <> 0 OR SUM(cp) <> 0 OR SUM(cd) <> 0" AUDIT_LIMIT},
    {"a resolution is of a pending transfer and moves the same points",
     "SELECT 'resident ' || r.resident_id || ': a resolution of ' || r.points || ' points does not match "
     "what it resolves' FROM transfer r LEFT JOIN transfer p ON p.resident_id = r.resident_id "
     "AND p.id = r.pending_id WHERE r.phase >= 3 AND (p.id IS NULL OR p.phase <> 2 OR p.points <> r.points "
     "OR p.debit_account_id <> r.debit_account_id OR p.credit_account_id <> "
     "r.credit_account_id)" AUDIT_LIMIT},
    {"every transfer is of a known form",
     "SELECT 'resident ' || resident_id || ': transfer of phase ' || phase FROM transfer WHERE phase NOT IN "
     "(1, 2, 3, 4, 5) OR (phase >= 3) <> (pending_id IS NOT NULL) OR debit_account_id = "
     "credit_account_id" AUDIT_LIMIT},
    {"no budget is overdrawn",
     "SELECT 'campaign ' || campaign_id || ': ' || (debits_pending + debits_posted) || ' points of ' || "
     "credits_posted FROM account WHERE kind = 2 AND debits_pending + debits_posted > credits_posted"},
    {"one grant a resident and campaign",
     "SELECT 'resident ' || resident_id || ': ' || COUNT(*) || ' grants' FROM transfer WHERE kind = 2 AND "
     "phase = 3 "
     "GROUP BY resident_id, campaign_id HAVING COUNT(*) > 1" AUDIT_LIMIT},
};

bool ledger_audit(struct audit *audit, struct session *session, int64_t *ret_transfers, struct error *err) {
    static const struct statement COUNT_TRANSFERS = {"SELECT COUNT(*) FROM transfer", ""};
    struct rows rows;
    if (!session_query(session, &COUNT_TRANSFERS, NULL, 0, audit->arena, &rows, err) ||
        !audit_run(audit, session, checks, sizeof checks / sizeof *checks, err))
        return false;
    *ret_transfers = rows_int(&rows, 0, 0);
    return true;
}
