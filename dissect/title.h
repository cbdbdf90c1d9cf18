/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the title in the beginning of an HTML page, as the page's author meant it: not one inside a comment,
 * a script, an attribute or a drawing. Bytes in an encoding that keeps ASCII; nothing is decoded or copied.
 */
#ifndef DISSECT_TITLE_H
#define DISSECT_TITLE_H

#include "dissect/dissect.h"

enum { TITLE_MAX = 1024 }; /* bytes of a title that are told */

enum title_result {
	TITLE_NONE,  /* no title in these bytes, more may hold one */
	TITLE_BEGUN, /* it begins here, its end does not show: *title is what there is */
	TITLE_LONG,  /* longer than TITLE_MAX: *title is its beginning */
	TITLE_WHOLE,
};

/* Both point into p. */
struct title {
	struct dissect_str text;    /* without blanks at its ends; p NULL for TITLE_NONE */
	struct dissect_str charset; /* what a <meta> before it calls the page's encoding; n 0: nothing */
};

enum title_result title_find(const uint8_t *p, size_t n, struct title *title);

#endif
