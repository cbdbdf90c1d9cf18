/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How each group stands before facts join anything: filed, exempt, spoken of by a person. Part of join.h. */
#include <stdlib.h>

#include "policy/joiner.h"
#include "policy/learnt.h"
#include "policy/step.h"

/* -- filings ------------------------------------------------------------------------------------------ */

static bool has(const struct index *ix, const char *text)
{
	size_t n;
	return index_find(ix, text, &n) != NULL;
}

static void note_rank(void *arg, size_t rank)
{
	bool *found = arg;
	(void)rank;
	*found = true;
}

/* A host of the campus stands for itself; any other for all of its domain or product. */
static bool names_host(const struct joiner *b, size_t subject)
{
	const struct register_index *r = &b->w->reg;
	const struct trait *f = &b->w->trait[subject];
	bool found = false;
	char *root;

	register_each_of_host(r, b->in->subject[subject].name, note_rank, &found);
	if (found || f->campus)
		return found;
	root = step_text("%s:%s", subject_kind_name(f->place.anchor_kind), f->place.anchor);
	found = has(&r->root, root);
	free(root);
	return found;
}

static bool names_id(const struct register_index *r, enum subject_kind kind, const char *name)
{
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		if (register_may_name(kind, c) && has(&r->id[c], name))
			return true;
	return false;
}

static void read_filings(struct joiner *b)
{
	for (size_t i = 0; i < b->in->subject_count; i++) {
		const struct policy_subject *s = &b->in->subject[i];
		size_t group = b->g->of[i];
		if (group == GROUP_NONE || b->filed[group])
			continue;
		b->filed[group] =
			s->kind == SUBJECT_HOST ? names_host(b, i) : names_id(&b->w->reg, s->kind, s->name);
	}
}

/* What match.c would call at least probable for the sake of one fact. */
static bool leads_to_filing(const struct joiner *b, const struct policy_fact *f)
{
	const struct register_index *r = &b->w->reg;
	bool found = false;
	char *normal = NULL;

	if (f->type == FACT_EDU_NUMBER) {
		normal = policy_normal_number(f->value);
		found = register_number_counts(normal) && has(&r->number, normal);
	} else if (f->type == FACT_APP_NAME) {
		normal = policy_normal_name(f->value);
		found = register_name_counts(normal) && has(&r->name, normal);
	} else if (f->type == FACT_APP_DOMAIN) {
		register_each_of_host(r, f->value, note_rank, &found);
	} else if (learnt_is_declared(f)) {
		found = names_id(r, learnt_declared_kind(f), f->value);
	}
	free(normal);
	return found;
}

static void read_likely(struct joiner *b)
{
	for (size_t i = 0; i < b->g->count; i++) {
		const struct group *g = &b->g->group[i];
		b->likely[i] = b->filed[i] || g->filed || g->campus_filed > 0 || g->product != GROUP_NONE ||
			       g->beside != GROUP_NONE;
	}
	for (size_t i = 0; i < b->in->fact_count; i++) {
		const struct policy_fact *f = &b->in->fact[i];
		size_t group = b->g->of[f->subject];
		if (group != GROUP_NONE && !b->likely[group] && f->confidence >= LEARNT_SURE)
			b->likely[group] = leads_to_filing(b, f);
	}
}

/* -- exemptions and people ------------------------------------------------------------------------------ */

/* All hosts that a group has before facts join any are the network centre's. */
static void read_center(struct joiner *b)
{
	for (size_t other = 0; other < 2; other++) {
		for (size_t i = 0; i < b->in->subject_count && b->in->profile->exempt_center; i++) {
			const struct policy_subject *s = &b->in->subject[i];
			if (s->kind == SUBJECT_HOST && b->g->of[i] != GROUP_NONE &&
			    lookup_is_center(&b->w->lookup, s->name) == (other == 0))
				b->center[b->g->of[i]] = other == 0;
		}
	}
}

static void note_word(struct joiner *b, size_t group, enum decision_kind d)
{
	enum word word = d == DECISION_EXEMPT ? WORD_EXEMPT : WORD_EDUCATION;

	if (group != GROUP_NONE && b->word[group] < word)
		b->word[group] = word;
}

static void read_decisions(struct joiner *b)
{
	for (size_t i = 0; i < b->in->decision_count; i++) {
		const struct policy_decision *d = &b->in->decision[i];
		size_t subject = joiner_find(b, d->kind, d->name);
		note_word(b, grouping_find(b->g, d->kind, d->name), d->decision);
		if (subject != SIZE_MAX)
			note_word(b, b->g->of[subject], d->decision);
	}
}

void standing_read(struct joiner *b)
{
	read_filings(b);
	read_likely(b);
	read_center(b);
	read_decisions(b);
}

/* -- questions ------------------------------------------------------------------------------------------ */

bool joiner_is_filed(const struct joiner *b, size_t subject) { return b->filed[b->g->of[subject]]; }

bool joiner_person_allows(const struct joiner *b, size_t from, size_t to)
{
	return b->word[b->g->of[from]] == WORD_NONE && b->word[b->g->of[to]] != WORD_EXEMPT;
}

bool joiner_would_clear(const struct joiner *b, const struct join *j)
{
	return trait_is_education(&b->w->trait[j->from]) &&
	       (b->likely[b->g->of[j->from]] || b->likely[b->g->of[j->to]]);
}
