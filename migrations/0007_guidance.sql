-- Help for residents: what operators write over the shipped answers, announcements, and what is asked for.
--
-- Texts are never changed: each change is a further version with who and why, so that any can come back.

CREATE TABLE faq_version (
    language      TEXT    NOT NULL,
    slug          TEXT    NOT NULL,              -- the question, whatever the language
    version       INTEGER NOT NULL,              -- 1, 2, ...; the shipped text is version 0 and not here
    hidden        INTEGER NOT NULL,              -- 1: residents do not see the question
    category      TEXT    NOT NULL,
    question      TEXT    NOT NULL,
    keywords      TEXT    NOT NULL,
    answer        TEXT    NOT NULL,              -- Markdown
    author        TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (language, slug, version)
) STRICT, WITHOUT ROWID;

-- How often an answer was read, and whether it helped.
CREATE TABLE faq_count (
    hour_ms       INTEGER NOT NULL,
    language      TEXT    NOT NULL,
    slug          TEXT    NOT NULL,
    opinion       INTEGER NOT NULL,              -- enum faq_opinion
    count         INTEGER NOT NULL,
    PRIMARY KEY (hour_ms, language, slug, opinion)
) STRICT, WITHOUT ROWID;

-- What was asked and not found; long numbers are masked before it comes here.
CREATE TABLE faq_miss (
    day_ms        INTEGER NOT NULL,
    language      TEXT    NOT NULL,
    words         TEXT    NOT NULL,
    count         INTEGER NOT NULL,
    PRIMARY KEY (day_ms, language, words)
) STRICT, WITHOUT ROWID;

CREATE TABLE announcement_version (
    id            INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    level         INTEGER NOT NULL,              -- enum announcement_level
    starts_ms     INTEGER NOT NULL,
    ends_ms       INTEGER NOT NULL,
    withdrawn     INTEGER NOT NULL,
    texts         TEXT    NOT NULL,              -- {"ja": {"title", "body"}, ...}
    author        TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
