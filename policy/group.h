/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subjects -> groups, one per app. First every subject goes where its name leads (trait.h: place.anchor).
 * Then hosts that one identifier alone speaks to, and that are mostly used through it (share.h: at least half
 * of their clients), move to that identifier's group:
 *   - never hosts of exempt platforms; hosts of a catalogued product only when all education hosts that the
 *     identifier speaks to are that product's, and it is not itself another product's;
 *   - exempt identifiers and containers take nothing and do not count as speakers; those of a product that
 *     the profile does not govern by its audience take nothing that is the school's own;
 *   - a package or bundle that sends less than a quarter of its requests to education hosts is a general tool
 *     or browser that nobody listed: it neither takes education hosts nor makes them shared;
 *   - one that alone speaks to more than GROUP_CAMPUS_MAX campus hosts is a portal: each of those systems
 *     stays an app of its own, so that one filing of the portal does not hide them all;
 *   - of several campus hosts, those that providers filed stay apps of their own when the others and the
 *     identifier are in no filing: what clears one system clears no other.
 * Identifiers of one product count as one speaker. The result does not depend on the order of input.
 */
#ifndef POLICY_GROUP_H
#define POLICY_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"
#include "policy/register.h"
#include "policy/share.h"
#include "policy/trait.h"

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
	bool filed;             /* an identifier of it is in a provider's filing */
	size_t campus_hosts;    /* campus hosts that it alone speaks to */
	size_t campus_filed;    /* of them those that stand in a provider's filing */
	const struct catalog_entry *catalog; /* the product that its name leads to */
	/* subject: a host of the one catalogued product to which all education hosts it speaks to belong,
	 * while it is itself no product's; GROUP_NONE. `beyond`: it speaks to hosts of nobody known as well
	 */
	size_t product;
	bool torn, beyond;
	/* subject: a campus host that providers filed and that it speaks to without owning it, when it speaks
	 * to no education host but such; GROUP_NONE */
	size_t beside;
	bool unfiled;
	size_t spoken; /* subject: an education host it speaks to and does not own; GROUP_NONE */
};

/* Why a host with one speaker did not move. */
enum stay {
	STAY_NONE,
	STAY_SHARE,    /* mostly used by others */
	STAY_AUDIENCE, /* its speaker is out of the profile's audiences */
};

struct listener {
	size_t speaker;     /* group of the only identifiers that speak to this host; GROUP_NONE */
	struct share share; /* theirs */
	enum stay stay;
};

struct grouping {
	struct group *group; /* sorted by (kind, name) */
	size_t count;
	size_t *of;                /* per subject: its group; GROUP_NONE for containers */
	size_t *speakers;          /* per subject: groups of identifiers that speak to this host */
	bool *moved;               /* per subject: a host that an identifier took */
	bool *joined;              /* per subject: brought by what probes learnt (join.h) */
	struct listener *listener; /* per subject */
	size_t subject_count;
};

/* Some of the campus hosts that it alone speaks to are in a provider's filing, others are not, nor is it
 * itself: one system's filing does not clear another. */
bool group_is_part_filed(const struct group *g);

void grouping_build(struct grouping *g, const struct policy_input *in, const struct trait *trait,
		    const struct register_index *reg);
/* The group of this name; GROUP_NONE. */
size_t grouping_find(const struct grouping *g, enum subject_kind kind, const char *name);
/* Is this host reached by others than the identifiers of its own group? */
bool grouping_is_reached(const struct grouping *g, size_t host);
void grouping_clear(struct grouping *g);

#endif
