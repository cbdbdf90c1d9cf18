/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/alias.h"
#include "policy/app.h"
#include "policy/domain.h"
#include "policy/joined.h"
#include "policy/learnt.h"
#include "policy/near.h"
#include "policy/step.h"

/* How sure one agreeing key makes, alone; several combine as 1 - product of (1 - each). */
static const double key_score[MATCH_KEY_COUNT][MATCH_EXACT + 1] = {
	[MATCH_DOMAIN] = { [MATCH_IS_PROBABLE] = 0.6, [MATCH_EXACT] = 0.95 },
	[MATCH_APPID] = { [MATCH_EXACT] = 0.99 },
	[MATCH_PACKAGE] = { [MATCH_IS_PROBABLE] = 0.6, [MATCH_EXACT] = 0.99 },
	[MATCH_BUNDLE] = { [MATCH_IS_PROBABLE] = 0.6, [MATCH_EXACT] = 0.99 },
	[MATCH_NUMBER] = { [MATCH_IS_PROBABLE] = 0.5, [MATCH_EXACT] = 0.9 },
	[MATCH_NAME] = { [MATCH_IS_PROBABLE] = 0.5, [MATCH_EXACT] = 0.85 },
};

static const enum match_key class_key[ID_CLASS_COUNT] = {
	[ID_APPID] = MATCH_APPID,
	[ID_PACKAGE] = MATCH_PACKAGE,
	[ID_BUNDLE] = MATCH_BUNDLE,
};

/* -- the list of one app: `filing` holds ranks until match_rest() ends -------------------------------- */

static struct app_match *listed(const struct near *m, size_t rank)
{
	const struct register_index *r = &m->w->reg;
	return r->seen_by[rank] == m->index + 1 ? &m->a->match[r->seen_at[rank]] : NULL;
}

static void note_seen(const struct near *m)
{
	for (size_t i = 0; i < m->a->match_count; i++) {
		m->w->reg.seen_by[m->a->match[i].filing] = m->index + 1;
		m->w->reg.seen_at[m->a->match[i].filing] = i;
	}
}

static struct app_match *open_match(const struct near *m, size_t rank)
{
	struct app *a = m->a;

	a->match = xgrow(a->match, &a->match_cap, a->match_count + 1, sizeof(*a->match));
	a->match[a->match_count] = (struct app_match){ .filing = rank };
	m->w->reg.seen_by[rank] = m->index + 1;
	m->w->reg.seen_at[rank] = a->match_count;
	return &a->match[a->match_count++];
}

static void add(const struct near *m, size_t rank, enum match_key key, enum match_grade grade)
{
	struct app_match *match = listed(m, rank);

	if (match == NULL)
		match = open_match(m, rank);
	if (grade > match->grade)
		match->grade = grade;
	if (!match->keys[key])
		match->score = 1 - (1 - match->score) * (1 - key_score[key][grade]);
	match->keys[key] = true;
}

static void add_all(const struct near *m, const struct index *ix, const char *text, enum match_key key)
{
	size_t n;
	const struct index_entry *e = index_find(ix, text, &n);
	for (size_t i = 0; i < n; i++)
		add(m, e[i].value, key, MATCH_EXACT);
}

/* -- exact keys ----------------------------------------------------------------------------------- */

static void match_ids(const struct near *m)
{
	for (size_t i = 0; i < m->a->member_count; i++) {
		const struct policy_subject *s = &m->w->in->subject[m->a->member[i].subject];
		if (s->kind == SUBJECT_HOST)
			continue;
		for (enum id_class c = 0; c < ID_CLASS_COUNT; c++) {
			if (register_may_name(s->kind, c))
				add_all(m, &m->w->reg.id[c], s->name, class_key[c]);
		}
	}
}

static void add_host(void *arg, size_t rank) { add(arg, rank, MATCH_DOMAIN, MATCH_EXACT); }

/* A host that an identifier took: the filing of that very host, unless it names other identifiers or leaves
 * others of its campus hosts out. */
static void add_taken(void *arg, size_t rank)
{
	const struct near *m = arg;
	bool foreign = near_bearing(m, register_filing(&m->w->reg, rank)) != BEARS_NONE;
	bool sure = !foreign && !group_is_part_filed(m->group);
	add(m, rank, MATCH_DOMAIN, sure ? MATCH_EXACT : MATCH_IS_PROBABLE);
}

static void match_hosts(struct near *m)
{
	bool by_root = false;

	for (size_t i = 0; i < m->a->member_count; i++) {
		size_t subject = m->a->member[i].subject;
		const struct policy_subject *s = &m->w->in->subject[subject];
		if (s->kind != SUBJECT_HOST)
			continue;
		if (!work_is_native(&m->a->member[i]))
			register_each_of_host(&m->w->reg, s->name, add_taken, m);
		else if (m->w->trait[subject].campus)
			register_each_of_host(&m->w->reg, s->name, add_host, m);
		else
			by_root = true;
	}
	if (by_root)
		add_all(m, &m->w->reg.root, m->a->key, MATCH_DOMAIN);
}

/* -- by product ------------------------------------------------------------------------------------ */

/* A product's filing is its app's. An identifier that no table knows, but speaks to that product alone, is
 * covered by it when the product's hosts are its own; otherwise, and when the filing names others of its
 * class, a person decides. */
static enum match_grade product_grade(const struct near *m, size_t rank)
{
	if (m->product == NULL)
		return MATCH_EXACT;
	if (m->a->catalog == NULL || m->group->beyond)
		return MATCH_IS_PROBABLE;
	return near_bearing(m, register_filing(&m->w->reg, rank)) == BEARS_OTHER ? MATCH_IS_PROBABLE
										 : MATCH_EXACT;
}

static void add_product(const struct near *m, const struct index *ix, const char *text, enum match_key key)
{
	size_t n;
	const struct index_entry *e = index_find(ix, text, &n);
	for (size_t i = 0; i < n; i++)
		add(m, e[i].value, key, product_grade(m, e[i].value));
}

/* A filing that has domains and none of them is the product's may only share its name. */
static void match_alias(void *arg, const char *alias)
{
	const struct near *m = arg;
	size_t n;
	const struct index_entry *e = index_find(&m->w->reg.name, alias, &n);
	for (size_t i = 0; i < n; i++) {
		const struct app_match *known = listed(m, e[i].value);
		bool agrees = known != NULL && known->grade == MATCH_EXACT;
		bool bare = register_filing(&m->w->reg, e[i].value)->domains.count == 0;
		add(m, e[i].value, MATCH_NAME,
		    agrees || bare ? product_grade(m, e[i].value) : MATCH_IS_PROBABLE);
	}
}

static void match_product(struct near *m)
{
	const struct place *p = m->product ? &m->product->place : &m->center->place;
	const struct catalog_entry *e = m->product ? p->catalog : m->a->catalog;
	char *root;

	if (e == NULL)
		return;
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++) {
		const struct data_list *ids = catalog_ids(e, c);
		for (size_t i = 0; i < ids->count; i++)
			add_product(m, &m->w->reg.id[c], ids->item[i], class_key[c]);
	}
	root = step_text("%s:%s", subject_kind_name(p->anchor_kind), p->anchor);
	if (m->product != NULL || !near_is_campus(m))
		add_product(m, &m->w->reg.root, root, MATCH_DOMAIN);
	free(root);
	alias_each(e->product, match_alias, m);
}

static void add_beside(void *arg, size_t rank)
{
	const struct near *m = arg;
	if (near_bearing(m, register_filing(&m->w->reg, rank)) != BEARS_OTHER)
		add(m, rank, MATCH_DOMAIN, MATCH_IS_PROBABLE);
}

/* -- by what probes learnt ----------------------------------------------------------------------------- */

static void add_probable(const struct near *m, const struct index *ix, const char *text, enum match_key key)
{
	size_t n;
	const struct index_entry *e = index_find(ix, text, &n);
	for (size_t i = 0; i < n; i++)
		if (listed(m, e[i].value) == NULL || !listed(m, e[i].value)->keys[key])
			add(m, e[i].value, key, MATCH_IS_PROBABLE);
}

/* A page may show its vendor's number, or a forged one. */
static void add_number(void *arg, const struct policy_fact *f)
{
	const struct near *m = arg;
	char *number = policy_normal_number(f->value);

	if (register_number_counts(number))
		add_probable(m, &m->w->reg.number, number, MATCH_NUMBER);
	free(number);
}

static void add_domain(void *arg, const struct policy_fact *f)
{
	struct near *m = arg;

	register_each_of_host(&m->w->reg, f->value, add_beside, m);
}

/* The platform's own record of an identifier: its name alone may be another's too; with a host in the same
 * filing, which the record lists or it was seen to speak to, it is that filing's. What a host's package or
 * page calls itself is no record. */
static void add_record_name(void *arg, const struct policy_fact *f)
{
	const struct near *m = arg;
	bool record = m->w->in->subject[f->subject].kind != SUBJECT_HOST;
	char *name = policy_normal_name(f->value);
	size_t n = 0;
	const struct index_entry *e =
		register_name_counts(name) ? index_find(&m->w->reg.name, name, &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		const struct app_match *known = listed(m, e[i].value);
		bool agrees = record && known != NULL && known->keys[MATCH_DOMAIN] &&
			      near_bearing(m, register_filing(&m->w->reg, e[i].value)) != BEARS_OTHER;
		add(m, e[i].value, MATCH_NAME, agrees ? MATCH_EXACT : MATCH_IS_PROBABLE);
	}
	free(name);
}

static void add_own_id(void *arg, const struct policy_fact *f)
{
	const struct near *m = arg;
	bool package = f->type == FACT_ANDROID_PACKAGE;

	if (learnt_is_declared(f))
		add_probable(m, &m->w->reg.id[package ? ID_PACKAGE : ID_BUNDLE], f->value,
			     package ? MATCH_PACKAGE : MATCH_BUNDLE);
}

static void add_beside_root(struct near *m, const struct place *p)
{
	char *key = step_text("%s:%s", subject_kind_name(p->anchor_kind), p->anchor);
	size_t n;
	const struct index_entry *e = index_find(&m->w->reg.root, key, &n);

	for (size_t i = 0; i < n; i++)
		add_beside(m, e[i].value);
	free(key);
}

/* Facts show this app and another to be one, and one of them is filed. */
static void add_kin(void *arg, const struct join *j)
{
	struct near *m = arg;
	const struct policy_subject *s = &m->w->in->subject[j->to];

	if (s->kind == SUBJECT_HOST)
		register_each_of_host(&m->w->reg, s->name, add_beside, m);
	if (s->kind == SUBJECT_HOST && !m->w->trait[j->to].campus)
		add_beside_root(m, &m->w->trait[j->to].place);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		if (s->kind != SUBJECT_HOST && register_may_name(s->kind, c))
			add_probable(m, &m->w->reg.id[c], s->name, class_key[c]);
}

static void match_learnt(struct near *m)
{
	static const struct {
		enum fact type;
		learnt_fn *fn;
	} rows[] = {
		{ FACT_EDU_NUMBER, add_number },    { FACT_APP_DOMAIN, add_domain },
		{ FACT_APP_NAME, add_record_name }, { FACT_ANDROID_PACKAGE, add_own_id },
		{ FACT_IOS_BUNDLE, add_own_id },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && m->w->in->fact_count > 0; i++)
		learnt_each(m->w->in, m->a, rows[i].type, LEARNT_SURE, rows[i].fn, m);
	joined_each_kin(m->w, m->a, add_kin, m);
}

static void claim(const struct near *m)
{
	if (m->a->anchor_kind == SUBJECT_HOST)
		return;
	for (size_t i = 0; i < m->a->match_count; i++) {
		if (m->a->match[i].grade == MATCH_EXACT)
			m->w->reg.claimed[m->a->match[i].filing] |= UINT32_C(1) << m->a->anchor_kind;
	}
}

void match_exact(struct work *w, const struct judgement *j, struct app *a)
{
	struct near m = near_init(w, j, a);

	match_ids(&m);
	match_hosts(&m);
	match_product(&m);
	if (m.group->beside != GROUP_NONE)
		register_each_of_host(&w->reg, w->in->subject[m.group->beside].name, add_beside, &m);
	match_learnt(&m);
	claim(&m);
}

/* -- likely ones and links -------------------------------------------------------------------------- */

static void add_likely(void *arg, size_t rank, const char *host, const char *why_not)
{
	const struct near *m = arg;
	(void)host;
	if (why_not == NULL && listed(m, rank) == NULL)
		add(m, rank, MATCH_DOMAIN, MATCH_IS_PROBABLE);
}

/* User and selfcheck forms often hold nothing but the app's name: they belong to the provider filing of that
 * name. */
static void link_by_name(const struct near *m, const struct policy_filing *f)
{
	char *name = policy_normal_name(f->name);
	size_t n = 0;
	const struct index_entry *e =
		register_name_counts(name) ? index_find(&m->w->reg.name, name, &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		const struct policy_filing *other = register_filing(&m->w->reg, e[i].value);
		if (other->kind != FILING_PROVIDER && !near_has_keys(other))
			add(m, e[i].value, MATCH_NAME, MATCH_EXACT);
	}
	free(name);
}

static void link_by_number(const struct near *m, const struct policy_filing *f, enum match_grade grade)
{
	char *number = policy_normal_number(f->number);
	size_t n = 0;
	const struct index_entry *e =
		register_number_counts(number) ? index_find(&m->w->reg.number, number, &n) : NULL;

	for (size_t i = 0; n > 1 && i < n; i++)
		add(m, e[i].value, MATCH_NUMBER, grade);
	free(number);
}

static void link_filings(const struct near *m)
{
	size_t direct = m->a->match_count;
	for (size_t i = 0; i < direct; i++) {
		enum match_grade grade = m->a->match[i].grade;
		const struct policy_filing *f = register_filing(&m->w->reg, m->a->match[i].filing);
		link_by_number(m, f, grade);
		if (f->kind == FILING_PROVIDER && grade == MATCH_EXACT)
			link_by_name(m, f);
	}
}

struct ranked {
	struct app_match match;
	enum filing_kind kind;
	size_t rank;
};

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	if (a->match.grade != b->match.grade)
		return a->match.grade > b->match.grade ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->match.score < b->match.score || a->match.score > b->match.score)
		return a->match.score > b->match.score ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* Best first; ranks become positions in the input. */
static void sort_matches(const struct near *m)
{
	struct app *a = m->a;
	struct ranked *all = xcalloc(a->match_count, sizeof(*all));

	for (size_t i = 0; i < a->match_count; i++) {
		all[i].match = a->match[i];
		all[i].rank = a->match[i].filing;
		all[i].kind = register_filing(&m->w->reg, all[i].rank)->kind;
		all[i].match.score = (double)(int)(all[i].match.score * 100 + 0.5) / 100;
		all[i].match.filing = m->w->reg.order[all[i].rank];
	}
	qsort(all, a->match_count, sizeof(*all), compare_ranked);
	for (size_t i = 0; i < a->match_count; i++)
		a->match[i] = all[i].match;
	free(all);
}

void match_rest(struct work *w, const struct judgement *j, struct app *a)
{
	struct near m = near_init(w, j, a);

	note_seen(&m);
	near_each_root(&m, add_likely, &m);
	if (a->match_count == 0)
		return;
	link_filings(&m);
	sort_matches(&m);
}

/* -- what came of it ---------------------------------------------------------------------------------- */

const struct policy_filing *match_best(const struct policy_input *in, const struct app *a,
				       enum filing_kind kind)
{
	for (size_t i = 0; i < a->match_count; i++) {
		const struct policy_filing *f = &in->filing[a->match[i].filing];
		if (f->kind == kind && a->match[i].grade == MATCH_EXACT)
			return f;
	}
	return NULL;
}

bool match_has(const struct policy_input *in, const struct app *a, enum filing_kind kind,
	       enum match_grade grade)
{
	for (size_t i = 0; i < a->match_count; i++) {
		if (a->match[i].grade == grade && in->filing[a->match[i].filing].kind == kind)
			return true;
	}
	return false;
}
