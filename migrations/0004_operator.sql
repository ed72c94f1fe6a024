-- Those who run the campaign: operators, their sessions, and the log of everything that they changed.

-- `password` is Argon2id's own text; empty for one who enters by a sandbox's link only. `totp` is the secret
-- of the second factor, sealed under a key that is not in the store; `totp_step` the last time step whose code
-- was used: it and those before it do not count again.
CREATE TABLE operator (
    id            INTEGER NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    role          INTEGER NOT NULL CHECK (role BETWEEN 1 AND 3), -- enum operator_role
    password      TEXT    NOT NULL,
    totp          BLOB    NOT NULL,
    totp_step     INTEGER NOT NULL DEFAULT 0,
    created_ms    INTEGER NOT NULL,
    disabled_ms   INTEGER
) STRICT;

CREATE TABLE operator_session (
    token_hash    BLOB    NOT NULL PRIMARY KEY,  -- the token itself is in the browser only
    operator_id   INTEGER NOT NULL,
    began_ms      INTEGER NOT NULL,
    seen_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_session_operator ON operator_session (operator_id);

-- Written once, never changed. Each row holds the hash of the one before it and of its own content, so that a
-- row that was changed or taken out is noticed (juncho verify).
CREATE TABLE audit_entry (
    sequence      INTEGER NOT NULL PRIMARY KEY,  -- 1, 2, 3, ... without a gap
    at_ms         INTEGER NOT NULL,
    operator      TEXT    NOT NULL,
    action        TEXT    NOT NULL,              -- "gate.floor", "operator.add"
    subject       TEXT    NOT NULL,              -- what was changed; empty when the action says it
    value_before  TEXT    NOT NULL,              -- empty: there was none
    value_after   TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    previous      TEXT    NOT NULL,
    hash          TEXT    NOT NULL
) STRICT;

-- The end of the chain. Its one row is locked by whoever appends, so that nodes append one after another.
CREATE TABLE audit_head (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence      INTEGER NOT NULL,
    hash          TEXT    NOT NULL
) STRICT;
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '');

-- Settings that operators change while the service runs; what is not here is as the configuration says.
CREATE TABLE setting (
    name          TEXT    NOT NULL PRIMARY KEY,
    value         TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
