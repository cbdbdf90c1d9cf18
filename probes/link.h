/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the links of a page lead to: shops of apps, packages to install, the police's register. A link is text
 * until it has been joined with the page's URL; nothing is fetched. Facts hold no query, values there may be
 * somebody's; but that of a list to install from, which is asked for by its fact, when it only says which.
 */
#ifndef PROBES_LINK_H
#define PROBES_LINK_H

#include "probes/number.h"
#include "probes/probe.h"
#include "probes/url.h"

struct links {
	const struct url *base; /* of the page */
	struct probe_facts *facts;
	char police[NUMBER_MAX]; /* of the first link to the register; "" none */
};

/* One URL as it stands, references decoded; of javascript: those that its strings are. where: the attribute
 * or "script", for the note. */
void link_read(struct links *l, unsigned confidence, const char *url, size_t n, const char *where);
/* What a page says is its app: Apple's number (FACT_IOS_STORE) or a package. Nothing that is not one's form.
 */
void link_app(struct links *l, enum fact type, unsigned confidence, const char *id, size_t n,
	      const char *where);
/* Scheme and host of a URL, as FACT_REDIRECT tells them. */
void link_origin(struct probe_facts *f, unsigned confidence, const struct url *u, const char *why);

#endif
