/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/state.h"

/* Subjects are numbered from 1 without gaps worth speaking of, up to store.subjects. */
enum { TOUCHES_MAX = 1 << 20 };

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

void recall_answered(struct recall *r, int64_t subject, const uint8_t addr[16])
{
	r->answer = xgrow(r->answer, &r->answer_cap, r->answers + 1, sizeof(*r->answer));
	r->answer[r->answers].subject = subject;
	memcpy(r->answer[r->answers++].addr, addr, sizeof(r->answer->addr));
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
	r->answers = n;
}

void recall_touch(struct recall *r, int64_t subject)
{
	if (r->generation == 0 || subject <= 0)
		return;
	if (r->touches == TOUCHES_MAX) { /* reading everything costs less than keeping more */
		recall_clear(r);
		return;
	}
	r->touched = xgrow(r->touched, &r->touch_cap, r->touches + 1, sizeof(*r->touched));
	r->touched[r->touches++] = subject;
}

void recall_keep(struct store *s, struct db_txn *t, int64_t generation)
{
	struct recall *r = &s->recall;

	if (number(t, STMT_SOURCES_UNCOUNTED, 0) != 0 || t->result != 0) {
		recall_clear(r);
		return;
	}
	r->generation = generation;
	r->touches = 0;
	memcpy(r->digest, s->digest, sizeof(r->digest));
}

void recall_clear(struct recall *r)
{
	free(r->face);
	free(r->answer);
	free(r->touched);
	*r = (struct recall){ 0 };
}
