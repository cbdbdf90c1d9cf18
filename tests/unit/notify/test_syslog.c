/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "notify/registry.h"

#define ALERT                                                                                                \
	"{\"v\":1,\"alert\":\"0f8fad5b-d9cb-469f-a165-70867728950e\",\"state\":\"open\",\"app\":\"A17\","    \
	"\"rule\":\"R01\",\"severity\":\"high\",\"title\":\"疑似未备案,待核\"}"

struct place {
	char dir[40], path[64];
	void *sink;
	int fd; /* the receiver */
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/beiand-syslog-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/log", p->dir);
	p->sink = notify_syslog.open(&(struct notify_settings){ .syslog = p->path, .facility = "local3" });
	p->fd = -1;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	notify_syslog.close(p->sink);
	if (p->fd >= 0)
		close(p->fd);
	unlink(p->path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void serve(struct place *p, int type)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (p->fd >= 0)
		close(p->fd);
	unlink(p->path);
	strcpy(a.sun_path, p->path);
	p->fd = socket(AF_UNIX, type, 0);
	assert_true(p->fd >= 0);
	assert_int_equal(bind(p->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(p->fd, 4), 0);
}

static bool send_text(struct place *p, const char *json, char why[NOTIFY_WHY_MAX])
{
	return notify_syslog.send(p->sink, json, strlen(json), why);
}

static void receive(int fd, char *out, size_t cap)
{
	ssize_t n = recv(fd, out, cap - 1, MSG_DONTWAIT);

	assert_true(n > 0);
	out[n] = '\0';
}

/* RFC 5424 section 6: local3 is 19, so 19 * 8 + 3 (error). */
static void test_header(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX], got[2048], host[256] = "", when[64], seen_host[256], app[32], msgid[40];
	int version, pid, at = 0, priority;

	serve(p, SOCK_DGRAM);
	assert_true(send_text(p, ALERT, why));
	assert_string_equal(why, "");
	receive(p->fd, got, sizeof(got));
	assert_int_equal(sscanf(got, "<%d>%d %63s %255s %31s %d %39s - %n", &priority, &version, when,
				seen_host, app, &pid, msgid, &at),
			 7);
	gethostname(host, sizeof(host) - 1);
	assert_int_equal(priority, 155);
	assert_int_equal(version, 1);
	assert_int_equal(strlen(when), strlen("2026-11-21T08:00:00.000000Z"));
	assert_int_equal(when[10], 'T');
	assert_string_equal(seen_host, host);
	assert_string_equal(app, "beiand");
	assert_int_equal(pid, getpid());
	assert_string_equal(msgid, "alert-open");
	assert_string_equal(got + at, "\xEF\xBB\xBF" ALERT);
}

static void test_severities(void **state)
{
	static const struct {
		const char *json;
		const char *start;
	} cases[] = {
		{ "{\"state\":\"open\",\"severity\":\"medium\"}", "<156>1 " },
		{ "{\"state\":\"open\",\"severity\":\"low\"}", "<157>1 " },
		{ "{\"state\":\"resolved\",\"severity\":\"high\"}", "<158>1 " },
		{ "{\"state\":\"open\"}", "<157>1 " },
		{ "{\"event\":\"interface-down\",\"state\":\"raised\"}", "<156>1 " },
		{ "{\"event\":\"interface-down\",\"state\":\"cleared\"}", "<158>1 " },
		{ "not json", "<157>1 " },
	};
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX], got[2048];

	serve(p, SOCK_DGRAM);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(send_text(p, cases[i].json, why));
		receive(p->fd, got, sizeof(got));
		assert_memory_equal(got, cases[i].start, strlen(cases[i].start));
	}
}

static void test_receiver_restarts(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX], got[2048];

	assert_false(send_text(p, ALERT, why)); /* not there yet */
	assert_non_null(strstr(why, p->path));
	serve(p, SOCK_DGRAM);
	assert_true(send_text(p, ALERT, why));
	serve(p, SOCK_DGRAM);
	assert_true(send_text(p, ALERT, why));
	receive(p->fd, got, sizeof(got));
	close(p->fd);
	p->fd = -1;
	assert_false(send_text(p, ALERT, why)); /* gone: the file is there, nobody listens */
}

static void test_stream(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX], got[2048];
	int fd;

	serve(p, SOCK_STREAM);
	assert_true(send_text(p, ALERT, why));
	fd = accept(p->fd, NULL, NULL);
	receive(fd, got, sizeof(got));
	assert_int_equal(got[strlen(got) - 1], '\n');
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
	close(fd); /* the reader left: the next one goes over a new connection */
	assert_true(send_text(p, ALERT, why));
	fd = accept(p->fd, NULL, NULL);
	receive(fd, got, sizeof(got));
	assert_memory_equal(got, "<155>1 ", 7);
	close(fd);
}

/* A datagram has its limit; what names the alert gets through. */
static void test_too_long_is_shortened(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX], got[2048];
	size_t n = 4 << 20;
	char *big = malloc(n);
	int used;

	serve(p, SOCK_DGRAM);
	used = snprintf(big, n, "{\"alert\":\"id-1\",\"state\":\"open\",\"severity\":\"high\",\"facts\":\"");
	memset(big + used, 'x', n - (size_t)used);
	memcpy(big + n - 3, "\"}", 3);
	assert_true(send_text(p, big, why));
	assert_non_null(strstr(why, "id-1"));
	receive(p->fd, got, sizeof(got));
	assert_memory_equal(got, "<155>1 ", 7);
	assert_non_null(strstr(got, "\"truncated\":true"));
	assert_non_null(strstr(got, "\"alert\":\"id-1\""));
	free(big);
}

/* Nobody reads and the queue is full: a failure after a second, never a stall until the alarm ends the test.
 */
static void test_full_queue(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX];
	bool ok = true;

	alarm(60);
	serve(p, SOCK_DGRAM);
	for (int i = 0; ok && i < 100000; i++)
		ok = send_text(p, ALERT, why);
	assert_false(ok);
	alarm(0);
}

/* -- the real thing: rsyslogd on a socket of its own ------------------------------------------------- */

static pid_t rsyslogd(const struct place *p, const char *conf)
{
	FILE *f = fopen(conf, "w");
	char pid_file[96];
	pid_t pid;

	assert_non_null(f);
	fprintf(f,
		"module(load=\"imuxsock\" SysSock.Use=\"off\")\n"
		"input(type=\"imuxsock\" Socket=\"%s\" UseSpecialParser=\"off\" ParseHostname=\"on\")\n"
		"template(name=\"t\" type=\"string\" "
		"string=\"%%syslogfacility-text%%|%%syslogseverity-text%%|%%app-name%%|%%msgid%%|%%msg%%"
		"\\n\")\n"
		"action(type=\"omfile\" file=\"%s/out\" template=\"t\")\n",
		p->path, p->dir);
	fclose(f);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", p->dir);
	pid = fork();
	if (pid == 0) {
		execl("/usr/sbin/rsyslogd", "rsyslogd", "-n", "-f", conf, "-i", pid_file, (char *)NULL);
		_exit(127);
	}
	return pid;
}

enum { WAIT_TURNS = 2000 }; /* of 50 ms */

static bool wait_for(const char *path, const char *text)
{
	char got[8192];

	for (int i = 0; i < WAIT_TURNS; i++) {
		FILE *f = fopen(path, "r");
		if (f) {
			got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
			fclose(f);
			if (text == NULL || strstr(got, text))
				return true;
		}
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	}
	return false;
}

static bool wait_socket(const char *path)
{
	struct stat st;

	for (int i = 0; i < WAIT_TURNS; i++) {
		if (stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
			return true;
		nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
	}
	return false;
}

static void test_rsyslogd(void **state)
{
	struct place *p = *state;
	char why[NOTIFY_WHY_MAX], conf[80], out[80];
	bool ok;

	if (access("/usr/sbin/rsyslogd", X_OK) != 0)
		skip();
	snprintf(conf, sizeof(conf), "%s/conf", p->dir);
	snprintf(out, sizeof(out), "%s/out", p->dir);
	for (int life = 0; life < 2; life++) { /* and again after it was restarted */
		unlink(out);
		unlink(p->path);
		pid_t pid = rsyslogd(p, conf);
		assert_true(wait_socket(p->path));
		ok = send_text(p, ALERT, why);
		ok = ok && wait_for(out, "local3|err|beiand|alert-open|");
		ok = ok && wait_for(out, ALERT "\n");
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
		assert_true(ok);
	}
	unlink(out);
	unlink(conf);
	snprintf(conf, sizeof(conf), "%s/pid", p->dir);
	unlink(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_header, setup, teardown),
		cmocka_unit_test_setup_teardown(test_severities, setup, teardown),
		cmocka_unit_test_setup_teardown(test_receiver_restarts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_long_is_shortened, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rsyslogd, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
