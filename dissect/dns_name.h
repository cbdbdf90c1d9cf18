/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of DNS messages (RFC 1035 sections 3.1 and 4.1.4): labels and pointers in, one line of text out,
 * lower case, joined by dots. At most 255 bytes and a bounded number of pointers, so every walk ends whatever
 * the pointers do.
 */
#ifndef DISSECT_DNS_NAME_H
#define DISSECT_DNS_NAME_H

#include "base/rd.h"
#include "dissect/dissect.h"

enum {
	DNS_NAME_WIRE = 255, /* RFC 1035 section 2.3.4 */
	DNS_NAME_BLOCK = 16, /* bytes copied at once; their last may be none of the name's */
};

struct dns_name {
	uint16_t at, n; /* where in the message its first byte stood; bytes of the text */
	uint8_t wire[DNS_NAME_WIRE + DNS_NAME_BLOCK]; /* with the first length byte, the text behind it */
};

/* Which way pointers may go: to a prior name as the RFC has it, or anywhere, as resolvers put up with. */
enum dns_name_rule { DNS_NAME_BACK, DNS_NAME_ANY };

/* `r` reads the message from its first byte and is left behind the name. False: it is none; r has failed. */
bool dns_name_get(struct rd *r, struct dns_name *name, enum dns_name_rule rule);

/* Borrowed from name; the root is ".". */
static inline struct dissect_str dns_name_str(const struct dns_name *name)
{
	return (struct dissect_str){ name->wire + 1, name->n };
}

/* Does r stand at a mere pointer to where this name stood? */
static inline bool dns_name_same(const struct rd *r, const struct dns_name *name)
{
	return rd_left(r) >= 2 && name->at != 0 && (r->p[0] << 8 | r->p[1]) == (0xc000 | name->at);
}

#endif
