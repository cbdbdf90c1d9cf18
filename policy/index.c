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

/* Label by label from the last to the first, so that one walk over a host passes the hash of each parent;
 * eight bytes of a label at a time. */
#define HASH_START UINT64_C(0x9e3779b97f4a7c15)
#define HASH_PRIME UINT64_C(0xff51afd7ed558ccd)

static uint64_t hash_word(uint64_t h, uint64_t word)
{
	h = (h ^ word) * HASH_PRIME;
	return h ^ h >> 33;
}

static uint64_t hash_label(uint64_t h, const char *label, size_t n)
{
	uint64_t word, rest = n;

	for (; n >= sizeof(word); n -= sizeof(word), label += sizeof(word)) {
		memcpy(&word, label, sizeof(word));
		h = hash_word(h, word);
	}
	for (; n > 0; n--)
		rest = rest << 8 | (unsigned char)*label++;
	return hash_word(h, rest);
}

static size_t label_start(const char *host, size_t end)
{
	while (end > 0 && host[end - 1] != '.')
		end--;
	return end;
}

static uint64_t hash_all(const struct index *ix, const char *key, size_t n)
{
	uint64_t h = HASH_START ^ ix->seed;

	for (size_t start; n > 0; n = start > 0 ? start - 1 : 0) {
		start = label_start(key, n);
		h = hash_label(h, key + start, n - start);
	}
	return h;
}

static uint32_t tag_of(uint64_t h) { return (uint32_t)(h >> 32); }
static size_t slot_of(const struct index *ix, uint64_t h)
{
	return (size_t)(h * HASH_PRIME >> 29) & ix->mask;
}

static void put(struct index *ix, size_t at, size_t n)
{
	size_t length = strlen(ix->entry[at].key);
	uint64_t h = hash_all(ix, ix->entry[at].key, length);
	size_t i = slot_of(ix, h);

	ix->shortest = ix->longest == 0 || length < ix->shortest ? length : ix->shortest;
	ix->longest = length > ix->longest ? length : ix->longest;
	while (ix->slot[i].n != 0)
		i = (i + 1) & ix->mask;
	ix->slot[i] = (struct index_slot){ .tag = tag_of(h), .at = (uint32_t)at, .n = (uint32_t)n };
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
	for (size_t i = 0, end; i < ix->count; i = end) {
		for (end = i + 1; end < ix->count && strcmp(ix->entry[i].key, ix->entry[end].key) == 0;)
			end++;
		put(ix, i, end - i);
	}
}

/* Of the key whose hash is h; NULL: none. */
static const struct index_slot *look_up(const struct index *ix, const char *key, uint64_t h)
{
	for (size_t i = slot_of(ix, h); ix->slot[i].n != 0; i = (i + 1) & ix->mask) {
		const struct index_slot *s = &ix->slot[i];
		if (s->tag == tag_of(h) && strcmp(ix->entry[s->at].key, key) == 0)
			return s;
	}
	return NULL;
}

const struct index_entry *index_find(const struct index *ix, const char *key, size_t *n)
{
	const size_t length = strlen(key);
	const struct index_slot *s = NULL;

	if (ix->count > 0 && length <= ix->longest)
		s = look_up(ix, key, hash_all(ix, key, length));
	*n = s ? s->n : 0;
	return s ? &ix->entry[s->at] : NULL;
}

const struct index_entry *index_find_suffix(const struct index *ix, const char *host)
{
	const struct index_slot *longest = NULL, *s;
	uint64_t h = HASH_START ^ ix->seed;
	const size_t length = strlen(host);

	if (ix->count == 0)
		return NULL;
	for (size_t end = length, start; end > 0; end = start > 0 ? start - 1 : 0) {
		start = label_start(host, end);
		if (length - start > ix->longest)
			break;
		h = hash_label(h, host + start, end - start);
		if (length - start < ix->shortest)
			continue;
		s = look_up(ix, host + start, h);
		longest = s ? s : longest;
	}
	return longest ? &ix->entry[longest->at] : NULL;
}

void index_clear(struct index *ix)
{
	for (size_t i = 0; i < ix->count; i++)
		free(ix->entry[i].key);
	free(ix->entry);
	free(ix->slot);
	*ix = (struct index){ 0 };
}
