/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/group.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* A group's identifiers speak to this host. */
struct talk {
	size_t host, group;
	uint64_t count;
	size_t first, speakers; /* in talks.from */
};

struct talks {
	struct talk *talk; /* sorted by (host, group), one row each */
	size_t count, cap;
	size_t *from; /* the identifiers of each talk, one behind the other */
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
		.catalog = p->catalog,
		.spoken = GROUP_NONE,
		.product = GROUP_NONE,
		.beside = GROUP_NONE,
	};
}

/* Only packages and bundles may be browsers; mini-programs and accounts never are. */
static bool is_known(const struct policy_subject *s, const struct trait *f)
{
	if (s->kind == SUBJECT_HOST)
		return false;
	return id_class_of(s->kind) == ID_APPID || trait_is_education(f);
}

static void group_by_name(struct grouping *g, const struct policy_input *in, const struct trait *trait)
{
	struct seat *seat = xcalloc(in->subject_count, sizeof(*seat));
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < in->subject_count; i++) {
		g->of[i] = GROUP_NONE;
		if (!trait[i].container)
			seat[n++] = (struct seat){ .place = &trait[i].place, .subject = i };
	}
	qsort(seat, n, sizeof(*seat), compare_seat);
	for (size_t i = 0; i < n; i++) {
		const struct trait *f = &trait[seat[i].subject];
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

/* While rows are read `first` is the identifier. */
static int compare_row(const void *left, const void *right)
{
	const struct talk *a = left, *b = right;
	int order = compare_talk(a, b);
	return order != 0 ? order : (a->first > b->first) - (a->first < b->first);
}

static bool is_speaker(const struct policy_input *in, const struct trait *trait, size_t i)
{
	return in->subject[i].kind != SUBJECT_HOST && trait[i].place.exempt == NULL;
}

static bool is_listener(const struct policy_input *in, const struct trait *trait, size_t i)
{
	return in->subject[i].kind == SUBJECT_HOST && trait[i].place.exempt == NULL;
}

static void merge_talks(struct talks *t)
{
	size_t n = 0;
	t->from = xcalloc(t->count, sizeof(*t->from));
	if (t->count > 1)
		qsort(t->talk, t->count, sizeof(*t->talk), compare_row);
	for (size_t i = 0; i < t->count; i++) {
		t->from[i] = t->talk[i].first;
		if (n > 0 && compare_talk(&t->talk[n - 1], &t->talk[i]) == 0) {
			t->talk[n - 1].count += t->talk[i].count;
			t->talk[n - 1].speakers++;
		} else {
			t->talk[n] = t->talk[i];
			t->talk[n++].first = i;
		}
	}
	t->count = n;
}

static void collect_talks(struct talks *t, const struct grouping *g, const struct policy_input *in,
			  const struct trait *trait)
{
	for (size_t i = 0; i < in->link_count; i++) {
		const struct policy_link *l = &in->link[i];
		if (l->from >= in->subject_count || l->to >= in->subject_count)
			continue;
		if (!is_speaker(in, trait, l->from) || !is_listener(in, trait, l->to))
			continue;
		t->talk = xgrow(t->talk, &t->cap, t->count + 1, sizeof(*t->talk));
		t->talk[t->count++] = (struct talk){
			.host = l->to,
			.group = g->of[l->from],
			.count = l->count > 0 ? l->count : 1,
			.first = l->from,
			.speakers = 1,
		};
	}
	merge_talks(t);
}

static void find_focus(struct grouping *g, const struct talks *t, const struct trait *trait)
{
	for (size_t i = 0; i < t->count; i++) {
		struct group *group = &g->group[t->talk[i].group];
		group->said += t->talk[i].count;
		if (trait_is_education(&trait[t->talk[i].host]))
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
static bool heard(const struct grouping *g, const struct trait *trait, const struct talk *t)
{
	return g->group[t->group].focused || !trait_is_education(&trait[t->host]);
}

static bool is_school_own(const struct trait *f) { return f->campus || f->label != NULL; }

static const struct catalog_entry *product_of(const struct trait *trait, const struct group *group)
{
	return group->product == GROUP_NONE ? NULL : trait[group->product].place.catalog;
}

/* The one product that a group's identifiers speak to, if it is one. */
static void find_products(struct grouping *g, const struct talks *t, const struct policy_input *in,
			  const struct trait *trait)
{
	for (size_t i = 0; i < t->count; i++) {
		struct group *group = &g->group[t->talk[i].group];
		const struct trait *host = &trait[t->talk[i].host];
		const struct catalog_entry *e = host->place.catalog;
		if (host->campus || (e == NULL && trait_is_education(host)))
			group->torn = true;
		else if (e == NULL)
			group->beyond = true;
		else if (group->product == GROUP_NONE)
			group->product = t->talk[i].host;
		else if (product_of(trait, group) != e)
			group->torn = true;
		else if (strcmp(in->subject[t->talk[i].host].name, in->subject[group->product].name) < 0)
			group->product = t->talk[i].host;
	}
	for (size_t i = 0; i < g->count; i++) {
		if (g->group[i].torn || g->group[i].catalog != NULL || !g->group[i].focused)
			g->group[i].product = GROUP_NONE;
	}
}

static bool may_take(const struct grouping *g, const struct trait *trait, const struct talk *t)
{
	const struct catalog_entry *e = trait[t->host].place.catalog;
	return g->of[t->host] != t->group && (e == NULL || e == product_of(trait, &g->group[t->group]));
}

static enum stay find_stay(const struct grouping *g, const struct policy_input *in, const struct trait *f,
			   const struct listener *l)
{
	const struct catalog_entry *e = g->group[l->speaker].catalog;
	if (e != NULL && is_school_own(f) && !lookup_in_audience(in->profile, e))
		return STAY_AUDIENCE;
	return share_is_most(&l->share) ? STAY_NONE : STAY_SHARE;
}

/* A host with exactly one speaker. */
static void hear_one(struct grouping *g, const struct talks *t, const struct talk *only,
		     const struct policy_input *in, const struct trait *trait)
{
	struct listener *l = &g->listener[only->host];

	l->speaker = only->group;
	l->share = share_of(in, only->host, t->from + only->first, only->speakers, only->count);
	if (!may_take(g, trait, only))
		return;
	l->stay = find_stay(g, in, &trait[only->host], l);
	if (l->stay != STAY_NONE)
		return;
	g->moved[only->host] = true;
	g->group[only->group].campus_hosts += trait[only->host].campus;
}

static void find_exclusive(struct grouping *g, const struct talks *t, const struct policy_input *in,
			   const struct trait *trait)
{
	for (size_t i = 0, end; i < t->count; i = end) {
		const struct talk *only = NULL;
		size_t host = t->talk[i].host;
		for (end = i; end < t->count && t->talk[end].host == host; end++) {
			if (!heard(g, trait, &t->talk[end]))
				continue;
			only = &t->talk[end];
			g->speakers[host]++;
		}
		if (g->speakers[host] == 1)
			hear_one(g, t, only, in, trait);
	}
}

static void find_filed(struct grouping *g, const struct policy_input *in, const struct trait *trait,
		       const struct register_index *reg)
{
	for (size_t i = 0; i < in->subject_count; i++) {
		const struct policy_subject *s = &in->subject[i];
		if (s->kind != SUBJECT_HOST && g->of[i] != GROUP_NONE)
			g->group[g->of[i]].filed |= register_has_id(reg, s->kind, s->name);
		if (!g->moved[i] || !trait[i].campus || !register_has_host(reg, s->name))
			continue;
		g->group[g->listener[i].speaker].campus_filed++;
	}
}

bool group_is_part_filed(const struct group *g)
{
	return !g->filed && !g->portal && g->campus_filed > 0 && g->campus_filed < g->campus_hosts;
}

static void move_hosts(struct grouping *g, const struct trait *trait)
{
	for (size_t i = 0; i < g->subject_count; i++) {
		struct group *group;
		if (!g->moved[i])
			continue;
		group = &g->group[g->listener[i].speaker];
		group->portal = group->campus_hosts > GROUP_CAMPUS_MAX;
		if (trait[i].campus && group->portal)
			g->moved[i] = false;
		else
			g->of[i] = g->listener[i].speaker;
	}
}

size_t grouping_find(const struct grouping *g, enum subject_kind kind, const char *name)
{
	const struct place key = { .anchor_kind = kind, .anchor = name };
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct place at = { .anchor_kind = g->group[mid].kind, .anchor = g->group[mid].name };
		if (compare_place(&at, &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->count && g->group[low].kind == kind && strcmp(g->group[low].name, name) == 0
		       ? low
		       : GROUP_NONE;
}

bool grouping_is_reached(const struct grouping *g, size_t host)
{
	const struct listener *l = &g->listener[host];

	if (g->joined[host] && g->group[g->of[host]].kind != SUBJECT_HOST)
		return false;
	return g->speakers[host] == 0 || (l->speaker != GROUP_NONE && !share_is_most(&l->share));
}

/* The education host that speaks most clearly for a group: a host of no catalogued product or of one in the
 * audience first, then by name. */
static bool clearer(const struct policy_input *in, const struct trait *trait, size_t a, size_t b)
{
	bool product_a = trait[a].place.catalog != NULL, product_b = trait[b].place.catalog != NULL;
	if (product_a != product_b)
		return product_b;
	return strcmp(in->subject[a].name, in->subject[b].name) < 0;
}

static void find_spoken(struct grouping *g, const struct talks *t, const struct policy_input *in,
			const struct trait *trait)
{
	for (size_t i = 0; i < t->count; i++) {
		size_t host = t->talk[i].host;
		struct group *group = &g->group[t->talk[i].group];
		if (!group->focused || g->of[host] == t->talk[i].group || !trait_is_education(&trait[host]))
			continue;
		if (group->spoken == GROUP_NONE || clearer(in, trait, host, group->spoken))
			group->spoken = host;
	}
}

/* A school's system that its provider filed may well be filed with its mini-program: a person decides. */
static void find_beside(struct grouping *g, const struct talks *t, const struct policy_input *in,
			const struct trait *trait, const struct register_index *reg)
{
	for (size_t i = 0; i < t->count; i++) {
		size_t host = t->talk[i].host;
		struct group *group = &g->group[t->talk[i].group];
		bool alone = g->listener[host].speaker == t->talk[i].group;
		if (!trait_is_education(&trait[host]))
			continue;
		if (!alone || !trait[host].campus || !register_has_host(reg, in->subject[host].name))
			group->unfiled = true;
		else if (g->of[host] != t->talk[i].group &&
			 (group->beside == GROUP_NONE ||
			  strcmp(in->subject[host].name, in->subject[group->beside].name) < 0))
			group->beside = host;
	}
	for (size_t i = 0; i < g->count; i++) {
		if (g->group[i].unfiled)
			g->group[i].beside = GROUP_NONE;
	}
}

void grouping_build(struct grouping *g, const struct policy_input *in, const struct trait *trait,
		    const struct register_index *reg)
{
	struct talks talks = { 0 };
	size_t n = in->subject_count;

	*g = (struct grouping){ .subject_count = n };
	g->of = xcalloc(n, sizeof(*g->of));
	g->speakers = xcalloc(n, sizeof(*g->speakers));
	g->moved = xcalloc(n, sizeof(*g->moved));
	g->joined = xcalloc(n, sizeof(*g->joined));
	g->listener = xcalloc(n, sizeof(*g->listener));
	for (size_t i = 0; i < n; i++)
		g->listener[i].speaker = GROUP_NONE;
	group_by_name(g, in, trait);
	collect_talks(&talks, g, in, trait);
	find_focus(g, &talks, trait);
	find_products(g, &talks, in, trait);
	find_exclusive(g, &talks, in, trait);
	find_filed(g, in, trait, reg);
	move_hosts(g, trait);
	find_spoken(g, &talks, in, trait);
	find_beside(g, &talks, in, trait, reg);
	free(talks.talk);
	free(talks.from);
}

void grouping_clear(struct grouping *g)
{
	free(g->group);
	free(g->of);
	free(g->speakers);
	free(g->moved);
	free(g->joined);
	free(g->listener);
	*g = (struct grouping){ 0 };
}
