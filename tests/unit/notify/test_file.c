/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "notify/registry.h"

struct place {
	char dir[32], path[64];
	void *sink;
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/beiand-file-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/alerts.jsonl", p->dir);
	p->sink = notify_file.open(&(struct notify_settings){ .file = p->path });
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	notify_file.close(p->sink);
	unlink(p->path);
	rmdir(p->path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void expect_content(const struct place *p, const char *want)
{
	char got[4096];
	FILE *f = fopen(p->path, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, want);
}

static void write_file(const struct place *p, const char *text)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool send_text(struct place *p, const char *json, char why[NOTIFY_WHY_MAX])
{
	return notify_file.send(p->sink, json, strlen(json), why);
}

static void test_appends_lines(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];
	struct stat st;

	umask(0);
	assert_true(send_text(p, "{\"a\":1}", why));
	assert_string_equal(why, "");
	assert_true(send_text(p, "{\"a\":2}", why));
	expect_content(p, "{\"a\":1}\n{\"a\":2}\n");
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void test_closes_a_torn_line(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];

	write_file(p, "{\"a\":1}\n{\"a\":");
	assert_true(send_text(p, "{\"a\":2}", why));
	expect_content(p, "{\"a\":1}\n{\"a\":\n{\"a\":2}\n");
}

/* logrotate moved it away: the next line makes a new one. */
static void test_after_rotation(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];

	assert_true(send_text(p, "{\"a\":1}", why));
	assert_int_equal(unlink(p->path), 0);
	assert_true(send_text(p, "{\"a\":2}", why));
	expect_content(p, "{\"a\":2}\n");
}

/* A short write, as on a full disk: half a line is taken back, and later all goes on. */
static void test_short_write_is_taken_back(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];
	struct rlimit old, small = { 12, 0 };

	signal(SIGXFSZ, SIG_IGN);
	assert_true(send_text(p, "{\"a\":1}", why));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_false(send_text(p, "{\"a\":22222}", why));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(strstr(why, p->path));
	expect_content(p, "{\"a\":1}\n");
	assert_true(send_text(p, "{\"a\":3}", why));
	expect_content(p, "{\"a\":1}\n{\"a\":3}\n");
}

static void test_full_device(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];
	void *sink = notify_file.open(&(struct notify_settings){ .file = "/dev/full" });

	(void)p;
	assert_false(notify_file.send(sink, "{}", 2, why));
	assert_non_null(strstr(why, "/dev/full"));
	notify_file.close(sink);
}

/* What can not be opened now may be there later. */
static void test_cannot_open_then_can(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];

	assert_int_equal(mkdir(p->path, 0700), 0);
	assert_false(send_text(p, "{}", why));
	assert_non_null(strstr(why, p->path));
	assert_int_equal(rmdir(p->path), 0);
	assert_true(send_text(p, "{}", why));
	expect_content(p, "{}\n");
}

static void test_enabled(void **state)
{
	(void)state;
	assert_false(notify_file.enabled(&(struct notify_settings){ .file = "" }));
	assert_false(notify_file.enabled(&(struct notify_settings){ 0 }));
	assert_true(notify_file.enabled(&(struct notify_settings){ .file = "/x" }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_appends_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closes_a_torn_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_after_rotation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_write_is_taken_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cannot_open_then_can, setup, teardown),
		cmocka_unit_test(test_enabled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
