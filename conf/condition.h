/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold of a page for a row of fingerprints.tsv: conditions joined by " && ", each `field=text` or
 * `!field=text`. Fields: body, server, cookie (the text occurs in it, case of ASCII letters aside: it is
 * written in lower case), favicon (the hash, signed decimal). Several rows of one product are alternatives.
 */
#ifndef CONF_CONDITION_H
#define CONF_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

enum condition_field {
	CONDITION_BODY,
	CONDITION_SERVER,
	CONDITION_COOKIE,
	CONDITION_FAVICON,
	CONDITION_FIELD_COUNT,
};

struct condition {
	enum condition_field field;
	bool negated;
	const char *text; /* borrowed from the cell, n bytes, no NUL */
	size_t n;
};

/* The next one of a cell that condition_valid() took; *at moves on. False: no more. */
bool condition_next(const char **at, struct condition *out);
/* Well-formed, at least one, and at least one that is not negated. */
bool condition_valid(const char *cell);

#endif
