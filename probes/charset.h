/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a page's bytes mean as text: UTF-8 out of whatever encoding it is in. Asked in this order: byte order
 * mark, HTTP header, <meta>, strict UTF-8, strict GB18030, detector.
 * A label is a claim, not a fact, and servers put the wrong one in front of whole sites:
 * - bytes that are valid UTF-8 with several characters beyond ASCII are UTF-8 whatever the label says: text
 *   in another encoding does not pass that test by accident;
 * - a label that the bytes contradict (broken characters) yields to one that they do not, in the order above;
 * - Latin-1, which nothing contradicts and which servers send by default, counts last;
 * - GB2312 and GBK are read as GB18030, which contains both.
 * Pure but for iconv(3), which loads its converters from disk: charset_load() before a sandbox.
 */
#ifndef PROBES_CHARSET_H
#define PROBES_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum charset_by {
	CHARSET_BY_BOM,
	CHARSET_BY_HEADER,
	CHARSET_BY_META,
	CHARSET_BY_UTF8,
	CHARSET_BY_GB18030,
	CHARSET_BY_DETECTOR,
	CHARSET_BY_NOTHING, /* read as UTF-8, what is not is left out */
};

struct charset_found {
	const char *name; /* as iconv calls it */
	enum charset_by by;
	size_t broken; /* bytes that mean nothing in it, each U+FFFD in the text */
};

/* Appends the text of n bytes; at most three bytes of text for one of input. content_type: the field of the
 * HTTP header, "" none. The last character may be cut: a body has a maximum. */
void charset_decode(struct buf *out, struct charset_found *found, const uint8_t *bytes, size_t n,
		    const char *content_type);

/* Opens every converter and keeps it open, so that none is looked for on disk later; NULL: this machine has
 * no GB18030. charset_unload(): NULL-safe. */
struct charsets;
struct charsets *charset_load(void);
void charset_unload(struct charsets *c);

#endif
