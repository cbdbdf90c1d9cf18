-- Observed, filed and decided never share a table (ARCHITECTURE.md, rule 1). Times are microseconds UTC;
-- first/last are capture time, every other time is the wall clock of the store.

-- Where observations come from: one run of a live sensor (digest NULL) or one capture by its SHA-256.
CREATE TABLE source (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	digest TEXT UNIQUE CHECK (length(digest) = 64),
	state TEXT NOT NULL CHECK (state IN ('running', 'complete')),
	last_seq INTEGER NOT NULL DEFAULT 0,
	begun INTEGER NOT NULL,
	ended INTEGER,
	first INTEGER,
	last INTEGER,
	observations INTEGER NOT NULL DEFAULT 0,
	messages INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE source_counter (
	source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
	name TEXT NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;

-- -- observed: written by sensors only ---------------------------------------------------------------
CREATE TABLE observed_subject (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	UNIQUE (kind, name)
) STRICT;

-- The windows of one Beijing day folded into one row, so that a judgement reads subjects x days, not
-- subjects x windows. Sketches of different key epochs cannot be merged and stay apart.
CREATE TABLE observed_day (
	id INTEGER PRIMARY KEY,
	subject INTEGER NOT NULL REFERENCES observed_subject,
	key_epoch INTEGER NOT NULL,
	via TEXT NOT NULL,
	day INTEGER NOT NULL,
	source INTEGER NOT NULL REFERENCES source,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	count INTEGER NOT NULL,
	sketch BLOB NOT NULL,
	UNIQUE (subject, key_epoch, via, day, source)
) STRICT;
CREATE INDEX observed_day_source ON observed_day (source);

CREATE TABLE observed_server (
	subject INTEGER NOT NULL REFERENCES observed_subject,
	via TEXT NOT NULL,
	addr BLOB NOT NULL CHECK (length(addr) = 16),
	port INTEGER NOT NULL,
	source INTEGER NOT NULL REFERENCES source,
	PRIMARY KEY (subject, via, addr, port, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX observed_server_source ON observed_server (source);

CREATE TABLE observed_link (
	subject INTEGER NOT NULL REFERENCES observed_subject,
	target INTEGER NOT NULL REFERENCES observed_subject,
	source INTEGER NOT NULL REFERENCES source,
	count INTEGER NOT NULL,
	PRIMARY KEY (subject, target, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX observed_link_target ON observed_link (target);
CREATE INDEX observed_link_source ON observed_link (source);

-- A capture counts once it is complete, or not at all; a live run counts as it goes.
CREATE VIEW source_counted AS
	SELECT id FROM source WHERE digest IS NULL OR state = 'complete';

-- -- filed: written by imports only -----------------------------------------------------------------
CREATE TABLE filed_import (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	file TEXT NOT NULL,
	charset TEXT NOT NULL,
	time INTEGER NOT NULL,
	rows INTEGER NOT NULL,
	added INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	unchanged INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('active', 'undone')),
	undone INTEGER
) STRICT;
CREATE UNIQUE INDEX filed_import_once ON filed_import (kind, sha256) WHERE state = 'active';

CREATE TABLE filed_row (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	import INTEGER NOT NULL REFERENCES filed_import,
	line INTEGER NOT NULL,
	kind TEXT NOT NULL,
	key TEXT NOT NULL,
	name TEXT NOT NULL,
	operator TEXT,
	developer TEXT,
	unit TEXT,
	number TEXT,
	domains TEXT,
	ips TEXT,
	icp TEXT,
	djbh TEXT,
	appids TEXT,
	packages TEXT,
	bundles TEXT,
	version TEXT,
	platform TEXT,
	audience TEXT,
	nature TEXT,
	collective TEXT,
	agreement TEXT,
	deployment TEXT,
	personal TEXT,
	contact TEXT,
	date TEXT,
	cert TEXT,
	category TEXT,
	UNIQUE (kind, key, import)
) STRICT;
CREATE INDEX filed_row_import ON filed_row (import);

-- The version of each filing that the newest import not undone holds.
CREATE VIEW filed_current AS
	SELECT r.* FROM filed_row r
	WHERE r.import = (SELECT max(x.import) FROM filed_row x JOIN filed_import i ON i.id = x.import
			  WHERE x.kind = r.kind AND x.key = r.key AND i.state = 'active');

-- -- decided: written by people only -----------------------------------------------------------------
CREATE TABLE decided_decision (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	decision TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	reason TEXT NOT NULL,
	by TEXT NOT NULL,
	time INTEGER NOT NULL,
	withdrawn INTEGER
) STRICT;
CREATE UNIQUE INDEX decided_decision_once ON decided_decision (decision, kind, name) WHERE withdrawn IS NULL;

-- -- derived: written by the judgement only, from the three above -------------------------------------
CREATE TABLE app_app (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	key TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	status TEXT NOT NULL,
	score REAL NOT NULL,
	unit TEXT,
	clients INTEGER NOT NULL,
	days INTEGER NOT NULL,
	count INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	steps TEXT NOT NULL,
	digest INTEGER NOT NULL, -- of everything the judgement said of it: equal means nothing to write
	gone INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE app_member (
	subject INTEGER PRIMARY KEY REFERENCES observed_subject ON DELETE CASCADE,
	app INTEGER NOT NULL REFERENCES app_app,
	tie TEXT NOT NULL
) STRICT;
CREATE INDEX app_member_app ON app_member (app);

CREATE TABLE app_match (
	app INTEGER NOT NULL REFERENCES app_app,
	rank INTEGER NOT NULL,
	filing INTEGER NOT NULL REFERENCES filed_row,
	grade TEXT NOT NULL,
	keys TEXT NOT NULL,
	score REAL NOT NULL,
	PRIMARY KEY (app, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX app_match_filing ON app_match (filing);

-- Why a subject belongs to no app.
CREATE TABLE app_note (
	subject INTEGER PRIMARY KEY REFERENCES observed_subject ON DELETE CASCADE,
	note TEXT NOT NULL
) STRICT;

CREATE TABLE finding_finding (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	app INTEGER NOT NULL REFERENCES app_app,
	rule TEXT NOT NULL,
	severity TEXT NOT NULL,
	title TEXT NOT NULL,
	cites TEXT NOT NULL,
	duty TEXT NOT NULL,
	evidence TEXT NOT NULL, -- frozen when it fired
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
	seen INTEGER NOT NULL, -- generation of the judgement that last found it
	UNIQUE (app, rule)
) STRICT;

CREATE TABLE alert_alert (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL UNIQUE,
	app INTEGER NOT NULL REFERENCES app_app,
	rule TEXT NOT NULL,
	severity TEXT NOT NULL,
	name TEXT NOT NULL,
	title TEXT NOT NULL,
	cites TEXT NOT NULL,
	subjects TEXT NOT NULL,
	clients INTEGER NOT NULL,
	facts TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
	why TEXT,
	why_text TEXT,
	opened INTEGER NOT NULL,
	resolved INTEGER
) STRICT;
-- Exactly one open alert per (app, rule), whatever the code above it does.
CREATE UNIQUE INDEX alert_alert_open ON alert_alert (app, rule) WHERE state = 'open';

CREATE TABLE outbox (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	sink TEXT NOT NULL,
	alert INTEGER NOT NULL REFERENCES alert_alert,
	payload TEXT NOT NULL,
	made INTEGER NOT NULL,
	tries INTEGER NOT NULL DEFAULT 0,
	tried INTEGER,
	error TEXT,
	delivered INTEGER
) STRICT;
CREATE INDEX outbox_pending ON outbox (sink, id) WHERE delivered IS NULL;

-- -- bookkeeping -----------------------------------------------------------------------------------
-- The epochs of the client pseudonym key; the key itself is never in the database.
CREATE TABLE key_epoch (
	epoch INTEGER PRIMARY KEY,
	made INTEGER NOT NULL
) STRICT;

CREATE TABLE judge_state (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	dirty INTEGER NOT NULL,
	digest TEXT NOT NULL, -- of configuration and data tables that it judged by
	generation INTEGER NOT NULL,
	judged INTEGER
) STRICT;
INSERT INTO judge_state VALUES (1, 1, '', 0, NULL);

-- The three families side by side.
CREATE VIEW governed AS
	SELECT a.id AS app, a.key, a.name, a.status, a.clients, a.days, a.first, a.last,
	       f.id AS filing, f.kind AS filing_kind, f.number AS filing_number, m.grade,
	       d.decision, d.reason, d.by
	FROM app_app a
	LEFT JOIN app_match m ON m.app = a.id AND m.rank = 0
	LEFT JOIN filed_row f ON f.id = m.filing
	LEFT JOIN decided_decision d ON d.kind || ':' || d.name = a.key AND d.withdrawn IS NULL
	WHERE a.gone = 0;

PRAGMA application_id = 1650813284;
PRAGMA user_version = 1;
