/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "policy/app.h"
#include "policy/classify.h"
#include "policy/decide.h"
#include "policy/join.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/rules.h"
#include "policy/work.h"

static void work_init(struct work *w, const struct policy_input *in)
{
	*w = (struct work){ .in = in };
	lookup_init(&w->lookup, in->conf, in->data);
	w->trait = trait_collect(&w->lookup, in);
	register_init(&w->reg, &w->lookup, in);
	grouping_build(&w->grouping, in, w->trait, &w->reg);
	decide_init(&w->decision, in);
	join_build(w);
}

static void work_clear(struct work *w)
{
	join_clear(&w->joining);
	index_clear(&w->decision);
	register_clear(&w->reg);
	grouping_clear(&w->grouping);
	free(w->trait);
	free(w->group_of_app);
	lookup_clear(&w->lookup);
}

void policy_judge(const struct policy_input *in, struct judgement *out)
{
	struct work w;

	*out = (struct judgement){ 0 };
	work_init(&w, in);
	app_build(&w, out);
	for (size_t i = 0; i < out->count; i++)
		match_exact(&w, out, &out->app[i]);
	for (size_t i = 0; i < out->count; i++)
		match_rest(&w, out, &out->app[i]);
	for (size_t i = 0; i < out->count; i++) {
		classify_app(&w, out, &out->app[i]);
		rules_apply(&w, &out->app[i]);
	}
	work_clear(&w);
}

void judgement_clear(struct judgement *j)
{
	for (size_t i = 0; i < j->count; i++)
		app_clear(&j->app[i]);
	for (size_t i = 0; i < j->subject_count; i++)
		free(j->subject_note[i]);
	free(j->app);
	free(j->app_of_subject);
	free(j->subject_note);
	*j = (struct judgement){ 0 };
}
