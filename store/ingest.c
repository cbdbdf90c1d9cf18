/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of observations -> memory -> the observed_ tables. */
#include "store/ingest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/sieve.h"
#include "store/decoy.h"
#include "store/sweep.h"
#include "store/write.h"

/* A capture whose observations take more memory is written in several transactions. */
enum { INTAKE_MAX = 64 << 20 };

/* -- sources that are open ------------------------------------------------------------------------- */

static void free_at(struct running **at)
{
	struct running *r = *at;

	*at = r->next;
	intake_clear(&r->in);
	free(r);
}

void running_free(struct store *s, int64_t source)
{
	for (struct running **at = &s->running; *at; at = &(*at)->next) {
		if ((*at)->source == source) {
			free_at(at);
			return;
		}
	}
}

void running_clear(struct store *s)
{
	while (s->running)
		free_at(&s->running);
}

static void forget_waiting(struct running *r)
{
	intake_clear(&r->in);
	r->observations = 0;
	r->own_names = 0;
	r->counters = 0;
	r->first = INT64_MAX;
	r->last = INT64_MIN;
}

struct running *running_new(struct store *s, int64_t source, bool live, uint64_t seq)
{
	struct running *r = xcalloc(1, sizeof(*r));

	r->source = source;
	r->live = live;
	r->seq = seq;
	r->fresh = seq == 0;
	forget_waiting(r);
	r->next = s->running;
	s->running = r;
	return r;
}

struct running *running_find(const struct store *s, int64_t source)
{
	struct running *r = s->running;

	while (r && r->source != source)
		r = r->next;
	return r;
}

/* One that is open here, or a live run that was open when the database was closed. */
static int running_of(struct store *s, int64_t source, struct running **out)
{
	struct db_txn t;
	struct query q;
	bool known, open;

	*out = running_find(s, source);
	if (*out)
		return 0;
	db_begin(&t, s->db, DB_READ);
	query_open(&q, &t, STMT_SOURCE_FIND);
	query_int(&q, source);
	known = query_row(&q);
	open = known && strcmp(query_get_text(&q, 0), "running") == 0 && query_get_int(&q, 2) == 0;
	if (open)
		*out = running_new(s, source, true, (uint64_t)query_get_int(&q, 1));
	query_close(&q);
	if (!open)
		db_fail(&t, known ? -EALREADY : -ENOENT, "观测来源 %lld %s,不再接收", (long long)source,
			known ? "已结束" : "不存在");
	return state_end(s, &t);
}

/* -- batches --------------------------------------------------------------------------------------- */

/* The key in use when the window began: sensors take a new one from the next window on. */
static int64_t key_epoch(const struct store *s, const struct running *r, const struct observation *o)
{
	int64_t window = (int64_t)s->conf->sensor.window * 1000000;
	int64_t start = window > 0 ? o->from - o->from % window : o->from;

	if (!r->live)
		return 0;
	return start < s->epoch_since ? s->epoch - 1 : s->epoch;
}

static void add(struct store *s, struct running *r, const struct observation *o)
{
	if (o->kind == SUBJECT_HOST && decoy_is_ours(s, o->name, o->from, o->to)) {
		r->own_names++;
		return;
	}
	if (o->from < r->first)
		r->first = o->from;
	if (o->to > r->last)
		r->last = o->to;
	r->observations++;
	intake_add(&r->in, o, key_epoch(s, r, o));
}

/* 1: the next batch of a running source; 0: one that was taken before. */
static int open_batch(struct store *s, int64_t source, uint64_t seq, struct running **out)
{
	int result = running_of(s, source, out);

	if (result < 0)
		return result;
	if (seq <= (*out)->seq)
		return 0;
	if (seq == (*out)->seq + 1 || (*out)->live)
		return 1;
	/* a capture counts whole or not at all */
	snprintf(s->error, sizeof(s->error), "观测来源 %lld 缺第 %llu 批", (long long)source,
		 (unsigned long long)(*out)->seq + 1);
	return -EPROTO;
}

static int close_batch(struct store *s, struct running *r, uint64_t seq)
{
	r->seq = seq;
	return !r->live && r->in.bytes > INTAKE_MAX ? store_flush(s, r->source) : 0;
}

int store_batch(struct store *s, int64_t source, uint64_t seq, const struct observation *o, size_t n)
{
	struct running *r;
	int result = open_batch(s, source, seq, &r);

	if (result <= 0)
		return result;
	for (size_t i = 0; i < n; i++)
		add(s, r, &o[i]);
	result = close_batch(s, r, seq);
	return result == 0 && r->live ? store_flush(s, source) : result;
}

int store_take(struct store *s, int64_t source, uint64_t seq, struct rd *batch, size_t n)
{
	struct observation *o = &s->at_hand;
	struct running *r;
	struct intake mark;
	uint64_t observations, own_names;
	int result = open_batch(s, source, seq, &r);

	if (result <= 0)
		return result;
	mark = r->in;
	observations = r->observations;
	own_names = r->own_names;
	while (n > 0 && observation_get(batch, o)) {
		add(s, r, o);
		n--;
	}
	if (n == 0 && rd_done(batch))
		return close_batch(s, r, seq);
	intake_cut(&r->in, &mark);
	r->observations = observations;
	r->own_names = own_names;
	snprintf(s->error, sizeof(s->error), "观测来源 %lld 的报文格式不对", (long long)source);
	return -EBADMSG;
}

size_t store_waiting(const struct store *s, int64_t source)
{
	const struct running *r = running_find(s, source);
	return r ? r->in.bytes : 0;
}

/* -- to the database ------------------------------------------------------------------------------- */

static void write_counter(struct db_txn *t, enum stmt id, int64_t source, const struct store_counter *c)
{
	struct query q;

	query_open(&q, t, id);
	query_int(&q, source);
	query_text(&q, c->name);
	query_count(&q, c->value);
	query_run(&q);
}

/* What was not taken here, on top of what the sensor tells. */
static void write_refused(struct db_txn *t, const struct running *r, const struct write_job *j)
{
	const struct store_counter refused[] = {
		{ "subjects-refused", j->refused }, { "servers-full", r->in.servers_refused },
		{ "links-full", j->links_more },    { "details-full", r->in.details_refused },
		{ "own-names", r->own_names },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (refused[i].value > 0)
			write_counter(t, STMT_COUNTER_ADD, r->source, &refused[i]);
}

static void write_progress(struct db_txn *t, const struct running *r, const struct write_job *j)
{
	struct query q;

	query_open(&q, t, STMT_SOURCE_PROGRESS);
	query_int(&q, r->source);
	query_count(&q, r->seq);
	query_count(&q, r->observations);
	query_count(&q, j->messages);
	query_int(&q, r->first);
	query_int(&q, r->last);
	query_int(&q, j->days);
	query_int(&q, j->servers);
	query_int(&q, j->links);
	query_run(&q);
}

/* What was just written needs no reading back before the next judgement. */
static void learn(struct store *s, const struct intake *in)
{
	struct prefix_set *campus;
	int64_t last = 0;

	if (s->recall.generation == 0) /* all days are going to be read */
		return;
	campus = prefix_set_new(&s->conf->campus.prefixes);
	for (size_t i = 0; i < in->count; i++)
		last = in->row[i].subject > last ? in->row[i].subject : last;
	recall_room(&s->recall, last);
	for (size_t i = 0; i < in->count; i++) {
		const struct intake_row *row = &in->row[i];
		if (!intake_is_visited(row))
			continue;
		recall_day(&s->recall, row->subject, (enum via)row->via,
			   rd_init(row->servers, (size_t)row->server_count * INTAKE_SERVER_SIZE), campus);
	}
	prefix_set_free(campus);
}

/* Asked only when the database is nearly full, so the sieve is made then. */
struct reserve {
	struct store *store;
	struct sieve sieve;
	bool made;
};

static bool matters(void *arg, enum subject_kind kind, const char *name)
{
	struct reserve *r = arg;
	const struct policy_input in = { .conf = r->store->conf, .data = r->store->data };

	if (!r->made)
		sieve_init(&r->sieve, &in);
	r->made = true;
	return kind != SUBJECT_HOST || sieve_host(&r->sieve, name) != SIEVE_PLAIN;
}

void running_write(struct store *s, struct db_txn *t, struct running *r)
{
	struct reserve reserve = { .store = s };
	struct write_job job = { .source = r->source,
				 .live = r->live,
				 .fresh = r->fresh,
				 .subjects = s->conf->store.subjects,
				 .matters = matters,
				 .arg = &reserve,
				 .in = &r->in };

	write_intake(t, &job);
	if (t->result == 0)
		learn(s, &r->in);
	if (r->live)
		sweep_run(&s->sweep, t, &r->in);
	write_progress(t, r, &job);
	for (size_t i = 0; i < r->counters; i++)
		write_counter(t, STMT_COUNTER_SET, r->source, &r->counter[i]);
	write_refused(t, r, &job);
	if (r->live && r->observations > 0)
		judge_mark(t);
	if (reserve.made)
		sieve_clear(&reserve.sieve);
}

int store_flush(struct store *s, int64_t source)
{
	struct running *r = running_find(s, source);
	struct db_txn t;
	int result;

	if (r == NULL || (r->observations == 0 && r->counters == 0 && r->own_names == 0))
		return 0;
	db_begin(&t, s->db, DB_WRITE);
	running_write(s, &t, r);
	result = state_end(s, &t);
	if (result < 0) { /* what waited is folded by half: the database alone knows the source now */
		recall_clear(&s->recall);
		s->sweep = (struct sweep){ 0 };
		running_free(s, source);
		return result;
	}
	r->fresh = r->fresh && r->observations == 0;
	forget_waiting(r);
	return 0;
}

static void keep_counter(struct running *r, const struct store_counter *c)
{
	size_t i = 0;

	while (i < r->counters && strcmp(r->counter[i].name, c->name) != 0)
		i++;
	if (i == STORE_COUNTERS_MAX)
		return;
	r->counter[i] = *c;
	if (i == r->counters)
		r->counters++;
}

int store_counters(struct store *s, int64_t source, const struct store_counter *c, size_t n)
{
	struct running *r;
	int result = running_of(s, source, &r);

	if (result < 0)
		return result;
	for (size_t i = 0; i < n; i++)
		keep_counter(r, &c[i]);
	return r->live ? store_flush(s, source) : 0;
}
