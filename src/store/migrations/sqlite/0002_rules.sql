-- Since when each feed of the configuration has had its rules.
CREATE TABLE rules (
    feed TEXT PRIMARY KEY,
    rules TEXT NOT NULL,
    -- Seconds since 1970.
    since INTEGER NOT NULL
) WITHOUT ROWID;
