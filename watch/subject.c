/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/subject.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/short.h"

enum {
	LINE = 64, /* bytes of a cache line */
	PIECE = SUBJECT_PIECE,
	NAME_AT = offsetof(struct subject, name),
	LIST_BYTES = 448,          /* arena per subject: some clients, servers, links, details */
	ARENA_LEAST = 1024 * 1024, /* small tables may hold a few busy hosts all the same */
	SUBJECTS_PER_VALUE =
		2,         /* they are shared; and the more slots they have, the more memory is touched */
	VALUE_BYTES = 128, /* per value */
	VALUES_LEAST = 1024,
	SLOTS_FIRST = 1 << 10,
	TOGETHER = 32, /* names that are moved to new slots at a time */
};

_Static_assert((int)NAME_AT < (int)LINE, "what each message touches is one cache line, and the name's");
_Static_assert((int)SUBJECT_KIND_COUNT <= 16 && (int)VIA_COUNT <= 16, "kind and via share a byte");
_Static_assert((int)VALUE_BYTES_MAX < (int)RECORD_VALUE_MAX, "values fit in records");

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t arena_bytes(uint32_t max) { return larger((size_t)max * LIST_BYTES, ARENA_LEAST); }

static uint32_t slots_most(uint32_t max)
{
	uint32_t slots = 16;

	while (slots < max && slots < UINT32_C(1) << 30)
		slots *= 2;
	return slots * 2;
}

/* No more than the numbers that a detail can hold. */
static uint32_t values_most(uint32_t max)
{
	uint32_t most = (uint32_t)larger(max / SUBJECTS_PER_VALUE, VALUES_LEAST);

	return most < SUBJECT_VALUES_MOST ? most : SUBJECT_VALUES_MOST;
}

/* The first piece stays empty, for 0 is no number; behind the last, a whole piece of a name is read. */
static size_t record_bytes(uint32_t max) { return (size_t)max * SUBJECT_BYTES_MOST + 2 * PIECE + LINE; }

/* Where the order is made when nothing is looked for any more. */
static size_t slot_bytes(uint32_t max)
{
	return larger(slots_most(max) * sizeof(uint32_t), (size_t)max * SUBJECT_ORDER_BYTES);
}

size_t subjects_size(uint32_t max)
{
	return record_bytes(max) + slot_bytes(max) + arena_bytes(max) +
	       values_size(values_most(max), values_most(max) * VALUE_BYTES);
}

/* As many bits as the greatest number of a subject has. */
static uint32_t number_mask(uint32_t max)
{
	uint32_t mask = 1;

	while (mask <= record_bytes(max) / PIECE)
		mask = mask << 1 | 1;
	return mask;
}

void subjects_init(struct subjects *t, uint32_t max)
{
	size_t past;

	*t = (struct subjects){ .max = max,
				.slots_most = slots_most(max),
				.number_mask = number_mask(max),
				.end = subjects_first() };
	t->mask = (t->slots_most < SLOTS_FIRST ? t->slots_most : SLOTS_FIRST) - 1;
	t->memory = xmalloc(record_bytes(max));
	past = (uintptr_t)t->memory % LINE;
	t->records = (uint8_t *)t->memory + (past > 0 ? LINE - past : 0);
	t->slots = xcalloc(slot_bytes(max), 1);
	arena_init(&t->arena, arena_bytes(max));
	arena_get_for_good(&t->arena, SUBJECT_HUNG_PIECE); /* 0 is nowhere */
	values_init(&t->values, values_most(max), values_most(max) * VALUE_BYTES);
	hash_secret_random(&t->secret);
	alloc_large_pages(t->slots, slot_bytes(max));
}

void subjects_clear(struct subjects *t)
{
	values_clear(&t->values);
	arena_clear(&t->arena);
	free(t->slots);
	free(t->memory);
	memset(t, 0, sizeof(*t));
}

void subjects_reset(struct subjects *t)
{
	memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof(*t->slots));
	t->end = subjects_first();
	t->count = t->names = t->rest_count = 0;
	t->window++;
	arena_reset(&t->arena);
	arena_get_for_good(&t->arena, SUBJECT_HUNG_PIECE);
	values_reset(&t->values);
}

/* --- the table --- */

uint64_t subjects_hash(const struct subjects *t, const struct subject_key *k)
{
	return hash_secret(&t->secret, k->name, k->len);
}

static uint32_t tag_of(const struct subjects *t, uint64_t hash)
{
	return (uint32_t)(hash >> 32) & ~t->number_mask;
}

bool subjects_is(const struct subject *first, const struct subject_key *k)
{
	return first->kind == k->kind && first->len == k->len && short_same(first->name, k->name, k->len);
}

struct subject *subjects_guess(const struct subjects *t, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask, tag = tag_of(t, k->hash), slot;
	struct subject *s;

	while ((slot = t->slots[at]) != 0 && (slot & ~t->number_mask) != tag)
		at = (at + 1) & t->mask;
	if (slot == 0)
		return NULL;
	s = subjects_at(t, slot & t->number_mask);
	subject_prefetch_record(s);
	return s;
}

struct subject *subjects_guess_via(const struct subjects *t, const struct subject *first, enum via via)
{
	struct subject *s;

	if (first->via == via)
		return subjects_at(t, subjects_number(t, first));
	if (first->next == 0)
		return NULL;
	s = subjects_at(t, first->next);
	subject_prefetch_record(s);
	return s;
}

struct subject *subjects_find_first(const struct subjects *t, const struct subject_key *k)
{
	uint32_t at = (uint32_t)k->hash & t->mask, tag = tag_of(t, k->hash), slot;

	for (; (slot = t->slots[at]) != 0; at = (at + 1) & t->mask) {
		struct subject *s = subjects_at(t, slot & t->number_mask);
		if ((slot & ~t->number_mask) == tag && subjects_is(s, k))
			return s;
	}
	return NULL;
}

struct subject *subjects_via(const struct subjects *t, struct subject *first, enum via via)
{
	struct subject *s = first;

	while (s != NULL && s->via != via)
		s = s->next != 0 ? subjects_at(t, s->next) : NULL;
	return s;
}

struct subject *subjects_find(const struct subjects *t, const struct subject_key *k)
{
	return subjects_via(t, subjects_find_first(t, k), k->via);
}

static void slot_put(struct subjects *t, uint64_t hash, uint32_t number)
{
	uint32_t at = (uint32_t)hash & t->mask;

	while (t->slots[at] != 0)
		at = (at + 1) & t->mask;
	t->slots[at] = tag_of(t, hash) | number;
}

/* A name on its way to a new slot, which is anywhere: several wait for theirs together. */
struct moved {
	uint64_t hash;
	uint32_t number;
};

static void slots_put(struct subjects *t, const struct moved *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		slot_put(t, m[i].hash, m[i].number);
}

/* The fewer slots there are, the more of them are in the caches. Names are hashed anew, in the order in which
 * they stand. */
static void slots_double(struct subjects *t)
{
	struct moved moved[TOGETHER];
	const struct subject *s;
	size_t n = 0;

	t->mask = t->mask * 2 + 1;
	memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof(*t->slots));
	for (uint32_t number = subjects_first(); number != t->end; number = subjects_behind(t, s)) {
		struct subject_key k;
		s = subjects_at(t, number);
		subjects_prefetch_on(s);
		if (s->len == 0)
			continue;
		k = (struct subject_key){ .name = s->name, .len = s->len };
		k.hash = subjects_hash(t, &k);
		subjects_prefetch(t, &k);
		moved[n++] = (struct moved){ k.hash, number };
		if (n == TOGETHER) {
			slots_put(t, moved, n);
			n = 0;
		}
	}
	slots_put(t, moved, n);
}

/* A chain begins. */
static void add_first(struct subjects *t, struct subject *s, const struct subject_key *k)
{
	if (t->names > t->mask / 4 * 3 && t->mask < t->slots_most - 1)
		slots_double(t);
	short_copy(s->name, k->name, k->len);
	slot_put(t, k->hash, subjects_number(t, s));
	t->names++;
}

struct subject *subjects_add(struct subjects *t, const struct subject_key *k, int64_t time)
{
	return subjects_add_to(t, subjects_find_first(t, k), k, time);
}

struct subject *subjects_add_to(struct subjects *t, struct subject *first, const struct subject_key *k,
				int64_t time)
{
	struct subject *s = subjects_at(t, t->end);

	if (t->count == t->max)
		return NULL;
	*s = (struct subject){ .from = time,
			       .to = time,
			       .len = first == NULL ? (uint8_t)k->len : 0,
			       .kind = k->kind & 15,
			       .via = k->via & 15 };
	if (first == NULL) {
		add_first(t, s, k);
	} else {
		s->hidden = first->hidden;
		s->next = first->next;
		first->next = t->end;
	}
	t->end = subjects_behind(t, s);
	t->count++;
	return s;
}
