/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be read in JavaScript without running it: its string literals, by a lexer that tells them from
 * comments and regular expressions well enough for minified code, and where a tiny script sends its page.
 * Lends from its text; linear.
 */
#ifndef PROBES_SCRIPT_H
#define PROBES_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "probes/html.h"

/* A string as written between its quotes. */
struct script_string {
	struct html_str text;
	bool joined; /* only a + stands between it and the one before */
};

struct script {
	const char *p, *end;
	const char *gap;         /* behind the last string */
	const char *hopeless[4]; /* of / " ' `: up to here none of them closes */
	unsigned char before;    /* the last visible character of code */
};

void script_init(struct script *s, const char *text, size_t n);
bool script_string(struct script *s, struct script_string *out); /* false: no more */

/* Appends a literal with its escapes (\n \/ \x41 \u6e58 \u{1f600}) decoded; never longer than n. */
void script_unescape(struct buf *out, const char *text, size_t n);
/* The same, and once more where that brings escapes to light: eval("…\\\\u4eac…"), JSON.parse('…'). */
void script_unescape_all(struct buf *out, const char *text, size_t n);

/* The target of `location = '…'`, `location.href = '…'`, `location.replace('…')` or assign, where it is sure
 * to be gone to: outside of functions and conditions, or in what setTimeout or onload runs. False: none. */
bool script_redirect(const char *text, size_t n, struct html_str *target);

#endif
