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

void index_sort(struct index *ix)
{
	if (ix->count > 1)
		qsort(ix->entry, ix->count, sizeof(*ix->entry), compare);
}

/* The first entry that is not before key. */
static size_t lower_bound(const struct index *ix, const char *key)
{
	size_t low = 0, high = ix->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(ix->entry[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct index_entry *index_find(const struct index *ix, const char *key, size_t *n)
{
	size_t first = lower_bound(ix, key), end = first;
	while (end < ix->count && strcmp(ix->entry[end].key, key) == 0)
		end++;
	*n = end - first;
	return *n > 0 ? &ix->entry[first] : NULL;
}

const struct index_entry *index_find_suffix(const struct index *ix, const char *host)
{
	while (ix->count > 0 && host != NULL) {
		size_t at = lower_bound(ix, host);
		if (at < ix->count && strcmp(ix->entry[at].key, host) == 0)
			return &ix->entry[at];
		host = strchr(host, '.');
		host = host ? host + 1 : NULL;
	}
	return NULL;
}

void index_clear(struct index *ix)
{
	for (size_t i = 0; i < ix->count; i++)
		free(ix->entry[i].key);
	free(ix->entry);
	*ix = (struct index){ 0 };
}
