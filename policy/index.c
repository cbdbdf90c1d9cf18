/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void index_add(struct index *ix, const char *key, size_t value)
{
	ix->entry = xgrow(ix->entry, &ix->cap, ix->count + 1, sizeof(*ix->entry));
	ix->entry[ix->count++] = (struct index_entry){ .key = xstrdup(key), .value = value };
}

static int compare(const void *left, const void *right)
{
	const struct index_entry *a = left, *b = right;
	int order = strcmp(a->key, b->key);
	return order != 0 ? order : (a->value > b->value) - (a->value < b->value);
}

/* FNV-1a from the last byte to the first, so that one walk over a host passes the hash of each parent. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

static uint64_t hash_step(uint64_t h, char c) { return (h ^ (unsigned char)c) * HASH_PRIME; }

static uint64_t hash_all(const char *key)
{
	uint64_t h = HASH_START;
	for (size_t i = strlen(key); i > 0; i--)
		h = hash_step(h, key[i - 1]);
	return h;
}

static uint32_t tag_of(uint64_t h) { return (uint32_t)(h >> 32); }
static size_t slot_of(const struct index *ix, uint64_t h) { return (size_t)(h ^ h >> 29) & ix->mask; }

static void put(struct index *ix, size_t at)
{
	uint64_t h = hash_all(ix->entry[at].key);
	size_t i = slot_of(ix, h);
	while (ix->slot[i].at != 0)
		i = (i + 1) & ix->mask;
	ix->slot[i] = (struct index_slot){ .tag = tag_of(h), .at = (uint32_t)at + 1 };
}

void index_sort(struct index *ix)
{
	size_t slots = 4;

	if (ix->count > 1)
		qsort(ix->entry, ix->count, sizeof(*ix->entry), compare);
	while (slots < ix->count * 2)
		slots *= 2;
	free(ix->slot);
	ix->slot = xcalloc(slots, sizeof(*ix->slot));
	ix->mask = slots - 1;
	for (size_t i = 0; i < ix->count; i++)
		if (i == 0 || strcmp(ix->entry[i - 1].key, ix->entry[i].key) != 0)
			put(ix, i);
}

/* The first entry with this key, whose hash is h. */
static const struct index_entry *look_up(const struct index *ix, const char *key, uint64_t h)
{
	for (size_t i = slot_of(ix, h); ix->slot[i].at != 0; i = (i + 1) & ix->mask) {
		const struct index_entry *e = &ix->entry[ix->slot[i].at - 1];
		if (ix->slot[i].tag == tag_of(h) && strcmp(e->key, key) == 0)
			return e;
	}
	return NULL;
}

const struct index_entry *index_find(const struct index *ix, const char *key, size_t *n)
{
	const struct index_entry *first = ix->count > 0 ? look_up(ix, key, hash_all(key)) : NULL;
	const struct index_entry *last = ix->entry + ix->count;

	*n = 0;
	while (first != NULL && first + *n < last && strcmp(first[*n].key, key) == 0)
		++*n;
	return first;
}

const struct index_entry *index_find_suffix(const struct index *ix, const char *host)
{
	const struct index_entry *longest = NULL, *e;
	uint64_t h = HASH_START;

	if (ix->count == 0)
		return NULL;
	for (size_t i = strlen(host); i > 0; i--) {
		h = hash_step(h, host[i - 1]);
		if (i > 1 && host[i - 2] != '.')
			continue;
		e = look_up(ix, host + i - 1, h);
		longest = e ? e : longest;
	}
	return longest;
}

void index_clear(struct index *ix)
{
	for (size_t i = 0; i < ix->count; i++)
		free(ix->entry[i].key);
	free(ix->entry);
	free(ix->slot);
	*ix = (struct index){ 0 };
}
