/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of one subject before any grouping: its place in the tables, and each reason why it alone
 * would be called education. All pointers are borrowed from the input, conf or data.
 */
#ifndef POLICY_TRAIT_H
#define POLICY_TRAIT_H

#include <stdbool.h>

#include "policy/lookup.h"
#include "policy/policy.h"

struct trait {
	struct place place;
	bool campus;       /* an app of its own by suffix or by server */
	bool server;       /* a campus server answers for it and no table says more */
	bool container;    /* only hosts others' pages: in no app */
	bool asked_only;   /* DNS queries, no answer and no connection: it may not exist */
	bool dns_only;     /* nothing but DNS: no proof that it serves anything */
	const char *label; /* the school's label at a vendor: campus.labels */
	const struct education_rule *rule;
};

/* Array of in->subject_count, to be freed by the caller. */
struct trait *trait_collect(const struct lookup *l, const struct policy_input *in);
/* Does anything but the register or a person call the subject itself education? */
bool trait_is_education(const struct trait *f);

#endif
