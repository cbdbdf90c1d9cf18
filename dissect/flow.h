/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of TCP flows: fixed size, hashed by the unordered pair of ends. A packet of a flow that is done
 * with costs one line of memory, which is only read. When the table is full, flow_crowded() names the flow
 * that must go: one that is over, else one that had no packet since the search last came by (second
 * chance). A flow that is over stays until then, so that late copies of it are not taken for new.
 */
#ifndef DISSECT_FLOW_H
#define DISSECT_FLOW_H

#include "dissect/stream.h"

enum { FLOW_CHAIN_MAX = 32, FLOW_HINT_WAYS = 8 };

struct flow_key {
	struct dissect_addr addr[2];
	uint16_t port[2];
};

enum flow_state {
	FLOW_FREE,
	FLOW_LIVE,
	FLOW_OVER, /* closed: nothing of it is awaited */
};

enum { FLOW_UNKNOWN = 4 }; /* in `done`, and the next bit: of each direction, nothing was recognised in it */

/* In `ends`, besides a bit for each direction: */
enum {
	FLOW_RESET = 4,  /* a RST, which may be forged */
	FLOW_AWAITS = 8, /* and the next bit: of each direction, its FIN overtook bytes */
};

/* The first line of it is all that most packets touch. Places in the table are counted from 1; 0: none. */
struct flow {
	struct flow_key key;
	uint32_t chain;       /* next of the same hash */
	uint32_t ready;       /* next in the queue of those that may go */
	uint8_t state;        /* enum flow_state */
	bool used;            /* since the search for one to evict came by */
	uint8_t ends;         /* which directions saw their FIN */
	uint8_t done;         /* of which directions nothing more is of interest */
	struct stream dir[2]; /* [0] sent by key.addr[0] */
};
_Static_assert(sizeof(struct flow) == 128, "two lines of the cache");

/* Where a direction begins, as its handshake said, until its first bytes come. A hint: newer ones push it
 * out. */
struct flow_hint {
	uint32_t tag; /* 0: none */
	uint32_t next;
};

struct flow_hints { /* both directions of a flow are in one set, the newest first */
	struct flow_hint way[FLOW_HINT_WAYS];
};

struct flow_table {
	struct flow *flows;
	struct flow_hints *hints;
	uint32_t *heads;
	uint32_t count, mask;             /* flows; heads, minus 1 */
	uint32_t fresh;                   /* flows from here on were never used */
	uint32_t hand;                    /* where the search for one to evict goes on */
	uint32_t ready_first, ready_last; /* queue of those that are free, or over */
	uint64_t seed;                    /* or flows could be made for one chain */
};

/* Heads for so many flows, and sets of hints. */
uint32_t flow_heads(uint32_t flows);
uint32_t flow_hint_sets(uint32_t flows);
/* flows, hints and heads point to zeroed memory for `count` flows and what goes with them. */
void flow_init(struct flow_table *t, uint32_t count, uint64_t seed);

/* What a packet's flow is looked for by. */
struct flow_look {
	struct flow_key key;
	uint64_t hash;
	int dir; /* which end sent it */
};

void flow_look(const struct flow_table *t, const struct dissect_flow *f, struct flow_look *look);
/* The key alone, and the end; the hash of a key. */
int flow_key(struct flow_key *key, const struct dissect_flow *f);
uint64_t flow_hash(const struct flow_table *t, const struct flow_key *key);

/* Asks for the memory in which a flow of this hash is looked for, and for that of its hints; then, when the
 * first is there, for its own. */
void flow_ahead(const struct flow_table *t, uint64_t hash);
void flow_ahead_hints(const struct flow_table *t, uint64_t hash);
void flow_ahead_entry(const struct flow_table *t, uint64_t hash);
/* NULL when there is none. */
struct flow *flow_find(struct flow_table *t, const struct flow_key *key, uint64_t hash);
/* The flow that has to be removed before one with this hash can be added; NULL when there is room. */
struct flow *flow_crowded(struct flow_table *t, uint64_t hash);
/* After flow_crowded() returned NULL. The flow's directions are zero. */
struct flow *flow_add(struct flow_table *t, const struct flow_key *key, uint64_t hash);
void flow_remove(struct flow_table *t, struct flow *f);
/* The flow is over: among the first to go, after those that were over before. */
void flow_retire(struct flow_table *t, struct flow *f);
/* The next flow in use from place *at on, which moves behind it; NULL at the end. */
struct flow *flow_next(struct flow_table *t, uint32_t *at);
/* Removes all of them. */
void flow_clear(struct flow_table *t);

/* One direction of a hash begins at `next`; what a SYN said is not overwritten by what an ACK says. */
void flow_hint_put(struct flow_table *t, uint64_t hash, int dir, uint32_t next, bool syn);
/* The same back, and forgotten; false when it is not known. */
bool flow_hint_take(struct flow_table *t, uint64_t hash, int dir, uint32_t *next, bool *syn);

#endif
