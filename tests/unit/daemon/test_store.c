/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store process fed with frames: what it takes, what it refuses, what survives kill -9. */
#include "tests/unit/daemon/child.h"

#include "ipc/client.h"

#define DIGEST "00112233445566778899aabbccddeeff"

static void up(struct child *c)
{
	child_spawn(c, store_run, "store");
	child_arg(c, "--replay");
	child_start(c);
	(void)child_expect(c, c->super, MSG_READY);
}

static int setup(void **state)
{
	struct child *c = calloc(1, sizeof(*c));

	child_folder(c);
	up(c);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	child_clear(*state);
	free(*state);
	return 0;
}

static int hello(struct child *c)
{
	int fd = child_peer(c, ROLE_SENSOR, "sensor");
	struct wr w = child_begin(c, MSG_HELLO);
	struct msg_welcome m;
	struct rd r;

	msg_hello_put(&w, &(struct msg_hello){ "sensor", 1 });
	child_send(fd, &w, -1);
	r = child_expect(c, fd, MSG_WELCOME);
	assert_true(msg_welcome_get(&r, &m));
	assert_int_equal(m.epoch, 0);
	return fd;
}

static int64_t begin(struct child *c, int fd)
{
	struct wr w = child_begin(c, MSG_SOURCE_BEGIN);
	int64_t source;
	struct rd r;

	msg_source_put(&w, &(struct msg_source){ "a.pcap" });
	child_send(fd, &w, -1);
	r = child_expect(c, fd, MSG_SOURCE_GO);
	assert_true(msg_id_get(&r, &source));
	return source;
}

static void send_batch(struct child *c, int fd, int64_t source, uint64_t seq)
{
	static struct observation o;
	struct wr w = child_begin(c, MSG_OBSERVED);

	memset(&o, 0, sizeof(o));
	strcpy(o.name, "jw.example.edu.cn");
	o.from = 1700000000000000;
	o.to = 1700000001000000;
	o.via = VIA_TLS;
	o.count = 3;
	sketch_init(&o.clients);
	sketch_add(&o.clients, 42);
	msg_batch_put(&w, &(struct msg_batch){ .source = source, .seq = seq });
	assert_true(msg_batch_add(&w, &o));
	child_send(fd, &w, -1);
}

static void expect_ack(struct child *c, int fd, uint64_t seq)
{
	struct rd r = child_expect(c, fd, MSG_ACK);
	struct msg_ack ack;

	assert_true(msg_ack_get(&r, &ack));
	assert_int_equal(ack.seq, seq);
}

static void end_source(struct child *c, int fd, int64_t source)
{
	struct wr w = child_begin(c, MSG_SOURCE_END);

	msg_end_put(&w, &(struct msg_end){ source, DIGEST, "" });
	child_send(fd, &w, -1);
}

static void expect_ended(struct child *c, int fd, enum msg_verdict verdict)
{
	struct rd r = child_expect(c, fd, MSG_SOURCE_ENDED);
	struct msg_ended m;

	assert_true(msg_ended_get(&r, &m));
	assert_int_equal(m.verdict, verdict);
}

/* The whole of a capture that was taken before: nothing of it counts. */
static void again(struct child *c, int fd)
{
	int64_t source = begin(c, fd);

	send_batch(c, fd, source, 1);
	expect_ack(c, fd, 1);
	end_source(c, fd, source);
	expect_ended(c, fd, MSG_KNOWN);
}

static void test_a_source_counts_once(void **state)
{
	struct child *c = *state;
	int fd = hello(c);
	int64_t source = begin(c, fd);

	send_batch(c, fd, source, 1);
	expect_ack(c, fd, 1);
	send_batch(c, fd, source, 2);
	expect_ack(c, fd, 2);
	end_source(c, fd, source);
	expect_ended(c, fd, MSG_TAKEN);
	again(c, fd);
	close(fd);
	assert_int_equal(child_stop(c), EXIT_DONE);
	up(c);
	fd = hello(c);
	again(c, fd);
	close(fd);
}

/* Killed after an acknowledgement: it opens again, and the capture that was left half-way starts anew. */
static void test_killed(void **state)
{
	struct child *c = *state;
	int fd = hello(c);
	int64_t source = begin(c, fd);

	send_batch(c, fd, source, 1);
	expect_ack(c, fd, 1);
	kill(c->pid, SIGKILL);
	assert_int_equal(child_wait(c), 128 + SIGKILL);
	close(fd);
	up(c);
	fd = hello(c);
	source = begin(c, fd);
	send_batch(c, fd, source, 1);
	expect_ack(c, fd, 1);
	end_source(c, fd, source);
	expect_ended(c, fd, MSG_TAKEN);
	close(fd);
	assert_int_equal(child_stop(c), EXIT_DONE);
}

static void no_hello(struct child *c, int fd)
{
	struct wr w = child_begin(c, MSG_SOURCE_BEGIN);
	msg_source_put(&w, &(struct msg_source){ "a.pcap" });
	child_send(fd, &w, -1);
}

static void hello_twice(struct child *c, int fd)
{
	for (int i = 0; i < 2; i++) {
		struct wr w = child_begin(c, MSG_HELLO);
		msg_hello_put(&w, &(struct msg_hello){ "sensor", 1 });
		child_send(fd, &w, -1);
	}
	(void)child_expect(c, fd, MSG_WELCOME);
}

static void batch_of_nothing(struct child *c, int fd) { send_batch(c, fd, 1, 1); }
static void end_of_nothing(struct child *c, int fd) { end_source(c, fd, 1); }

/* A source begins while another is open; a batch is left out. */
static void begin_twice(struct child *c, int fd)
{
	struct wr w = child_begin(c, MSG_HELLO);

	msg_hello_put(&w, &(struct msg_hello){ "sensor", 1 });
	child_send(fd, &w, -1);
	(void)child_expect(c, fd, MSG_WELCOME);
	(void)begin(c, fd);
	w = child_begin(c, MSG_SOURCE_BEGIN);
	msg_source_put(&w, &(struct msg_source){ "b.pcap" });
	child_send(fd, &w, -1);
}

static void batch_left_out(struct child *c, int fd)
{
	struct wr w = child_begin(c, MSG_HELLO);

	msg_hello_put(&w, &(struct msg_hello){ "sensor", 1 });
	child_send(fd, &w, -1);
	(void)child_expect(c, fd, MSG_WELCOME);
	send_batch(c, fd, begin(c, fd), 2);
}

static void someone_elses_frame(struct child *c, int fd)
{
	(void)c;
	child_signal(fd, MSG_STOP);
}

static void cut_batch(struct child *c, int fd)
{
	struct wr w = child_begin(c, MSG_OBSERVED);
	wr_be64(&w, 1);
	child_send(fd, &w, -1);
}

/* A sensor that speaks out of turn loses its link; the store goes on with the next one. */
static void test_out_of_turn(void **state)
{
	static void (*const wrongs[])(struct child *, int) = {
		no_hello,    hello_twice,    batch_of_nothing,    end_of_nothing,
		begin_twice, batch_left_out, someone_elses_frame, cut_batch,
	};
	struct child *c = *state;
	int fd;

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		fd = child_peer(c, ROLE_SENSOR, "sensor");
		wrongs[i](c, fd);
		if (!child_closed(fd))
			fail_msg("wrong %zu is taken", i);
		close(fd);
	}
	fd = hello(c);
	assert_true(begin(c, fd) > 0);
	close(fd);
	assert_int_equal(child_stop(c), EXIT_DONE);
}

static void ignore(void *arg, const char *json, size_t n)
{
	assert_int_equal(strlen(json), n);
	++*(unsigned *)arg;
}

static int request(struct child *c, int argc, char **argv, struct msg_result *result, unsigned *lines)
{
	struct client_request q = { .argc = argc, .argv = argv, .file = -1, .line = ignore, .arg = lines };
	char path[64];
	int fd, rc;

	snprintf(path, sizeof(path), "%s/control.sock", c->dir);
	fd = client_connect(path);
	assert_true(fd >= 0);
	*lines = 0;
	rc = client_request(fd, &q, result);
	close(fd);
	return rc;
}

static void test_control(void **state)
{
	struct child *c = *state;
	struct msg_result result;
	char *status[] = { (char[]){ "status" } }, *bad[] = { (char[]){ "flyaway" } };
	char *many[MSG_ARGS_MAX + 1];
	unsigned lines;

	assert_int_equal(request(c, 1, status, &result, &lines), 0);
	assert_int_equal(result.code, 0);
	assert_true(lines >= 2); /* the sinks, at least */
	assert_int_equal(request(c, 1, bad, &result, &lines), 0);
	assert_int_equal(result.code, 2);
	assert_true(strlen(result.why) > 0);
	for (int i = 0; i <= MSG_ARGS_MAX; i++)
		many[i] = status[0];
	assert_true(request(c, MSG_ARGS_MAX + 1, many, &result, &lines) < 0);
}

/* One too many is told so, whether the store looks before it has asked or after. */
static void test_crowd(void **state)
{
	struct child *c = *state;
	struct msg_result result;
	char *status[] = { (char[]){ "status" } }, path[64];
	int fd[64];
	unsigned lines;

	snprintf(path, sizeof(path), "%s/control.sock", c->dir);
	for (int i = 0; i < 64; i++) {
		fd[i] = client_connect(path);
		assert_true(fd[i] >= 0);
	}
	for (int i = 0; i < 50; i++) {
		assert_int_equal(request(c, 1, status, &result, &lines), 0);
		assert_int_equal(result.code, 1);
		assert_non_null(strstr(result.why, "64 个上限"));
	}
	for (int i = 0; i < 64; i++)
		close(fd[i]);
}

static void test_client_connect(void **state)
{
	char path[512];

	(void)state;
	assert_true(client_connect("/nonexistent/sock") < 0);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_true(client_connect(path) < 0);
}

/* The supervisor's link carries nonsense: the store can not trust it and leaves in order. */
static void test_nonsense_from_above(void **state)
{
	struct child *c = *state;

	child_signal(c->super, 0xee);
	assert_int_equal(child_wait(c), EXIT_DONE);
}

static void test_second_store(void **state)
{
	struct child *c = *state, second = { 0 };

	memcpy(second.dir, c->dir, sizeof(second.dir));
	child_spawn(&second, store_run, "store");
	child_start(&second);
	assert_int_equal(child_wait(&second), EXIT_FAILED);
	assert_int_equal(child_stop(c), EXIT_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_source_counts_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_control, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowd, setup, teardown),
		cmocka_unit_test(test_client_connect),
		cmocka_unit_test_setup_teardown(test_nonsense_from_above, setup, teardown),
		cmocka_unit_test_setup_teardown(test_second_store, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
