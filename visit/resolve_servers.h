/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which DNS servers are asked: the configured one, or those of resolv.conf. */
#ifndef VISIT_RESOLVE_SERVERS_H
#define VISIT_RESOLVE_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "conf/conf.h"

enum { RESOLVE_SERVERS_MAX = 3 }; /* as many as resolv.conf(5) may name */

struct resolve_servers {
	size_t count;
	struct sockaddr_storage at[RESOLVE_SERVERS_MAX]; /* with port, and scope where it has one */
};

/* Reads resolv.conf when [probe] resolver is empty. False: there is none, with a Chinese line in error. */
bool resolve_servers_find(struct resolve_servers *s, const struct conf *conf, char error[CONF_ERROR_MAX]);

#endif
