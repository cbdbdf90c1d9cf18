-- The days of live runs that may still change, all in one place: in observed_day, which is by subject, each host's
-- row of today has a page of its own once some fifty days are there, and each window wrote all of these pages
-- anew. Rows of days that are over move there in turns (store/sweep.c). What came late for a row that was moved is
-- a row of the same key here: readers add both up, and its move puts the channels behind those that are there.
CREATE TABLE observed_recent (
	subject INTEGER NOT NULL,
	key_epoch INTEGER NOT NULL,
	day INTEGER NOT NULL,
	source INTEGER NOT NULL,
	channels BLOB NOT NULL,
	PRIMARY KEY (subject, key_epoch, day, source)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 9;
