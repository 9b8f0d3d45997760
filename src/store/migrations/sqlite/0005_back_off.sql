-- For how long the upstream is to be left alone after it failed or turned us away; at most one row.
CREATE TABLE back_off (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cause TEXT NOT NULL,
    -- How often in a row.
    times INTEGER NOT NULL,
    -- What was answered, where we were turned away.
    reason TEXT,
    -- Seconds since 1970.
    since_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
);
