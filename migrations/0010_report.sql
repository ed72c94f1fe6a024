-- What operators write into the verification report.

-- Findings and next steps in their own words, in the place of what follows from rules. One a campaign; what it
-- was before stands in the log of changes.
CREATE TABLE report_note (
    campaign_id   INTEGER NOT NULL PRIMARY KEY,
    text          TEXT    NOT NULL,
    set_by        TEXT    NOT NULL,
    set_ms        INTEGER NOT NULL
) STRICT;
