/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/group.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* A group's identifiers speak to this host. */
struct talk {
	size_t host, group;
	uint64_t count;
};

struct talks {
	struct talk *talk; /* sorted by (host, group), one row each */
	size_t count, cap;
};

/* -- by name ---------------------------------------------------------------------------------- */

struct seat {
	const struct place *place;
	size_t subject;
};

static int compare_place(const struct place *a, const struct place *b)
{
	if (a->anchor_kind != b->anchor_kind)
		return a->anchor_kind < b->anchor_kind ? -1 : 1;
	return strcmp(a->anchor, b->anchor);
}

static int compare_seat(const void *left, const void *right)
{
	const struct seat *a = left, *b = right;
	return compare_place(a->place, b->place);
}

static void open_group(struct grouping *g, const struct place *p, size_t *cap)
{
	g->group = xgrow(g->group, cap, g->count + 1, sizeof(*g->group));
	g->group[g->count++] = (struct group){
		.kind = p->anchor_kind,
		.name = p->anchor,
		.spoken = GROUP_NONE,
	};
}

/* Only packages and bundles may be browsers; mini-programs and accounts never are. */
static bool is_known(const struct policy_subject *s, const struct fact *f)
{
	if (s->kind == SUBJECT_HOST)
		return false;
	return id_class_of(s->kind) == ID_APPID || fact_is_education(f);
}

static void group_by_name(struct grouping *g, const struct policy_input *in, const struct fact *fact)
{
	struct seat *seat = xcalloc(in->subject_count, sizeof(*seat));
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < in->subject_count; i++) {
		g->of[i] = GROUP_NONE;
		if (!fact[i].container)
			seat[n++] = (struct seat){ .place = &fact[i].place, .subject = i };
	}
	qsort(seat, n, sizeof(*seat), compare_seat);
	for (size_t i = 0; i < n; i++) {
		const struct fact *f = &fact[seat[i].subject];
		if (i == 0 || compare_place(seat[i - 1].place, seat[i].place) != 0)
			open_group(g, seat[i].place, &cap);
		g->of[seat[i].subject] = g->count - 1;
		if (is_known(&in->subject[seat[i].subject], f))
			g->group[g->count - 1].known = true;
	}
	free(seat);
}

/* -- who speaks to whom ------------------------------------------------------------------------- */

static int compare_talk(const void *left, const void *right)
{
	const struct talk *a = left, *b = right;
	if (a->host != b->host)
		return a->host < b->host ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

static bool is_speaker(const struct policy_input *in, const struct fact *fact, size_t i)
{
	return in->subject[i].kind != SUBJECT_HOST && fact[i].place.exempt == NULL;
}

static bool is_listener(const struct policy_input *in, const struct fact *fact, size_t i)
{
	return in->subject[i].kind == SUBJECT_HOST && fact[i].place.exempt == NULL;
}

static void merge_talks(struct talks *t)
{
	size_t n = 0;
	if (t->count > 1)
		qsort(t->talk, t->count, sizeof(*t->talk), compare_talk);
	for (size_t i = 0; i < t->count; i++) {
		if (n > 0 && compare_talk(&t->talk[n - 1], &t->talk[i]) == 0)
			t->talk[n - 1].count += t->talk[i].count;
		else
			t->talk[n++] = t->talk[i];
	}
	t->count = n;
}

static void collect_talks(struct talks *t, const struct grouping *g, const struct policy_input *in,
			  const struct fact *fact)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct policy_link *l = &in->link[i];
		if (l->from >= in->subject_count || l->to >= in->subject_count)
			continue;
		if (!is_speaker(in, fact, l->from) || !is_listener(in, fact, l->to))
			continue;
		t->talk = xgrow(t->talk, &t->cap, t->count + 1, sizeof(*t->talk));
		t->talk[t->count++] = (struct talk){
			.host = l->to,
			.group = g->of[l->from],
			.count = l->count > 0 ? l->count : 1,
		};
	}
	merge_talks(t);
}

static void find_focus(struct grouping *g, const struct talks *t, const struct fact *fact)
{
	for (size_t i = 0; i < t->count; i++) {
		struct group *group = &g->group[t->talk[i].group];
		group->said += t->talk[i].count;
		if (fact_is_education(&fact[t->talk[i].host]))
			group->said_education += t->talk[i].count;
	}
	for (size_t i = 0; i < g->count; i++) {
		struct group *group = &g->group[i];
		group->focused = group->known ||
				 group->said_education >= group->said / GROUP_FOCUS_SHARE +
								  (group->said % GROUP_FOCUS_SHARE > 0);
	}
}

/* -- hosts that move ------------------------------------------------------------------------------ */

/* Does this talk count for the host? */
static bool heard(const struct grouping *g, const struct fact *fact, const struct talk *t)
{
	return g->group[t->group].focused || !fact_is_education(&fact[t->host]);
}

static bool may_take(const struct grouping *g, const struct fact *fact, const struct talk *t)
{
	return g->of[t->host] != t->group && fact[t->host].place.catalog == NULL;
}

/* Marks hosts with exactly one speaker; counts how many of them are campus hosts, per group. */
static void find_exclusive(struct grouping *g, const struct talks *t, const struct fact *fact)
{
	for (size_t i = 0, end; i < t->count; i = end) {
		const struct talk *only = NULL;
		size_t host = t->talk[i].host;
		for (end = i; end < t->count && t->talk[end].host == host; end++) {
			if (!heard(g, fact, &t->talk[end]))
				continue;
			only = &t->talk[end];
			g->speakers[host]++;
		}
		if (g->speakers[host] != 1 || !may_take(g, fact, only))
			continue;
		g->moved[host] = true;
		g->group[only->group].campus_hosts += fact[host].campus;
	}
}

static void move_hosts(struct grouping *g, const struct talks *t, const struct fact *fact)
{
	for (size_t i = 0; i < g->count; i++)
		g->group[i].portal = g->group[i].campus_hosts > GROUP_CAMPUS_MAX;
	for (size_t i = 0; i < t->count; i++) {
		const struct talk *talk = &t->talk[i];
		if (!g->moved[talk->host] || !heard(g, fact, talk))
			continue;
		if (fact[talk->host].campus && g->group[talk->group].portal)
			g->moved[talk->host] = false;
		else
			g->of[talk->host] = talk->group;
	}
}

/* The education host that speaks most clearly for a group: a host of no catalogued product or of one in the
 * audience first, then by name. */
static bool clearer(const struct policy_input *in, const struct fact *fact, size_t a, size_t b)
{
	bool product_a = fact[a].place.catalog != NULL, product_b = fact[b].place.catalog != NULL;
	if (product_a != product_b)
		return product_b;
	return strcmp(in->subject[a].name, in->subject[b].name) < 0;
}

static void find_spoken(struct grouping *g, const struct talks *t, const struct policy_input *in,
			const struct fact *fact)
{
	for (size_t i = 0; i < t->count; i++) {
		size_t host = t->talk[i].host;
		struct group *group = &g->group[t->talk[i].group];
		if (!group->focused || g->of[host] == t->talk[i].group || !fact_is_education(&fact[host]))
			continue;
		if (group->spoken == GROUP_NONE || clearer(in, fact, host, group->spoken))
			group->spoken = host;
	}
}

void grouping_build(struct grouping *g, const struct policy_input *in, const struct fact *fact)
{
	struct talks talks = { 0 };
	size_t n = in->subject_count;

	*g = (struct grouping){ .subject_count = n };
	g->of = xcalloc(n, sizeof(*g->of));
	g->speakers = xcalloc(n, sizeof(*g->speakers));
	g->moved = xcalloc(n, sizeof(*g->moved));
	group_by_name(g, in, fact);
	collect_talks(&talks, g, in, fact);
	find_focus(g, &talks, fact);
	find_exclusive(g, &talks, fact);
	move_hosts(g, &talks, fact);
	find_spoken(g, &talks, in, fact);
	free(talks.talk);
}

void grouping_clear(struct grouping *g)
{
	free(g->group);
	free(g->of);
	free(g->speakers);
	free(g->moved);
	*g = (struct grouping){ 0 };
}
