/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/detail.h"

#include <string.h>

void detail_put(struct wr *w, const struct detail_entry *e)
{
	wr_u8(w, (uint8_t)e->type);
	wr_be32(w, e->count);
	wr_u8(w, e->size);
	wr_bytes(w, e->value, e->size);
}

bool detail_next(struct rd *list, struct detail_entry *e)
{
	if (rd_left(list) == 0)
		return false;
	e->type = (enum detail)rd_u8(list);
	e->count = rd_be32(list);
	e->size = rd_u8(list);
	e->value = rd_bytes(list, e->size);
	if (e->value != NULL && e->size > 0 && e->type < DETAIL_COUNT)
		return true;
	list->failed = true;
	return false;
}

static bool is_outer(const struct detail_entry *e)
{
	return e->type == DETAIL_ECH && e->size == strlen(DETAIL_ECH_OUTER) &&
	       memcmp(e->value, DETAIL_ECH_OUTER, e->size) == 0;
}

uint64_t detail_outer(struct rd list, uint64_t count)
{
	struct detail_entry e;

	while (detail_next(&list, &e) && e.type <= DETAIL_ECH)
		if (is_outer(&e))
			return e.count < UINT32_MAX && e.count < count ? e.count : count;
	return 0;
}

bool detail_hides(struct rd list)
{
	struct detail_entry e;

	while (detail_next(&list, &e))
		if (e.type == DETAIL_ECH_NAME)
			return true;
	return false;
}

/* Those of a missing entry come last. */
static int compare(bool has_a, const struct detail_entry *a, bool has_b, const struct detail_entry *b)
{
	int by;

	if (!has_a || !has_b)
		return has_b - has_a;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	by = memcmp(a->value, b->value, a->size < b->size ? a->size : b->size);
	return by != 0 ? by : a->size - b->size;
}

static size_t count(struct rd list)
{
	struct detail_entry e;
	size_t n = 0;

	while (detail_next(&list, &e))
		n++;
	return n;
}

size_t detail_merge(struct wr *out, struct rd held, struct rd more)
{
	struct detail_entry a, b;
	size_t kept = count(held), room = kept < DETAIL_KEPT ? DETAIL_KEPT - kept : 0, refused = 0;
	bool has_a = detail_next(&held, &a), has_b = detail_next(&more, &b);

	while (has_a || has_b) {
		int by = compare(has_a, &a, has_b, &b);
		if (by == 0)
			a.count = a.count > UINT32_MAX - b.count ? UINT32_MAX : a.count + b.count;
		if (by <= 0)
			detail_put(out, &a);
		else if (room > 0 || is_outer(&b))
			detail_put(out, &b);
		else
			refused++;
		room -= by > 0 && room > 0;
		if (by <= 0)
			has_a = detail_next(&held, &a);
		if (by >= 0)
			has_b = detail_next(&more, &b);
	}
	return refused;
}
