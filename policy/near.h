/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filings near an app: same registrable domain but not the same host. Some are probably its own; for the
 * rest there is a reason why not, and that reason is shown to people.
 */
#ifndef POLICY_NEAR_H
#define POLICY_NEAR_H

#include "policy/work.h"

struct near {
	struct work *w;
	struct app *a;
	size_t index;             /* of the app */
	size_t first_id;          /* member: hosts stand before identifiers */
	bool own[ID_CLASS_COUNT]; /* classes of the app's own identifiers */
	const struct trait *center;
	const struct group *group;
	const struct trait
		*product; /* a host of the catalogued product that the app's identifiers speak to; NULL */
};

/* Which identifiers a filing names, seen from an app that it does not name. */
enum bearing { BEARS_NONE, BEARS_OTHER_CLASS, BEARS_OTHER };

/* why_not is NULL when the filing is probably the app's. */
typedef void near_fn(void *arg, size_t rank, const char *host, const char *why_not);

struct near near_init(struct work *w, const struct judgement *j, struct app *a);
bool near_is_campus(const struct near *m);
enum bearing near_bearing(const struct near *m, const struct policy_filing *f);
/* Has the filing a domain or an identifier at all? */
bool near_has_keys(const struct policy_filing *f);
/* Filings that share a registrable domain with a host that the app's identifiers took, those that already
 * match included. */
void near_each_root(const struct near *m, near_fn *fn, void *arg);

#endif
