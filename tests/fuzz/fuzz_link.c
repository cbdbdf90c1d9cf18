/* fuzz: ipc base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any sequence of datagrams over a real link: each is its 16-bit length and its bytes. The link must hand
 * over only frames of known types, end once at the first bad one, and free all. */
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct end {
	struct event_base *base;
	struct link *link;
	unsigned downs;
};

static bool take(void *arg, struct rd *body)
{
	struct end *e = arg;

	if (e->downs > 0)
		abort();
	return rd_left(body) == 0 || rd_u8(body) != 0xff;
}

static bool take_free(void *arg, struct rd *body)
{
	struct end *e = arg;

	(void)body;
	link_free(e->link);
	e->link = NULL;
	return true;
}

static void down(void *arg, const char *why)
{
	struct end *e = arg;

	(void)why;
	if (++e->downs > 1)
		abort();
	link_free(e->link);
	e->link = NULL;
}

static const struct link_row rows[] = { { 1, take }, { 2, take_free } };
static const struct link_table table = { rows, 2, down, NULL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct end e = { .base = event_base_new() };
	struct rd r = rd_init(data, size);
	int fd[2];

	if (e.base == NULL || link_pair(fd) != 0)
		abort();
	e.link = link_new(e.base, fd[1], &table, &e);
	while (e.link && rd_left(&r) >= 2) {
		size_t want = rd_be16(&r);
		size_t n = want < rd_left(&r) ? want : rd_left(&r);
		(void)!send(fd[0], rd_bytes(&r, n), n, MSG_DONTWAIT | MSG_NOSIGNAL);
		event_base_loop(e.base, EVLOOP_NONBLOCK);
	}
	close(fd[0]);
	if (e.link)
		event_base_loop(e.base, EVLOOP_NONBLOCK);
	if (e.link)
		abort();
	event_base_free(e.base);
	return 0;
}
