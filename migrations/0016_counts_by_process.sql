-- Counts that a process writes again and again, each second the whole of it, in rows that nobody else writes: an answer
-- that was lost on the way, and the writing that is tried again for it, count nothing twice.

CREATE TABLE request_count_by_node (
    hour_ms       INTEGER NOT NULL,
    status_class  INTEGER NOT NULL,
    node          INTEGER NOT NULL,              -- of the process and its hour; 0: counted before there were such rows
    count         INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, status_class, node)
) STRICT, WITHOUT ROWID;
INSERT INTO request_count_by_node (hour_ms, status_class, node, count)
SELECT hour_ms, status_class, 0, count FROM request_count;
DROP TABLE request_count;
ALTER TABLE request_count_by_node RENAME TO request_count;

-- How often the promised waits held; gate_promise keeps what was learnt from them.
CREATE TABLE gate_outcome (
    campaign_id   INTEGER NOT NULL,
    span          INTEGER NOT NULL,              -- 0 under 5 minutes, 1 under 30, 2 longer
    process       INTEGER NOT NULL,              -- that led the gate then; 0: likewise
    promised      INTEGER NOT NULL,
    held_p50      INTEGER NOT NULL,
    held_p90      INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, span, process)
) STRICT, WITHOUT ROWID;
INSERT INTO gate_outcome (campaign_id, span, process, promised, held_p50, held_p90)
SELECT campaign_id, span, 0, promised, held_p50, held_p90 FROM gate_promise;
ALTER TABLE gate_promise DROP COLUMN promised;
ALTER TABLE gate_promise DROP COLUMN held_p50;
ALTER TABLE gate_promise DROP COLUMN held_p90;
