/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/ech.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000000)

static struct dissect_str str(const char *s) { return (struct dissect_str){ (const uint8_t *)s, strlen(s) }; }

/* A record of `owner`, asked for as `question` or nobody knows how. */
static void learn_of(struct ech *e, const char *owner, const char *question, uint8_t id, const char *name,
		     int64_t time)
{
	struct dissect_message m = { .kind = DISSECT_DNS_SERVICE, .time = time, .name = str(owner) };

	m.service.question = str(question);
	m.service.ech = true;
	m.service.ech_configs = 1;
	m.service.ech_config[0] = (struct dissect_ech){ str(name), id };
	ech_learn(e, &m);
}

static void learn(struct ech *e, uint8_t id, const char *name, int64_t time)
{
	learn_of(e, "hidden.example.com", "", id, name, time);
}

static void outer_is_what_a_record_showed(void **state)
{
	struct ech *e = ech_new();
	(void)state;

	assert_false(ech_is_outer(e, 7, str("cover.example.com"), 0));
	learn(e, 7, "cover.example.com", 0);
	assert_true(ech_is_outer(e, 7, str("cover.example.com"), HOUR));
	assert_true(ech_is_outer(e, 7, str("Cover.Example.COM"), HOUR));
	assert_false(ech_is_outer(e, 8, str("cover.example.com"), HOUR));
	assert_false(ech_is_outer(e, 7, str("www.example.com"), HOUR));
	assert_false(ech_is_outer(e, 7, str(""), HOUR));
	assert_false(ech_is_outer(e, 7, str("192.0.2.1"), HOUR));
	/* forgotten after a day, known again with the next record */
	assert_false(ech_is_outer(e, 7, str("cover.example.com"), 25 * HOUR));
	learn(e, 7, "cover.example.com", 25 * HOUR);
	assert_true(ech_is_outer(e, 7, str("cover.example.com"), 25 * HOUR));
	learn(e, 7, "192.0.2.1", 25 * HOUR);
	assert_false(ech_is_outer(e, 7, str("192.0.2.1"), 25 * HOUR));
	/* times of a lying capture */
	assert_false(ech_is_outer(e, 7, str("cover.example.com"), INT64_MAX));
	learn(e, 9, "cover.example.com", INT64_MIN);
	assert_false(ech_is_outer(e, 9, str("cover.example.com"), INT64_MAX));
	ech_free(e);
}

static void full_forgets_the_oldest(void **state)
{
	struct ech *e = ech_new();
	char name[32];
	int known = 0;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		learn(e, 1, name, i);
	}
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		known += ech_is_outer(e, 1, str(name), 20000);
	}
	assert_int_equal(known, 4096);
	assert_true(ech_is_outer(e, 1, str("h19999.example.com"), 20000));
	ech_free(e);
}

/* Who is let in by a record of the public name itself may well visit that. */
static void own_records_prove_nothing(void **state)
{
	static const char *const cover = "cover.example.com";
	struct ech *e = ech_new();
	(void)state;

	learn_of(e, "Cover.example.com.", "", 1, cover, 0);
	learn_of(e, "edge.example.net", "cover.example.com", 2, cover, 0); /* behind a CNAME */
	learn(e, 3, cover, 0);
	assert_false(ech_is_outer(e, 1, str(cover), HOUR));
	assert_false(ech_is_outer(e, 2, str(cover), HOUR));
	assert_true(ech_is_outer(e, 3, str(cover), HOUR));
	/* another's record with the same makes it no better, until its own is forgotten */
	learn(e, 1, cover, HOUR);
	assert_false(ech_is_outer(e, 1, str(cover), HOUR));
	learn(e, 1, cover, 26 * HOUR);
	assert_true(ech_is_outer(e, 1, str(cover), 26 * HOUR));
	ech_free(e);
}

/* A stranger who shows all of them hides nobody's visits. */
static void more_than_anybody_needs_prove_nothing(void **state)
{
	struct ech *e = ech_new();
	(void)state;

	for (int id = 0; id < ECH_CONFIGS; id++)
		learn(e, (uint8_t)id, "victim.example.com", id);
	for (int id = 0; id < 256; id++)
		assert_int_equal(ech_is_outer(e, (uint8_t)id, str("victim.example.com"), HOUR),
				 id < ECH_CONFIGS);
	learn(e, 255, "victim.example.com", HOUR);
	for (int id = 0; id < 256; id++)
		assert_false(ech_is_outer(e, (uint8_t)id, str("victim.example.com"), HOUR));
	/* that ends a day later; one an hour is no crowd, for as long as it goes on */
	learn(e, 7, "victim.example.com", 26 * HOUR);
	assert_true(ech_is_outer(e, 7, str("victim.example.com"), 26 * HOUR));
	for (int hour = 0; hour < 200; hour++) {
		learn(e, (uint8_t)hour, "cover.example.com", hour * HOUR);
		assert_true(ech_is_outer(e, (uint8_t)hour, str("cover.example.com"), hour * HOUR));
	}
	assert_false(ech_is_outer(e, 170, str("cover.example.com"), 199 * HOUR));
	ech_free(e);
}

/* Who judges late judges by what was known when the hello came. */
static void what_came_later_does_not_count(void **state)
{
	static const char *const cover = "cover.example.com";
	struct ech *e = ech_new();
	(void)state;

	learn(e, 1, cover, 2 * HOUR);
	assert_false(ech_is_outer(e, 1, str(cover), 2 * HOUR - 1));
	assert_true(ech_is_outer(e, 1, str(cover), 2 * HOUR));
	learn_of(e, cover, "", 1, cover, 4 * HOUR);
	assert_true(ech_is_outer(e, 1, str(cover), 3 * HOUR));
	assert_false(ech_is_outer(e, 1, str(cover), 4 * HOUR));
	learn(e, 2, cover, 4 * HOUR);
	learn(e, 2, cover, 3 * HOUR); /* another process had it before, and tells it later */
	assert_true(ech_is_outer(e, 2, str(cover), 3 * HOUR));
	for (int id = 0; id <= ECH_CONFIGS; id++)
		learn(e, (uint8_t)id, cover, 5 * HOUR);
	assert_true(ech_is_outer(e, 2, str(cover), 4 * HOUR));
	assert_false(ech_is_outer(e, 2, str(cover), 5 * HOUR));
	ech_free(e);
}

static struct ech *map(int fd)
{
	struct ech *e = ech_map(fd);

	assert_non_null(e);
	return e;
}

static pid_t learns_for_ever(int fd)
{
	pid_t pid = fork();
	struct ech *e;

	if (pid != 0)
		return pid;
	e = ech_map(fd);
	for (;;)
		learn(e, 1, "cover.example.com", HOUR);
}

/* One that is killed with the lock in its hands takes along what was learnt, and stops nobody. */
static void processes_share_a_table(void **state)
{
	int fd = ech_share(), known = 0;
	struct ech *e = map(fd);
	(void)state;

	assert_true(fd >= 0);
	for (int i = 0; i < 40; i++) {
		pid_t pid = learns_for_ever(fd);
		assert_true(pid > 0);
		alarm(20);
		while (!ech_is_outer(e, 1, str("cover.example.com"), HOUR))
			;
		usleep(500);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		known += ech_is_outer(e, 1, str("cover.example.com"), HOUR);
		learn(e, 2, "front.example.com", HOUR);
		assert_true(ech_is_outer(e, 2, str("front.example.com"), HOUR));
		alarm(0);
	}
	assert_true(known < 40); /* some held it */
	ech_free(e);
	e = map(fd);
	assert_true(ech_is_outer(e, 2, str("front.example.com"), HOUR));
	ech_free(e);
	close(fd);
}

static void other_files_are_refused(void **state)
{
	int fd = memfd_create("short", MFD_CLOEXEC);
	(void)state;

	assert_null(ech_map(fd));
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_null(ech_map(fd));
	assert_int_equal(errno, EINVAL);
	close(fd);
	assert_null(ech_map(fd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outer_is_what_a_record_showed),
		cmocka_unit_test(full_forgets_the_oldest),
		cmocka_unit_test(own_records_prove_nothing),
		cmocka_unit_test(more_than_anybody_needs_prove_nothing),
		cmocka_unit_test(what_came_later_does_not_count),
		cmocka_unit_test(processes_share_a_table),
		cmocka_unit_test(other_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
