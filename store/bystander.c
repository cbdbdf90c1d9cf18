/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/bystander.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/census.h"

enum { GROUPS_AT_ONCE = 100 };

/* "host:example.com" -> its group. */
static const char *group_of(const char *key)
{
	const char *colon = strchr(key, ':');
	return colon ? colon + 1 : key;
}

static void judge_groups(struct bystanders *b, struct store *s, struct db_txn *t, size_t from, size_t to)
{
	const struct survey *sv = &b->survey;

	judgement_clear(&b->judgement);
	load_clear(&b->load);
	load_init(&b->load, s, t);
	for (size_t g = from; g < to; g++)
		for (size_t i = 0; i < sv->bystander[g].count && t->result == 0; i++)
			load_face(&b->load, t, &sv->face[sv->seat[sv->bystander[g].first + i].face]);
	load_ready(&b->load);
	if (t->result == 0)
		policy_judge(&b->load.in, &b->judgement);
}

/* The seats of the group become those of the app's members, by name. */
static void keep(struct bystanders *b, size_t group, const struct app *a)
{
	const struct survey_group *g = &b->survey.bystander[group];
	struct bystander *total = &b->total[group];

	*total = (struct bystander){ .id = total->id,
				     .clients = a->clients,
				     .days = a->days,
				     .count = a->count,
				     .first = a->first,
				     .last = a->last };
	for (size_t i = 0; i < a->member_count && total->members < g->count; i++) {
		int64_t id = b->load.in.subject[a->member[i].subject].id;
		const struct face *f = survey_face(&b->survey, id);
		b->survey.seat[g->first + total->members++].face = (size_t)(f - b->survey.face);
		if (total->id == 0 || (total->id < 0 && total->id < -id))
			total->id = -id;
	}
}

static size_t find_group(const struct survey *sv, const char *name)
{
	size_t low = 0, high = sv->bystanders;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(sv->bystander[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sv->bystanders && strcmp(sv->bystander[low].name, name) == 0 ? low : SIZE_MAX;
}

/* Rows that stand for one. */
static void read_ids(struct bystanders *b, struct db_txn *t)
{
	struct query q;

	query_open(&q, t, STMT_BYSTANDERS_ALL);
	while (query_row(&q)) {
		size_t group = find_group(&b->survey, group_of(query_get_text(&q, 0)));
		if (group != SIZE_MAX)
			b->total[group].id = query_get_int(&q, 1);
	}
}

static void open_groups(struct bystanders *b, struct store *s, struct db_txn *t, const char *only)
{
	struct load only_conf;

	*b = (struct bystanders){ 0 };
	load_init(&only_conf, s, t);
	survey_read(&b->survey, &only_conf.in, t, recall_holds(s, t) ? &s->recall : &b->recall);
	survey_rest(&b->survey, t, only);
	b->total = xcalloc(b->survey.bystanders, sizeof(*b->total));
	read_ids(b, t);
}

void bystanders_open(struct bystanders *b, struct store *s, struct db_txn *t) { open_groups(b, s, t, NULL); }

bool bystanders_next(struct bystanders *b, struct store *s, struct db_txn *t)
{
	size_t left = b->survey.bystanders - b->to;

	b->from = b->to;
	b->to += left < GROUPS_AT_ONCE ? left : GROUPS_AT_ONCE;
	if (left == 0 || t->result != 0)
		return false;
	judge_groups(b, s, t, b->from, b->to);
	for (size_t i = 0; i < b->judgement.count; i++) {
		size_t group = find_group(&b->survey, group_of(b->judgement.app[i].key));
		if (group != SIZE_MAX)
			keep(b, group, &b->judgement.app[i]);
	}
	return true;
}

void bystanders_read(struct bystanders *b, struct store *s, struct db_txn *t, const char *key)
{
	open_groups(b, s, t, group_of(key));
	(void)!bystanders_next(b, s, t);
}

const struct bystander *bystanders_find(const struct bystanders *b, const char *key)
{
	size_t group = find_group(&b->survey, group_of(key));
	return group != SIZE_MAX && b->total[group].members > 0 ? &b->total[group] : NULL;
}

const char *bystanders_name(const struct bystanders *b, const struct bystander *one)
{
	return b->survey.bystander[one - b->total].name;
}

const struct face *bystanders_member(const struct bystanders *b, const struct bystander *one, size_t k)
{
	const struct survey *sv = &b->survey;
	return &sv->face[sv->seat[sv->bystander[one - b->total].first + k].face];
}

const struct app *bystanders_app(const struct bystanders *b)
{
	return b->judgement.count == 1 ? &b->judgement.app[0] : NULL;
}

void bystanders_clear(struct bystanders *b)
{
	judgement_clear(&b->judgement);
	load_clear(&b->load);
	survey_clear(&b->survey);
	recall_clear(&b->recall);
	free(b->total);
	*b = (struct bystanders){ 0 };
}

static bool is_plain(struct store *s, struct db_txn *t, const char *host)
{
	struct load only_conf;
	struct sieve sieve;
	bool plain;

	load_init(&only_conf, s, t);
	sieve_init(&sieve, &only_conf.in);
	plain = sieve_host(&sieve, host) == SIEVE_PLAIN;
	sieve_clear(&sieve);
	return plain;
}

/* The first host of a group that no app has; 0: none. */
static int64_t first_host(struct store *s, struct db_txn *t, const char *group)
{
	char name[RECORD_NAME_MAX];
	int64_t first = 0;
	struct query q;

	query_open(&q, t, STMT_SUBJECTS_WITHIN);
	query_int(&q, SUBJECT_HOST);
	query_text(&q, group);
	while (first == 0 && query_row(&q)) {
		snprintf(name, sizeof(name), "%s", query_get_text(&q, 1));
		if (strcmp(sieve_group(name), group) == 0 && is_plain(s, t, name) &&
		    survey_was_seen(t, query_get_int(&q, 0)))
			first = query_get_int(&q, 0);
	}
	query_close(&q);
	return first;
}

int64_t bystander_app(struct store *s, struct db_txn *t, const char *group, char key[BYSTANDER_KEY_MAX])
{
	int64_t app = 0;
	bool has_row, judged;
	struct query q;

	snprintf(key, BYSTANDER_KEY_MAX, "host:%s", group);
	query_open(&q, t, STMT_BYSTANDER);
	query_text(&q, key);
	has_row = query_row(&q);
	judged = has_row && query_get_int(&q, 1) == 0;
	if (has_row && !judged)
		app = query_get_int(&q, 0);
	query_close(&q);
	return has_row ? app : -first_host(s, t, group);
}

int64_t bystander_of(struct store *s, struct db_txn *t, int64_t subject, const char *host,
		     char key[BYSTANDER_KEY_MAX])
{
	if (!survey_was_seen(t, subject) || !is_plain(s, t, host))
		return 0;
	return bystander_app(s, t, sieve_group(host), key);
}

static int64_t count_groups(struct store *s, struct db_txn *t)
{
	struct recall own = { 0 };
	struct survey survey;
	struct load only_conf;
	int64_t n = 0;
	struct query q;

	load_init(&only_conf, s, t);
	survey_read(&survey, &only_conf.in, t, &own);
	survey_rest(&survey, t, NULL);
	for (size_t i = 0; i < survey.bystanders; i++)
		n += survey.bystander[i].seen;
	survey_clear(&survey);
	recall_clear(&own);
	query_open(&q, t, STMT_BYSTANDERS_ALL);
	while (query_row(&q))
		n -= n > 0;
	return n;
}

int64_t bystanders_count(struct store *s, struct db_txn *t)
{
	if (!recall_holds(s, t))
		return count_groups(s, t);
	if (s->recall.aside < 0)
		s->recall.aside = census_count(s, t);
	return s->recall.aside;
}
