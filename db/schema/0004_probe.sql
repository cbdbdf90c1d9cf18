-- What is asked of whom (probe_job), what became of it, and what was learnt (probe_fact). Subjects stand here by kind
-- and name: a person may ask about one that was never observed. Times are the wall clock, microseconds UTC.

CREATE TABLE probe_job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind INTEGER NOT NULL, -- enum subject_kind
	name TEXT NOT NULL,
	probe TEXT NOT NULL,   -- row of probes/registry.c
	target TEXT NOT NULL,  -- URL to look at; '': the subject itself
	app INTEGER,           -- that it is asked for, as the plan last saw it
	parent INTEGER REFERENCES probe_job ON DELETE SET NULL, -- the job whose fact led to it
	why TEXT NOT NULL,     -- for people, Chinese
	origin TEXT NOT NULL CHECK (origin IN ('plan', 'fact', 'person')),
	wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)), -- 0: nobody wants it any more; facts and history stay
	rank INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 2), -- 2: a person waits for it; 1: never answered
	due INTEGER NOT NULL,
	handed INTEGER,        -- when it was sent to a prober that has not answered yet
	round INTEGER NOT NULL DEFAULT 0, -- of planning, in which it was last looked at
	attempts INTEGER NOT NULL DEFAULT 0,
	failures INTEGER NOT NULL DEFAULT 0, -- in a row
	tried INTEGER,         -- last answer, or loss
	done INTEGER,          -- last success
	outcome INTEGER,       -- enum probe_outcome of the last
	status INTEGER,
	version INTEGER,       -- of the probe, at its last success
	remark TEXT,
	etag TEXT NOT NULL DEFAULT '',
	modified TEXT NOT NULL DEFAULT '',
	UNIQUE (kind, name, probe, target)
) STRICT;
-- By rank, then by time; what is handed out or not wanted is not in it.
CREATE INDEX probe_job_due ON probe_job (rank, due) WHERE wanted = 1 AND handed IS NULL;
CREATE INDEX probe_job_handed ON probe_job (handed) WHERE handed IS NOT NULL;
CREATE INDEX probe_job_app ON probe_job (app) WHERE app IS NOT NULL;
CREATE INDEX probe_job_parent ON probe_job (parent) WHERE parent IS NOT NULL;

-- What each app looked like when its jobs were planned: equal means nothing to plan.
CREATE TABLE probe_app (
	app INTEGER PRIMARY KEY REFERENCES app_app,
	verdict INTEGER,       -- app_app.digest; NULL: to be looked at again
	plan INTEGER           -- hash of what its jobs depend on
) STRICT;
-- The apps that are asked about: few among all the names that a campus looks up.
CREATE INDEX app_app_asked ON app_app (id) WHERE gone = 0 AND status IN ('unfiled', 'probable', 'filed');

CREATE TABLE probe_fact (
	kind INTEGER NOT NULL,
	name TEXT NOT NULL,
	type INTEGER NOT NULL, -- enum fact
	value TEXT NOT NULL,
	job INTEGER NOT NULL REFERENCES probe_job ON DELETE CASCADE,
	version INTEGER NOT NULL, -- of the probe
	confidence INTEGER NOT NULL CHECK (confidence BETWEEN 1 AND 100),
	note TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	gone INTEGER, -- when a later run of the job did not show it any more
	PRIMARY KEY (kind, name, type, value, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX probe_fact_job ON probe_fact (job);

-- Two of each job: of the newest run that brought its facts (PROBE_DONE), and of the newest that did not.
CREATE TABLE probe_transcript (
	job INTEGER NOT NULL REFERENCES probe_job ON DELETE CASCADE,
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

-- Each Beijing day: runs answered, of them successes, and what was due by its end and waited still.
CREATE TABLE probe_day (
	day INTEGER PRIMARY KEY,
	answered INTEGER NOT NULL,
	done INTEGER NOT NULL,
	waiting INTEGER        -- NULL: the day is not over
) STRICT;

CREATE TABLE probe_state (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	paused INTEGER,        -- since when; NULL: running
	round INTEGER NOT NULL,   -- how often was planned
	planned INTEGER NOT NULL, -- generation of the judgement that the plan was made from
	digest TEXT NOT NULL,  -- of the configuration and the probes that it was made by
	progress INTEGER       -- when a job was last answered
) STRICT;
INSERT INTO probe_state VALUES (1, NULL, 0, 0, '', NULL);

PRAGMA user_version = 4;
