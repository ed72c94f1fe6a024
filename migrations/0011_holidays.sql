-- Public holidays that were announced after the program's own table was made.

-- A later file speaks for the years that it names; years without a row are those of the program's table.
CREATE TABLE imported_holiday (
    day           INTEGER NOT NULL PRIMARY KEY,  -- civil days since 1970-01-01
    import_id     INTEGER NOT NULL
) STRICT;
