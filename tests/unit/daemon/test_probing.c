/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store's end of probing, in the store's own process, with the test as sensor, as prober and as people:
 * a job is handed out once, answered once, and told to whoever waits. */
#include "tests/unit/daemon/child.h"

#include <poll.h>

#include "base/alloc.h"
#include "ipc/client.h"
#include "ipc/job.h"
#include "probes/probe.h"

enum { JOBS_MAX = 16, CLIENTS = 3 };

static struct {
	int prober;
	struct job job[JOBS_MAX]; /* that it was handed */
	size_t jobs;
	struct job_result result;
} t;

static void up(struct child *c)
{
	child_spawn(c, store_run, "store");
	child_start_with(c, "[campus]\nname = 示例大学\ndomains = example.edu.cn\n"
			    "[policy]\nprofile = hnust\nmin_clients = 1\nmin_days = 1\n"
			    "[probe]\nenabled = on\ncontact = https://nic.example.edu.cn/beiand\n");
	(void)child_expect(c, c->super, MSG_READY);
}

/* A live sensor sees one host of the campus, and leaves. */
static void see(struct child *c)
{
	static struct observation o;
	int fd = child_peer(c, ROLE_SENSOR, "sensor[eth1]");
	struct wr w = child_begin(c, MSG_HELLO);
	int64_t source;
	struct rd r;

	msg_hello_put(&w, &(struct msg_hello){ "sensor[eth1]", 0 });
	child_send(fd, &w, -1);
	(void)child_expect(c, fd, MSG_WELCOME);
	w = child_begin(c, MSG_SOURCE_BEGIN);
	msg_source_put(&w, &(struct msg_source){ "eth1" });
	child_send(fd, &w, -1);
	r = child_expect(c, fd, MSG_SOURCE_GO);
	assert_true(msg_id_get(&r, &source));
	memset(&o, 0, sizeof(o));
	snprintf(o.name, sizeof(o.name), "jw.example.edu.cn");
	o.from = 1795000000000000;
	o.to = o.from + 1;
	o.via = VIA_TLS;
	o.count = 3;
	sketch_init(&o.clients);
	sketch_add(&o.clients, 42);
	w = child_begin(c, MSG_OBSERVED);
	msg_batch_put(&w, &(struct msg_batch){ .source = source, .seq = 1 });
	assert_true(msg_batch_add(&w, &o));
	child_send(fd, &w, -1);
	(void)child_expect(c, fd, MSG_ACK);
	close(fd);
}

static void attach(struct child *c) { t.prober = child_peer(c, ROLE_PROBER, "prober"); }

static const struct job *take(struct child *c)
{
	struct rd r = child_expect(c, t.prober, MSG_JOB);
	struct job *j = &t.job[t.jobs++];

	assert_true(t.jobs < JOBS_MAX);
	assert_true(job_get(&r, j));
	assert_string_equal(j->name, "jw.example.edu.cn");
	return j;
}

/* One for each probe that looks at a host by itself. They fall due one after the other. */
static size_t wanted(void)
{
	size_t n = 0;

	for (size_t i = 0; i < PROBE_ID_COUNT; i++)
		n += (probe_table[i].kinds & 1u << SUBJECT_HOST) && !probe_table[i].wants_target &&
		     probe_table[i].endpoint == NULL;
	assert_true(n > 1 && n < JOBS_MAX);
	return n;
}

static void take_all(struct child *c)
{
	t.jobs = 0;
	while (t.jobs < wanted())
		take(c);
}

static void tell(struct child *c, int64_t id, enum probe_outcome outcome, const char *title)
{
	struct wr w = child_begin(c, MSG_JOB_RESULT);

	memset(&t.result, 0, sizeof(t.result));
	t.result.id = id;
	t.result.outcome = outcome;
	t.result.requests = 1;
	t.result.version = 1;
	if (title) {
		t.result.fact_count = 1;
		t.result.fact[0] = (struct job_fact){ .type = FACT_TITLE, .confidence = 99 };
		snprintf(t.result.fact[0].value, JOB_VALUE_MAX, "%s", title);
	}
	snprintf(t.result.transcript, sizeof(t.result.transcript), "GET https://jw.example.edu.cn/\n");
	job_result_put(&w, &t.result);
	child_send(t.prober, &w, -1);
}

static void begins(struct child *c, int64_t id)
{
	struct wr w = child_begin(c, MSG_JOB_BEGUN);

	msg_id_put(&w, id);
	child_send(t.prober, &w, -1);
}

static int setup(void **state)
{
	struct child *c = xcalloc(1, sizeof(*c));

	child_folder(c);
	up(c);
	see(c);
	attach(c);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	close(t.prober);
	child_clear(*state);
	free(*state);
	return 0;
}

/* -- people ---------------------------------------------------------------------------------------- */

static void collect(void *arg, const char *json, size_t n) { buf_add(arg, json, n); }

/* beianctl: its exit code; what it was told. */
static int ask(const struct child *c, const char *line, struct buf *told)
{
	char path[64], words[128], *argv[4], *at = words;
	struct client_request q = { .argv = argv, .file = -1, .line = collect, .arg = told };
	struct msg_result result;
	int fd;

	snprintf(words, sizeof(words), "%s", line);
	while ((argv[q.argc] = strsep(&at, " ")) != NULL)
		q.argc++;
	snprintf(path, sizeof(path), "%s/control.sock", c->dir);
	fd = client_connect(path);
	assert_true(fd >= 0);
	buf_reset(told);
	assert_int_equal(client_request(fd, &q, &result), 0);
	close(fd);
	buf_puts(told, result.why);
	return result.code;
}

static void expect_said(const struct child *c, const char *line, const char *says)
{
	struct buf told = { 0 };

	assert_int_equal(ask(c, line, &told), 0);
	if (told.p == NULL || strstr(told.p, says) == NULL)
		fail_msg("%s does not say %s but %s", line, says, told.p ? told.p : "nothing");
	buf_clear(&told);
}

/* A person in a process of its own: exits with 0 when it was told that, with the expected code. */
static pid_t person(const struct child *c, const char *line, int code, const char *says)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct buf told = { 0 };
		close(t.prober); /* its end is to be seen */
		close(c->super);
		int got = ask(c, line, &told);
		_exit(got == code && told.p && strstr(told.p, says) ? 0 : 1);
	}
	return pid;
}

static int leaves(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* -- tests ----------------------------------------------------------------------------------------- */

static void test_answered_once(void **state)
{
	struct child *c = *state;

	take_all(c);
	for (size_t i = 0; i < t.jobs; i++) {
		assert_int_equal(t.job[i].urgent, 0);
		for (size_t k = 0; k < i; k++)
			assert_true(t.job[k].id != t.job[i].id);
		tell(c, t.job[i].id, PROBE_DONE, "教务系统");
	}
	expect_said(c, "probes --facts", "教务系统");
	tell(c, t.job[0].id, PROBE_DONE, NULL); /* nobody asked any more */
	assert_true(child_closed(t.prober));
}

/* Killed with jobs out: the next store knows that they were handed, and does not ask again. */
static void test_killed(void **state)
{
	struct child *c = *state;

	take_all(c);
	tell(c, t.job[0].id, PROBE_DONE, "教务系统");
	expect_said(c, "probes --facts", "教务系统");
	kill(c->pid, SIGKILL);
	assert_int_equal(child_wait(c), 128 + SIGKILL);
	close(t.prober);
	up(c);
	expect_said(c, "probes --all", "\"outcome\":\"lost\"");
	expect_said(c, "probes --all", "\"outcome\":\"done\"");
	expect_said(c, "status", "\"in_flight\":0,\"handed\":0");
	attach(c);
	child_signal(t.prober, MSG_PROBE_PAUSE); /* it hears of nothing before it leaves */
	shutdown(t.prober, SHUT_WR);
	assert_true(child_closed(t.prober));
}

static void test_prober_dies(void **state)
{
	struct child *c = *state;

	int64_t begun;

	take_all(c);
	begun = t.job[0].id;
	begins(c, begun);
	close(t.prober);
	attach(c);
	t.jobs = 0;
	while (t.jobs < wanted() - 1) /* of those nobody was asked anything */
		assert_true(take(c)->id != begun);
	expect_said(c, "probes --all", "\"outcome\":\"lost\"");
	tell(c, begun, PROBE_DONE, NULL); /* of the life before: it is no answer any more */
	assert_true(child_closed(t.prober));
}

/* Something kills it before a job has begun, each time. */
static void test_prober_dies_and_dies(void **state)
{
	struct child *c = *state;
	int64_t first;

	take_all(c);
	first = t.job[0].id;
	for (int i = 1; i < 3; i++) {
		close(t.prober);
		attach(c);
		take_all(c);
		assert_int_equal(t.job[0].id, first);
	}
	close(t.prober); /* the third time */
	attach(c);
	t.jobs = 0;
	while (t.jobs < wanted() - 1)
		assert_true(take(c)->id != first);
	expect_said(c, "probes --all", "\"outcome\":\"poison\"");
	expect_said(c, "status", "\"lost\":1,\"poison\":1,\"shortage\":0}");
	tell(c, t.job[0].id, PROBE_DONE, NULL);
	expect_said(c, "probes --all", "\"outcome\":\"done\"");
	tell(c, t.job[1].id, PROBE_SHORTAGE, NULL);
	expect_said(c, "status", "\"poison\":1,\"shortage\":1}");
}

static void test_pause(void **state)
{
	struct child *c = *state;

	take_all(c);
	expect_said(c, "probe pause", "paused");
	(void)child_expect(c, t.prober, MSG_PROBE_PAUSE);
	for (size_t i = 0; i < t.jobs; i++)
		tell(c, t.job[i].id, PROBE_PAUSED, NULL);
	expect_said(c, "probe resume", "on");
	(void)child_expect(c, t.prober, MSG_PROBE_RESUME);
	expect_said(c, "probe pause", "paused");
	(void)child_expect(c, t.prober, MSG_PROBE_PAUSE);
	close(t.prober);
	attach(c); /* the next one hears it first */
	(void)child_expect(c, t.prober, MSG_PROBE_PAUSE);
}

/* The store hung up; jobs may have come before. */
static bool hangs_up(void)
{
	uint8_t byte;
	ssize_t n;

	do
		n = recv(t.prober, &byte, 1, 0);
	while (n > 0 && byte == MSG_JOB);
	return n <= 0;
}

static void test_nonsense(void **state)
{
	struct child *c = *state;

	take_all(c);
	child_signal(t.prober, MSG_JOB_RESULT);
	assert_true(hangs_up());
	close(t.prober);
	attach(c);
	child_signal(t.prober, MSG_STOP);
	assert_true(hangs_up());
	close(t.prober);
	attach(c);
	tell(c, 4711, PROBE_DONE, NULL);
	assert_true(hangs_up());
	close(t.prober);
	attach(c);
	begins(c, 4711);
	assert_true(hangs_up());
}

/* Answers whatever is asked for until that person has left; its exit status. */
static int serve(struct child *c, pid_t pid)
{
	struct pollfd asked = { t.prober, POLLIN, 0 };
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (poll(&asked, 1, 50) <= 0)
			continue;
		t.jobs = 0;
		assert_int_equal(take(c)->urgent, 1);
		tell(c, t.job[0].id, PROBE_DONE, "教务系统");
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Several wait for the same, one of them has gone by then. */
static void test_people(void **state)
{
	struct child *c = *state;
	pid_t pid[CLIENTS], gone;

	take_all(c);
	for (size_t i = 0; i < t.jobs; i++)
		tell(c, t.job[i].id, PROBE_DONE, NULL);
	gone = person(c, "probe jw.example.edu.cn", 0, "-");
	take_all(c);
	kill(gone, SIGKILL);
	assert_int_equal(leaves(gone), 128);
	for (int i = 0; i < CLIENTS; i++)
		pid[i] = person(c, "probe jw.example.edu.cn", 0, "教务系统");
	for (size_t i = 0; i < t.jobs; i++) {
		assert_int_equal(t.job[i].urgent, 1);
		tell(c, t.job[i].id, PROBE_DONE, "教务系统");
	}
	for (int i = 0; i < CLIENTS; i++)
		assert_int_equal(serve(c, pid[i]), 0);
}

static void test_people_are_told_why_not(void **state)
{
	struct child *c = *state;
	pid_t pid;

	take_all(c);
	for (size_t i = 0; i < t.jobs; i++)
		tell(c, t.job[i].id, PROBE_DONE, NULL);
	pid = person(c, "probe jw.example.edu.cn", 1, "探测进程中断,这次没有结果;请稍后再试");
	take_all(c);
	close(t.prober);
	assert_int_equal(leaves(pid), 0);
	assert_int_equal(leaves(person(c, "probe jw.example.edu.cn", 1, "没有就绪")), 0);
	assert_int_equal(leaves(person(c, "probe www.example.net", 1, "不在探测范围")), 0);
	assert_int_equal(leaves(person(c, "probe --force", 2, "用法")), 0);
	attach(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answered_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prober_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prober_dies_and_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(test_people, setup, teardown),
		cmocka_unit_test_setup_teardown(test_people_are_told_why_not, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
