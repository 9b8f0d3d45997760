-- What goes out by itself: to whom, what waits, and what went.

-- Those whom the WebSub hub tells of changes, until their lease ends.
CREATE TABLE subscriptions (
    topic TEXT NOT NULL,
    callback TEXT NOT NULL,
    secret TEXT,
    -- Seconds since 1970.
    expires_at INTEGER NOT NULL,
    -- What the topic held when it was delivered last.
    content TEXT NOT NULL,
    -- How often the delivery that is due has failed, since when, and when it is tried next.
    attempts INTEGER NOT NULL,
    failing_since INTEGER,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (topic, callback)
) WITHOUT ROWID;

-- Those who asked to be told, or to be told no more, and have not said yet that it was they who asked.
CREATE TABLE intents (
    topic TEXT NOT NULL,
    callback TEXT NOT NULL,
    mode TEXT NOT NULL,
    secret TEXT,
    lease_seconds INTEGER NOT NULL,
    challenge TEXT NOT NULL,
    content TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (topic, callback)
) WITHOUT ROWID;

-- Which papers of a feed a webhook was told of, or is about to be.
CREATE TABLE announced (
    feed TEXT NOT NULL,
    target TEXT NOT NULL,
    event TEXT NOT NULL,
    listing_date TEXT NOT NULL,
    announced_at INTEGER NOT NULL,
    PRIMARY KEY (feed, target, event)
) WITHOUT ROWID;
CREATE INDEX announced_by_time ON announced (announced_at);

-- Messages to webhooks that were not taken yet.
CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    feed TEXT NOT NULL,
    target TEXT NOT NULL,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL
);
