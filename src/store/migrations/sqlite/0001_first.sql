-- What was announced, and how it was read.

-- Where the store was filled from; one row.
CREATE TABLE identity (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    upstream TEXT NOT NULL
);

-- A paper on a listing date: the id and date that it goes by for ever, and its text as first read.
CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    paper_id TEXT NOT NULL,
    listing_date TEXT NOT NULL,
    -- Seconds since 1970; no two events share one.
    published INTEGER NOT NULL UNIQUE,
    paper TEXT NOT NULL,
    UNIQUE (paper_id, listing_date)
);
CREATE INDEX events_by_date ON events (listing_date);

-- In which subjects it stood, and as what.
CREATE TABLE memberships (
    subject TEXT NOT NULL,
    event INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    announce_type TEXT NOT NULL,
    cross_list_from TEXT,
    -- Seconds since 1970.
    added_at INTEGER NOT NULL,
    PRIMARY KEY (subject, event)
) WITHOUT ROWID;
CREATE INDEX memberships_by_event ON memberships (event);

-- What is known of each day of each subject.
CREATE TABLE days (
    subject TEXT NOT NULL,
    listing_date TEXT NOT NULL,
    verdict TEXT NOT NULL,
    new_count INTEGER NOT NULL,
    cross_count INTEGER NOT NULL,
    replace_count INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (subject, listing_date)
) WITHOUT ROWID;

-- How every read ended.
CREATE TABLE reads (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    listing_date TEXT,
    reason TEXT NOT NULL,
    new_count INTEGER NOT NULL,
    cross_count INTEGER NOT NULL,
    replace_count INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    page_hash TEXT
);
CREATE INDEX reads_by_subject ON reads (subject, sequence);
CREATE INDEX reads_by_time ON reads (read_at);

-- When a reader last asked for a subject that nobody watches.
CREATE TABLE requests (
    subject TEXT PRIMARY KEY,
    requested_at INTEGER NOT NULL
) WITHOUT ROWID;
