/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/order.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/prefetch.h"

_Static_assert(sizeof(struct order_key) <= SUBJECT_ORDER_BYTES, "there is room for the keys of all");

enum {
	FEW = 24,  /* keys that are sorted by insertion */
	HELD = 12, /* bytes of a name, or of its kind, that a key holds at a time */
	AHEAD = 8, /* keys whose names are asked for before they are read */
};

void order_init(struct order *o, uint32_t max)
{
	/* Ranges share no key, and those of few keys never wait. */
	o->range = xmalloc(((size_t)max / FEW + 1) * sizeof(*o->range));
}

void order_clear(struct order *o)
{
	free(o->range);
	*o = (struct order){ 0 };
}

/* --- keys --- */

static struct order_key *keys_of(const struct subjects *t) { return (struct order_key *)(void *)t->slots; }

static void key_set(struct order_key *k, const uint8_t held[HELD])
{
	memcpy(&k->start, held, sizeof(k->start));
	memcpy(&k->more, held + sizeof(k->start), sizeof(k->more));
	k->start = be64toh(k->start);
	k->more = be32toh(k->more);
}

static struct order_key key_of(const struct subjects *t, const struct subject *s)
{
	struct order_key k = { .number = subjects_number(t, s) };
	uint8_t held[HELD] = { s->kind };

	if (s->len >= HELD - 1) /* so long it is copied at once */
		memcpy(held + 1, s->name, HELD - 1);
	else
		memcpy(held + 1, s->name, s->len);
	key_set(&k, held);
	return k;
}

/* The bytes of the name that stand `same` behind the kind. */
static void key_move(const struct subjects *t, struct order_key *k, size_t same)
{
	const struct subject *s = subjects_at(t, k->number);
	uint8_t held[HELD] = { 0 };
	size_t at = same - 1;

	if (at < s->len)
		memcpy(held, s->name + at, s->len - at < HELD ? s->len - at : HELD);
	key_set(k, held);
}

static void move_on(const struct subjects *t, struct order_key *key, const struct order_range *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		if (i + AHEAD < r->count) {
			const struct subject *s = subjects_at(t, key[i + AHEAD].number);
			prefetch(s);
			prefetch(s->name + r->same - 1);
		}
		key_move(t, &key[i], r->same);
	}
}

/* The byte that stands `at` behind the first of those held. */
static inline uint8_t key_byte(const struct order_key *k, unsigned at)
{
	return (uint8_t)(at < 8 ? k->start >> (56 - 8 * at) : k->more >> (88 - 8 * at));
}

/* How many of the bytes held are the same in all keys. */
static unsigned key_same(const struct order_key *key, uint32_t n)
{
	uint64_t start = 0;
	uint32_t more = 0;

	for (uint32_t i = 1; i < n; i++) {
		start |= key[i].start ^ key[0].start;
		more |= key[i].more ^ key[0].more;
	}
	if (start != 0)
		return (unsigned)__builtin_clzll(start) / 8;
	return more != 0 ? 8 + (unsigned)__builtin_clz(more) / 8 : HELD;
}

/* --- few of them --- */

static int compare_rest(const struct subjects *t, const struct order_key *a, const struct order_key *b)
{
	const struct subject *x = subjects_at(t, a->number), *y = subjects_at(t, b->number);
	size_t least = x->len < y->len ? x->len : y->len;
	int c = memcmp(x->name, y->name, least);

	return c != 0 ? c : x->len - y->len;
}

static bool is_before(const struct subjects *t, const struct order_key *a, const struct order_key *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	if (a->more != b->more)
		return a->more < b->more;
	return compare_rest(t, a, b) < 0;
}

static void sort_few(const struct subjects *t, struct order_key *key, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct order_key k = key[i];
		size_t at = i;
		for (; at > 0 && is_before(t, &k, &key[at - 1]); at--)
			key[at] = key[at - 1];
		key[at] = k;
	}
}

/* --- many --- */

/* Those with byte b there come to stand from end[b - 1] to end[b]. */
static void distribute(struct order_key *key, uint32_t n, unsigned at, uint32_t end[256])
{
	uint32_t next[256], sum = 0;

	memset(end, 0, 256 * sizeof(*end));
	for (uint32_t i = 0; i < n; i++)
		end[key_byte(&key[i], at)]++;
	for (unsigned b = 0; b < 256; b++) {
		next[b] = sum;
		sum += end[b];
		end[b] = sum;
	}
	for (unsigned b = 0; b < 256; b++) {
		while (next[b] < end[b]) {
			struct order_key k = key[next[b]];
			for (unsigned to = key_byte(&k, at); to != b; to = key_byte(&k, at)) {
				struct order_key other = key[next[to]];
				key[next[to]++] = k;
				k = other;
			}
			key[next[b]++] = k;
		}
	}
}

/* Sorts the range, or as much as one byte tells; what is left are ranges. Returns how many wait now. */
static size_t sort_range(struct order *o, const struct subjects *t, struct order_range r, size_t waiting)
{
	struct order_key *key = keys_of(t) + r.from;
	uint32_t end[256], from = 0;
	unsigned at;

	if (r.same > 0 && r.same % HELD == 0)
		move_on(t, key, &r);
	at = key_same(key, r.count);
	r.same = r.same / HELD * HELD + at;
	/* At their ends they can only differ by zeroes. */
	if (r.count <= FEW || r.same > RECORD_NAME_MAX) {
		sort_few(t, key, r.count);
		return waiting;
	}
	if (at == HELD) {
		o->range[waiting++] = r;
		return waiting;
	}
	distribute(key, r.count, at, end);
	for (unsigned b = 0; b < 256; from = end[b++]) {
		if (end[b] - from > FEW)
			o->range[waiting++] =
				(struct order_range){ r.from + from, end[b] - from, r.same + 1 };
		else
			sort_few(t, key + from, end[b] - from);
	}
	return waiting;
}

static void keys_make(const struct subjects *t)
{
	struct order_key *key = keys_of(t);
	const struct subject *s;

	for (uint32_t number = subjects_first(); number != t->end; number = subjects_behind(t, s)) {
		s = subjects_at(t, number);
		if (s->len > 0)
			*key++ = key_of(t, s);
	}
}

const struct order_key *order_make(struct order *o, struct subjects *t)
{
	size_t waiting = t->names > 0;

	keys_make(t);
	o->range[0] = (struct order_range){ 0, t->names, 0 };
	while (waiting > 0) {
		waiting--;
		waiting = sort_range(o, t, o->range[waiting], waiting);
	}
	return keys_of(t);
}
