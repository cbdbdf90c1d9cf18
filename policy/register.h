/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filings made searchable by every key of the matching. A filing is meant by its rank: its position when
 * sorted by id, so that the order of the input does not show. Borrows the input; owns its indexes.
 */
#ifndef POLICY_REGISTER_H
#define POLICY_REGISTER_H

#include <stdint.h>

#include "policy/index.h"
#include "policy/lookup.h"
#include "policy/policy.h"

struct register_index {
	const struct policy_input *in;
	size_t *order;     /* rank -> position in in->filing */
	struct index host; /* domain without "www." */
	struct index wild; /* base of "*.base": all hosts below it */
	struct index vain; /* base of a "*.base" that would cover a whole campus domain: covers nothing */
	struct index root; /* app key to which the domain leads */
	struct index registrable;
	struct index id[ID_CLASS_COUNT];
	struct index name, number;
	uint32_t *claimed; /* per rank: kinds of identifier apps that match it exactly, as bits */
	size_t *seen_by;   /* per rank: 1 + app that put it in its list last */
	size_t *seen_at;   /* and where in that list */
};

void register_init(struct register_index *r, const struct lookup *l, const struct policy_input *in);
void register_clear(struct register_index *r);
const struct policy_filing *register_filing(const struct register_index *r, size_t rank);
typedef void register_fn(void *arg, size_t rank);
/* The filings of this very host, then those of all hosts below one of its parents. */
void register_each_of_host(const struct register_index *r, const char *host, register_fn *fn, void *arg);
/* Is the host, or the identifier, in a provider filing, or in another one whose number leads to such? */
bool register_has_host(const struct register_index *r, const char *host);
bool register_has_id(const struct register_index *r, enum subject_kind kind, const char *name);
/* Lists of identifiers in which a filing may name such a subject. */
bool register_may_name(enum subject_kind kind, enum id_class c);
/* A number or name that is one: not "无" or "-", which every row may have. */
bool register_name_counts(const char *normal);
bool register_number_counts(const char *normal);

#endif
