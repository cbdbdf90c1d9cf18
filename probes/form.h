/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which classes of personal data a page's forms ask for: by the names of their fields as schools in China
 * write them, and by the words in front of a field or in it. Classes: id-card, phone, school-number, person,
 * address, face, bank-card. A form to log in is no collection: it tells `login`, once. A field alone whose
 * name says little (name, address) is a search. Facts: fingerprints E.
 */
#ifndef PROBES_FORM_H
#define PROBES_FORM_H

#include "probes/html.h"
#include "probes/probe.h"

enum { FORM_CLASSES = 7, FORM_HINT_MAX = 64 };

struct form {
	bool open;                              /* inside a <form>; fields outside of one make one together */
	unsigned classes;                       /* one bit each */
	unsigned by_label;                      /* of those, known by words only */
	unsigned weak;                          /* of those, by a name that says little */
	unsigned texts, passwords, codes;       /* codes: what a picture or a message shows */
	char hint[FORM_CLASSES][FORM_HINT_MAX]; /* the name or the words that told it */
};

void form_begin(struct form *f);
/* An input, select or textarea; label: what stands in front of it. */
void form_field(struct form *f, const struct html_token *t, const char *label, size_t n);
/* The form, or the page, ends: tells what it asked for. */
void form_end(struct form *f, struct probe_facts *facts);

#endif
