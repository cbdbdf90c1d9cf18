-- How many rows each source wrote, kept beside it: counting them anew means reading every day there ever was.
-- They go with the source when a capture is taken back.
ALTER TABLE source ADD COLUMN days INTEGER NOT NULL DEFAULT 0;    -- channels of days: db/channel.h
ALTER TABLE source ADD COLUMN servers INTEGER NOT NULL DEFAULT 0; -- in them
ALTER TABLE source ADD COLUMN links INTEGER NOT NULL DEFAULT 0;

-- Row by row into a few: a GROUP BY would sort all of them first.
CREATE TEMP TABLE tally (source INTEGER PRIMARY KEY, days INTEGER, servers INTEGER, links INTEGER);
INSERT INTO tally
	SELECT d.source, 1, length(c.servers) / 18, 0 FROM observed_day d CROSS JOIN channels(d.channels) c WHERE true
	ON CONFLICT DO UPDATE SET days = days + 1, servers = servers + excluded.servers;
INSERT INTO tally
	SELECT source, 0, 0, 1 FROM observed_link WHERE true
	ON CONFLICT DO UPDATE SET links = links + 1;
UPDATE source SET days = t.days, servers = t.servers, links = t.links FROM tally t WHERE t.source = source.id;
DROP TABLE temp.tally;

-- What the last judgement knew of everybody when its process ended well (store/recall.h), so that the next one need
-- not read every day there ever was. Nobody's truth: without it, or with an older generation, all is read again.
CREATE TABLE judge_recall (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	generation INTEGER NOT NULL,
	digest TEXT NOT NULL,  -- as judge_state.digest
	seen BLOB NOT NULL,    -- a bit for each subject, by its id
	answers BLOB NOT NULL CHECK (length(answers) % 24 = 0) -- each 8 bytes of subject, 16 of address
) STRICT;

PRAGMA user_version = 7;
