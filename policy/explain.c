/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/explain.h"

#include <string.h>

#include "base/buf.h"
#include "policy/app.h"
#include "policy/domain.h"
#include "policy/match.h"
#include "policy/near.h"
#include "policy/step.h"

static const struct {
	const char *word, *zh;
} key_words[MATCH_KEY_COUNT] = {
	[MATCH_DOMAIN] = { "match-domain", "域名" },   [MATCH_APPID] = { "match-appid", "appid" },
	[MATCH_PACKAGE] = { "match-package", "包名" }, [MATCH_BUNDLE] = { "match-bundle", "Bundle ID" },
	[MATCH_NUMBER] = { "match-number", "备案号" }, [MATCH_NAME] = { "match-name", "名称" },
};

/* -- filings that agreed ---------------------------------------------------------------------------- */

static const char *filing_title(const struct policy_filing *f) { return f->name ? f->name : "未命名"; }

static void explain_match(const struct policy_input *in, struct app *a, const struct app_match *m)
{
	const struct policy_filing *f = &in->filing[m->filing];
	const char *word = NULL;
	struct buf keys = { 0 };

	for (enum match_key k = 0; k < MATCH_KEY_COUNT; k++) {
		if (!m->keys[k])
			continue;
		buf_printf(&keys, "%s%s", word ? "、" : "", key_words[k].zh);
		word = word ? word : key_words[k].word;
	}
	step_add(a, word, "与%s《%s》比对:%s一致,%s(得分 %.2f)", filing_kind_zh(f->kind), filing_title(f),
		 keys.p, m->grade == MATCH_EXACT ? "确认匹配" : "只能算疑似匹配", m->score);
	buf_clear(&keys);
}

/* -- filings that came near --------------------------------------------------------------------------- */

struct nearby {
	const struct near *near;
	size_t count;
	size_t shown[EXPLAIN_NEAR]; /* ranks */
};

static bool is_match(const struct nearby *n, size_t rank)
{
	const struct app *a = n->near->a;
	for (size_t i = 0; i < a->match_count; i++) {
		if (a->match[i].filing == n->near->w->reg.order[rank])
			return true;
	}
	return false;
}

/* Takes the filing into the few that are shown; false when it already is one, or there is no room. */
static bool show(struct nearby *n, size_t rank)
{
	for (size_t i = 0; i < n->count; i++) {
		if (n->shown[i] == rank)
			return false;
	}
	if (n->count == EXPLAIN_NEAR || is_match(n, rank))
		return false;
	n->shown[n->count++] = rank;
	return true;
}

static void add_near(void *arg, size_t rank, const char *host, const char *why_not)
{
	struct nearby *n = arg;
	const struct policy_filing *f = register_filing(&n->near->w->reg, rank);

	if (why_not != NULL && show(n, rank))
		step_add(n->near->a, "near-miss", "%s《%s》的域名与 %s 属同一可注册域名,但不算匹配:%s",
			 filing_kind_zh(f->kind), filing_title(f), host, why_not);
}

static void near_entries(struct nearby *n, const struct index *ix, const char *name, const char *why)
{
	size_t count;
	const struct index_entry *e = index_find(ix, name, &count);

	for (size_t i = 0; i < count && n->count < EXPLAIN_NEAR; i++) {
		const struct policy_filing *f = register_filing(&n->near->w->reg, e[i].value);
		if (show(n, e[i].value))
			step_add(n->near->a, "near-miss", "%s《%s》登记的域名在 %s,但不算匹配:%s",
				 filing_kind_zh(f->kind), filing_title(f), name, why);
	}
}

/* Filings of the parents of a campus host, then of its neighbours. */
static void near_campus(struct nearby *n, size_t subject)
{
	const struct trait *f = &n->near->w->trait[subject];
	const char *host = domain_bare(n->near->w->in->subject[subject].name);

	near_entries(n, &n->near->w->reg.wild, host, "通配只覆盖其下的主机,不含这个域名自己");
	for (const char *dot = strchr(host, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		near_entries(n, &n->near->w->reg.vain, dot + 1,
			     "通配覆盖整个校内域名,不能代替各系统逐个备案");
	for (const char *dot = strchr(host, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		near_entries(n, &n->near->w->reg.host, dot + 1, "上级域名的备案不覆盖其下各个校内主机");
	if (f->place.registrable != NULL)
		near_entries(n, &n->near->w->reg.registrable, f->place.registrable,
			     "校内主机逐个备案,主机名不同");
}

static void explain_near(const struct near *m)
{
	struct nearby n = { .near = m };

	near_each_root(m, add_near, &n);
	for (size_t i = 0; i < m->a->member_count && n.count < EXPLAIN_NEAR; i++) {
		size_t subject = m->a->member[i].subject;
		if (m->w->trait[subject].campus)
			near_campus(&n, subject);
	}
}

static bool has_exact(const struct app *a) { return a->match_count > 0 && a->match[0].grade == MATCH_EXACT; }

void explain_matches(struct work *w, const struct judgement *j, struct app *a)
{
	struct near m = near_init(w, j, a);

	for (size_t i = 0; i < a->match_count && i < EXPLAIN_MATCHES; i++)
		explain_match(w->in, a, &a->match[i]);
	if (a->match_count > EXPLAIN_MATCHES)
		step_add(a, "match-more", "另有 %zu 条备案也一致", a->match_count - EXPLAIN_MATCHES);
	if (!has_exact(a))
		explain_near(&m);
	if (a->match_count == 0)
		step_add(
			a, "match-none",
			"登记表共 %zu 条备案,按域名、appid、包名、Bundle ID、备案号、名称逐项比对,没有一致的",
			w->in->filing_count);
}

/* -- status ----------------------------------------------------------------------------------------- */

static void explain_probable(const struct policy_input *in, struct app *a)
{
	if (match_best(in, a, FILING_USER) != NULL)
		step_add(a, "status",
			 "只有本校的使用者备案,提供者备案未在登记表中找到(登记表可能滞后),待人工核对");
	else
		step_add(a, "status", "有提供者备案疑似属于本应用,待人工核对");
}

void explain_status(const struct policy_input *in, struct app *a)
{
	switch (a->status) {
	case APP_FILED:
		step_add(a, "status", "已找到提供者备案");
		break;
	case APP_PROBABLE:
		explain_probable(in, a);
		break;
	case APP_UNFILED:
		if (match_best(in, a, FILING_SELFCHECK) != NULL)
			step_add(a, "selfcheck-only", "只在自查表中出现,自查不等于备案");
		step_add(a, "status", "未找到提供者备案:疑似未备案,待核");
		break;
	default:
		break;
	}
}
