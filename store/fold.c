/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/fold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "db/channel.h"
#include "store/detail.h"
#include "store/json.h"

enum column {
	DAY_SUBJECT,
	DAY_KIND,
	DAY_NAME,
	DAY_EPOCH,
	DAY_CHANNELS,
};

struct fold {
	struct query days[2]; /* of observed_day and observed_recent, each by subject and key epoch */
	bool left[2];         /* it stands at a row */
	struct folded out;
	struct sketch now, connected; /* of the epoch being read */
	int64_t epoch;
	bool open, epoch_open;
	fold_fn *fn;
	void *arg;
};

static int compare_days(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void add_day(struct folded *f, int64_t day)
{
	if (f->days > 0 && f->day[f->days - 1] == day)
		return;
	f->day = xgrow(f->day, &f->day_cap, f->days + 1, sizeof(*f->day));
	f->day[f->days++] = day;
}

static void sort_days(struct folded *f)
{
	size_t n = 0;

	if (f->days > 1)
		qsort(f->day, f->days, sizeof(*f->day), compare_days);
	for (size_t i = 0; i < f->days; i++)
		if (n == 0 || f->day[n - 1] != f->day[i])
			f->day[n++] = f->day[i];
	f->days = n;
}

static void close_epoch(struct fold *f)
{
	uint64_t n = f->epoch_open ? sketch_count(&f->now) : 0;

	/* of equals the newest */
	if (f->epoch_open && n >= f->out.client_count) {
		f->out.clients = f->now;
		f->out.connected = f->connected;
		f->out.client_count = n;
		f->out.epoch = f->epoch;
	}
	f->epoch_open = false;
}

static void close_subject(struct fold *f)
{
	close_epoch(f);
	if (!f->open)
		return;
	sort_days(&f->out);
	f->fn(f->arg, &f->out);
	f->open = false;
}

static void copy_name(struct folded *out, const char *name)
{
	size_t n = strnlen(name, sizeof(out->name) - 1);
	memcpy(out->name, name, n);
	out->name[n] = '\0';
}

static bool open_subject(struct fold *f, struct query *q)
{
	struct folded *out = &f->out;

	out->id = query_get_int(q, DAY_SUBJECT);
	copy_name(out, query_get_text(q, DAY_NAME));
	out->count = out->client_count = out->outer = 0;
	out->hides = false;
	memset(out->count_via, 0, sizeof(out->count_via));
	sketch_init(&out->clients);
	sketch_init(&out->connected);
	out->epoch = 0;
	out->days = 0;
	out->first = out->outer_first = INT64_MAX;
	out->last = out->outer_last = INT64_MIN;
	f->open = true;
	return state_kind(q, DAY_KIND, &out->kind);
}

static bool is_connection(enum via v) { return v == VIA_HTTP || v == VIA_TLS || v == VIA_QUIC; }

static bool add_sketch(struct fold *f, int64_t epoch, const struct channel *c)
{
	struct rd r = rd_init(c->sketch, c->sketch_size);
	struct sketch row;

	if (!sketch_get(&r, &row))
		return false;
	if (!f->epoch_open || f->epoch != epoch) {
		close_epoch(f);
		f->now = row;
		sketch_init(&f->connected);
		f->epoch = epoch;
		f->epoch_open = true;
	} else {
		sketch_merge(&f->now, &row);
	}
	if (is_connection((enum via)c->via))
		sketch_merge(&f->connected, &row);
	return true;
}

static void widen(int64_t *first, int64_t *last, const struct channel *c)
{
	*first = c->first < *first ? c->first : *first;
	*last = c->last > *last ? c->last : *last;
}

/* What the details say of its messages; returns those that are visits. A sensor of before told clients for
 * the others too: of a channel that has no visits none is taken. */
static uint64_t add_details(struct folded *out, const struct channel *c)
{
	struct rd details = rd_init(c->details, c->details_size);
	uint64_t outer = is_connection((enum via)c->via) ? detail_outer(details, c->count) : 0;

	out->outer += outer;
	out->hides |= c->via == VIA_DNS_ANSWER && detail_hides(details);
	if (outer > 0 && outer == c->count)
		widen(&out->outer_first, &out->outer_last, c);
	return c->count - outer;
}

static bool add_channel(struct fold *f, int64_t epoch, const struct channel *c)
{
	struct folded *out = &f->out;
	uint64_t visits;

	if (c->via >= VIA_COUNT)
		return false;
	visits = add_details(out, c);
	if (visits == 0)
		return true;
	if (!add_sketch(f, epoch, c))
		return false;
	out->count += visits;
	out->count_via[c->via] += visits;
	widen(&out->first, &out->last, c);
	add_day(out, text_beijing_day(c->first));
	add_day(out, text_beijing_day(c->last)); /* a window may cross midnight */
	return true;
}

static bool add_row(struct fold *f, struct query *q)
{
	int64_t epoch = query_get_int(q, DAY_EPOCH);
	struct channel c;
	size_t n;
	const void *channels = query_get_blob(q, DAY_CHANNELS, &n);
	struct rd list = rd_init(channels, n);

	while (channel_next(&list, &c))
		if (!add_channel(f, epoch, &c))
			return false;
	return rd_ok(&list);
}

/* The row that is next of both: NULL when there is none. */
static struct query *next_row(struct fold *f)
{
	struct query *a = &f->days[0], *b = &f->days[1];
	int64_t ahead;

	if (!f->left[0] || !f->left[1])
		return f->left[0] ? a : f->left[1] ? b : NULL;
	ahead = query_get_int(a, DAY_SUBJECT) - query_get_int(b, DAY_SUBJECT);
	if (ahead == 0)
		ahead = query_get_int(a, DAY_EPOCH) - query_get_int(b, DAY_EPOCH);
	return ahead <= 0 ? a : b;
}

static bool take_row(struct fold *f, struct query *q)
{
	bool sound = true;

	if (!f->open || f->out.id != query_get_int(q, DAY_SUBJECT)) {
		close_subject(f);
		sound = open_subject(f, q);
	}
	sound = sound && add_row(f, q);
	f->left[q - f->days] = query_row(q);
	return sound;
}

static void fold_rows(struct fold *f)
{
	struct db_txn *t = f->days[0].txn;
	struct query *q;
	bool sound = true;

	for (int i = 0; i < 2; i++)
		f->left[i] = query_row(&f->days[i]);
	while (sound && (q = next_row(f)) != NULL)
		sound = take_row(f, q);
	if (!sound)
		db_fail(t, -EUCLEAN, "数据库已损坏(观测对象 %lld),请用备份恢复", (long long)f->out.id);
	for (int i = 0; i < 2; i++)
		query_close(&f->days[i]);
	if (t->result == 0)
		close_subject(f);
	free(f->out.day);
	free(f);
}

static struct fold *open_fold(struct db_txn *t, enum stmt settled, enum stmt recent, fold_fn *fn, void *arg)
{
	struct fold *f = xcalloc(1, sizeof(*f));

	f->fn = fn;
	f->arg = arg;
	query_open(&f->days[0], t, settled);
	query_open(&f->days[1], t, recent);
	return f;
}

void fold_all(struct db_txn *t, fold_fn *fn, void *arg)
{
	fold_rows(open_fold(t, STMT_DAYS_ALL, STMT_RECENT_ALL, fn, arg));
}

void fold_one(struct db_txn *t, int64_t subject, fold_fn *fn, void *arg)
{
	struct fold *f = open_fold(t, STMT_DAYS_OF, STMT_RECENT_OF, fn, arg);

	for (int i = 0; i < 2; i++)
		query_int(&f->days[i], subject);
	fold_rows(f);
}

void fold_some(struct db_txn *t, const struct feed *subjects, fold_fn *fn, void *arg)
{
	struct fold *f = open_fold(t, STMT_DAYS_FED, STMT_RECENT_FED, fn, arg);

	for (int i = 0; i < 2; i++)
		query_feed(&f->days[i], subjects);
	fold_rows(f);
}

void fold_json(struct buf *b, const struct folded *f)
{
	bool used = f->days > 0;

	json_int(b, "count", (int64_t)f->count);
	json_people(b, "clients", (int64_t)f->client_count);
	json_int(b, "days", (int64_t)f->days);
	json_time(b, "first", used ? f->first : f->outer_first);
	json_time(b, "last", used ? f->last : f->outer_last);
	json_open(b, "via", '{');
	for (int v = 0; v < VIA_COUNT; v++)
		if (f->count_via[v] > 0)
			json_int(b, via_name((enum via)v), (int64_t)f->count_via[v]);
	json_close(b, '}');
	if (f->outer > 0)
		json_int(b, "ech_outer", (int64_t)f->outer);
}
