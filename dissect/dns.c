/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  +----+-------+----+----+----+----+
 *  | ID | flags | QD | AN | NS | AR |   12 bytes (RFC 1035 section 4.1.1), then the four sections
 *  +----+-------+----+----+----+----+
 *
 * On port 53 whatever was complete is told, even when the rest is cut or broken. On other ports only a
 * message that is plausible from its first byte to its last is taken for DNS at all.
 */
#include "dissect/dns.h"

#include "base/rd.h"

enum {
	HEADER_SIZE = 12,
	NAME_MAX_WIRE = 255, /* RFC 1035 section 2.3.4 */
	POINTERS_MAX = 127,  /* in one name: as many labels as 255 octets hold, with one before each */
	QUESTIONS_MAX = 64,  /* most that are told of one message: a sender must not buy work with lies */
	RECORDS_MAX = 4096,
	PORT_DNS = 53,
	TEXT_MIN = 0x2000, /* as the length of a message: it begins with a printable character */
	OPCODE_UPDATE =
		5, /* RFC 2136: its sections are zone, prerequisites, updates: nobody asks, nobody answers */
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	CLASS_IN = 1,
	FLAG_QR = 0x8000,
	FLAG_TC = 0x0200,
	FLAG_Z = 0x0040, /* reserved, must be zero (RFC 1035 section 4.1.1, RFC 2535 section 6.1) */
};

struct dns_name {
	uint8_t bytes[NAME_MAX_WIRE]; /* lower case, labels joined by dots */
	size_t n;
};

struct dns_header {
	uint16_t flags, questions, answers, authority, additional;
};

static uint8_t opcode(const struct dns_header *h) { return h->flags >> 11 & 0xf; }
static bool is_response(const struct dns_header *h) { return (h->flags & FLAG_QR) != 0; }

static bool fail(struct rd *r)
{
	r->failed = true;
	r->p = r->end;
	return false;
}

static void name_append(struct dns_name *name, const uint8_t *label, size_t n)
{
	if (name->n > 0)
		name->bytes[name->n++] = '.';
	for (size_t i = 0; i < n; i++)
		name->bytes[name->n++] = proto_lower(label[i]);
}

/* RFC 1035 section 4.1.4. Each pointer must go below the place where the run of labels before it began,
 * so the walk ends; and they are few, or 4096 records could each walk a chain of 8192. `r` reads the message
 * from its first byte and is left behind the name. */
static bool name_get(struct rd *r, struct dns_name *name)
{
	struct rd at = *r;
	size_t floor = rd_pos(r), wire = 1;
	unsigned pointers = 0;
	uint8_t len;

	name->n = 0;
	while ((len = rd_u8(&at)) != 0) {
		if (len >= 0xc0) {
			size_t to = (size_t)(len & 0x3f) << 8 | rd_u8(&at);
			if (!rd_ok(&at) || to >= floor || pointers == POINTERS_MAX)
				return fail(r);
			if (pointers == 0)
				*r = at;
			pointers++;
			floor = to;
			at = rd_init(r->base, (size_t)(r->end - r->base));
			rd_skip(&at, to);
			continue;
		}
		const uint8_t *label = rd_bytes(&at, len);
		wire += len + 1u;
		if (len > 63 || label == NULL || wire > NAME_MAX_WIRE)
			return fail(r);
		name_append(name, label, len);
	}
	if (!rd_ok(&at))
		return fail(r);
	if (pointers == 0)
		*r = at;
	if (name->n == 0)
		name->bytes[name->n++] = '.';
	return true;
}

static struct dissect_str name_str(const struct dns_name *name)
{
	return (struct dissect_str){ name->bytes, name->n };
}

/* -- records */

static bool get_a(struct rd *r, struct dissect_message *m, struct dns_name *room)
{
	const uint8_t *p = rd_bytes(r, 4);
	(void)room;
	if (p == NULL || !rd_done(r))
		return false;
	m->answer.addr = (struct dissect_addr){ { [10] = 0xff, [11] = 0xff } };
	memcpy(m->answer.addr.bytes + 12, p, 4);
	return true;
}

static bool get_aaaa(struct rd *r, struct dissect_message *m, struct dns_name *room)
{
	const uint8_t *p = rd_bytes(r, sizeof(m->answer.addr.bytes));
	(void)room;
	if (p == NULL || !rd_done(r))
		return false;
	memcpy(m->answer.addr.bytes, p, sizeof(m->answer.addr.bytes));
	return true;
}

static bool get_cname(struct rd *r, struct dissect_message *m, struct dns_name *room)
{
	if (!name_get(r, room) || !rd_done(r))
		return false;
	m->answer.cname = name_str(room);
	return true;
}

struct rr_row {
	uint16_t type, class;
	bool (*get)(struct rd *data, struct dissect_message *m, struct dns_name *room);
};

static const struct rr_row rr_rows[] = {
	{ TYPE_A, CLASS_IN, get_a },
	{ TYPE_AAAA, CLASS_IN, get_aaaa },
	{ TYPE_CNAME, CLASS_IN, get_cname },
};

static const struct rr_row *rr_find(uint16_t type, uint16_t class)
{
	for (size_t i = 0; i < sizeof(rr_rows) / sizeof(rr_rows[0]); i++) {
		if (rr_rows[i].type == type && rr_rows[i].class == class)
			return &rr_rows[i];
	}
	return NULL;
}

static bool tell_record(struct rd *data, const struct rr_row *row, const struct dns_name *owner,
			struct proto_out *out)
{
	struct dissect_message *m = out->m;
	struct dns_name target;

	memset(&m->answer, 0, sizeof(m->answer));
	m->answer.type = row->type;
	m->name = name_str(owner);
	if (!row->get(data, m, &target))
		return false;
	proto_emit(out, DISSECT_DNS_ANSWER);
	return true;
}

/* One resource record (RFC 1035 section 4.1.3); `out` NULL only walks over it. */
static bool record(struct rd *r, struct proto_out *out)
{
	struct dns_name owner;
	uint16_t type, class, size;
	const struct rr_row *row;
	struct rd data;

	if (!name_get(r, &owner))
		return false;
	type = rd_be16(r);
	class = rd_be16(r);
	rd_be32(r);
	size = rd_be16(r);
	data = *r; /* not a sub-reader: a CNAME's pointers count from the message's first byte */
	rd_skip(r, size);
	if (!rd_ok(r))
		return false;
	data.end = r->p;
	row = out != NULL ? rr_find(type, class) : NULL;
	if (row != NULL && !tell_record(&data, row, &owner, out))
		out->stats->reasons[DISSECT_DNS_BAD]++; /* its own matter: the next record begins where it did
							 */
	return true;
}

static bool records(struct rd *r, size_t count, struct proto_out *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i >= RECORDS_MAX || !record(r, out))
			return false;
	}
	return true;
}

/* -- questions */

/* IN, CH, HS, NONE, ANY (RFC 6895 section 3.2) and the CSNET of RFC 1035 section 3.2.4 */
static bool class_known(uint16_t class) { return (class >= 1 && class <= 4) || class == 254 || class == 255; }

static bool question(struct rd *r, struct proto_out *out)
{
	struct dns_name name;
	uint16_t type, class;

	if (!name_get(r, &name))
		return false;
	type = rd_be16(r);
	class = rd_be16(r);
	if (!rd_ok(r) || !class_known(class))
		return false;
	if (out == NULL)
		return true;
	out->m->name = name_str(&name);
	out->m->query.qtype = type;
	proto_emit(out, DISSECT_DNS_QUERY);
	return true;
}

static bool questions(struct rd *r, size_t count, struct proto_out *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i >= QUESTIONS_MAX || !question(r, out))
			return false;
	}
	return true;
}

/* -- messages */

static struct dns_header header_get(struct rd *r)
{
	struct dns_header h;
	rd_be16(r); /* ID */
	h.flags = rd_be16(r);
	h.questions = rd_be16(r);
	h.answers = rd_be16(r);
	h.authority = rd_be16(r);
	h.additional = rd_be16(r);
	return h;
}

/* What any resolver's plain query or its answer looks like; nothing else is DNS on a strange port. */
static bool header_plausible(const struct dns_header *h)
{
	if (opcode(h) != 0 || (h->flags & FLAG_Z) != 0 || h->questions != 1)
		return false;
	if (is_response(h)) /* rcodes above 10 need EDNS (RFC 6895 section 2.3) */
		return (h->flags & 0xf) <= 10 && h->answers <= RECORDS_MAX && h->authority <= 256 &&
		       h->additional <= 256;
	return (h->flags & (FLAG_TC | 0xf)) == 0 && h->answers == 0 && h->authority <= 1 &&
	       h->additional <= 4;
}

static bool message_sound(const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);
	struct dns_header h = header_get(&r);

	return rd_ok(&r) && header_plausible(&h) && questions(&r, h.questions, NULL) &&
	       records(&r, (size_t)h.answers + h.authority + h.additional, NULL) && rd_done(&r);
}

static bool message_tell(const uint8_t *p, size_t n, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	struct dns_header h = header_get(&r);

	if (!rd_ok(&r))
		return false;
	if (opcode(&h) == OPCODE_UPDATE)
		return true;
	if (!questions(&r, h.questions, is_response(&h) ? NULL : out))
		return false;
	return !is_response(&h) || records(&r, h.answers, out);
}

/* Looks and smells like DNS, but asks the link and not a server: RFC 6762 (mDNS), RFC 4795 (LLMNR) and the
 * NetBIOS name service (RFC 1002 section 4.2). Names there are not internet names. */
static bool port_local(uint16_t port) { return port == 5353 || port == 5355 || port == 137; }

static bool flow_local(const struct dissect_flow *f) { return port_local(f->sport) || port_local(f->dport); }

static bool flow_standard(const struct dissect_flow *f)
{
	return f->sport == PORT_DNS || f->dport == PORT_DNS;
}

enum proto_result dns_parse(const uint8_t *p, size_t n, struct proto_out *out)
{
	bool standard = flow_standard(&out->m->flow);

	if (!standard && (flow_local(&out->m->flow) || !message_sound(p, n)))
		return PROTO_SKIP;
	if (message_tell(p, n, out))
		return PROTO_OK;
	out->stats->reasons[DISSECT_DNS_BAD]++;
	return PROTO_BAD;
}

/* -- streams: each message behind its length (RFC 1035 section 4.2.2, RFC 7766 section 8) */

/* The probe knows no ports: a whole header and, as far as it is there, a whole question must fit. */
enum proto_result dns_stream_probe(const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);
	struct rd body;
	struct dns_header h;
	size_t size = rd_be16(&r);

	if (!rd_ok(&r))
		return n == 0 || p[0] == 0 || p[0] < 0x10 ? PROTO_MORE : PROTO_SKIP;
	if (size < HEADER_SIZE + 5)
		return PROTO_SKIP;
	body = rd_sub(&r, rd_left(&r) < size ? rd_left(&r) : size);
	h = header_get(&body);
	if (!rd_ok(&body)) /* a line of text must not be waited for: what follows it may be another's start */
		return size < TEXT_MIN ? PROTO_MORE : PROTO_SKIP;
	if (opcode(&h) == 3 || opcode(&h) > 6 || (h.flags & FLAG_Z) != 0 || h.questions != 1)
		return PROTO_SKIP;
	if (!is_response(&h) && ((h.flags & 0xf) != 0 || h.authority > 1))
		return PROTO_SKIP;
	if (question(&body, NULL))
		return PROTO_OK;
	return n >= 2 + size || n >= 2u + HEADER_SIZE + NAME_MAX_WIRE + 4 ? PROTO_SKIP : PROTO_MORE;
}

enum proto_result dns_stream_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				   uint64_t *skip, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	size_t size = rd_be16(&r);
	const uint8_t *body = rd_bytes(&r, size);
	bool standard = flow_standard(&out->m->flow);

	(void)st;
	*consumed = 0;
	*skip = 0;
	if (flow_local(&out->m->flow) && !standard)
		return PROTO_SKIP;
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (size < HEADER_SIZE || (!standard && !message_sound(body, size))) {
		out->stats->reasons[DISSECT_DNS_BAD]++;
		return PROTO_BAD;
	}
	/* a broken message does not break the framing: the next one begins behind it all the same */
	if (!message_tell(body, size, out))
		out->stats->reasons[DISSECT_DNS_BAD]++;
	*consumed = rd_pos(&r);
	return PROTO_OK;
}
