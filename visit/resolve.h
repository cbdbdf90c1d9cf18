/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a name, both families at once, asked of the configured DNS server (libevent's evdns). No
 * search domains, no hosts file, no cache: what is asked for each time can be checked each time. Addresses
 * are 16 bytes, IPv4 as v4-mapped. Which of them may be connected to is scope's matter.
 */
#ifndef VISIT_RESOLVE_H
#define VISIT_RESOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/conf.h"

enum { RESOLVE_MAX = 64 }; /* addresses of one name: evdns hands over 32 of a family at most */

struct event_base;
struct resolve;
struct resolve_ask;

struct resolve_answer {
	enum probe_outcome outcome; /* PROBE_DONE, PROBE_NO_NAME, PROBE_RESOLVER_FAILED */
	size_t count;
	uint8_t addr[RESOLVE_MAX][16];
};

/* Reads resolv.conf when [probe] resolver is empty. NULL with a Chinese line in error. */
struct resolve *resolve_new(struct event_base *base, const struct conf *conf, char error[CONF_ERROR_MAX]);
/* NULL-safe. Asks that are open end without a word; the loop should turn once more so that evdns gives their
 * memory back. */
void resolve_free(struct resolve *r);

/* `done` is called once, from the event loop, unless the ask is cancelled. */
struct resolve_ask *resolve_begin(struct resolve *r, const char *host,
				  void (*done)(void *arg, const struct resolve_answer *a), void *arg);
void resolve_cancel(struct resolve_ask *ask);

#endif
