/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/decide.h"

#include "policy/app.h"

void decide_init(struct index *ix, const struct policy_input *in)
{
	for (size_t i = 0; i < in->decision_count; i++)
		index_add(ix, in->decision[i].name, i);
	index_sort(ix);
}

static const struct policy_decision *find(const struct work *w, enum decision_kind decision,
					  enum subject_kind kind, const char *name)
{
	size_t n;
	const struct index_entry *e = index_find(&w->decision, name, &n);
	for (size_t i = 0; i < n; i++) {
		const struct policy_decision *d = &w->in->decision[e[i].value];
		if (d->decision == decision && d->kind == kind)
			return d;
	}
	return NULL;
}

const struct policy_decision *decide_find(const struct work *w, const struct app *a, enum decision_kind kind)
{
	const struct policy_decision *d;

	if (w->decision.count == 0)
		return NULL;
	d = find(w, kind, a->anchor_kind, app_anchor(a));
	for (size_t i = 0; i < a->member_count && d == NULL; i++) {
		const struct policy_subject *s = &w->in->subject[a->member[i].subject];
		if (a->member[i].tie != TIE_REGISTRABLE)
			d = find(w, kind, s->kind, s->name);
	}
	return d;
}
