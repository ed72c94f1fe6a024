// ledger.h - points in double entry: accounts, and transfers that are written once and never changed.
//
// Every transfer debits one account and credits another. A grant is reserved first (pending) and later
// posted, voided or expired by a second transfer that names the first; the database lets each pending
// transfer be resolved once. Balances are kept beside the transfers, so that "the budget cannot go
// negative" is a condition of one UPDATE. The words are those of two-phase transfers in TigerBeetle.
//
// A caller's condition decides whether a step takes place: the statements are macros that take it as SQL.
// The budget's row is written once a batch, by tallies.
#pragma once

#include <stdint.h>

#include "store/writer.h"

// The numbers are stored: do not change.
enum account_kind { ACCOUNT_ISSUER = 1, ACCOUNT_BUDGET = 2, ACCOUNT_RESIDENT = 3 };
enum transfer_kind { TRANSFER_FUND = 1, TRANSFER_GRANT = 2, TRANSFER_RETURN = 3 };
enum transfer_phase {
    TRANSFER_SINGLE = 1,  // posted at once
    TRANSFER_PENDING = 2, // reserves points until it is resolved
    TRANSFER_POST = 3,    // resolves a pending transfer: the points are the resident's
    TRANSFER_VOID = 4,    // resolves it: the points go back
    TRANSFER_EXPIRE = 5,  // resolves it: its time was over
};

#define TRANSFER_ID_SIZE 16

struct transfer_id {
    unsigned char bytes[TRANSFER_ID_SIZE];
};

// The id of a transfer follows from what it is for, so that doing it again is doing the same transfer.
// `number` tells repeated reservations of one resident apart.
struct transfer_id transfer_id_of(enum transfer_kind kind, enum transfer_phase phase, int64_t campaign_id,
                                  int64_t resident_id, int64_t number);

// Accounts of a campaign. Residents' ids are above 2^40, so the two never meet.
int64_t account_issuer(int64_t campaign_id);
int64_t account_budget(int64_t campaign_id);

// Statements of a resident's grant, each under the caller's SQL condition (which may use further parameters).
// $1 resident, $2 campaign, $3 pending id, $4 points, $5 now_ms, $6 expires_ms, $7 budget account
#define LEDGER_RESERVE_TRANSFER(condition)                                                             \
    "INSERT INTO transfer (id, kind, phase, pending_id, debit_account_id, credit_account_id, points, " \
    "campaign_id, resident_id, at_ms, expires_ms) "                                                    \
    "SELECT $3, 2, 2, NULL, $7, $1, $4, $2, $1, $5, $6 WHERE " condition " ON CONFLICT DO NOTHING"
// $1 resident, $2 campaign, $3 pending id, $4 points
#define LEDGER_RESERVE_ACCOUNT(condition)                                                     \
    "INSERT INTO account (id, kind, campaign_id, credits_pending) SELECT $1, 3, $2, $4 "      \
    "WHERE EXISTS (SELECT 1 FROM transfer WHERE resident_id = $1 AND id = $3) AND " condition \
    " ON CONFLICT (id) DO UPDATE SET credits_pending = account.credits_pending + excluded.credits_pending"

// Resolving: $1 resident, $2 campaign, $3 the resolution's id, $4 now_ms, $5 phase. The pending transfer is
// the one that the caller's `pending` names (SQL that gives its id).
#define LEDGER_RESOLVE_TRANSFER(pending, condition)                                                    \
    "INSERT INTO transfer (id, kind, phase, pending_id, debit_account_id, credit_account_id, points, " \
    "campaign_id, resident_id, at_ms, expires_ms) "                                                    \
    "SELECT $3, p.kind, $5, p.id, p.debit_account_id, p.credit_account_id, p.points, p.campaign_id, "  \
    "p.resident_id, $4, NULL FROM transfer p WHERE p.resident_id = $1 AND p.id = " pending " "         \
    "AND p.campaign_id = $2 AND p.phase = 2 AND " condition " ON CONFLICT DO NOTHING"
// $1 resident, $2 the resolution's id, $3 campaign; phase 3 adds to the balance, 4 and 5 give the points
// back. The resolution is looked up twice: SQLite would keep a join's rows aside before it changes one.
#define LEDGER_RESOLVE_ACCOUNT(condition)                                                                 \
    "UPDATE account SET (credits_pending, credits_posted) = (SELECT account.credits_pending - t.points, " \
    "account.credits_posted + CASE WHEN t.phase = 3 THEN t.points ELSE 0 END "                            \
    "FROM transfer t WHERE t.resident_id = $1 AND t.id = $2) WHERE id = $1 AND EXISTS "                   \
    "(SELECT 1 FROM transfer t WHERE t.resident_id = $1 AND t.id = $2 AND t.campaign_id = $3) "           \
    "AND " condition

// The budget's side, summed over the batch. Reserving refuses with ERROR_EXHAUSTED when it does not fit.
void ledger_tally_reserve(struct tallies *tallies, int64_t campaign_id, int64_t points);
void ledger_tally_post(struct tallies *tallies, int64_t campaign_id, int64_t points);
void ledger_tally_release(struct tallies *tallies, int64_t campaign_id, int64_t points);

// Opens the campaign's accounts and brings its budget to `budget_points` in all, by a transfer of the
// difference. ERROR_EXHAUSTED: less than what is already reserved or granted. In a transaction of its own.
MUST_CHECK bool ledger_fund(struct session *session, int64_t campaign_id, int64_t budget_points,
                            int64_t now_ms, struct error *err);

struct ledger_budget {
    int64_t points;   // in all
    int64_t reserved; // pending
    int64_t granted;  // posted
    int64_t fundings; // times that it was set
};
// The same as steps of a command, from where the budget stood when it was read. Refused with ERROR_EXHAUSTED
// when less would be left than is reserved or granted.
void ledger_change_budget(struct command *command, int64_t campaign_id, const struct ledger_budget *before,
                          int64_t budget_points, int64_t now_ms);
// Where a campaign's budget stands; zeros when it has no accounts yet.
MUST_CHECK bool ledger_budget(struct session *session, int64_t campaign_id, struct ledger_budget *ret_budget,
                              struct error *err);
