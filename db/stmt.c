/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/stmt.h"

/* The fields of a filing in the order of enum filing_field. */
#define FILED_FIELDS                                                                                         \
	"name, operator, developer, unit, number, domains, ips, icp, djbh, appids, packages, bundles, "      \
	"version, platform, audience, nature, collective, agreement, deployment, personal, contact, date, "  \
	"cert, category, permissions"

/* A capture counts once it is complete (view source_counted). A plus before it keeps the planner from walking
 * by source and sorting every sketch afterwards. */
#define COUNTED " source IN (SELECT id FROM source_counted) "

/* Days are in two tables of one shape, that of live runs which may still change in the second one. */
#define SETTLED "observed_day"
#define RECENT  "observed_recent"

/* The channels of each day of each subject. */
#define CHANNELS(table) table " d CROSS JOIN channels(d.channels) c"

#define DAYS_KNOWN(table)                                                                                    \
	"SELECT f.rowid, d.channels FROM feed(?1) f "                                                        \
	"CROSS JOIN " table                                                                                  \
	" d ON d.subject = f.c1 AND d.key_epoch = f.c2 AND d.day = f.c3 AND d.source = ?2"
#define DAYS_PUT(table)                                                                                      \
	"INSERT OR REPLACE INTO " table " (subject, key_epoch, day, source, channels) "                      \
	"SELECT c1, c2, c3, ?2, c4 FROM feed(?1)"

/* As store/fold.h wants them; of each row of the feed, which come in ascending order. */
#define FOLD_COLUMNS "d.subject, s.kind, s.name, d.key_epoch, d.channels"
#define DAYS_FED(table)                                                                                      \
	"SELECT " FOLD_COLUMNS " FROM feed(?1) f CROSS JOIN " table                                          \
	" d CROSS JOIN observed_subject s ON s.id = d.subject "                                              \
	"WHERE d.subject = f.c1 AND +d." COUNTED
#define DAYS_ALL(table, which)                                                                               \
	"SELECT " FOLD_COLUMNS " FROM " table " d CROSS JOIN observed_subject s ON s.id = d.subject "        \
	"WHERE " which "+d." COUNTED "ORDER BY d.subject, d.key_epoch"
#define DAYS_OF(table) DAYS_ALL(table, "d.subject = ?1 AND ")

#define DETAILS_OF(table)                                                                                    \
	"SELECT c.first, c.last, c.details FROM " CHANNELS(                                                  \
		table) " WHERE d.subject = ?1 AND c.details <> x'' AND +d." COUNTED
#define DAYS_SERVERS(table) "SELECT subject, channels FROM " table " WHERE +" COUNTED

/* Does s have a day that counts? One with another channel than ?3 that a client went through (a sketch of
 * nobody is its two octets of length: such a name was only shown, as ECH's outer one)? */
#define SEEN_IN(table) "EXISTS (SELECT 1 FROM " table " d WHERE d.subject = s.id AND +d." COUNTED ")"
#define SEEN           "(" SEEN_IN(SETTLED) " OR " SEEN_IN(RECENT) ")"
#define REACHED_IN(table)                                                                                    \
	"EXISTS (SELECT 1 FROM " CHANNELS(                                                                   \
		table) " WHERE d.subject = s.id AND c.via <> ?3 AND length(c.sketch) > 2 AND +d." COUNTED    \
		       ")"
#define REACHED "(" REACHED_IN(SETTLED) " OR " REACHED_IN(RECENT) ")"

/* What a sweep moves in one turn: of the days before ?1, by subject. */
#define OVER_FROM "day < ?1 AND subject >= ?2 "

#define ALERT_COLUMNS                                                                                        \
	"uuid, state, app, rule, severity, cites, name, title, clients, subjects, facts, first, last, why, " \
	"why_text"

/* Apps whose jobs are planned (index app_app_asked). */
#define ASKED "a.gone = 0 AND a.status IN ('unfiled', 'probable', 'filed')"

/* Does job p still show the fact that led to job c, and is it wanted itself? */
#define LED                                                                                                  \
	"(p.wanted AND EXISTS (SELECT 1 FROM probe_fact f WHERE f.job = p.id AND f.gone IS NULL "            \
	"AND f.value IN (c.target, c.name)))"

#define FACT_COLUMNS                                                                                         \
	"f.kind, f.name, f.type, f.value, f.confidence, f.note, f.first, f.last, f.gone, j.probe, "          \
	"f.version, f.job"
#define OVER "origin = 'person' AND parent IS NULL AND wanted = 0 AND handed IS NULL"
#define JOB_COLUMNS                                                                                          \
	"id, kind, name, probe, target, app, why, origin, wanted, rank, due, handed, attempts, failures, "   \
	"tried, done, outcome, status, version, remark"

static const char *const statements[STMT_COUNT] = {
	[STMT_EPOCH_NEWEST] = "SELECT max(epoch) FROM key_epoch",
	[STMT_EPOCH_ADD] = "INSERT INTO key_epoch (epoch, made) VALUES (?1, ?2)",
	[STMT_SOURCE_ADD] = "INSERT INTO source (name, replay, state, begun) VALUES (?1, ?2, 'running', ?3)",
	[STMT_SOURCE_BY_DIGEST] = "SELECT id FROM source WHERE digest = ?1",
	[STMT_SOURCE_SHA256] = "SELECT 1 FROM source WHERE length(digest) = 64 LIMIT 1",
	[STMT_SOURCE_RENEW] = "UPDATE source SET digest = ?2 WHERE id = ?1",
	[STMT_SOURCES_CUT] = "SELECT id FROM source WHERE replay = 1 AND state = 'running' ORDER BY id",
	[STMT_SOURCE_FIND] = "SELECT state, last_seq, replay FROM source WHERE id = ?1",
	[STMT_SOURCE_PROGRESS] =
		"UPDATE source SET last_seq = ?2, observations = observations + ?3, messages = messages + "
		"?4, days = days + ?7, servers = servers + ?8, links = links + ?9, "
		"first = CASE WHEN ?3 > 0 THEN min(coalesce(first, ?5), ?5) ELSE first END, "
		"last = CASE WHEN ?3 > 0 THEN max(coalesce(last, ?6), ?6) ELSE last END WHERE id = ?1",
	[STMT_SOURCE_END] = "UPDATE source SET state = 'complete', ended = ?2, digest = ?3 "
			    "WHERE id = ?1 AND state = 'running' AND replay = (?3 IS NOT NULL)",
	/* only captures are taken back, and their days are nowhere else */
	[STMT_SOURCE_DROP_DAYS] = "DELETE FROM " SETTLED " WHERE source = ?1",
	[STMT_SOURCE_DROP_LINKS] = "DELETE FROM observed_link WHERE source = ?1",
	[STMT_SOURCE_DROP] = "DELETE FROM source WHERE id = ?1",
	[STMT_COUNTER_ADD] = "INSERT INTO source_counter (source, name, value) VALUES (?1, ?2, ?3) "
			     "ON CONFLICT DO UPDATE SET value = value + excluded.value",
	[STMT_COUNTER_SET] = "INSERT INTO source_counter (source, name, value) VALUES (?1, ?2, ?3) "
			     "ON CONFLICT (source, name) DO UPDATE SET value = excluded.value",
	[STMT_SUBJECT_FIND] = "SELECT id FROM observed_subject WHERE kind = ?1 AND name = ?2",
	[STMT_SUBJECT_LAST] = "SELECT max(id) FROM observed_subject",
	[STMT_SUBJECTS_KNOWN] = "SELECT f.rowid, s.id FROM feed(?1) f "
				"CROSS JOIN observed_subject s ON s.kind = f.c1 AND s.name = f.c2",
	[STMT_SUBJECTS_ADD] = "INSERT INTO observed_subject (kind, name) SELECT c1, c2 FROM feed(?1)",
	[STMT_SUBJECT_DROP_ORPHANS] = "DELETE FROM observed_subject AS s "
				      "WHERE NOT EXISTS (SELECT 1 FROM " SETTLED " WHERE subject = s.id) "
				      "AND NOT EXISTS (SELECT 1 FROM " RECENT " WHERE subject = s.id) "
				      "AND NOT EXISTS (SELECT 1 FROM observed_link WHERE subject = s.id) "
				      "AND NOT EXISTS (SELECT 1 FROM observed_link WHERE target = s.id)",
	[STMT_DAYS_KNOWN] = DAYS_KNOWN(SETTLED),
	[STMT_DAYS_PUT] = DAYS_PUT(SETTLED),
	[STMT_RECENT_KNOWN] = DAYS_KNOWN(RECENT),
	[STMT_RECENT_PUT] = DAYS_PUT(RECENT),
	[STMT_RECENT_OVER] = "SELECT count(*) FROM " RECENT " WHERE day < ?1",
	[STMT_RECENT_REACH] = "SELECT max(subject) FROM (SELECT subject FROM " RECENT " WHERE " OVER_FROM
			      "ORDER BY subject LIMIT ?3)",
	[STMT_RECENT_MOVE] =
		"INSERT INTO " SETTLED " (subject, key_epoch, day, source, channels) "
		"SELECT subject, key_epoch, day, source, channels FROM " RECENT " WHERE " OVER_FROM
		"AND subject <= ?3 "
		"ORDER BY subject, key_epoch, day, source "
		"ON CONFLICT DO UPDATE SET channels = CAST(channels || excluded.channels AS BLOB)",
	[STMT_RECENT_DROP] = "DELETE FROM " RECENT " WHERE " OVER_FROM "AND subject <= ?3",
	[STMT_DETAILS_OF] = DETAILS_OF(SETTLED) "UNION ALL " DETAILS_OF(RECENT),
	[STMT_LINKS_COUNT] = "SELECT f.rowid, count(*) FROM feed(?1) f CROSS JOIN observed_link l "
			     "ON l.subject = f.c1 AND l.source = ?2 GROUP BY f.rowid",
	[STMT_LINKS_KNOWN] = "SELECT f.rowid FROM feed(?1) f CROSS JOIN observed_link l "
			     "ON l.subject = f.c1 AND l.target = f.c2 AND l.source = ?2",
	[STMT_LINKS_PUT] = "INSERT INTO observed_link (subject, target, source, count) "
			   "SELECT c1, c2, ?2, c3 FROM feed(?1) WHERE true "
			   "ON CONFLICT DO UPDATE SET count = count + excluded.count",
	[STMT_OUTBOX_ADD] = "INSERT INTO outbox (sink, alert, payload, made) VALUES (?1, ?2, ?3, ?4)",
	[STMT_OUTBOX_NEXT] =
		"SELECT id, sink, payload FROM outbox WHERE sink = ?1 AND id > ?2 AND delivered IS NULL "
		"ORDER BY id LIMIT ?3",
	[STMT_OUTBOX_DELIVERED] =
		"UPDATE outbox SET delivered = ?2, tried = ?2, tries = tries + 1, error = NULL "
		"WHERE id = ?1 AND delivered IS NULL",
	[STMT_OUTBOX_FAILED] = "UPDATE outbox SET tried = ?2, tries = tries + 1, error = ?3 WHERE id = ?1 "
			       "AND delivered IS NULL",
	[STMT_OUTBOX_PENDING] = "SELECT count(*) FROM outbox WHERE delivered IS NULL",
	[STMT_EVENTS] = "SELECT json_extract(payload, '$.event'), json_extract(payload, '$.what'), "
			"json_extract(payload, '$.state'), json_extract(payload, '$.since'), max(id) "
			"FROM outbox WHERE alert IS NULL GROUP BY 1, 2",
	[STMT_JUDGE_MARK] = "UPDATE judge_state SET dirty = 1 WHERE dirty = 0",
	[STMT_JUDGE_STATE] = "SELECT dirty, digest, generation, judged FROM judge_state",
	[STMT_JUDGE_DONE] = "UPDATE judge_state SET dirty = 0, digest = ?1, generation = ?2, judged = ?3",
	[STMT_RECALL_PUT] = "INSERT OR REPLACE INTO judge_recall (one, generation, digest, seen, answers) "
			    "VALUES (1, ?1, ?2, ?3, ?4)",
	/* whatever was written since that judgement marked it out of date, or was judged */
	[STMT_RECALL_GET] =
		"SELECT r.generation, r.seen, r.answers FROM judge_recall r JOIN judge_state j "
		"ON j.generation = r.generation AND j.digest = r.digest WHERE j.dirty = 0 AND r.digest = ?1",
	[STMT_DAYS_ALL] = DAYS_ALL(SETTLED, ""),
	[STMT_DAYS_FED] = DAYS_FED(SETTLED),
	[STMT_DAYS_OF] = DAYS_OF(SETTLED),
	[STMT_RECENT_ALL] = DAYS_ALL(RECENT, ""),
	[STMT_RECENT_FED] = DAYS_FED(RECENT),
	[STMT_RECENT_OF] = DAYS_OF(RECENT),
	[STMT_SUBJECTS_FROM] = "SELECT id, kind, name FROM observed_subject WHERE id >= ?1 ORDER BY id",
	[STMT_SOURCES_UNCOUNTED] =
		"SELECT count(*) FROM source WHERE id NOT IN (SELECT id FROM source_counted)",
	[STMT_DAYS_SERVERS] = DAYS_SERVERS(SETTLED) "UNION ALL " DAYS_SERVERS(RECENT),
	/* of identifiers alone: what hosts are aliases of says nothing about who belongs together */
	[STMT_LINKS_ALL] =
		"SELECT subject, target, sum(count) FROM observed_link WHERE subject IN "
		"(SELECT id FROM observed_subject WHERE kind > ?1) AND +" COUNTED "GROUP BY subject, target",
	[STMT_FILINGS_KEYS] =
		"SELECT id, kind, name, operator, unit, number, domains, appids, packages, bundles, icp, "
		"permissions, version "
		"FROM filed_current ORDER BY id",
	/* of a value that several jobs saw the surest row first, the newest of equals, and always the same */
	[STMT_FACTS_STANDING] = "SELECT kind, name, type, value, note, confidence, first, last "
				"FROM probe_fact WHERE gone IS NULL "
				"ORDER BY kind, name, type, value, confidence DESC, last DESC, note",
	/* hosts that were seen and that a fact of an identifier that was seen names */
	[STMT_FACTS_HOSTS] = "SELECT h.id FROM observed_subject i "
			     "CROSS JOIN probe_fact f ON f.kind = i.kind AND f.name = i.name AND f.type = ?2 "
			     "CROSS JOIN observed_subject h ON h.kind = ?1 AND h.name = f.value "
			     "WHERE i.kind > ?1 AND f.gone IS NULL AND f.confidence >= ?3",
	[STMT_DECISIONS_ALL] = "SELECT decision, kind, name, reason, by FROM decided_decision WHERE "
			       "withdrawn IS NULL ORDER BY id",
	[STMT_APPS_KNOWN] = "SELECT key, id, digest, gone FROM app_app",
	[STMT_APP_ADD] = "INSERT INTO app_app (key, name, status, score, unit, clients, days, count, first, "
			 "last, steps, digest) "
			 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[STMT_APP_CHANGE] = "UPDATE app_app SET name = ?2, status = ?3, score = ?4, unit = ?5, clients = ?6, "
			    "days = ?7, count = ?8, "
			    "first = ?9, last = ?10, steps = ?11, digest = ?12, gone = 0 WHERE key = ?1",
	[STMT_APP_BYSTANDS] = "UPDATE app_app SET name = substr(key, instr(key, ':') + 1), status = "
			      "'undecided', score = 0, unit = NULL, clients = 0, days = 0, count = 0, "
			      "first = 0, last = 0, steps = '', digest = 0, gone = 0 WHERE id = ?1",
	[STMT_APP_GONE] = "UPDATE app_app SET gone = 1 WHERE id = ?1",
	[STMT_APP_DROP_MEMBERS] = "DELETE FROM app_member WHERE app = ?1",
	[STMT_APP_DROP_MATCHES] = "DELETE FROM app_match WHERE app = ?1",
	[STMT_MEMBER_ADD] = "INSERT INTO app_member (subject, app, tie) VALUES (?1, ?2, ?3)",
	[STMT_MATCH_ADD] = "INSERT INTO app_match (app, rank, filing, grade, keys, score) VALUES (?1, ?2, "
			   "?3, ?4, ?5, ?6)",
	[STMT_NOTES_DROP] = "DELETE FROM app_note",
	[STMT_NOTE_ADD] = "INSERT INTO app_note (subject, note) VALUES (?1, ?2)",
	[STMT_FINDINGS_STANDING] =
		"SELECT f.id, f.app, f.rule, f.state = 'open', coalesce(a.id, 0) FROM finding_finding f "
		"LEFT JOIN alert_alert a ON a.app = f.app AND a.rule = f.rule AND a.state = 'open' "
		"ORDER BY f.app, f.rule",
	[STMT_FINDING_PUT] =
		"INSERT INTO finding_finding "
		"(app, rule, severity, title, cites, duty, evidence, first, last, state, seen) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'open', ?10) "
		"ON CONFLICT (app, rule) DO UPDATE SET severity = excluded.severity, title = excluded.title, "
		"cites = excluded.cites, duty = excluded.duty, first = excluded.first, last = excluded.last, "
		"evidence = CASE WHEN ?11 THEN evidence ELSE excluded.evidence END, state = 'open', seen = "
		"excluded.seen",
	[STMT_FINDING_CLOSE] = "UPDATE finding_finding SET state = 'closed' WHERE id = ?1",
	[STMT_ALERT_OPEN] = "INSERT INTO alert_alert (severity, name, title, cites, subjects, clients, "
			    "facts, first, last, "
			    "app, rule, uuid, opened, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
			    "?10, ?11, ?12, ?13, 'open')",
	[STMT_ALERT_REPEAT] = "UPDATE alert_alert SET severity = ?1, name = ?2, title = ?3, cites = ?4, "
			      "subjects = ?5, clients = ?6, "
			      "facts = ?7, first = ?8, last = ?9 WHERE id = ?10",
	[STMT_ALERT_RESOLVE] = "UPDATE alert_alert SET state = 'resolved', why = ?2, why_text = ?3, resolved "
			       "= ?4 WHERE id = ?1",
	[STMT_ALERT_FIND] = "SELECT " ALERT_COLUMNS " FROM alert_alert WHERE id = ?1",
	[STMT_ALERTS_OPEN] =
		"SELECT " ALERT_COLUMNS " FROM alert_alert WHERE state = 'open' ORDER BY app, rule, id",
	[STMT_ALERTS_ALL] = "SELECT " ALERT_COLUMNS " FROM alert_alert ORDER BY app, rule, id",
	[STMT_APP_STATUS] = "SELECT status, gone FROM app_app WHERE id = ?1",
	[STMT_APP_BEST_FILING] =
		"SELECT r.name, r.number, i.id, i.file FROM app_match m JOIN filed_row r ON r.id = m.filing "
		"JOIN filed_import i ON i.id = r.import WHERE m.app = ?1 AND m.rank = 0",
	[STMT_APP_DECISION] =
		"SELECT d.reason FROM app_app a JOIN decided_decision d ON d.kind || ':' || d.name = a.key "
		"WHERE a.id = ?1 AND d.withdrawn IS NULL AND d.decision = 'exempt'",
	[STMT_IMPORT_SAME] =
		"SELECT id FROM filed_import WHERE kind = ?1 AND sha256 = ?2 AND state = 'active'",
	[STMT_IMPORT_NEWEST] = "SELECT max(id) FROM filed_import WHERE kind = ?1 AND state = 'active'",
	[STMT_IMPORT_ADD] = "INSERT INTO filed_import (kind, sha256, file, charset, time, rows, added, "
			    "changed, unchanged, refused, state) "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, ?7, 'active')",
	[STMT_IMPORT_COUNTS] =
		"UPDATE filed_import SET added = ?2, changed = ?3, unchanged = ?4 WHERE id = ?1",
	[STMT_IMPORT_STATE] = "SELECT state, kind, rows FROM filed_import WHERE id = ?1",
	[STMT_IMPORT_UNDO] = "UPDATE filed_import SET state = 'undone', undone = ?2 WHERE id = ?1",
	[STMT_IMPORTS_ALL] = "SELECT id, kind, file, sha256, charset, time, rows, added, changed, unchanged, "
			     "refused, state "
			     "FROM filed_import ORDER BY id",
	[STMT_FILING_CURRENT] = "SELECT " FILED_FIELDS " FROM filed_current WHERE kind = ?1 AND key = ?2",
	[STMT_FILING_ADD] = "INSERT INTO filed_row (import, line, kind, key, " FILED_FIELDS ") "
			    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
			    "?17, ?18, ?19, ?20, ?21, "
			    "?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)",
	[STMT_FILINGS_ALL] =
		"SELECT id, kind, import, line, " FILED_FIELDS " FROM filed_current ORDER BY kind, id",
	[STMT_SUBJECTS_NAMED] = "SELECT kind FROM observed_subject WHERE name = ?1 ORDER BY kind",
	[STMT_APP_OF_SUBJECT] = "SELECT a.id, a.key, m.tie FROM app_member m JOIN app_app a ON a.id = m.app "
				"WHERE m.subject = ?1",
	[STMT_BYSTANDER] = "SELECT id, digest = 0 FROM app_app WHERE key = ?1 AND gone = 0",
	[STMT_BYSTANDERS_ALL] = "SELECT key, id FROM app_app WHERE gone = 0 AND digest = 0",
	[STMT_SUBJECT_NAME] = "SELECT kind, name FROM observed_subject WHERE id = ?1",
	/* a host and those below it that no app has, the first seen first */
	[STMT_SUBJECTS_WITHIN] =
		"SELECT id, name FROM observed_subject s WHERE kind = ?1 "
		"AND (name = ?2 OR substr(name, -length(?2) - 1) = '.' || ?2) "
		"AND NOT EXISTS (SELECT 1 FROM app_member m WHERE m.subject = s.id) AND " SEEN " ORDER BY id",
	[STMT_APP_KEY] = "SELECT key FROM app_app WHERE id = ?1",
	[STMT_APP_BY_KEY] = "SELECT id FROM app_app WHERE key = ?1 AND gone = 0",
	[STMT_NOTE_OF] = "SELECT note FROM app_note WHERE subject = ?1",
	[STMT_DECISION_ADD] = "INSERT INTO decided_decision (decision, kind, name, reason, by, time) VALUES "
			      "(?1, ?2, ?3, ?4, ?5, ?6)",
	[STMT_DECISION_WITHDRAW] = "UPDATE decided_decision SET withdrawn = ?4 "
				   "WHERE decision = ?1 AND kind = ?2 AND name = ?3 AND withdrawn IS NULL",
	[STMT_APPS_LIST] = "SELECT a.id, a.name, a.status, a.clients, a.days, a.count, a.first, a.last, "
			   "a.score, a.unit, s.kind, s.name, a.digest = 0 "
			   "FROM app_app a LEFT JOIN app_member m ON m.app = a.id LEFT JOIN observed_subject "
			   "s ON s.id = m.subject "
			   "WHERE a.gone = 0 AND (?1 IS NULL OR a.status = ?1) AND (?2 IS NULL OR a.id = ?2) "
			   "ORDER BY a.id, s.kind, s.name",
	[STMT_APP_STEPS] = "SELECT steps, key FROM app_app WHERE id = ?1",
	[STMT_MEMBERS_ALL] = "SELECT subject FROM app_member",
	[STMT_MEMBERS_OF] = "SELECT s.id, m.tie FROM app_member m JOIN observed_subject s ON s.id = "
			    "m.subject WHERE m.app = ?1 "
			    "ORDER BY s.kind, s.name",
	[STMT_LINKS_OF] =
		"SELECT a.kind, a.name, b.kind, b.name, sum(l.count) "
		"FROM observed_link l JOIN observed_subject a ON a.id = l.subject JOIN observed_subject b ON "
		"b.id = l.target "
		"WHERE +l." COUNTED
		"AND (l.subject IN (SELECT subject FROM app_member WHERE app = ?1 UNION ALL SELECT value "
		"FROM json_each(?2)) OR l.target IN (SELECT subject FROM app_member WHERE app = ?1 UNION ALL "
		"SELECT value FROM json_each(?2))) "
		"GROUP BY l.subject, l.target ORDER BY a.kind, a.name, b.kind, b.name",
	[STMT_MATCHES_OF] =
		"SELECT r.kind, r.name, r.operator, r.unit, r.number, r.import, r.line, m.grade, m.keys, "
		"m.score "
		"FROM app_match m JOIN filed_row r ON r.id = m.filing WHERE m.app = ?1 ORDER BY m.rank",
	[STMT_FINDINGS_LIST] = "SELECT f.id, f.app, a.name, f.rule, f.severity, f.title, f.cites, f.duty, "
			       "a.unit, f.evidence, f.first, "
			       "f.last, f.state FROM finding_finding f JOIN app_app a ON a.id = f.app "
			       "WHERE f.state = 'open' AND (?1 IS NULL OR f.app = ?1) ORDER BY f.app, f.rule",
	[STMT_ALERT_UUID_OF] = "SELECT uuid, rule, state, title, why_text FROM alert_alert WHERE app = ?1 "
			       "ORDER BY id DESC LIMIT ?2",
	[STMT_STATUS_BYTES] =
		"SELECT c.page_count * s.page_size FROM pragma_page_count c, pragma_page_size s",
	[STMT_STATUS_SUBJECTS] = "SELECT count(*) FROM observed_subject",
	/* counted as they were written: asked often, and never forgotten */
	[STMT_STATUS_DAYS] = "SELECT sum(days) FROM source",
	[STMT_STATUS_SERVERS] = "SELECT sum(servers) FROM source",
	[STMT_STATUS_LINKS] = "SELECT sum(links) FROM source",
	[STMT_STATUS_IMPORTS] = "SELECT count(*) FROM filed_import WHERE state = 'active'",
	[STMT_STATUS_ROWS] = "SELECT count(*) FROM filed_row",
	[STMT_STATUS_CURRENT] = "SELECT count(*) FROM filed_current",
	[STMT_STATUS_DECISIONS] = "SELECT count(*) FROM decided_decision WHERE withdrawn IS NULL",
	[STMT_STATUS_APPS] = "SELECT count(*) FROM app_app WHERE gone = 0",
	[STMT_STATUS_FINDINGS] = "SELECT count(*) FROM finding_finding WHERE state = 'open'",
	[STMT_STATUS_ALERTS_OPEN] = "SELECT count(*) FROM alert_alert WHERE state = 'open'",
	[STMT_STATUS_ALERTS_RESOLVED] = "SELECT count(*) FROM alert_alert WHERE state = 'resolved'",
	[STMT_STATUS_SOURCES] = "SELECT count(*) FROM source",
	[STMT_STATUS_BY_STATUS] =
		"SELECT status, sum(n) FROM (SELECT status, count(*) AS n FROM app_app WHERE gone = 0 "
		"GROUP BY status UNION ALL SELECT 'undecided', ?1 WHERE ?1 > 0) GROUP BY status ORDER BY "
		"status",
	[STMT_STATUS_OUTBOX] = "SELECT sink, sum(delivered IS NULL), sum(delivered IS NOT NULL), "
			       "(SELECT error FROM outbox x WHERE x.sink = o.sink AND x.error IS NOT NULL "
			       "ORDER BY x.tried DESC LIMIT 1) "
			       "FROM outbox o GROUP BY sink ORDER BY sink",
	[STMT_STATUS_LAST_IMPORT] = "SELECT id, kind, file, time FROM filed_import WHERE state = 'active' "
				    "ORDER BY id DESC LIMIT 1",
	[STMT_SOURCES_NEWEST] =
		"SELECT id, name, digest, state, begun, first, last, observations, messages, "
		"replay FROM source WHERE id IN (SELECT id FROM source ORDER BY id DESC LIMIT ?1) "
		"OR id IN (SELECT max(id) FROM source WHERE replay = 0 GROUP BY name) "
		"ORDER BY id DESC",
	[STMT_COUNTERS_OF] = "SELECT name, value FROM source_counter WHERE source = ?1 ORDER BY name",
	[STMT_PROBE_STATE] = "SELECT paused, planned, digest, progress, round FROM probe_state",
	[STMT_PROBE_SECRET] = "SELECT secret FROM probe_state",
	[STMT_PROBE_PLANNED] = "UPDATE probe_state SET planned = ?1, digest = ?2, round = ?3",
	[STMT_PROBE_PAUSE] = "UPDATE probe_state SET paused = ?1",
	[STMT_PROBE_PROGRESS] = "UPDATE probe_state SET progress = ?1",
	[STMT_PROBE_ANEW] = "UPDATE probe_app SET verdict = NULL, plan = NULL",
	/* members of the apps that are asked about; ?1: also of those that are as they were planned */
	[STMT_PROBE_CANDIDATES] =
		"SELECT a.id, a.digest, p.plan, a.status, a.clients, a.days, s.kind, s.name, " REACHED
		" FROM app_app a LEFT JOIN probe_app p ON p.app = a.id "
		"CROSS JOIN app_member m ON m.app = a.id CROSS JOIN observed_subject s ON s.id = m.subject "
		"WHERE " ASKED " AND (?1 OR p.verdict IS NOT a.digest) AND (?2 IS NULL OR a.id = ?2) "
		"ORDER BY a.id, s.kind, s.name",
	[STMT_PROBE_APPS_LEFT] =
		"SELECT p.app FROM probe_app p CROSS JOIN app_app a ON a.id = p.app WHERE NOT (" ASKED ")",
	[STMT_PROBE_APPS_PUT] = "INSERT INTO probe_app (app, verdict, plan) SELECT c1, c2, c3 FROM feed(?1) "
				"WHERE true ON CONFLICT (app) DO UPDATE SET verdict = excluded.verdict, "
				"plan = excluded.plan",
	[STMT_PROBE_APP_DROP] = "DELETE FROM probe_app WHERE app = ?1",
	[STMT_PROBE_JOBS_COUNT] = "SELECT count(*) FROM probe_job",
	[STMT_PROBE_JOBS_KNOWN] =
		"SELECT f.rowid FROM feed(?1) f CROSS JOIN probe_job j ON j.kind = f.c1 AND j.name = f.c2 "
		"AND j.probe = f.c3 AND j.target = ''",
	[STMT_PROBE_JOBS_PUT] =
		"INSERT INTO probe_job (kind, name, probe, target, app, why, origin, wanted, rank, due, "
		"round) "
		"SELECT c1, c2, c3, '', c4, c5, 'plan', 1, 1, c6, ?2 FROM feed(?1) WHERE true "
		"ON CONFLICT (kind, name, probe, target) DO UPDATE SET app = excluded.app, "
		"why = excluded.why, origin = 'plan', wanted = 1, round = excluded.round",
	[STMT_PROBE_JOBS_STALE] = "UPDATE probe_job SET wanted = 0, round = ?2 WHERE app = ?1 AND "
				  "origin = 'plan' AND wanted = 1 AND round <> ?2",
	[STMT_PROBE_JOBS_FORGET] =
		"DELETE FROM probe_job WHERE wanted = 0 AND handed IS NULL AND coalesce(tried, 0) < ?1",
	/* what a person waits for is his until it is answered */
	[STMT_PROBE_CHILDREN_PLANNED] =
		"UPDATE probe_job AS c SET wanted = " LED ", app = p.app, origin = 'fact' FROM probe_job p "
		"WHERE c.parent IS NOT NULL AND c.origin <> 'plan' AND c.rank < 2 AND p.id = c.parent "
		"AND p.round = ?1 AND (c.wanted <> " LED " OR c.app IS NOT p.app)",
	[STMT_PROBE_CHILDREN_OF] =
		"UPDATE probe_job AS c SET wanted = " LED ", origin = 'fact' FROM probe_job p "
		"WHERE p.id = ?1 AND c.parent = ?1 AND c.origin <> 'plan' AND c.rank < 2 AND c.wanted "
		"<> " LED,
	[STMT_PROBE_DUE] =
		"SELECT id, kind, name, probe, target, etag, modified, version, app, rank FROM probe_job "
		"WHERE wanted = 1 AND handed IS NULL AND rank = ?1 AND due <= ?2 ORDER BY due LIMIT ?3",
	[STMT_PROBE_TOGETHER] =
		"SELECT id, kind, name, probe, target, etag, modified, version, app, rank, due, tried, "
		"outcome, failures FROM probe_job WHERE kind = ?1 AND name = ?2 AND wanted = 1 "
		"AND handed IS NULL AND id <> ?3 ORDER BY rank DESC, id LIMIT ?4",
	[STMT_PROBE_NEXT] =
		"SELECT min(due) FROM probe_job WHERE wanted = 1 AND handed IS NULL AND rank = ?1",
	[STMT_PROBE_HAND] = "UPDATE probe_job SET handed = ?2 WHERE id = ?1",
	[STMT_PROBE_HAND_BACK] = "UPDATE probe_job SET handed = NULL WHERE id = ?1 AND handed IS NOT NULL",
	[STMT_PROBE_HANDED] = "SELECT id FROM probe_job WHERE handed IS NOT NULL ORDER BY handed, id",
	[STMT_PROBE_JOB_HANDED] =
		"SELECT kind, name, probe, target, app, origin, wanted, attempts, failures, version, "
		"etag, modified, outcome FROM probe_job WHERE id = ?1 AND handed IS NOT NULL",
	/* a hold that came while it was out stays */
	[STMT_PROBE_ANSWERED] =
		"UPDATE probe_job SET handed = NULL, wanted = ?2, rank = ?3, due = max(due, ?4), "
		"attempts = ?5, failures = ?6, tried = ?7, done = CASE WHEN ?8 THEN ?7 ELSE done END, "
		"outcome = ?9, status = ?10, version = ?11, remark = ?12, etag = ?13, modified = ?14 "
		"WHERE id = ?1",
	/* one that a fact led to may be wanted again, as it is */
	[STMT_PROBE_TARGET_OVER] = "SELECT target FROM probe_job WHERE id = ?1 AND " OVER,
	[STMT_PROBE_TARGETS_OVER] = "SELECT id FROM probe_job WHERE target <> '' AND " OVER,
	[STMT_PROBE_TARGET_CLEAR] =
		"DELETE FROM probe_job WHERE id <> ?1 AND target = ?2 AND (kind, name, probe) = "
		"(SELECT kind, name, probe FROM probe_job WHERE id = ?1)",
	[STMT_PROBE_TARGET_SET] = "UPDATE probe_job SET target = ?2 WHERE id = ?1",
	[STMT_PROBE_KINDS_NAMED] = "SELECT kind FROM observed_subject WHERE name = ?1 UNION "
				   "SELECT kind FROM probe_job WHERE name = ?1 ORDER BY kind",
	[STMT_PROBE_WANTED] = "UPDATE probe_job SET wanted = ?2 WHERE id = ?1",
	/* also of what is out, or not wanted now: the one may be lost, the other wanted anew */
	[STMT_PROBE_HOLD_HOST] = "UPDATE probe_job SET due = ?1 WHERE kind = 0 AND name = ?2 AND due < ?1",
	[STMT_PROBE_HOLD_PROBE] = "UPDATE probe_job SET due = ?1 WHERE probe = ?2 AND due < ?1",
	[STMT_PROBE_HELD_HOST] = "SELECT max(due) FROM probe_job WHERE kind = 0 AND name = ?1 "
				 "AND outcome = ?2 AND due > ?3",
	[STMT_PROBE_HELD_PROBE] = "SELECT max(due) FROM probe_job WHERE probe = ?1 AND outcome = ?2 "
				  "AND due > ?3",
	[STMT_PROBE_COUNT] = "INSERT INTO probe_counter (name, value) VALUES (?1, ?2) "
			     "ON CONFLICT DO UPDATE SET value = value + excluded.value",
	[STMT_PROBE_COUNTERS] = "SELECT name, value FROM probe_counter ORDER BY name",
	[STMT_PROBE_DAY_NEWEST] = "SELECT max(day) FROM probe_day",
	[STMT_PROBE_DAY_OPEN] = "INSERT OR IGNORE INTO probe_day (day, answered, done) VALUES (?1, 0, 0)",
	[STMT_PROBE_DAY_CLOSE] = "UPDATE probe_day SET waiting = ?2 WHERE day = ?1",
	[STMT_PROBE_DAY_COUNT] =
		"UPDATE probe_day SET answered = answered + 1, done = done + ?2 WHERE day = ?1",
	[STMT_PROBE_DAYS] = "SELECT day, answered, done, waiting FROM probe_day ORDER BY day DESC LIMIT ?1",
	[STMT_PROBE_WAITING] = "SELECT count(*) FROM probe_job WHERE wanted = 1 AND handed IS NULL "
			       "AND rank IN (0, 1, 2) AND due < ?1",
	[STMT_PROBE_FACTS_SAME] =
		"SELECT count(*) FROM feed(?1) f CROSS JOIN probe_fact x ON x.kind = ?2 AND x.name = ?3 "
		"AND x.type = f.c1 AND x.value = f.c2 AND x.job = ?4 AND x.gone IS NULL "
		"AND x.confidence = f.c3 AND x.note = f.c4",
	[STMT_PROBE_FACTS_PUT] =
		"INSERT INTO probe_fact (kind, name, type, value, job, version, confidence, note, first, "
		"last) SELECT ?2, ?3, c1, c2, ?4, ?5, c3, c4, ?6, ?6 FROM feed(?1) WHERE true "
		"ON CONFLICT (kind, name, type, value, job) DO UPDATE SET version = excluded.version, "
		"confidence = excluded.confidence, note = excluded.note, last = excluded.last, gone = NULL, "
		/* one that comes back begins anew: rules count how long it has stood */
		"first = CASE WHEN gone IS NULL THEN first ELSE excluded.first END",
	[STMT_PROBE_FACTS_GONE] =
		"UPDATE probe_fact SET gone = ?2 WHERE job = ?1 AND gone IS NULL AND last <> ?2",
	[STMT_PROBE_FACTS_LAST] = "UPDATE probe_fact SET last = ?2 WHERE job = ?1 AND gone IS NULL",
	[STMT_PROBE_FACTS_FORGET] =
		"DELETE FROM probe_fact WHERE job = ?1 AND gone IS NOT NULL AND (type, value) NOT IN "
		"(SELECT type, value FROM probe_fact WHERE job = ?1 AND gone IS NOT NULL "
		"ORDER BY gone DESC, type, value LIMIT ?2)",
	[STMT_PROBE_FACTS_NUMBER] = "SELECT count(*) FROM probe_fact WHERE gone IS NULL",
	[STMT_PROBE_FACTS_OF] = "SELECT " FACT_COLUMNS " FROM probe_fact f JOIN probe_job j ON j.id = f.job "
				"WHERE f.kind = ?1 AND f.name = ?2 ORDER BY f.type, f.value, f.job",
	[STMT_PROBE_FACTS_ALL] = "SELECT " FACT_COLUMNS " FROM probe_fact f JOIN probe_job j ON j.id = f.job "
				 "WHERE (f.gone IS NULL OR ?1) AND (?2 IS NULL OR j.app = ?2) "
				 "AND (?3 IS NULL OR f.kind = ?3) AND (?4 IS NULL OR f.name = ?4) "
				 "ORDER BY f.kind, f.name, f.type, f.value, f.job",
	[STMT_PROBE_LEADS] = "SELECT kind, name, probe, target, app, why, due FROM probe_job "
			     "WHERE parent IS NOT NULL AND origin = 'fact' AND wanted = 1 "
			     "AND (?1 IS NULL OR app = ?1) ORDER BY app, id",
	[STMT_PROBE_LEADS_COUNT] =
		"SELECT count(*) FROM probe_job WHERE parent = ?1 AND origin = 'fact' AND wanted = 1",
	[STMT_PROBE_LEAD_PUT] =
		"INSERT INTO probe_job (kind, name, probe, target, app, parent, why, origin, wanted, rank, "
		"due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'fact', 1, 1, ?8) "
		"ON CONFLICT (kind, name, probe, target) DO UPDATE SET origin = 'fact', wanted = 1, "
		"app = excluded.app, parent = excluded.parent, why = excluded.why WHERE origin <> 'plan'",
	[STMT_PROBE_TRANSCRIPT_PUT] =
		"INSERT OR REPLACE INTO probe_transcript (job, success, time, outcome, digest, text) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STMT_PROBE_TRANSCRIPTS_OF] = "SELECT time, outcome, digest, text FROM probe_transcript "
				      "WHERE job = ?1 ORDER BY time DESC",
	[STMT_PROBE_SCOPE_HOSTS] =
		"SELECT s.name FROM app_member m CROSS JOIN observed_subject s ON s.id = m.subject "
		"WHERE m.app = ?1 AND s.kind = 0 ORDER BY s.name LIMIT ?2",
	[STMT_PROBE_JOB_FIND] = "SELECT id, due, handed IS NOT NULL FROM probe_job "
				"WHERE kind = ?1 AND name = ?2 AND probe = ?3 AND target = ?4",
	[STMT_PROBE_JOB_ASK] = "UPDATE probe_job SET rank = 2, due = ?2, origin = CASE WHEN wanted "
			       "THEN origin ELSE 'person' END, wanted = 1 WHERE id = ?1",
	[STMT_PROBE_JOB_ADD] = "INSERT INTO probe_job (kind, name, probe, target, app, why, origin, wanted, "
			       "rank, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'person', 1, 2, ?7)",
	[STMT_PROBE_JOBS_LIST] = "SELECT " JOB_COLUMNS " FROM probe_job WHERE (?1 OR wanted = 1) "
				 "AND (?2 IS NULL OR app = ?2) AND (?3 IS NULL OR kind = ?3) "
				 "AND (?4 IS NULL OR name = ?4) "
				 "ORDER BY wanted DESC, handed IS NULL, rank DESC, due, id LIMIT ?5",
	[STMT_PROBE_JOB_SHOW] = "SELECT " JOB_COLUMNS " FROM probe_job WHERE id = ?1",
	[STMT_PROBE_SUMMARY] = "SELECT count(*), sum(wanted), sum(wanted AND handed IS NULL AND due <= ?1), "
			       "sum(handed IS NOT NULL), sum(wanted AND handed IS NULL AND rank = 1), "
			       "sum(wanted AND handed IS NULL AND due < ?2) FROM probe_job",
	/* the subject's own app before that of its domain */
	[STMT_PROBE_SUBJECT_STATUS] =
		"SELECT a.id, a.status, 0 AS nearness FROM observed_subject s CROSS JOIN app_member m "
		"ON m.subject = s.id CROSS JOIN app_app a ON a.id = m.app "
		"WHERE s.kind = ?1 AND s.name = ?2 AND a.gone = 0 "
		"UNION ALL SELECT id, status, 1 FROM app_app WHERE key = ?3 AND gone = 0 AND digest <> 0 "
		"ORDER BY nearness LIMIT 1",
	[STMT_PROBE_LED_TO] = "SELECT 1 FROM probe_job WHERE kind = ?1 AND name = ?2 AND origin = 'fact' "
			      "AND wanted = 1 LIMIT 1",
	[STMT_PROBE_FACTS_OF_JOB] = "SELECT " FACT_COLUMNS " FROM probe_fact f JOIN probe_job j "
				    "ON j.id = f.job WHERE f.job = ?1 AND f.gone IS NULL "
				    "ORDER BY f.type, f.value",
};

const char *stmt_sql(enum stmt id) { return statements[id]; }
