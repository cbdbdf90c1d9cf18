/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/join.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/joiner.h"
#include "policy/learnt.h"

void joiner_keep(struct joiner *b, const struct join *j)
{
	struct joining *out = &b->w->joining;

	out->join = xgrow(out->join, &out->cap, out->count + 1, sizeof(*out->join));
	out->join[out->count++] = *j;
}

/* -- who may ---------------------------------------------------------------------------------------- */

size_t joiner_find(const struct joiner *b, enum subject_kind kind, const char *name)
{
	const struct policy_input *in = b->in;
	size_t low = 0, high = in->subject_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct policy_subject *s = &in->subject[mid];
		if (s->kind < kind || (s->kind == kind && strcmp(s->name, name) < 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low < in->subject_count && in->subject[low].kind == kind &&
			       strcmp(in->subject[low].name, name) == 0
		       ? low
		       : SIZE_MAX;
}

const struct group *joiner_group(const struct joiner *b, size_t subject)
{
	return &b->g->group[b->g->of[subject]];
}

bool joiner_is_sound(const struct joiner *b, size_t host)
{
	const struct trait *f = &b->w->trait[host];

	return b->g->of[host] != GROUP_NONE && f->place.exempt == NULL && f->place.catalog == NULL &&
	       !f->asked_only && !b->g->joined[host] && learnt_of_nobody(b->in, host) == NULL &&
	       !(b->in->profile->exempt_center && lookup_is_center(&b->w->lookup, b->in->subject[host].name));
}

void joiner_make_kin(struct joiner *b, struct join *j)
{
	size_t from = j->from;

	j->result = JOIN_KIN;
	if (joiner_is_filed(b, from)) {
		j->from = j->to;
		j->to = from;
		j->turned = true;
	}
	b->likely[b->g->of[j->from]] = true;
}

/* -- hosts of an identifier --------------------------------------------------------------------------- */

void joiner_offer(struct offers *o, const struct join *j)
{
	o->offer = xgrow(o->offer, &o->cap, o->count + 1, sizeof(*o->offer));
	o->offer[o->count++] = *j;
}

static void add_offer(const struct joiner *b, struct offers *o, const struct join *j)
{
	if (j->from != SIZE_MAX && j->to != SIZE_MAX && b->g->of[j->to] != GROUP_NONE &&
	    b->w->trait[j->to].place.exempt == NULL)
		joiner_offer(o, j);
}

static void collect_offer(const struct joiner *b, struct offers *o, const struct policy_fact *f)
{
	enum subject_kind kind = b->in->subject[f->subject].kind;
	struct join j = { .fact = f, .from = f->subject };

	if (f->confidence < LEARNT_SURE)
		return;
	if (f->type == FACT_APP_DOMAIN && kind != SUBJECT_HOST) {
		j.why = JOIN_RECORD;
		j.from = joiner_find(b, SUBJECT_HOST, f->value);
		j.to = f->subject;
		add_offer(b, o, &j);
	} else if (kind == SUBJECT_HOST && learnt_is_declared(f)) {
		j.why = JOIN_DECLARED;
		j.to = joiner_find(b, learnt_declared_kind(f), f->value);
		add_offer(b, o, &j);
	}
}

static int compare_join(const void *left, const void *right)
{
	const struct join *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return (a->why > b->why) - (a->why < b->why);
}

static bool is_one_group(const struct joiner *b, const struct join *offer, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (b->g->of[offer[i].to] != b->g->of[offer[0].to])
			return false;
	return true;
}

static struct share share_with(const struct joiner *b, const struct join *offer, size_t n)
{
	size_t *from = xcalloc(n, sizeof(*from));
	struct share s;

	for (size_t i = 0; i < n; i++)
		from[i] = offer[i].to;
	s = share_of(b->in, offer[0].from, from, n, 0);
	free(from);
	return s;
}

/* What comes of the offers for one host, all of one group. False: nothing worth telling. */
static bool weigh(struct joiner *b, struct join *j, const struct join *offer, size_t n)
{
	const struct group *to = joiner_group(b, j->to);
	bool accused = trait_is_education(&b->w->trait[j->from]);
	bool from_filed = joiner_is_filed(b, j->from), to_filed = joiner_is_filed(b, j->to);

	if (to->catalog != NULL || !to->focused || b->center[b->g->of[j->to]] ||
	    b->g->of[j->from] == b->g->of[j->to] || (accused && !b->in->profile->kinds[to->kind]))
		return false;
	j->share = share_with(b, offer, n);
	if (!joiner_person_allows(b, j->from, j->to))
		j->result = JOIN_DECIDED;
	else if (from_filed && to_filed)
		return false;
	else if (from_filed || (accused && to_filed))
		joiner_make_kin(b, j);
	else if (!j->share.people || !share_is_most(&j->share))
		j->result = JOIN_SHARE;
	return true;
}

static void take_offers(struct joiner *b, const struct join *offer, size_t n)
{
	struct join j = offer[0];

	if (!joiner_is_sound(b, j.from) || b->g->speakers[j.from] > 0)
		return;
	if (!is_one_group(b, offer, n))
		j.result = JOIN_MANY;
	else if (!weigh(b, &j, offer, n))
		return;
	if (j.result == JOIN_DONE && b->w->trait[j.from].campus)
		b->campus[b->g->of[j.to]]++;
	joiner_keep(b, &j);
}

/* Campus hosts of a portal stay apps of their own, as in group.c. */
static bool is_portal(const struct joiner *b, const struct join *j)
{
	size_t to = b->g->of[j->to];

	return b->w->trait[j->from].campus &&
	       (b->g->group[to].portal || b->g->group[to].campus_hosts + b->campus[to] > GROUP_CAMPUS_MAX);
}

/* Only when all are weighed is it known who is whose kin. */
static void join_weighed(struct joiner *b)
{
	for (size_t i = 0; i < b->w->joining.count; i++) {
		struct join *j = &b->w->joining.join[i];
		if (j->result != JOIN_DONE)
			continue;
		if (is_portal(b, j))
			j->result = JOIN_MANY;
		else if (joiner_would_clear(b, j))
			j->result = JOIN_KIN;
	}
	for (size_t i = 0; i < b->w->joining.count; i++) {
		const struct join *j = &b->w->joining.join[i];
		if (j->result != JOIN_DONE)
			continue;
		b->g->of[j->from] = b->g->of[j->to];
		b->g->joined[j->from] = true;
	}
}

static void join_identifiers(struct joiner *b)
{
	struct offers o = { 0 };

	for (size_t i = 0; i < b->in->fact_count; i++)
		collect_offer(b, &o, &b->in->fact[i]);
	if (o.count > 1)
		qsort(o.offer, o.count, sizeof(*o.offer), compare_join);
	for (size_t i = 0, end; i < o.count; i = end) {
		for (end = i + 1; end < o.count && o.offer[end].from == o.offer[i].from;)
			end++;
		take_offers(b, &o.offer[i], end - i);
	}
	join_weighed(b);
	free(o.offer);
}

/* -- all of it ----------------------------------------------------------------------------------------------
 */

/* Groups that were taken go with all that is in them; peer.c links without circles. */
static void settle(struct joiner *b)
{
	for (size_t i = 0; i < b->in->subject_count; i++) {
		size_t to = b->g->of[i];
		while (to != GROUP_NONE && b->into[to] != GROUP_NONE)
			to = b->into[to];
		b->g->joined[i] |= to != b->g->of[i];
		b->g->of[i] = to;
	}
}

static void open_groups(struct joiner *b)
{
	size_t n = b->g->count;

	b->word = xcalloc(n, sizeof(*b->word));
	b->filed = xcalloc(n, sizeof(*b->filed));
	b->likely = xcalloc(n, sizeof(*b->likely));
	b->center = xcalloc(n, sizeof(*b->center));
	b->into = xcalloc(n, sizeof(*b->into));
	b->campus = xcalloc(n, sizeof(*b->campus));
	b->odd = xcalloc(n, sizeof(*b->odd));
	for (size_t i = 0; i < n; i++)
		b->into[i] = GROUP_NONE;
}

static void close_groups(struct joiner *b)
{
	free(b->word);
	free(b->filed);
	free(b->likely);
	free(b->center);
	free(b->into);
	free(b->campus);
	free(b->odd);
}

void join_build(struct work *w)
{
	struct joiner b = { .w = w, .in = w->in, .g = &w->grouping };

	if (w->in->fact_count == 0)
		return;
	open_groups(&b);
	standing_read(&b);
	join_identifiers(&b);
	peer_join(&b);
	settle(&b);
	if (w->joining.count > 1)
		qsort(w->joining.join, w->joining.count, sizeof(*w->joining.join), compare_join);
	close_groups(&b);
}

void join_clear(struct joining *j)
{
	free(j->join);
	*j = (struct joining){ 0 };
}
