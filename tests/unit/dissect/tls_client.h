/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ClientHellos made from lists of numbers, as fingerprints are published. */
#ifndef TESTS_UNIT_DISSECT_TLS_CLIENT_H
#define TESTS_UNIT_DISSECT_TLS_CLIENT_H

#include "tests/unit/dissect/packet.h"

#include "dissect/tls_hello.h"

struct client {
	const char *ciphers, *extensions; /* four hexadecimal digits each, apart by commas */
	const char *algorithms;           /* NULL: the extension is empty */
	const char *alpn;                 /* in hexadecimal */
	const char *versions;
	uint16_t version;
};

static inline void put_list(struct wr *w, const char *list)
{
	for (; *list != '\0'; list += list[4] == ',' ? 5 : 4)
		wr_be16(w, (uint16_t)strtoul((const char[]){ list[0], list[1], list[2], list[3], '\0' }, NULL,
					     16));
}

/* What stands in an extension; others are empty. */
static inline void put_extension(struct wr *w, const struct client *c, uint16_t type)
{
	size_t list;

	if (type == 0) {
		put_hex(w, "000c 00 0009 612e6578616d706c65"); /* a.example */
	} else if (type == 13 && c->algorithms != NULL) {
		list = wr_open16(w);
		put_list(w, c->algorithms);
		wr_close16(w, list);
	} else if (type == 16) {
		list = wr_open16(w);
		wr_u8(w, (uint8_t)(strlen(c->alpn) / 2));
		put_hex(w, c->alpn);
		wr_close16(w, list);
	} else if (type == 43) {
		wr_u8(w, (uint8_t)((strlen(c->versions) + 1) / 5 * 2));
		put_list(w, c->versions);
	}
}

/* The body of the hello. */
static inline void put_client(struct wr *w, const struct client *c)
{
	size_t list;

	wr_be16(w, c->version);
	wr_bytes(w, "0123456789abcdef0123456789abcdef", 32);
	wr_u8(w, 0);
	list = wr_open16(w);
	put_list(w, c->ciphers);
	wr_close16(w, list);
	put_hex(w, "01 00");
	if (c->extensions == NULL)
		return;
	list = wr_open16(w);
	for (const char *at = c->extensions; *at != '\0'; at += at[4] == ',' ? 5 : 4) {
		uint16_t type =
			(uint16_t)strtoul((const char[]){ at[0], at[1], at[2], at[3], '\0' }, NULL, 16);
		size_t data;
		wr_be16(w, type);
		data = wr_open16(w);
		put_extension(w, c, type);
		wr_close16(w, data);
	}
	wr_close16(w, list);
	assert_true(wr_ok(w));
}

#endif
