/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/observe.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#define CAPTURE "tests/capture/campus.pcap"

enum { OUTPUT_MAX = 1 << 20 };

static void sample(struct observation *o)
{
	memset(o, 0, sizeof(*o));
	o->from = INT64_C(1795680000000000);
	o->to = o->from + 1500000;
	o->kind = SUBJECT_WECHAT_MINI;
	o->via = VIA_HTTP_REFERER;
	snprintf(o->name, sizeof(o->name), "wx0123456789abcdef");
	o->count = 12;
	sketch_add(&o->clients, 1);
	sketch_add(&o->clients, 2);
	o->server_count = 2;
	o->servers[0] = (struct record_server){ { [10] = 0xff, 0xff, 203, 0, 113, 7 }, 443 };
	o->servers[1] = (struct record_server){ { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, 8443 };
	o->link_count = 1;
	o->links[0] = (struct record_link){ SUBJECT_HOST, "api.example.edu.cn", 9 };
}

static void line_is_the_contract(void **state)
{
	struct observation o;
	struct observe_form form;
	struct buf b = { 0 };
	(void)state;

	sample(&o);
	observe_form_init(&form, "span0");
	observe_json(&b, &form, &o);
	assert_string_equal(
		b.p, "{\"v\":1,\"sensor\":\"span0\",\"from\":\"2026-11-26T08:00:00.000000Z\","
		     "\"to\":\"2026-11-26T08:00:01.500000Z\",\"kind\":\"wechat-mini\","
		     "\"name\":\"wx0123456789abcdef\",\"via\":\"http-referer\",\"count\":12,\"clients\":2,"
		     "\"servers\":[\"203.0.113.7:443\",\"[2001:db8::1]:8443\"],"
		     "\"links\":[{\"kind\":\"host\",\"name\":\"api.example.edu.cn\",\"count\":9}]}");
	buf_reset(&b);
	o.server_count = o.link_count = 0;
	o.servers_more = 3;
	o.links_more = 4;
	observe_json(&b, &form, &o);
	assert_non_null(strstr(b.p, "\"servers\":[],\"links\":[],\"servers_more\":3,\"links_more\":4}"));
	buf_reset(&b);
	o.to = o.from;
	observe_json(&b, &form, &o);
	assert_non_null(strstr(b.p, "\"from\":\"2026-11-26T08:00:00.000000Z\","
				    "\"to\":\"2026-11-26T08:00:00.000000Z\",\"kind\""));
	observe_form_clear(&form);
	buf_clear(&b);
}

/* Runs the command with standard output in a file; what it printed, and its status. */
static char *run(int *status, int argc, char *const argv[])
{
	char path[] = "/tmp/test_observe.XXXXXX";
	int fd = mkstemp(path), kept = dup(STDOUT_FILENO);
	char *out = test_calloc(1, OUTPUT_MAX);

	assert_true(fd >= 0 && kept >= 0);
	unlink(path);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	*status = ctl_observe(argc, argv, NULL);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	assert_true(pread(fd, out, OUTPUT_MAX - 1, 0) >= 0);
	close(fd);
	return out;
}

struct sums {
	json_int_t count, lines, stats, observations, packets;
};

/* Every line is an object; the last, and only the last, has the counters. */
static struct sums sum_up(char *text)
{
	struct sums s = { 0 };

	for (char *line = strtok_r(text, "\n", &text); line != NULL; line = strtok_r(NULL, "\n", &text)) {
		json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, NULL),
		       *stats = json_object_get(o, "stats");
		assert_non_null(o);
		assert_int_equal(s.stats, 0);
		assert_int_equal(json_integer_value(json_object_get(o, "v")), 1);
		if (stats != NULL) {
			s.stats++;
			s.observations = json_integer_value(json_object_get(stats, "observations"));
			s.packets = json_integer_value(json_object_get(stats, "packets"));
		} else {
			s.lines++;
			s.count += json_integer_value(json_object_get(o, "count"));
		}
		json_decref(o);
	}
	assert_int_equal(s.stats, 1);
	assert_int_equal(s.lines, s.observations);
	return s;
}

static void counts_do_not_depend_on_the_window(void **state)
{
	char *whole_argv[] = { "observe", "--data", "conf", "-r", CAPTURE, NULL };
	char *cut_argv[] = { "observe", "-r", CAPTURE, "--window", "1", "--data", "conf", NULL };
	char *twice_argv[] = { "observe", "--data", "conf", "-r", CAPTURE, CAPTURE, NULL };
	struct sums whole, cut, twice;
	int status;
	char *out;
	(void)state;

	out = run(&status, 5, whole_argv);
	assert_int_equal(status, 0);
	whole = sum_up(out);
	test_free(out);
	assert_true(whole.lines > 50 && whole.packets > 1000);
	out = run(&status, 7, cut_argv);
	assert_int_equal(status, 0);
	cut = sum_up(out);
	test_free(out);
	assert_int_equal(cut.count, whole.count);
	assert_true(cut.lines > whole.lines);
	out = run(&status, 6, twice_argv);
	assert_int_equal(status, 0);
	twice = sum_up(out);
	test_free(out);
	assert_int_equal(twice.packets, 2 * whole.packets);
	assert_int_equal(twice.lines, whole.lines);
}

static void same_file_same_bytes(void **state)
{
	char *argv[] = { "observe", "--data", "conf", "-r", CAPTURE, NULL };
	int status;
	char *one = run(&status, 5, argv), *two = run(&status, 5, argv);
	(void)state;

	assert_string_equal(one, two);
	test_free(one);
	test_free(two);
}

static void status_of(int want, int argc, char *const argv[])
{
	int status;
	char *out = run(&status, argc, argv);

	assert_int_equal(status, want);
	assert_string_equal(out, "");
	test_free(out);
}

static void refusals(void **state)
{
	char *nothing[] = { "observe", NULL };
	char *both[] = { "observe", "-r", CAPTURE, "-i", "lo", NULL };
	char *unknown[] = { "observe", "-r", CAPTURE, "--colour", NULL };
	char *window[] = { "observe", "-r", CAPTURE, "--window", "1x", NULL };
	char *operand[] = { "observe", CAPTURE, NULL };
	char *missing[] = { "observe", "--data", "conf", "-r", "/nonexistent.pcap", NULL };
	char *foreign[] = { "observe", "--data", "conf", "-r", "Makefile", NULL };
	char *data[] = { "observe", "--data", "/nonexistent", "-r", CAPTURE, NULL };
	char *conf[] = { "observe", "-f", "/nonexistent", "-r", CAPTURE, NULL };
	(void)state;

	status_of(2, 1, nothing);
	status_of(2, 5, both);
	status_of(2, 4, unknown);
	status_of(2, 5, window);
	status_of(2, 2, operand);
	status_of(1, 5, missing);
	status_of(1, 5, foreign);
	status_of(1, 5, data);
	status_of(1, 5, conf);
}

/* A capture that never ends: one DNS query a second. */
static void write_for_ever(int fd)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 12 /* raw IP */ };
	static const uint8_t query[] = "\x45\0\0\x37\0\0\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2"
				       "\x9c\x40\0\x35\0\x23\0\0"
				       "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1";
	uint32_t record[] = { 1, 0, sizeof(query) - 1, sizeof(query) - 1 };
	bool open = write(fd, head, sizeof(head)) == sizeof(head);

	for (; open; record[0]++)
		open = write(fd, record, sizeof(record)) == sizeof(record) &&
		       write(fd, query, sizeof(query) - 1) == sizeof(query) - 1;
	close(fd);
}

static void ends_when_nobody_reads_on(void **state)
{
	static char *const argv[] = { "observe", "--data", "conf", "--window", "1", "-r", "-", NULL };
	int fd[2], status;
	pid_t pid;
	(void)state;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		close(fd[1]);
		alarm(100);
		if (dup2(fd[0], STDIN_FILENO) < 0 || freopen("/dev/full", "w", stdout) == NULL)
			_exit(3);
		close(fd[0]);
		_exit(ctl_observe(7, argv, NULL));
	}
	close(fd[0]);
	signal(SIGPIPE, SIG_IGN);
	write_for_ever(fd[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_the_contract),
		cmocka_unit_test(counts_do_not_depend_on_the_window),
		cmocka_unit_test(same_file_same_bytes),
		cmocka_unit_test(refusals),
		cmocka_unit_test(ends_when_nobody_reads_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
