/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/education.h"

#include <stdlib.h>

#include "policy/decide.h"
#include "policy/learnt.h"
#include "policy/step.h"

/* The step's text when the evidence is there, else NULL. */
typedef char *evidence_fn(const struct work *w, const struct judgement *j, const struct app *a);

static char *by_person(const struct work *w, const struct judgement *j, const struct app *a)
{
	const struct policy_decision *d = decide_find(w, a, DECISION_EDUCATION);
	(void)j;
	if (d == NULL)
		return NULL;
	return step_text("人工认定为教育应用(%s:%s)", d->by ? d->by : "未署名",
			 d->reason ? d->reason : "未写理由");
}

static char *by_catalog(const struct work *w, const struct judgement *j, const struct app *a)
{
	if (a->catalog == NULL)
		return NULL;
	if (work_group(w, j, a)->product != GROUP_NONE)
		return step_text("它独占访问教育应用目录第 %u 行「%s」的主机 %s", a->catalog->line,
				 a->catalog->product, w->in->subject[work_group(w, j, a)->product].name);
	return step_text("教育应用目录第 %u 行:「%s」(%s,%s)", a->catalog->line, a->catalog->product,
			 a->catalog->operator, a->catalog->category);
}

static char *by_register(const struct work *w, const struct judgement *j, const struct app *a)
{
	const struct policy_filing *f;
	(void)j;
	if (a->match_count == 0 || a->match[0].grade != MATCH_EXACT)
		return NULL;
	f = &w->in->filing[a->match[0].filing];
	return step_text("登记表中有它:%s《%s》", filing_kind_zh(f->kind), f->name ? f->name : "未命名");
}

typedef const char *trait_fn(const struct trait *f);

static const char *campus_suffix(const struct trait *f) { return f->place.exempt ? NULL : f->place.campus; }
static const char *campus_server(const struct trait *f) { return f->server ? "campus.prefixes" : NULL; }
static const char *tenant(const struct trait *f) { return f->place.exempt ? NULL : f->label; }
static const char *rule_reason(const struct trait *f)
{
	return f->rule && !f->place.exempt ? f->rule->reason : NULL;
}

/* The first member that has the trait, how many have it, and what it is. */
static char *by_trait(const struct work *w, const struct app *a, trait_fn *trait, const char *what)
{
	const char *first = NULL, *value = NULL;
	size_t count = 0;

	for (size_t i = 0; i < a->member_count; i++) {
		const char *found = trait(&w->trait[a->member[i].subject]);
		if (found == NULL)
			continue;
		if (count++ == 0) {
			first = w->in->subject[a->member[i].subject].name;
			value = found;
		}
	}
	return count > 0 ? step_text("%s(共 %zu 个对象)%s:%s", first, count, what, value) : NULL;
}

static char *by_suffix(const struct work *w, const struct judgement *j, const struct app *a)
{
	(void)j;
	return by_trait(w, a, campus_suffix, "在校内域名之下");
}

static char *by_server(const struct work *w, const struct judgement *j, const struct app *a)
{
	(void)j;
	return by_trait(w, a, campus_server, "由校内地址的服务器应答");
}

static char *by_tenant(const struct work *w, const struct judgement *j, const struct app *a)
{
	(void)j;
	return by_trait(w, a, tenant, "是本校在供应商处的租户,标签");
}

static char *by_rule(const struct work *w, const struct judgement *j, const struct app *a)
{
	(void)j;
	return by_trait(w, a, rule_reason, "符合教育特征规则");
}

static char *by_speech(const struct work *w, const struct judgement *j, const struct app *a)
{
	const struct group *g = work_group(w, j, a);
	const struct trait *f;
	const char *host;

	if (g->spoken == GROUP_NONE)
		return NULL;
	f = &w->trait[g->spoken];
	host = w->in->subject[g->spoken].name;
	if (f->place.catalog != NULL)
		return step_text("它访问目录产品「%s」的主机 %s;该主机仍属于那个产品",
				 f->place.catalog->product, host);
	return step_text("它访问教育主机 %s;该主机是单独的应用", host);
}

/* The hosts that the platform lets an identifier speak to: one of the campus or of a product makes it
 * education, also when nobody was seen to speak to it in the clear. */
struct recorded {
	const struct work *work;
	const struct policy_fact *fact;
	struct place place;
};

static void find_recorded(void *arg, const struct policy_fact *f)
{
	struct recorded *r = arg;
	struct place place;

	if (r->fact != NULL)
		return;
	lookup_host(&r->work->lookup, f->value, &place);
	if (place.exempt == NULL && (place.campus != NULL || place.catalog != NULL)) {
		r->fact = f;
		r->place = place;
	}
}

static char *by_record(const struct work *w, const struct judgement *j, const struct app *a)
{
	struct recorded r = { .work = w };

	(void)j;
	learnt_each(w->in, a, FACT_APP_DOMAIN, LEARNT_SURE, find_recorded, &r);
	if (r.fact == NULL)
		return NULL;
	if (r.place.campus != NULL)
		return step_text("%s列出它可访问的主机 %s 在校内域名 %s 之下", r.fact->note, r.fact->value,
				 r.place.campus);
	return step_text("%s列出它可访问的主机 %s 属目录产品「%s」", r.fact->note, r.fact->value,
			 r.place.catalog->product);
}

enum { BY_SPEECH = 7 };
static const struct {
	const char *word;
	double weight;
	evidence_fn *find;
} evidence[] = {
	{ "decision-education", 1.0, by_person }, { "catalog", 0.95, by_catalog },
	{ "register", 0.9, by_register },         { "campus-suffix", 0.9, by_suffix },
	{ "campus-server", 0.8, by_server },      { "campus-tenant", 0.85, by_tenant },
	{ "education-rule", 0.7, by_rule },       [BY_SPEECH] = { "speaks-to", 0.6, by_speech },
	{ "record-domain", 0.7, by_record },
};

const struct catalog_entry *education_weigh(const struct work *w, const struct judgement *j, struct app *a)
{
	double doubt = 1;
	size_t found = 0, last = 0;

	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++) {
		char *text = evidence[i].find(w, j, a);
		if (text == NULL)
			continue;
		step_add(a, evidence[i].word, "%s(教育属性权重 %.2f)", text, evidence[i].weight);
		free(text);
		doubt *= 1 - evidence[i].weight;
		found++;
		last = i;
	}
	a->score = found > 0 ? (double)(int)((1 - doubt) * 100 + 0.5) / 100 : 0;
	if (a->catalog == NULL && found == 1 && last == BY_SPEECH)
		return w->trait[work_group(w, j, a)->spoken].place.catalog;
	return a->catalog;
}
