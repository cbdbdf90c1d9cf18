/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notifier process with the test as its store. */
#include "tests/unit/daemon/child.h"

#include <sys/stat.h>

static int setup(void **state)
{
	struct child *c = calloc(1, sizeof(*c));

	child_folder(c);
	child_spawn(c, notifier_run, "notifier");
	child_start(c);
	(void)child_expect(c, c->super, MSG_READY);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	child_clear(*state);
	free(*state);
	return 0;
}

static void deliver(struct child *c, int fd, const char *sink, int64_t id, bool anew, const char *json)
{
	struct msg_deliver m = { .id = id, .anew = anew, .payload = { json, strlen(json) } };
	struct wr w = child_begin(c, MSG_DELIVER);

	snprintf(m.sink, sizeof(m.sink), "%s", sink);
	msg_deliver_put(&w, &m);
	child_send(fd, &w, -1);
}

static void expect(struct child *c, int fd, int64_t id, enum msg_outcome outcome)
{
	struct rd r = child_expect(c, fd, MSG_DELIVERED);
	struct msg_delivered m;

	assert_true(msg_delivered_get(&r, &m));
	assert_int_equal(m.id, id);
	assert_int_equal(m.outcome, outcome);
	assert_int_equal(m.why[0] != '\0', outcome == MSG_OUTCOME_FAILED);
}

static void file_path(const struct child *c, char path[128])
{
	snprintf(path, 128, "%s/alerts.jsonl", c->dir);
}

static size_t content(const struct child *c, char *out, size_t cap)
{
	char path[128];
	FILE *f;
	size_t n;

	file_path(c, path);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(out, 1, cap - 1, f);
	out[n] = '\0';
	fclose(f);
	return n;
}

static void test_delivers(void **state)
{
	struct child *c = *state;
	int fd = child_peer(c, ROLE_STORE, "store");
	char got[256];

	deliver(c, fd, "file", 7, true, "{\"a\":1}");
	deliver(c, fd, "file", 8, false, "{\"a\":2}");
	expect(c, fd, 7, MSG_OUTCOME_OK);
	expect(c, fd, 8, MSG_OUTCOME_OK);
	content(c, got, sizeof(got));
	assert_string_equal(got, "{\"a\":1}\n{\"a\":2}\n");
	assert_int_equal(child_stop(c), EXIT_DONE);
	close(fd);
}

/* One fails: what is behind it waits, untried, until the oldest comes again. */
static void test_order_holds(void **state)
{
	struct child *c = *state;
	int fd = child_peer(c, ROLE_STORE, "store");
	char path[128], got[256];

	file_path(c, path);
	assert_int_equal(mkdir(path, 0700), 0);
	deliver(c, fd, "file", 1, true, "1");
	expect(c, fd, 1, MSG_OUTCOME_FAILED);
	assert_int_equal(rmdir(path), 0);
	deliver(c, fd, "file", 2, false, "2");
	deliver(c, fd, "file", 3, false, "3");
	expect(c, fd, 2, MSG_OUTCOME_HELD);
	expect(c, fd, 3, MSG_OUTCOME_HELD);
	deliver(c, fd, "file", 1, true, "1");
	deliver(c, fd, "file", 2, false, "2");
	expect(c, fd, 1, MSG_OUTCOME_OK);
	expect(c, fd, 2, MSG_OUTCOME_OK);
	content(c, got, sizeof(got));
	assert_string_equal(got, "1\n2\n");
	close(fd);
}

static void test_sink_off_or_unknown(void **state)
{
	struct child *c = *state;
	int fd = child_peer(c, ROLE_STORE, "store");

	deliver(c, fd, "syslog", 1, true, "{}"); /* off in this configuration */
	expect(c, fd, 1, MSG_OUTCOME_FAILED);
	deliver(c, fd, "pigeon", 2, true, "{}");
	expect(c, fd, 2, MSG_OUTCOME_FAILED);
	close(fd);
}

static void test_parts(void **state)
{
	struct child *c = *state;
	int fd = child_peer(c, ROLE_STORE, "store");
	static char half[MSG_TEXT_MAX + 1], got[3 * MSG_TEXT_MAX];

	memset(half, 'x', MSG_TEXT_MAX);
	for (int i = 0; i < 2; i++) {
		struct wr w = child_begin(c, MSG_PART);
		msg_text_put(&w, half, MSG_TEXT_MAX);
		child_send(fd, &w, -1);
	}
	deliver(c, fd, "file", 1, true, "end");
	expect(c, fd, 1, MSG_OUTCOME_OK);
	assert_int_equal(content(c, got, sizeof(got)), 2 * MSG_TEXT_MAX + 4);
	assert_string_equal(got + 2 * MSG_TEXT_MAX, "end\n");
	deliver(c, fd, "file", 2, false, "next"); /* the parts are spent */
	expect(c, fd, 2, MSG_OUTCOME_OK);
	assert_int_equal(content(c, got, sizeof(got)), 2 * MSG_TEXT_MAX + 4 + 5);
	close(fd);
}

static void test_nonsense_from_the_store(void **state)
{
	struct child *c = *state;
	int fd = child_peer(c, ROLE_STORE, "store");

	child_signal(fd, 0xee);
	assert_int_equal(child_wait(c), EXIT_FAILED);
	close(fd);
}

/* The store left and nobody says STOP: a notifier without a store asks to be replaced. */
static void test_store_is_gone(void **state)
{
	struct child *c = *state;
	int fd = child_peer(c, ROLE_STORE, "store");

	close(fd);
	assert_int_equal(child_wait(c), EXIT_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_delivers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sink_off_or_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense_from_the_store, setup, teardown),
		cmocka_unit_test_setup_teardown(test_store_is_gone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
