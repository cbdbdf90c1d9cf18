/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/link.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"

/* Frames handled before other events get their turn. */
enum { LINK_TURN = 32 };
/* How long link_press() waits for a peer that takes nothing. */
enum { LINK_PATIENCE_MS = 100 };

struct out {
	struct out *next;
	int fd;
	size_t n;
	uint8_t bytes[];
};

struct link {
	int fd;
	const struct link_table *table;
	void *arg;
	struct event *readable, *writable;
	struct out *head, **tail;
	size_t queued;
	int got_fd;       /* came with the frame at hand */
	bool busy, freed; /* inside a handler; link_free() was called there */
	bool over;        /* down() is due or was called */
	bool deaf;        /* link_press() waited in vain, and waits no more until the peer takes something */
	const char *why;
	uint8_t in[LINK_FRAME_MAX + 1]; /* one more, so that an over-long frame shows */
	uint8_t scratch[LINK_FRAME_MAX];
};

union link_control {
	struct cmsghdr align;
	uint8_t room[CMSG_SPACE(sizeof(int))];
};

int link_pair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == 0 ? 0 : -errno;
}

static void close_got(struct link *l)
{
	if (l->got_fd >= 0)
		close(l->got_fd);
	l->got_fd = -1;
}

int link_take_fd(struct link *l)
{
	int fd = l->got_fd;
	l->got_fd = -1;
	return fd;
}

static void out_free(struct out *o)
{
	if (o->fd >= 0)
		close(o->fd);
	free(o);
}

static void link_destroy(struct link *l)
{
	while (l->head) {
		struct out *o = l->head;
		l->head = o->next;
		out_free(o);
	}
	close_got(l);
	event_free(l->readable);
	event_free(l->writable);
	close(l->fd);
	free(l);
}

void link_free(struct link *l)
{
	if (l == NULL)
		return;
	l->freed = true;
	if (!l->busy)
		link_destroy(l);
}

static void link_over(struct link *l, const char *why)
{
	l->over = true;
	l->why = why;
	event_del(l->writable);
}

static void report_down(struct link *l)
{
	event_del(l->readable);
	l->busy = true;
	l->table->down(l->arg, l->why);
	l->busy = false;
	if (l->freed)
		link_destroy(l);
}

/* Our peers send one descriptor at most; the kernel cuts further ones off (MSG_CTRUNC). */
static void keep_fd(struct link *l, struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return;
	memcpy(&l->got_fd, CMSG_DATA(c), sizeof(int));
}

static ssize_t receive(struct link *l, int *flags)
{
	union link_control control;
	struct iovec iov = { .iov_base = l->in, .iov_len = sizeof(l->in) };
	/* Not sizeof(control): its padding has room for a second descriptor, which nobody would close. */
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = CMSG_LEN(sizeof(int)) };
	ssize_t n;

	do
		n = recvmsg(l->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n >= 0) {
		*flags = m.msg_flags;
		keep_fd(l, &m);
	}
	return n;
}

static const char *dispatch(struct link *l, size_t n)
{
	struct rd r = rd_init(l->in, n);
	uint8_t type = rd_u8(&r);

	for (size_t i = 0; i < l->table->count; i++) {
		if (l->table->row[i].type != type)
			continue;
		return l->table->row[i].take(l->arg, &r) ? NULL : "报文格式不对";
	}
	return "报文类型不该出现在这里";
}

/* Takes one frame; false when there is none or the link is over. */
static bool turn(struct link *l)
{
	int flags = 0;
	const char *bad = NULL;
	ssize_t n = receive(l, &flags);

	if (n < 0) {
		if (errno != EAGAIN)
			link_over(l, errno == ECONNRESET ? NULL : "读取出错");
		return false;
	}
	if (n == 0) {
		link_over(l, NULL);
		return false;
	}
	if ((flags & (MSG_TRUNC | MSG_CTRUNC)) || n > LINK_FRAME_MAX)
		bad = "报文过长或描述符过多";
	l->busy = true;
	if (bad == NULL)
		bad = dispatch(l, (size_t)n);
	l->busy = false;
	close_got(l);
	if (bad && !l->freed)
		link_over(l, bad);
	return !l->freed && !l->over;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;

	(void)fd, (void)what;
	for (int i = 0; !l->over && i < LINK_TURN && turn(l); i++)
		;
	if (l->freed)
		link_destroy(l);
	else if (l->over)
		report_down(l);
}

void link_finish(struct link *l)
{
	while (!l->over && turn(l))
		;
	if (l->freed) {
		link_destroy(l);
		return;
	}
	if (!l->over)
		link_over(l, NULL);
	report_down(l);
}

/* 1: the socket took it; 0: not now; -1: the link is broken. */
static int transmit(struct link *l, const uint8_t *bytes, size_t n, int fd)
{
	union link_control control = { .room = { 0 } };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	for (;;) {
		if (sendmsg(l->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return 1;
		if (errno == EAGAIN || errno == ENOBUFS)
			return 0;
		if (errno != EINTR)
			return -1;
	}
}

/* What the socket takes of the queue, as transmit() says of the last frame. */
static int transmit_queued(struct link *l)
{
	int sent = 1;

	while (l->head && (sent = transmit(l, l->head->bytes, l->head->n, l->head->fd)) > 0) {
		struct out *o = l->head;
		l->head = o->next;
		if (l->head == NULL)
			l->tail = &l->head;
		l->queued -= o->n;
		out_free(o);
	}
	return sent;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct link *l = arg;
	int sent = transmit_queued(l);

	(void)fd, (void)what;
	if (sent == 0)
		return;
	event_del(l->writable);
	/* what the peer still sent is read first: the end shows as end of file there */
	if (sent < 0)
		return;
	if (l->table->drained == NULL)
		return;
	l->busy = true;
	l->table->drained(l->arg);
	l->busy = false;
	if (l->freed)
		link_destroy(l);
}

struct link *link_new(struct event_base *base, int fd, const struct link_table *table, void *arg)
{
	struct link *l = xcalloc(1, sizeof(*l));

	evutil_make_socket_nonblocking(fd);
	l->fd = fd;
	l->got_fd = -1;
	l->table = table;
	l->arg = arg;
	l->tail = &l->head;
	l->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, l);
	l->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, l);
	if (l->readable == NULL || l->writable == NULL || event_add(l->readable, NULL) != 0)
		abort(); /* no memory or no epoll: nothing can run */
	return l;
}

struct wr link_begin(struct link *l, uint8_t type)
{
	struct wr w = wr_init(l->scratch, sizeof(l->scratch));
	wr_u8(&w, type);
	return w;
}

static void enqueue(struct link *l, const uint8_t *bytes, size_t n, int fd)
{
	struct out *o = xmalloc(sizeof(*o) + n);

	o->next = NULL;
	o->fd = fd;
	o->n = n;
	memcpy(o->bytes, bytes, n);
	*l->tail = o;
	l->tail = &o->next;
	l->queued += n;
	event_add(l->writable, NULL);
}

bool link_send(struct link *l, const struct wr *w, int fd)
{
	int sent = 0;

	if (wr_ok(w) && !l->over) {
		if (l->head == NULL)
			sent = transmit(l, w->base, wr_len(w), fd);
		if (sent == 0) {
			enqueue(l, w->base, wr_len(w), fd);
			return true;
		}
	}
	if (fd >= 0)
		close(fd);
	return wr_ok(w);
}

void link_signal(struct link *l, uint8_t type)
{
	struct wr w = link_begin(l, type);
	(void)!link_send(l, &w, -1);
}

size_t link_queued(const struct link *l) { return l->queued; }

void link_press(struct link *l, size_t most)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };

	while (l->queued > most && !l->over) {
		size_t before = l->queued;
		if (poll(&p, 1, l->deaf ? 0 : LINK_PATIENCE_MS) > 0 && transmit_queued(l) < 0)
			return;
		l->deaf = l->queued == before;
		if (l->deaf)
			return;
	}
}
