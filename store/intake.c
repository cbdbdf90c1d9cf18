/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "store/detail.h"

enum {
	BLOCK_SIZE = 1 << 20,
	SKETCH_BYTES = 8 + SKETCH_REGISTERS, /* most that sketch_put() writes, with room */
	SERVERS_PER_ROW = 64,                /* enough to see where a subject is hosted */
};

_Static_assert(SKETCH_BYTES >= 8 + SKETCH_EXACT * 8, "exact hashes fit too");

struct intake_block {
	struct intake_block *next;
	size_t used;
	_Alignas(8) uint8_t bytes[BLOCK_SIZE];
};

static void *room_for(struct intake *in, size_t n)
{
	struct intake_block *b = in->block;
	uint8_t *p;

	n = (n + 7) & ~(size_t)7;
	if (b == NULL || n > BLOCK_SIZE - b->used) {
		b = xmalloc(sizeof(*b));
		b->next = in->block;
		b->used = 0;
		in->block = b;
		in->bytes += sizeof(*b);
	}
	p = &b->bytes[b->used];
	b->used += n;
	return p;
}

void *intake_keep(struct intake *in, const void *bytes, size_t n)
{
	void *p = room_for(in, n);

	if (n > 0)
		memcpy(p, bytes, n);
	return p;
}

static const char *keep_text(struct intake *in, const char *s) { return intake_keep(in, s, strlen(s) + 1); }

static void put_sketch(struct intake *in, struct intake_row *row, const struct sketch *clients)
{
	uint8_t bytes[SKETCH_BYTES];
	struct wr w = wr_init(bytes, sizeof(bytes));

	sketch_put(&w, clients);
	if (wr_len(&w) <= row->sketch_size)
		memcpy(row->sketch, bytes, wr_len(&w));
	else
		row->sketch = intake_keep(in, bytes, wr_len(&w));
	row->sketch_size = (uint32_t)wr_len(&w);
}

static bool holds_server(const uint8_t *servers, size_t count, const uint8_t *one)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(&servers[i * INTAKE_SERVER_SIZE], one, INTAKE_SERVER_SIZE) == 0)
			return true;
	return false;
}

/* Servers of two lists, each once, the first ones first. */
static void join_servers(struct intake *in, struct intake_row *row, const uint8_t *more, size_t count)
{
	uint8_t all[SERVERS_PER_ROW * INTAKE_SERVER_SIZE];
	size_t n = row->server_count;

	if (count == 0)
		return;
	if (n > 0)
		memcpy(all, row->servers, n * INTAKE_SERVER_SIZE);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *one = &more[i * INTAKE_SERVER_SIZE];
		if (holds_server(all, n, one))
			continue;
		if (n == SERVERS_PER_ROW)
			in->servers_refused++;
		else
			memcpy(&all[n++ * INTAKE_SERVER_SIZE], one, INTAKE_SERVER_SIZE);
	}
	if (n == row->server_count)
		return;
	row->server_count = (uint32_t)n;
	row->servers = intake_keep(in, all, n * INTAKE_SERVER_SIZE);
}

static void put_servers(struct intake *in, struct intake_row *row, const struct observation *o)
{
	uint8_t bytes[RECORD_SERVERS_MAX * INTAKE_SERVER_SIZE];
	struct wr w = wr_init(bytes, sizeof(bytes));

	for (int i = 0; i < o->server_count; i++) {
		wr_bytes(&w, o->servers[i].addr, sizeof(o->servers[i].addr));
		wr_be16(&w, o->servers[i].port);
	}
	join_servers(in, row, bytes, o->server_count);
}

static void add_links(struct intake *in, const struct intake_row *row, const struct observation *o)
{
	in->link = xgrow(in->link, &in->link_cap, in->link_count + o->link_count, sizeof(*in->link));
	for (int i = 0; i < o->link_count; i++)
		in->link[in->link_count++] = (struct intake_link){ .from = row->name,
								   .from_kind = row->kind,
								   .to = keep_text(in, o->links[i].name),
								   .to_kind = (uint8_t)o->links[i].kind,
								   .count = o->links[i].count };
	in->bytes += o->link_count * sizeof(*in->link);
}

static void put_details(struct intake *in, struct intake_row *row, const struct observation *o)
{
	uint8_t bytes[RECORD_DETAILS_MAX * DETAIL_ENTRY_MAX];
	struct wr w = wr_init(bytes, sizeof(bytes));

	for (int i = 0; i < o->detail_count; i++) {
		const struct record_detail *d = &o->details[i];
		struct detail_entry e = { .type = d->type,
					  .value = (const uint8_t *)d->value,
					  .size = (uint8_t)strlen(d->value),
					  .count = d->count > UINT32_MAX ? UINT32_MAX : (uint32_t)d->count };
		detail_put(&w, &e);
	}
	row->details_size = (uint32_t)wr_len(&w);
	row->details = intake_keep(in, bytes, wr_len(&w));
}

static void join_details(struct intake *in, struct intake_row *row, const struct intake_row *more)
{
	uint8_t bytes[DETAIL_LIST_MAX];
	struct wr w = wr_init(bytes, sizeof(bytes));

	if (more->details_size == 0)
		return;
	in->details_refused += detail_merge(&w, rd_init(row->details, row->details_size),
					    rd_init(more->details, more->details_size));
	if (wr_len(&w) <= row->details_size)
		memcpy(row->details, bytes, wr_len(&w));
	else
		row->details = intake_keep(in, bytes, wr_len(&w));
	row->details_size = (uint32_t)wr_len(&w);
}

static int order(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_rows(const void *a, const void *b)
{
	const struct intake_row *x = a, *y = b;
	int by = order(x->kind, y->kind);

	if (by == 0 && x->name != y->name)
		by = strcmp(x->name, y->name);
	if (by == 0)
		by = order(x->epoch, y->epoch);
	if (by == 0)
		by = order(x->day, y->day);
	return by != 0 ? by : order(x->via, y->via);
}

/* Equal rows in the order of time, so that the same windows always fold to the same row. */
static int compare_in_time(const void *a, const void *b)
{
	const struct intake_row *x = a, *y = b;
	int by = compare_rows(a, b);

	return by != 0 ? by : order(x->first, y->first);
}

/* Channels of one subject come one after the other and share its name. */
static const char *row_name(struct intake *in, const struct observation *o)
{
	const struct intake_row *before = in->count > 0 ? &in->row[in->count - 1] : NULL;

	if (before && before->kind == (uint8_t)o->kind && strcmp(before->name, o->name) == 0)
		return before->name;
	return keep_text(in, o->name);
}

void intake_add(struct intake *in, const struct observation *o, int64_t epoch)
{
	struct intake_row row = { .name = row_name(in, o),
				  .kind = (uint8_t)o->kind,
				  .via = (uint8_t)o->via,
				  .first = o->from,
				  .last = o->to,
				  .epoch = epoch,
				  .day = text_beijing_day(o->from),
				  .count = o->count };

	put_sketch(in, &row, &o->clients);
	put_servers(in, &row, o);
	put_details(in, &row, o);
	add_links(in, &row, o);
	in->row = xgrow(in->row, &in->cap, in->count + 1, sizeof(*in->row));
	in->row[in->count++] = row;
	in->bytes += sizeof(row);
	in->sorted = in->count == 1 || (in->sorted && compare_rows(&in->row[in->count - 2], &row) < 0);
}

void intake_cut(struct intake *in, const struct intake *mark)
{
	in->count = mark->count;
	in->link_count = mark->link_count;
}

static bool merge_sketches(struct intake *in, struct intake_row *into, const struct intake_row *from)
{
	struct sketch a, b;
	struct rd ra = rd_init(into->sketch, into->sketch_size),
		  rb = rd_init(from->sketch, from->sketch_size);

	if (!sketch_get(&ra, &a) || !sketch_get(&rb, &b))
		return false;
	sketch_merge(&a, &b);
	put_sketch(in, into, &a);
	return true;
}

/* The same clients again, as in most windows of a quiet name. */
static bool same_sketch(const struct intake_row *a, const struct intake_row *b)
{
	return a->sketch_size == b->sketch_size && memcmp(a->sketch, b->sketch, a->sketch_size) == 0;
}

bool intake_is_visited(const struct intake_row *row)
{
	return detail_outer(rd_init(row->details, row->details_size), row->count) < row->count;
}

/* The time of visits, where there was one. */
static void widen(struct intake_row *into, const struct intake_row *from)
{
	bool visited = intake_is_visited(into);

	if (visited != intake_is_visited(from)) {
		into->first = visited ? into->first : from->first;
		into->last = visited ? into->last : from->last;
		return;
	}
	if (from->first < into->first)
		into->first = from->first;
	if (from->last > into->last)
		into->last = from->last;
}

bool intake_fold(struct intake *in, struct intake_row *into, const struct intake_row *from)
{
	widen(into, from);
	into->count += from->count;
	join_servers(in, into, from->servers, from->server_count);
	join_details(in, into, from);
	return same_sketch(into, from) || merge_sketches(in, into, from);
}

void intake_settle(struct intake *in)
{
	size_t n = 0;

	if (in->sorted || in->count == 0)
		return;
	qsort(in->row, in->count, sizeof(*in->row), compare_in_time);
	for (size_t i = 0; i < in->count; i++) {
		if (n > 0 && compare_rows(&in->row[n - 1], &in->row[i]) == 0)
			(void)!intake_fold(in, &in->row[n - 1], &in->row[i]); /* both were written here */
		else
			in->row[n++] = in->row[i];
	}
	in->count = n;
	in->sorted = true;
}

void intake_clear(struct intake *in)
{
	while (in->block) {
		struct intake_block *b = in->block;
		in->block = b->next;
		free(b);
	}
	free(in->row);
	free(in->link);
	*in = (struct intake){ 0 };
}
