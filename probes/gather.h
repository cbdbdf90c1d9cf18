/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one text of a page says, before anything is decided: its numbers and owners, and where they stand: on
 * a line among other words, in a footer, in what stands at the end of the text like one. A number in a
 * sentence, or in a row of a table that names others, is a mention. Pure; bounded by the numbers kept.
 */
#ifndef PROBES_GATHER_H
#define PROBES_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "probes/imprint.h"
#include "probes/matter.h"
#include "probes/number.h"
#include "probes/owner.h"
#include "probes/view.h"

enum {
	GATHER_NUMBERS_MAX = 150, /* of a text; more are counted */
	GATHER_OWNERS_MAX = 200,
};

/* Whose a number is, by the words around it. A mention is somebody else's unless its body is the page's. */
enum whose { THE_PAGES, DOUBTFUL, MENTION, OTHERS };

struct gather {
	struct imprint *im;
	const struct buf *text;
	enum imprint_place place;
	const struct view *view;
	struct number number[GATHER_NUMBERS_MAX];
	enum whose whose[GATHER_NUMBERS_MAX];
	bool marked[GATHER_NUMBERS_MAX]; /* its line says whose the page is */
	bool listed[GATHER_NUMBERS_MAX]; /* a row or an item names something beside it, but not whose the page
					    is */
	bool foreign[GATHER_NUMBERS_MAX]; /* its line names somebody, and not whose the page is */
	size_t numbers, bodies;
	size_t tail; /* where the imprint at the end of the text begins */
	struct owner owner[GATHER_OWNERS_MAX];
	size_t owners;
};

/* For number_scan() and owner_scan(); arg is a struct gather, numbers first. */
void gather_number(void *arg, const struct number *m);
void gather_owner(void *arg, const struct owner *o);

/* Where a name begins in the text. */
size_t gather_place(const struct gather *g, const struct owner *o);
/* Is in n bytes the name of one whom the page calls its owner? */
bool gather_names_owner(const struct gather *g, const char *s, size_t n);

/* Bytes of an ICP number up to 号: the same for all sites and apps of one filer. 0: another kind. */
size_t gather_body(const struct number *m);
bool gather_same_body(const struct number *m, const char *value);

bool gather_in_foot(const struct gather *g, size_t at);
/* In a footer, or in what stands at the end of the text like one. */
bool gather_in_imprint(const struct gather *g, size_t at);

/* The line, or the row of a table, that text[at..end) is on, and what it holds beside its numbers. */
struct view_span gather_line(const struct gather *g, size_t at, size_t end);
struct matter gather_matter(const struct gather *g, struct view_span s);

/* Sets whose[] to MENTION or THE_PAGES, marked[], and where the imprint at the end of the text begins. */
void gather_places(struct gather *g);

#endif
