/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  long header (RFC 9000 section 17.2)                    Initial
 *  +-------+---------+-----------+-----------+            +-----------+--------+--------+-------------+
 *  | flags | version | <8> dcid  | <8> scid  |  then, of  | <v> token | length | number | sealed, tag |
 *  +-------+---------+-----------+-----------+            +-----------+--------+--------+-------------+
 *  The keys come from the dcid of the client's first Initial (or of its first after a Retry). Each Initial is
 * tried with what its flow already has, then with its own dcid; cheap checks stand before each step that
 * costs.
 */
#include "dissect/quic.h"

#include "dissect/gquic.h"
#include "dissect/quic_crypto.h"
#include "dissect/quic_frame.h"
#include "dissect/quic_hello.h"
#include "dissect/tls_hello.h"

enum {
	LONG_FORM = 0x80,
	FIXED_BIT = 0x40,
	CID_MAX = 20,      /* RFC 9000 section 17.2 */
	FIRST_CID_MIN = 8, /* RFC 9000 section 7.2: what the client makes up is no shorter */
	NUMBER_MAX = 4,
	DATAGRAM_MIN = 1200, /* of a client's Initial (RFC 9000 section 14.1) */
	ROOM = 16384,        /* the largest packet that is opened: a jumbo frame */
	HELLO_MARK = 64,     /* of a ClientHello: its random is in there */
};

struct quic {
	struct quic_crypto *crypto;
	struct quic_table table;
	struct quic_hello work; /* the hello of a packet just opened */
	bool known;             /* a packet of the datagram at hand was opened, or of its flow before */
	uint8_t room[ROOM];
};

/* -- memory */

enum part { PART_SELF, PART_CRYPTO, PART_FLOWS, PART_HELLOS, PART_COUNT };
enum { ALIGN = 64 };

static void layout(uint32_t hellos, size_t offset[PART_COUNT + 1])
{
	const size_t size[PART_COUNT] = {
		[PART_SELF] = sizeof(struct quic),
		[PART_CRYPTO] = quic_crypto_size(),
		[PART_FLOWS] = (size_t)quic_table_sets(hellos) * QUIC_FLOW_WAYS * sizeof(struct quic_flow),
		[PART_HELLOS] = (size_t)hellos * sizeof(struct quic_hello),
	};

	offset[0] = 0;
	for (int i = 0; i < PART_COUNT; i++)
		offset[i + 1] = (offset[i] + size[i] + ALIGN - 1) / ALIGN * ALIGN;
}

size_t quic_size(uint32_t hellos)
{
	size_t offset[PART_COUNT + 1];

	layout(hellos, offset);
	return offset[PART_COUNT];
}

struct quic *quic_init(void *memory, uint32_t hellos)
{
	size_t offset[PART_COUNT + 1];
	struct quic *q = memory;
	char *base = memory;

	layout(hellos, offset);
	q->crypto = quic_crypto_init(base + offset[PART_CRYPTO]);
	quic_table_init(&q->table, (struct quic_flow *)(void *)(base + offset[PART_FLOWS]),
			(struct quic_hello *)(void *)(base + offset[PART_HELLOS]), hellos);
	return q;
}

void quic_finish(struct quic *q, struct dissect_stats *stats) { quic_table_finish(&q->table, stats); }

void quic_ahead(const struct quic *q, const struct dissect_flow *f, struct rd datagram)
{
	if (rd_left(&datagram) >= DATAGRAM_MIN && rd_u8(&datagram) >> 6 == 3)
		quic_flow_ahead(&q->table, f);
}

/* -- versions */

struct quic_version {
	uint32_t first, last;
	enum quic_salt salt;
	uint8_t initial; /* its type in the flags; 0-RTT, Handshake and Retry follow in this order */
	bool google;     /* frames of gQUIC */
	bool chlo;       /* no TLS inside */
};

/* The most usual first. */
static const struct quic_version versions[] = {
	{ 0x00000001, 0x00000001, QUIC_SALT_V1, 0, false, false },
	{ 0x6b3343cf, 0x6b3343cf, QUIC_SALT_V2, 1, false, false },
	{ 0xff000021, 0xff000022, QUIC_SALT_V1, 0, false, false },
	{ 0xff00001d, 0xff000020, QUIC_SALT_DRAFT29, 0, false, false },
	{ 0xff000017, 0xff00001c, QUIC_SALT_DRAFT23, 0, false, false },
	{ 0xff000016, 0xff000016, QUIC_SALT_DRAFT22, 0, false, false },
	{ 0xff020000, 0xff020000, QUIC_SALT_V2_DRAFT, 1, false, false },
	{ 0x709a50c4, 0x709a50c4, QUIC_SALT_V2, 1, false, false },      /* later drafts of v2 */
	{ 0xfaceb000, 0xfaceb001, QUIC_SALT_DRAFT22, 0, false, false }, /* mvfst */
	{ 0xfaceb003, 0xfaceb004, QUIC_SALT_V1, 0, false, false },
	{ 0xfaceb002, 0xfaceb01f, QUIC_SALT_DRAFT23, 0, false, false },
	{ 0x51303530, 0x51303530, QUIC_SALT_Q050, 0, true, true },
	{ 0x54303530, 0x54303530, QUIC_SALT_T050, 0, true, false },
	{ 0x54303531, 0x54303531, QUIC_SALT_T051, 0, true, false },
};

/* What RFC 9000 section 15 reserves to exercise negotiation has no keys of its own. Clients that offer it
 * take those of version 1. */
static const struct quic_version version_reserved = { .salt = QUIC_SALT_V1 };

static const struct quic_version *version_find(uint32_t v)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (v >= versions[i].first && v <= versions[i].last)
			return &versions[i];
	}
	return (v & 0x0f0f0f0f) == 0x0a0a0a0a ? &version_reserved : NULL;
}

/* Drafts that are too old or too new. */
static bool version_is_quic(uint32_t v) { return v >> 8 == 0xff0000 || v >> 16 == 0xff02; }

bool quic_is_long(struct rd r)
{
	uint8_t flags = rd_u8(&r);
	uint32_t version = rd_be32(&r);

	return rd_ok(&r) && flags >> 6 == 3 && (version_find(version) != NULL || version_is_quic(version));
}

/* -- one packet of a datagram */

struct packet {
	const struct quic_version *row;
	uint32_t version;
	struct dissect_str dcid;
	uint32_t digest; /* of dcid; never 0 */
	bool initial, token;
	struct rd header; /* from the flags up to the packet number */
	struct rd sealed; /* from the packet number on */
};

/* False when no further packet of ours can follow: BAD when one was to be there. */
static enum proto_result packet_get(struct rd *r, struct packet *p)
{
	struct rd start = *r, id;
	uint8_t flags = rd_u8(r), type = flags >> 4 & 3;
	uint64_t size;

	*p = (struct packet){ .version = rd_be32(r) };
	if (!rd_ok(r) || (flags & LONG_FORM) == 0 || (flags & FIXED_BIT) == 0)
		return PROTO_SKIP;
	p->row = version_find(p->version);
	if (p->row == NULL)
		return PROTO_SKIP;
	id = rd_sub8(r);
	p->dcid = (struct dissect_str){ id.base, rd_left(&id) };
	p->digest = quic_digest(id.base, rd_left(&id));
	id = rd_sub8(r);
	if (!rd_ok(r) || p->dcid.n > CID_MAX || rd_left(&id) > CID_MAX)
		return PROTO_BAD;
	if (type == ((p->row->initial + 3) & 3)) /* Retry (RFC 9000 section 17.2.5) fills the datagram */
		return PROTO_SKIP;
	p->initial = type == p->row->initial;
	if (p->initial) {
		size = quic_varint(r);
		p->token = size > 0;
		if (size > rd_left(r))
			return PROTO_BAD;
		rd_skip(r, (size_t)size);
	}
	size = quic_varint(r);
	if (!rd_ok(r) || size > rd_left(r))
		return PROTO_BAD;
	p->header = rd_sub(&start, rd_left(&start) - rd_left(r));
	p->sealed = rd_sub(r, (size_t)size);
	return PROTO_OK;
}

/* Removes the header protection (RFC 9001 section 5.4.1) into a copy of the header in the room: its size, or
 * 0 when this cannot be such a packet under these keys (three of four forged ones end here). */
static size_t packet_unmask(struct quic *q, const struct packet *p, const struct quic_keys *keys,
			    uint64_t *number)
{
	size_t n = rd_left(&p->header), size;
	uint8_t mask[QUIC_MASK_SIZE];
	struct rd r = p->sealed, sample = p->sealed;

	rd_skip(&sample, NUMBER_MAX);
	if (rd_left(&sample) < QUIC_SAMPLE_SIZE || n + rd_left(&r) > ROOM)
		return 0;
	quic_crypto_mask(q->crypto, keys, sample.p, mask);
	memcpy(q->room, p->header.p, n);
	q->room[0] ^= mask[0] & 0x0f;
	if ((q->room[0] & 0x0c) != 0) /* reserved bits, RFC 9000 section 17.2 */
		return 0;
	size = (q->room[0] & 3) + 1;
	*number = 0;
	for (size_t i = 1; i <= size; i++) {
		q->room[n] = rd_u8(&r) ^ mask[i];
		*number = *number << 8 | q->room[n++];
	}
	return n;
}

/* The plaintext, in the room; failed when these keys do not prove it. */
static struct rd packet_open(struct quic *q, const struct packet *p, const struct quic_keys *keys)
{
	struct quic_sealed s = { .header = q->room };
	struct rd r = p->sealed;

	s.header_size = packet_unmask(q, p, keys, &s.number);
	rd_skip(&r, s.header_size - rd_left(&p->header));
	s.body = r.p;
	s.body_size = rd_left(&r);
	if (s.header_size == 0 || !quic_crypto_open(q->crypto, keys, &s, q->room + s.header_size))
		return (struct rd){ .failed = true };
	q->known = true;
	return rd_init(q->room + s.header_size, s.body_size - QUIC_TAG_SIZE);
}

/* -- hellos */

enum whole { WHOLE_NOT_YET, WHOLE_YES, WHOLE_NEVER };

/* Is the handshake message at the start of the CRYPTO bytes there in full? */
static enum whole hello_whole(const struct quic_hello *h, bool chlo, size_t *size)
{
	uint32_t n = quic_hello_prefix(h);
	struct rd r = rd_init(h->bytes, n);

	if (chlo) {
		*size = gquic_chlo_size(h->bytes, n);
	} else {
		if (n > 0 && h->bytes[0] != TLS_CLIENT_HELLO)
			return WHOLE_NEVER;
		rd_u8(&r);
		*size = rd_be24(&r) + (size_t)TLS_HANDSHAKE_HEADER;
		*size = rd_ok(&r) ? *size : 0;
	}
	if (*size > QUIC_HELLO_BYTES)
		return WHOLE_NEVER;
	return *size > 0 && n >= *size ? WHOLE_YES : WHOLE_NOT_YET;
}

/* What is to be told of it but the version; false when it is not to be told. The name is in `room`. */
static bool hello_read(const uint8_t *p, size_t n, bool chlo, uint8_t room[PROTO_NAME_MAX],
		       struct proto_out *out)
{
	struct tls_hello h = { 0 };
	bool whole, made = true;

	out->m->quic.hello = (struct dissect_hello){ 0 };
	if (chlo) {
		whole = gquic_chlo_read(p, n, &h.host);
	} else {
		whole = tls_hello_read(p + TLS_HANDSHAKE_HEADER, n - TLS_HANDSHAKE_HEADER, &h);
		if (whole)
			made = tls_hello_facts(&h, 'q', out->ja4, &out->m->quic.hello);
	}
	if (!whole || h.odd || !made)
		out->stats->reasons[DISSECT_QUIC_BAD]++;
	out->m->name = proto_name(room, PROTO_NAME_MAX, h.host);
	return whole || h.host.p != NULL;
}

/* After a Retry the client says the same again (RFC 9000 section 17.2.5.2): told once. */
static void hello_tell(const struct quic_hello *h, size_t size, struct quic_flow *f, struct proto_out *out)
{
	const struct quic_version *row = version_find(h->version);
	uint8_t room[PROTO_NAME_MAX];
	uint32_t told;

	if (!hello_read(h->bytes, size, row->chlo, room, out))
		return;
	told = quic_digest(h->bytes, size < HELLO_MARK ? size : HELLO_MARK);
	told = (told ^ quic_digest(room, out->m->name.n)) | 1;
	if (f->told == told)
		return;
	f->told = told;
	if (out->m->name.p == NULL)
		out->stats->reasons[DISSECT_QUIC_NO_NAME]++;
	out->m->quic.version = h->version;
	proto_emit(out, DISSECT_QUIC);
}

/* Puts the plaintext's CRYPTO bytes into the hello; true when nothing more is to be waited for. */
static bool hello_add(struct quic_hello *h, struct rd plain, struct quic_flow *f, struct proto_out *out)
{
	const struct quic_version *row = version_find(h->version);
	size_t size;

	if (!quic_frames(plain, row->google, h))
		out->stats->reasons[DISSECT_QUIC_BAD]++;
	switch (hello_whole(h, row->chlo, &size)) {
	case WHOLE_YES:
		hello_tell(h, size, f, out);
		return true;
	case WHOLE_NEVER:
		out->stats->reasons[DISSECT_QUIC_BAD]++;
		return true;
	default:
		return false;
	}
}

/* -- flows */

/* With the keys of the hello that the flow waits for. */
static bool initial_goes_on(struct quic *q, const struct packet *p, struct quic_flow *f,
			    struct proto_out *out)
{
	struct quic_hello *h;
	struct rd plain;

	if (f->hello == QUIC_NO_HELLO)
		return false;
	h = &q->table.hellos[f->hello];
	plain = packet_open(q, p, &h->keys);
	if (!rd_ok(&plain))
		return false;
	if (hello_add(h, plain, f, out))
		quic_flow_let_go(&q->table, f);
	return true;
}

static uint32_t failed_unit(const struct dissect_message *m)
{
	return (uint32_t)(m->time >> QUIC_FAILED_SHIFT);
}

/* One of a reserved version is counted as such. */
static void initial_refused(const struct packet *p, const struct quic_flow *f, enum dissect_reason why,
			    struct proto_out *out)
{
	if (p->row != &version_reserved &&
	    (f == NULL || f->opened == 0)) /* else one with the id that the server gave */
		out->stats->reasons[why]++;
}

static void initial_failed(struct quic *q, const struct packet *p, struct quic_flow *f, struct proto_out *out)
{
	quic_rate_failed(&q->table, out->m);
	if (f == NULL)
		f = quic_flow_add(&q->table, out->m, out->stats);
	initial_refused(p, f, DISSECT_QUIC_AUTH, out);
	f->failed = p->digest;
	f->failed_at = failed_unit(out->m);
}

/* With the keys of its own connection id: a new connection, or the one that goes on after a Retry. True when
 * the hello waits for more. */
static bool initial_starts(struct quic *q, const struct packet *p, struct quic_flow *f, struct proto_out *out)
{
	struct quic_hello *h = &q->work;
	struct rd plain;

	if (p->dcid.n < FIRST_CID_MIN && !p->token) { /* a server's, or a client's that goes on */
		initial_refused(p, f, DISSECT_QUIC_AUTH, out);
		return false;
	}
	if (!quic_rate_allows(&q->table, out->m)) {
		initial_refused(p, NULL, DISSECT_QUIC_RATE, out);
		return false;
	}
	quic_crypto_derive(q->crypto, p->row->salt, p->dcid.p, p->dcid.n, &h->keys);
	plain = packet_open(q, p, &h->keys);
	if (!rd_ok(&plain)) {
		initial_failed(q, p, f, out);
		return false;
	}
	f = quic_flow_open(&q->table, f, out->m, out->stats);
	f->opened = p->digest;
	h->version = p->version;
	quic_hello_reset(h);
	if (hello_add(h, plain, f, out))
		return false;
	quic_hello_keep(&q->table, f, h, out->stats);
	return true;
}

/* True when a hello waits for more. */
static bool initial(struct quic *q, const struct packet *p, struct proto_out *out)
{
	bool reverse = false;
	struct quic_flow *f = quic_flow_find(&q->table, out->m, &reverse, out->stats);

	if (f != NULL) {
		bool opened = f->opened == p->digest;
		q->known |= f->opened != 0;
		if (f->opened != 0 && reverse) /* the server's answer */
			return false;
		if (opened && f->hello == QUIC_NO_HELLO) /* a repetition of what was told */
			return false;
		if (initial_goes_on(q, p, f, out) || opened)
			return f->hello != QUIC_NO_HELLO;
		if (f->failed == p->digest && f->failed_at == failed_unit(out->m)) /* it would fail again */
			return false;
	}
	return initial_starts(q, p, f, out);
}

/* Packets of one datagram may be coalesced, all with one connection id (RFC 9000 section 12.2): else a
 * datagram could hold many that cost a derivation of keys each. */
static enum proto_result datagram(struct rd r, bool *waits, struct proto_out *out)
{
	enum proto_result res = PROTO_SKIP;
	struct packet packet;
	uint32_t digest = 0;

	*waits = false;
	while (rd_left(&r) > 0 && (res = packet_get(&r, &packet)) == PROTO_OK) {
		if (digest != 0 && packet.digest != digest)
			return PROTO_BAD;
		digest = packet.digest;
		if (packet.initial)
			*waits = initial(out->quic, &packet, out);
	}
	return res;
}

enum proto_result quic_parse(const uint8_t *p, size_t n, struct proto_out *out)
{
	struct rd r = rd_init(p, n), first = r;
	const struct quic_version *row;
	uint32_t version;
	bool waits;

	if (n < 1 || p[0] >> 6 != 3)
		return PROTO_SKIP;
	rd_u8(&first);
	version = rd_be32(&first);
	row = version_find(version);
	if (!rd_ok(&first) || (row == NULL && !version_is_quic(version)))
		return PROTO_SKIP;
	out->quic->known = false;
	if (row != NULL && datagram(r, &waits, out) == PROTO_BAD && row != &version_reserved) {
		out->stats->reasons[DISSECT_QUIC_BAD]++;
		return PROTO_BAD;
	}
	if (row == NULL || (row == &version_reserved && !out->quic->known)) {
		out->stats->reasons[DISSECT_QUIC_VERSION]++;
		return PROTO_OK;
	}
	return waits ? PROTO_MORE : PROTO_OK;
}
