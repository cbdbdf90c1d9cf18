/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real files in a temporary folder: what a database must refuse, survive and take back. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/handle.h"
#include "db/migrate.h"
#include "db/query.h"

static char folder[64];
static char path[96];
static char error[DB_ERROR_MAX];

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/beiand-db-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/beiand.db", folder);
	error[0] = '\0';
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "beiand.db", "beiand.db-journal", "beiand.db-wal",
					     "beiand.db-shm", "copy.db" };
	char name[128];

	(void)state;
	chmod(folder, 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
		unlink(name);
	}
	return rmdir(folder);
}

static struct db *open_new(void)
{
	struct db *db = db_open(path, DB_CREATE, error);
	if (db == NULL)
		print_error("%s\n", error);
	assert_non_null(db);
	return db;
}

static void add_source(struct db_txn *t, const char *name)
{
	struct query q;
	query_open(&q, t, STMT_SOURCE_ADD);
	query_text(&q, name);
	query_int(&q, 0);
	query_int(&q, 1);
	query_run(&q);
}

static int64_t count_sources(struct db *db)
{
	struct db_txn t;
	struct query q;
	int64_t n;

	db_begin(&t, db, DB_READ);
	query_open(&q, &t, STMT_STATUS_SOURCES);
	n = query_one(&q, -1);
	assert_int_equal(db_end(&t), 0);
	return n;
}

static void write_file(const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
}

static void new_database_is_private_and_migrated(void **state)
{
	struct db *db = open_new();
	struct stat st;

	(void)state;
	assert_int_equal(db_schema_version(db), migration_count);
	assert_true(db_sound(db, DB_SOUND_WHOLE));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	db_close(db);
	db = open_new(); /* once more: nothing left to apply */
	assert_int_equal(db_schema_version(db), migration_count);
	db_close(db);
}

static void every_statement_prepares(void **state)
{
	struct db *db = open_new();

	(void)state;
	for (int i = 0; i < STMT_COUNT; i++) {
		struct db_txn t;
		struct query q;
		db_begin(&t, db, DB_READ);
		query_open(&q, &t, (enum stmt)i);
		if (t.result != 0)
			print_error("statement %d: %s\n", i, db_error(db));
		assert_int_equal(t.result, 0);
		query_close(&q);
		db_abandon(&t);
	}
	db_close(db);
}

static void other_files_are_refused(void **state)
{
	static const char sheet[] =
		"PK\003\004 this is a spreadsheet, not a database, and long enough to hold the "
		"header of one hundred bytes that SQLite looks for";

	(void)state;
	write_file(sheet, sizeof(sheet));
	assert_null(db_open(path, DB_CREATE, error));
	assert_non_null(strstr(error, "不是数据库文件"));
	unlink(path);
	write_file("", 0); /* an empty file is a new database */
	db_close(open_new());
}

static void run_sqlite(const char *sql)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execlp("sqlite3", "sqlite3", path, sql, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 127)
		skip();
	assert_int_equal(status, 0);
}

/* The header holds the journal mode, the size and a change counter. */
static void read_header(uint8_t out[100])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, out, 100), 100);
	close(fd);
}

static void foreign_database_is_refused_untouched(void **state)
{
	uint8_t before[100], after[100];

	(void)state;
	run_sqlite("CREATE TABLE theirs (x)");
	read_header(before);
	assert_null(db_open(path, DB_CREATE, error));
	assert_non_null(strstr(error, "不是 beiand 的数据库"));
	read_header(after);
	assert_memory_equal(before, after, sizeof(before));
}

static void impossible_schema_is_refused(void **state)
{
	(void)state;
	db_close(open_new());
	run_sqlite("PRAGMA user_version = -5");
	assert_null(db_open(path, DB_CREATE, error));
	assert_non_null(strstr(error, "已损坏"));
	assert_null(db_open(path, DB_READONLY, error));
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(100); /* opening a pipe waits for ever */
	assert_null(db_open(path, DB_READONLY, error));
	assert_non_null(strstr(error, "不是普通文件"));
	assert_null(db_open(path, DB_CREATE, error));
	alarm(0);
}

static void newer_schema_is_refused(void **state)
{
	(void)state;
	db_close(open_new());
	run_sqlite("PRAGMA user_version = 999");
	assert_null(db_open(path, DB_CREATE, error));
	assert_non_null(strstr(error, "请升级本程序"));
	assert_null(db_open(path, DB_READONLY, error));
}

static void readonly_wants_the_very_schema(void **state)
{
	(void)state;
	assert_null(db_open(path, DB_READONLY, error)); /* no file */
	write_file("", 0);
	assert_null(db_open(path, DB_READONLY, error));
	assert_non_null(strstr(error, "完成升级"));
}

static void readonly_does_not_write(void **state)
{
	struct db *db;
	struct db_txn t;

	(void)state;
	db_close(open_new());
	db = db_open(path, DB_READONLY, error);
	assert_non_null(db);
	db_begin(&t, db, DB_WRITE);
	add_source(&t, "x");
	assert_int_equal(db_end(&t), -EROFS);
	assert_int_equal(count_sources(db), 0);
	db_close(db);
}

static void failure_is_sticky_and_rolls_back(void **state)
{
	struct db *db = open_new();
	struct db_txn t;

	(void)state;
	for (unsigned nth = 1; nth <= 5; nth++) { /* BEGIN, three statements, COMMIT */
		db_fail_at(db, nth);
		db_begin(&t, db, DB_WRITE);
		for (int i = 0; i < 3; i++)
			add_source(&t, "x");
		assert_int_equal(db_end(&t), -EIO);
		assert_int_equal(count_sources(db), 0);
	}
	db_fail_at(db, 0);
	db_begin(&t, db, DB_WRITE);
	add_source(&t, "x");
	assert_int_equal(db_end(&t), 0);
	assert_int_equal(count_sources(db), 1);
	db_close(db);
}

static void callers_reason_rolls_back_too(void **state)
{
	struct db *db = open_new();
	struct db_txn t;

	(void)state;
	db_begin(&t, db, DB_WRITE);
	add_source(&t, "x");
	db_fail(&t, -EINVAL, "理由 %d", 7);
	db_fail(&t, -EIO, "后来的不算");
	assert_int_equal(db_end(&t), -EINVAL);
	assert_string_equal(db_error(db), "理由 7");
	assert_int_equal(count_sources(db), 0);
	db_close(db);
}

static void constraint_is_an_error(void **state)
{
	struct db *db = open_new();
	struct db_txn t;
	struct query q;

	(void)state;
	db_begin(&t, db, DB_WRITE);
	query_open(&q, &t, STMT_MEMBER_ADD); /* no such subject, no such app: foreign keys are on */
	query_int(&q, 5);
	query_int(&q, 5);
	query_text(&q, "anchor");
	query_run(&q);
	assert_int_equal(db_end(&t), -EINVAL);
	db_close(db);
}

static void second_writer_gets_a_clear_line(void **state)
{
	struct db *db = open_new(), *other = open_new();
	struct db_txn t, u;

	(void)state;
	db_begin(&t, db, DB_WRITE);
	add_source(&t, "x");
	db_begin(&u, other, DB_WRITE);
	assert_int_equal(db_end(&u), -EBUSY);
	assert_non_null(strstr(db_error(other), "占用"));
	assert_int_equal(count_sources(other), 0); /* readers go on and see what was committed */
	assert_int_equal(db_end(&t), 0);
	assert_int_equal(count_sources(other), 1);
	db_close(other);
	db_close(db);
}

/* Runs `body` in a child as nobody and passes its exit status on. */
static bool has_journal(void)
{
	char name[128];
	struct stat st;

	snprintf(name, sizeof(name), "%s-journal", path);
	return stat(name, &st) == 0;
}

static void filling_needs_the_database_for_itself(void **state)
{
	struct db *db = open_new(), *reader;
	struct db_txn t;

	(void)state;
	db_begin(&t, db, DB_FILL);
	add_source(&t, "one");
	assert_true(has_journal());
	assert_int_equal(db_end(&t), 0);
	assert_false(has_journal());
	db_begin(&t, db, DB_FILL);
	add_source(&t, "two");
	db_abandon(&t);
	reader = db_open(path, DB_READONLY, error);
	assert_non_null(reader);
	assert_int_equal(count_sources(reader), 1);
	db_begin(&t, db, DB_FILL);
	add_source(&t, "two");
	assert_false(has_journal());
	assert_int_equal(count_sources(reader), 1);
	assert_int_equal(db_end(&t), 0);
	assert_int_equal(count_sources(reader), 2);
	db_close(reader);
	db_close(db);
}

static void filling_that_was_killed_left_nothing(void **state)
{
	struct db *db;
	pid_t pid;

	(void)state;
	db_close(open_new());
	pid = fork();
	if (pid == 0) {
		struct db_txn t;
		db_begin(&t, open_new(), DB_FILL);
		add_source(&t, "one");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(has_journal());
	db = open_new();
	assert_int_equal(count_sources(db), 0);
	db_close(db);
	assert_false(has_journal());
}

static int as_nobody(int (*body)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(body());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int open_must_fail(void)
{
	struct db *db = db_open(path, DB_CREATE, error);
	return db == NULL && strstr(error, path) && (strstr(error, "目录") || strstr(error, "权限")) ? 0 : 1;
}

static int read_must_work(void)
{
	struct db *db = db_open(path, DB_READONLY, error);
	int64_t n;

	if (db == NULL) {
		print_error("%s\n", error);
		return 1;
	}
	n = count_sources(db);
	db_close(db);
	return n == 1 ? 0 : 2;
}

static void readonly_folder(void **state)
{
	struct db *db;
	struct db_txn t;

	(void)state;
	chmod(folder, 0555);
	assert_int_equal(as_nobody(open_must_fail), 0); /* nothing there yet */
	chmod(folder, 0755);
	db = open_new();
	db_begin(&t, db, DB_WRITE);
	add_source(&t, "x");
	assert_int_equal(db_end(&t), 0);
	db_close(db);
	chmod(path, 0644);
	chmod(folder, 0555);
	assert_int_equal(as_nobody(open_must_fail), 0);
	assert_int_equal(as_nobody(read_must_work), 0);
}

static void missing_folder(void **state)
{
	(void)state;
	assert_null(db_open("/nonexistent/beiand.db", DB_CREATE, error));
	assert_non_null(strstr(error, "目录"));
}

/* Writes until nothing more goes in, then looks whether all that was committed is there. */
static int fill_up(int expected, const char *words)
{
	struct db *db = db_open(path, DB_CREATE, error);
	struct db_txn t;
	int r = 0, done = 0;

	while (db && r == 0 && done < 100000) {
		db_begin(&t, db, DB_WRITE);
		for (int i = 0; i < 100; i++)
			add_source(&t, "a name that takes a little room in the file, so that it fills up");
		r = db_end(&t);
		done += r == 0;
	}
	if (db == NULL || r != expected || strstr(db_error(db), words) == NULL) {
		print_error("%d %s\n", r, db ? db_error(db) : error);
		return 2;
	}
	r = count_sources(db) == (int64_t)done * 100 && db_sound(db, DB_SOUND_WHOLE) ? 0 : 3;
	db_close(db);
	return r;
}

static int fill_limited_file(void)
{
	struct rlimit limit = { .rlim_cur = 2000000, .rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? fill_up(-EIO, "请检查磁盘") : 1;
}

static void file_size_limit_keeps_what_was_committed(void **state)
{
	struct db *db;
	struct db_txn t;

	(void)state;
	chmod(folder, 0777);
	assert_int_equal(as_nobody(fill_limited_file), 0);
	db = open_new();
	assert_true(db_sound(db, DB_SOUND_WHOLE));
	assert_true(count_sources(db) > 0);
	db_begin(&t, db, DB_WRITE); /* room again: it goes on */
	add_source(&t, "x");
	assert_int_equal(db_end(&t), 0);
	db_close(db);
}

static void full_disk_keeps_what_was_committed(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	if (getuid() != 0)
		skip();
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("tmpfs", folder, "tmpfs", 0, "size=3m") != 0)
			_exit(77); /* a container without mounts */
		_exit(fill_up(-ENOSPC, "磁盘已满"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void damage(int64_t from, size_t n)
{
	char junk[8192];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	memset(junk, 0x5a, sizeof(junk));
	assert_int_equal(pwrite(fd, junk, n, from), (ssize_t)n);
	close(fd);
}

/* The check that is made often leaves out the table that grows, and not that of recent days. */
static void often_is_less_than_whole(void **state)
{
#define ROOT_OF(table) "SELECT rootpage FROM sqlite_schema WHERE name = '" table "'"
	static const char *const roots[] = { ROOT_OF("observed_day"), ROOT_OF("observed_recent"),
					     ROOT_OF("observed_subject") };
	int64_t page;

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		struct db *db = open_new();
		assert_int_equal(handle_number(db, roots[i], &page), 0);
		assert_true(db_sound(db, DB_SOUND_OFTEN));
		db_close(db);
		damage((page - 1) * 16384, 256);
		db = open_new();
		assert_int_equal(db_sound(db, DB_SOUND_OFTEN), i == 0);
		assert_false(db_sound(db, DB_SOUND_WHOLE));
		assert_non_null(strstr(db_error(db), "已损坏"));
		db_close(db);
		unlink(path);
	}
}

static void damaged_file_is_named(void **state)
{
	struct db *db = open_new();

	(void)state;
	db_close(db);
	damage(4096, 8192);
	db = db_open(path, DB_CREATE, error);
	if (db)
		assert_false(db_sound(db, DB_SOUND_WHOLE));
	assert_non_null(strstr(db ? db_error(db) : error, "已损坏"));
	db_close(db);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(new_database_is_private_and_migrated),
		TEST(every_statement_prepares),
		TEST(other_files_are_refused),
		TEST(foreign_database_is_refused_untouched),
		TEST(impossible_schema_is_refused),
		TEST(what_is_no_file_is_refused),
		TEST(newer_schema_is_refused),
		TEST(readonly_wants_the_very_schema),
		TEST(readonly_does_not_write),
		TEST(failure_is_sticky_and_rolls_back),
		TEST(callers_reason_rolls_back_too),
		TEST(constraint_is_an_error),
		TEST(second_writer_gets_a_clear_line),
		TEST(filling_needs_the_database_for_itself),
		TEST(filling_that_was_killed_left_nothing),
		TEST(readonly_folder),
		TEST(missing_folder),
		TEST(file_size_limit_keeps_what_was_committed),
		TEST(full_disk_keeps_what_was_committed),
		TEST(often_is_less_than_whole),
		TEST(damaged_file_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
