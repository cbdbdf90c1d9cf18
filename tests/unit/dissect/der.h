/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates made by hand: what is written between der_open() and der_close() is one element's content. */
#ifndef TESTS_UNIT_DISSECT_DER_H
#define TESTS_UNIT_DISSECT_DER_H

#include "tests/unit/dissect/packet.h"

enum { DER_MAX = 40000 };

static inline size_t der_open(struct wr *w, uint8_t tag)
{
	wr_u8(w, tag);
	return wr_len(w);
}

/* Puts the length before what was written since, in as few bytes as it takes. */
static inline void der_close(struct wr *w, size_t mark)
{
	size_t n = wr_len(w) - mark;
	uint8_t head[4], *content = w->base + mark;
	struct wr h = wr_init(head, sizeof(head));

	if (n < 0x80) {
		wr_u8(&h, (uint8_t)n);
	} else if (n < 0x100) {
		wr_u8(&h, 0x81);
		wr_u8(&h, (uint8_t)n);
	} else {
		wr_u8(&h, 0x82);
		wr_be16(&h, (uint16_t)n);
	}
	wr_bytes(w, head, wr_len(&h)); /* for the room */
	assert_true(wr_ok(w));
	memmove(content + wr_len(&h), content, n);
	memcpy(content, head, wr_len(&h));
}

static inline void der_put(struct wr *w, uint8_t tag, const void *bytes, size_t n)
{
	size_t mark = der_open(w, tag);

	wr_bytes(w, bytes, n);
	der_close(w, mark);
}

static inline void der_text(struct wr *w, uint8_t tag, const char *text)
{
	der_put(w, tag, text, strlen(text));
}

/* One attribute of a subject, 2.5.4.`type`. */
static inline void der_attribute(struct wr *w, uint8_t type, uint8_t tag, const char *text)
{
	size_t set = der_open(w, 0x31), one = der_open(w, 0x30);

	der_put(w, 6, (const uint8_t[]){ 0x55, 4, type }, 3);
	der_text(w, tag, text);
	der_close(w, one);
	der_close(w, set);
}

struct der_cert {
	const char *common;       /* NULL: none */
	uint8_t common_tag;       /* 0: UTF8String */
	const char *const *names; /* ends with NULL; NULL: no subjectAltName */
	size_t filler;            /* bytes of an extension that nobody reads, before the names */
	bool old;                 /* version 1: no version, no extensions */
	bool critical;            /* the names */
};

static inline void der_extension(struct wr *w, uint8_t id, bool critical, const void *value, size_t n)
{
	size_t one = der_open(w, 0x30);

	der_put(w, 6, (const uint8_t[]){ 0x55, 29, id }, 3);
	if (critical)
		der_put(w, 1, "\xff", 1);
	der_put(w, 4, value, n);
	der_close(w, one);
}

static inline void der_extensions(struct wr *w, const struct der_cert *c)
{
	static uint8_t room[DER_MAX];
	size_t outer = der_open(w, 0xa3), list = der_open(w, 0x30), names;
	struct wr value = wr_init(room, sizeof(room));

	der_extension(w, 15, true, "\3\2\7\x80", 4);
	if (c->filler > 0) {
		memset(room, 'f', c->filler);
		der_extension(w, 99, false, room, c->filler);
	}
	if (c->names != NULL) {
		names = der_open(&value, 0x30);
		der_put(&value, 0x87, "\x7f\0\0\1", 4); /* an address */
		for (size_t i = 0; c->names[i] != NULL; i++)
			der_text(&value, 0x82, c->names[i]);
		der_text(&value, 0x81, "mail@example.cn");
		der_close(&value, names);
		der_extension(w, 17, c->critical, room, wr_len(&value));
	}
	der_close(w, list);
	der_close(w, outer);
}

static inline void der_certificate(struct wr *w, const struct der_cert *c)
{
	size_t whole = der_open(w, 0x30), tbs = der_open(w, 0x30), mark;

	if (!c->old)
		put_hex(w, "a003 020102");
	put_hex(w, "0201 07");                   /* serial number */
	put_hex(w, "300a 06082a8648ce3d040302"); /* ecdsa-with-SHA256 */
	mark = der_open(w, 0x30);
	der_attribute(w, 3, 0x0c, "issuer.example.cn");
	der_close(w, mark);
	put_hex(w, "301e 170d3236303130313030303030305a 170d3237303130313030303030305a"); /* validity */
	mark = der_open(w, 0x30);
	der_attribute(w, 10, 0x0c, "Organisation");
	if (c->common != NULL)
		der_attribute(w, 3, c->common_tag != 0 ? c->common_tag : 0x0c, c->common);
	der_close(w, mark);
	put_hex(w, "3009 3004 06022a03 0301 00"); /* a key of no kind */
	if (!c->old)
		der_extensions(w, c);
	der_close(w, tbs);
	put_hex(w, "300a 06082a8648ce3d040302 0302 0000");
	der_close(w, whole);
}

#endif
