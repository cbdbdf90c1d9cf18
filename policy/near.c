/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/near.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/step.h"

struct near near_init(struct work *w, const struct judgement *j, struct app *a)
{
	struct near m = { .w = w, .a = a, .index = (size_t)(a - j->app) };

	for (size_t i = 0; i < a->member_count; i++) {
		const struct policy_subject *s = &w->in->subject[a->member[i].subject];
		if (s->kind != SUBJECT_HOST)
			m.own[id_class_of(s->kind)] = true;
		else
			m.first_id = i + 1;
		if (work_is_native(&a->member[i]))
			m.center = &w->trait[a->member[i].subject];
	}
	m.group = work_group(w, j, a);
	if (m.group->product != GROUP_NONE)
		m.product = &w->trait[m.group->product];
	return m;
}

bool near_is_campus(const struct near *m) { return m->center->campus; }

bool near_has_keys(const struct policy_filing *f)
{
	return f->domains.count + f->appids.count + f->packages.count + f->bundles.count > 0;
}

static bool list_has(const struct data_list *l, const char *item)
{
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->item[i], item) == 0)
			return true;
	}
	return false;
}

static bool names_app(const struct near *m, const struct policy_filing *f)
{
	for (size_t i = m->first_id; i < m->a->member_count; i++) {
		const struct policy_subject *s = &m->w->in->subject[m->a->member[i].subject];
		for (enum id_class c = 0; c < ID_CLASS_COUNT; c++) {
			if (register_may_name(s->kind, c) && list_has(filing_ids(f, c), s->name))
				return true;
		}
	}
	return false;
}

enum bearing near_bearing(const struct near *m, const struct policy_filing *f)
{
	enum bearing most = BEARS_NONE;

	if (names_app(m, f))
		return BEARS_NONE;
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++) {
		enum bearing b = m->own[c] ? BEARS_OTHER : BEARS_OTHER_CLASS;
		if (filing_ids(f, c)->count > 0 && b > most)
			most = b;
	}
	return most;
}

static bool named_elsewhere(const struct near *m)
{
	for (size_t i = 0; i < m->a->match_count; i++) {
		const bool *keys = m->a->match[i].keys;
		if (keys[MATCH_APPID] || keys[MATCH_PACKAGE] || keys[MATCH_BUNDLE])
			return true;
	}
	return false;
}

static const char *why_not(const struct near *m, size_t rank, bool named)
{
	if (named)
		return "本应用的标识已在另一条备案中";
	if (near_bearing(m, register_filing(&m->w->reg, rank)) == BEARS_OTHER)
		return "该备案写明的是另一个标识,同一厂商的孪生应用不能共用备案";
	if (m->w->reg.claimed[rank] & UINT32_C(1) << m->a->anchor_kind)
		return "该备案已属于另一个同类应用";
	return NULL;
}

/* An app's off-campus hosts that an identifier took, as the root they share with others; one row per root. */
struct root {
	const struct place *place;
	const char *host;
};

static int compare_root(const void *left, const void *right)
{
	const struct root *a = left, *b = right;
	int order = strcmp(a->place->anchor, b->place->anchor);
	return order != 0 ? order : strcmp(a->host, b->host);
}

static void each_filing(const struct near *m, const struct root *root, near_fn *fn, void *arg)
{
	char *key = step_text("%s:%s", subject_kind_name(root->place->anchor_kind), root->place->anchor);
	bool named = named_elsewhere(m);
	size_t n;
	const struct index_entry *e = index_find(&m->w->reg.root, key, &n);

	for (size_t i = 0; i < n; i++)
		fn(arg, e[i].value, root->host, why_not(m, e[i].value, named));
	free(key);
}

void near_each_root(const struct near *m, near_fn *fn, void *arg)
{
	struct root *root = xcalloc(m->a->member_count, sizeof(*root));
	size_t n = 0;

	for (size_t i = 0; i < m->a->member_count; i++) {
		size_t subject = m->a->member[i].subject;
		if (work_is_native(&m->a->member[i]) || m->w->trait[subject].campus)
			continue;
		root[n].place = &m->w->trait[subject].place;
		root[n++].host = m->w->in->subject[subject].name;
	}
	if (n > 1)
		qsort(root, n, sizeof(*root), compare_root);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(root[i - 1].place->anchor, root[i].place->anchor) != 0)
			each_filing(m, &root[i], fn, arg);
	}
	free(root);
}
