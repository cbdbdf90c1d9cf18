/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What strangers wrote into hellos, heads, pages and certificates, made a short text that anybody may be
 * shown: valid UTF-8 without control, format and bidi characters, never empty, nothing that tells about a
 * person. Each returns the length, or 0 when nothing is left or it is not what it says it is; never guessed
 * beyond that. A value is cut at a character.
 */
#ifndef WATCH_PLAIN_H
#define WATCH_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dissect/dissect.h"

enum { PLAIN_MAX = 256 }; /* with NUL */

struct plain;

/* Opens the character sets; to be done before the process gives up its files. Without GB18030 in the system
 * only UTF-8 is read. */
struct plain *plain_new(void);
void plain_free(struct plain *p);

/* Printable ASCII as it stands, blanks at the ends taken off: protocol names, Server. */
size_t plain_token(char out[PLAIN_MAX], struct dissect_str s);
/* Media type in lower case without parameters (RFC 9110 section 8.3.1). */
size_t plain_type(char out[PLAIN_MAX], struct dissect_str s);
/* "https://host:port" of an absolute URL: path, query and user are left out; 0 for a relative one. */
size_t plain_location(char out[PLAIN_MAX], struct dissect_str s);
/* A host name, or "*." and one (RFC 6125 section 6.4.3). */
size_t plain_certificate(char out[PLAIN_MAX], struct dissect_str s);
/* A page's title. The charset is that of content_type, or without one that which the page names, when it is
 * GB* or Big5, else strict UTF-8, else strict GB18030; entities are decoded, white space is collapsed. */
size_t plain_title(struct plain *p, char out[PLAIN_MAX], struct dissect_str title,
		   struct dissect_str content_type, struct dissect_str charset);

#endif
