/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page turned into facts: text in UTF-8 in, title, numbers with their owner, marks, identifiers, links
 * and form fields out, and where the page itself leads. What is read of a page, and what is not: view.h.
 * Pure; time and memory are bounded by the page's size.
 */
#ifndef PROBES_READING_H
#define PROBES_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/imprint.h"
#include "probes/probe.h"
#include "probes/url.h"

enum { READING_SCRIPTS = 2 };

enum reading_lead { LEAD_NONE, LEAD_REFRESH, LEAD_SCRIPT, LEAD_FRAME };

struct reading {
	char title[PROBE_VALUE_MAX * 2]; /* as it stands, for probe_fact_add() to tidy; "" none */
	size_t title_n;
	enum reading_lead lead; /* the page is a door: where to */
	struct url to;
	/* an empty shell that its scripts fill: those of the page's own host that are most like the app */
	size_t scripts;
	struct url script[READING_SCRIPTS];
	/* a file of the page's own host that it names as its foot; the last of several */
	bool has_foot;
	struct url foot;
	size_t hidden; /* bytes of text that is not shown */
	struct imprint imprint;
};

/* r starts empty. base: where the page came from. */
void reading_page(struct reading *r, struct probe_facts *facts, const struct url *base, const char *text,
		  size_t n);
/* JavaScript or JSON on its own. */
void reading_script(struct reading *r, struct probe_facts *facts, const struct url *base, const char *text,
		    size_t n);
/* Text without markup. */
void reading_plain(struct reading *r, struct probe_facts *facts, const char *text, size_t n);

#endif
