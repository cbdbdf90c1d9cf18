/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs policy/ over the database and writes what changed: apps, members, matches, notes, findings. An app of
 * bystanders is not judged and has no row: bystander.h works it out when somebody asks. One that had a row
 * before keeps it, for its id: digest 0, no members, no steps. Besides survey.h and load.h a judgement holds
 * some 100 bytes a row of app_app and the explanations of the apps that it judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "policy/index.h"
#include "store/plan.h"
#include "store/verdict.h"

static const char bystander_kind[] = "host:";

/* An app that an earlier judgement wrote. */
struct known {
	const char *key;
	int64_t id, digest; /* 0: bystanders */
	bool gone;
};

struct judging {
	struct store *store;
	struct db_txn *txn;
	struct load load;
	struct judgement judgement;
	struct verdict *verdict; /* one per app, same order */
	struct known *known;     /* sorted by key */
	size_t known_count, known_cap;
	struct shelf shelf;
	int64_t generation;
};

void judge_mark(struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_JUDGE_MARK);
	query_run(&q);
}

/* Did anything change since the last judgement? */
static bool is_due(struct store *s, struct db_txn *t, int64_t *generation)
{
	struct query q;
	bool due = true;

	*generation = 1;
	query_open(&q, t, STMT_JUDGE_STATE);
	if (query_row(&q)) {
		due = query_get_int(&q, 0) != 0 || strcmp(query_get_text(&q, 1), s->digest) != 0;
		*generation = query_get_int(&q, 2) + 1;
	}
	query_close(&q);
	return due && t->result == 0;
}

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left, *b = right;
	return strcmp(a->key, b->key);
}

static void read_known(struct judging *j)
{
	struct query q;
	struct known *k;

	query_open(&q, j->txn, STMT_APPS_KNOWN);
	while (query_row(&q)) {
		j->known = xgrow(j->known, &j->known_cap, j->known_count + 1, sizeof(*j->known));
		k = &j->known[j->known_count++];
		k->key = shelf_text(&j->shelf, query_get_text(&q, 0));
		k->id = query_get_int(&q, 1);
		k->digest = query_get_int(&q, 2);
		k->gone = query_get_int(&q, 3) != 0;
	}
	if (j->known_count > 1)
		qsort(j->known, j->known_count, sizeof(*j->known), compare_known);
}

static void run_on(struct db_txn *t, enum stmt id, int64_t app)
{
	struct query q;

	query_open(&q, t, id);
	query_int(&q, app);
	query_run(&q);
}

/* Members first go from every app that changes, so that a subject can move from one to the other. */
static void strip(struct judging *j, int64_t app)
{
	run_on(j->txn, STMT_APP_DROP_MEMBERS, app);
	run_on(j->txn, STMT_APP_DROP_MATCHES, app);
}

static void meet(struct judging *j, struct verdict *v, const struct known *k)
{
	v->id = k->id;
	v->changed = k->gone || k->digest != v->digest;
	if (v->changed)
		strip(j, k->id);
}

static void retire(struct judging *j, const struct known *k)
{
	if (k->gone)
		return;
	strip(j, k->id);
	run_on(j->txn, STMT_APP_GONE, k->id);
}

static void bystand(struct judging *j, const struct known *k)
{
	if (k->digest == 0 && !k->gone)
		return;
	strip(j, k->id);
	run_on(j->txn, STMT_APP_BYSTANDS, k->id);
}

/* Known rows without an app: of bystanders, or of nobody any more. */
static void part(struct judging *j, struct known *const *left, size_t count)
{
	bool *stands = xcalloc(count, sizeof(*stands));
	struct index groups = survey_index();

	for (size_t i = 0; i < count; i++)
		if (strncmp(left[i]->key, bystander_kind, sizeof(bystander_kind) - 1) == 0)
			index_add(&groups, left[i]->key + sizeof(bystander_kind) - 1, i);
	index_sort(&groups);
	survey_standing(&j->load.survey, &groups, stands);
	for (size_t i = 0; i < count; i++)
		(stands[i] ? bystand : retire)(j, left[i]);
	index_clear(&groups);
	free(stands);
}

/* Who is new, who stays and who is gone: both are sorted by key. */
static void compare_all(struct judging *j)
{
	struct known **left = xmalloc((j->known_count + 1) * sizeof(*left));
	size_t count = 0, i = 0;

	for (size_t k = 0; k < j->known_count; k++) {
		struct known *known = &j->known[k];
		while (i < j->judgement.count && strcmp(j->verdict[i].app->key, known->key) < 0)
			i++;
		if (i < j->judgement.count && strcmp(j->verdict[i].app->key, known->key) == 0)
			meet(j, &j->verdict[i], known);
		else
			left[count++] = known;
	}
	part(j, left, count);
	free(left);
}

static void write_app(struct judging *j, struct verdict *v)
{
	const struct app *a = v->app;
	struct buf steps = { 0 };
	struct query q;

	verdict_steps(&steps, a);
	query_open(&q, j->txn, v->id ? STMT_APP_CHANGE : STMT_APP_ADD);
	query_text(&q, a->key);
	query_text(&q, a->name);
	query_text(&q, app_status_name(a->status));
	query_real(&q, a->score);
	query_text(&q, a->unit);
	query_count(&q, a->clients);
	query_count(&q, a->days);
	query_count(&q, a->count);
	query_int(&q, a->first);
	query_int(&q, a->last);
	query_text(&q, steps.p);
	query_int(&q, v->digest);
	query_run(&q);
	if (v->id == 0)
		v->id = query_new_id(&q);
	buf_clear(&steps);
}

static void write_members(struct judging *j, const struct verdict *v)
{
	struct query q;

	for (size_t i = 0; i < v->app->member_count; i++) {
		const struct app_member *m = &v->app->member[i];
		query_open(&q, j->txn, STMT_MEMBER_ADD);
		query_int(&q, j->load.in.subject[m->subject].id);
		query_int(&q, v->id);
		query_text(&q, tie_name(m->tie));
		query_run(&q);
	}
}

static void write_matches(struct judging *j, const struct verdict *v)
{
	struct query q;
	struct buf keys = { 0 };

	for (size_t i = 0; i < v->app->match_count; i++) {
		const struct app_match *m = &v->app->match[i];
		buf_reset(&keys);
		verdict_keys(&keys, NULL, m);
		query_open(&q, j->txn, STMT_MATCH_ADD);
		query_int(&q, v->id);
		query_count(&q, i);
		query_int(&q, j->load.in.filing[m->filing].id);
		query_text(&q, match_grade_name(m->grade));
		query_text(&q, keys.p);
		query_real(&q, m->score);
		query_run(&q);
	}
	buf_clear(&keys);
}

static void write_judged(struct judging *j, struct verdict *v)
{
	if (v->id != 0 && !v->changed)
		return;
	v->changed = true;
	write_app(j, v);
	write_members(j, v);
	write_matches(j, v);
}

static void write_notes(struct judging *j)
{
	struct query q;

	query_open(&q, j->txn, STMT_NOTES_DROP);
	query_run(&q);
	for (size_t i = 0; i < j->judgement.subject_count && j->txn->result == 0; i++) {
		if (j->judgement.subject_note[i] == NULL)
			continue;
		query_open(&q, j->txn, STMT_NOTE_ADD);
		query_int(&q, j->load.in.subject[i].id);
		query_text(&q, j->judgement.subject_note[i]);
		query_run(&q);
	}
}

static void write_state(struct judging *j)
{
	struct query q;

	query_open(&q, j->txn, STMT_JUDGE_DONE);
	query_text(&q, j->store->digest);
	query_int(&q, j->generation);
	query_int(&q, clock_wall());
	query_run(&q);
}

static void write_all(struct judging *j)
{
	struct buf digested = { 0 };

	j->verdict = xcalloc(j->judgement.count, sizeof(*j->verdict));
	for (size_t i = 0; i < j->judgement.count; i++) {
		j->verdict[i].app = &j->judgement.app[i];
		verdict_digest(&j->verdict[i], &j->load, &digested);
	}
	buf_clear(&digested);
	read_known(j);
	compare_all(j);
	/* new ids are given in the order of keys: the same observations get the same ids */
	for (size_t i = 0; i < j->judgement.count && j->txn->result == 0; i++)
		write_judged(j, &j->verdict[i]);
	write_notes(j);
	raise_findings(j->store, j->txn, &j->load, j->verdict, j->judgement.count, j->generation);
	write_state(j);
	shelf_clear(&j->shelf);
	free(j->verdict);
	free(j->known);
}

static void judge_due(struct store *s, struct db_txn *t)
{
	struct judging j = { .store = s, .txn = t };

	if (t->result < 0 || !is_due(s, t, &j.generation))
		return;
	if (!recall_holds(s, t))
		recall_clear(&s->recall);
	load_input(&j.load, s, t);
	if (t->result == 0) {
		policy_judge(&j.load.in, &j.judgement);
		write_all(&j);
		judgement_clear(&j.judgement);
	}
	recall_keep(s, t, j.generation);
	load_clear(&j.load);
}

void judge_run(struct store *s, struct db_txn *t)
{
	judge_due(s, t);
	plan_run(s, t);
}
