-- The gate: who stands where, and how far the line has come.

-- The line as of its last second. The watermark only ever grows within an epoch.
CREATE TABLE gate_line (
    campaign_id   INTEGER NOT NULL PRIMARY KEY,
    epoch         INTEGER NOT NULL,              -- raised by a reset; refuses all tickets of before
    last_s        INTEGER NOT NULL,              -- the newest arrival second
    second        INTEGER NOT NULL,              -- the watermark: the first place that still waits
    rank          INTEGER NOT NULL,
    passed        INTEGER NOT NULL,              -- people whom it has passed
    steady_per_s  REAL    NOT NULL,              -- what the node that leads promises by
    per_s         REAL    NOT NULL,
    reason        INTEGER NOT NULL,              -- enum pace_reason
    state         INTEGER NOT NULL               -- enum document_state
) STRICT;

-- How many came in a second, or (second 0) for a bucket of the draw, by node; a node writes only its own.
CREATE TABLE gate_arrival (
    campaign_id   INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    node          INTEGER NOT NULL,
    second        INTEGER NOT NULL,
    bucket        INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    tick          INTEGER NOT NULL,              -- of the node: others ask for what is newer
    PRIMARY KEY (campaign_id, epoch, node, second, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX gate_arrival_tick ON gate_arrival (campaign_id, epoch, node, tick);

-- What the nodes tell each other of the stages and of the people inside.
CREATE TABLE gate_node (
    campaign_id   INTEGER NOT NULL,
    node          INTEGER NOT NULL,
    tick          INTEGER NOT NULL,
    figures       BLOB    NOT NULL,
    PRIMARY KEY (campaign_id, node)
) STRICT, WITHOUT ROWID;

-- A resident's one place, and the pass that it became.
CREATE TABLE gate_place (
    resident_id   INTEGER NOT NULL,
    campaign_id   INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    node          INTEGER NOT NULL,
    second        INTEGER NOT NULL,
    rank          INTEGER NOT NULL,
    joined_ms     INTEGER NOT NULL,
    pass          INTEGER NOT NULL,              -- 0 none, 1 inside, 2 at the identity provider
    pass_node     INTEGER NOT NULL,              -- of a pass: who keeps it
    turn_ms       INTEGER NOT NULL,              -- of a pass: when the turn came; 0: let in before it
    renewed_ms    INTEGER NOT NULL,              -- of a pass: the last step
    PRIMARY KEY (resident_id, campaign_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gate_place_pass ON gate_place (campaign_id) WHERE pass > 0;

-- The operators' orders; the one with the highest number is in force.
CREATE TABLE gate_order (
    campaign_id      INTEGER NOT NULL,
    number           INTEGER NOT NULL,
    at_ms            INTEGER NOT NULL,
    floor_per_min    INTEGER NOT NULL,
    ceiling_per_min  INTEGER NOT NULL,           -- 0: none
    hand_per_min     INTEGER NOT NULL,
    by_hand          INTEGER NOT NULL,
    paused           INTEGER NOT NULL,
    message          TEXT    NOT NULL,
    who              TEXT    NOT NULL,
    why              TEXT    NOT NULL,
    PRIMARY KEY (campaign_id, number)
) STRICT, WITHOUT ROWID;

-- Promised waits and how often they held, by length of the promise; and what was learnt from them.
CREATE TABLE gate_promise (
    campaign_id   INTEGER NOT NULL,
    span          INTEGER NOT NULL,              -- 0 under 5 minutes, 1 under 30, 2 longer
    promised      INTEGER NOT NULL,
    held_p50      INTEGER NOT NULL,
    held_p90      INTEGER NOT NULL,
    median        REAL    NOT NULL,
    ninetieth     REAL    NOT NULL,
    PRIMARY KEY (campaign_id, span)
) STRICT, WITHOUT ROWID;

-- Places that an operator took for somebody at the telephone or at a counter, until a resident names the code.
CREATE TABLE gate_assisted (
    code_hash     BLOB    NOT NULL PRIMARY KEY,  -- keyed: the code itself is kept nowhere
    campaign_id   INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    node          INTEGER NOT NULL,
    second        INTEGER NOT NULL,
    rank          INTEGER NOT NULL,
    at_ms         INTEGER NOT NULL,
    who           TEXT    NOT NULL,
    resident_id   INTEGER                        -- whose place it has become
) STRICT, WITHOUT ROWID;
