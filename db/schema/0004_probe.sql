-- What is asked of whom (probe_job), what became of it, and what was learnt (probe_fact). Subjects stand here by kind
-- and name: a person may ask about one that was never observed. Times are the wall clock, microseconds UTC.

CREATE TABLE probe_job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind INTEGER NOT NULL, -- enum subject_kind
	name TEXT NOT NULL,
	probe TEXT NOT NULL,   -- row of probes/registry.c
	target TEXT NOT NULL,  -- URL to look at; '': the subject itself
	why TEXT NOT NULL,     -- for people, Chinese
	origin TEXT NOT NULL CHECK (origin IN ('plan', 'fact', 'person')),
	wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)), -- 0: nobody wants it any more; facts and history stay
	fresh INTEGER NOT NULL CHECK (fresh IN (0, 1)),   -- 1: never answered
	due INTEGER NOT NULL,
	handed INTEGER,        -- sent to a prober that has not answered yet
	attempts INTEGER NOT NULL DEFAULT 0,
	failures INTEGER NOT NULL DEFAULT 0, -- in a row
	tried INTEGER,         -- last answer, or loss
	done INTEGER,          -- last success
	outcome INTEGER,       -- enum probe_outcome of the last
	status INTEGER,
	remark TEXT,
	etag TEXT NOT NULL DEFAULT '',
	modified TEXT NOT NULL DEFAULT '',
	UNIQUE (kind, name, probe, target)
) STRICT;
-- Fresh candidates first, then by time; what is handed out or not wanted is not in it.
CREATE INDEX probe_job_due ON probe_job (fresh DESC, due) WHERE wanted = 1 AND handed IS NULL;
CREATE INDEX probe_job_handed ON probe_job (handed) WHERE handed IS NOT NULL;

CREATE TABLE probe_fact (
	kind INTEGER NOT NULL,
	name TEXT NOT NULL,
	type INTEGER NOT NULL, -- enum fact
	value TEXT NOT NULL,
	job INTEGER NOT NULL REFERENCES probe_job,
	version INTEGER NOT NULL, -- of the probe
	confidence INTEGER NOT NULL CHECK (confidence BETWEEN 1 AND 100),
	note TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	gone INTEGER, -- when a later run of the job did not show it any more
	PRIMARY KEY (kind, name, type, value, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX probe_fact_job ON probe_fact (job);

-- The newest transcript of each job, and of its newest success.
CREATE TABLE probe_transcript (
	job INTEGER NOT NULL REFERENCES probe_job,
	success INTEGER NOT NULL CHECK (success IN (0, 1)),
	time INTEGER NOT NULL,
	outcome INTEGER NOT NULL,
	digest TEXT NOT NULL, -- SHA-256 of the text
	text TEXT NOT NULL,
	PRIMARY KEY (job, success)
) STRICT, WITHOUT ROWID;

CREATE TABLE probe_counter (
	name TEXT NOT NULL PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE probe_state (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	paused INTEGER, -- since when; NULL: running
	planned INTEGER, -- generation of the judgement that the plan was made from
	progress INTEGER -- when a job was last answered
) STRICT;
INSERT INTO probe_state VALUES (1, NULL, NULL, NULL);

PRAGMA user_version = 4;
