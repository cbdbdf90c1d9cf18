/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the prober may ask: the guard that every hop of every run passes, first by host and port, then by the
 * address that is about to be connected to. Pure; made anew when the configuration is read again.
 * In scope: the subject's own host; the domains of the job and of campus.domains and probe.also, with all
 * below them; the host of the probe's configured endpoint. probe.opt_out wins over all of them.
 */
#ifndef PROBES_SCOPE_H
#define PROBES_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"
#include "conf/conf.h"

struct scope;

/* One run; everything borrowed, NULL is as good as "". */
struct scope_run {
	const char *name;          /* host of the subject; "" when the subject is none */
	const char *const *suffix; /* domains that the job may go to, with all below */
	size_t count;
	const char *endpoint; /* URL of the probe's configured endpoint; "" none */
};

/* Copies what it needs of c. */
struct scope *scope_new(const struct conf *c);
void scope_free(struct scope *s);

/* PROBE_DONE: may be asked, as far as its name goes. PROBE_OPTED_OUT, PROBE_OUT_OF_SCOPE, PROBE_BAD_URL (no
 * well-formed host), PROBE_BAD_ADDRESS (a literal that scope_address() refuses). `host` as it stands in a
 * URL: any case, perhaps a final dot, an address in any spelling and with brackets. */
enum probe_outcome scope_host(const struct scope *s, const struct scope_run *run, const char *host);
bool scope_port(const struct scope *s, unsigned port);
/* Public addresses, and those of campus.prefixes that a campus can own; never loopback, link-local,
 * metadata, multicast, whatever the configuration says. */
bool scope_address(const struct scope *s, const uint8_t addr[16]);
/* Who has this address, or the IPv4 address that it stands for, asked not to be asked: scope_address()
 * refuses it, too. */
bool scope_opted_out(const struct scope *s, const uint8_t addr[16]);

/* Has whoever has this name, or one above it, asked so? Of names as scope_host() takes them. */
bool scope_name_opted_out(const struct scope *s, const char *host);

/* Lower case, without one final dot; false: no well-formed host name and no address. The form in which hosts
 * are compared, and by which budgets are kept. */
enum { SCOPE_HOST_MAX = 256 };
bool scope_normal(char out[SCOPE_HOST_MAX], const char *host);
/* The same of the host in a URL of the configuration, as value_endpoint() wants it; "" and false: none. */
bool scope_url_host(char out[SCOPE_HOST_MAX], const char *url);

#endif
