/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A database of the first schema, made here by its own migration and filled as that beiand filled it, is
 * converted without losing a thing; so is one of each schema since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/words.h"
#include "db/channel.h"
#include "db/db.h"
#include "db/migrate.h"

static char folder[64], path[96], error[DB_ERROR_MAX];

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/beiand-migrate-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/beiand.db", folder);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[112];

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
	return rmdir(folder);
}

/* The channels of each day: rows of their own in the schemas before the sixth. */
#define DAYS "observed_day d CROSS JOIN channels(d.channels) c"

static void run(sqlite3 *sqlite, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(sqlite, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

/* One live run over two days and a rotation of the key, one capture, one that was cut short. */
static const char filled[] =
	"INSERT INTO source (id, name, digest, state, last_seq, begun, ended, first, last, observations, "
	"messages)"
	" VALUES (3, 'eth1', NULL, 'running', 8, 10, NULL, 100, 200, 5, 50),"
	" (4, 'a.pcap', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'complete', 1, "
	"20, 30, 1,"
	"  2, 1, 7),"
	" (6, 'b.pcap', 'aaaac44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'running', 1, "
	"40, NULL, 1,"
	"  2, 1, 7);"
	"INSERT INTO source_counter VALUES (3, 'packets', 999), (4, 'packets', 5);"
	"INSERT INTO observed_subject VALUES (1, 'host', 'jw.example.edu.cn'), (2, 'wechat-mini', 'wx0123'),"
	" (7, 'host', 'cname.example.edu.cn'), (9, 'ios-bundle', 'cn.edu.example');"
	"INSERT INTO observed_day (subject, key_epoch, via, day, source, first, last, count, sketch) VALUES"
	" (1, 1, 'tls', 20000, 3, 100, 101, 3, x'0000'), (1, 2, 'tls', 20001, 3, 102, 103, 4, x'0001'),"
	" (1, 1, 'dns-query', 20000, 3, 100, 101, 3, x'0002'), (2, 0, 'http-url', 20002, 4, 1, 2, 7, "
	"x'0003'),"
	" (9, 0, 'http-user-agent', 20002, 6, 1, 2, 7, x'0004');"
	"INSERT INTO observed_server VALUES"
	" (1, 'tls', x'00000000000000000000ffffc0000201', 443, 3),"
	" (1, 'tls', x'20010db8000000000000000000000001', 65535, 3),"
	" (1, 'dns-query', x'00000000000000000000ffff0a000001', 53, 3),"
	" (2, 'http-url', x'00000000000000000000ffffc0000202', 128, 4);"
	"INSERT INTO observed_link VALUES (1, 7, 3, 5), (2, 1, 4, 6);"
	"INSERT INTO app_app (id, key, name, status, score, clients, days, count, first, last, steps, digest)"
	" VALUES (1, 'host:jw.example.edu.cn', 'jw', 'undecided', 1.0, 1, 1, 1, 1, 1, '[]', 1);"
	"INSERT INTO app_member VALUES (1, 1, 'anchor');"
	"INSERT INTO app_note VALUES (9, 'why');";

static void make_first(const char *more)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	run(sqlite, "PRAGMA journal_mode = WAL");
	run(sqlite, migrations[0].sql);
	run(sqlite, "PRAGMA foreign_keys = ON");
	run(sqlite, filled);
	run(sqlite, more);
	sqlite3_close(sqlite);
}

/* What SQL says of the converted database, rows divided by blanks. */
static void ask(const char *sql, char got[1024])
{
	sqlite3_stmt *stmt;
	sqlite3 *sqlite;
	size_t n = 0;

	got[0] = '\0';
	assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(channel_register(sqlite), SQLITE_OK);
	if (sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(sqlite));
	while (sqlite3_step(stmt) == SQLITE_ROW)
		n += (size_t)snprintf(got + n, 1024 - n, "%s%s", n > 0 ? " " : "",
				      (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(sqlite);
}

static void expect(const char *sql, const char *want)
{
	char got[1024];

	ask(sql, got);
	if (strcmp(got, want) != 0)
		fail_msg("%s\nis   %s\nwant %s", sql, got, want);
}

static void convert(void)
{
	struct db *db = db_open(path, DB_CREATE, error);

	if (db == NULL)
		fail_msg("%s", error);
	assert_int_equal(db_schema_version(db), migration_count);
	assert_true(db_sound(db, DB_SOUND_WHOLE));
	db_close(db);
}

static void everything_is_kept(void **state)
{
	(void)state;
	make_first("");
	assert_null(db_open(path, DB_READONLY, error)); /* who only reads does not convert */
	convert();
	expect("SELECT id || name || replay || state || last_seq || begun || observations || messages FROM "
	       "source",
	       "3eth10running810550 4a.pcap1complete12017 6b.pcap1running14017");
	expect("SELECT id || coalesce(substr(digest, 1, 4), '-') FROM source ORDER BY id", "3- 4e3b0 6-");
	expect("SELECT id FROM source_counted", "3 4");
	expect("SELECT source || name || value FROM source_counter", "3packets999 4packets5");
	expect("SELECT id || '/' || kind || '/' || name FROM observed_subject",
	       "1/0/jw.example.edu.cn 2/1/wx0123 7/0/cname.example.edu.cn 9/15/cn.edu.example");
	expect("SELECT count(*) FROM observed_day", "4");
	expect("SELECT subject || '/' || key_epoch || '/' || via || '/' || day || '/' || source || '/' || "
	       "first || '/' "
	       "|| last || '/' || count || '/' || hex(sketch) FROM " DAYS,
	       "1/1/0/20000/3/100/101/3/0002 1/1/3/20000/3/100/101/3/0000 1/2/3/20001/3/102/103/4/0001 "
	       "2/0/8/20002/4/1/2/7/0003 9/0/6/20002/6/1/2/7/0004");
	expect("SELECT hex(servers) FROM " DAYS " WHERE subject = 1 AND via = 3 AND day = 20000",
	       "00000000000000000000FFFFC000020101BB"
	       "20010DB8000000000000000000000001FFFF");
	expect("SELECT hex(servers) FROM " DAYS " WHERE subject = 1 AND via = 0",
	       "00000000000000000000FFFF0A0000010035");
	expect("SELECT hex(servers) FROM " DAYS " WHERE subject = 2", "00000000000000000000FFFFC00002020080");
	expect("SELECT sum(length(servers)) || '/' || sum(length(details)) FROM " DAYS, "72/0");
	expect("SELECT subject || '/' || target || '/' || source || '/' || count FROM observed_link",
	       "1/7/3/5 2/1/4/6");
	expect("SELECT id || '/' || days || '/' || servers || '/' || links FROM source",
	       "3/3/3/1 4/1/1/1 6/1/0/0");
	expect("SELECT subject || tie FROM app_member", "1anchor");
	expect("SELECT subject || note FROM app_note", "9why");
	expect("SELECT count(*) FROM pragma_foreign_key_check", "0");
	expect("SELECT name FROM sqlite_schema WHERE name LIKE '%\\_new%' ESCAPE '\\'", "");
	convert(); /* once more: nothing left to do */
}

/* Each port and each word of the vocabulary arrives as what it was. */
static void every_value_is_converted(void **state)
{
	char sql[512] = "", want[1024] = "";
	size_t n = 0;

	(void)state;
	for (int v = 0; v < VIA_COUNT; v++)
		n += (size_t)snprintf(want + n, sizeof(want) - n, "%s%s/%d", v ? " " : "", via_name(v), v);
	make_first(
		"WITH v (name) AS (VALUES ('dns-query'), ('dns-answer'), ('http'), ('tls'), ('quic'), "
		"('http-referer'), ('http-user-agent'), ('http-requested-with'), ('http-url')) "
		"INSERT INTO observed_day (subject, key_epoch, via, day, source, first, last, count, sketch) "
		"SELECT 7, 0, name, 1, 3, 1, 1, 1, CAST(name AS BLOB) FROM v;"
		"WITH RECURSIVE p (n) AS (VALUES (0) UNION ALL SELECT n + 251 FROM p WHERE n + 251 < 65536) "
		"INSERT INTO observed_server SELECT 7, 'quic', zeroblob(16), n, 3 FROM p;");
	convert();
	expect("SELECT CAST(sketch AS TEXT) || '/' || via FROM " DAYS " WHERE subject = 7 ORDER BY via",
	       want);
	snprintf(sql, sizeof(sql),
		 "WITH RECURSIVE p (n) AS (VALUES (0) UNION ALL SELECT n + 251 FROM p WHERE n + 251 < 65536) "
		 "SELECT count(*) FROM p, " DAYS " WHERE d.subject = 7 AND c.via = 4 AND "
		 "hex(substr(c.servers, n / 251 * 18 + 17, 2)) = printf('%%04X', n)");
	expect(sql, "262");
	expect("SELECT length(servers) / 18 FROM " DAYS " WHERE subject = 7 AND via = 4", "262");
}

/* As the beiand of that schema left it. */
static void make_version(int version)
{
	sqlite3 *sqlite;

	make_first("");
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(channel_register(sqlite), SQLITE_OK);
	run(sqlite, "PRAGMA foreign_keys = OFF");
	for (int i = 1; i < version; i++)
		run(sqlite, migrations[i].sql);
	sqlite3_close(sqlite);
}

/* Every cell of one table. */
static void dump_table(sqlite3 *sqlite, const char *table, struct buf *out)
{
	char *sql = sqlite3_mprintf("SELECT * FROM %Q", table);
	sqlite3_stmt *stmt;

	buf_printf(out, "\n%s", table);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const uint8_t *bytes = sqlite3_column_blob(stmt, i);
			buf_printf(out, " %d:", sqlite3_column_type(stmt, i));
			for (int k = 0; k < sqlite3_column_bytes(stmt, i); k++)
				buf_printf(out, "%02x", bytes[k]);
		}
	sqlite3_finalize(stmt);
	sqlite3_free(sql);
}

/* Of all tables but that with the database's own secret; the ninth schema's own is empty. */
static void dump(struct buf *out)
{
	static const char tables[] = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN "
				     "('probe_state', 'observed_recent') ORDER BY name";
	sqlite3_stmt *stmt;
	sqlite3 *sqlite;

	buf_reset(out);
	assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sqlite, tables, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		dump_table(sqlite, (const char *)sqlite3_column_text(stmt, 0), out);
	sqlite3_finalize(stmt);
	sqlite3_close(sqlite);
}

/* Whatever schema it comes from; the ninth leaves every cell of the eighth as it was. */
static void each_schema_is_converted_alike(void **state)
{
	struct buf first = { 0 }, now = { 0 }, old = { 0 };

	for (int version = 1; version < migration_count; version++) {
		make_version(version);
		dump(&old);
		convert();
		dump(version == 1 ? &first : &now);
		if (version > 1)
			assert_string_equal(now.p, first.p);
		if (version == 8)
			assert_string_equal(now.p, old.p);
		expect("SELECT count(*) FROM observed_recent", "0");
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
	assert_non_null(strstr(first.p, "\nobserved_day 1:31 1:31 "));
	buf_clear(&first);
	buf_clear(&now);
	buf_clear(&old);
}

/* Each database makes up names of its own: one that was converted, a new one, another new one. */
static void each_has_its_own_secret(void **state)
{
	static const char zero[] = "00000000000000000000000000000000";
	char secret[3][1024];

	make_first("");
	for (int i = 0; i < 3; i++) {
		convert();
		ask("SELECT hex(secret) FROM probe_state", secret[i]);
		assert_int_equal(strlen(secret[i]), 32);
		assert_string_not_equal(secret[i], zero);
		convert();
		expect("SELECT hex(secret) FROM probe_state", secret[i]); /* for good */
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
	assert_string_not_equal(secret[0], secret[1]);
	assert_string_not_equal(secret[1], secret[2]);
}

/* A word that this beiand does not know must not vanish with its row. */
static void unknown_words_stop_it(void **state)
{
	(void)state;
	make_first(
		"INSERT INTO observed_subject VALUES (11, 'pager', 'x');"
		"INSERT INTO observed_day (subject, key_epoch, via, day, source, first, last, count, sketch) "
		"VALUES (11, 0, 'tls', 1, 3, 1, 1, 1, x'0000');");
	assert_null(db_open(path, DB_CREATE, error));
	expect("SELECT count(*) FROM observed_day", "6");
	expect("SELECT user_version FROM pragma_user_version", "1");
}

/* References that were broken before are not hidden by the conversion. */
static void broken_references_stop_it(void **state)
{
	(void)state;
	make_first("PRAGMA foreign_keys = OFF; DELETE FROM observed_subject WHERE id = 9;");
	assert_null(db_open(path, DB_CREATE, error));
	assert_non_null(strstr(error, "已损坏"));
	expect("SELECT user_version FROM pragma_user_version", "1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(everything_is_kept),        TEST(every_value_is_converted),
		TEST(each_has_its_own_secret),   TEST(unknown_words_stop_it),
		TEST(broken_references_stop_it), TEST(each_schema_is_converted_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
