/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of memory inside statements: written all at once, looked up, given back in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/feed.h"

static char folder[64], path[96], error[DB_ERROR_MAX];
static struct db *db;

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/beiand-feed-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/beiand.db", folder);
	db = db_open(path, DB_CREATE, error);
	return db ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	db_close(db);
	unlink(path);
	return rmdir(folder);
}

static void name_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	if (column == 1)
		feed_int(out, 0);
	else if (column == 2)
		feed_text(out, ((const char *const *)rows)[row]);
}

static int add(const char *const *names, size_t n)
{
	struct feed feed = { names, n, name_cell };
	struct db_txn t;
	struct query q;

	db_begin(&t, db, DB_WRITE);
	query_open(&q, &t, STMT_SUBJECTS_ADD);
	query_feed(&q, &feed);
	query_run(&q);
	return db_end(&t);
}

static void rows_are_written_and_found(void **state)
{
	static const char *const hosts[] = { "a.cn", "b.cn", "d.cn" };
	static const char *const asked[] = { "d.cn", "c.cn", "a.cn", "a.cn" };
	static const int64_t found[][2] = { { 0, 3 }, { 2, 1 }, { 3, 1 } }; /* numbered from 1 */
	struct feed feed = { asked, 4, name_cell };
	struct db_txn t;
	struct query q;
	size_t n = 0;

	(void)state;
	assert_int_equal(add(hosts, 3), 0);
	db_begin(&t, db, DB_READ);
	query_open(&q, &t, STMT_SUBJECTS_KNOWN);
	query_feed(&q, &feed);
	while (query_row(&q)) {
		assert_in_range(n, 0, 2);
		assert_int_equal(query_get_int(&q, 0), found[n][0]);
		assert_int_equal(query_get_int(&q, 1), found[n][1]);
		n++;
	}
	assert_int_equal(n, 3);
	assert_int_equal(db_end(&t), 0);
}

static void no_rows_are_nothing(void **state)
{
	(void)state;
	assert_int_equal(add(NULL, 0), 0);
}

/* One bad row, and none is in; a cell that tells nothing is NULL. */
static void one_bad_row_takes_all_back(void **state)
{
	static const char *const twice[] = { "a.cn", "b.cn", "a.cn" };
	static const char *const nameless[] = { "a.cn", NULL };
	static const char *const fine[] = { "a.cn" };

	(void)state;
	assert_true(add(twice, 3) < 0);
	assert_true(add(nameless, 2) < 0);
	assert_int_equal(add(fine, 1), 0);
}

static void value_cell(const void *rows, size_t row, int column, struct feed_cell *out)
{
	static const uint8_t server[18] = { 1, 2, 3 };

	(void)rows, (void)row;
	switch (column) {
	case 3:
		return feed_count(out, UINT64_MAX);
	case 4:
		return feed_blob(out, row == 0 ? server : NULL, row == 0 ? sizeof(server) : 0);
	default:
		return feed_int(out, column == 1 ? (int64_t)row + 1 : column);
	}
}

static void values_arrive_as_they_were_told(void **state)
{
	struct feed feed = { "", 2, value_cell };
	struct db_txn t;
	struct query q;
	size_t n;

	(void)state;
	db_begin(&t, db, DB_WRITE);
	query_open(&q, &t, STMT_DAYS_PUT);
	query_feed(&q, &feed);
	query_int(&q, 77);
	query_run(&q);
	query_open(&q, &t, STMT_DAYS_KNOWN);
	query_feed(&q, &feed);
	query_int(&q, 77);
	for (int i = 0; i < 2; i++) {
		assert_true(query_row(&q));
		assert_int_equal(query_get_int(&q, 0), i);
		assert_memory_equal(query_get_blob(&q, 1, &n), "\1\2\3", i == 0 ? 3 : 0);
		assert_int_equal(n, i == 0 ? 18 : 0);
	}
	assert_false(query_row(&q));
	assert_int_equal(db_end(&t), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(rows_are_written_and_found),
		TEST(no_rows_are_nothing),
		TEST(one_bad_row_takes_all_back),
		TEST(values_arrive_as_they_were_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
