-- For how long the upstream is to be left alone after it failed or turned us away; at most one row. It only adds.
CREATE TABLE back_off (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    cause TEXT NOT NULL,
    -- How often in a row.
    times BIGINT NOT NULL,
    -- What was answered, where we were turned away.
    reason TEXT,
    -- Seconds since 1970, by the clock of the database.
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
