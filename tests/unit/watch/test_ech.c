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
#include <sys/prctl.h>
#include <sys/stat.h>
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
	assert_int_equal(known, ECH_NAMES);
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

static const char *const cover = "cover.example.com";

static struct ech *map(int fd, unsigned own)
{
	struct ech *e = ech_map(fd, own);

	assert_non_null(e);
	return e;
}

static int share(unsigned processes)
{
	int fd = ech_share(processes);

	assert_true(fd >= 0);
	return fd;
}

/* Who judges late judges by what was known when the hello came. */
static void what_came_later_does_not_count(void **state)
{
	int fd = share(1);
	struct ech *e = map(fd, 0);
	(void)state;

	learn(e, 1, cover, 2 * HOUR);
	assert_false(ech_is_outer(e, 1, str(cover), 2 * HOUR - 1));
	assert_true(ech_is_outer(e, 1, str(cover), 2 * HOUR));
	learn_of(e, cover, "", 1, cover, 4 * HOUR);
	assert_true(ech_is_outer(e, 1, str(cover), 4 * HOUR - 1));
	assert_false(ech_is_outer(e, 1, str(cover), 4 * HOUR));
	learn(e, 2, cover, 4 * HOUR);
	learn(e, 2, cover, 4 * HOUR - 2);
	assert_true(ech_is_outer(e, 2, str(cover), 4 * HOUR - 2));
	for (int id = 0; id <= ECH_CONFIGS; id++)
		learn(e, (uint8_t)id, cover, 5 * HOUR);
	assert_true(ech_is_outer(e, 2, str(cover), 5 * HOUR - 1));
	assert_false(ech_is_outer(e, 2, str(cover), 5 * HOUR));
	/* nobody waits for so long: the clock was set back */
	assert_false(ech_is_outer(e, 2, str(cover), 4 * HOUR - 2 - ECH_WAIT_US));
	learn(e, 1, "front.example.com", 5 * HOUR);
	assert_true(ech_is_outer(e, 1, str("front.example.com"), 4 * HOUR));
	ech_free(e);
	close(fd);
	/* who is alone has learnt before he judges */
	e = ech_new();
	learn(e, 1, cover, HOUR);
	assert_true(ech_is_outer(e, 1, str(cover), HOUR - 1));
	ech_free(e);
}

static void the_future_does_not_stay(void **state)
{
	struct ech *e = ech_new();
	(void)state;

	for (int id = 0; id < ECH_CONFIGS; id++)
		learn(e, (uint8_t)id, cover, 1000 * 24 * HOUR);
	assert_false(ech_is_outer(e, 1, str(cover), HOUR));
	learn(e, 1, cover, HOUR);
	assert_true(ech_is_outer(e, 1, str(cover), HOUR));
	assert_false(ech_is_outer(e, 1, str(cover), 26 * HOUR));
	learn(e, 99, cover, 26 * HOUR);
	assert_true(ech_is_outer(e, 99, str(cover), 26 * HOUR));
	ech_free(e);
}

/* One proves what the other sees; what one sees of too much counts with what the other does. */
static void all_tables_are_asked(void **state)
{
	int fd = share(3);
	struct ech *one = map(fd, 0), *two = map(fd, 2);
	(void)state;

	learn(one, 7, cover, HOUR);
	assert_true(ech_is_outer(two, 7, str(cover), HOUR));
	learn(two, 7, cover, 2 * HOUR);
	learn_of(two, cover, "", 7, cover, 3 * HOUR);
	assert_true(ech_is_outer(one, 7, str(cover), 3 * HOUR - 1));
	assert_false(ech_is_outer(one, 7, str(cover), 3 * HOUR));
	for (int id = 0; id < ECH_CONFIGS; id++)
		learn(id % 2 ? one : two, (uint8_t)id, "front.example.com", HOUR);
	assert_true(ech_is_outer(one, 3, str("front.example.com"), HOUR));
	learn(two, 200, "front.example.com", HOUR);
	assert_false(ech_is_outer(one, 3, str("front.example.com"), HOUR));
	assert_false(ech_is_outer(two, 200, str("front.example.com"), HOUR));
	/* for a day from when there were too many, though some are forgotten meanwhile */
	learn(one, 201, "front.example.com", 20 * HOUR);
	learn(one, 201, "front.example.com", 30 * HOUR);
	assert_false(ech_is_outer(one, 201, str("front.example.com"), 40 * HOUR));
	assert_true(ech_is_outer(one, 201, str("front.example.com"), 45 * HOUR));
	ech_free(one);
	ech_free(two);
	close(fd);
}

/* Of one name it writes id 1, then id 2 of ten days later in its place, and so on. */
static pid_t learns_for_ever(int fd, unsigned own)
{
	pid_t pid = fork();
	struct ech *e;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails and its child stands still */
	do
		e = ech_map(fd, own);
	while (e == NULL);
	for (;;) {
		learn(e, 1, cover, HOUR);
		learn(e, 1, "front.example.com", 0);
		learn(e, 2, "front.example.com", 240 * HOUR);
	}
}

static void fetch(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Whoever is stopped or killed, at whatever he was, holds up nobody; what others wrote is there all the time,
 * and who comes after him writes on. */
static void nobody_waits_for_another(void **state)
{
	int fd = share(2);
	struct ech *e = map(fd, 0), *after = map(fd, 1);
	(void)state;

	learn(e, 9, "mine.example.com", HOUR);
	learn(after, 1, cover, HOUR);
	ech_free(after);
	alarm(60);
	for (int i = 0; i < 200; i++) {
		pid_t pid = learns_for_ever(fd, 1);
		assert_true(pid > 0);
		while ((after = ech_map(fd, 1)) != NULL)
			ech_free(after);
		usleep(100);
		kill(pid, i % 2 ? SIGSTOP : SIGKILL);
		for (int n = 0; n < 100; n++)
			assert_true(ech_is_outer(e, 9, str("mine.example.com"), HOUR));
		assert_true(ech_is_outer(e, 1, str(cover), HOUR));
		assert_null(ech_map(fd, 1));
		assert_int_equal(errno, EBUSY);
		fetch(pid);
		assert_true(ech_is_outer(e, 1, str(cover), HOUR));
		after = map(fd, 1);
		learn(after, 1, cover, HOUR);
		assert_true(ech_is_outer(e, 1, str(cover), HOUR));
		ech_free(after);
	}
	alarm(0);
	ech_free(e);
	close(fd);
}

/* What is read while it is written is one of the two, never both. */
static void no_half_is_read(void **state)
{
	int fd = share(2);
	struct ech *e = map(fd, 0);
	pid_t pid = learns_for_ever(fd, 1);
	int seen = 0, torn = 0;
	(void)state;

	assert_true(pid > 0);
	while (!ech_is_outer(e, 1, str(cover), HOUR))
		;
	for (int i = 0; i < 300000; i++) {
		seen += ech_is_outer(e, 1, str("front.example.com"), 0);
		torn += ech_is_outer(e, 1, str("front.example.com"), 240 * HOUR) ||
			ech_is_outer(e, 2, str("front.example.com"), 0);
	}
	fetch(pid);
	assert_true(seen > 0);
	assert_int_equal(torn, 0);
	ech_free(e);
	close(fd);
}

/* Who begins anew takes free room before that of the one before him. */
static void a_new_start_forgets_nothing(void **state)
{
	int fd = share(2), known = 0;
	struct ech *other = map(fd, 1);
	char name[32];
	(void)state;

	for (int i = 0; i < 200; i++) {
		struct ech *e = map(fd, 0);
		snprintf(name, sizeof(name), "h%d.example.com", i);
		learn(e, 1, name, HOUR);
		ech_free(e);
	}
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		known += ech_is_outer(other, 1, str(name), HOUR);
	}
	assert_int_equal(known, 200);
	ech_free(other);
	close(fd);
}

/* A replay tells the same each time, however full the table. */
static void which_names_go_is_no_chance(void **state)
{
	struct ech *e[2] = { ech_new(), ech_new() };
	char name[32];
	int known = 0;
	(void)state;

	for (int k = 0; k < 2; k++)
		for (int i = 0; i < ECH_NAMES; i++) {
			snprintf(name, sizeof(name), "h%d.example.com", i);
			learn(e[k], 1, name, HOUR);
		}
	for (int i = 0; i < ECH_NAMES; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		known += ech_is_outer(e[0], 1, str(name), HOUR);
		assert_int_equal(ech_is_outer(e[0], 1, str(name), HOUR),
				 ech_is_outer(e[1], 1, str(name), HOUR));
	}
	assert_true(known < ECH_NAMES && known > ECH_NAMES * 3 / 4);
	ech_free(e[0]);
	ech_free(e[1]);
}

enum { COPY = 1824 }; /* of a name, behind its hash */

/* Fills what stands behind each `hash` but for the index, from the end on: both copies in the slot. */
static int spoil(uint8_t *p, size_t size, uint64_t hash, int fill)
{
	int copies = 0;

	for (size_t at = size - COPY - sizeof(hash); at > 0 && copies < 2; at -= sizeof(hash))
		if (memcmp(p + at, &hash, sizeof(hash)) == 0) {
			memset(p + at + sizeof(hash), fill, COPY);
			copies++;
		}
	return copies;
}

static uint64_t first_hash(const uint8_t *old, const uint8_t *now, size_t size)
{
	uint64_t hash = 0;

	for (size_t at = 512; at + sizeof(hash) <= size && hash == 0; at += sizeof(hash))
		if (memcmp(old + at, now + at, sizeof(hash)) != 0)
			memcpy(&hash, now + at, sizeof(hash));
	return hash;
}

/* Another process may write anything there. */
static void whatever_stands_there_is_read(void **state)
{
	int fd = share(1);
	struct ech *e = map(fd, 0);
	struct stat st;
	uint8_t *p, *old;
	uint64_t hash;
	(void)state;

	assert_int_equal(fstat(fd, &st), 0);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(p != MAP_FAILED);
	old = malloc((size_t)st.st_size);
	memcpy(old, p, (size_t)st.st_size);
	learn(e, 1, cover, HOUR);
	learn(e, 1, cover, HOUR);
	hash = first_hash(old, p, (size_t)st.st_size);
	assert_true(hash % 2 == 1);
	for (int fill = 0; fill < 256; fill++) {
		assert_int_equal(spoil(p, (size_t)st.st_size, hash, fill), 2);
		for (int id = 0; id < 256; id++)
			(void)ech_is_outer(e, (uint8_t)id, str(cover), HOUR);
		learn(e, (uint8_t)fill, cover, HOUR);
		learn(e, (uint8_t)fill, cover, HOUR);
	}
	for (int fill = 0; fill < 256; fill += 5) {
		memset(p, fill, (size_t)st.st_size);
		(void)ech_is_outer(e, 0, str(cover), HOUR);
		learn(e, 1, cover, HOUR);
	}
	assert_int_not_equal(ftruncate(fd, 0), 0); /* nor can anybody take it away */
	assert_int_not_equal(ftruncate(fd, 2 * st.st_size), 0);
	free(old);
	munmap(p, (size_t)st.st_size);
	ech_free(e);
	close(fd);
}

static void other_files_are_refused(void **state)
{
	int fd = memfd_create("short", MFD_CLOEXEC), right = share(2);
	(void)state;

	assert_null(ech_map(fd, 0));
	assert_int_equal(ftruncate(fd, 4096), 0);
	assert_null(ech_map(fd, 0));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(ftruncate(fd, INT64_C(1) << 40), 0);
	assert_null(ech_map(fd, 0));
	close(fd);
	assert_null(ech_map(fd, 0));
	assert_null(ech_map(right, 2));
	ech_free(map(right, 1));
	close(right);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outer_is_what_a_record_showed),
		cmocka_unit_test(full_forgets_the_oldest),
		cmocka_unit_test(own_records_prove_nothing),
		cmocka_unit_test(more_than_anybody_needs_prove_nothing),
		cmocka_unit_test(what_came_later_does_not_count),
		cmocka_unit_test(the_future_does_not_stay),
		cmocka_unit_test(all_tables_are_asked),
		cmocka_unit_test(nobody_waits_for_another),
		cmocka_unit_test(no_half_is_read),
		cmocka_unit_test(a_new_start_forgets_nothing),
		cmocka_unit_test(which_names_go_is_no_chance),
		cmocka_unit_test(whatever_stands_there_is_read),
		cmocka_unit_test(other_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
