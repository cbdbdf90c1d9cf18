/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/classify.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "policy/app.h"
#include "policy/decide.h"
#include "policy/education.h"
#include "policy/explain.h"
#include "policy/learnt.h"
#include "policy/match.h"
#include "policy/step.h"

/* -- name and unit ------------------------------------------------------------------------------------ */

static void name_app(const struct policy_input *in, const struct group *g, struct app *a)
{
	const struct policy_fact *record = NULL;

	/* an identifier that only speaks to a product may be somebody else's: its own name stays visible */
	if (a->catalog != NULL && g->product == GROUP_NONE) {
		a->name = xstrdup(a->catalog->product);
		return;
	}
	for (enum filing_kind k = 0; k < FILING_KIND_COUNT; k++) {
		const struct policy_filing *f = match_best(in, a, k);
		if (f != NULL && f->name != NULL) {
			a->name = xstrdup(f->name);
			return;
		}
	}
	if (a->anchor_kind != SUBJECT_HOST)
		record = learnt_best(in, a, FACT_APP_NAME, LEARNT_SURE);
	a->name = record ? xstrdup(record->value) : app_anchor_name(a);
}

static void find_unit(const struct policy_input *in, struct app *a)
{
	for (size_t i = 0; i < a->match_count; i++) {
		const struct policy_filing *f = &in->filing[a->match[i].filing];
		if (f->kind == FILING_PROVIDER || f->unit == NULL || a->match[i].grade != MATCH_EXACT)
			continue;
		a->unit = xstrdup(f->unit);
		step_add(a, "unit", "责任单位「%s」,取自%s《%s》", f->unit, filing_kind_zh(f->kind),
			 f->name ? f->name : "未命名");
		return;
	}
}

/* -- exemptions -------------------------------------------------------------------------------------- */

static bool exempt_by_table(const struct work *w, struct app *a)
{
	for (size_t i = 0; i < a->member_count; i++) {
		const struct exempt_entry *e = w->trait[a->member[i].subject].place.exempt;
		if (e == NULL || !work_is_native(&a->member[i]))
			continue;
		step_add(a, "exempt", "豁免名单:%s 属「%s」,%s", e->name, e->product, e->reason);
		return true;
	}
	return false;
}

/* All its hosts are the network centre's. What facts brought speaks neither for it nor against it. */
static bool exempt_by_center(const struct work *w, struct app *a)
{
	size_t hosts = 0;

	if (!w->in->profile->exempt_center)
		return false;
	for (size_t i = 0; i < a->member_count; i++) {
		const struct policy_subject *s = &w->in->subject[a->member[i].subject];
		if (s->kind != SUBJECT_HOST || a->member[i].tie == TIE_LEARNT)
			continue;
		if (!lookup_is_center(&w->lookup, s->name))
			return false;
		hosts++;
	}
	if (hosts == 0)
		return false;
	step_add(a, "exempt-center", "网络信息中心统一组织开发的应用(campus.center_hosts),口径 %s 不要求备案",
		 w->in->profile->name);
	return true;
}

static bool is_exempt(const struct work *w, struct app *a)
{
	const struct policy_decision *d = decide_find(w, a, DECISION_EXEMPT);

	if (d != NULL) {
		step_add(a, "decision-exempt", "人工豁免(%s:%s)", d->by ? d->by : "未署名",
			 d->reason ? d->reason : "未写理由");
		return true;
	}
	if (decide_find(w, a, DECISION_EDUCATION) != NULL)
		return false;
	return exempt_by_table(w, a) || exempt_by_center(w, a);
}

/* -- scope ------------------------------------------------------------------------------------------- */

/* The kinds in which the app is used by itself: its identifiers, and `host` when a host of it is reached by
 * others than these identifiers. */
static void own_kinds(const struct work *w, const struct app *a, bool kinds[SUBJECT_KIND_COUNT])
{
	for (size_t i = 0; i < a->member_count; i++) {
		size_t subject = a->member[i].subject;
		enum subject_kind k = w->in->subject[subject].kind;
		if (k != SUBJECT_HOST || grouping_is_reached(&w->grouping, subject))
			kinds[k] = true;
	}
}

static bool kind_in_scope(const struct work *w, struct app *a)
{
	bool kinds[SUBJECT_KIND_COUNT] = { false }, any = false;
	struct buf names = { 0 };

	own_kinds(w, a, kinds);
	for (enum subject_kind k = 0; k < SUBJECT_KIND_COUNT; k++)
		any |= kinds[k];
	kinds[a->anchor_kind] |= !any;
	for (enum subject_kind k = 0; k < SUBJECT_KIND_COUNT; k++) {
		if (kinds[k] && w->in->profile->kinds[k]) {
			buf_clear(&names);
			return true;
		}
		if (kinds[k])
			buf_printf(&names, "%s%s", names.len > 0 ? "、" : "", subject_kind_zh(k));
	}
	step_add(a, "scope-kind", "口径 %s 不含%s(%s)", w->in->profile->name, names.p, w->in->profile->basis);
	buf_clear(&names);
	return false;
}

static bool audience_in_scope(const struct work *w, struct app *a, const struct catalog_entry *product)
{
	if (product == NULL || lookup_in_audience(w->in->profile, product))
		return true;
	step_add(a, "scope-audience", "「%s」面向%s(%s),不在口径 %s 的服务对象内", product->product,
		 product->audience ? product->audience : product->audience_class, product->audience_class,
		 w->in->profile->name);
	return false;
}

/* -- status ------------------------------------------------------------------------------------------ */

static enum app_status register_status(const struct policy_input *in, const struct app *a)
{
	if (match_has(in, a, FILING_PROVIDER, MATCH_EXACT))
		return APP_FILED;
	/* the national system lets a school file as user only what its provider has filed: the list lags */
	if (match_has(in, a, FILING_USER, MATCH_EXACT) ||
	    match_has(in, a, FILING_PROVIDER, MATCH_IS_PROBABLE))
		return APP_PROBABLE;
	return APP_UNFILED;
}

static void judge_filed(struct work *w, const struct judgement *j, struct app *a)
{
	step_add(a, "in-scope", "在口径 %s 的范围内(%s)", w->in->profile->name, w->in->profile->basis);
	explain_matches(w, j, a);
	a->status = register_status(w->in, a);
	find_unit(w->in, a);
	explain_status(w->in, a);
}

/* Nothing but where it lies says that it is an app: no product, no filing, no person. */
static bool by_itself(const struct work *w, const struct app *a)
{
	return a->catalog == NULL && decide_find(w, a, DECISION_EDUCATION) == NULL &&
	       (a->match_count == 0 || a->match[0].grade != MATCH_EXACT);
}

void classify_app(struct work *w, const struct judgement *j, struct app *a)
{
	const struct catalog_entry *product;

	name_app(w->in, work_group(w, j, a), a);
	product = education_weigh(w, j, a);
	learnt_explain(w, a);
	if (is_exempt(w, a)) {
		a->status = APP_EXEMPT;
		return;
	}
	if (a->score <= 0) {
		step_add(a, "undecided",
			 "没有目录、规则、校内域名、登记表或人工认定说它是教育应用:只列出,不预警");
		a->status = APP_UNDECIDED;
		return;
	}
	if (!kind_in_scope(w, a) || !audience_in_scope(w, a, product))
		a->status = APP_OUT_OF_SCOPE;
	else if (by_itself(w, a) && learnt_is_nobody(w, a))
		a->status = APP_UNDECIDED;
	else
		judge_filed(w, j, a);
}
