/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/resolve_servers.h"

#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>

static const char resolv_conf[] = "/etc/resolv.conf";

enum { DNS_PORT = 53 };

/* A link-local address without its interface leads nowhere. */
static bool lacks_scope(const struct sockaddr_storage *at)
{
	const struct sockaddr_in6 *v6 = (const void *)at;

	return at->ss_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) && v6->sin6_scope_id == 0;
}

/* "A", "A:PORT", "[A]:PORT"; "A%INTERFACE" */
static bool add(struct resolve_servers *s, const char *text)
{
	struct sockaddr_storage at = { 0 };
	in_port_t *port = &((struct sockaddr_in *)&at)->sin_port;
	int size = sizeof(at);

	if (s->count == RESOLVE_SERVERS_MAX ||
	    evutil_parse_sockaddr_port(text, (struct sockaddr *)&at, &size) != 0 || lacks_scope(&at))
		return false;
	if (at.ss_family == AF_INET6)
		port = &((struct sockaddr_in6 *)&at)->sin6_port;
	if (*port == 0)
		*port = htons(DNS_PORT);
	s->at[s->count++] = at;
	return true;
}

/* Without one the C library would ask the machine itself: here that is to be said. */
static bool read_file(struct resolve_servers *s)
{
	FILE *f = fopen(resolv_conf, "re");
	char line[512], address[64];

	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "nameserver %63s", address) == 1)
			add(s, address);
	fclose(f);
	return s->count > 0;
}

bool resolve_servers_find(struct resolve_servers *s, const struct conf *conf, char error[CONF_ERROR_MAX])
{
	const char *configured = conf->probe.resolver;
	const bool found = configured[0] != '\0' ? add(s, configured) : read_file(s);

	if (!found && configured[0] != '\0')
		snprintf(error, CONF_ERROR_MAX, "[probe] resolver = %s: 不能用作 DNS 服务器地址", configured);
	else if (!found)
		snprintf(error, CONF_ERROR_MAX, "%s 里读不到 DNS 服务器: 请在 [probe] 写 resolver = 地址",
			 resolv_conf);
	return found;
}
