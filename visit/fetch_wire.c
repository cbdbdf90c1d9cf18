/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/fetch_wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/errno.h"
#include "visit/route.h"

enum {
	BUSY_MS = 100,       /* that libcurl may read one connection on end ... */
	BUSY_RECORDS = 1000, /* ... and more TLS records of it: others wait meanwhile */
};

/* -- where to */
static bool address_of(const struct sockaddr *sa, uint8_t addr[16])
{
	if (sa->sa_family == AF_INET6) {
		memcpy(addr, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
		return true;
	}
	if (sa->sa_family != AF_INET)
		return false;
	memset(addr, 0, 10);
	memset(addr + 10, 0xff, 2);
	memcpy(addr + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	return true;
}

static bool is_pinned(const struct fetch_wire *w, const uint8_t addr[16])
{
	for (size_t i = 0; i < w->addr_count; i++)
		if (memcmp(w->addr[i], addr, 16) == 0)
			return true;
	return false;
}

/* The record of this socket; -1: a free one. */
static struct fetch_socket *place_of(struct fetch_wire *w, int fd)
{
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		if (w->socket[i].fd == fd)
			return &w->socket[i];
	return NULL;
}

/* The last gate: whatever was resolved, pinned or remembered before, this is the address of the connect(2).
 * libcurl would by itself ask again whom it asked before and who dropped the connection without a word, up to
 * five times (REFUSED_STREAM): who asks again is the caller's matter, and his budget's. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct fetch_wire *w = arg;
	struct fetch_socket *place = place_of(w, -1);
	uint8_t addr[16];

	(void)purpose;
	if (w->sent) {
		w->dropped = true;
		return CURL_SOCKET_BAD;
	}
	if (w->may == NULL || !address_of(&to->addr, addr) || !is_pinned(w, addr)) {
		w->refused = true;
		return CURL_SOCKET_BAD;
	}
	if (!route_there(addr)) {
		w->routeless = true;
		return CURL_SOCKET_BAD;
	}
	if (!w->may(w->arg, addr)) {
		w->refused = true;
		return CURL_SOCKET_BAD;
	}
	if (place == NULL)
		return CURL_SOCKET_BAD;
	place->fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	w->lacks |= place->fd < 0 && errno_is_shortage(errno);
	w->tried |= place->fd >= 0;
	memcpy(place->addr, addr, sizeof(addr));
	memcpy(place->origin, w->origin, sizeof(w->origin));
	return place->fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	struct fetch_socket *place = place_of(arg, fd);

	if (place != NULL) {
		fetch_chain_drop(place->chain);
		*place = (struct fetch_socket){ .fd = -1 };
	}
	return close(fd);
}

struct fetch_socket *fetch_wire_find(struct fetch_wire *w, const char *origin)
{
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		if (w->socket[i].fd >= 0 && strcmp(w->socket[i].origin, origin) == 0)
			return &w->socket[i];
	return NULL;
}

/* -- who keeps it for himself */
static void hang_up(struct fetch_wire *w)
{
	w->endless = true;
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		if (w->socket[i].fd >= 0)
			shutdown(w->socket[i].fd, SHUT_RDWR);
}

/* libcurl reads HTTP/2 for as long as there is something to read and looks at no clock meanwhile, so frames
 * without end (empty DATA, PRIORITY ...) would keep it, and everybody else, in one call; no other callback is
 * called there. It tells of each TLS record, and HTTP/2 is spoken in nothing else. */
static int on_trace(CURL *easy, curl_infotype type, char *bytes, size_t n, void *arg)
{
	struct fetch_wire *w = arg;

	(void)easy, (void)bytes;
	w->sent |= type == CURLINFO_HEADER_OUT && n > 0;
	if (type != CURLINFO_SSL_DATA_IN)
		return 0;
	if (w->seen != *w->turn) {
		w->seen = *w->turn;
		w->since = clock_steady() / 1000;
		w->records = 0;
	}
	if (++w->records > BUSY_RECORDS && !w->endless && clock_steady() / 1000 - w->since > BUSY_MS)
		hang_up(w);
	return 0;
}

/* -- */
void fetch_wire_init(struct fetch_wire *w, const uint64_t *turn)
{
	*w = (struct fetch_wire){ .turn = turn };
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		w->socket[i].fd = -1;
}

bool fetch_wire_begin(struct fetch_wire *w, const struct fetch_order *o)
{
	const struct fetch_socket *open;

	url_origin(o->url, w->origin);
	w->addr_count = o->addr_count < FETCH_ADDRESSES_MAX ? o->addr_count : FETCH_ADDRESSES_MAX;
	if (w->addr_count > 0)
		memcpy(w->addr, o->addr, w->addr_count * 16);
	w->may = o->may;
	w->arg = o->arg;
	w->seen = 0;
	w->records = 0;
	w->refused = w->lacks = w->routeless = w->tried = w->sent = w->dropped = w->endless = false;
	open = fetch_wire_find(w, w->origin);
	return open == NULL || (is_pinned(w, open->addr) && w->may(w->arg, open->addr));
}

bool fetch_wire_routeless(const struct fetch_wire *w) { return w->routeless && !w->tried && !w->refused; }

void fetch_wire_end(struct fetch_wire *w) { w->may = NULL; }

void fetch_wire_set(struct fetch_wire *w, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, w);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, w);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_trace);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, w);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); /* else it is told nothing */
}
