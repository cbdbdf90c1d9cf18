-- One row of a subject's day with all its channels in one value (db/channel.h), where each channel had a row of
-- its own: a replay writes a third fewer rows, each of fewer columns.
CREATE TABLE day_new (
	subject INTEGER NOT NULL,
	key_epoch INTEGER NOT NULL,
	day INTEGER NOT NULL,
	source INTEGER NOT NULL,
	channels BLOB NOT NULL,
	PRIMARY KEY (subject, key_epoch, day, source)
) STRICT, WITHOUT ROWID;
INSERT INTO day_new
	SELECT subject, key_epoch, day, source, channels_of(via, first, last, count, sketch, servers, details)
	FROM (SELECT * FROM observed_day ORDER BY subject, key_epoch, day, source, via)
	GROUP BY subject, key_epoch, day, source;
DROP TABLE observed_day;
ALTER TABLE day_new RENAME TO observed_day;

PRAGMA user_version = 6;
