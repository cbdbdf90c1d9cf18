/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/fact.h"

#include <string.h>

#include "base/alloc.h"
#include "policy/domain.h"

static bool label_is(const char *label, size_t n, const char *want)
{
	return strlen(want) == n && strncmp(label, want, n) == 0;
}

static const char *find_label(const struct conf_list *labels, const char *label, size_t n)
{
	for (size_t i = 0; i < labels->count; i++) {
		if (label_is(label, n, labels->item[i]))
			return labels->item[i];
	}
	return NULL;
}

/* The school's own tenant at a vendor: its label stands first or anywhere left of the vendor's domain. */
static const char *tenant_label(const struct conf_list *labels, const char *host, const char *registrable)
{
	const char *found = NULL;
	for (const char *at = host; at != NULL && labels->count > 0;) {
		size_t n = strcspn(at, ".");
		if (at != host && (registrable == NULL || at >= registrable))
			break;
		found = find_label(labels, at, n);
		if (found != NULL || at[n] == '\0')
			break;
		at += n + 1;
	}
	return found;
}

/* ".x.cn": x.cn and below. "jwxt.*": a host whose first label is jwxt. "cn.edu.": identifiers that start so.
 * Anything else: exactly this name. */
static bool rule_matches(const struct education_rule *r, const char *name)
{
	size_t n = strlen(r->pattern);
	if (r->kind == SUBJECT_HOST && r->pattern[0] == '.')
		return domain_within(name, r->pattern + 1);
	if (r->kind == SUBJECT_HOST && n > 2 && strcmp(r->pattern + n - 2, ".*") == 0)
		return strncmp(name, r->pattern, n - 1) == 0;
	if (r->kind != SUBJECT_HOST && n > 1 && r->pattern[n - 1] == '.')
		return strncmp(name, r->pattern, n) == 0;
	return strcmp(name, r->pattern) == 0;
}

static const struct education_rule *find_rule(const struct education *table, const struct policy_subject *s)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->entry[i].kind == s->kind && rule_matches(&table->entry[i], s->name))
			return &table->entry[i];
	}
	return NULL;
}

static bool asked_only(const struct policy_subject *s)
{
	for (enum via v = 0; v < VIA_COUNT; v++) {
		if (v != VIA_DNS_QUERY && s->count_via[v] > 0)
			return false;
	}
	return s->count_via[VIA_DNS_QUERY] > 0;
}

static void collect_host(const struct lookup *l, const struct policy_subject *s, struct fact *f)
{
	lookup_host(l, s->name, &f->place);
	/* a product or tool keeps its own group when a cache on campus answers for it */
	f->server = s->campus_server && f->place.campus == NULL && f->place.catalog == NULL &&
		    f->place.exempt == NULL;
	f->campus = f->place.campus != NULL || f->server;
	if (f->server)
		f->place.anchor = s->name;
	if (f->place.campus == NULL)
		f->label = tenant_label(&l->conf->campus.labels, s->name, f->place.registrable);
	f->asked_only = asked_only(s);
}

struct fact *fact_collect(const struct lookup *l, const struct policy_input *in)
{
	struct fact *facts = xcalloc(in->subject_count, sizeof(*facts));
	for (size_t i = 0; i < in->subject_count; i++) {
		const struct policy_subject *s = &in->subject[i];
		struct fact *f = &facts[i];
		if (s->kind == SUBJECT_HOST)
			collect_host(l, s, f);
		else
			lookup_identifier(l, s->kind, s->name, &f->place);
		f->container =
			s->kind != SUBJECT_HOST && f->place.exempt != NULL && f->place.exempt->container;
		f->rule = find_rule(&l->data->education, s);
	}
	return facts;
}

bool fact_is_education(const struct fact *f)
{
	if (f->place.exempt != NULL)
		return false;
	return f->campus || f->place.catalog != NULL || f->label != NULL || f->rule != NULL;
}
