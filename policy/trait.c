/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/trait.h"

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

/* "jw.example.edu.cn.waf.com": an alias that a cache or filter made of the campus's own name. */
static bool embeds_campus(const struct conf_list *campus, const char *host)
{
	for (size_t i = 0; i < campus->count; i++) {
		const char *name = campus->item[i] + (campus->item[i][0] == '.');
		size_t n = strlen(name);
		for (const char *at = strstr(host, name); n > 0 && at != NULL; at = strstr(at + 1, name)) {
			if ((at == host || at[-1] == '.') && at[n] == '.')
				return true;
		}
	}
	return false;
}

/* Below edu.cn every name is some school's (CNNIC); a public suffix is nobody's. */
static bool is_vendor(const char *registrable, const char *host)
{
	return registrable != NULL && registrable != host && !domain_within(registrable, "edu.cn");
}

/* The school's own tenant at a vendor: its label stands left of the vendor's domain. */
static const char *tenant_label(const struct conf *conf, const char *host, const char *registrable)
{
	const char *found = NULL;

	if (!is_vendor(registrable, host) || embeds_campus(&conf->campus.domains, host))
		return NULL;
	for (const char *at = host; at < registrable && found == NULL;) {
		size_t n = strcspn(at, ".");
		found = find_label(&conf->campus.labels, at, n);
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

/* Seen through these channels and no other. */
static bool only_via(const struct policy_subject *s, bool query, bool answer)
{
	for (enum via v = 0; v < VIA_COUNT; v++) {
		bool allowed = (v == VIA_DNS_QUERY && query) || (v == VIA_DNS_ANSWER && answer);
		if (!allowed && s->count_via[v] > 0)
			return false;
	}
	return s->count_via[VIA_DNS_QUERY] + s->count_via[VIA_DNS_ANSWER] > 0;
}

static void collect_host(const struct lookup *l, const struct policy_subject *s, struct trait *f)
{
	lookup_host(l, s->name, &f->place);
	/* a product or tool keeps its own group when a cache on campus answers for it */
	f->server = s->campus_server && f->place.campus == NULL && f->place.catalog == NULL &&
		    f->place.exempt == NULL;
	f->campus = f->place.campus != NULL || f->server;
	if (f->server)
		f->place.anchor = s->name;
	/* who is only the target of others' aliases was never asked for */
	if (f->place.campus == NULL && !only_via(s, false, true))
		f->label = tenant_label(l->conf, s->name, f->place.registrable);
	f->asked_only = only_via(s, true, false);
	f->dns_only = only_via(s, true, true);
}

struct trait *trait_collect(const struct lookup *l, const struct policy_input *in)
{
	struct trait *facts = xcalloc(in->subject_count, sizeof(*facts));
	for (size_t i = 0; i < in->subject_count; i++) {
		const struct policy_subject *s = &in->subject[i];
		struct trait *f = &facts[i];
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

bool trait_is_education(const struct trait *f)
{
	if (f->place.exempt != NULL)
		return false;
	return f->campus || f->place.catalog != NULL || f->label != NULL || f->rule != NULL;
}
