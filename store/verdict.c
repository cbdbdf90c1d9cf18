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

/* Everything that judge.c and raise.c write of an app, so that equal hashes mean equal rows. */
static int64_t digest(const struct verdict *v, const struct load *l)
{
	const struct app *a = v->app;
	struct hash_key key;
	struct buf b = { 0 };
	uint64_t h;

	buf_puts(&b, v->steps);
	json_text(&b, NULL, a->name);
	json_text(&b, NULL, a->unit);
	buf_printf(&b, "%d %.17g %llu %llu %llu %lld %lld", (int)a->status, a->score,
		   (unsigned long long)a->clients, (unsigned long long)a->days, (unsigned long long)a->count,
		   (long long)a->first, (long long)a->last);
	for (size_t i = 0; i < a->member_count; i++)
		buf_printf(&b, " %lld:%d", (long long)l->in.subject[a->member[i].subject].id,
			   (int)a->member[i].tie);
	for (size_t i = 0; i < a->match_count; i++) {
		buf_printf(&b, " %lld:%d:%.17g", (long long)l->in.filing[a->match[i].filing].id,
			   (int)a->match[i].grade, a->match[i].score);
		verdict_keys(&b, NULL, &a->match[i]);
	}
	for (size_t i = 0; i < a->finding_count; i++) {
		buf_printf(&b, " %s:%d", a->finding[i].rule, (int)a->finding[i].severity);
		json_text(&b, NULL, a->finding[i].title);
	}
	hash_key_fixed(&key, "beiand verdict");
	h = hash_keyed(&key, b.p, b.len);
	buf_clear(&b);
	return h != 0 ? (int64_t)h : 1; /* 0 is for what was not judged */
}

void verdict_render(struct verdict *v, const struct load *l)
{
	struct buf b = { 0 };

	verdict_steps(&b, v->app);
	v->steps = b.p;
	v->digest = digest(v, l);
}

void verdict_clear(struct verdict *v)
{
	free(v->steps);
	v->steps = NULL;
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
