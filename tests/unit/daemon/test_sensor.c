/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sensor process over capture files, with the test as its store. */
#include "tests/unit/daemon/child.h"

static const char *capture(char path[256])
{
	snprintf(path, 256, "%s/tests/capture/campus.pcap", getenv("TOP") ? getenv("TOP") : ".");
	return path;
}

static int setup(void **state)
{
	struct child *c = calloc(1, sizeof(*c));

	child_folder(c);
	child_spawn(c, sensor_run, "sensor");
	child_arg(c, "--replay");
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	child_clear(*state);
	free(*state);
	return 0;
}

static int meet_with(struct child *c, bool sha256)
{
	struct wr w;
	struct rd r;
	struct msg_hello m;
	int fd;

	child_start(c);
	(void)child_expect(c, c->super, MSG_READY);
	fd = child_peer(c, ROLE_STORE, "store");
	r = child_expect(c, fd, MSG_HELLO);
	assert_true(msg_hello_get(&r, &m));
	assert_int_equal(m.replay, 1);
	w = child_begin(c, MSG_WELCOME);
	msg_welcome_put(&w, &(struct msg_welcome){ .epoch = 0, .sha256 = sha256 });
	child_send(fd, &w, -1);
	return fd;
}

static int meet(struct child *c) { return meet_with(c, false); }

static void expect_source(struct child *c, int fd, const char *name)
{
	struct rd r = child_expect(c, fd, MSG_SOURCE_BEGIN);
	struct msg_source m;

	assert_true(msg_source_get(&r, &m));
	assert_string_equal(m.name, name);
}

static void answer_go(struct child *c, int fd, int64_t source)
{
	struct wr w = child_begin(c, MSG_SOURCE_GO);

	msg_id_put(&w, source);
	child_send(fd, &w, -1);
}

struct seen {
	uint64_t batches, observations, hosts;
	bool counters;
	struct msg_end end;
};

static void ack(struct child *c, int fd, int64_t source, uint64_t seq)
{
	struct wr w = child_begin(c, MSG_ACK);

	msg_ack_put(&w, &(struct msg_ack){ source, seq });
	child_send(fd, &w, -1);
}

static void take_batch(struct child *c, int fd, struct rd *r, struct seen *seen)
{
	static struct observation o;
	struct msg_batch m;

	assert_true(msg_batch_get(r, &m));
	assert_int_equal(m.seq, seen->batches + 1); /* in order, none left out */
	assert_int_equal(m.source, 11);
	seen->batches = m.seq;
	seen->observations += m.count;
	for (int i = 0; i < m.count; i++) {
		assert_true(observation_get(r, &o));
		seen->hosts += o.kind == SUBJECT_HOST;
	}
	assert_true(rd_done(r));
	ack(c, fd, m.source, m.seq);
}

/* Plays the store until the sensor says that the source ends. */
static struct seen take_all(struct child *c, int fd)
{
	struct seen seen = { 0 };

	for (;;) {
		ssize_t n = recv(fd, c->frame, sizeof(c->frame), 0);
		assert_true(n > 0);
		struct rd r = rd_init(c->frame, (size_t)n);
		uint8_t type = rd_u8(&r);
		if (type == MSG_OBSERVED)
			take_batch(c, fd, &r, &seen);
		seen.counters = seen.counters || type == MSG_COUNTERS;
		if (type == MSG_SOURCE_END) {
			assert_true(msg_end_get(&r, &seen.end));
			assert_int_equal(strlen(seen.end.digest), 32);
			return seen;
		}
	}
}

static void ended(struct child *c, int fd, int64_t source, enum msg_verdict verdict)
{
	struct wr w = child_begin(c, MSG_SOURCE_ENDED);

	msg_ended_put(&w, &(struct msg_ended){ source, (uint8_t)verdict });
	child_send(fd, &w, -1);
}

static void test_replay(void **state)
{
	struct child *c = *state;
	char path[256];
	struct seen seen, again;
	int fd;

	child_arg(c, "/nonexistent.pcap");
	child_arg(c, c->dir);
	child_arg(c, capture(path));
	child_arg(c, path);
	fd = meet(c);
	expect_source(c, fd, "campus.pcap"); /* the first two are named in the log and left out */
	answer_go(c, fd, 11);
	seen = take_all(c, fd);
	assert_true(seen.observations > 20);
	assert_true(seen.hosts > 10 && seen.hosts < seen.observations);
	assert_true(seen.counters);
	assert_string_equal(seen.end.sha256, "");
	ended(c, fd, 11, MSG_TAKEN);
	expect_source(c, fd, "campus.pcap");
	answer_go(c, fd, 11);
	again = take_all(c, fd);
	assert_string_equal(again.end.digest, seen.end.digest);
	assert_int_equal(again.observations, seen.observations);
	ended(c, fd, 11, MSG_KNOWN);
	assert_int_equal(child_wait(c), EXIT_PARTIAL);
	close(fd);
}

/* The store's database is an older one: it asks for the SHA-256 too. */
static void test_all_readable(void **state)
{
	struct child *c = *state;
	char path[256];
	struct seen seen;
	int fd;

	child_arg(c, capture(path));
	fd = meet_with(c, true);
	expect_source(c, fd, "campus.pcap");
	answer_go(c, fd, 11);
	seen = take_all(c, fd);
	assert_int_equal(strlen(seen.end.sha256), 64);
	ended(c, fd, 11, MSG_KNOWN);
	assert_int_equal(child_wait(c), EXIT_DONE);
	close(fd);
}

/* An acknowledgement of what was never sent: this store can not be trusted. */
static void test_wrong_ack(void **state)
{
	struct child *c = *state;
	char path[256];
	int fd;

	child_arg(c, capture(path));
	fd = meet(c);
	expect_source(c, fd, "campus.pcap");
	ack(c, fd, 11, 99);
	assert_int_equal(child_wait(c), EXIT_FAILED);
	close(fd);
}

static void test_store_goes_away(void **state)
{
	struct child *c = *state;
	char path[256];
	int fd;

	child_arg(c, capture(path));
	fd = meet(c);
	expect_source(c, fd, "campus.pcap");
	close(fd);
	assert_int_equal(child_wait(c), EXIT_FAILED);
}

static void test_stop_in_the_middle(void **state)
{
	struct child *c = *state;
	char path[256];
	int fd;

	child_arg(c, capture(path));
	fd = meet(c);
	expect_source(c, fd, "campus.pcap");
	answer_go(c, fd, 11);
	assert_int_equal(child_stop(c), EXIT_DONE);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_readable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_ack, setup, teardown),
		cmocka_unit_test_setup_teardown(test_store_goes_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_in_the_middle, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
