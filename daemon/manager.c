/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/manager.h"

#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

void manager_tell(const char *state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n == 0 || n >= sizeof(a.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&a,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void manager_reloading(void)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_steady());
	manager_tell(state);
}

/* Half of it; 0: no watchdog. */
static int64_t watchdog_us(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	char *end;
	long long us;

	if (text == NULL)
		return 0;
	us = strtoll(text, &end, 10);
	return *end == '\0' && us > 0 ? us / 2 : 0;
}

static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	manager_tell("WATCHDOG=1");
}

struct event *manager_watch(struct event_base *base)
{
	struct event *e = event_new(base, -1, EV_PERSIST, on_watchdog, NULL);
	int64_t us = watchdog_us();
	struct timeval period = { (time_t)(us / 1000000), (suseconds_t)(us % 1000000) };

	if (us > 0)
		event_add(e, &period);
	return e;
}
