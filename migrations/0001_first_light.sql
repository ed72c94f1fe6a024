-- The first form of the store: residents and their journey, the ledger, and what is counted.
--
-- Times are milliseconds since 1970 in UTC (the service's clock). One resident's rows share resident_id,
-- and no command touches two residents, so that the schema can be spread by that key.
-- No name, address, birth date or card number is kept anywhere.

CREATE TABLE campaign (
    id            INTEGER NOT NULL PRIMARY KEY,
    code          TEXT    NOT NULL UNIQUE,       -- the id that others see
    name          TEXT    NOT NULL,
    points        INTEGER NOT NULL CHECK (points > 0),
    opens_ms      INTEGER NOT NULL,
    closes_ms     INTEGER NOT NULL,
    age_min       INTEGER NOT NULL,
    prefecture    TEXT    NOT NULL
) STRICT;

CREATE TABLE resident (
    id            INTEGER NOT NULL PRIMARY KEY,
    created_ms    INTEGER NOT NULL,
    language      TEXT    NOT NULL
) STRICT;

-- How far a resident has come. A time is set once, when the step was first done.
CREATE TABLE journey (
    resident_id       INTEGER NOT NULL,
    campaign_id       INTEGER NOT NULL,
    state             INTEGER NOT NULL,          -- enum journey_state
    began_ms          INTEGER,                   -- opened the first screen
    consented_ms      INTEGER,
    informed_ms       INTEGER,
    intended_ms       INTEGER,
    authenticating_ms INTEGER,                   -- first left for the identity app
    verified_ms       INTEGER,
    applied_ms        INTEGER,
    granted_ms        INTEGER,
    attempts          INTEGER NOT NULL DEFAULT 0, -- times that the resident left for the identity app
    outcome           INTEGER NOT NULL DEFAULT 0, -- enum identity_outcome of the last return
    outcome_ms        INTEGER,
    age_band          INTEGER NOT NULL DEFAULT 0, -- enum age_band, 0: not known
    municipality      INTEGER NOT NULL DEFAULT 0, -- six-digit code, 0: not known
    reservation       BLOB,                      -- the open pending transfer, if there is one
    reservations      INTEGER NOT NULL DEFAULT 0, -- how many there have been
    PRIMARY KEY (resident_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- One person, one grant: the keyed hash of who the provider says it is, once a campaign.
CREATE TABLE person (
    campaign_id   INTEGER NOT NULL,
    person_hash   BLOB    NOT NULL,
    resident_id   INTEGER NOT NULL,
    verified_ms   INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, person_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE application (
    resident_id   INTEGER NOT NULL,
    campaign_id   INTEGER NOT NULL,
    receipt       INTEGER NOT NULL,
    key_hash      BLOB    NOT NULL,              -- of the Idempotency-Key
    body_hash     BLOB    NOT NULL,              -- of what was asked under it
    points        INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (resident_id, campaign_id)
) STRICT, WITHOUT ROWID;

-- A jump to the identity provider, known by the hash of its state. What else the protocol needs (nonce,
-- code verifier) is derived from the state under a key that is not in the store.
CREATE TABLE identity_transaction (
    state_hash    BLOB    NOT NULL PRIMARY KEY,
    resident_id   INTEGER NOT NULL,
    campaign_id   INTEGER NOT NULL,
    began_ms      INTEGER NOT NULL,
    code_hash     BLOB,                          -- of the first code that came back
    returned_ms   INTEGER,
    outcome       INTEGER NOT NULL DEFAULT 0     -- enum identity_outcome, 0: under way
) STRICT, WITHOUT ROWID;

-- The ledger. Balances are sums of transfers and are kept beside them so that a limit is one condition.
CREATE TABLE account (
    id              INTEGER NOT NULL PRIMARY KEY, -- a resident's account has the resident's id
    kind            INTEGER NOT NULL,            -- enum account_kind
    campaign_id     INTEGER NOT NULL,
    debits_pending  INTEGER NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
    debits_posted   INTEGER NOT NULL DEFAULT 0 CHECK (debits_posted >= 0),
    credits_pending INTEGER NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
    credits_posted  INTEGER NOT NULL DEFAULT 0 CHECK (credits_posted >= 0),
    CHECK (kind <> 2 OR debits_pending + debits_posted <= credits_posted)
) STRICT;

-- Transfers are written once and never changed: a resolution is a transfer of its own.
CREATE TABLE transfer (
    id                BLOB    NOT NULL PRIMARY KEY, -- 16 bytes, derived from what it is for
    kind              INTEGER NOT NULL,          -- enum transfer_kind
    phase             INTEGER NOT NULL,          -- enum transfer_phase
    pending_id        BLOB,                      -- which pending transfer this one resolves
    debit_account_id  INTEGER NOT NULL,
    credit_account_id INTEGER NOT NULL,
    points            INTEGER NOT NULL CHECK (points > 0),
    campaign_id       INTEGER NOT NULL,
    resident_id       INTEGER NOT NULL,          -- 0 for the campaign's own
    at_ms             INTEGER NOT NULL,
    expires_ms        INTEGER                    -- of a pending transfer
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX transfer_pending ON transfer (pending_id) WHERE pending_id IS NOT NULL;
CREATE INDEX transfer_resident ON transfer (resident_id);

-- Journey steps by hour: written in the transaction that changes the journey.
CREATE TABLE step_count (
    hour_ms       INTEGER NOT NULL,
    campaign_id   INTEGER NOT NULL,
    step          INTEGER NOT NULL,              -- enum count_step
    outcome       INTEGER NOT NULL,              -- enum count_outcome
    count         INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, campaign_id, step, outcome)
) STRICT, WITHOUT ROWID;

-- Openings of the app, and HTTP requests by the first digit of their status.
CREATE TABLE access_count (
    hour_ms       INTEGER NOT NULL PRIMARY KEY,
    count         INTEGER NOT NULL
) STRICT;
CREATE TABLE request_count (
    hour_ms       INTEGER NOT NULL,
    status_class  INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, status_class)
) STRICT, WITHOUT ROWID;

-- Latency histograms by hour and route. A node overwrites its own rows only; readers merge over nodes.
CREATE TABLE latency (
    hour_ms       INTEGER NOT NULL,
    route         TEXT    NOT NULL,
    node          INTEGER NOT NULL,
    histogram     BLOB    NOT NULL,
    PRIMARY KEY (hour_ms, route, node)
) STRICT, WITHOUT ROWID;
