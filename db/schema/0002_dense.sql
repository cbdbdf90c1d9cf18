-- The observed tables made dense, because a replay writes a row of them for every few captured packets: kinds
-- and channels as the numbers of base/words.h, servers and details inside the day's row, no index that only
-- taking back a source would use. They carry no REFERENCES for the same reason: store/write.c writes subject,
-- day and link in one transaction, store/source.c takes them back in one.

-- A capture's digest is known once it is read to its end: XXH3 of 128 bits, or SHA-256 where an older beiand
-- wrote it. A replay that is still `running` when another begins was cut short.
CREATE TABLE source_new (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	replay INTEGER NOT NULL CHECK (replay IN (0, 1)),
	digest TEXT UNIQUE CHECK (length(digest) IN (32, 64)),
	state TEXT NOT NULL CHECK (state IN ('running', 'complete')),
	last_seq INTEGER NOT NULL DEFAULT 0,
	begun INTEGER NOT NULL,
	ended INTEGER,
	first INTEGER,
	last INTEGER,
	observations INTEGER NOT NULL DEFAULT 0,
	messages INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO source_new SELECT id, name, digest IS NOT NULL, CASE state WHEN 'complete' THEN digest END, state,
	last_seq, begun, ended, first, last, observations, messages FROM source;

-- A word that is not here gives NULL, and so an error: nothing vanishes with it.
CREATE TEMP TABLE word (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO word VALUES
	('host', 0), ('wechat-mini', 1), ('wechat-oa', 2), ('alipay-mini', 3), ('douyin-mini', 4),
	('feishu-mini', 5), ('qq-mini', 6), ('baidu-mini', 7), ('kuaishou-mini', 8), ('jd-mini', 9),
	('quick-app', 10), ('harmony-atomic', 11), ('dingtalk-app', 12), ('wecom-app', 13),
	('android-package', 14), ('ios-bundle', 15),
	('dns-query', 0), ('dns-answer', 1), ('http', 2), ('tls', 3), ('quic', 4), ('http-referer', 5),
	('http-user-agent', 6), ('http-requested-with', 7), ('http-url', 8);

CREATE TABLE subject_new (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL, -- enum subject_kind
	name TEXT NOT NULL,
	UNIQUE (kind, name)
) STRICT;
INSERT INTO subject_new SELECT s.id, w.number, s.name FROM observed_subject s LEFT JOIN word w ON w.name = s.kind
	ORDER BY s.id;

-- The byte of a number, which SQL has no function for.
CREATE TEMP TABLE byte (number INTEGER PRIMARY KEY, one BLOB NOT NULL);
INSERT INTO byte WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 255)
	SELECT i, substr(CAST(
		x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' ||
		x'202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f' ||
		x'404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f' ||
		x'606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f' ||
		x'808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f' ||
		x'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf' ||
		x'c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf' ||
		x'e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'
		AS BLOB), i + 1, 1) FROM n;

-- The windows of one Beijing day folded into one row, so that a judgement reads subjects x days, not
-- subjects x windows. Sketches of different key epochs cannot be merged and stay apart.
CREATE TABLE day_new (
	subject INTEGER NOT NULL,
	key_epoch INTEGER NOT NULL,
	via INTEGER NOT NULL, -- enum via
	day INTEGER NOT NULL,
	source INTEGER NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	count INTEGER NOT NULL,
	sketch BLOB NOT NULL,
	servers BLOB NOT NULL CHECK (length(servers) % 18 = 0), -- each 16 bytes of address, 2 of port
	details BLOB NOT NULL, -- what was learnt about a host besides its name: store/detail.h
	PRIMARY KEY (subject, key_epoch, via, day, source)
) STRICT, WITHOUT ROWID;
INSERT INTO day_new
	SELECT d.subject, d.key_epoch, w.number, d.day, d.source, d.first, d.last, d.count, d.sketch,
	       CASE row_number() OVER (PARTITION BY d.subject, d.via, d.source ORDER BY d.key_epoch, d.day)
	       WHEN 1 THEN coalesce(CAST((
			SELECT group_concat(CAST(v.addr || hi.one || lo.one AS TEXT), '') FROM observed_server v
			JOIN byte hi ON hi.number = v.port >> 8 JOIN byte lo ON lo.number = v.port & 255
			WHERE v.subject = d.subject AND v.via = d.via AND v.source = d.source) AS BLOB), x'')
	       ELSE x'' END, x''
	FROM observed_day d LEFT JOIN word w ON w.name = d.via
	ORDER BY d.subject, d.key_epoch, w.number, d.day, d.source;

CREATE TABLE link_new (
	subject INTEGER NOT NULL,
	target INTEGER NOT NULL,
	source INTEGER NOT NULL,
	count INTEGER NOT NULL,
	PRIMARY KEY (subject, target, source)
) STRICT, WITHOUT ROWID;
INSERT INTO link_new SELECT subject, target, source, count FROM observed_link ORDER BY 1, 2, 3;

DROP VIEW source_counted;
DROP TABLE observed_server;
DROP TABLE observed_link;
DROP TABLE observed_day;
DROP TABLE observed_subject;
DROP TABLE source;
DROP TABLE temp.word;
DROP TABLE temp.byte;
ALTER TABLE source_new RENAME TO source;
ALTER TABLE subject_new RENAME TO observed_subject;
ALTER TABLE day_new RENAME TO observed_day;
ALTER TABLE link_new RENAME TO observed_link;
CREATE INDEX observed_link_target ON observed_link (target);

-- A capture counts once it is complete, or not at all; a live run counts as it goes.
CREATE VIEW source_counted AS
	SELECT id FROM source WHERE replay = 0 OR state = 'complete';

PRAGMA user_version = 2;
