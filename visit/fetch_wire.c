/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/fetch_wire.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

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

/* Where this socket is; -1: a free place. */
static int *place_of(struct fetch_wire *w, int fd)
{
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		if (w->socket[i] == fd)
			return &w->socket[i];
	return NULL;
}

/* The last gate: whatever was resolved, pinned or remembered before, this is the address of the connect(2).
 */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct fetch_wire *w = arg;
	int *place = place_of(w, -1);
	uint8_t addr[16];

	(void)purpose;
	if (!address_of(&to->addr, addr) || !is_pinned(w, addr) || !w->may(w->arg, addr)) {
		w->refused = true;
		return CURL_SOCKET_BAD;
	}
	if (place == NULL)
		return CURL_SOCKET_BAD;
	*place = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	return *place;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	int *place = place_of(arg, fd);

	if (place != NULL)
		*place = -1;
	return close(fd);
}

/* -- who keeps it for himself */
static void hang_up(struct fetch_wire *w)
{
	w->endless = true;
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		if (w->socket[i] >= 0)
			shutdown(w->socket[i], SHUT_RDWR);
}

/* libcurl reads HTTP/2 for as long as there is something to read and looks at no clock meanwhile, so frames
 * without end (empty DATA, PRIORITY ...) would keep it, and everybody else, in one call; no other callback is
 * called there. It tells of each TLS record, and HTTP/2 is spoken in nothing else. */
static int on_trace(CURL *easy, curl_infotype type, char *bytes, size_t n, void *arg)
{
	struct fetch_wire *w = arg;

	(void)easy, (void)bytes, (void)n;
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
void fetch_wire_init(struct fetch_wire *w, const uint8_t (*addr)[16], size_t count,
		     bool (*may)(void *arg, const uint8_t addr[16]), void *arg, const uint64_t *turn)
{
	*w = (struct fetch_wire){ .may = may, .arg = arg, .turn = turn };
	w->addr_count = count < FETCH_ADDRESSES_MAX ? count : FETCH_ADDRESSES_MAX;
	if (w->addr_count > 0)
		memcpy(w->addr, addr, w->addr_count * 16);
	for (size_t i = 0; i < FETCH_SOCKETS_MAX; i++)
		w->socket[i] = -1;
}

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
