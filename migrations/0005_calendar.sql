-- Calendars as they were published, and what operators set by hand.
--
-- A day is its number since 1970-01-01. A version is written once and never changed: whoever wants to know what
-- was said reads it here. Levels are one digit a band, four a day (enum level), from first_day on.

CREATE TABLE calendar_version (
    campaign_id   INTEGER NOT NULL,
    series        INTEGER NOT NULL,              -- enum calendar_series
    number        INTEGER NOT NULL,              -- from 1, without gaps
    made_ms       INTEGER NOT NULL,
    reason        TEXT    NOT NULL,
    made_by       TEXT    NOT NULL,              -- an operator, empty: the service itself
    capacity      REAL    NOT NULL,              -- arrivals an hour that can be served
    busy          REAL    NOT NULL,              -- share of it from which it is busy, and very busy
    very_busy     REAL    NOT NULL,
    opens_hour    INTEGER NOT NULL,              -- of the telephone
    closes_hour   INTEGER NOT NULL,
    opens_day     INTEGER NOT NULL,              -- of the campaign
    closes_day    INTEGER NOT NULL,
    first_day     INTEGER NOT NULL,
    levels        TEXT    NOT NULL,
    overrides     TEXT    NOT NULL,              -- JSON: [{"day", "band", "level", "reason"}]
    PRIMARY KEY (campaign_id, series, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar_override (
    campaign_id   INTEGER NOT NULL,
    series        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    band          INTEGER NOT NULL,
    level         INTEGER NOT NULL,
    reason        TEXT    NOT NULL,
    set_by        TEXT    NOT NULL,
    set_ms        INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, series, day, band)
) STRICT, WITHOUT ROWID;
