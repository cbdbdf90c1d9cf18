/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "store/state.h"

int store_outbox(struct store *s, const char *sink, int64_t after, struct store_delivery *out, size_t max)
{
	struct db_txn t;
	struct query q;
	int r, n = 0;

	db_begin(&t, s->db, DB_READ);
	query_open(&q, &t, STMT_OUTBOX_NEXT);
	query_text(&q, sink);
	query_int(&q, after);
	query_count(&q, max);
	while (query_row(&q)) {
		out[n].id = query_get_int(&q, 0);
		snprintf(out[n].sink, sizeof(out[n].sink), "%s", query_get_text(&q, 1));
		out[n].payload = xstrdup(query_get_text(&q, 2));
		n++;
	}
	r = state_end(s, &t);
	if (r == 0)
		return n;
	while (n > 0)
		free(out[--n].payload);
	return r;
}

int store_delivered(struct store *s, int64_t id, bool ok, const char *why)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_WRITE);
	query_open(&q, &t, ok ? STMT_OUTBOX_DELIVERED : STMT_OUTBOX_FAILED);
	query_int(&q, id);
	query_int(&q, clock_wall());
	if (!ok)
		query_text(&q, why);
	query_run(&q);
	return state_end(s, &t);
}

int store_outbox_pending(struct store *s, uint64_t *count)
{
	struct db_txn t;
	struct query q;

	db_begin(&t, s->db, DB_READ);
	query_open(&q, &t, STMT_OUTBOX_PENDING);
	*count = (uint64_t)query_one(&q, 0);
	return state_end(s, &t);
}
