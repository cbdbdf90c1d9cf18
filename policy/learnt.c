/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/learnt.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "policy/step.h"

const struct policy_fact *learnt_of(const struct policy_input *in, size_t subject, size_t *n)
{
	size_t low = 0, high = in->fact_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (in->fact[mid].subject < subject)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0; low + *n < in->fact_count && in->fact[low + *n].subject == subject;)
		++*n;
	return *n > 0 ? &in->fact[low] : NULL;
}

static void each_of(const struct policy_input *in, size_t subject, enum fact type, unsigned least,
		    learnt_fn *fn, void *arg)
{
	size_t n;
	const struct policy_fact *f = learnt_of(in, subject, &n);

	for (size_t i = 0; i < n; i++)
		if (f[i].type == type && f[i].confidence >= least)
			fn(arg, &f[i]);
}

void learnt_each(const struct policy_input *in, const struct app *a, enum fact type, unsigned least,
		 learnt_fn *fn, void *arg)
{
	for (size_t i = 0; i < a->member_count && in->fact_count > 0; i++)
		if (a->member[i].tie != TIE_LEARNT)
			each_of(in, a->member[i].subject, type, least, fn, arg);
}

bool learnt_is_declared(const struct policy_fact *f)
{
	static const char android[] = "assetlinks.json", apple[] = "apple-app-site-association";

	return (f->type == FACT_ANDROID_PACKAGE && strncmp(f->note, android, sizeof(android) - 1) == 0) ||
	       (f->type == FACT_IOS_BUNDLE && strncmp(f->note, apple, sizeof(apple) - 1) == 0);
}

enum subject_kind learnt_declared_kind(const struct policy_fact *f)
{
	return f->type == FACT_IOS_BUNDLE ? SUBJECT_IOS_BUNDLE : SUBJECT_ANDROID_PACKAGE;
}

static void keep_best(void *arg, const struct policy_fact *f)
{
	const struct policy_fact **best = arg;

	if (*best == NULL || f->confidence > (*best)->confidence)
		*best = f;
}

const struct policy_fact *learnt_best(const struct policy_input *in, const struct app *a, enum fact type,
				      unsigned least)
{
	const struct policy_fact *best = NULL;

	learnt_each(in, a, type, least, keep_best, &best);
	return best;
}

/* -- told ----------------------------------------------------------------------------------------- */

/* What a person who decides wants to know first. The rest is in `beianctl app`. */
static const enum fact told[] = {
	FACT_TITLE,      FACT_APP_NAME,    FACT_OWNER,      FACT_APP_OWNER,       FACT_CERT_OWNER,
	FACT_EDU_NUMBER, FACT_ICP_NUMBER,  FACT_ICP_APP,    FACT_ICP_MINI,        FACT_POLICE_NUMBER,
	FACT_VENDOR,     FACT_WECHAT_MINI, FACT_APP_DOMAIN, FACT_ANDROID_PACKAGE, FACT_IOS_BUNDLE,
	FACT_FORM_FIELD, FACT_APP_UPDATED,
};

struct telling {
	struct buf text;
	size_t told, more;
};

static void tell(void *arg, const struct policy_fact *f)
{
	struct telling *t = arg;

	if (t->told == LEARNT_TOLD) {
		t->more++;
		return;
	}
	buf_printf(&t->text, "%s%s「%s」", t->told++ > 0 ? "," : "", fact_zh(f->type),
		   fact_value_zh(f->type, f->value));
	if (f->note[0] != '\0' && f->type != FACT_TITLE)
		buf_printf(&t->text, "(%s)", f->note);
}

void learnt_explain(const struct work *w, struct app *a)
{
	struct telling t = { 0 };

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]) && w->in->fact_count > 0; i++)
		for (size_t k = 0; k < a->member_count; k++)
			each_of(w->in, a->member[k].subject, told[i], 1, tell, &t);
	if (t.more > 0)
		buf_printf(&t.text, ",另有 %zu 项", t.more);
	if (t.told > 0)
		step_add(a, "learnt", "主动探测所见(页面自述,未必属实):%s", t.text.p);
	buf_clear(&t.text);
}

/* -- moves ------------------------------------------------------------------------------------------ */

/* The host of "https://jw.example.edu.cn:8443". */
static const char *host_of(const char *url, size_t *n)
{
	const char *start = strstr(url, "://");

	start = start != NULL ? start + 3 : url;
	*n = strcspn(start, "/:");
	return start;
}

struct learnt_move learnt_move_of(const struct policy_input *in, size_t subject)
{
	const char *own = in->subject[subject].name;
	struct learnt_move m = { 0 };
	size_t count;
	const struct policy_fact *f = learnt_of(in, subject, &count);

	for (size_t i = 0; i < count; i++) {
		size_t n;
		const char *to = host_of(f[i].value, &n);
		bool good = strcmp(f[i].note, LEARNT_FOR_GOOD) == 0 && f[i].confidence >= LEARNT_SURE, same;
		if (f[i].type != FACT_REDIRECT || (strlen(own) == n && memcmp(to, own, n) == 0))
			continue;
		same = m.fact != NULL && m.length == n && memcmp(m.host, to, n) == 0;
		m.several |= m.fact != NULL && !same;
		if (m.fact == NULL || (same && good))
			m = (struct learnt_move){ to, n, m.several, m.for_good || good, &f[i] };
	}
	return m;
}

/* -- pages of nobody -------------------------------------------------------------------------------- */

const struct policy_fact *learnt_of_nobody(const struct policy_input *in, size_t subject)
{
	size_t n;
	const struct policy_fact *f = learnt_of(in, subject, &n);

	for (size_t i = 0; i < n; i++)
		if ((f[i].type == FACT_PARKED || f[i].type == FACT_CATCH_ALL) &&
		    f[i].confidence >= LEARNT_NOBODY)
			return &f[i];
	return NULL;
}

/* An interface that an app speaks to often has an empty page at its root: what identifiers use is in use. */
bool learnt_is_nobody(const struct work *w, struct app *a)
{
	const struct policy_fact *why = NULL;

	for (size_t i = 0; i < a->member_count; i++) {
		size_t subject = a->member[i].subject;
		if (w->in->subject[subject].kind != SUBJECT_HOST || w->grouping.speakers[subject] > 0)
			return false;
		why = learnt_of_nobody(w->in, subject);
		if (why == NULL)
			return false;
	}
	if (why == NULL)
		return false;
	step_add(a, "nobody", "主动探测所见:%s「%s」,看不出有应用;如确有应用在用,请人工认定为教育应用",
		 fact_zh(why->type), why->value);
	return true;
}
