/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subjects -> groups, one per app. First every subject goes where its name leads (fact.h: place.anchor).
 * Then hosts that one identifier alone speaks to move to that identifier's group:
 *   - never hosts of exempt platforms, nor hosts of a catalogued product to another's identifier;
 *   - exempt identifiers and containers take nothing and do not count as speakers;
 *   - a package or bundle that sends less than a quarter of its requests to education hosts is a general tool
 *     or browser that nobody listed: it neither takes education hosts nor makes them shared;
 *   - one that alone speaks to more than GROUP_CAMPUS_MAX campus hosts is a portal: each of those systems
 *     stays an app of its own, so that one filing of the portal does not hide them all.
 * Identifiers of one product count as one speaker. The result does not depend on the order of input.
 */
#ifndef POLICY_GROUP_H
#define POLICY_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/fact.h"
#include "policy/policy.h"

enum { GROUP_CAMPUS_MAX = 3, GROUP_FOCUS_SHARE = 4 };
#define GROUP_NONE SIZE_MAX

struct group {
	enum subject_kind kind;
	const char *name;
	uint64_t said,
		said_education; /* requests of its identifiers: to all but platforms, to education hosts */
	bool known;             /* no browser: a mini-program or account, or education by itself */
	bool focused;           /* enough of what it says goes to education hosts */
	bool portal;            /* more than GROUP_CAMPUS_MAX campus hosts: it takes none of them */
	size_t campus_hosts;    /* campus hosts that it alone speaks to */
	size_t spoken;          /* subject: an education host it speaks to and does not own; GROUP_NONE */
};

struct grouping {
	struct group *group; /* sorted by (kind, name) */
	size_t count;
	size_t *of;       /* per subject: its group; GROUP_NONE for containers */
	size_t *speakers; /* per subject: groups of identifiers that speak to this host */
	bool *moved;      /* per subject: a host that an identifier took */
	size_t subject_count;
};

void grouping_build(struct grouping *g, const struct policy_input *in, const struct fact *fact);
void grouping_clear(struct grouping *g);

#endif
