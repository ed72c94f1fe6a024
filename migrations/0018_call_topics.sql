-- What calls were about, as whoever answered noted it. Topics are the call centre's own words.
CREATE TABLE call_topic (
    start_ms      INTEGER NOT NULL,              -- of the half-hour
    import_id     INTEGER NOT NULL,              -- 0: live
    topic         TEXT    NOT NULL,
    whole         INTEGER NOT NULL,              -- 1: of a statement about the whole half-hour (call_interval)
    calls         INTEGER NOT NULL,
    PRIMARY KEY (start_ms, import_id, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_topic_import ON call_topic (import_id);
