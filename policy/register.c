/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/register.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/domain.h"
#include "policy/step.h"

enum { NAME_BYTES_MIN = 4, NUMBER_DIGITS_MIN = 4 };

struct rank {
	int64_t id;
	size_t at;
};

static int compare_rank(const void *left, const void *right)
{
	const struct rank *a = left, *b = right;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void sort_by_id(struct register_index *r)
{
	size_t n = r->in->filing_count;
	struct rank *rank = xcalloc(n, sizeof(*rank));

	for (size_t i = 0; i < n; i++)
		rank[i] = (struct rank){ .id = r->in->filing[i].id, .at = i };
	qsort(rank, n, sizeof(*rank), compare_rank);
	r->order = xcalloc(n, sizeof(*r->order));
	for (size_t i = 0; i < n; i++)
		r->order[i] = rank[i].at;
	free(rank);
}

const struct policy_filing *register_filing(const struct register_index *r, size_t rank)
{
	return &r->in->filing[r->order[rank]];
}

bool register_name_counts(const char *normal) { return normal != NULL && strlen(normal) >= NAME_BYTES_MIN; }

bool register_number_counts(const char *normal)
{
	size_t digits = 0;
	for (; normal != NULL && *normal != '\0'; normal++)
		digits += isdigit((unsigned char)*normal) != 0;
	return digits >= NUMBER_DIGITS_MIN;
}

/* A public suffix, or so wide that a whole campus domain is in it. */
static bool covers_too_much(const struct lookup *l, const char *base, const struct place *place)
{
	if (place->registrable == NULL)
		return true;
	for (size_t i = 0; i < l->campus.count; i++) {
		if (domain_within(l->campus.entry[i].key, base))
			return true;
	}
	return false;
}

static void add_domain(struct register_index *r, const struct lookup *l, const char *domain, size_t rank)
{
	bool wild = strncmp(domain, "*.", 2) == 0;
	const char *base = wild ? domain + 2 : domain;
	struct place place;
	char *key;

	lookup_host(l, base, &place);
	if (wild && covers_too_much(l, base, &place)) {
		index_add(&r->vain, base, rank);
		return;
	}
	index_add(wild ? &r->wild : &r->host, wild ? base : domain_bare(base), rank);
	if (place.registrable != NULL)
		index_add(&r->registrable, place.registrable, rank);
	if (wild && place.campus != NULL)
		return;
	key = step_text("%s:%s", subject_kind_name(place.anchor_kind), place.anchor);
	index_add(&r->root, key, rank);
	free(key);
}

static void add_text(struct index *ix, char *normal, bool counts, size_t rank)
{
	if (counts)
		index_add(ix, normal, rank);
	free(normal);
}

static void add_filing(struct register_index *r, const struct lookup *l, size_t rank)
{
	const struct policy_filing *f = register_filing(r, rank);
	char *name = policy_normal_name(f->name), *number = policy_normal_number(f->number);

	for (size_t i = 0; i < f->domains.count; i++)
		add_domain(r, l, f->domains.item[i], rank);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++) {
		const struct data_list *ids = filing_ids(f, c);
		for (size_t i = 0; i < ids->count; i++)
			index_add(&r->id[c], ids->item[i], rank);
	}
	add_text(&r->name, name, register_name_counts(name), rank);
	add_text(&r->number, number, register_number_counts(number), rank);
}

void register_init(struct register_index *r, const struct lookup *l, const struct policy_input *in)
{
	size_t n = in->filing_count;

	*r = (struct register_index){ .in = in };
	sort_by_id(r);
	r->claimed = xcalloc(n, sizeof(*r->claimed));
	r->seen_by = xcalloc(n, sizeof(*r->seen_by));
	r->seen_at = xcalloc(n, sizeof(*r->seen_at));
	for (size_t rank = 0; rank < n; rank++)
		add_filing(r, l, rank);
	index_sort(&r->host);
	index_sort(&r->wild);
	index_sort(&r->vain);
	index_sort(&r->root);
	index_sort(&r->registrable);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		index_sort(&r->id[c]);
	index_sort(&r->name);
	index_sort(&r->number);
}

/* -- questions ------------------------------------------------------------------------------------ */

static void each(const struct index *ix, const char *key, register_fn *fn, void *arg)
{
	size_t n;
	const struct index_entry *e = index_find(ix, key, &n);
	for (size_t i = 0; i < n; i++)
		fn(arg, e[i].value);
}

void register_each_of_host(const struct register_index *r, const char *host, register_fn *fn, void *arg)
{
	each(&r->host, domain_bare(host), fn, arg);
	for (const char *dot = strchr(host, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		each(&r->wild, dot + 1, fn, arg);
}

struct backing {
	const struct register_index *r;
	bool found;
};

static void find_provider(void *arg, size_t rank)
{
	struct backing *b = arg;
	b->found |= register_filing(b->r, rank)->kind == FILING_PROVIDER;
}

static void find_backing(void *arg, size_t rank)
{
	struct backing *b = arg;
	char *number;

	find_provider(b, rank);
	if (b->found)
		return;
	number = policy_normal_number(register_filing(b->r, rank)->number);
	if (register_number_counts(number))
		each(&b->r->number, number, find_provider, b);
	free(number);
}

bool register_has_host(const struct register_index *r, const char *host)
{
	struct backing b = { .r = r };
	register_each_of_host(r, host, find_backing, &b);
	return b.found;
}

/* A quick app goes by a package name, and people file it as one. */
bool register_may_name(enum subject_kind kind, enum id_class c)
{
	return id_class_of(kind) == c || (kind == SUBJECT_QUICK_APP && c == ID_PACKAGE);
}

bool register_has_id(const struct register_index *r, enum subject_kind kind, const char *name)
{
	struct backing b = { .r = r };
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++) {
		if (register_may_name(kind, c))
			each(&r->id[c], name, find_backing, &b);
	}
	return b.found;
}

void register_clear(struct register_index *r)
{
	index_clear(&r->host);
	index_clear(&r->wild);
	index_clear(&r->vain);
	index_clear(&r->root);
	index_clear(&r->registrable);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		index_clear(&r->id[c]);
	index_clear(&r->name);
	index_clear(&r->number);
	free(r->order);
	free(r->claimed);
	free(r->seen_by);
	free(r->seen_at);
}
