/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RFC 5424 messages over the local syslog socket (libc's syslog(3) only speaks the old format).
 * Datagrams first; a socket of streams gets lines ended by LF (RFC 6587 section 3.4.2), which is
 * what syslog-ng's unix-stream() and the like expect; JSON has no LF inside.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/text.h"
#include "notify/registry.h"

struct sink {
	char *path;
	int facility;
	int fd; /* -1: not connected */
	bool stream;
	char host[256];
};

/* Severities of RFC 5424 table 2: a missing filing is nobody's emergency, so none above error. */
static const struct {
	const char *word;
	int code;
} severities[] = { { "high", 3 }, { "medium", 4 }, { "low", 5 } };
enum { SEVERITY_TROUBLE = 4, SEVERITY_OTHER = 5, SEVERITY_OVER = 6 };

/* What kind of line it is, by its "state". */
static const struct {
	const char *state, *id; /* MSGID */
	int severity;           /* 0: the line's own */
} states[] = {
	{ "open", "alert-open", 0 },
	{ "resolved", "alert-resolved", SEVERITY_OVER },
	{ "raised", "event-raised", SEVERITY_TROUBLE },
	{ "cleared", "event-cleared", SEVERITY_OVER },
};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static bool enabled(const struct notify_settings *s) { return s->syslog && s->syslog[0]; }

/* local0..local7 are 16..23 (RFC 5424 table 1); the configuration admits no other. */
static int facility_code(const char *word)
{
	if (word && strncmp(word, "local", 5) == 0 && word[5] >= '0' && word[5] <= '7')
		return 16 + (word[5] - '0');
	return 16;
}

static void *sink_open(const struct notify_settings *s)
{
	struct sink *k = xcalloc(1, sizeof(*k));

	k->path = xstrdup(s->syslog);
	k->facility = facility_code(s->facility);
	k->fd = -1;
	if (gethostname(k->host, sizeof(k->host) - 1) != 0 || k->host[0] == '\0')
		memcpy(k->host, "-", 2); /* NILVALUE */
	return k;
}

static void drop(struct sink *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

static void sink_close(void *arg)
{
	struct sink *k = arg;

	if (k == NULL)
		return;
	drop(k);
	free(k->path);
	free(k);
}

static int connect_as(struct sink *k, int type)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 1 };
	int fd, error;

	if (strlen(k->path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, k->path, strlen(k->path));
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		error = errno;
		close(fd);
		return -error;
	}
	k->fd = fd;
	k->stream = type == SOCK_STREAM;
	return 0;
}

static int reach(struct sink *k)
{
	char byte;
	int rc;

	/* A stream whose reader left would swallow a message before it says so. */
	if (k->fd >= 0 && k->stream && recv(k->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		drop(k);
	if (k->fd >= 0)
		return 0;
	rc = connect_as(k, SOCK_DGRAM);
	return rc == -EPROTOTYPE ? connect_as(k, SOCK_STREAM) : rc;
}

static int transmit(struct sink *k, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(k->fd, p, n, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		p += sent;
		n -= (size_t)sent;
	}
	return 0;
}

/* Once more over a new socket when the old one's receiver was restarted. */
static int deliver(struct sink *k, const struct buf *m)
{
	int rc = -ENOTCONN;

	for (int attempt = 0; attempt < 2; attempt++) {
		rc = reach(k);
		if (rc == 0)
			rc = transmit(k, m->p, m->len);
		if (rc == 0 || rc == -EMSGSIZE)
			return rc;
		drop(k);
		if (rc == -EAGAIN || rc == -ENOENT)
			return rc;
	}
	return rc;
}

static const char *field(const json_t *alert, const char *name)
{
	const char *s = json_string_value(json_object_get(alert, name));
	return s ? s : "";
}

/* Of a line without one that we know: an alert that is open. */
static size_t state_of(const json_t *alert)
{
	size_t i = STATES;

	while (--i > 0 && strcmp(field(alert, "state"), states[i].state) != 0)
		;
	return i;
}

static int severity(const json_t *alert)
{
	const char *word = field(alert, "severity");
	int fixed = states[state_of(alert)].severity;

	if (fixed != 0)
		return fixed;
	for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
		if (strcmp(word, severities[i].word) == 0)
			return severities[i].code;
	return SEVERITY_OTHER;
}

/* HEADER SP STRUCTURED-DATA SP MSG, RFC 5424 section 6; the BOM says that MSG is UTF-8 (6.4). */
static void compose(const struct sink *k, const json_t *alert, const char *json, size_t n, struct buf *out)
{
	char when[TEXT_TIME_MAX];

	text_time_utc(when, clock_wall());
	buf_printf(out, "<%d>1 %s %s beiand %d %s - \xEF\xBB\xBF", k->facility * 8 + severity(alert), when,
		   k->host, (int)getpid(), states[state_of(alert)].id);
	buf_add(out, json, n);
	if (k->stream)
		buf_puts(out, "\n");
}

/* What names the alert when all of it is too long for a datagram. */
static void shorten(const json_t *alert, size_t n, struct buf *out)
{
	static const char *const keep[] = { "alert", "event", "state", "what",
					    "since", "app",   "rule",  "severity" };

	buf_printf(out, "{\"v\":1,\"truncated\":true,\"bytes\":%zu", n);
	for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		const char *s = field(alert, keep[i]);
		size_t len = strlen(s);
		if (len == 0)
			continue;
		buf_printf(out, ",\"%s\":", keep[i]);
		buf_json(out, s, len < 200 ? len : 200);
	}
	buf_puts(out, "}");
}

static int send_short(struct sink *k, const json_t *alert, size_t n, char why[NOTIFY_WHY_MAX])
{
	struct buf small = { 0 }, m = { 0 };
	int rc;

	shorten(alert, n, &small);
	compose(k, alert, small.p, small.len, &m);
	rc = deliver(k, &m);
	if (rc == 0)
		snprintf(why, NOTIFY_WHY_MAX, "预警 %s 有 %zu 字节,超过 syslog 套接字的上限,已发缩略",
			 field(alert, "alert"), n);
	buf_clear(&small);
	buf_clear(&m);
	return rc;
}

static bool sink_send(void *arg, const char *json, size_t n, char why[NOTIFY_WHY_MAX])
{
	struct sink *k = arg;
	struct buf m = { 0 };
	json_t *alert = json_loadb(json, n, 0, NULL);
	int rc = reach(k); /* first, because the framing depends on the kind of socket */

	why[0] = '\0';
	if (rc == 0) {
		compose(k, alert, json, n, &m);
		rc = deliver(k, &m);
	}
	if (rc == -EMSGSIZE)
		rc = send_short(k, alert, n, why);
	if (rc != 0)
		snprintf(why, NOTIFY_WHY_MAX, "无法送往 syslog 套接字 %s:%s,请检查日志服务是否在运行",
			 k->path, errno_zh(-rc));
	buf_clear(&m);
	json_decref(alert);
	return rc == 0;
}

const struct notify_row notify_syslog = {
	.name = "syslog",
	.enabled = enabled,
	.open = sink_open,
	.send = sink_send,
	.close = sink_close,
};
