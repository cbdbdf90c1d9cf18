/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/hpack_table.h"

#include <string.h>

_Static_assert((HPACK_TABLES & (HPACK_TABLES - 1)) == 0, "a ticket's low bits say which table it is for");
_Static_assert((HPACK_FIELDS & (HPACK_FIELDS - 1)) == 0, "the ring's places are counted on");

static struct hpack_field *field_at(struct hpack_table *t, size_t from_oldest)
{
	return &t->field[(t->oldest + from_oldest) % HPACK_FIELDS];
}

static size_t field_size(const struct hpack_field *f)
{
	return (size_t)f->name_n + f->value_n + HPACK_FIELD_BYTES;
}

static void rest_leave(struct hpack_tables *t, uint16_t place)
{
	struct hpack_rest *r = &t->rest[place];

	t->rest[r->before].behind = r->behind;
	t->rest[r->behind].before = r->before;
}

/* In front of `behind`. */
static void rest_enter(struct hpack_tables *t, uint16_t place, uint16_t behind)
{
	struct hpack_rest *r = &t->rest[place];

	*r = (struct hpack_rest){ t->rest[behind].before, behind };
	t->rest[r->before].behind = t->rest[r->behind].before = place;
}

/* Last of those that rest. */
static void rest_renew(struct hpack_tables *t, uint16_t place)
{
	rest_leave(t, place);
	rest_enter(t, place, 0);
}

bool hpack_table_crowded(const struct hpack_tables *t)
{
	return t->used == HPACK_TABLES && t->table[t->rest[0].behind - 1].ticket != 0;
}

/* The first that rests, unless one is left that was never used. */
static uint16_t place_new(struct hpack_tables *t)
{
	uint16_t first = t->rest[0].behind;

	if (t->used == HPACK_TABLES || (first != 0 && t->table[first - 1].ticket == 0))
		return first;
	rest_enter(t, ++t->used, 0);
	return t->used;
}

uint32_t hpack_table_new(struct hpack_tables *t)
{
	uint16_t place = place_new(t);
	struct hpack_table *h = &t->table[place - 1];

	rest_renew(t, place);
	if (++t->tickets > UINT32_MAX / HPACK_TABLES)
		t->tickets = 1;
	h->ticket = t->tickets * HPACK_TABLES + (place - 1u);
	h->size = h->end = h->oldest = h->count = 0;
	h->max = HPACK_TABLE_BYTES;
	return h->ticket;
}

static struct hpack_table *table_find(struct hpack_tables *t, uint32_t ticket)
{
	struct hpack_table *h = t != NULL ? &t->table[ticket % HPACK_TABLES] : NULL;

	return h != NULL && ticket != 0 && h->ticket == ticket ? h : NULL;
}

struct hpack_table *hpack_table_of(struct hpack_tables *t, uint32_t ticket)
{
	struct hpack_table *h = table_find(t, ticket);

	if (h != NULL)
		rest_renew(t, (uint16_t)(ticket % HPACK_TABLES + 1));
	return h;
}

void hpack_table_drop(struct hpack_tables *t, uint32_t ticket)
{
	struct hpack_table *h = table_find(t, ticket);
	uint16_t place = (uint16_t)(ticket % HPACK_TABLES + 1);

	if (h == NULL)
		return;
	h->ticket = 0;
	rest_leave(t, place);
	rest_enter(t, place, t->rest[0].behind);
}

const struct hpack_field *hpack_table_get(const struct hpack_table *t, uint32_t back)
{
	return back < t->count ? &t->field[(t->oldest + t->count - 1u - back) % HPACK_FIELDS] : NULL;
}

struct dissect_str hpack_table_value(const struct hpack_table *t, const struct hpack_field *f)
{
	return f->held ? (struct dissect_str){ t->bytes + f->at, f->value_n }
		       : (struct dissect_str){ NULL, 0 };
}

/* Until so many bytes are left over (section 4.3). */
static void evict(struct hpack_table *t, size_t left)
{
	while (t->count > 0 && t->size + left > t->max) {
		t->size -= (uint16_t)field_size(field_at(t, 0));
		t->oldest = (uint8_t)((t->oldest + 1) % HPACK_FIELDS);
		t->count--;
	}
}

/* Moves the values that are still there to the front. */
static void pack(struct hpack_table *t)
{
	t->end = 0;
	for (size_t i = 0; i < t->count; i++) {
		struct hpack_field *f = field_at(t, i);
		if (!f->held)
			continue;
		memmove(t->bytes + t->end, t->bytes + f->at, f->value_n);
		f->at = t->end;
		t->end += f->value_n;
	}
}

/* Behind the others' values. */
static void hold(struct hpack_table *t, struct hpack_field *f, struct dissect_str value)
{
	if (t->end + value.n > sizeof(t->bytes))
		pack(t);
	memcpy(t->bytes + t->end, value.p, value.n);
	f->at = t->end;
	t->end += (uint16_t)value.n;
}

bool hpack_table_add(struct hpack_table *t, uint8_t what, size_t name_n, struct dissect_str value,
		     size_t value_n)
{
	size_t size = name_n + value_n + HPACK_FIELD_BYTES;
	struct hpack_field *f;

	evict(t, size);
	if (size > t->max) /* it empties the table (section 4.4) */
		return true;
	if (t->size + size > HPACK_TABLE_BYTES)
		return false;
	f = field_at(t, t->count);
	*f = (struct hpack_field){ .name_n = (uint16_t)name_n,
				   .value_n = (uint16_t)value_n,
				   .what = what,
				   .held = value.p != NULL && value_n <= HPACK_VALUE_MAX };
	if (f->held)
		hold(t, f, value);
	t->size += (uint16_t)size;
	t->count++;
	return true;
}

void hpack_table_resize(struct hpack_table *t, uint32_t max)
{
	t->max = max;
	evict(t, 0);
}
