/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of a name, both families at once, asked of the configured DNS server. No search domains, no hosts
 * file, no cache: what is asked for each time can be checked each time. Names that others are called by
 * (CNAME) are followed within the answer, never asked for. Addresses are 16 bytes, IPv4 as v4-mapped. Which
 * of them may be connected to is scope's matter.
 */
#ifndef VISIT_RESOLVE_H
#define VISIT_RESOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/conf.h"
#include "probes/url.h"

enum {
	RESOLVE_FAMILY_MAX = 32,              /* addresses of a family; what is beyond is not looked at ... */
	RESOLVE_MAX = 2 * RESOLVE_FAMILY_MAX, /* ... nor connected to */
	RESOLVE_ALIASES_MAX = 16, /* names of a chain; a longer one is broken: no resolver follows it */
};

struct event_base;
struct resolve;
struct resolve_ask;

struct resolve_answer {
	/* PROBE_DONE, PROBE_NO_NAME, PROBE_RESOLVER_FAILED: the server has no answer for this name.
	 * PROBE_SHORTAGE: we had nothing to ask with, or no server says anything, whatever it is asked. */
	enum probe_outcome outcome;
	const char *why; /* of PROBE_SHORTAGE, for people; "" */
	size_t count;
	uint8_t addr[RESOLVE_MAX][16];
	/* that the host is called by in turn (CNAME), as they came */
	size_t alias_count;
	char alias[RESOLVE_ALIASES_MAX][URL_HOST_MAX];
};

/* Reads resolv.conf when [probe] resolver is empty. NULL with a Chinese line in error. */
struct resolve *resolve_new(struct event_base *base, const struct conf *conf, char error[CONF_ERROR_MAX]);
void resolve_free(struct resolve *r); /* NULL-safe; asks that are open end without a word */

/* `done` is called once, from the event loop, unless the ask is cancelled. */
struct resolve_ask *resolve_begin(struct resolve *r, const char *host,
				  void (*done)(void *arg, const struct resolve_answer *a), void *arg);
void resolve_cancel(struct resolve_ask *ask);

#endif
