-- Residents whose pass another node has taken over, until the node that counted them before has read of it.
CREATE TABLE gate_moved (
    campaign_id   INTEGER NOT NULL,
    node          INTEGER NOT NULL,              -- the one that counted them
    resident_id   INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, node, resident_id)
) STRICT, WITHOUT ROWID;
