/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/app.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "policy/domain.h"
#include "policy/joined.h"
#include "policy/step.h"

enum { NAMES_SHOWN = 5 };

/* -- members -------------------------------------------------------------------------------------- */

struct seat {
	const struct work *work;
	size_t app, subject;
};

struct slot {
	char *key;
	size_t group;
};

static int compare_slot(const void *left, const void *right)
{
	const struct slot *a = left, *b = right;
	return strcmp(a->key, b->key);
}

/* One app per group that has a member, sorted by key. Fills app_of_group. */
static void open_apps(struct work *w, struct judgement *out, size_t *app_of_group)
{
	const struct grouping *g = &w->grouping;
	struct slot *slot = xcalloc(g->count, sizeof(*slot));
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (app_of_group[i] == GROUP_NONE)
			continue;
		slot[n].group = i;
		slot[n++].key = step_text("%s:%s", subject_kind_name(g->group[i].kind), g->group[i].name);
	}
	qsort(slot, n, sizeof(*slot), compare_slot);
	out->app = xcalloc(n, sizeof(*out->app));
	out->count = out->cap = n;
	w->group_of_app = xcalloc(n, sizeof(*w->group_of_app));
	for (size_t i = 0; i < n; i++) {
		out->app[i].key = slot[i].key;
		out->app[i].anchor_kind = g->group[slot[i].group].kind;
		w->group_of_app[i] = slot[i].group;
		app_of_group[slot[i].group] = i;
	}
	free(slot);
}

static enum tie tie_of(const struct work *w, const struct group *g, size_t subject)
{
	const struct policy_subject *s = &w->in->subject[subject];
	const struct place *p = &w->trait[subject].place;

	if (w->grouping.moved[subject])
		return TIE_EXCLUSIVE;
	if (w->grouping.joined[subject])
		return TIE_LEARNT;
	if (s->kind == g->kind && strcmp(s->name, g->name) == 0)
		return TIE_ANCHOR;
	if (p->catalog != NULL && !(s->kind == SUBJECT_HOST && domain_within(s->name, g->name)))
		return TIE_CATALOG;
	return TIE_REGISTRABLE;
}

static int compare_seat(const void *left, const void *right)
{
	const struct seat *a = left, *b = right;
	const struct policy_subject *s = &a->work->in->subject[a->subject];
	const struct policy_subject *t = &b->work->in->subject[b->subject];

	if (a->app != b->app)
		return a->app < b->app ? -1 : 1;
	if (s->kind != t->kind)
		return s->kind < t->kind ? -1 : 1;
	return strcmp(s->name, t->name);
}

static void add_member(const struct work *w, struct judgement *out, const struct seat *seat)
{
	struct app *a = &out->app[seat->app];

	a->member = xgrow(a->member, &a->member_cap, a->member_count + 1, sizeof(*a->member));
	a->member[a->member_count++] = (struct app_member){
		.subject = seat->subject,
		.tie = tie_of(w, work_group(w, out, a), seat->subject),
	};
}

static void add_members(const struct work *w, struct judgement *out, const size_t *app_of_group)
{
	struct seat *seat = xcalloc(w->in->subject_count, sizeof(*seat));
	size_t n = 0;

	for (size_t i = 0; i < w->in->subject_count; i++) {
		out->app_of_subject[i] = SIZE_MAX;
		if (w->grouping.of[i] == GROUP_NONE) {
			const struct exempt_entry *e = w->trait[i].place.exempt;
			out->subject_note[i] = step_text("%s是承载他人页面或小程序的容器(%s),本身不构成应用",
							 e->product, e->reason);
			continue;
		}
		out->app_of_subject[i] = app_of_group[w->grouping.of[i]];
		seat[n++] = (struct seat){ .work = w, .app = out->app_of_subject[i], .subject = i };
	}
	qsort(seat, n, sizeof(*seat), compare_seat);
	for (size_t i = 0; i < n; i++)
		add_member(w, out, &seat[i]);
	free(seat);
}

/* -- totals --------------------------------------------------------------------------------------- */

static int compare_day(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

/* Distinct days over all members. */
static uint64_t union_days(const struct policy_input *in, const struct app *a)
{
	int64_t *day = NULL;
	size_t n = 0, cap = 0;
	uint64_t distinct = 0, most = 0;

	for (size_t i = 0; i < a->member_count; i++) {
		const struct policy_subject *s = &in->subject[a->member[i].subject];
		most = s->days > most ? s->days : most;
		if (s->day_list == NULL || s->days == 0)
			continue;
		day = xgrow(day, &cap, n + s->days, sizeof(*day));
		memcpy(day + n, s->day_list, s->days * sizeof(*day));
		n += s->days;
	}
	if (n > 1)
		qsort(day, n, sizeof(*day), compare_day);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || day[i] != day[i - 1];
	free(day);
	return distinct > most ? distinct : most;
}

static int compare_epoch(const void *left, const void *right)
{
	const struct policy_subject *const *a = left, *const *b = right;
	if ((*a)->sketch_epoch != (*b)->sketch_epoch)
		return (*a)->sketch_epoch < (*b)->sketch_epoch ? -1 : 1;
	return 0;
}

/* Sketches merge only under one key, so: the largest union of one epoch. */
static uint64_t union_sketches(const struct policy_subject **by_epoch, size_t n)
{
	struct sketch all;
	uint64_t most = 0;

	qsort(by_epoch, n, sizeof(*by_epoch), compare_epoch);
	for (size_t i = 0, end; i < n; i = end) {
		uint64_t clients;
		sketch_init(&all);
		for (end = i; end < n && by_epoch[end]->sketch_epoch == by_epoch[i]->sketch_epoch; end++)
			sketch_merge(&all, by_epoch[end]->sketch);
		clients = sketch_count(&all);
		most = clients > most ? clients : most;
	}
	return most;
}

static uint64_t union_clients(const struct policy_input *in, const struct app *a)
{
	const struct policy_subject **with = xcalloc(a->member_count, sizeof(*with));
	uint64_t most = 0, merged;
	size_t n = 0;

	for (size_t i = 0; i < a->member_count; i++) {
		const struct policy_subject *s = &in->subject[a->member[i].subject];
		most = s->clients > most ? s->clients : most;
		if (s->sketch != NULL)
			with[n++] = s;
	}
	merged = n > 1 ? union_sketches(with, n) : 0;
	free(with);
	return merged > most ? merged : most;
}

static void add_totals(const struct policy_input *in, struct app *a)
{
	const struct policy_subject *s = &in->subject[a->member[0].subject];

	a->first = s->first;
	a->last = s->last;
	for (size_t i = 0; i < a->member_count; i++) {
		s = &in->subject[a->member[i].subject];
		a->count += s->count;
		a->first = s->first < a->first ? s->first : a->first;
		a->last = s->last > a->last ? s->last : a->last;
	}
	a->clients = union_clients(in, a);
	a->days = union_days(in, a);
}

/* -- names and steps ------------------------------------------------------------------------------ */

const char *app_anchor(const struct app *a) { return strchr(a->key, ':') + 1; }

char *app_anchor_name(const struct app *a)
{
	if (a->anchor_kind == SUBJECT_HOST)
		return xstrdup(app_anchor(a));
	return step_text("%s %s", subject_kind_zh(a->anchor_kind), app_anchor(a));
}

static const struct trait *trait_of(const struct work *w, const struct app *a, size_t member)
{
	return &w->trait[a->member[member].subject];
}

/* Of a member that nothing but its name brought: every group has one. */
static const struct trait *center_fact(const struct work *w, const struct app *a)
{
	size_t i = 0;
	while (i + 1 < a->member_count && !work_is_native(&a->member[i]))
		i++;
	return trait_of(w, a, i);
}

static void explain_center(const struct work *w, struct app *a)
{
	const struct trait *f = center_fact(w, a);
	const char *anchor = app_anchor(a);

	if (f->place.catalog != NULL && !f->campus)
		step_add(a, "group-catalog",
			 "目录把这些对象列为同一产品「%s」,以 %s 为中心归为一个应用,共 %zu 个对象",
			 f->place.catalog->product, anchor, a->member_count);
	else if (a->anchor_kind != SUBJECT_HOST)
		step_add(a, "group-identifier", "%s标识 %s 自成一个应用", subject_kind_zh(a->anchor_kind),
			 anchor);
	else if (f->place.campus != NULL)
		step_add(a, "group-campus", "%s 在校内域名 %s 之下,校内主机逐个成为应用", anchor,
			 f->place.campus);
	else if (f->server)
		step_add(a, "group-campus", "%s 由校内地址的服务器应答,按校内主机单独成为应用", anchor);
	else if (f->place.exempt != NULL &&
		 (f->place.registrable == NULL || strcmp(f->place.registrable, anchor) != 0))
		step_add(a, "group-exempt", "豁免名单把 %s 及其下的主机单列,共 %zu 个对象", anchor,
			 a->member_count);
	else if (f->place.registrable != NULL)
		step_add(a, "group-registrable", "按可注册域名(公共后缀列表)归到 %s,共 %zu 个对象", anchor,
			 a->member_count);
	else
		step_add(a, "group-alone", "%s 没有可注册域名,单独成为应用", anchor);
}

/* The names of a few members, and how many there are in all. */
struct roll {
	struct buf names;
	size_t count;
};

static void roll_call(struct roll *r, const char *name)
{
	if (r->count < NAMES_SHOWN)
		buf_printf(&r->names, "%s%s", r->count > 0 ? "、" : "", name);
	else if (r->count == NAMES_SHOWN)
		buf_puts(&r->names, " 等");
	r->count++;
}

static void explain_hosts(const struct work *w, struct app *a)
{
	struct roll taken = { 0 }, shared = { 0 };

	for (size_t i = 0; i < a->member_count; i++) {
		size_t subject = a->member[i].subject;
		if (a->member[i].tie == TIE_EXCLUSIVE)
			roll_call(&taken, w->in->subject[subject].name);
		else if (w->grouping.speakers[subject] > 1)
			roll_call(&shared, w->in->subject[subject].name);
	}
	if (taken.count > 0)
		step_add(a, "tie-exclusive",
			 "%s(%zu 个主机)只被本应用的标识访问,且至少一半客户端由此而来,归入本应用",
			 taken.names.p, taken.count);
	if (shared.count > 0)
		step_add(a, "shared-host", "%s(%zu 个主机)各被不止一个应用标识访问,不归入其中任何一个",
			 shared.names.p, shared.count);
	buf_clear(&taken.names);
	buf_clear(&shared.names);
}

static void explain_limits(const struct work *w, struct app *a)
{
	const struct group *g = &w->grouping.group[w->grouping.of[a->member[0].subject]];

	if (g->portal)
		step_add(a, "portal",
			 "本标识独自访问 %zu 个校内主机(超过 %d 个),视为门户,这些主机仍各自成为应用",
			 g->campus_hosts, GROUP_CAMPUS_MAX);
	if (!g->focused)
		step_add(a, "unfocused",
			 "本标识的 %" PRIu64 " 次请求中只有 %" PRIu64
			 " 次发往教育主机(不足四分之一),按通用工具看待",
			 g->said, g->said_education);
}

/* "3 个客户端中的 <3 个", or requests. The caller frees. */
static char *share_text(const struct share *s)
{
	char part[TEXT_PEOPLE_MAX], whole[TEXT_PEOPLE_MAX];

	if (!s->people)
		return step_text("%" PRIu64 " 次连接和请求中的 %" PRIu64 " 次", s->whole, s->part);
	text_people(part, s->part);
	text_people(whole, s->whole);
	return step_text("%s 个客户端中的 %s 个", whole, part);
}

static void explain_stay(const struct work *w, struct app *a, size_t subject)
{
	const struct listener *l = &w->grouping.listener[subject];
	const char *host = w->in->subject[subject].name;
	const struct group *g = &w->grouping.group[l->speaker];
	char *share;

	if (l->stay == STAY_SHARE) {
		share = share_text(&l->share);
		step_add(a, "not-exclusive",
			 "%s 只有一个应用(%s)的标识访问,但只占其 %s(不足一半),主机自成应用", host, g->name,
			 share);
		free(share);
	} else if (l->stay == STAY_AUDIENCE) {
		step_add(a, "not-governed",
			 "%s 只被「%s」的标识访问,该产品不在口径 %s 的服务对象内,主机自成应用", host,
			 g->catalog->product, w->in->profile->name);
	}
}

static void explain_stays(const struct work *w, struct app *a)
{
	size_t told = 0;

	for (size_t i = 0; i < a->member_count && told < NAMES_SHOWN; i++) {
		const struct listener *l = &w->grouping.listener[a->member[i].subject];
		if (l->speaker == GROUP_NONE || l->stay == STAY_NONE)
			continue;
		explain_stay(w, a, a->member[i].subject);
		told++;
	}
}

/* The address itself is not said: explanations are passed on. */
static void explain_proxy(const struct work *w, struct app *a)
{
	for (size_t i = 0; i < a->member_count; i++) {
		const struct policy_subject *s = &w->in->subject[a->member[i].subject];
		if (!s->campus_proxy || s->campus_server)
			continue;
		step_add(a, "campus-proxy",
			 "%s "
			 "由校内地址应答,但该地址同时应答许多校外域名,属代理、缓存或认证网关一类,"
			 "不作为本校应用的依据",
			 s->name);
		return;
	}
}

static void explain_part_filed(const struct work *w, struct app *a)
{
	const struct group *g = &w->grouping.group[w->grouping.of[a->member[0].subject]];

	if (group_is_part_filed(g))
		step_add(a, "part-filed",
			 "本标识独自访问 %zu 个校内主机,其中 %zu "
			 "个有提供者备案,其余没有:是否同一备案,待人工核对",
			 g->campus_hosts, g->campus_filed);
	if (g->beside != GROUP_NONE)
		step_add(a, "beside-filed",
			 "它访问的校内主机(如 %s)都已备案,但多数客户端不经它访问:是否同一备案,待人工核对",
			 w->in->subject[g->beside].name);
}

/* A product's hosts that the identifier took bring the product along. */
static void find_catalog(const struct work *w, struct app *a)
{
	for (size_t i = 0; i < a->member_count && a->catalog == NULL; i++) {
		const struct group *g = &w->grouping.group[w->grouping.of[a->member[i].subject]];
		if (a->member[i].tie != TIE_EXCLUSIVE || g->product != GROUP_NONE)
			a->catalog = trait_of(w, a, i)->place.catalog;
	}
}

void app_build(struct work *w, struct judgement *out)
{
	size_t n = w->in->subject_count;
	size_t *app_of_group = xcalloc(w->grouping.count, sizeof(*app_of_group));

	out->subject_count = n;
	out->app_of_subject = xcalloc(n, sizeof(*out->app_of_subject));
	out->subject_note = xcalloc(n, sizeof(*out->subject_note));
	for (size_t i = 0; i < w->grouping.count; i++)
		app_of_group[i] = GROUP_NONE;
	for (size_t i = 0; i < n; i++) {
		if (w->grouping.of[i] != GROUP_NONE)
			app_of_group[w->grouping.of[i]] = 0;
	}
	open_apps(w, out, app_of_group);
	add_members(w, out, app_of_group);
	for (size_t i = 0; i < out->count; i++) {
		add_totals(w->in, &out->app[i]);
		find_catalog(w, &out->app[i]);
		explain_center(w, &out->app[i]);
		explain_hosts(w, &out->app[i]);
		joined_explain(w, &out->app[i]);
		explain_stays(w, &out->app[i]);
		explain_part_filed(w, &out->app[i]);
		explain_proxy(w, &out->app[i]);
		explain_limits(w, &out->app[i]);
	}
	free(app_of_group);
}

static void clear_finding(struct finding *f)
{
	free(f->rule);
	free(f->title);
}

void app_clear(struct app *a)
{
	free(a->key);
	free(a->name);
	free(a->unit);
	free(a->member);
	free(a->match);
	for (size_t i = 0; i < a->step_count; i++)
		free(a->step[i].text);
	free(a->step);
	for (size_t i = 0; i < a->finding_count; i++)
		clear_finding(&a->finding[i]);
	free(a->finding);
}
