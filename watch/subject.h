/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of what was seen in the open window: one struct subject per (kind, name, via), with what hangs
 * on it. It is asked for each message, so a subject is one cache line: its counts, its first client and
 * server. Who has more gets a second line, its rest; further clients and servers, links and details hang on
 * that in an arena. All memory is taken once, sized by the greatest number of subjects; every list that is
 * full says so, for the caller to count. Lists never take the room that names of further subjects need.
 */
#ifndef WATCH_SUBJECT_H
#define WATCH_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "ipc/record.h"
#include "watch/arena.h"
#include "watch/values.h"

struct subject_link {
	uint64_t count;
	uint32_t name; /* as struct subject's */
	uint16_t tag;  /* of its hash: names are far away */
	uint8_t kind, len;
};

struct subject_detail {
	uint64_t count;
	uint32_t value; /* number in struct values */
	uint8_t type;
};

struct subject {
	int64_t from, to;
	uint64_t count;
	uint64_t client; /* the first one: a keyed hash */
	struct record_server server;
	uint8_t kind, via, len;
	uint8_t server_count, link_count;
	bool has_client : 1;
	uint8_t hidden : 3; /* what its name is known to answer: bits of watch/hidden.h */
	uint32_t rest;      /* number of its rest + 1; 0: none, it is as small as most are */
	uint32_t name;      /* where its `len` bytes stand in the arena: subject_name() */
};

/* What most subjects of a storm do not have: more than one client or server, links, details. */
struct subject_rest {
	union {
		uint64_t *clients; /* sorted, all of them; not used for a single one */
		struct sketch *sketch;
	};
	struct record_server *servers; /* behind the first */
	struct subject_link *links;
	struct subject_detail *details;
	uint64_t servers_more, links_more, details_more;
	uint16_t client_count, client_cap; /* the greatest cap: it is a sketch, and so many are exact in it */
	uint8_t server_cap, link_cap, detail_count, detail_cap;
};

struct subject_slot {
	uint32_t tag, number; /* subject's number + 1; 0: free */
};

struct subjects {
	struct subject *subject; /* in memory */
	struct subject_rest *rest;
	void *memory; /* owned: the subjects, then the rests */
	uint32_t count, rest_count, max;
	uint32_t window;            /* counts the windows: a subject's number means nothing in another one */
	struct subject_slot *slots; /* owned, open addressing */
	uint32_t mask;
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
/* To be said some time before it is looked for. */
static inline void subjects_prefetch(const struct subjects *t, const struct subject_key *k)
{
	__builtin_prefetch(&t->slots[(uint32_t)k->hash & t->mask]);
}
/* The next step: where it probably is, without a look at it; NULL when it is not there. */
struct subject *subjects_guess(const struct subjects *t, const struct subject_key *k);
/* The one behind that: its name and the rest of it; and the last: its lists, where this client is in them. */
void subject_prefetch(const struct subjects *t, const struct subject *s);
void subject_prefetch_lists(const struct subjects *t, const struct subject *s, uint64_t client);
bool subjects_is(const struct subjects *t, const struct subject *s, const struct subject_key *k);
/* NULL when it is not there. */
struct subject *subjects_find(const struct subjects *t, const struct subject_key *k);
/* One that is not there; NULL when the table is full. `time` is its first moment. */
struct subject *subjects_add(struct subjects *t, const struct subject_key *k, int64_t time);

const char *subject_name(const struct subjects *t, uint32_t name);
/* Each is false when there was no room; of all but clients the subject counts that itself. */
bool subject_add_client(struct subjects *t, struct subject *s, uint64_t hash);
bool subject_add_link(struct subjects *t, struct subject *s, const char *host, size_t n);
bool subject_add_detail(struct subjects *t, struct subject *s, enum detail type, uint32_t value);
/* Returns how many found no room. */
size_t subject_add_servers(struct subjects *t, struct subject *s, const struct record_server *server,
			   size_t n);
/* So many details of it were left out before they came here. */
void subject_miss_details(struct subjects *t, struct subject *s, uint64_t n);
/* Fills o, lists sorted. */
void subject_observe(const struct subjects *t, const struct subject *s, struct observation *o);

#endif
