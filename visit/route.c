/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/route.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

enum { ANY_PORT = 9 };

static socklen_t sockaddr_of(struct sockaddr_storage *to, const uint8_t addr[16])
{
	struct sockaddr_in *v4 = (void *)to;
	struct sockaddr_in6 *v6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (text_addr_is_v4(addr)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(ANY_PORT);
		memcpy(&v4->sin_addr, addr + 12, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(ANY_PORT);
	memcpy(&v6->sin6_addr, addr, 16);
	return sizeof(*v6);
}

/* EADDRNOTAVAIL: there is no address of ours to come from. Routes that somebody closed on purpose (prohibit,
 * blackhole) have other numbers. */
static bool says_no_route(int number)
{
	return number == ENETUNREACH || number == EHOSTUNREACH || number == ENETDOWN ||
	       number == EADDRNOTAVAIL || number == EAFNOSUPPORT;
}

/* connect(2) of UDP looks the route up and does nothing else. */
bool route_there(const uint8_t addr[16])
{
	struct sockaddr_storage to;
	const socklen_t n = sockaddr_of(&to, addr);
	const int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool there = true;

	if (fd < 0)
		return !says_no_route(errno);
	if (connect(fd, (struct sockaddr *)&to, n) != 0)
		there = !says_no_route(errno);
	close(fd);
	return there;
}

void route_reached(struct route_last *l, const uint8_t addr[16])
{
	l->known = true;
	memcpy(l->addr, addr, sizeof(l->addr));
}

bool route_cut_off(const struct route_last *l) { return !l->known || !route_there(l->addr); }
