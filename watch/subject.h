/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of what was seen in the open window: one struct subject per (kind, name, via), with what hangs
 * on it. It is asked for each message, and it is larger than any cache: what is asked for together stands
 * together. A name stands right behind the first subject that has it; those of the same name that were seen
 * otherwise (asked for, answered, greeted) follow in a chain, so that a name is looked for, held and sorted
 * once. The servers that a subject came with stand behind its name, addresses only, and behind those its
 * first link: a subject grows as long as it is the last. What comes later gets a block in an arena, its rest:
 * further clients and servers stand in it, links and details hang on it. All memory is taken once, sized by
 * the greatest number of subjects; every list that is full says so, for the caller to count. Lists never take
 * the room of further subjects.
 */
#ifndef WATCH_SUBJECT_H
#define WATCH_SUBJECT_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/prefetch.h"
#include "ipc/record.h"
#include "watch/arena.h"
#include "watch/values.h"

struct subject_link {
	uint64_t count;
	uint32_t name; /* as struct subject's */
	uint16_t tag;  /* of its hash: names are far away */
	uint8_t kind, len;
};

enum { SUBJECT_VALUES_MOST = (1 << 24) - 1 };

struct subject_detail {
	uint64_t count : 36; /* stays at its greatest */
	uint64_t value : 24; /* number in struct values */
	uint64_t type : 4;
};

struct subject {
	int64_t from, to;
	uint64_t count;
	uint64_t client; /* the first one: a keyed hash */
	uint32_t rest;   /* where that stands in the arena; 0: none, it is as small as most are */
	uint32_t next;   /* number of the next of its name; 0: it is the last */
	uint16_t port;   /* of the servers that stand here */
	uint8_t len;     /* of the name; 0: that is the first's of its chain */
	uint8_t kind : 4, via : 4;
	uint8_t server_count : 4; /* that stand here, of 4 or 16 bytes each, */
	uint8_t hidden : 3;       /* what its name is known to answer: bits of watch/hidden.h */
	bool has_client : 1;
	uint8_t server_v6;    /* bit i: the i-th of them is an IPv6 address */
	uint8_t server_bytes; /* in all */
	uint8_t link_len;     /* of the name of the link that stands here; 0: none does */
	char name[];          /* not NUL-terminated; behind it the servers, then the link: count and name */
};

/* What most subjects of a storm do not have: more than one client, servers that came later, links, details.
 */
struct subject_rest {
	uint64_t servers_more, links_more, details_more;
	uint64_t outer; /* of the subject's messages, those that showed the name only as ECH's outer one */
	uint32_t links, details; /* where they stand in the arena */
	uint32_t sketch;         /* of all clients, when they are too many for a list; 0: they are not */
	uint16_t client_count, client_cap; /* of the list, all of them; not used for a single one. With a
					      sketch so many are exact in that, and nothing is listed */
	uint8_t server_count, server_cap, link_count, link_cap, detail_count, detail_cap;
	uint8_t server_mark[RECORD_SERVERS_MAX]; /* of each: who is not there is known without a look at them
						  */
	struct record_server server[]; /* that do not stand in the subject; behind them the clients, sorted */
};

enum { SUBJECT_ORDER_BYTES = 16 }; /* of the slots' memory, for each subject, when the order is made there */

struct subjects {
	uint8_t *records; /* in memory: the subjects with their names, one behind the other */
	void *memory;     /* owned */
	uint32_t end;     /* number of the next one: where it begins, in pieces */
	uint32_t count, max;
	uint32_t names;      /* chains */
	uint32_t rest_count; /* subjects that have one */
	uint32_t window;     /* counts the windows: a subject's number means nothing in another one */
	uint32_t *slots;     /* owned, open addressing: number of a chain's first, above it a tag; 0: free */
	uint32_t mask;       /* of the slots in use: as many as the names need, */
	uint32_t slots_most; /* up to this */
	uint32_t number_mask;
	struct arena arena;
	struct values values;
	struct hash_secret secret; /* or names could be made for one slot */
};

struct subject_key {
	enum subject_kind kind;
	enum via via;
	const char *name; /* borrowed */
	size_t len;       /* below RECORD_NAME_MAX */
	uint64_t hash;    /* subjects_hash() of the name */
};

void subjects_init(struct subjects *t, uint32_t max);
void subjects_clear(struct subjects *t);
/* Forgets all subjects and what hangs on them. */
void subjects_reset(struct subjects *t);
/* Bytes that a table for `max` subjects takes at most, all told. */
size_t subjects_size(uint32_t max);

uint64_t subjects_hash(const struct subjects *t, const struct subject_key *k);

enum {
	SUBJECT_PIECE = 8,       /* they begin at multiples of this, so that 32 bits reach, */
	SUBJECT_HUNG_PIECE = 16, /* what hangs on them at those of this, */
	/* of one with its name; what else stands in it takes what others leave */
	SUBJECT_BYTES_MOST = (offsetof(struct subject, name) + RECORD_NAME_MAX + SUBJECT_PIECE - 1) /
			     SUBJECT_PIECE * SUBJECT_PIECE,
};

static inline struct subject *subjects_at(const struct subjects *t, uint32_t number)
{
	return (struct subject *)(void *)(t->records + (size_t)number * SUBJECT_PIECE);
}

static inline uint32_t subjects_number(const struct subjects *t, const struct subject *s)
{
	return (uint32_t)((size_t)((const uint8_t *)s - t->records) / SUBJECT_PIECE);
}

enum { SUBJECT_LINK_AT = sizeof(uint64_t) }; /* where a link's name begins, behind its count */

/* To go through them all, from subjects_first() up to the table's `end`: the number of the one behind s. */
static inline uint32_t subjects_first(void) { return 1; }
static inline uint32_t subjects_behind(const struct subjects *t, const struct subject *s)
{
	size_t bytes = offsetof(struct subject, name) + (size_t)s->len + s->server_bytes +
		       (s->link_len > 0 ? SUBJECT_LINK_AT + (size_t)s->link_len : 0);

	return subjects_number(t, s) + (uint32_t)((bytes + SUBJECT_PIECE - 1) / SUBJECT_PIECE);
}

/* Who goes through them all learns from each where the next one is: this asks for what stands farther on. */
static inline void subjects_prefetch_on(const struct subject *s)
{
	enum { ON = 1024 };

	prefetch((const char *)s + ON);
}

/* To be said some time before a subject is looked for. */
static inline void subjects_prefetch(const struct subjects *t, const struct subject_key *k)
{
	prefetch(&t->slots[(uint32_t)k->hash & t->mask]);
}
/* The next step: where the first of its name probably is, without a look at it; NULL when it is not there. */
struct subject *subjects_guess(const struct subjects *t, const struct subject_key *k);
/* The one behind that: which of the chain is meant, as far as the first can tell; or NULL. */
struct subject *subjects_guess_via(const struct subjects *t, const struct subject *first, enum via via);
/* With its name and servers, unless those are long. */
static inline void subject_prefetch_record(const struct subject *s)
{
	prefetch(s);
	prefetch(s->name + 34);
}
/* Then what hangs on it; and the last: where this client is in that. */
void subject_prefetch(const struct subjects *t, const struct subject *s);
void subject_prefetch_lists(const struct subjects *t, const struct subject *s, uint64_t client);
/* Is this the first of the name? */
bool subjects_is(const struct subject *first, const struct subject_key *k);
/* The first of this name; NULL when there is none. */
struct subject *subjects_find_first(const struct subjects *t, const struct subject_key *k);
/* The one of its chain; NULL when it is not there, or `first` is NULL. */
struct subject *subjects_via(const struct subjects *t, struct subject *first, enum via via);
/* NULL when it is not there. */
struct subject *subjects_find(const struct subjects *t, const struct subject_key *k);
/* One that is not there; NULL when the table is full. `time` is its first moment. */
struct subject *subjects_add(struct subjects *t, const struct subject_key *k, int64_t time);
/* The same of a name whose first was looked for: NULL when there is none. */
struct subject *subjects_add_to(struct subjects *t, struct subject *first, const struct subject_key *k,
				int64_t time);

/* What stands there in the arena. */
static inline void *subjects_hung(const struct subjects *t, uint32_t place)
{
	return t->arena.base + (size_t)place * SUBJECT_HUNG_PIECE;
}

/* An address as two numbers, in the order of its bytes; the same in struct record_server. Which kind comes
 * next is as random as the addresses are, so nothing here branches on it. */
struct subject_addr {
	uint64_t high, low;
};

#define SUBJECT_MAPPED UINT64_C(0xffff00000000) /* behind zeroes: an IPv4 address follows */

static inline struct subject_addr subject_addr_of(const uint8_t addr[16])
{
	struct subject_addr a;

	memcpy(&a, addr, sizeof(a));
	return (struct subject_addr){ be64toh(a.high), be64toh(a.low) };
}

static inline bool subject_addr_is_v4(struct subject_addr a)
{
	return (a.high | (a.low >> 32 ^ SUBJECT_MAPPED >> 32)) == 0;
}

/* The one that stands at p, behind which there are 16 bytes in any case. */
static inline struct subject_addr subject_addr_get(const uint8_t *p, bool v6)
{
	struct subject_addr a = subject_addr_of(p);

	return (struct subject_addr){ v6 ? a.high : 0, v6 ? a.low : SUBJECT_MAPPED | a.high >> 32 };
}

/* The first of those that stand in it. */
static inline const uint8_t *subject_servers(const struct subject *s)
{
	return (const uint8_t *)s->name + s->len;
}

static inline bool subject_server_is_v6(const struct subject *s, size_t i) { return s->server_v6 >> i & 1; }
static inline size_t subject_addr_size(bool v6) { return v6 ? 16 : 4; }

/* The link that stands in it, if one does. */
static inline uint8_t *subject_link(const struct subject *s)
{
	return (uint8_t *)(uintptr_t)subject_servers(s) + s->server_bytes;
}

/* NULL: it has none. */
static inline const struct subject_rest *subject_rest(const struct subjects *t, const struct subject *s)
{
	return s->rest != 0 ? subjects_hung(t, s->rest) : NULL;
}

/* Where the clients begin in a rest with room for so many servers. */
static inline size_t subject_clients_at(size_t servers)
{
	return (offsetof(struct subject_rest, server) + servers * sizeof(struct record_server) + 7) / 8 * 8;
}

static inline uint64_t *subject_clients(const struct subject_rest *r)
{
	return (uint64_t *)((uintptr_t)r + subject_clients_at(r->server_cap));
}
/* Each is false when there was no room; of all but clients the subject counts that itself. `coming`: so many
 * follow, itself among them. */
bool subject_add_client(struct subjects *t, struct subject *s, uint64_t hash);
bool subject_add_link(struct subjects *t, struct subject *s, const char *host, size_t n);
bool subject_add_detail(struct subjects *t, struct subject *s, enum detail type, uint32_t value,
			size_t coming);
/* Returns how many found no room. */
size_t subject_add_servers(struct subjects *t, struct subject *s, const struct record_server *server,
			   size_t n);
/* A message that was counted, or is to be, showed the name only as ECH's outer one. Room for that is kept: it
 * is what such a message must not be taken for a visit by. */
void subject_add_outer(struct subjects *t, struct subject *s);
/* So many details of it were left out before they came here. */
void subject_miss_details(struct subjects *t, struct subject *s, uint64_t n);

#endif
