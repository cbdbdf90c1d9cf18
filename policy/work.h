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

/* Which facts say that a host belongs to another's app. */
enum join_why { JOIN_RECORD, JOIN_DECLARED, JOIN_MOVED, JOIN_TWIN, JOIN_COMMON, JOIN_WHY_COUNT };

enum join_result {
	JOIN_DONE,
	JOIN_KIN,     /* one of the two is filed: the filing may be the other's too */
	JOIN_SHARE,   /* mostly used by others, or nobody can say */
	JOIN_MANY,    /* a gate, a portal, a shared interface */
	JOIN_DECIDED, /* a person decided about one of them */
	JOIN_RESULT_COUNT,
};

struct join {
	/* subjects: `from` would join `to`. Turned: the facts speak of `to`, which is filed, and `from` is
	 * not */
	size_t from, to;
	bool turned;
	enum join_why why;
	enum join_result result;
	const struct policy_fact *fact; /* the one that is least sure */
	struct share share;             /* of an identifier's: what was compared */
};

struct joining {
	struct join *join; /* sorted by from */
	size_t count, cap;
};

struct work {
	const struct policy_input *in;
	struct lookup lookup;
	struct trait *trait;
	struct grouping grouping;
	struct joining joining;
	struct register_index reg;
	struct index decision; /* subject name -> position in in->decision */
	size_t *group_of_app;  /* per app of the judgement */
};

/* Is it the app's by its own name, not brought by an identifier or a fact? Every app has such a member. */
static inline bool work_is_native(const struct app_member *m)
{
	return m->tie != TIE_EXCLUSIVE && m->tie != TIE_LEARNT;
}

static inline const struct group *work_group(const struct work *w, const struct judgement *j,
					     const struct app *a)
{
	return &w->grouping.group[w->group_of_app[a - j->app]];
}

#endif
