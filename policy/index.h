/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sorted table of strings: added in any order, sorted once, then searched by hash. Made for keys of the
 * operator's own (tables, filings, decisions): who chooses only the names that are searched for cannot make
 * it slow. One of names from the traffic needs a seed that nobody can guess, or its keys could be made to
 * meet in one slot. Owns copies of its keys; index_clear() frees them.
 */
#ifndef POLICY_INDEX_H
#define POLICY_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index_entry {
	char *key;
	size_t value;
};

struct index_slot {
	uint32_t tag; /* of the key's hash: a look at the key itself only when it agrees */
	uint32_t at;  /* first entry of the key */
	uint32_t n;   /* its entries; 0: the slot is empty */
};

struct index {
	struct index_entry *entry;
	size_t count, cap;
	struct index_slot *slot;
	size_t mask; /* slots - 1 */
	size_t shortest,
		longest; /* key: most names that are searched for are longer, most of their ends shorter */
	uint64_t seed;   /* of the hash; the caller's, before the first key */
};

void index_add(struct index *ix, const char *key, size_t value);
/* Before the first search. */
void index_sort(struct index *ix);
/* The first of *n entries with this key, ascending by value; NULL and *n = 0 when there are none. */
const struct index_entry *index_find(const struct index *ix, const char *key, size_t *n);
/* The entry whose key is the longest of: the host, its parent, its parent's parent ... NULL: none. */
const struct index_entry *index_find_suffix(const struct index *ix, const char *host);
void index_clear(struct index *ix);

#endif
