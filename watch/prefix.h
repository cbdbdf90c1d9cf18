/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a text must begin with for an anchored pattern to match it, as far as the pattern says so in plain
 * letters: most texts are told apart by that, and a look is cheaper than a match. Knows just enough of PCRE2
 * to be on the safe side: what it does not understand ends the prefix, or makes it empty.
 */
#ifndef WATCH_PREFIX_H
#define WATCH_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PREFIX_MAX = 48 };

struct prefix {
	uint8_t n;
	uint8_t byte[PREFIX_MAX];
	bool optional[PREFIX_MAX]; /* may be missing */
};

/* n is 0 when the pattern, matched without options, may begin with anything. */
void prefix_make(struct prefix *p, const char *pattern);
/* False: the pattern does not match this text. */
bool prefix_fits(const struct prefix *p, const uint8_t *text, size_t n);

#endif
