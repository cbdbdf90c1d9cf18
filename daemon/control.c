/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/errno.h"
#include "base/log.h"
#include "ipc/client.h"
#include "ipc/link.h"
#include "ipc/msg.h"

enum {
	CONTROL_CLIENTS = 64,
	CONTROL_QUEUE = 64 << 20,  /* bytes of a reply that its client has not read yet */
	CONTROL_IDLE_SECONDS = 60, /* without a request, or without reading */
	CONTROL_TELL_SECONDS = 60, /* between two lines on those that were turned away */
};

struct client {
	struct client *next;
	struct control *k;
	struct link *link;
	struct event *idle;
	bool asking;   /* a request is being answered */
	bool dropped;  /* nothing more is sent; freed by the idle event */
	size_t queued; /* at the last look */
};

struct control {
	struct event_base *base;
	char *path;
	int fd;
	struct event *accept, *tell;
	uint64_t refused; /* since the last line on it */
	control_fn *fn;
	control_gone_fn *gone;
	void *arg;
	struct client *clients;
	size_t count;
};

static void client_free(struct client *c)
{
	struct client **at = &c->k->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->k->count--;
	if (c->asking)
		c->k->gone(c->k->arg, c);
	link_free(c->link);
	event_free(c->idle);
	free(c);
}

static void rest(struct client *c, int seconds)
{
	struct timeval t = { seconds, 0 };
	event_add(c->idle, &t);
}

/* From a caller's stack a client is only marked: the caller still holds it. */
static void drop(struct client *c, const char *why)
{
	if (c->dropped)
		return;
	log_warn("断开一个控制连接:%s", why);
	c->dropped = true;
	rest(c, 0);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
	struct client *c = arg;
	size_t queued = link_queued(c->link);

	(void)fd, (void)what;
	if (!c->dropped && (c->asking || (queued > 0 && queued < c->queued))) {
		c->queued = queued; /* we are slow, or it is reading */
		rest(c, CONTROL_IDLE_SECONDS);
		return;
	}
	if (!c->dropped)
		log_warn("断开一个控制连接:%d 秒没有动静", CONTROL_IDLE_SECONDS);
	client_free(c);
}

/* A pipe or a device would let a client stop the store in the middle of a read. */
static int regular(int fd)
{
	struct stat st;

	return fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode));
}

static bool take_request(void *arg, struct rd *body)
{
	struct client *c = arg;
	struct msg_request m;
	char *argv[MSG_ARGS_MAX + 1] = { NULL };
	int file = link_take_fd(c->link);
	bool ok = !c->asking && msg_request_get(body, &m);

	if (ok && !c->dropped) { /* who goes on asking goes all the same */
		for (int i = 0; i < m.argc; i++)
			argv[i] = xstrndup(m.argv[i].p ? m.argv[i].p : "", m.argv[i].n);
		c->asking = true;
		rest(c, CONTROL_IDLE_SECONDS);
		if (regular(file))
			c->k->fn(c->k->arg, c, m.argc, argv, file);
		else
			control_end(c, 2, "只接受普通文件,不接受管道或设备");
		for (int i = 0; i < m.argc; i++)
			free(argv[i]);
	}
	if (file >= 0)
		close(file);
	return ok;
}

static void client_down(void *arg, const char *why)
{
	if (why)
		log_warn("断开一个控制连接:%s", why);
	client_free(arg);
}

static const struct link_row rows[] = { { MSG_REQUEST, take_request } };
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), client_down, NULL };

static void send_text(struct client *c, enum msg_type type, const char *p, size_t n)
{
	struct wr w = link_begin(c->link, (uint8_t)type);

	msg_text_put(&w, p, n);
	(void)!link_send(c->link, &w, -1);
}

void control_line(struct client *c, const char *json)
{
	size_t n = strlen(json);

	if (c->dropped)
		return;
	if (link_queued(c->link) + n > CONTROL_QUEUE) {
		drop(c, "对方不读取回复,排队已满");
		return;
	}
	for (; n > MSG_TEXT_MAX; json += MSG_TEXT_MAX, n -= MSG_TEXT_MAX)
		send_text(c, MSG_PART, json, MSG_TEXT_MAX);
	send_text(c, MSG_REPLY_LINE, json, n);
}

void control_end(struct client *c, int code, const char *why)
{
	struct msg_result m = { .code = (uint8_t)code };
	struct wr w;

	c->asking = false;
	c->queued = link_queued(c->link);
	if (c->dropped)
		return;
	snprintf(m.why, sizeof(m.why), "%s", why ? why : "");
	w = link_begin(c->link, MSG_REPLY_END);
	msg_result_put(&w, &m);
	(void)!link_send(c->link, &w, -1);
}

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval next = { CONTROL_TELL_SECONDS, 0 };
	struct control *k = arg;

	(void)fd, (void)what;
	if (k->refused == 0)
		return;
	log_warn("控制连接已达 %d 个上限,拒绝了 %llu 个新的连接", CONTROL_CLIENTS,
		 (unsigned long long)k->refused);
	k->refused = 0;
	event_add(k->tell, &next);
}

/* The first is logged at once, those behind it together. Who it was is told why, as the answer to whatever
 * he asks. */
static void turn_away(struct control *k, int fd)
{
	uint8_t frame[sizeof(struct msg_result) + 16];
	struct msg_result m = { .code = 1 };
	struct wr w = wr_init(frame, sizeof(frame));

	k->refused++;
	if (!event_pending(k->tell, EV_TIMEOUT, NULL))
		on_tell(-1, 0, k);
	snprintf(m.why, sizeof(m.why), "控制连接已达 %d 个上限,请稍后再试", CONTROL_CLIENTS);
	wr_u8(&w, MSG_REPLY_END);
	msg_result_put(&w, &m);
	if (wr_ok(&w))
		(void)!send(fd, frame, wr_len(&w), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct control *k = arg;
	int got = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c;

	(void)what;
	if (got < 0)
		return;
	if (k->count >= CONTROL_CLIENTS) {
		turn_away(k, got);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->k = k;
	c->next = k->clients;
	k->clients = c;
	k->count++;
	c->idle = evtimer_new(k->base, on_idle, c);
	c->link = link_new(k->base, got, &table, c);
	rest(c, CONTROL_IDLE_SECONDS);
}

/* Removes a socket that nobody listens on any more. 0, or -1 with error. */
static int clear_stale(const char *path, char error[CONTROL_ERROR_MAX])
{
	int fd = client_connect(path);

	if (fd >= 0) {
		close(fd);
		snprintf(error, CONTROL_ERROR_MAX,
			 "控制套接字 %s 正被另一个 beiand 使用;请先停掉它,或改 store.control", path);
		return -1;
	}
	if (fd == -ENOENT || (fd == -ECONNREFUSED && unlink(path) == 0))
		return 0;
	snprintf(error, CONTROL_ERROR_MAX, "控制套接字 %s 不可用:%s;请检查该路径", path, errno_zh(-fd));
	return -1;
}

static int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old;
	int rc;

	if (fd < 0)
		return -errno;
	memcpy(a.sun_path, path, strlen(path));
	old = umask(0117);
	rc = bind(fd, (struct sockaddr *)&a, sizeof(a));
	umask(old);
	if (rc == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	rc = errno;
	close(fd);
	return -rc;
}

struct control *control_new(struct event_base *base, const char *path, control_fn *fn, control_gone_fn *gone,
			    void *arg, char error[CONTROL_ERROR_MAX])
{
	struct control *k;
	int fd;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		snprintf(error, CONTROL_ERROR_MAX, "控制套接字的路径太长(最多 %zu 字节):%s",
			 sizeof(((struct sockaddr_un *)0)->sun_path) - 1, path);
		return NULL;
	}
	if (clear_stale(path, error) != 0)
		return NULL;
	fd = listen_at(path);
	if (fd < 0) {
		snprintf(error, CONTROL_ERROR_MAX, "无法建立控制套接字 %s:%s;请检查目录是否存在、是否可写",
			 path, errno_zh(-fd));
		return NULL;
	}
	k = xcalloc(1, sizeof(*k));
	*k = (struct control){
		.base = base, .path = xstrdup(path), .fd = fd, .fn = fn, .gone = gone, .arg = arg
	};
	k->accept = event_new(base, fd, EV_READ | EV_PERSIST, on_accept, k);
	event_add(k->accept, NULL);
	k->tell = evtimer_new(base, on_tell, k);
	return k;
}

void control_free(struct control *k)
{
	if (k == NULL)
		return;
	while (k->clients)
		client_free(k->clients);
	event_free(k->accept);
	event_free(k->tell);
	close(k->fd);
	unlink(k->path);
	free(k->path);
	free(k);
}
