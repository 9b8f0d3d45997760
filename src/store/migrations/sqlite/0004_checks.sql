-- How often a day was asked for again since it was read and was the same.
ALTER TABLE days ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
-- What was read before the last two weeks is left as it is.
UPDATE days SET checks = 3 WHERE listing_date < (SELECT date(max(listing_date), '-14 days') FROM days);
