/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy holds what there was, and what was written while it was made. */
#include "db/copy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/query.h"

static char folder[64], path[96], to[96], error[DB_ERROR_MAX];
static struct db *db;

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/beiand-copy-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/beiand.db", folder);
	snprintf(to, sizeof(to), "%s/copy.db", folder);
	db = db_open(path, DB_CREATE, error);
	return db ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[112];

	(void)state;
	db_close(db);
	for (size_t i = 0; i < 2 * sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", i % 2 ? to : path, ends[i / 2]);
		unlink(name);
	}
	return rmdir(folder);
}

/* Some pages of sources. */
static void add_sources(struct db *into, int n)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, into, DB_WRITE);
	for (int i = 0; i < n; i++) {
		query_open(&q, &t, STMT_SOURCE_ADD);
		query_text(&q, "a name that takes its room in the pages of a database");
		query_int(&q, 0);
		query_int(&q, 1);
		query_run(&q);
	}
	assert_int_equal(db_end(&t), 0);
}

static int64_t copied(void)
{
	struct db *copy = db_open(to, DB_CREATE, error);
	struct db_txn t;
	struct query q;
	int64_t n;

	assert_non_null(copy);
	assert_true(db_sound(copy, DB_SOUND_WHOLE));
	db_begin(&t, copy, DB_READ);
	query_open(&q, &t, STMT_STATUS_SOURCES);
	n = query_one(&q, -1);
	assert_int_equal(db_end(&t), 0);
	db_close(copy);
	return n;
}

static struct copy *begin_copy(int sources)
{
	struct copy *c;

	add_sources(db, sources);
	c = copy_begin(db, to);
	assert_non_null(c);
	return c;
}

static void at_once(void **state)
{
	struct copy *c = begin_copy(1000);

	(void)state;
	assert_int_equal(copy_on(c, 100000), 0);
	copy_end(c);
	assert_int_equal(copied(), 1000);
}

/* By this connection and by another one. */
static void while_it_is_written_to(void **state)
{
	struct db *other = db_open(path, DB_CREATE, error);
	struct copy *c = begin_copy(5000);
	int more = 1, turns = 0;

	(void)state;
	while (more > 0) {
		more = copy_on(c, 3);
		turns++;
		if (more > 0 && turns < 20)
			add_sources(turns % 5 ? db : other, 10);
	}
	assert_int_equal(more, 0);
	copy_end(c);
	assert_in_range(turns, 20, 1000);
	assert_int_equal(copied(), 5190);
	db_close(other);
}

static void others_who_go_on_writing_do_not_keep_it_from_its_end(void **state)
{
	struct db *other = db_open(path, DB_CREATE, error);
	struct copy *c = begin_copy(5000);
	int more = 1, turns = 0;

	(void)state;
	for (; more > 0 && turns < 50; turns++) {
		add_sources(other, 1);
		more = copy_on(c, 3);
	}
	assert_int_equal(more, 0);
	copy_end(c);
	assert_int_equal(copied(), 5000 + turns);
	db_close(other);
}

static void what_cannot_be_written_is_told(void **state)
{
	struct copy *c;

	(void)state;
	assert_null(copy_begin(db, "/nonexistent/copy.db"));
	assert_non_null(strstr(db_error(db), "备份失败"));
	c = copy_begin(db, "/dev/full");
	if (c != NULL) {
		assert_true(copy_on(c, 100) < 0);
		assert_non_null(strstr(db_error(db), "备份失败"));
	}
	copy_end(c);
	copy_end(copy_begin(db, to)); /* given up before it was made */
	copy_end(NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(at_once),
		TEST(while_it_is_written_to),
		TEST(others_who_go_on_writing_do_not_keep_it_from_its_end),
		TEST(what_cannot_be_written_is_told),
	};
	return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
