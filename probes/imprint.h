/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one text of a page says of who answers for it: filing numbers, each with the owner named nearest, and
 * owners where they are an imprint's and not news. Confidence: a number in a footer 95, elsewhere in the text
 * 90, in an attribute 80, in a script, a template or <noscript> 70, by its form alone or in a crowd 60.
 * Not told, but counted: numbers of others. Those are of who built the page, where it has one of its own,
 * with the telecom and police numbers beside them; of whom a sentence speaks (某公司（…）因未整改); of whom a
 * link to another host names; and, where a footer has one, any other body's outside of it: one body is one
 * filer. Where a footer names an owner, or many are named, only those of the footer and beside such a number
 * are told. Pure; linear.
 */
#ifndef PROBES_IMPRINT_H
#define PROBES_IMPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/number.h"
#include "probes/probe.h"
#include "probes/view.h"

enum imprint_place {
	IMPRINT_SEEN,
	IMPRINT_LATENT,    /* a script decides whether it is shown */
	IMPRINT_ATTRIBUTE, /* read out or shown on hovering: numbers only, an alt text names whoever is shown
			    */
	IMPRINT_AWAY,      /* attributes of links to others' hosts: only counted */
	IMPRINT_PLACES,
};

enum { IMPRINT_OWN_MAX = 8 };

struct imprint {
	size_t templates;  /* numbers that are a template's */
	size_t others;     /* numbers that are somebody else's */
	size_t overlooked; /* numbers, owners and marks that there were too many of */
	bool foot_owner;   /* a footer of the text that is seen says whose the page is */
	size_t owns; /* bodies (湘ICP备05000001) of the numbers in the footers of the text that is seen */
	char own[IMPRINT_OWN_MAX][NUMBER_MAX];
};

/* Adds to the facts and to *im; IMPRINT_SEEN first. view: whose footers are known; only asked for
 * IMPRINT_SEEN. */
void imprint_read(struct imprint *im, struct probe_facts *facts, const struct buf *text,
		  enum imprint_place place, const struct view *view);

#endif
