// ledger_audit.c - debits equal credits, balances equal transfers, nothing resolved twice.
#include "ledger/ledger_audit.h"

// What each account's four balances must be, summed over the transfers.
#define FLOW                                                                                               \
    "WITH flow AS (SELECT id, CAST(SUM(dp) AS BIGINT) dp, CAST(SUM(dd) AS BIGINT) dd, "                    \
    "CAST(SUM(cp) AS BIGINT) cp, CAST(SUM(cd) AS BIGINT) cd FROM ("                                        \
    "SELECT t.debit_account_id AS id, CASE WHEN t.phase = 2 AND r.id IS NULL THEN t.points ELSE 0 END AS " \
    "dp, "                                                                                                 \
    "CASE WHEN t.phase IN (1, 3) THEN t.points ELSE 0 END AS dd, 0 AS cp, 0 AS cd "                        \
    "FROM transfer t LEFT JOIN transfer r ON r.pending_id = t.id UNION ALL "                               \
    "SELECT t.credit_account_id, 0, 0, CASE WHEN t.phase = 2 AND r.id IS NULL THEN t.points ELSE 0 END, "  \
    "CASE WHEN t.phase IN (1, 3) THEN t.points ELSE 0 END "                                                \
    "FROM transfer t LEFT JOIN transfer r ON r.pending_id = t.id) moves GROUP BY id) "

static const struct audit_check checks[] = {
    {"debits equal credits",
     "SELECT 'debits ' || d || ', credits ' || c FROM (SELECT "
     "CAST(COALESCE(SUM(debits_posted + debits_pending), 0) AS BIGINT) d, "
     "CAST(COALESCE(SUM(credits_posted + credits_pending), 0) AS BIGINT) c FROM account) sums WHERE d <> c"},
    {"balances equal the transfers", FLOW
     "SELECT 'account ' || COALESCE(a.id, f.id) || ': debits pending ' || COALESCE(a.debits_pending, 0) || "
     "' posted ' || COALESCE(a.debits_posted, 0) || ', credits pending ' || COALESCE(a.credits_pending, 0) "
     "|| "
     "' posted ' || COALESCE(a.credits_posted, 0) || '; its transfers say ' || COALESCE(f.dp, 0) || ', ' || "
     "COALESCE(f.dd, 0) || ', ' || COALESCE(f.cp, 0) || ', ' || COALESCE(f.cd, 0) "
     "FROM account a FULL JOIN flow f ON a.id = f.id WHERE COALESCE(a.debits_pending, 0) <> COALESCE(f.dp, "
     "0) "
     "OR COALESCE(a.debits_posted, 0) <> COALESCE(f.dd, 0) OR COALESCE(a.credits_pending, 0) <> "
     "COALESCE(f.cp, 0) OR COALESCE(a.credits_posted, 0) <> COALESCE(f.cd, 0)" AUDIT_LIMIT},
    {"a resolution is of a pending transfer and moves the same points",
     "SELECT 'resident ' || r.resident_id || ': a resolution of ' || r.points || ' points does not match "
     "what it "
     "resolves' FROM transfer r LEFT JOIN transfer p ON p.id = r.pending_id WHERE r.phase >= 3 AND (p.id IS "
     "NULL OR "
     "p.phase <> 2 OR p.points <> r.points OR p.debit_account_id <> r.debit_account_id OR "
     "p.credit_account_id <> r.credit_account_id OR p.resident_id <> r.resident_id)" AUDIT_LIMIT},
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
