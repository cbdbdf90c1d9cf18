/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/sweep.h"

#include "db/query.h"

enum { SWEEP_TURNS = 64 }; /* a window of five minutes each: five hours */

static int64_t oldest_day(const struct intake *in)
{
	int64_t day = INT64_MAX;

	for (size_t i = 0; i < in->count; i++)
		day = in->row[i].day < day ? in->row[i].day : day;
	return day;
}

/* What an earlier sweep did not get done makes the turns of this one larger. */
static void begin(struct sweep *sw, struct db_txn *t, int64_t day)
{
	struct query q;

	query_open(&q, t, STMT_RECENT_OVER);
	query_int(&q, day);
	*sw = (struct sweep){ .day = day, .rows = query_one(&q, 0) / SWEEP_TURNS + 1 };
}

static void bind(struct query *q, struct db_txn *t, enum stmt id, const struct sweep *sw)
{
	query_open(q, t, id);
	query_int(q, sw->day);
	query_int(q, sw->from);
}

/* The last subject of a turn. 0: nobody is left. */
static int64_t reach(const struct sweep *sw, struct db_txn *t)
{
	struct query q;

	bind(&q, t, STMT_RECENT_REACH, sw);
	query_int(&q, sw->rows);
	return query_one(&q, 0);
}

static void move(const struct sweep *sw, struct db_txn *t, int64_t last)
{
	static const enum stmt steps[] = { STMT_RECENT_MOVE, STMT_RECENT_DROP };
	struct query q;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		bind(&q, t, steps[i], sw);
		query_int(&q, last);
		query_run(&q);
	}
}

void sweep_run(struct sweep *sw, struct db_txn *t, const struct intake *in)
{
	int64_t last;

	if (in->count == 0)
		return;
	if (oldest_day(in) != sw->day)
		begin(sw, t, oldest_day(in));
	if (sw->from == INT64_MAX)
		return;
	last = reach(sw, t);
	if (last > 0)
		move(sw, t, last);
	sw->from = last > 0 ? last + 1 : INT64_MAX;
}
