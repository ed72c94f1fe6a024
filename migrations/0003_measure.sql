-- What others measured and an operator brings in: access logs, arrivals, daily figures, calls, survey answers.
-- What the service counts itself stays in the tables of 0001: imported figures stand beside them and are never
-- added to them.

-- One row a file, known by its contents (gzip or plain alike), so that the same file again changes nothing.
CREATE TABLE import_file (
    id            INTEGER NOT NULL PRIMARY KEY,  -- from kind and digest
    kind          INTEGER NOT NULL,              -- enum import_kind
    digest        BLOB    NOT NULL,
    options       TEXT    NOT NULL,              -- how it was read: zone, map, threshold
    name          TEXT    NOT NULL,              -- of the file, without its folder
    at_ms         INTEGER NOT NULL,
    rows_read     INTEGER NOT NULL,
    rows_taken    INTEGER NOT NULL,
    rows_bad      INTEGER NOT NULL
) STRICT;

-- Access logs: what each file adds to an hour.
CREATE TABLE imported_hour (
    hour_ms       INTEGER NOT NULL,
    import_id     INTEGER NOT NULL,
    accesses      INTEGER NOT NULL,              -- openings by one device, 30 quiet minutes apart
    requests_1xx  INTEGER NOT NULL,
    requests_2xx  INTEGER NOT NULL,
    requests_3xx  INTEGER NOT NULL,
    requests_4xx  INTEGER NOT NULL,
    requests_5xx  INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, import_id)
) STRICT, WITHOUT ROWID;
-- Unique devices by day: a HyperLogLog that merges over files and days.
CREATE TABLE imported_day (
    day           INTEGER NOT NULL,              -- civil days since 1970-01-01
    import_id     INTEGER NOT NULL,
    devices       BLOB    NOT NULL,
    PRIMARY KEY (day, import_id)
) STRICT, WITHOUT ROWID;

-- Arrivals by interval: a later file speaks for the intervals that it names.
CREATE TABLE imported_arrival (
    start_ms      INTEGER NOT NULL PRIMARY KEY,
    slot_ms       INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    import_id     INTEGER NOT NULL
) STRICT;

-- Figures by civil day (downloads of the app stores): a later file speaks for the days that it names.
CREATE TABLE daily_figure (
    day           INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    value         INTEGER NOT NULL,
    import_id     INTEGER NOT NULL,
    PRIMARY KEY (day, name)
) STRICT, WITHOUT ROWID;

-- Calls by half-hour. An interval row speaks for the whole half-hour, from whichever file or message it came
-- last; rows that were added up from single calls belong to their file. Where there is an interval row, it
-- alone counts. NULL: nobody said.
CREATE TABLE call_interval (
    start_ms      INTEGER NOT NULL PRIMARY KEY,
    import_id     INTEGER NOT NULL,              -- 0: live
    offered       INTEGER NOT NULL,
    answered      INTEGER NOT NULL,
    abandoned     INTEGER NOT NULL,
    answered_within INTEGER,                     -- within within_s
    within_s      INTEGER NOT NULL,
    wait_s        INTEGER,                       -- of the answered, in all
    abandoned_wait_s INTEGER,
    talk_s        INTEGER,
    after_call_s  INTEGER
) STRICT;
CREATE TABLE call_sum (
    start_ms      INTEGER NOT NULL,
    import_id     INTEGER NOT NULL,
    offered       INTEGER NOT NULL,
    answered      INTEGER NOT NULL,
    abandoned     INTEGER NOT NULL,
    answered_within INTEGER,
    within_s      INTEGER NOT NULL,
    wait_s        INTEGER,
    abandoned_wait_s INTEGER,
    talk_s        INTEGER,
    after_call_s  INTEGER,
    PRIMARY KEY (start_ms, import_id)
) STRICT, WITHOUT ROWID;

-- One answer a resident and campaign. Questions and choices are known by their numbers in the questionnaire.
CREATE TABLE survey_answer (
    resident_id   INTEGER NOT NULL,              -- negative: a row of an imported file
    campaign_id   INTEGER NOT NULL,
    answers       TEXT    NOT NULL,              -- "1:4;2:1,3": question, then what was chosen
    previous      TEXT,                          -- before the last change, for the counters
    age_band      INTEGER NOT NULL,              -- enum age_band, as it was at the first answer
    place         INTEGER NOT NULL,              -- random: the order of the download, which tells nothing
    first_ms      INTEGER NOT NULL,
    changed_ms    INTEGER NOT NULL,
    import_id     INTEGER NOT NULL,              -- 0: a resident's
    PRIMARY KEY (resident_id, campaign_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX survey_answer_place ON survey_answer (campaign_id, place);
-- Written in the transaction of the answer. Question 0, choice 0: who answered at all; choice 0 of a question:
-- who answered it.
CREATE TABLE survey_count (
    campaign_id   INTEGER NOT NULL,
    question      INTEGER NOT NULL,
    choice        INTEGER NOT NULL,
    age_band      INTEGER NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, question, choice, age_band)
) STRICT, WITHOUT ROWID;
