/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store over a real database file in a temporary folder, the shipped data tables, and observations to feed
 * it. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "db/channel.h"
#include "store/answer.h"
#include "store/state.h"

static const int64_t noon = 1795233600000000; /* 2026-11-21 12:00 in Beijing */
static const int64_t one_day = 86400000000;

static struct {
	char folder[64];
	struct conf conf;
	struct data data;
	struct store *store;
	struct buf lines; /* of the last answer, each ended by a newline */
	char error[STORE_ERROR_MAX];
} fx;

/* `more`: further lines of [policy], may be "". */
static inline void fx_conf(const char *profile, const char *more)
{
	struct buf text = { 0 };
	char error[CONF_ERROR_MAX] = "";

	conf_clear(&fx.conf);
	buf_printf(&text,
		   "[campus]\nname = 示例大学\ndomains = example.edu.cn\nprefixes = 10.0.0.0/8\n"
		   "[store]\ndatabase = %s/beiand.db\n[alert]\nfile = %s/alerts.jsonl\nsyslog = /dev/log\n"
		   "[policy]\nprofile = %s\n%s",
		   fx.folder, fx.folder, profile, more);
	if (conf_parse(&fx.conf, "test", text.p, text.len, error) != 0)
		fail_msg("%s", error);
	buf_clear(&text);
}

static inline void fx_open(void)
{
	fx.store = store_open(&fx.conf, &fx.data, false, fx.error);
	if (fx.store == NULL)
		fail_msg("%s", fx.error);
}

static inline void fx_reopen(void)
{
	store_close(fx.store);
	fx_open();
}

static inline int fx_set_up(void **state)
{
	char error[CONF_ERROR_MAX] = "";

	(void)state;
	snprintf(fx.folder, sizeof(fx.folder), "/tmp/beiand-store-XXXXXX");
	if (mkdtemp(fx.folder) == NULL)
		return -1;
	if (data_load(&fx.data, "conf", error) != 0) {
		print_error("%s\n", error);
		return -1;
	}
	fx_conf("hnust", "");
	fx_open();
	return 0;
}

static inline int fx_tear_down(void **state)
{
	DIR *d = opendir(fx.folder);
	struct dirent *e;

	(void)state;
	store_close(fx.store);
	fx.store = NULL;
	while (d && (e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	conf_clear(&fx.conf);
	data_clear(&fx.data);
	buf_clear(&fx.lines);
	return rmdir(fx.folder);
}

/* `name` seen `count` times by `clients` clients, the first of them numbered `from`. */
static inline struct observation fx_seen(enum subject_kind kind, const char *name, enum via via, int from,
					 int clients)
{
	struct observation o = {
		.from = noon, .to = noon + 1000000, .kind = kind, .via = via, .count = (uint64_t)clients * 2
	};

	snprintf(o.name, sizeof(o.name), "%s", name);
	sketch_init(&o.clients);
	for (int i = 0; i < clients; i++) {
		struct hash_key key;
		int client = from + i;
		hash_key_fixed(&key, "test");
		sketch_add(&o.clients, hash_keyed(&key, &client, sizeof(client)));
	}
	return o;
}

static inline struct observation fx_host(const char *name, int clients)
{
	return fx_seen(SUBJECT_HOST, name, VIA_TLS, 0, clients);
}

static inline void fx_link(struct observation *o, enum subject_kind kind, const char *name)
{
	struct record_link *l = &o->links[o->link_count++];
	*l = (struct record_link){ .kind = kind, .count = 3 };
	snprintf(l->name, sizeof(l->name), "%s", name);
}

static inline void fx_ok(int result)
{
	if (result < 0)
		fail_msg("%s", store_error(fx.store));
}

static inline void fx_digest(char out[HASH_HEX_SIZE], const char *text)
{
	uint8_t sum[HASH_SHA256_SIZE];
	hash_sha256(sum, text, strlen(text));
	hash_hex(out, sum);
	out[32] = '\0';
}

static inline enum store_verdict fx_end(int64_t source, const char *name)
{
	char digest[HASH_HEX_SIZE];
	struct store_identity id = { .digest = digest };
	enum store_verdict verdict;

	if (name)
		fx_digest(digest, name);
	fx_ok(store_source_end(fx.store, source, name ? &id : NULL, &verdict));
	return verdict;
}

/* One whole capture in one batch. */
static inline void fx_capture(const char *name, const struct observation *o, size_t n)
{
	int64_t source;

	fx_ok(store_source_begin(fx.store, name, true, &source));
	fx_ok(store_batch(fx.store, source, 1, o, n));
	fx_end(source, name);
}

static inline void fx_take_line(void *arg, const char *json)
{
	json_error_t error;
	json_t *line = json_loads(json, JSON_REJECT_DUPLICATES, &error);

	(void)arg;
	if (line == NULL)
		fail_msg("%s: %s", error.text, json);
	json_decref(line);
	buf_puts(&fx.lines, json);
	buf_puts(&fx.lines, "\n");
}

/* Answers a command; words behind it end with NULL. The exit code; lines in fx.lines, error in fx.error. */
static inline int fx_ask(int fd, const char *command, ...)
{
	struct store_reply r = { .line = fx_take_line };
	char *argv[8];
	int argc = 0, code;
	va_list ap;

	va_start(ap, command);
	while (argc < 8 && (argv[argc] = va_arg(ap, char *)) != NULL)
		argc++;
	va_end(ap);
	buf_reset(&fx.lines);
	buf_puts(&fx.lines, "");
	code = store_answer(fx.store, command, argc, argv, fd, &r);
	snprintf(fx.error, sizeof(fx.error), "%s", r.error);
	return code;
}

static inline bool fx_says(const char *text) { return strstr(fx.lines.p, text) != NULL; }

static inline int fx_line_count(void)
{
	int n = 0;
	for (const char *p = fx.lines.p; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

/* The nth line (from 0) as JSON; the caller drops it. */
static inline json_t *fx_line(int n)
{
	const char *p = fx.lines.p;
	json_t *line;

	while (n-- > 0 && p)
		p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL;
	line = p ? json_loads(p, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	assert_non_null(line);
	return line;
}

static inline int64_t fx_number(enum stmt id)
{
	struct db_txn t;
	struct query q;
	int64_t n;

	db_begin(&t, fx.store->db, DB_READ);
	query_open(&q, &t, id);
	n = query_one(&q, -1);
	assert_int_equal(db_end(&t), 0);
	return n;
}

/* What every source counted as it wrote is what is there. */
static inline void fx_counts_hold(void)
{
	static const char sql[] =
		"SELECT (SELECT count(*) FROM source s WHERE (s.days, s.servers) <> (SELECT count(*), "
		"coalesce(sum(length(c.servers)), 0) / 18 FROM (SELECT * FROM observed_day UNION ALL "
		"SELECT * FROM observed_recent) d, channels(d.channels) c WHERE d.source = s.id) OR s.links "
		"<> (SELECT count(*) FROM observed_link l WHERE l.source = "
		"s.id))";
	sqlite3_stmt *stmt;
	sqlite3 *sqlite;
	char path[96];

	snprintf(path, sizeof(path), "%s/beiand.db", fx.folder);
	assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(channel_register(sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(stmt, 0), 0);
	sqlite3_finalize(stmt);
	sqlite3_close(sqlite);
}

static inline int fx_tear_down_counted(void **state)
{
	fx_counts_hold();
	return fx_tear_down(state);
}

#define FX_COUNTED_TEST(f) cmocka_unit_test_setup_teardown(f, fx_set_up, fx_tear_down_counted)
#define FX_TEST(f)         cmocka_unit_test_setup_teardown(f, fx_set_up, fx_tear_down)

#endif
