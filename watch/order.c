/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/order.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { RUN = 8 }; /* keys sorted by insertion before they are merged */

_Static_assert(sizeof(struct order_key) <= 2 * sizeof(struct subject_slot),
	       "two slots per subject hold a key");

void order_init(struct order *o, uint32_t max) { o->key = xmalloc(((size_t)max + 1) * sizeof(*o->key)); }

void order_clear(struct order *o)
{
	free(o->key);
	*o = (struct order){ 0 };
}

static struct order_key key_of(const struct subjects *t, uint32_t number)
{
	const struct subject *s = &t->subject[number];
	struct order_key k = { .number = number };
	uint8_t first[sizeof(k.start) + sizeof(k.more)] = { s->kind };

	memcpy(first + 1, subject_name(t, s->name), s->len < sizeof(first) - 1 ? s->len : sizeof(first) - 1);
	memcpy(&k.start, first, sizeof(k.start));
	memcpy(&k.more, first + sizeof(k.start), sizeof(k.more));
	k.start = be64toh(k.start);
	k.more = be32toh(k.more);
	return k;
}

static int compare_rest(const struct subjects *t, const struct order_key *a, const struct order_key *b)
{
	const struct subject *x = &t->subject[a->number], *y = &t->subject[b->number];
	size_t least = x->len < y->len ? x->len : y->len;
	int c = memcmp(subject_name(t, x->name), subject_name(t, y->name), least);

	c = c != 0 ? c : x->len - y->len;
	return c != 0 ? c : x->via - y->via;
}

static bool is_before(const struct subjects *t, const struct order_key *a, const struct order_key *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	if (a->more != b->more)
		return a->more < b->more;
	return compare_rest(t, a, b) < 0;
}

static void sort_run(const struct subjects *t, struct order_key *key, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct order_key k = key[i];
		size_t at = i;
		for (; at > 0 && is_before(t, &k, &key[at - 1]); at--)
			key[at] = key[at - 1];
		key[at] = k;
	}
}

/* [0, half) and [half, n) of `from` into `to`. */
static void merge(const struct subjects *t, const struct order_key *from, size_t half, size_t n,
		  struct order_key *to)
{
	size_t a = 0, b = half;

	for (size_t i = 0; i < n; i++) {
		bool second = a == half || (b < n && is_before(t, &from[b], &from[a]));
		to[i] = from[second ? b : a];
		b += second;
		a += !second;
	}
}

const struct order_key *order_make(struct order *o, struct subjects *t)
{
	struct order_key *key = o->key, *spare = (struct order_key *)(void *)t->slots;
	size_t n = t->count;

	for (uint32_t i = 0; i < t->count; i++)
		key[i] = key_of(t, i);
	for (size_t at = 0; at < n; at += RUN)
		sort_run(t, key + at, n - at < RUN ? n - at : RUN);
	for (size_t run = RUN; run < n; run *= 2) {
		struct order_key *sorted = spare;
		for (size_t at = 0; at < n; at += 2 * run) {
			size_t left = n - at;
			merge(t, key + at, left < run ? left : run, left < 2 * run ? left : 2 * run,
			      spare + at);
		}
		spare = key;
		key = sorted;
	}
	return key;
}
