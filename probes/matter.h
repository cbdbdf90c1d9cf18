/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a line is made of: imprint matter (names of organisations, ©, the labels of numbers, credits,
 * addresses, telephones, years, the words of links), or other words, as a sentence, a row of a list and an
 * advertisement have them. A number stands in an imprint where hardly anything else stands beside it. Pure;
 * linear.
 */
#ifndef PROBES_MATTER_H
#define PROBES_MATTER_H

#include <stdbool.h>
#include <stddef.h>

struct matter {
	size_t rest; /* Chinese characters that no imprint has; words that only tell of others count more */
	size_t strange; /* such words */
	size_t names;   /* of organisations */
	bool mark;      /* of whose the page is: 版权, © */
	bool self;  /* the page speaks of itself: 本站, or of who runs it: 主办, which news do as well */
	bool stop;  /* a full stop ends a sentence */
	bool dated; /* a day, as news and lists have it */
};

/* Adds what n bytes hold: a line, or what stands of it beside its numbers. */
void matter_read(struct matter *m, const char *s, size_t n);

#endif
