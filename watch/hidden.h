/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where names are hidden from the sensor: encrypted DNS. Known by port and protocol (DNS over TLS, RFC 7858;
 * over QUIC, RFC 9250), by what a request in the clear asks for (RFC 8484), by records that name a designated
 * resolver (RFC 9461, RFC 9462), and else by the names of conf/resolvers.tsv.
 */
#ifndef WATCH_HIDDEN_H
#define WATCH_HIDDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/data.h"
#include "dissect/dissect.h"

/* Bits: what a name of the table answers. */
enum { HIDDEN_DOH = 1, HIDDEN_DOT = 2, HIDDEN_DOQ = 4 };

enum { HIDDEN_ENDS = 4096 };

struct hidden_name {
	const char *name; /* in the table */
	uint8_t len, transports;
};

struct hidden {
	struct hidden_name *name; /* owned; sorted by length, then name */
	size_t count;
	struct hidden_name *suffix; /* owned; ".example.com" of "*.example.com" */
	size_t suffix_count;
	uint64_t ends[HIDDEN_ENDS / 64]; /* bit n: some name or suffix ends in bytes that stand for n */
};

/* Borrows the rows. */
void hidden_init(struct hidden *h, const struct resolvers *table);
void hidden_clear(struct hidden *h);
/* Transports of a name of the table, lower case; 0 when it is not there. */
unsigned hidden_find(const struct hidden *h, const char *name, size_t n);
/* What this hello, to a server that the table calls `transports`, will carry: one bit, or 0. */
unsigned hidden_hello(const struct dissect_message *m, unsigned transports);
/* The same of a request in the clear. */
unsigned hidden_request(const struct dissect_message *m, unsigned transports);
/* Bits of a service record of a resolver's name: "_dns" in front (RFC 9461 section 2); 0 for others. */
unsigned hidden_service(const struct dissect_message *m);

#endif
