/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host names as the judgement sees them; the only file of policy/ that sees libpsl. Names are lower case
 * A-labels without trailing dot. Results point into the argument.
 */
#ifndef POLICY_DOMAIN_H
#define POLICY_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

/* What was registered under a public suffix, the list's private section included ("foo.github.io");
 * NULL for IP literals and for names that are a public suffix themselves. */
const char *domain_registrable(const char *host);
bool domain_is_ip(const char *text);
/* host is `suffix` or below it */
bool domain_within(const char *host, const char *suffix);
/* The name without a leading "www.": a filing of x.cn and a visit to www.x.cn mean the same host. */
const char *domain_bare(const char *host);

/* The list that the judgement uses is the one built into libpsl: its file there, and its time, microseconds
 * UTC. */
const char *domain_list_file(void);
int64_t domain_list_time(void);

#endif
