/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of observations -> the observed_ tables. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "store/state.h"

enum {
	SKETCH_BYTES = 8 + SKETCH_REGISTERS, /* most that sketch_put() writes, with room */
	SERVERS_PER_SUBJECT = 64, /* kept per subject and channel: enough to see where it is hosted */
	LINKS_PER_SUBJECT = 1024, /* kept per subject and source */
};

_Static_assert(SKETCH_BYTES >= 8 + SKETCH_EXACT * 8, "exact hashes fit too");

/* Where a batch goes. */
struct target {
	struct db_txn *txn;
	int64_t source;
	bool live;
	uint32_t room;    /* most subjects in the database */
	uint64_t refused; /* subjects and links that found no room */
	uint64_t messages;
	int64_t first, last;
};

static bool has_room(const struct target *to)
{
	struct query q;

	query_open(&q, to->txn, STMT_SUBJECT_ROOM);
	query_int(&q, to->room);
	return query_one(&q, 0) != 0;
}

/* The row of a subject, made when it is new; 0 when the database holds as many as it may. */
static int64_t subject_id(struct target *to, enum subject_kind kind, const char *name)
{
	struct query q;
	int64_t id;

	query_open(&q, to->txn, STMT_SUBJECT_FIND);
	query_text(&q, subject_kind_name(kind));
	query_text(&q, name);
	id = query_one(&q, 0);
	if (id != 0 || to->txn->result != 0)
		return id;
	if (!has_room(to)) {
		to->refused++;
		return 0;
	}
	query_open(&q, to->txn, STMT_SUBJECT_ADD);
	query_text(&q, subject_kind_name(kind));
	query_text(&q, name);
	query_run(&q);
	return query_new_id(&q);
}

/* The key in use when the window began: sensors take a new one from the next window on. */
static int64_t key_epoch(const struct store *s, const struct target *to, const struct observation *o)
{
	int64_t window = (int64_t)s->conf->sensor.window * 1000000;
	int64_t start = window > 0 ? o->from - o->from % window : o->from;

	if (!to->live)
		return 0;
	return start < s->epoch_since ? s->epoch - 1 : s->epoch;
}

static void bind_day(struct query *q, int64_t subject, int64_t epoch, const struct observation *o,
		     int64_t source)
{
	query_int(q, subject);
	query_int(q, epoch);
	query_text(q, via_name(o->via));
	query_int(q, text_beijing_day(o->from));
	query_int(q, source);
}

/* Merges what the day's row already holds into `clients`. Returns the row's id, 0: no row yet. */
static int64_t day_find(struct target *to, int64_t subject, int64_t epoch, const struct observation *o,
			struct sketch *clients)
{
	struct sketch old;
	struct query q;
	struct rd r;
	const void *bytes;
	size_t n;
	int64_t id = 0;

	query_open(&q, to->txn, STMT_DAY_FIND);
	bind_day(&q, subject, epoch, o, to->source);
	if (query_row(&q)) {
		id = query_get_int(&q, 0);
		bytes = query_get_blob(&q, 1, &n);
		r = rd_init(bytes, n);
		if (sketch_get(&r, &old))
			sketch_merge(clients, &old);
		else
			db_fail(to->txn, -EUCLEAN, "数据库已损坏(observed_day %lld),请用备份恢复",
				(long long)id);
	}
	query_close(&q);
	return id;
}

static void day_put(struct target *to, int64_t subject, int64_t epoch, const struct observation *o)
{
	uint8_t bytes[SKETCH_BYTES];
	struct sketch clients = o->clients;
	int64_t id = day_find(to, subject, epoch, o, &clients);
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct query q;

	sketch_put(&w, &clients);
	query_open(&q, to->txn, id ? STMT_DAY_FOLD : STMT_DAY_ADD);
	query_int(&q, o->from);
	query_int(&q, o->to);
	query_count(&q, o->count);
	query_blob(&q, bytes, wr_len(&w));
	if (id)
		query_int(&q, id);
	else
		bind_day(&q, subject, epoch, o, to->source);
	query_run(&q);
}

static void servers_put(struct target *to, int64_t subject, const struct observation *o)
{
	struct query q;

	for (uint8_t i = 0; i < o->server_count && i < RECORD_SERVERS_MAX; i++) {
		query_open(&q, to->txn, STMT_SERVER_ADD);
		query_int(&q, subject);
		query_text(&q, via_name(o->via));
		query_blob(&q, o->servers[i].addr, sizeof(o->servers[i].addr));
		query_int(&q, o->servers[i].port);
		query_int(&q, to->source);
		query_int(&q, SERVERS_PER_SUBJECT);
		query_run(&q);
	}
}

static void links_put(struct target *to, int64_t subject, const struct observation *o)
{
	struct query q;
	int64_t other;

	for (uint8_t i = 0; i < o->link_count && i < RECORD_LINKS_MAX; i++) {
		other = subject_id(to, o->links[i].kind, o->links[i].name);
		if (other == 0)
			continue;
		query_open(&q, to->txn, STMT_LINK_ADD);
		query_int(&q, subject);
		query_int(&q, other);
		query_int(&q, to->source);
		query_count(&q, o->links[i].count);
		query_int(&q, LINKS_PER_SUBJECT);
		query_run(&q);
	}
}

static void put(struct store *s, struct target *to, const struct observation *o)
{
	int64_t subject = subject_id(to, o->kind, o->name);

	if (o->from < to->first)
		to->first = o->from;
	if (o->to > to->last)
		to->last = o->to;
	if (subject == 0)
		return;
	day_put(to, subject, key_epoch(s, to, o), o);
	servers_put(to, subject, o);
	links_put(to, subject, o);
	to->messages += o->count;
}

/* Is this the next batch of a running source? False: nothing to do, or the transaction failed. */
static bool check(struct target *to, uint64_t seq)
{
	struct query q;
	uint64_t last = 0;
	bool known, running;

	query_open(&q, to->txn, STMT_SOURCE_FIND);
	query_int(&q, to->source);
	known = query_row(&q);
	running = known && strcmp(query_get_text(&q, 0), "running") == 0;
	if (known) {
		last = (uint64_t)query_get_int(&q, 1);
		to->live = query_get_text(&q, 2) == NULL;
	}
	query_close(&q);
	if (!running)
		db_fail(to->txn, known ? -EALREADY : -ENOENT, "观测来源 %lld %s,不再接收",
			(long long)to->source, known ? "已结束" : "不存在");
	else if (seq > last + 1 && !to->live) /* a capture counts whole or not at all */
		db_fail(to->txn, -EPROTO, "观测来源 %lld 缺第 %llu 批", (long long)to->source,
			(unsigned long long)last + 1);
	return to->txn->result == 0 && seq > last;
}

static void note_refused(struct target *to)
{
	struct query q;

	if (to->refused == 0)
		return;
	query_open(&q, to->txn, STMT_COUNTER_ADD);
	query_int(&q, to->source);
	query_text(&q, "subjects-refused");
	query_count(&q, to->refused);
	query_run(&q);
}

static void note_progress(struct target *to, uint64_t seq, size_t n)
{
	struct query q;

	query_open(&q, to->txn, STMT_SOURCE_PROGRESS);
	query_int(&q, to->source);
	query_count(&q, seq);
	query_count(&q, n);
	query_count(&q, to->messages);
	query_int(&q, to->first);
	query_int(&q, to->last);
	query_run(&q);
	note_refused(to);
	if (to->live)
		judge_mark(to->txn);
}

int store_batch(struct store *s, int64_t source, uint64_t seq, const struct observation *o, size_t n)
{
	struct db_txn t;
	struct target to = { .txn = &t,
			     .source = source,
			     .room = s->conf->store.subjects,
			     .first = INT64_MAX,
			     .last = INT64_MIN };

	db_begin(&t, s->db, DB_WRITE);
	if (check(&to, seq)) {
		for (size_t i = 0; i < n && t.result == 0; i++)
			put(s, &to, &o[i]);
		note_progress(&to, seq, n);
	}
	return state_end(s, &t);
}
