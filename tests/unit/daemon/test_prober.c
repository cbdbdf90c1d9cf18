/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prober process with the test as its store and as its DNS server: each job is answered once, whatever
 * happens. */
#include "tests/unit/daemon/child.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/alloc.h"
#include "ipc/job.h"

static struct {
	int dns, store;
	struct job_result result;
} t;

/* A socket of ours that the prober takes for its DNS server. */
static unsigned serve(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { 100, 0 };
	socklen_t n = sizeof(a);

	t.dns = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(t.dns, (struct sockaddr *)&a, n), 0);
	assert_int_equal(getsockname(t.dns, (struct sockaddr *)&a, &n), 0);
	setsockopt(t.dns, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return ntohs(a.sin_port);
}

static void up(struct child *c, const char *more)
{
	char text[512];

	child_folder(c);
	child_spawn(c, prober_run, "prober");
	snprintf(text, sizeof(text),
		 "[campus]\ndomains = example.edu.cn\n[probe]\nenabled = on\n"
		 "contact = https://nic.example.edu.cn/beiand\nresolver = 127.0.0.1:%u\nhost_seconds = 0\n"
		 "per_second = 1000\ntransfers = 2\n%s",
		 serve(), more);
	child_start_with(c, text);
}

static int setup(void **state)
{
	struct child *c = xcalloc(1, sizeof(*c));

	up(c, "");
	(void)child_expect(c, c->super, MSG_READY);
	t.store = child_peer(c, ROLE_STORE, "store");
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	close(t.dns);
	close(t.store);
	child_clear(*state);
	free(*state);
	return 0;
}

static void send_job(struct child *c, int64_t id, const char *probe)
{
	static struct job j;
	struct wr w = child_begin(c, MSG_JOB);

	memset(&j, 0, sizeof(j));
	j.id = id;
	snprintf(j.name, sizeof(j.name), "a%lld.example.edu.cn", (long long)id);
	snprintf(j.probe, sizeof(j.probe), "%s", probe);
	job_put(&w, &j);
	child_send(t.store, &w, -1);
}

/* The next frame to the store; what the prober says of itself comes when it likes. */
static struct rd next(struct child *c, uint8_t type)
{
	struct rd r;

	do {
		ssize_t n = recv(t.store, c->frame, sizeof(c->frame), 0);
		if (n <= 0)
			fail_msg("waited for a frame of type %d", type);
		r = rd_init(c->frame, (size_t)n);
	} while (rd_u8(&r) == MSG_PROBE_VIEW && type != MSG_PROBE_VIEW);
	assert_int_equal(c->frame[0], type);
	return r;
}

/* The next answer; its id. */
static int64_t expect(struct child *c, enum probe_outcome outcome)
{
	struct rd r = next(c, MSG_JOB_RESULT);

	assert_true(job_result_get(&r, &t.result));
	assert_string_equal(probe_outcome_name(t.result.outcome), probe_outcome_name(outcome));
	return t.result.id;
}

/* A question has come: its job is under way. */
static size_t question(uint8_t *q, size_t cap, struct sockaddr_in *from)
{
	socklen_t n = sizeof(*from);
	ssize_t got = recvfrom(t.dns, q, cap, 0, (struct sockaddr *)from, &n);

	assert_true(got > 12);
	return (size_t)got;
}

/* No such name (RFC 1035 section 4.1.1: RCODE 3). */
static void deny(unsigned questions)
{
	struct sockaddr_in from;
	uint8_t q[512];

	for (unsigned i = 0; i < questions; i++) {
		size_t n = question(q, sizeof(q), &from);
		q[2] |= 0x80;
		q[3] = 0x83;
		assert_int_equal(sendto(t.dns, q, n, 0, (struct sockaddr *)&from, sizeof(from)), n);
	}
}

static void test_a_job_is_answered(void **state)
{
	struct child *c = *state;

	send_job(c, 7, "certificate");
	deny(2); /* A and AAAA */
	assert_int_equal(expect(c, PROBE_NO_NAME), 7);
	assert_int_equal(t.result.requests, 0);
	assert_non_null(strstr(t.result.transcript, "a7.example.edu.cn"));
	send_job(c, 8, "no-such-probe");
	assert_int_equal(expect(c, PROBE_NOT_ENABLED), 8);
}

static void test_manners_are_told(void **state)
{
	static struct job_view v;
	struct child *c = *state;
	struct rd r;

	send_job(c, 7, "certificate");
	deny(2);
	assert_int_equal(expect(c, PROBE_NO_NAME), 7);
	do {
		r = next(c, MSG_PROBE_VIEW);
		assert_true(job_view_get(&r, &v));
	} while (strcmp(v.counter[v.count - 1].name, "refused-no-name") != 0); /* of the second before */
	assert_int_equal(v.counter[v.count - 1].value, 1);
	assert_int_equal(v.held_count, 0);
}

/* More than it has room for: the third waits. */
static void test_pause_ends_all(void **state)
{
	struct child *c = *state;
	struct sockaddr_in from;
	uint8_t q[512];
	int64_t sum = 0;

	for (int64_t id = 1; id <= 3; id++)
		send_job(c, id, "certificate");
	question(q, sizeof(q), &from);
	child_signal(t.store, MSG_PROBE_PAUSE);
	for (int i = 0; i < 3; i++)
		sum += expect(c, PROBE_PAUSED);
	assert_int_equal(sum, 1 + 2 + 3);
	send_job(c, 4, "certificate"); /* was on its way */
	assert_int_equal(expect(c, PROBE_PAUSED), 4);
	child_signal(t.store, MSG_PROBE_RESUME);
	send_job(c, 5, "certificate");
	while (question(q, sizeof(q), &from) > 0 && q[14] != '5')
		; /* questions of those before */
	child_signal(t.store, MSG_PROBE_PAUSE);
	assert_int_equal(expect(c, PROBE_PAUSED), 5);
}

static void test_stop_answers_all(void **state)
{
	struct child *c = *state;
	struct sockaddr_in from;
	uint8_t q[512];

	send_job(c, 1, "certificate");
	question(q, sizeof(q), &from);
	child_signal(c->super, MSG_STOP);
	(void)next(c, MSG_PROBE_PAUSE); /* send no more */
	assert_int_equal(expect(c, PROBE_PAUSED), 1);
	assert_int_equal(child_wait(c), EXIT_DONE);
}

static void test_reload(void **state)
{
	static const char text[] = "[campus]\ndomains = example.edu.cn\n[probe]\nenabled = on\n"
				   "contact = https://nic.example.edu.cn/beiand\nopt_out = example.edu.cn\n";
	struct child *c = *state;
	struct wr w = child_begin(c, MSG_RELOAD);

	msg_text_put(&w, text, strlen(text));
	child_send(c->super, &w, -1);
	for (int i = 0; i < 2; i++) { /* the two links are read in any order */
		send_job(c, 3 + i, "certificate");
		struct rd r = next(c, MSG_JOB_RESULT);
		assert_true(job_result_get(&r, &t.result));
		if (t.result.outcome == PROBE_OPTED_OUT)
			break;
	}
	assert_int_equal(t.result.outcome, PROBE_OPTED_OUT);
}

static void cut_job(struct child *c)
{
	struct wr w = child_begin(c, MSG_JOB);
	wr_be64(&w, 1);
	child_send(t.store, &w, -1);
}

static void foreign_frame(struct child *c)
{
	(void)c;
	child_signal(t.store, MSG_DELIVER);
}

static void pause_with_body(struct child *c)
{
	struct wr w = child_begin(c, MSG_PROBE_PAUSE);
	wr_u8(&w, 1);
	child_send(t.store, &w, -1);
}

/* A store that speaks nonsense is none. */
static void test_nonsense(void **state)
{
	static void (*const wrongs[])(struct child *) = { cut_job, foreign_frame, pause_with_body };
	struct child *c = *state;

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		wrongs[i](c);
		assert_int_equal(child_wait(c), EXIT_FAILED);
		teardown(state);
		setup(state);
		c = *state;
	}
	close(t.store);
	t.store = -1;
	assert_int_equal(child_wait(c), EXIT_FAILED); /* nor is one that is gone, after a while */
}

static void test_bad_roots(void **state)
{
	struct child c = { .pid = 0 };

	(void)state;
	up(&c, "roots = /dev/null\n");
	assert_int_equal(child_wait(&c), EXIT_CONFIG);
	close(t.dns);
	child_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_job_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_manners_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pause_ends_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_answers_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reload, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
		cmocka_unit_test(test_bad_roots),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
