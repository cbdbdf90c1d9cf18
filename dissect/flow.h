/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of TCP flows: fixed size, hashed by the unordered pair of ends, kept in order of
 * use. When it is full, or a chain too long, flow_crowded() names the flow that must go first.
 * A flow that is over stays as the first to go, so that late copies of it are not taken for new.
 */
#ifndef DISSECT_FLOW_H
#define DISSECT_FLOW_H

#include "dissect/stream.h"

enum { FLOW_NONE = -1, FLOW_CHAIN_MAX = 32 };

struct flow_key {
	struct dissect_addr addr[2];
	uint16_t port[2];
};

struct flow {
	struct flow_key key;
	int32_t chain;        /* next of the same hash */
	int32_t older, newer; /* in order of use */
	bool over;            /* closed: nothing of it is awaited */
	bool reset;           /* by a RST, which may be forged */
	bool fin[2];
	struct stream dir[2]; /* [0] sent by key.addr[0] */
};

enum { FLOW_HINT_WAYS = 4, FLOW_HINT_USED = 1, FLOW_HINT_SYN = 2 };

/* Where a direction begins, as its handshake said, until its first bytes come. In sets of a few, the newest
 * first: a set that is full forgets its oldest. */
struct flow_hint {
	uint32_t tag; /* 0: none; FLOW_HINT_USED, and FLOW_HINT_SYN when a SYN said it */
	uint32_t next;
};

struct flow_table {
	struct flow *flows;
	struct flow_hint *hints;
	int32_t *heads;
	uint32_t count, mask; /* flows; heads and hints, minus 1 */
	int32_t free, oldest, newest;
	uint64_t seed;
};

/* Heads and hints for so many flows. */
uint32_t flow_heads(uint32_t flows);
/* flows, hints and heads point to memory for `count` flows and flow_heads(count) heads and hints. */
void flow_init(struct flow_table *t, uint32_t count);

/* The key of a packet's flow, and which end sent it. */
int flow_key(struct flow_key *key, const struct dissect_flow *f);
uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key);

/* NULL when there is none; else it becomes the newest. */
struct flow *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash);
/* The flow that has to be removed before one with this hash can be added; NULL when there is room. */
struct flow *flow_crowded(struct flow_table *t, uint64_t hash);
/* After flow_crowded() returned NULL. The flow's directions are zero. */
struct flow *flow_add(struct flow_table *t, const struct flow_key *key, uint64_t hash);
void flow_remove(struct flow_table *t, struct flow *f);
/* Moves a flow that is over to where it is the first to go. */
void flow_retire(struct flow_table *t, struct flow *f);
/* NULL when the table is empty. */
struct flow *flow_oldest(struct flow_table *t);

/* One direction of a hash begins at `next`; what a SYN said is not overwritten by what an ACK says. */
void flow_hint_put(struct flow_table *t, uint64_t hash, int dir, uint32_t next, bool syn);
/* The same back, and forgotten; false when it is not known. */
bool flow_hint_take(struct flow_table *t, uint64_t hash, int dir, uint32_t *next, bool *syn);

#endif
