/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP fragments put together in a fixed table: some datagrams at once, each up to a fixed size,
 * each for so long of capture time. Where fragments overlap, the bytes that came first stay.
 * What does not come together is counted as DISSECT_IP_FRAGMENT, one for each fragment.
 */
#ifndef DISSECT_FRAG_H
#define DISSECT_FRAG_H

#include "base/rd.h"
#include "dissect/dissect.h"

enum {
	FRAG_SLOTS = 64,
	FRAG_UNIT = 8,      /* offsets count in this (RFC 791 section 3.1) */
	FRAG_BYTES = 16384, /* a jumbo frame in a tunnel; longer datagrams carry nothing that we read */
	FRAG_UNITS = FRAG_BYTES / FRAG_UNIT,
	FRAG_SECONDS = 30, /* RFC 791 asks for 15 or more, RFC 8200 for 60 at most */
};

struct frag_piece {
	struct dissect_addr src, dst;
	uint32_t id;
	uint8_t proto;
	bool more;
	uint32_t offset;
	int64_t time;
	uint64_t serial; /* number of the packet: what it was lent stays until the next */
	struct rd data;
};

struct frag_slot {
	struct dissect_addr src, dst;
	uint32_t id;
	uint8_t proto; /* of the fragment that came first, then of the one with offset 0 */
	bool used;
	int64_t time;    /* of the fragment that came first */
	uint64_t serial; /* packet that this datagram was lent to */
	uint32_t count;  /* fragments taken */
	uint32_t units;  /* marked in seen */
	uint32_t total;  /* bytes of the whole; 0 until the last fragment came */
	uint32_t end;    /* end of the farthest fragment */
	uint8_t seen[FRAG_UNITS / 8];
	uint8_t bytes[FRAG_BYTES];
};

struct frag_table {
	struct frag_slot slot[FRAG_SLOTS];
};

enum frag_result {
	FRAG_WHOLE,   /* *whole borrows the datagram until the next packet, piece->proto is its protocol */
	FRAG_WAITS,   /* taken */
	FRAG_REFUSED, /* contradicts the others, or is too long: counted */
};

enum frag_result frag_add(struct frag_table *t, struct frag_piece *piece, struct dissect_stats *stats,
			  struct rd *whole);
/* Gives up and counts all that is incomplete. */
void frag_finish(struct frag_table *t, struct dissect_stats *stats);

#endif
