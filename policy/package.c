/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/package.h"

#include <stdlib.h>
#include <string.h>

#include "policy/learnt.h"

/* Out of the package itself there is no note; what a page links has the place where it stood. */
static bool is_manifest(const struct policy_fact *f)
{
	return f->confidence >= LEARNT_SURE && (f->note[0] == '\0' || learnt_is_declared(f));
}

const struct policy_fact *package_of(const struct policy_input *in, size_t subject, bool apple)
{
	const struct policy_fact *only = NULL, *f;
	size_t n;

	f = learnt_of(in, subject, &n);
	for (size_t i = 0; i < n; i++) {
		if (f[i].type != (apple ? FACT_IOS_BUNDLE : FACT_ANDROID_PACKAGE) || !is_manifest(&f[i]))
			continue;
		if (only != NULL)
			return NULL;
		only = &f[i];
	}
	return only;
}

static bool is_member(const struct work *w, const struct app *a, const struct policy_fact *package)
{
	enum subject_kind kind = learnt_declared_kind(package);

	for (size_t i = 0; i < a->member_count; i++) {
		const struct policy_subject *s = &w->in->subject[a->member[i].subject];
		if (s->kind == kind && strcmp(s->name, package->value) == 0)
			return true;
	}
	return false;
}

static bool is_filed(const struct policy_filing *f, const struct policy_fact *package)
{
	const struct data_list *ids =
		filing_ids(f, package->type == FACT_IOS_BUNDLE ? ID_BUNDLE : ID_PACKAGE);

	for (size_t i = 0; i < ids->count; i++)
		if (strcmp(ids->item[i], package->value) == 0)
			return true;
	return false;
}

/* One package, or one of each platform under the same identifier: their names are one app's. */
static bool is_alone(const struct policy_input *in, size_t subject)
{
	const struct policy_fact *android = package_of(in, subject, false),
				 *apple = package_of(in, subject, true);
	size_t n, sure = 0;
	const struct policy_fact *f = learnt_of(in, subject, &n);

	for (size_t i = 0; i < n; i++)
		sure += (f[i].type == FACT_ANDROID_PACKAGE || f[i].type == FACT_IOS_BUNDLE) &&
			is_manifest(&f[i]);
	return sure == 1 || (sure == 2 && android && apple && strcmp(android->value, apple->value) == 0);
}

static bool is_named_so(const struct policy_input *in, size_t subject, const char *name)
{
	char *want = policy_normal_name(name);
	size_t n;
	const struct policy_fact *f = learnt_of(in, subject, &n);
	bool same = false;

	for (size_t i = 0; i < n && want != NULL && !same; i++) {
		char *have = f[i].type == FACT_APP_NAME && f[i].confidence >= LEARNT_SURE
				     ? policy_normal_name(f[i].value)
				     : NULL;
		same = have != NULL && strcmp(have, want) == 0;
		free(have);
	}
	free(want);
	return same;
}

bool package_is_own(const struct work *w, const struct app *a, const struct policy_filing *f,
		    const struct policy_fact *package)
{
	if (is_member(w, a, package))
		return true;
	return f != NULL && (is_filed(f, package) || (is_alone(w->in, package->subject) &&
						      is_named_so(w->in, package->subject, f->name)));
}
