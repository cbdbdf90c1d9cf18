/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The company beside a number, where it is not named as the owner of the page: who built or runs it. Pure;
 * linear.
 */
#ifndef PROBES_COMPANY_H
#define PROBES_COMPANY_H

#include <stdbool.h>
#include <stddef.h>

/* The company that stands right in front of text[at], where a number begins, and not as the page's owner. */
struct company {
	const char *name; /* points into the text; may begin with other words */
	size_t n;
	bool credited; /* a word says that it built or runs the page: 技术支持 */
	bool loose;    /* a bar or a line end stands between it and the number */
};
/* Not looked at in front of text[from]. False: there is none. */
bool company_before(const char *text, size_t from, size_t at, struct company *o);

/* Do n bytes hold nothing but what stands between numbers of one filer: blanks, signs, their labels?
 * `apart`: a bracket closes there or a line ends. */
bool company_labels(const char *s, size_t n, bool *apart);

#endif
