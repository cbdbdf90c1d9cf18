/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/census.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/survey.h"

/* Never 0: that is nobody's. */
static uint64_t hash_of(const struct recall *r, const char *group)
{
	uint64_t hash = hash_keyed(&r->group_key, group, strlen(group));
	return hash + (hash == 0);
}

static void learn_one(struct recall *r, const struct sieve *sieve, struct query *q)
{
	int64_t id = query_get_int(q, 0);
	struct recall_face *f = recall_face(r, id);
	const char *name = query_get_text(q, 2);
	enum subject_kind kind;

	if (f == NULL || (size_t)id >= r->groups || !state_kind(q, 1, &kind) || kind != SUBJECT_HOST)
		return;
	if (recall_class(f, sieve, name) == SIEVE_PLAIN)
		r->group[id] = hash_of(r, sieve_group(name));
}

/* Those that are new since the last time. */
static void learn_groups(struct recall *r, struct store *s, struct db_txn *t)
{
	const struct policy_input in = { .conf = s->conf, .data = s->data };
	struct sieve sieve;
	size_t from = r->groups;
	struct query q;

	query_open(&q, t, STMT_SUBJECT_LAST);
	recall_room(r, query_one(&q, 0));
	if (r->faces <= from)
		return;
	if (from == 0)
		hash_key_random(&r->group_key);
	r->groups = r->faces;
	r->group = xrealloc(r->group, r->groups * sizeof(*r->group));
	memset(r->group + from, 0, (r->groups - from) * sizeof(*r->group));
	sieve_init(&sieve, &in);
	query_open(&q, t, STMT_SUBJECTS_FROM);
	query_count(&q, from);
	while (query_row(&q))
		learn_one(r, &sieve, &q);
	sieve_clear(&sieve);
}

static int compare_hashes(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static size_t distinct(uint64_t *hash, size_t n)
{
	size_t count = 0;

	if (n > 1)
		qsort(hash, n, sizeof(*hash), compare_hashes);
	for (size_t i = 0; i < n; i++)
		count += i == 0 || hash[i] != hash[i - 1];
	return count;
}

/* Hosts that nobody judged and somebody saw: the hashes of their groups. */
static size_t stand_aside(const struct recall *r, struct db_txn *t, uint64_t *out)
{
	bool *judged = xcalloc(r->groups + 1, sizeof(*judged));
	size_t n = 0;
	struct query q;

	query_open(&q, t, STMT_MEMBERS_ALL);
	while (query_row(&q))
		if ((uint64_t)query_get_int(&q, 0) < r->groups)
			judged[query_get_int(&q, 0)] = true;
	for (size_t i = 0; i < r->groups; i++)
		if (r->group[i] != 0 && r->face[i].seen && !judged[i])
			out[n++] = r->group[i];
	free(judged);
	return n;
}

int64_t census_count(struct store *s, struct db_txn *t)
{
	struct recall *r = &s->recall;
	uint64_t *hash;
	int64_t n;
	struct query q;

	learn_groups(r, s, t);
	hash = xmalloc((r->groups + 1) * sizeof(*hash));
	n = (int64_t)distinct(hash, stand_aside(r, t, hash));
	free(hash);
	query_open(&q, t, STMT_BYSTANDERS_ALL);
	while (query_row(&q))
		n -= n > 0;
	return n;
}
