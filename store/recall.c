/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/intake.h"
#include "store/state.h"

enum {
	SETTLE_AT = 1024,                    /* answers: fewer are not worth sorting */
	ANSWER_SIZE = 8 + 16,                /* in the database */
	SAVED_MAX = (32 << 20) / ANSWER_SIZE /* answers in the database; with more, nothing is left there */
};

static int64_t number(struct db_txn *t, enum stmt id, int column)
{
	struct query q;
	int64_t n = 0;

	query_open(&q, t, id);
	if (query_row(&q))
		n = query_get_int(&q, column);
	query_close(&q);
	return n;
}

bool recall_holds(const struct store *s, struct db_txn *t)
{
	const struct recall *r = &s->recall;

	return r->generation != 0 && strcmp(r->digest, s->digest) == 0 &&
	       number(t, STMT_JUDGE_STATE, 2) == r->generation && number(t, STMT_SOURCES_UNCOUNTED, 0) == 0;
}

/* Subjects are numbered from 1 without gaps worth speaking of, up to store.subjects. */
void recall_room(struct recall *r, int64_t last)
{
	size_t want = (size_t)last + 1;

	if (last < 0 || want <= r->faces)
		return;
	r->face = xrealloc(r->face, want * sizeof(*r->face));
	memset(r->face + r->faces, 0, (want - r->faces) * sizeof(*r->face));
	r->faces = want;
}

struct recall_face *recall_face(struct recall *r, int64_t subject)
{
	return subject >= 0 && (size_t)subject < r->faces ? &r->face[subject] : NULL;
}

enum sieve_class recall_class(struct recall_face *f, const struct sieve *sieve, const char *host)
{
	if (f->class_known == 0)
		f->class_known = (uint8_t)(1 + sieve_host(sieve, host));
	return (enum sieve_class)(f->class_known - 1);
}

static int compare_answers(const void *left, const void *right)
{
	const struct recall_answer *a = left, *b = right;
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));
	return order != 0 ? order : (a->subject > b->subject) - (a->subject < b->subject);
}

void recall_settle(struct recall *r)
{
	size_t n = 0;

	if (r->answers > 1)
		qsort(r->answer, r->answers, sizeof(*r->answer), compare_answers);
	for (size_t i = 0; i < r->answers; i++)
		if (n == 0 || compare_answers(&r->answer[n - 1], &r->answer[i]) != 0)
			r->answer[n++] = r->answer[i];
	r->answers = r->settled = n;
}

static void answered(struct recall *r, int64_t subject, const uint8_t *addr)
{
	struct recall_answer *a;

	/* the same servers answer day after day */
	if (r->answers >= SETTLE_AT && r->answers >= 2 * r->settled)
		recall_settle(r);
	r->answer = xgrow(r->answer, &r->answer_cap, r->answers + 1, sizeof(*r->answer));
	a = &r->answer[r->answers++];
	a->subject = subject;
	memcpy(a->addr, addr, sizeof(a->addr));
}

void recall_day(struct recall *r, int64_t subject, enum via via, struct rd servers,
		const struct prefix_set *campus)
{
	struct recall_face *f = recall_face(r, subject);
	const uint8_t *one;

	if (f == NULL)
		return;
	f->seen = true;
	/* the servers of a DNS query are resolvers and say nothing */
	if (via == VIA_DNS_QUERY)
		return;
	while ((one = rd_bytes(&servers, INTAKE_SERVER_SIZE)) != NULL)
		if (prefix_set_has(campus, one))
			answered(r, subject, one);
}

void recall_keep(struct store *s, struct db_txn *t, int64_t generation)
{
	struct recall *r = &s->recall;

	if (number(t, STMT_SOURCES_UNCOUNTED, 0) != 0 || t->result != 0) {
		recall_clear(r);
		return;
	}
	r->generation = generation;
	r->aside = -1;
	memcpy(r->digest, s->digest, sizeof(r->digest));
}

/* -- between processes ------------------------------------------------------------------------------ */

static void put_seen(struct wr *w, const struct recall *r)
{
	for (size_t i = 0; i < r->faces; i += 8) {
		unsigned bits = 0;
		for (size_t k = 0; k < 8 && i + k < r->faces; k++)
			bits |= (unsigned)r->face[i + k].seen << k;
		wr_u8(w, (uint8_t)bits);
	}
}

static void put_answers(struct wr *w, const struct recall *r)
{
	for (size_t i = 0; i < r->answers; i++) {
		wr_be64(w, (uint64_t)r->answer[i].subject);
		wr_bytes(w, r->answer[i].addr, sizeof(r->answer[i].addr));
	}
}

static void put(struct db_txn *t, const struct recall *r)
{
	size_t seen = r->faces / 8 + 1, answers = r->answers * ANSWER_SIZE;
	uint8_t *bytes = xmalloc(seen + answers + 1);
	struct wr face = wr_init(bytes, seen), answer = wr_init(bytes + seen, answers);
	struct query q;

	put_seen(&face, r);
	put_answers(&answer, r);
	query_open(&q, t, STMT_RECALL_PUT);
	query_int(&q, r->generation);
	query_text(&q, r->digest);
	query_blob(&q, bytes, wr_len(&face));
	query_blob(&q, bytes + seen, wr_len(&answer));
	query_run(&q);
	free(bytes);
}

void recall_save(struct store *s)
{
	struct recall *r = &s->recall;
	struct db_txn t;

	if (r->generation == 0 || r->saved == r->generation)
		return;
	recall_settle(r);
	db_begin(&t, s->db, DB_WRITE);
	if (r->answers <= SAVED_MAX && recall_holds(s, &t))
		put(&t, r);
	(void)!db_end(&t); /* without it the next process reads all days */
}

static void get_seen(struct recall *r, struct rd bits, int64_t last)
{
	recall_room(r, last);
	for (size_t i = 0; i < r->faces; i += 8) {
		unsigned byte = rd_u8(&bits);
		for (size_t k = 0; k < 8 && i + k < r->faces; k++)
			r->face[i + k].seen = (byte >> k & 1) != 0;
	}
}

static void get_answers(struct recall *r, struct rd bytes)
{
	while (rd_left(&bytes) >= ANSWER_SIZE) {
		int64_t subject = (int64_t)rd_be64(&bytes);
		answered(r, subject, rd_bytes(&bytes, ANSWER_SIZE - 8));
	}
	recall_settle(r);
}

void recall_load(struct store *s, struct db_txn *t)
{
	struct recall *r = &s->recall;
	const void *seen, *answers;
	size_t n, k;
	struct query q;

	query_open(&q, t, STMT_RECALL_GET);
	query_text(&q, s->digest);
	if (query_row(&q)) {
		seen = query_get_blob(&q, 1, &n);
		answers = query_get_blob(&q, 2, &k);
		get_seen(r, rd_init(seen, n), number(t, STMT_SUBJECT_LAST, 0));
		get_answers(r, rd_init(answers, k));
		r->generation = r->saved = query_get_int(&q, 0);
		r->aside = -1;
		memcpy(r->digest, s->digest, sizeof(r->digest));
	}
	query_close(&q);
}

void recall_clear(struct recall *r)
{
	free(r->face);
	free(r->answer);
	free(r->group);
	*r = (struct recall){ 0 };
}
