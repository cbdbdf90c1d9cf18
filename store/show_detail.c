/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/show_detail.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/json.h"

enum { DETAILS_TOLD = 200 };

static struct told_detail *find(struct told_details *d, const struct detail_entry *e)
{
	for (size_t i = d->own; i < d->count; i++) {
		struct told_detail *x = &d->item[i];
		if (x->type == e->type && strlen(x->value) == e->size &&
		    memcmp(x->value, e->value, e->size) == 0)
			return x;
	}
	return NULL;
}

static void add(struct told_details *d, const struct detail_entry *e, struct query *q, const char *name)
{
	int64_t first = query_get_int(q, 0), last = query_get_int(q, 1);
	struct told_detail *x = find(d, e);

	if (x == NULL) {
		d->item = xgrow(d->item, &d->cap, d->count + 1, sizeof(*d->item));
		x = &d->item[d->count++];
		*x = (struct told_detail){ .type = e->type, .first = first, .last = last };
		x->value = xstrndup((const char *)e->value, e->size);
		x->subject = name ? xstrdup(name) : NULL;
	}
	x->count += e->count;
	if (first < x->first)
		x->first = first;
	if (last > x->last)
		x->last = last;
}

void details_read(struct told_details *d, struct db_txn *t, int64_t subject, const char *name)
{
	struct detail_entry e;
	struct query q;

	d->own = d->count;
	query_open(&q, t, STMT_DETAILS_OF);
	query_int(&q, subject);
	while (query_row(&q)) {
		size_t n;
		const void *bytes = query_get_blob(&q, 2, &n);
		struct rd list = rd_init(bytes, n);
		while (detail_next(&list, &e))
			add(d, &e, &q, name);
	}
}

static int compare(const void *a, const void *b)
{
	const struct told_detail *x = a, *y = b;
	int by = 0;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	by = strcmp(x->value, y->value);
	return by != 0 || x->subject == NULL ? by : strcmp(x->subject, y->subject);
}

void details_json(struct buf *b, struct told_details *d)
{
	if (d->count == 0)
		return;
	qsort(d->item, d->count, sizeof(*d->item), compare);
	json_open(b, "details", '[');
	for (size_t i = 0; i < d->count && i < DETAILS_TOLD; i++) {
		const struct told_detail *x = &d->item[i];
		json_open(b, NULL, '{');
		if (x->subject)
			json_text(b, "subject", x->subject);
		json_text(b, "type", detail_name(x->type));
		json_text(b, "value", x->value);
		json_int(b, "count", (int64_t)x->count);
		json_time(b, "first", x->first);
		json_time(b, "last", x->last);
		json_close(b, '}');
	}
	json_close(b, ']');
	if (d->count > DETAILS_TOLD)
		json_int(b, "details_more", (int64_t)(d->count - DETAILS_TOLD));
}

const char *details_title(const struct told_details *d)
{
	const char *title = NULL;

	for (size_t i = 0; i < d->count; i++) {
		if (d->item[i].type != DETAIL_TITLE)
			continue;
		if (title != NULL && strcmp(title, d->item[i].value) != 0)
			return NULL;
		title = d->item[i].value;
	}
	return title;
}

void details_clear(struct told_details *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->item[i].subject);
		free(d->item[i].value);
	}
	free(d->item);
	*d = (struct told_details){ 0 };
}
