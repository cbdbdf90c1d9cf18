/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a text file, in whichever charset a school's office software wrote them, to UTF-8 with
 * '\n' line ends. A byte order mark decides, then strict UTF-8, then strict GB18030. Nothing is guessed
 * from frequencies and no byte is replaced: what fits neither is read both ways with its bad bytes
 * marked, so that whoever knows the records can leave out those that hold one.
 */
#ifndef FILINGS_ENCODING_H
#define FILINGS_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "conf/conf.h"

/* Stands in the text for the first bad byte of a line, which follows as two hexadecimal digits; further
 * ones of that line are '?'. No UTF-8 text holds this byte (RFC 3629 section 1). */
enum { ENCODING_MARK = 0xff, ENCODING_READINGS = 2 };

struct encoding_reading {
	struct buf text;
	const char *charset; /* static */
	size_t broken;       /* lines with bytes that the charset does not allow, or NUL */
	size_t bad;          /* offset of the first byte that it does not allow; their number when none */
	size_t seen;         /* of the text: where the mark before ended */
};

/* How many readings there are, the one with fewest broken lines first, or -1 with the reason in error.
 * When that one has any, error tells where: the reason to refuse the file, should they be too many. */
int encoding_decode(struct encoding_reading out[ENCODING_READINGS], const uint8_t *bytes, size_t n,
		    char error[CONF_ERROR_MAX]) __attribute__((warn_unused_result));
void encoding_clear(struct encoding_reading reading[ENCODING_READINGS]);

#endif
