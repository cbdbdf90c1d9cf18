/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/resolve_line.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <ctype.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/log.h"

/* One for UDP and one for TCP of each server. */
enum { SOCKETS_MAX = 2 * RESOLVE_SERVERS_MAX };

struct watched {
	int fd; /* -1: none */
	struct event *event;
};

struct resolve_line {
	struct event_base *base;
	struct resolve_servers servers;
	ares_channel channel;
	struct event *timer;
	struct watched watched[SOCKETS_MAX];
	int64_t *heard;
	bool single; /* there is one server */
	bool lacks;  /* the last socket that was wanted could not be had, for want of something of ours */
	size_t open;
};

struct question {
	struct resolve_line *line;
	resolve_end_fn *done;
	void *arg;
	char name[]; /* as it was asked */
};

/* -- sockets, made here so that it is known why one is not */
static int note(struct resolve_line *l, int result)
{
	l->lacks = result < 0 && errno_is_shortage(errno);
	return result;
}

static ares_socket_t open_socket(int family, int type, int protocol, void *arg)
{
	return note(arg, socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

static int close_socket(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

/* c-ares keeps no scope of a server. */
static uint32_t scope_of(const struct resolve_servers *s, const struct sockaddr_in6 *to)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sockaddr_in6 *at = (const void *)&s->at[i];
		if (at->sin6_family == AF_INET6 &&
		    memcmp(&at->sin6_addr, &to->sin6_addr, sizeof(to->sin6_addr)) == 0)
			return at->sin6_scope_id;
	}
	return 0;
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t n, void *arg)
{
	struct resolve_line *l = arg;
	struct sockaddr_in6 v6;

	if (to->sa_family != AF_INET6)
		return note(l, connect(fd, to, n));
	memcpy(&v6, to, sizeof(v6));
	v6.sin6_scope_id = scope_of(&l->servers, &v6);
	return note(l, connect(fd, (const struct sockaddr *)&v6, sizeof(v6)));
}

static ares_ssize_t receive(ares_socket_t fd, void *to, size_t n, int flags, struct sockaddr *from,
			    ares_socklen_t *from_size, void *arg)
{
	const ssize_t got = recvfrom(fd, to, n, flags, from, from_size);

	if (got > 0)
		*((struct resolve_line *)arg)->heard = clock_steady();
	return got;
}

static ares_ssize_t transmit(ares_socket_t fd, const struct iovec *parts, int count, void *arg)
{
	const struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)count };

	return note(arg, (int)sendmsg(fd, &m, MSG_NOSIGNAL));
}

static const struct ares_socket_functions socket_functions = {
	.asocket = open_socket,
	.aclose = close_socket,
	.aconnect = connect_socket,
	.arecvfrom = receive,
	.asendv = transmit,
};

/* -- the event loop */
/* The least that libevent waits is more than c-ares' rounding took off. */
static void set_timer(struct resolve_line *l)
{
	struct timeval tv, *next = ares_timeout(l->channel, NULL, &tv);

	if (next == NULL) {
		evtimer_del(l->timer);
		return;
	}
	next->tv_usec += 1000;
	if (next->tv_usec >= 1000000) {
		next->tv_sec++;
		next->tv_usec -= 1000000;
	}
	if (evtimer_add(l->timer, next) != 0)
		fatal("libevent 不能排定事件");
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct resolve_line *l = arg;

	(void)fd, (void)what;
	ares_process_fd(l->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(l);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct resolve_line *l = arg;

	ares_process_fd(l->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
			what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	set_timer(l);
}

static struct watched *watched_of(struct resolve_line *l, int fd)
{
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		if (l->watched[i].fd == fd)
			return &l->watched[i];
	return NULL;
}

static void watch(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct resolve_line *l = arg;
	struct watched *w = watched_of(l, fd);
	const short bits = (short)((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));

	if (w == NULL)
		w = watched_of(l, -1);
	if (w == NULL)
		fatal("DNS: c-ares 打开的连接多于 %d 个", SOCKETS_MAX);
	if (w->event != NULL)
		event_free(w->event);
	*w = (struct watched){ .fd = -1 };
	if (bits == 0)
		return;
	w->fd = fd;
	w->event = event_new(l->base, fd, (short)(bits | EV_PERSIST), on_ready, l);
	if (w->event == NULL || event_add(w->event, NULL) != 0)
		fatal("libevent 不能监视连接");
}

/* -- life */
static void add_server(struct ares_addr_port_node *n, const struct sockaddr_storage *at)
{
	const struct sockaddr_in *v4 = (const void *)at;
	const struct sockaddr_in6 *v6 = (const void *)at;

	n->family = at->ss_family;
	if (n->family == AF_INET)
		n->addr.addr4 = v4->sin_addr;
	else
		memcpy(&n->addr.addr6, &v6->sin6_addr, sizeof(n->addr.addr6));
	n->udp_port = n->tcp_port = ntohs(n->family == AF_INET ? v4->sin_port : v6->sin6_port);
}

static bool set_servers(struct resolve_line *l)
{
	const struct resolve_servers *s = &l->servers;
	struct ares_addr_port_node node[RESOLVE_SERVERS_MAX] = { 0 };

	for (size_t i = 0; i < s->count; i++) {
		add_server(&node[i], &s->at[i]);
		node[i].next = i + 1 < s->count ? &node[i + 1] : NULL;
	}
	return ares_set_servers_ports(l->channel, node) == ARES_SUCCESS;
}

/* Everything is said, so that c-ares reads no file and no domain is ever added. A no of the only server is an
 * answer; of one among several it is a reason to ask the next. EDNS is left alone: what does not fit 512
 * bytes is asked for over TCP anyway, and c-ares 1.18 gives EDNS up for good, in the middle of other
 * questions, as soon as one server does not like it. */
static bool set_up(struct resolve_line *l)
{
	char lookups[] = "b";
	struct ares_options o = {
		.flags = l->single ? ARES_FLAG_NOCHECKRESP : 0,
		.timeout = RESOLVE_PATIENCE_MS,
		.tries = RESOLVE_TRIES,
		.ndots = 1,
		.lookups = lookups,
		.sock_state_cb = watch,
		.sock_state_cb_data = l,
	};
	const int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
			  ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_SERVERS | ARES_OPT_DOMAINS |
			  ARES_OPT_SORTLIST | ARES_OPT_NOROTATE;

	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
	    ares_init_options(&l->channel, &o, given) != ARES_SUCCESS)
		return false;
	ares_set_socket_functions(l->channel, &socket_functions, l);
	return true;
}

struct resolve_line *resolve_line_new(struct event_base *base, const struct resolve_servers *servers,
				      int64_t *heard)
{
	struct resolve_line *l = xcalloc(1, sizeof(*l));

	l->base = base;
	l->heard = heard;
	l->servers = *servers;
	l->single = servers->count == 1;
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		l->watched[i].fd = -1;
	l->timer = evtimer_new(base, on_time, l);
	if (l->timer == NULL)
		fatal("libevent 不能排定事件");
	if (set_up(l) && set_servers(l))
		return l;
	resolve_line_free(l);
	return NULL;
}

void resolve_line_free(struct resolve_line *l)
{
	if (l == NULL)
		return;
	ares_destroy(l->channel);
	ares_library_cleanup();
	event_free(l->timer);
	free(l);
}

size_t resolve_line_open(const struct resolve_line *l) { return l->open; }

/* -- questions */
/* RFC 5452 section 9.2 asks for all that is unpredictable; this adds a bit for each letter. */
static void scramble(char *name)
{
	uint8_t chance[32];
	size_t i = 0;

	evutil_secure_rng_get_bytes(chance, sizeof(chance));
	for (char *p = name; *p != '\0'; p++, i++)
		if (islower((unsigned char)*p) && chance[i / 8 % sizeof(chance)] >> i % 8 & 1)
			*p = (char)(*p - 'a' + 'A');
}

static bool is_as_asked(const struct question *q, const uint8_t *answer, int n)
{
	char *name;
	long size;
	bool same;

	if (n < NS_HFIXEDSZ ||
	    ares_expand_name(answer + NS_HFIXEDSZ, answer, n, &name, &size) != ARES_SUCCESS)
		return false;
	same = strcmp(name, q->name) == 0;
	ares_free_string(name);
	return same;
}

static enum resolve_end end_of(const struct question *q, int status, const uint8_t *answer, int n)
{
	const struct resolve_line *l = q->line;

	if (status == ARES_SUCCESS)
		return is_as_asked(q, answer, n) ? RESOLVE_ANSWERED : RESOLVE_SILENT;
	if (status == ARES_EDESTRUCTION)
		return RESOLVE_GONE;
	/* c-ares' word for all that failed but time: no socket, nobody there, no from each of several */
	if (status == ARES_ECONNREFUSED && l->lacks)
		return RESOLVE_LACKING;
	return status == ARES_ECONNREFUSED && l->single ? RESOLVE_UNREACHABLE : RESOLVE_SILENT;
}

static void on_end(void *arg, int status, int timeouts, unsigned char *answer, int n)
{
	struct question *q = arg;
	const enum resolve_end end = end_of(q, status, answer, n);

	(void)timeouts;
	q->line->open--;
	q->done(q->arg, end, answer, end == RESOLVE_ANSWERED ? (size_t)n : 0);
	free(q);
}

void resolve_line_ask(struct resolve_line *l, const char *name, int type, resolve_end_fn *done, void *arg)
{
	const size_t room = strlen(name) + 1;
	struct question *q = xcalloc(1, sizeof(*q) + room);
	unsigned char *packet = NULL;
	uint16_t id;
	int n;

	*q = (struct question){ .line = l, .done = done, .arg = arg };
	memcpy(q->name, name, room);
	scramble(q->name);
	evutil_secure_rng_get_bytes(&id, sizeof(id));
	if (ares_create_query(q->name, ns_c_in, type, id, 1, &packet, &n, 0) != ARES_SUCCESS) {
		done(arg, RESOLVE_IMPOSSIBLE, NULL, 0);
		free(q);
		return;
	}
	l->open++;
	ares_send(l->channel, packet, n, on_end, q);
	ares_free_string(packet);
	set_timer(l);
}
