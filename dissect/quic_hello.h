/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of QUIC between packets, in fixed tables of the caller's memory:
 *  - flows: a pair of addresses and ports that sent Initials lately. It tells a server's answer and a
 * repeated hello without any crypto, and holds the connection id that last failed so that it is not tried
 * again;
 *  - hellos: the CRYPTO bytes of hellos that lie over several packets, with the keys that open the others;
 *  - rates: failures by source and second, so that forged Initials cost a bounded share of time.
 * Where CRYPTO bytes overlap, those that came first stay. What is evicted unfinished is counted.
 */
#ifndef DISSECT_QUIC_HELLO_H
#define DISSECT_QUIC_HELLO_H

#include "dissect/dissect.h"
#include "dissect/quic_crypto.h"

enum {
	QUIC_HELLO_BYTES = 8192, /* post-quantum hellos are about 2 KB */
	QUIC_FLOWS_PER_HELLO = 8,
	QUIC_FLOW_WAYS = 4,
	QUIC_FLOW_SECONDS = 60,  /* of silence; longer than any client repeats its hello */
	QUIC_HELLO_SECONDS = 10, /* an incomplete hello of that age is given up for lost, not for room */
	QUIC_RATE_ROWS = 1024,
	QUIC_RATE_MAX = 256,    /* failures of one row in one second: about 0.3 ms of work */
	QUIC_FAILED_SHIFT = 19, /* 2^19 us: a client waits longer before it repeats (RFC 9002 section 6.2) */
	QUIC_NO_HELLO = -1,
};

struct quic_flow {                          /* one line of the cache */
	struct dissect_addr client, server; /* of a flow that never opened: as the packet had them */
	uint16_t cport, sport;
	uint32_t opened;    /* digest of the connection id whose keys opened; 0: none yet */
	uint32_t failed;    /* of the one whose keys did not; 0: none */
	uint32_t failed_at; /* when, in units of QUIC_FAILED_SHIFT */
	uint32_t told;      /* digest of the hello that was told; 0: none */
	int32_t hello;      /* its row, or QUIC_NO_HELLO */
	int64_t time;       /* last seen; 0: free */
};

struct quic_hello {
	struct quic_flow *owner; /* NULL: free */
	int64_t time;
	int32_t free;       /* next free row */
	uint32_t have, end; /* bytes that are there; end of the farthest */
	struct quic_keys keys;
	enum quic_salt salt;
	uint32_t version;
	uint64_t seen[QUIC_HELLO_BYTES / 64];
	uint8_t bytes[QUIC_HELLO_BYTES];
};

struct quic_rate {
	int64_t second;
	uint32_t failures;
};

struct quic_table {
	struct quic_flow *flows;
	struct quic_hello *hellos;
	uint32_t sets, count; /* sets of flows (a power of two), hellos */
	uint32_t hand;        /* where the search for a hello to take away goes on */
	uint32_t fresh;       /* hellos from here on were never taken: their memory stays untouched */
	int32_t free;         /* first of those given back, or QUIC_NO_HELLO */
	struct quic_rate rate[QUIC_RATE_ROWS];
};

/* Tells connection ids and hellos apart; never 0. */
uint32_t quic_digest(const uint8_t *p, size_t n);

/* Sets of flows that so many hellos come with. */
uint32_t quic_table_sets(uint32_t hellos);
/* flows (sets * QUIC_FLOW_WAYS) and hellos are the caller's memory, zeroed. */
void quic_table_init(struct quic_table *t, struct quic_flow *flows, struct quic_hello *hellos,
		     uint32_t count);
/* Gives up and counts all that is incomplete. */
void quic_table_finish(struct quic_table *t, struct dissect_stats *stats);

/* Asks for the memory in which the flow of these addresses will be looked for. */
void quic_flow_ahead(const struct quic_table *t, const struct dissect_flow *f);
/* The flow of these addresses in either direction; NULL when none is known. *reverse: its server sent this.
 */
struct quic_flow *quic_flow_find(struct quic_table *t, const struct dissect_message *m, bool *reverse,
				 struct dissect_stats *stats);
/* A row for them, the oldest of its set made way. */
struct quic_flow *quic_flow_add(struct quic_table *t, const struct dissect_message *m,
				struct dissect_stats *stats);
/* Its client's keys opened a packet: f, or a row made for it when NULL, for a hello that begins. */
struct quic_flow *quic_flow_open(struct quic_table *t, struct quic_flow *f, const struct dissect_message *m,
				 struct dissect_stats *stats);
/* The flow's hello is no longer needed. */
void quic_flow_let_go(struct quic_table *t, struct quic_flow *f);

/* Copies an unfinished hello to a row of the table and ties it to the flow. */
void quic_hello_keep(struct quic_table *t, struct quic_flow *f, const struct quic_hello *from,
		     struct dissect_stats *stats);
/* Begins an empty one; what it was before is to be another hello, or zeroes. */
void quic_hello_reset(struct quic_hello *h);
/* Puts CRYPTO bytes in; false when they lie behind what a hello may have. */
bool quic_hello_put(struct quic_hello *h, uint64_t offset, const uint8_t *p, size_t n);
/* Bytes from the start without a hole. */
uint32_t quic_hello_prefix(const struct quic_hello *h);

/* True while this source may still fail in this second. */
bool quic_rate_allows(const struct quic_table *t, const struct dissect_message *m);
void quic_rate_failed(struct quic_table *t, const struct dissect_message *m);

#endif
