-- A check that came back in another browser than the one that began it: it counts for the account only when
-- the first browser names the code that the other one shows. No name, address or birth date; gone once it
-- was confirmed, after five wrong codes, or after ten minutes.
CREATE TABLE identity_hold (
    resident_id   INTEGER NOT NULL,
    campaign_id   INTEGER NOT NULL,
    state_hash    BLOB    NOT NULL,              -- of the jump; the code is derived from both hashes under a
    code_hash     BLOB    NOT NULL,              -- key that is not in the store
    outcome       INTEGER NOT NULL,              -- enum identity_outcome
    person_hash   BLOB    NOT NULL,
    age_band      INTEGER NOT NULL,
    municipality  INTEGER NOT NULL,
    held_ms       INTEGER NOT NULL,
    tries         INTEGER NOT NULL DEFAULT 0,    -- wrong codes so far
    PRIMARY KEY (resident_id, campaign_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_hold_held ON identity_hold (held_ms);

-- Jumps are forgotten by their age.
CREATE INDEX identity_transaction_began ON identity_transaction (began_ms);
