/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that one judgement works with, handed from stage to stage: judge.c makes it, runs lookup -> trait ->
 * group -> app -> match -> classify -> rules over it, and frees it. Nothing here outlives policy_judge().
 */
#ifndef POLICY_WORK_H
#define POLICY_WORK_H

#include "policy/group.h"
#include "policy/lookup.h"
#include "policy/policy.h"
#include "policy/register.h"
#include "policy/trait.h"

struct work {
	const struct policy_input *in;
	struct lookup lookup;
	struct trait *trait;
	struct grouping grouping;
	struct register_index reg;
	struct index decision; /* subject name -> position in in->decision */
	size_t *group_of_app;  /* per app of the judgement */
};

static inline const struct group *work_group(const struct work *w, const struct judgement *j,
					     const struct app *a)
{
	return &w->grouping.group[w->group_of_app[a - j->app]];
}

#endif
