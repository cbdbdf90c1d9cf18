/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { FEW = 64 }; /* one slot in so many is used, or fewer */

static uint32_t slot_count(uint32_t most)
{
	uint32_t slots = 16;

	while (slots < most && slots < UINT32_C(1) << 30)
		slots *= 2;
	return slots * 2;
}

size_t values_size(uint32_t most, uint32_t bytes)
{
	return slot_count(most) * sizeof(struct value_slot) + bytes;
}

void values_init(struct values *v, uint32_t most, uint32_t bytes)
{
	uint32_t slots = slot_count(most);

	*v = (struct values){ .mask = slots - 1, .cap = bytes, .used = 1 };
	v->slots = xcalloc(slots, sizeof(*v->slots));
	v->bytes = xmalloc(bytes);
	hash_secret_random(&v->secret);
}

void values_clear(struct values *v)
{
	free(v->slots);
	free(v->bytes);
	memset(v, 0, sizeof(*v));
}

static void forget(struct values *v, uint32_t number)
{
	uint64_t hash = hash_secret(&v->secret, v->bytes + number + 1, v->bytes[number]);
	uint32_t at = (uint32_t)hash & v->mask;

	while (v->slots[at].value != number)
		at = (at + 1) & v->mask;
	v->slots[at].value = 0;
}

/* A few values, as there mostly are, must not cost a walk through memory that was never touched. */
void values_reset(struct values *v)
{
	if (v->count > v->mask / FEW)
		memset(v->slots, 0, ((size_t)v->mask + 1) * sizeof(*v->slots));
	else
		for (uint32_t number = 1; number < v->used; number += v->bytes[number] + 1u)
			forget(v, number);
	v->count = 0;
	v->used = 1;
}

static bool is_value(const struct values *v, uint32_t number, const char *p, size_t n)
{
	return v->bytes[number] == n && memcmp(v->bytes + number + 1, p, n) == 0;
}

static uint32_t add(struct values *v, const char *p, size_t n)
{
	uint32_t number = v->used;

	if (v->count > v->mask / 2 || n + 1 > v->cap - v->used)
		return 0;
	v->bytes[number] = (uint8_t)n;
	memcpy(v->bytes + number + 1, p, n);
	v->used += (uint32_t)n + 1;
	v->count++;
	return number;
}

uint32_t values_number(struct values *v, const char *p, size_t n)
{
	uint64_t hash = hash_secret(&v->secret, p, n);
	uint32_t at = (uint32_t)hash & v->mask, tag = (uint32_t)(hash >> 32);

	if (n == 0 || n > VALUE_BYTES_MAX)
		return 0;
	for (; v->slots[at].value != 0; at = (at + 1) & v->mask)
		if (v->slots[at].tag == tag && is_value(v, v->slots[at].value, p, n))
			return v->slots[at].value;
	v->slots[at] = (struct value_slot){ tag, add(v, p, n) };
	return v->slots[at].value;
}

const char *values_text(const struct values *v, uint32_t number, size_t *n)
{
	*n = v->bytes[number];
	return (const char *)v->bytes + number + 1;
}
