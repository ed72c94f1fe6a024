-- Which secret a store belongs to.

-- One row: a value that follows from the secret of the key file and tells nothing of it. A service that comes with
-- another key file does not start: it would know nobody any more.
CREATE TABLE key_mark (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    mark BLOB    NOT NULL
) STRICT;
