/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/own.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

/* False: not an address of IP, or one of loopback (127.0.0.0/8, ::1). */
static bool take(struct dissect_addr *to, const struct sockaddr *sa)
{
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;

	if (sa->sa_family == AF_INET) {
		*to = (struct dissect_addr){ { [10] = 0xff, [11] = 0xff } };
		memcpy(to->bytes + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
		return to->bytes[12] != IN_LOOPBACKNET;
	}
	if (sa->sa_family != AF_INET6 || IN6_IS_ADDR_LOOPBACK(v6))
		return false;
	memcpy(to->bytes, v6, sizeof(*v6));
	return true;
}

void own_read(struct own *o)
{
	struct ifaddrs *all;

	o->count = 0;
	if (getifaddrs(&all) != 0)
		return;
	for (const struct ifaddrs *i = all; i != NULL && o->count < OWN_MAX; i = i->ifa_next)
		o->count += i->ifa_addr != NULL && take(&o->addr[o->count], i->ifa_addr);
	freeifaddrs(all);
}

bool own_asks(const struct own *o, const struct dissect_message *m)
{
	static const bool from_server[DISSECT_KIND_COUNT] = {
		[DISSECT_DNS_ANSWER] = true,
		[DISSECT_DNS_SERVICE] = true,
		[DISSECT_HTTP_ANSWER] = true,
		[DISSECT_TLS_CERT] = true,
	};
	const struct dissect_addr *client = from_server[m->kind] ? &m->flow.dst : &m->flow.src;

	for (size_t i = 0; i < o->count; i++)
		if (memcmp(&o->addr[i], client, sizeof(*client)) == 0)
			return true;
	return false;
}
