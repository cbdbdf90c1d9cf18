/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies that a mirror session of both directions makes of one datagram: seen at the way in and at the way
 * out, the TTL, tags, frame and checksums of the two may differ, what IP carries does not. A small table of
 * digests of what came last tells them; a datagram whose row was needed since counts again. TCP needs none
 * of this: its sequence numbers tell.
 */
#ifndef DISSECT_SPAN_H
#define DISSECT_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/dissect.h"

enum {
	SPAN_ROWS = 4096, /* at a million datagrams a second: those of the last 4 ms */
	SPAN_LOOK = 64,   /* octets of a datagram that are looked at, */
	SPAN_TAIL = 16, /* of them at its end: QUIC's begin alike when they have a token, and end in a tag */
	SPAN_MICROS = 10000, /* who sends the same again over IPv6, where nothing numbers it, waits longer */
};

struct span_row {
	uint64_t digest;
	int64_t time;
};

struct span_table {
	struct span_row row[SPAN_ROWS];
	uint64_t seed;
};

/* What tells a datagram from others; tag: the id that IPv4 gave it, of a fragment its offset too. */
struct span_sight {
	const struct dissect_flow *flow;
	uint64_t tag;
	const uint8_t *p;
	size_t n;
	int64_t time;
	const uint64_t *digest; /* of it, span_ahead()'s; NULL: to be made */
};

/* Makes the digest of one that comes soon, and asks for the memory in which it will be looked for. */
uint64_t span_ahead(const struct span_table *t, const struct span_sight *s);
/* True when the same was seen just now. */
bool span_repeats(struct span_table *t, const struct span_sight *s);

/* Nothing that comes from now on repeats what came before. */
void span_finish(struct span_table *t);

#endif
