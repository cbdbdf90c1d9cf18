/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "policy/decide.h"
#include "policy/drift.h"
#include "policy/step.h"

/* In use and not filed by its provider. */
static bool is_unfiled(const struct work *w, struct app *a)
{
	(void)w;
	return a->status == APP_UNFILED;
}

static bool is_governed(const struct app *a)
{
	return a->status == APP_UNFILED || a->status == APP_PROBABLE || a->status == APP_FILED;
}

static bool is_stale(const struct work *w, struct app *a) { return is_governed(a) && drift_stale(w, a); }

static bool is_changed(const struct work *w, struct app *a) { return is_governed(a) && drift_filed(w, a); }

/* A later rule is a further row. */
static const struct {
	const char *id;
	bool (*breaks)(const struct work *w, struct app *a); /* with a step that says by what */
	bool everywhere; /* every profile has it: a table without it is damaged */
} rules[] = {
	{ "R01", is_unfiled, true },
	{ "R12", is_stale, false },
	{ "R14", is_changed, false },
};

/* Only asked for in DNS, never answered and never reached: a name that may not exist accuses nobody. */
static bool was_reached(const struct work *w, struct app *a)
{
	for (size_t i = 0; i < a->member_count; i++) {
		if (!w->trait[a->member[i].subject].asked_only)
			return true;
	}
	step_add(a, "asked-only", "只见到 DNS 查询,没有应答,也没有连接,不能证明该主机存在:不预警");
	return false;
}

/* Where hellos are encrypted (RFC 9849), that none shows the name says nothing about its use. */
static const char *missing_connection(const struct work *w, const struct app *a)
{
	for (size_t i = 0; i < a->member_count; i++)
		if (w->in->subject[a->member[i].subject].hides)
			return "只见到 DNS 解析;它发布了 ECH "
			       "配置,对它的连接可能以外层名称加密,看不到连接不等于"
			       "没有使用,也不能证明它提供网页或接口:不预警";
	return "只见到 DNS 解析,没有任何连接,不能证明它提供网页或接口:不预警";
}

/* Every machine of the campus has a name: without a connection the suffix alone makes it no app. */
static bool was_served(const struct work *w, struct app *a)
{
	if (a->catalog != NULL || decide_find(w, a, DECISION_EDUCATION) != NULL ||
	    (a->match_count > 0 && a->match[0].grade == MATCH_EXACT))
		return true;
	for (size_t i = 0; i < a->member_count; i++) {
		const struct trait *f = &w->trait[a->member[i].subject];
		if (!f->dns_only || f->label != NULL || f->rule != NULL)
			return true;
	}
	step_add(a, "dns-only", "%s", missing_connection(w, a));
	return false;
}

static bool reaches_thresholds(const struct work *w, struct app *a)
{
	const struct conf *c = w->in->conf;
	const struct profile *p = w->in->profile;
	uint64_t clients = c->policy.min_clients > 0 ? c->policy.min_clients : p->min_clients;
	uint64_t days = c->policy.min_days > 0 ? c->policy.min_days : p->min_days;
	bool reached = a->clients >= clients && a->days >= days;
	char people[TEXT_PEOPLE_MAX];

	text_people(people, a->clients);
	step_add(a, reached ? "threshold" : "below-threshold",
		 "去重客户端 %s 个(阈值 %" PRIu64 "),出现 %" PRIu64 " 天(阈值 %" PRIu64 "):%s", people,
		 clients, a->days, days, reached ? "达到预警阈值" : "未达到预警阈值,暂不预警");
	return reached;
}

static char *fill_title(const char *title, const char *app)
{
	struct buf out = { 0 };
	const char *hole;

	buf_puts(&out, "");
	while ((hole = strstr(title, "{app}")) != NULL) {
		buf_add(&out, title, (size_t)(hole - title));
		buf_puts(&out, app);
		title = hole + strlen("{app}");
	}
	buf_puts(&out, title);
	return out.p;
}

static void raise_finding(struct app *a, const struct rule *r)
{
	struct buf cites = { 0 };

	a->finding = xgrow(a->finding, &a->finding_cap, a->finding_count + 1, sizeof(*a->finding));
	a->finding[a->finding_count++] = (struct finding){
		.rule = xstrdup(r->id),
		.severity = r->severity,
		.title = fill_title(r->title, a->name),
		.rule_row = r,
	};
	buf_puts(&cites, "");
	for (size_t i = 0; i < r->cites.count; i++)
		buf_printf(&cites, "%s%s", i > 0 ? ";" : "", r->cites.item[i]);
	step_add(a, "rule", "触发规则 %s(级别%s):%s依据:%s", r->id, severity_zh(r->severity), r->duty,
		 cites.p);
	buf_clear(&cites);
}

void rules_apply(const struct work *w, struct app *a)
{
	bool asked = false, used = false;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r;
		if (!rules[i].breaks(w, a))
			continue;
		if (!asked) {
			used = was_reached(w, a) && was_served(w, a) && reaches_thresholds(w, a);
			asked = true;
		}
		if (!used)
			return;
		r = data_rule(w->in->data, rules[i].id, w->in->profile->name);
		if (r != NULL)
			raise_finding(a, r);
		else if (rules[i].everywhere)
			step_add(a, "rule-missing", "规则表没有 %s 这一行,不预警", rules[i].id);
	}
}
