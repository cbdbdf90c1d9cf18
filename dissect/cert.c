/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  Certificate, RFC 5280 section 4.1; each level is read by one function:
 *
 *  SEQUENCE tbsCertificate, ...
 *    SEQUENCE [0] version?, serial, algorithm, issuer, validity, subject, key, [1]?, [2]?, [3] extensions?
 *      subject:    SEQUENCE of SET of SEQUENCE type, value
 *      extensions: SEQUENCE of SEQUENCE id, critical?, OCTET STRING value
 *        subjectAltName: SEQUENCE of GeneralName
 */
#include "dissect/cert.h"

#include "base/rd.h"

enum {
	TAG_BOOLEAN = 0x01,
	TAG_INTEGER = 0x02,
	TAG_OCTETS = 0x04,
	TAG_OID = 0x06,
	TAG_UTF8 = 0x0c,
	TAG_PRINTABLE = 0x13,
	TAG_T61 = 0x14,
	TAG_IA5 = 0x16,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_DNS_NAME = 0x82,
	TAG_VERSION = 0xa0,
	TAG_EXTENSIONS = 0xa3,
	TAG_LONG = 0x1f, /* a tag of several bytes: none stands in a certificate */
	SIZE_BYTES = 3,
};

/* One element's content, and its tag; failed when it breaks off or its length is not the shortest form
 * (X.690 section 10.1). */
static struct rd der_any(struct rd *r, uint8_t *tag)
{
	size_t size, bytes;

	*tag = rd_u8(r);
	size = rd_u8(r);
	if (size >= 0x80) {
		bytes = size & 0x7f;
		if (bytes == 0 || bytes > SIZE_BYTES)
			return rd_sub(r, SIZE_MAX);
		for (size = 0; bytes > 0; bytes--) {
			size = size << 8 | rd_u8(r);
			if (size == 0)
				return rd_sub(r, SIZE_MAX);
		}
		if (size < 0x80)
			return rd_sub(r, SIZE_MAX);
	}
	return rd_sub(r, (*tag & TAG_LONG) == TAG_LONG ? SIZE_MAX : size);
}

/* The next element, which must have this tag; r fails with it. */
static struct rd der_get(struct rd *r, uint8_t tag)
{
	uint8_t found;
	struct rd content = der_any(r, &found);

	return found == tag ? content : rd_sub(r, SIZE_MAX);
}

/* The next element when it has this tag; else r stays where it is. */
static bool der_optional(struct rd *r, uint8_t tag, struct rd *content)
{
	struct rd ahead = *r;

	if (rd_left(r) == 0 || rd_u8(&ahead) != tag)
		return false;
	*content = der_get(r, tag);
	return true;
}

static bool oid_is(struct rd r, uint8_t last_but_one, uint8_t last)
{
	return rd_left(&r) == 3 && rd_u8(&r) == 0x55 && rd_u8(&r) == last_but_one && rd_u8(&r) == last;
}

static void add_name(struct dissect_message *m, struct rd name)
{
	if (m->cert.names == DISSECT_CERT_NAMES)
		m->cert.names_more++; /* a leaf that is held is too small for 2^16 */
	else
		m->cert.name[m->cert.names++] = (struct dissect_str){ name.base, rd_left(&name) };
}

/* RFC 5280 section 4.2.1.6: other kinds of names, addresses among them, are passed over. */
static bool alt_names(struct rd value, struct dissect_message *m)
{
	struct rd list = der_get(&value, TAG_SEQUENCE);

	while (rd_left(&list) > 0) {
		uint8_t tag;
		struct rd name = der_any(&list, &tag);
		if (rd_ok(&name) && tag == TAG_DNS_NAME && rd_left(&name) > 0)
			add_name(m, name);
	}
	return rd_ok(&list) && rd_done(&value);
}

static bool extensions(struct rd r, struct dissect_message *m)
{
	struct rd list = der_get(&r, TAG_SEQUENCE), ignored;

	while (rd_left(&list) > 0) {
		struct rd one = der_get(&list, TAG_SEQUENCE), id = der_get(&one, TAG_OID), value;
		der_optional(&one, TAG_BOOLEAN, &ignored);
		value = der_get(&one, TAG_OCTETS);
		if (!rd_done(&one))
			return false;
		if (oid_is(id, 29, 17) && !alt_names(value, m))
			return false;
	}
	return rd_ok(&list) && rd_done(&r);
}

/* Strings of one byte a character: others name no host. */
static bool is_text(uint8_t tag)
{
	return tag == TAG_UTF8 || tag == TAG_PRINTABLE || tag == TAG_T61 || tag == TAG_IA5;
}

/* The last commonName is the most specific one (RFC 6125 section 1.8). */
static bool common_name(struct rd subject, struct rd *name)
{
	while (rd_left(&subject) > 0) {
		struct rd set = der_get(&subject, TAG_SET);
		while (rd_left(&set) > 0) {
			struct rd one = der_get(&set, TAG_SEQUENCE), id = der_get(&one, TAG_OID), value;
			uint8_t tag;
			value = der_any(&one, &tag);
			if (!rd_done(&one))
				return false;
			if (oid_is(id, 4, 3) && is_text(tag) && rd_left(&value) > 0)
				*name = value;
		}
		if (!rd_ok(&set))
			return false;
	}
	return rd_ok(&subject);
}

bool cert_read(const uint8_t *p, size_t n, struct dissect_message *m)
{
	struct rd r = rd_init(p, n), whole = der_get(&r, TAG_SEQUENCE), tbs = der_get(&whole, TAG_SEQUENCE);
	struct rd subject, exts, ignored, common = { .p = NULL };
	uint8_t tag;

	memset(&m->cert, 0, sizeof(m->cert));
	der_optional(&tbs, TAG_VERSION, &ignored);
	der_get(&tbs, TAG_INTEGER);  /* serial number */
	der_get(&tbs, TAG_SEQUENCE); /* algorithm of the signature */
	der_get(&tbs, TAG_SEQUENCE); /* issuer */
	der_get(&tbs, TAG_SEQUENCE); /* validity */
	subject = der_get(&tbs, TAG_SEQUENCE);
	der_get(&tbs, TAG_SEQUENCE); /* public key */
	if (!rd_ok(&tbs) || !rd_done(&r))
		return false;
	while (rd_left(&tbs) > 0) {
		exts = der_any(&tbs, &tag);
		if (rd_ok(&exts) && tag == TAG_EXTENSIONS && !extensions(exts, m))
			return false;
	}
	if (!rd_ok(&tbs) || !common_name(subject, &common))
		return false;
	if (m->cert.names == 0 && common.p != NULL)
		add_name(m, common);
	return true;
}
