/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "store/json.h"

/* Of one app in an alert or a finding. Who queries random names below a product's domain makes its app as
 * large as he likes; an alert must still go through every sink. The steps tell how many there are, `app`
 * lists them all. */
enum { SUBJECTS_TOLD = 100, FILINGS_TOLD = 100 };

void verdict_steps(struct buf *b, const struct app *a)
{
	json_open(b, NULL, '[');
	for (size_t i = 0; i < a->step_count; i++) {
		json_open(b, NULL, '{');
		json_text(b, "step", a->step[i].word);
		json_text(b, "text", a->step[i].text);
		json_close(b, '}');
	}
	json_close(b, ']');
}

void verdict_keys(struct buf *b, const char *key, const struct app_match *m)
{
	json_open(b, key, '[');
	for (int k = 0; k < MATCH_KEY_COUNT; k++)
		if (m->keys[k])
			json_text(b, NULL, match_key_name((enum match_key)k));
	json_close(b, ']');
}

static void add_int(struct buf *b, int64_t v) { buf_add(b, &v, sizeof(v)); }
static void add_real(struct buf *b, double v) { buf_add(b, &v, sizeof(v)); }

/* With its NUL, so that no two texts run into one. */
static void add_text(struct buf *b, const char *s)
{
	buf_add(b, s ? "+" : "-", 1);
	buf_add(b, s ? s : "", s ? strlen(s) + 1 : 1);
}

static void add_explanation(struct buf *b, const struct app *a)
{
	for (size_t i = 0; i < a->step_count; i++) {
		add_text(b, a->step[i].word);
		add_text(b, a->step[i].text);
	}
	add_text(b, NULL);
	for (size_t i = 0; i < a->finding_count; i++) {
		add_text(b, a->finding[i].rule);
		add_int(b, a->finding[i].severity);
		add_text(b, a->finding[i].title);
	}
}

/* Everything that judge.c and raise.c write of an app, so that equal hashes mean equal rows. */
void verdict_digest(struct verdict *v, const struct load *l, struct buf *b)
{
	const struct app *a = v->app;
	const int64_t numbers[] = { (int64_t)a->status,
				    (int64_t)a->clients,
				    (int64_t)a->days,
				    (int64_t)a->count,
				    a->first,
				    a->last,
				    (int64_t)a->member_count,
				    (int64_t)a->match_count };
	struct hash_key key;

	buf_reset(b);
	buf_add(b, numbers, sizeof(numbers));
	add_real(b, a->score);
	add_text(b, a->name);
	add_text(b, a->unit);
	add_explanation(b, a);
	for (size_t i = 0; i < a->member_count; i++) {
		add_int(b, l->in.subject[a->member[i].subject].id);
		add_int(b, a->member[i].tie);
	}
	for (size_t i = 0; i < a->match_count; i++) {
		add_int(b, l->in.filing[a->match[i].filing].id);
		add_int(b, a->match[i].grade);
		add_real(b, a->match[i].score);
		buf_add(b, a->match[i].keys, sizeof(a->match[i].keys));
	}
	hash_key_fixed(&key, "beiand verdict");
	v->digest = (int64_t)hash_keyed(&key, b->p, b->len);
	v->digest += v->digest == 0; /* 0 is for what was not judged */
}

void verdict_subjects(struct buf *b, const struct app *a, const struct load *l)
{
	json_open(b, NULL, '[');
	for (size_t i = 0; i < a->member_count && i < SUBJECTS_TOLD; i++)
		json_text(b, NULL, l->in.subject[a->member[i].subject].name);
	json_close(b, ']');
}

static void open_fact(struct buf *b, const char *word)
{
	json_open(b, NULL, '{');
	json_text(b, "fact", word);
}

void verdict_facts(struct buf *b, const struct app *a, const struct load *l)
{
	json_open(b, NULL, '[');
	open_fact(b, "profile");
	json_text(b, "text", l->in.profile->title);
	json_text(b, "value", l->in.profile->name);
	json_close(b, '}');
	open_fact(b, "clients");
	json_people(b, "value", (int64_t)a->clients);
	json_close(b, '}');
	open_fact(b, "days");
	json_int(b, "value", (int64_t)a->days);
	json_close(b, '}');
	open_fact(b, "messages");
	json_int(b, "value", (int64_t)a->count);
	json_close(b, '}');
	for (size_t i = 0; i < a->step_count; i++) {
		open_fact(b, a->step[i].word);
		json_text(b, "text", a->step[i].text);
		json_close(b, '}');
	}
	json_close(b, ']');
}

static void add_filing(struct buf *b, const struct app_match *m, const struct load *l)
{
	const struct policy_filing *f = &l->in.filing[m->filing];

	json_open(b, NULL, '{');
	json_text(b, "kind", filing_kind_name(f->kind));
	json_text(b, "name", f->name);
	json_text(b, "operator", f->operator);
	json_text(b, "number", f->number);
	json_text(b, "grade", match_grade_name(m->grade));
	verdict_keys(b, "keys", m);
	json_score(b, "score", m->score);
	json_close(b, '}');
}

void verdict_evidence(struct buf *b, const struct app *a, const struct load *l)
{
	struct buf facts = { 0 };

	verdict_facts(&facts, a, l);
	json_open(b, NULL, '{');
	json_raw(b, "facts", facts.p);
	json_open(b, "filings", '[');
	for (size_t i = 0; i < a->match_count && i < FILINGS_TOLD; i++)
		add_filing(b, &a->match[i], l);
	json_close(b, ']');
	json_close(b, '}');
	buf_clear(&facts);
}
