/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "policy/decide.h"
#include "policy/step.h"

/* R01: in use and not filed by its provider. Later rules are further rows. */
static const struct {
	const char *id;
	enum app_status status; /* that raises it */
} rules[] = {
	{ "R01", APP_UNFILED },
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
	step_add(a, "dns-only", "只见到 DNS 解析,没有任何连接,不能证明它提供网页或接口:不预警");
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
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r;
		if (a->status != rules[i].status)
			continue;
		if (!was_reached(w, a) || !was_served(w, a) || !reaches_thresholds(w, a))
			continue;
		r = data_rule(w->in->data, rules[i].id, w->in->profile->name);
		if (r != NULL)
			raise_finding(a, r);
		else
			step_add(a, "rule-missing", "规则表没有 %s 这一行,不预警", rules[i].id);
	}
}
