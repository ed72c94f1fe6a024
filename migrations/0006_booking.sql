-- Bookings: a place at the gate in a quarter of an hour of one's choice.
--
-- taken is the number of bookings of the window, kept beside them so that a limit is one condition; the CHECK is the
-- last word against overselling. A window's row exists from the first booking of it on.

CREATE TABLE booking_window (
    campaign_id   INTEGER NOT NULL,
    start_ms      INTEGER NOT NULL,
    places        INTEGER NOT NULL,
    taken         INTEGER NOT NULL CHECK (taken >= 0 AND taken <= places),
    PRIMARY KEY (campaign_id, start_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE booking (
    campaign_id   INTEGER NOT NULL,
    resident_id   INTEGER NOT NULL,
    start_ms      INTEGER NOT NULL,
    previous_ms   INTEGER,                       -- the window that the last change gave back
    change_id     INTEGER NOT NULL,              -- of the command that made the last change
    changed_ms    INTEGER NOT NULL,
    used_ms       INTEGER,                       -- when the resident was let in by it
    PRIMARY KEY (campaign_id, resident_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX booking_start ON booking (campaign_id, start_ms);

-- Whoever changes bookings takes this row first, so that two nodes never wait for one another crosswise.
CREATE TABLE booking_turn (
    campaign_id   INTEGER NOT NULL PRIMARY KEY,
    changes       INTEGER NOT NULL
) STRICT;
