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

static void add_domain(struct register_index *r, const struct lookup *l, const char *domain, size_t rank)
{
	struct place place;
	char *key;

	index_add(&r->host, domain_bare(domain), rank);
	lookup_host(l, domain, &place);
	if (place.registrable != NULL)
		index_add(&r->registrable, place.registrable, rank);
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
	index_sort(&r->root);
	index_sort(&r->registrable);
	for (enum id_class c = 0; c < ID_CLASS_COUNT; c++)
		index_sort(&r->id[c]);
	index_sort(&r->name);
	index_sort(&r->number);
}

void register_clear(struct register_index *r)
{
	index_clear(&r->host);
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
