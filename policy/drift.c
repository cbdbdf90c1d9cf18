/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/drift.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "policy/domain.h"
#include "policy/joined.h"
#include "policy/learnt.h"
#include "policy/match.h"
#include "policy/package.h"
#include "policy/permission.h"
#include "policy/step.h"

enum {
	ICP_DIGITS_MIN = 8,
	TOLD_MAX = 12,    /* permissions in a step; the rest is counted */
	QUOTED_MAX = 240, /* bytes of a filing's text in a step */
};

#define SECOND INT64_C(1000000)
#define A_DAY  (86400 * SECOND)

/* How long what contradicts has been seen. */
struct drift {
	bool found;
	int64_t days;
};

static void note(struct drift *d, const struct policy_fact *f)
{
	int64_t days = (f->last - f->first) / A_DAY;

	d->days = d->found && d->days > days ? d->days : days;
	d->found = true;
}

/* -- whose --------------------------------------------------------------------------------------- */

/* The version of the app itself: of an identifier, or of a package that is certainly its own. */
static bool is_own_version(const struct work *w, const struct app *a, const struct policy_fact *f)
{
	const struct policy_input *in = w->in;
	const struct policy_filing *filing = match_best(in, a, FILING_PROVIDER);
	const struct policy_fact *package;

	if (in->subject[f->subject].kind != SUBJECT_HOST)
		return true;
	for (int apple = 0; apple < 2; apple++) {
		package = package_of(in, f->subject, apple != 0);
		if (package != NULL && package_is_own(w, a, filing, package))
			return true;
	}
	return false;
}

/* -- R14 ------------------------------------------------------------------------------------------- */

/* "京ICP备2021026895号-5": the digits before 号, which name the holder; the rest numbers his sites and apps.
 */
static const char *icp_digits(const char *text, size_t *n)
{
	size_t run = 0;

	for (const char *s = text; *s != '\0'; s++) {
		run = *s >= '0' && *s <= '9' ? run + 1 : 0;
		if (run >= ICP_DIGITS_MIN && !(s[1] >= '0' && s[1] <= '9')) {
			*n = run;
			return s + 1 - run;
		}
	}
	return NULL;
}

struct icp {
	const char *digits;
	size_t n;
	const struct policy_fact *other; /* a number that is not the filed one */
	bool same;
};

static void compare_icp(void *arg, const struct policy_fact *f)
{
	struct icp *want = arg;
	size_t n;
	const char *digits = icp_digits(f->value, &n);

	if (digits == NULL)
		return;
	if (n == want->n && memcmp(digits, want->digits, n) == 0)
		want->same = true;
	else if (want->other == NULL || f->first < want->other->first)
		want->other = f;
}

static void compare_icps(const struct work *w, struct app *a, const struct policy_filing *f, struct drift *d)
{
	struct icp want = { 0 };

	want.digits = f->icp ? icp_digits(f->icp, &want.n) : NULL;
	if (want.digits == NULL)
		return;
	learnt_each(w->in, a, FACT_ICP_NUMBER, LEARNT_SURE, compare_icp, &want);
	learnt_each(w->in, a, FACT_ICP_APP, LEARNT_SURE, compare_icp, &want);
	learnt_each(w->in, a, FACT_ICP_MINI, LEARNT_SURE, compare_icp, &want);
	if (want.same || want.other == NULL)
		return;
	step_add(a, "drift-icp", "备案登记的 ICP 备案号为「%s」,页面所示为「%s」", f->icp, want.other->value);
	note(d, want.other);
}

/* One name may hold the other: 示例大学 and 示例大学网络信息中心 are no contradiction. */
static void compare_operators(const struct work *w, struct app *a, const struct policy_filing *f,
			      struct drift *d)
{
	const struct policy_fact *seen = learnt_best(w->in, a, FACT_APP_OWNER, LEARNT_SURE);
	char *filed = f->operator? policy_normal_name(f->operator) : NULL,
	     *shown = seen ? policy_normal_name(seen->value) : NULL;

	if (filed && shown && strstr(filed, shown) == NULL && strstr(shown, filed) == NULL) {
		step_add(a, "drift-operator", "备案登记的主体为「%s」,%s所示为「%s」", f->operator,
			 seen->note, seen->value);
		note(d, seen);
	}
	free(filed);
	free(shown);
}

/* -- the domain */

struct domains {
	const struct work *work;
	struct app *app;
	const struct policy_filing *filing;
	struct drift *drift;
};

static bool lists(const struct policy_filing *f, const char *host)
{
	for (size_t i = 0; i < f->domains.count; i++)
		if (strcmp(domain_bare(f->domains.item[i]), domain_bare(host)) == 0)
			return true;
	return false;
}

/* The filing is of where it was: nobody filed where it is now. */
static void compare_domain(void *arg, const struct join *j)
{
	const struct domains *d = arg;
	const struct policy_input *in = d->work->in;

	if (j->why != JOIN_MOVED || j->turned || !lists(d->filing, in->subject[j->from].name))
		return;
	step_add(d->app, "drift-domain", "备案登记的域名 %s 已永久跳转到 %s,后者不在任何备案中",
		 in->subject[j->from].name, in->subject[j->to].name);
	note(d->drift, j->fact);
}

static void compare_domains(const struct work *w, struct app *a, const struct policy_filing *f,
			    struct drift *drift)
{
	struct domains d = { w, a, f, drift };

	joined_each_kin(w, a, compare_domain, &d);
}

/* -- the version: told, and no drift, for hardly anybody files each of them */

struct versions {
	const struct work *work;
	const struct app *app;
	const char *filed;
	const struct policy_fact *other;
	bool same;
};

static const char *bare_version(const char *text) { return text + (text[0] == 'v' || text[0] == 'V'); }

static bool is_version(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
}

static void compare_version(void *arg, const struct policy_fact *f)
{
	struct versions *v = arg;

	if (!is_own_version(v->work, v->app, f) || !is_version(bare_version(f->value)))
		return;
	if (strcmp(bare_version(f->value), v->filed) == 0)
		v->same = true;
	else
		v->other = f;
}

static void tell_versions(const struct work *w, struct app *a, const struct policy_filing *f,
			  struct drift *drift)
{
	struct versions v = { .work = w, .app = a, .filed = f->version ? bare_version(f->version) : "" };

	(void)drift;
	if (!is_version(v.filed))
		return;
	learnt_each(w->in, a, FACT_APP_VERSION, LEARNT_SURE, compare_version, &v);
	if (!v.same && v.other != NULL)
		step_add(a, "drift-version", "备案登记的版本号为「%s」,探测到的是「%s」:仅供核对,不预警",
			 f->version, v.other->value);
}

/* -- permissions */

/* What the packages of an app declare, held against what its filings name. */
struct declared {
	const struct work *work;
	const struct app *app;
	const struct policy_filing *filing; /* the best */
	const char *text;                   /* of the filing that said most badly, or of the best */
	bool understood;
	unsigned named; /* classes */
	struct drift *drift;
	struct buf more;
	size_t sensitive, strange, more_count;
	const char *package;
};

/* All that any of its provider filings names: an app may have one for each platform. False: one says nothing.
 */
static bool read_filings(struct declared *d)
{
	const struct app *a = d->app;

	d->understood = true;
	for (size_t i = 0; i < a->match_count; i++) {
		const struct policy_filing *f = &d->work->in->filing[a->match[i].filing];
		unsigned named;
		if (f->kind != FILING_PROVIDER || a->match[i].grade != MATCH_EXACT)
			continue;
		if (f->permissions == NULL)
			return false;
		if (!permission_read(f->permissions, &named) && d->understood) {
			d->understood = false;
			d->text = f->permissions;
		}
		d->named |= named;
	}
	return true;
}

static void tell_permission(struct declared *d, enum permission p, const struct policy_fact *f)
{
	note(d->drift, f);
	if (d->more_count++ < TOLD_MAX)
		buf_printf(&d->more, "%s%s(%s)", d->more.len > 0 ? "、" : "", permission_zh(p), f->value);
}

static void compare_permission(void *arg, const struct policy_fact *f)
{
	struct declared *d = arg;
	enum permission p = permission_of(f->value);
	const struct policy_fact *package;

	if (p == PERMISSION_COUNT)
		return;
	package = package_of(d->work->in, f->subject, strncmp(f->value, "NS", 2) == 0);
	if (package == NULL || !package_is_own(d->work, d->app, d->filing, package)) {
		d->strange++;
		return;
	}
	d->sensitive++;
	if (!d->understood || (d->named & 1u << p) != 0)
		return;
	d->package = package->value;
	tell_permission(d, p, f);
}

/* As much of it as a step has room for. The caller frees. */
static char *quote(const char *text)
{
	size_t n = 0, len;

	while (n < QUOTED_MAX && (len = text_utf8_len((const uint8_t *)text + n, strnlen(text + n, 4))) > 0)
		n += len;
	return step_text("%.*s%s", (int)n, text, text[n] != '\0' ? "…" : "");
}

static void compare_permissions(const struct work *w, struct app *a, const struct policy_filing *f,
				struct drift *drift)
{
	struct declared d = { .work = w, .app = a, .filing = f, .text = f->permissions, .drift = drift };
	char *text;

	if (!read_filings(&d))
		return;
	text = quote(d.text);
	learnt_each(w->in, a, FACT_PERMISSION, LEARNT_SURE, compare_permission, &d);
	if (d.more_count > 0)
		step_add(a, "drift-permissions",
			 "备案登记获取的权限为「%s」,安装包 %s 声明的敏感权限还有 %zu 项:%s%s", text,
			 d.package, d.more_count, d.more.p, d.more_count > TOLD_MAX ? " 等" : "");
	if (d.sensitive > 0 && !d.understood)
		step_add(a, "drift-unread",
			 "备案登记获取的权限「%s」无法逐项读懂,安装包声明的 %zu 项敏感权限未作比对", text,
			 d.sensitive);
	if (d.strange > 0)
		step_add(a, "drift-unread",
			 "主机上的安装包不能确定属于本应用,其声明的 %zu 项敏感权限未与备案比对", d.strange);
	buf_clear(&d.more);
	free(text);
}

bool drift_filed(const struct work *w, struct app *a)
{
	static void (*const compare[])(const struct work *, struct app *, const struct policy_filing *,
				       struct drift *) = { compare_icps, compare_operators, compare_domains,
							   compare_permissions, tell_versions };
	const struct policy_filing *f = match_best(w->in, a, FILING_PROVIDER);
	struct drift d = { 0 };

	if (f == NULL || w->in->fact_count == 0)
		return false;
	for (size_t i = 0; i < sizeof(compare) / sizeof(compare[0]); i++)
		compare[i](w, a, f, &d);
	if (d.found && d.days < DRIFT_GRACE_DAYS)
		step_add(a, "drift-grace",
			 "不符之处首次见到至最近一次探测 %lld 天,未必已过 10 个工作日(连同假期按 %d "
			 "天计):暂不预警",
			 (long long)d.days, DRIFT_GRACE_DAYS);
	return d.found && d.days >= DRIFT_GRACE_DAYS;
}

/* -- R12 ------------------------------------------------------------------------------------------- */

/* "2026-01-02T03:04:05Z" -> seconds since 1970; false: no such time. */
static bool seconds_of(const char *text, int64_t *out)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end == NULL || *end != '\0')
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

/* The newest sign of an update. */
struct newest {
	const struct work *work;
	const struct app *app;
	int64_t at;
	const struct policy_fact *fact;
};

static void keep_newest(struct newest *n, const struct policy_fact *f, int64_t at)
{
	if (n->fact == NULL || at > n->at) {
		n->at = at;
		n->fact = f;
	}
}

static void keep_update(void *arg, const struct policy_fact *f)
{
	int64_t seconds;

	if (seconds_of(f->value, &seconds))
		keep_newest(arg, f, seconds * SECOND);
}

static bool is_dated(const struct policy_input *in, size_t subject)
{
	size_t n;
	const struct policy_fact *f = learnt_of(in, subject, &n);

	for (size_t i = 0; i < n; i++)
		if (f[i].type == FACT_APP_UPDATED && f[i].confidence >= LEARNT_SURE)
			return true;
	return false;
}

/* It came out when it was first seen, or before; where a shop dates its updates, that says more. */
static void keep_version(void *arg, const struct policy_fact *f)
{
	struct newest *n = arg;

	if (!is_dated(n->work->in, f->subject) && is_own_version(n->work, n->app, f))
		keep_newest(n, f, f->first);
}

static void tell_stale(struct app *a, const struct newest *n, int64_t days)
{
	char since[TEXT_TIME_MAX];

	if (n->fact->type == FACT_APP_UPDATED) {
		step_add(a, "stale", "%s所示最近更新为 %.10s,探测时已有 %lld 天(半年按 %d 天计)",
			 n->fact->note, n->fact->value, (long long)days, DRIFT_STALE_DAYS);
		return;
	}
	text_time_beijing(since, n->fact->first);
	step_add(a, "stale", "自 %.10s 首次探测到版本「%s」,%lld 天后仍是这一版本(半年按 %d 天计)", since,
		 n->fact->value, (long long)days, DRIFT_STALE_DAYS);
}

bool drift_stale(const struct work *w, struct app *a)
{
	struct newest n = { .work = w, .app = a };
	int64_t days;

	learnt_each(w->in, a, FACT_APP_UPDATED, LEARNT_SURE, keep_update, &n);
	learnt_each(w->in, a, FACT_APP_VERSION, LEARNT_SURE, keep_version, &n);
	if (n.fact == NULL)
		return false;
	days = (n.fact->last - n.at) / A_DAY;
	if (days < DRIFT_STALE_DAYS)
		return false;
	tell_stale(a, &n, days);
	return true;
}
