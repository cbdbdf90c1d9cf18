/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  Q0xx to Q043                          Q046 to Q049
 *  +-------+---------+---------+--------+  +-------+---------+---------+-----+--------+
 *  | flags | cid 0-8 | version | number |  | flags | version | lengths | cid | number |
 *  +-------+---------+---------+--------+  +-------+---------+---------+-----+--------+
 *  then the hash over header and payload (12 bytes) and the payload: frames, one of them with the CHLO.
 *  The layout of the frames before it differs by version and the version is not in each packet. So the CHLO
 * is looked for, and believed because the hash proves that this is an unencrypted packet, whole and
 * unchanged.
 */
#include "dissect/gquic.h"

#include "base/rd.h"

enum {
	FLAG_VERSION = 0x01,
	FLAG_CID_OLD = 0x0c, /* before Q033: 4 bytes, with 0x04 8 */
	VERSION_Q0 = 0x5130,
	HASH_SIZE = 12,
	CHLO_MIN = 1024, /* a client pads to this, and a server refuses less */
	CHLO_HEADER = 8,
	STREAM_FRAME = 0x80,
	STREAM_SIZE = 0x20,
	STREAM_OFFSET = 0x1c,
	STREAM_ID = 0x03,
	TAG_ROW = 8,
	TAGS_MAX = 128,
	CHLO_TRIES =
		4, /* places of a packet that are looked at: there is one, and bait would cost a walk each */
};

static const uint32_t Q034 = 0x51303334, Q043 = 0x51303433, Q046 = 0x51303436, Q049 = 0x51303439;
static const uint32_t TAG_CHLO = 0x43484c4f, TAG_SNI = 0x534e4900; /* "CHLO", "SNI\0" */

static uint32_t le16(struct rd *r)
{
	uint32_t low = rd_u8(r);
	return low | (uint32_t)rd_u8(r) << 8;
}

static uint32_t le32(struct rd *r)
{
	uint32_t low = le16(r);
	return low | le16(r) << 16;
}

/* -- the message */

size_t gquic_chlo_size(const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);
	uint32_t tag = rd_be32(&r), tags = le16(&r), end = 0;

	if ((n >= 4 && tag != TAG_CHLO) || tags > TAGS_MAX)
		return SIZE_MAX;
	rd_skip(&r, 2);
	if (tags > 0) {
		rd_skip(&r, (size_t)(tags - 1) * TAG_ROW + 4);
		end = le32(&r);
	}
	return rd_ok(&r) ? CHLO_HEADER + (size_t)tags * TAG_ROW + end : 0;
}

bool gquic_chlo_read(const uint8_t *p, size_t n, struct dissect_str *host)
{
	struct rd r = rd_init(p, n), values;
	uint32_t tag = rd_be32(&r), tags = le16(&r), end = 0;

	*host = (struct dissect_str){ NULL, 0 };
	rd_skip(&r, 2);
	if (!rd_ok(&r) || tag != TAG_CHLO || tags > TAGS_MAX)
		return false;
	values = r;
	rd_skip(&values, (size_t)tags * TAG_ROW);
	while (tags-- > 0) {
		uint32_t name = rd_be32(&r), to = le32(&r);
		struct rd value = rd_sub(&values, to >= end ? to - end : SIZE_MAX);
		if (!rd_ok(&r) || !rd_ok(&value))
			return false;
		if (name == TAG_SNI)
			*host = (struct dissect_str){ value.base, rd_left(&value) };
		end = to;
	}
	return true;
}

/* -- the packet */

__extension__ typedef unsigned __int128 fnv_hash;

static fnv_hash fnv_add(fnv_hash h, struct rd r)
{
	static const fnv_hash prime = (fnv_hash)1 << 88 | 0x13b;

	while (rd_left(&r) > 0)
		h = (h ^ rd_u8(&r)) * prime;
	return h;
}

static bool fnv_is(fnv_hash h, struct rd hash)
{
	bool same = true;

	for (int i = 0; i < HASH_SIZE; i++)
		same = same && rd_u8(&hash) == (uint8_t)(h >> 8 * i);
	return same;
}

/* FNV-1a of 128 bits, cut to 96; from Q037 on the sender's side is hashed too. */
static bool hash_proves(struct rd header, struct rd hash, struct rd payload)
{
	fnv_hash h = (fnv_hash)UINT64_C(0x6c62272e07bb0142) << 64 | UINT64_C(0x62b821756295c58d);

	h = fnv_add(fnv_add(h, header), payload);
	return fnv_is(h, hash) || fnv_is(fnv_add(h, rd_init("Client", 6)), hash);
}

/* Leaves r behind the packet number; *version is 0 when the packet has none. */
static bool header_short(struct rd *r, uint32_t *version)
{
	static const uint8_t number[] = { 1, 2, 4, 6 };
	uint8_t flags = rd_u8(r);
	struct rd ahead = *r;

	*version = 0;
	if ((flags & GQUIC_SHORT_MASK) != GQUIC_SHORT_BITS)
		return false;
	rd_skip(r, 8);
	if ((flags & FLAG_VERSION) != 0) {
		*version = rd_be32(r);
		if (*version >> 16 != VERSION_Q0 && (flags & FLAG_CID_OLD) == GQUIC_SHORT_BITS) {
			rd_skip(&ahead, 4);
			*version = rd_be32(&ahead);
			*r = ahead;
		}
		if (*version >> 16 != VERSION_Q0 || *version > Q043)
			return false;
	}
	rd_skip(r, number[flags >> 4 & 3]);
	return rd_ok(r);
}

static bool header_long(struct rd *r, uint32_t *version)
{
	uint8_t flags = rd_u8(r), lengths;
	size_t dcid, scid;

	*version = rd_be32(r);
	if (*version < Q046 || *version > Q049)
		return false;
	if (*version == Q049) {
		rd_sub8(r);
		rd_sub8(r);
	} else {
		lengths = rd_u8(r);
		dcid = lengths >> 4;
		scid = lengths & 15;
		rd_skip(r, (dcid > 0 ? dcid + 3 : 0) + (scid > 0 ? scid + 3 : 0));
	}
	rd_skip(r, (flags & 3) + 1);
	return rd_ok(r);
}

/* The next CHLO in the payload that is one by its table of tags; *host is its server name. */
static bool chlo_find(struct rd r, struct dissect_str *host)
{
	const uint8_t *at;

	for (int i = 0; i < CHLO_TRIES && rd_left(&r) >= CHLO_HEADER; i++) {
		at = memmem(r.p, rd_left(&r), "CHLO", 4);
		if (at == NULL)
			return false;
		rd_skip(&r, (size_t)(at - r.p));
		if (gquic_chlo_read(r.p, rd_left(&r), host))
			return true;
		rd_skip(&r, 4);
	}
	return false;
}

/* A STREAM frame of stream 1 with no offset, so that the handshake begins here. */
static bool chlo_first(struct rd r, uint32_t version, struct dissect_str *host)
{
	uint8_t type;

	if (version < Q034)
		rd_u8(&r); /* private flags */
	type = rd_u8(&r);
	if ((type & STREAM_FRAME) == 0 || (type & STREAM_OFFSET) != 0 || (type & STREAM_ID) != 0 ||
	    rd_u8(&r) != 1)
		return false;
	if ((type & STREAM_SIZE) != 0)
		rd_skip(&r, 2);
	return rd_left(&r) > 0 && gquic_chlo_read(r.p, rd_left(&r), host);
}

enum proto_result gquic_parse(const uint8_t *p, size_t n, struct proto_out *out)
{
	struct rd r = rd_init(p, n), whole = r, header, hash;
	uint8_t room[PROTO_NAME_MAX];
	struct dissect_str host;
	uint32_t version;

	if (n < 1 || !(p[0] >> 6 == 3 ? header_long(&r, &version) : header_short(&r, &version)))
		return PROTO_SKIP;
	header = rd_sub(&whole, rd_pos(&r));
	hash = rd_sub(&r, HASH_SIZE);
	if (!rd_ok(&hash))
		return PROTO_SKIP;
	if ((version == 0 || !chlo_first(r, version, &host)) &&
	    (n < CHLO_MIN || !chlo_find(r, &host) || !hash_proves(header, hash, r)))
		return PROTO_SKIP;
	out->m->name = proto_name(room, sizeof(room), host);
	if (out->m->name.p == NULL)
		out->stats->reasons[DISSECT_QUIC_NO_NAME]++;
	out->m->quic.version = version;
	out->m->quic.hello = (struct dissect_hello){ 0 };
	proto_emit(out, DISSECT_QUIC);
	return PROTO_OK;
}
