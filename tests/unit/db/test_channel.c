/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Channels in one value: written and read back, in C and in SQL; what is none of them is refused, never
 * guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "db/channel.h"

static sqlite3 *sqlite;

static int set_up(void **state)
{
	(void)state;
	return sqlite3_open(":memory:", &sqlite) == SQLITE_OK ? channel_register(sqlite) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return sqlite3_close(sqlite);
}

static size_t two(uint8_t *bytes, size_t cap)
{
	const struct channel one = { .via = 3,
				     .first = -7,
				     .last = INT64_MAX,
				     .count = UINT64_MAX,
				     .sketch = (const uint8_t *)"ab",
				     .sketch_size = 2,
				     .servers = (const uint8_t *)"0123456789abcdefgh",
				     .servers_size = 18,
				     .details = (const uint8_t *)"xyz",
				     .details_size = 3 };
	const struct channel other = { .via = 8, .first = 1, .last = 2, .count = 4 };
	struct wr w = wr_init(bytes, cap);

	channel_put(&w, &one);
	channel_put(&w, &other);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static void each_comes_back(void **state)
{
	uint8_t bytes[256];
	struct rd list = rd_init(bytes, two(bytes, sizeof(bytes)));
	struct channel c;

	(void)state;
	assert_true(channel_next(&list, &c));
	assert_true(c.via == 3 && c.first == -7 && c.last == INT64_MAX && c.count == UINT64_MAX);
	assert_int_equal(c.sketch_size, 2);
	assert_memory_equal(c.sketch, "ab", 2);
	assert_int_equal(c.servers_size, 18);
	assert_memory_equal(c.servers, "0123456789abcdefgh", 18);
	assert_int_equal(c.details_size, 3);
	assert_memory_equal(c.details, "xyz", 3);
	assert_true(channel_next(&list, &c));
	assert_true(c.via == 8 && c.first == 1 && c.last == 2 && c.count == 4);
	assert_int_equal(c.sketch_size + c.servers_size + c.details_size, 0);
	assert_false(channel_next(&list, &c));
	assert_true(rd_done(&list));
}

static void what_is_cut_is_refused(void **state)
{
	uint8_t bytes[256];
	const size_t n = two(bytes, sizeof(bytes)), other = 1 + 8 + 1 + 1 + 3, first = n - other;
	struct channel c;

	(void)state;
	for (size_t cut = 1; cut < n; cut++) {
		struct rd list = rd_init(bytes, cut);
		while (channel_next(&list, &c))
			;
		assert_int_equal(rd_ok(&list), cut == first);
	}
}

/* Its details are said to be so long. */
static void expect_refused(const uint8_t *size, size_t n)
{
	uint8_t bytes[64] = { 0 };
	struct rd list;
	struct channel c;

	memcpy(&bytes[1 + 8 + 1 + 1 + 2], size, n);
	list = rd_init(bytes, sizeof(bytes));
	assert_false(channel_next(&list, &c));
	assert_false(rd_ok(&list));
}

static void lengths_that_lie_are_refused(void **state)
{
	uint8_t endless[48];

	(void)state;
	memset(endless, 0xff, sizeof(endless));
	expect_refused((const uint8_t *)"\x33", 1); /* one more than there are */
	expect_refused((const uint8_t *)"\xff\xff\xff\xff\x0f", 5);
	expect_refused((const uint8_t *)"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10);
	expect_refused(endless, sizeof(endless));
}

/* The answer's first column, its rows divided by blanks; "!" when it ends in an error. */
static void expect(const char *sql, const void *bytes, size_t n, const char *want)
{
	char got[256] = "";
	sqlite3_stmt *stmt;
	size_t at = 0;
	int code;

	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL), SQLITE_OK);
	if (bytes)
		sqlite3_bind_blob64(stmt, 1, bytes, n, SQLITE_STATIC);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
		at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%s", at > 0 ? " " : "",
				       (const char *)sqlite3_column_text(stmt, 0));
	if (code != SQLITE_DONE)
		snprintf(got + at, sizeof(got) - at, "!");
	sqlite3_finalize(stmt);
	assert_string_equal(got, want);
}

static void they_are_a_table(void **state)
{
	uint8_t bytes[256];
	const size_t n = two(bytes, sizeof(bytes));

	(void)state;
	expect("SELECT via || '/' || first || '/' || last || '/' || count || '/' || hex(sketch) || '/' || "
	       "CAST(servers AS TEXT) || '/' || hex(details) FROM channels(?1)",
	       bytes, n,
	       "3/-7/9223372036854775807/9223372036854775807/6162/0123456789abcdefgh/78797A 8/1/2/4///");
	expect("SELECT count(*) FROM channels(?1) WHERE via <> 3", bytes, n, "1");
	expect("SELECT count(*) FROM channels(?1)", "", 0, "0");
	expect("SELECT count(*) FROM channels(NULL)", NULL, 0, "0");
	expect("SELECT via FROM channels(?1)", bytes, n - 1, "3!");
	expect("SELECT via FROM channels(?1)", bytes, 1, "!");
	/* of several rows each by itself */
	expect("WITH r (list) AS (VALUES (?1), (x''), (?1)) SELECT c.via FROM r CROSS JOIN channels(r.list) "
	       "c",
	       bytes, n, "3 8 3 8");
}

static void sql_makes_them(void **state)
{
	uint8_t bytes[256];
	const size_t n = two(bytes, sizeof(bytes));

	(void)state;
	expect("SELECT channels_of(via, first, last, count, sketch, servers, details) = ?1 FROM (SELECT via, "
	       "first, "
	       "last, CASE via WHEN 3 THEN -1 ELSE count END AS count, sketch, servers, details FROM "
	       "channels(?1))",
	       bytes, n, "1");
	expect("SELECT channels_of(1, 2, 3, 4, x'', x'', x'') IS NULL WHERE 0", NULL, 0, "1");
	expect("SELECT channels_of(NULL, 2, 3, 4, x'', x'', x'')", NULL, 0, "!");
	expect("SELECT length(channels_of(1, 2, 3, 4, zeroblob(65536), x'', x'')) > 65536", NULL, 0, "1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_comes_back),  TEST(what_is_cut_is_refused), TEST(lengths_that_lie_are_refused),
		TEST(they_are_a_table), TEST(sql_makes_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
