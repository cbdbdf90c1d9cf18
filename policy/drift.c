/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/drift.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/learnt.h"
#include "policy/match.h"
#include "policy/step.h"

enum { DAY_SECONDS = 86400, ICP_DIGITS_MIN = 8 };

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
	else
		want->other = f;
}

static bool icp_changed(const struct work *w, struct app *a, const struct policy_filing *f)
{
	struct icp want = { 0 };

	want.digits = f->icp ? icp_digits(f->icp, &want.n) : NULL;
	if (want.digits == NULL)
		return false;
	learnt_each(w->in, a, FACT_ICP_NUMBER, LEARNT_SURE, compare_icp, &want);
	learnt_each(w->in, a, FACT_ICP_APP, LEARNT_SURE, compare_icp, &want);
	learnt_each(w->in, a, FACT_ICP_MINI, LEARNT_SURE, compare_icp, &want);
	if (want.same || want.other == NULL)
		return false;
	step_add(a, "drift-icp", "备案登记的 ICP 备案号为「%s」,页面所示为「%s」", f->icp, want.other->value);
	return true;
}

/* One name may hold the other: 示例大学 and 示例大学网络信息中心 are no contradiction. */
static bool operator_changed(const struct work *w, struct app *a, const struct policy_filing *f)
{
	const struct policy_fact *seen = learnt_best(w->in, a, FACT_APP_OWNER, LEARNT_SURE);
	char *filed = f->operator? policy_normal_name(f->operator) : NULL,
	     *shown = seen ? policy_normal_name(seen->value) : NULL;
	bool other = filed && shown && strstr(filed, shown) == NULL && strstr(shown, filed) == NULL;

	if (other)
		step_add(a, "drift-operator", "备案登记的主体为「%s」,%s所示为「%s」", f->operator,
			 seen->note, seen->value);
	free(filed);
	free(shown);
	return other;
}

bool drift_filed(const struct work *w, struct app *a)
{
	const struct policy_filing *f = match_best(w->in, a, FILING_PROVIDER);
	bool icp, owner;

	if (f == NULL)
		return false;
	icp = icp_changed(w, a, f);
	owner = operator_changed(w, a, f);
	return icp || owner;
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

struct newest {
	int64_t updated; /* seconds */
	const struct policy_fact *fact;
};

static void keep_newest(void *arg, const struct policy_fact *f)
{
	struct newest *n = arg;
	int64_t updated;

	if (seconds_of(f->value, &updated) && (n->fact == NULL || updated > n->updated))
		*n = (struct newest){ updated, f };
}

bool drift_stale(const struct work *w, struct app *a)
{
	struct newest n = { 0 };
	int64_t days;

	learnt_each(w->in, a, FACT_APP_UPDATED, LEARNT_SURE, keep_newest, &n);
	if (n.fact == NULL)
		return false;
	days = (n.fact->last / 1000000 - n.updated) / DAY_SECONDS;
	if (days < DRIFT_STALE_DAYS)
		return false;
	step_add(a, "stale", "%s所示最近更新为 %.10s,探测时已有 %lld 天(半年按 %d 天计)", n.fact->note,
		 n.fact->value, (long long)days, DRIFT_STALE_DAYS);
	return true;
}
