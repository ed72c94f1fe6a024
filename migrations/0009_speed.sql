-- A resident's transfers lie together: ids of residents grow with time, so what a crowd writes within minutes
-- goes to few pages at the end of each tree, where the derived ids alone scatter it over all of them.

CREATE TABLE transfer_of_resident (
    resident_id       INTEGER NOT NULL,          -- 0 for the campaign's own
    id                BLOB    NOT NULL,          -- 16 bytes, derived from what it is for
    kind              INTEGER NOT NULL,          -- enum transfer_kind
    phase             INTEGER NOT NULL,          -- enum transfer_phase
    pending_id        BLOB,                      -- which pending transfer this one resolves
    debit_account_id  INTEGER NOT NULL,
    credit_account_id INTEGER NOT NULL,
    points            INTEGER NOT NULL CHECK (points > 0),
    campaign_id       INTEGER NOT NULL,
    at_ms             INTEGER NOT NULL,
    expires_ms        INTEGER,                   -- of a pending transfer
    PRIMARY KEY (resident_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO transfer_of_resident (resident_id, id, kind, phase, pending_id, debit_account_id, credit_account_id,
    points, campaign_id, at_ms, expires_ms)
SELECT resident_id, id, kind, phase, pending_id, debit_account_id, credit_account_id, points, campaign_id, at_ms,
    expires_ms FROM transfer;
DROP TABLE transfer;
ALTER TABLE transfer_of_resident RENAME TO transfer;
CREATE UNIQUE INDEX transfer_pending ON transfer (resident_id, pending_id) WHERE pending_id IS NOT NULL;
