/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/sieve.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/domain.h"
#include "policy/lookup.h"

static void add_keys(struct index *out, const struct index *in, enum sieve_class class)
{
	for (size_t i = 0; i < in->count; i++)
		index_add(out, in->entry[i].key, class);
}

static void add_cut(struct index *ix, const char *text, size_t n, size_t value)
{
	char *key = xstrndup(text, n);
	index_add(ix, key, value);
	free(key);
}

/* The three forms of a pattern that trait.c tests. */
static void add_rule(struct sieve *s, const char *pattern, size_t value)
{
	size_t n = strlen(pattern);

	if (pattern[0] == '.')
		index_add(&s->below, pattern + 1, SIEVE_MARKED);
	else if (n > 2 && strcmp(pattern + n - 2, ".*") == 0)
		add_cut(&s->start, pattern, n - 2, value);
	else
		index_add(&s->whole, pattern, value);
}

static void add_rules(struct sieve *s, const struct education *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->entry[i].kind == SUBJECT_HOST)
			add_rule(s, t->entry[i].pattern, i);
}

static void want_filing(struct sieve *s, const struct lookup *l, const struct policy_filing *f, size_t value)
{
	for (size_t i = 0; i < f->domains.count; i++) {
		const char *domain = f->domains.item[i];
		struct place place;
		lookup_host(l, strncmp(domain, "*.", 2) == 0 ? domain + 2 : domain, &place);
		if (place.anchor_kind == SUBJECT_HOST)
			index_add(&s->wanted, place.anchor, value);
	}
}

void sieve_init(struct sieve *s, const struct policy_input *in)
{
	struct lookup l;

	*s = (struct sieve){ .conf = in->conf };
	lookup_init(&l, in->conf, in->data);
	add_keys(&s->below, &l.campus, SIEVE_LISTED);
	add_keys(&s->below, &l.catalog_domain, SIEVE_LISTED);
	add_keys(&s->below, &l.exempt_host, SIEVE_LISTED);
	add_keys(&s->center, &l.center, SIEVE_MARKED);
	add_rules(s, &in->data->education);
	for (size_t i = 0; i < in->filing_count; i++)
		want_filing(s, &l, &in->filing[i], i);
	for (size_t i = 0; i < in->decision_count; i++)
		if (in->decision[i].kind == SUBJECT_HOST)
			index_add(&s->wanted, in->decision[i].name, i);
	index_sort(&s->below);
	index_sort(&s->start);
	index_sort(&s->whole);
	index_sort(&s->center);
	index_sort(&s->wanted);
	lookup_clear(&l);
}

void sieve_clear(struct sieve *s)
{
	index_clear(&s->below);
	index_clear(&s->start);
	index_clear(&s->whole);
	index_clear(&s->center);
	index_clear(&s->wanted);
}

static bool has_label(const struct conf_list *labels, const char *host)
{
	for (const char *at = host; labels->count > 0 && at != NULL; at = strchr(at, '.')) {
		at += *at == '.';
		for (size_t i = 0; i < labels->count; i++) {
			size_t n = 0;
			while (at[n] != '\0' && at[n] == labels->item[i][n])
				n++;
			if (labels->item[i][n] == '\0' && (at[n] == '.' || at[n] == '\0'))
				return true;
		}
	}
	return false;
}

/* "jwxt" of "jwxt.*" stands before a dot of the name. */
static bool has_start(const struct index *start, const char *host)
{
	char head[256];
	size_t n;

	if (start->count == 0)
		return false;
	for (const char *dot = strchr(host, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
		n = (size_t)(dot - host);
		if (n > start->longest)
			return false; /* and each further one is longer still */
		if (n >= sizeof(head))
			return true; /* longer than any name of a host: let the judgement look */
		memcpy(head, host, n);
		head[n] = '\0';
		if (index_find(start, head, &n) != NULL)
			return true;
	}
	return false;
}

/* Of a rule and a list with the same suffix the rule is found first: all that it costs is that the host's
 * group is looked at. */
enum sieve_class sieve_host(const struct sieve *s, const char *host)
{
	const struct index_entry *e = index_find_suffix(&s->below, host);
	size_t n;

	if (e != NULL)
		return (enum sieve_class)e->value;
	if (has_label(&s->conf->campus.labels, host) || has_start(&s->start, host) ||
	    index_find(&s->whole, host, &n) != NULL || index_find(&s->center, domain_bare(host), &n) != NULL)
		return SIEVE_MARKED;
	return SIEVE_PLAIN;
}

const char *sieve_group(const char *host)
{
	const char *registrable = domain_registrable(host);
	return registrable ? registrable : host;
}

bool sieve_wants(const struct sieve *s, const char *group)
{
	size_t n;
	return index_find(&s->wanted, group, &n) != NULL;
}
