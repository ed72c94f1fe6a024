-- The verification report as everybody reads it.

-- The one that was published last: the page and its data as they were made then, compressed, so that nobody who
-- reads them waits for figures. Who published what and when stands in the log of changes. The page may show its
-- own style and nothing else: `style_hash` is what a browser is told to accept.
CREATE TABLE report_publication (
    campaign_id   INTEGER NOT NULL PRIMARY KEY,
    number        INTEGER NOT NULL,
    html_gzip     BLOB    NOT NULL,
    json_gzip     BLOB    NOT NULL,
    style_hash    TEXT    NOT NULL,
    published_by  TEXT    NOT NULL,
    published_ms  INTEGER NOT NULL
) STRICT;
