-- How often a day was asked for again since it was read and was the same. It only adds.
ALTER TABLE days ADD COLUMN checks BIGINT NOT NULL DEFAULT 0;
-- What was read before the last two weeks is left as it is.
UPDATE days SET checks = 3
WHERE listing_date < (SELECT to_char(max(listing_date)::date - 14, 'YYYY-MM-DD') FROM days);
