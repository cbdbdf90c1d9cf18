/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens of an HTML page, one call each: text, start and end tags, and the content of elements that hold
 * text only (script, style, title ...). By the tokenizer of the HTML standard (13.2.5), without building a
 * tree, so what browsers see in broken markup is what is seen here. Lends from its input, which is UTF-8 or
 * any bytes; never allocates, and every byte is looked at a bounded number of times.
 * Own code because the parsers at hand are not bounded: gumbo is quadratic in depth, libxml2 in attributes
 * and in end tags that meet no start tag (half a megabyte of <b> and </i>: 13 s).
 */
#ifndef PROBES_HTML_H
#define PROBES_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { HTML_NAME_MAX = 32 /* with NUL; of longer names the beginning */ };

struct html_str {
	const char *p;
	size_t n;
};

enum html_what {
	HTML_TEXT,  /* text: references not decoded */
	HTML_START, /* name, text: the attributes */
	HTML_END,   /* name */
	HTML_RAW,   /* name of the element, text: all it holds */
};

struct html_token {
	enum html_what what;
	char name[HTML_NAME_MAX]; /* lower case */
	struct html_str text;
	bool closed;  /* <br/> */
	bool drawing; /* inside svg or math */
};

struct html {
	const char *p, *end;
	unsigned raw;     /* 1 + row of the element whose content is next; 0: none */
	unsigned endless; /* rows of which no end tag follows: looked for once */
	bool drawing;
};

void html_init(struct html *h, const char *text, size_t n);
bool html_next(struct html *h, struct html_token *t); /* false: the end of the page */

/* The next attribute of a start tag's text, which it shortens: name as written, value "" when it has none.
 * Of two with one name the first counts. */
bool html_attr(struct html_str *attrs, struct html_str *name, struct html_str *value);
/* An attribute by its name in lower case; false: not there. */
bool html_attr_find(struct html_str attrs, const char *want, struct html_str *value);

/* Appends text with its character references decoded; never longer than n. in_attr: those without a semicolon
 * are only read where the standard does. */
void html_decode(struct buf *out, const char *text, size_t n, bool in_attr);

/* ASCII case is ignored. */
bool html_is(struct html_str s, const char *lower);
bool html_has(struct html_str s, const char *lower);

#endif
