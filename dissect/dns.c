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
#include "dissect/dns_name.h"
#include "dissect/dns_service.h"

enum {
	HEADER_SIZE = 12,
	QUESTIONS_MAX = 64, /* most that are told of one message: a sender must not buy work with lies */
	RECORDS_MAX = 4096,
	TOGETHER = 16, /* addresses that are told at once */
	PORT_DNS = 53,
	TEXT_MIN = 0x2000, /* as the length of a message: it begins with a printable character */
	OPCODE_UPDATE =
		5, /* RFC 2136: its sections are zone, prerequisites, updates: nobody asks, nobody answers */
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	TYPE_SVCB = 64,
	TYPE_HTTPS = 65,
	CLASS_IN = 1,
	FLAG_QR = 0x8000,
	FLAG_TC = 0x0200,
	FLAG_Z = 0x0040, /* reserved, must be zero (RFC 1035 section 4.1.1, RFC 2535 section 6.1) */
};

struct dns_header {
	uint16_t flags, questions, answers, authority, additional;
};

/* A message on its way; `out` NULL only walks over it. */
struct dns_message {
	struct proto_out *out;
	enum dns_name_rule rule;
	unsigned turn; /* which of `target` is free */
	/* The first question, an owner that is neither of the others, the targets read last: owners mostly
	 * are pointers to one of them, and need not be read again. */
	struct dns_name question, owner, target[2];
	/* Addresses that wait to be told together, all of one owner and type. */
	const struct dns_name *addr_owner;
	uint16_t addr_type;
	uint8_t addrs;
	struct dissect_addr addr[TOGETHER];
};

static uint8_t opcode(const struct dns_header *h) { return h->flags >> 11 & 0xf; }
static bool is_response(const struct dns_header *h) { return (h->flags & FLAG_QR) != 0; }

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static void message_init(struct dns_message *msg, struct proto_out *out)
{
	msg->out = out;
	msg->rule = out != NULL ? DNS_NAME_ANY : DNS_NAME_BACK;
	msg->turn = 0;
	msg->question.at = msg->question.n = 0;
	msg->target[0].at = msg->target[1].at = 0;
	msg->addrs = 0;
}

/* -- records */

static bool get_cname(struct rd *r, struct dissect_message *m, struct dns_name *room)
{
	if (!dns_name_get(r, room, DNS_NAME_ANY) || !rd_done(r))
		return false;
	m->answer.cname = dns_name_str(room);
	return true;
}

struct rr_row {
	uint16_t type;
	uint8_t addr; /* bytes of the address that it is; 0: it is something else, for get() */
	enum dissect_kind kind;
	bool (*get)(struct rd *data, struct dissect_message *m, struct dns_name *room);
};

/* Of class IN. */
static const struct rr_row rr_rows[] = {
	{ TYPE_A, 4, DISSECT_DNS_ANSWER, NULL },
	{ TYPE_AAAA, 16, DISSECT_DNS_ANSWER, NULL },
	{ TYPE_CNAME, 0, DISSECT_DNS_ANSWER, get_cname },
	{ TYPE_HTTPS, 0, DISSECT_DNS_SERVICE, dns_service_get },
	{ TYPE_SVCB, 0, DISSECT_DNS_SERVICE, dns_service_get },
};

static const struct rr_row *rr_find(uint16_t type, uint16_t class)
{
	for (size_t i = 0; class == CLASS_IN && i < sizeof(rr_rows) / sizeof(rr_rows[0]); i++) {
		if (rr_rows[i].type == type)
			return &rr_rows[i];
	}
	return NULL;
}

static void answer_init(struct dns_message *msg, const struct dns_name *owner, uint16_t type)
{
	struct dissect_message *m = msg->out->m;

	m->name = dns_name_str(owner);
	memset(&m->answer, 0, sizeof(m->answer));
	m->answer.type = type;
	if (msg->question.at != 0)
		m->answer.question = dns_name_str(&msg->question);
}

/* Those that wait. Before anything else is told, or their owner's name makes room for another. */
static void tell_addresses(struct dns_message *msg)
{
	if (msg->addrs == 0)
		return;
	answer_init(msg, msg->addr_owner, msg->addr_type);
	msg->out->m->answer.addr = msg->addr;
	msg->out->m->answer.addrs = msg->addrs;
	msg->out->stats->messages[DISSECT_DNS_ANSWER] += msg->addrs - 1u;
	proto_emit(msg->out, DISSECT_DNS_ANSWER);
	msg->addrs = 0;
}

static bool take_address(struct rd *data, const struct rr_row *row, const struct dns_name *owner,
			 struct dns_message *msg)
{
	struct dissect_addr *to;

	if (rd_left(data) != row->addr)
		return false;
	if (msg->addrs == TOGETHER || msg->addr_owner != owner || msg->addr_type != row->type)
		tell_addresses(msg);
	msg->addr_owner = owner;
	msg->addr_type = row->type;
	to = &msg->addr[msg->addrs++];
	if (row->type == TYPE_A) {
		*to = (struct dissect_addr){ { [10] = 0xff, [11] = 0xff } };
		memcpy(to->bytes + 12, data->p, 4);
	} else {
		memcpy(to->bytes, data->p, sizeof(to->bytes));
	}
	return true;
}

static bool tell_record(struct rd *data, const struct rr_row *row, const struct dns_name *owner,
			struct dns_message *msg)
{
	struct dissect_message *m = msg->out->m;

	tell_addresses(msg);
	if (row->kind == DISSECT_DNS_ANSWER) {
		answer_init(msg, owner, row->type);
	} else {
		m->name = dns_name_str(owner);
		memset(&m->service, 0, sizeof(m->service));
		m->service.type = row->type;
		if (msg->question.at != 0)
			m->service.question = dns_name_str(&msg->question);
	}
	if (!row->get(data, m, &msg->target[msg->turn]))
		return false;
	if (row->type == TYPE_CNAME)
		msg->turn = !msg->turn;
	proto_emit(msg->out, row->kind);
	return true;
}

static bool take_record(struct rd *data, const struct rr_row *row, const struct dns_name *owner,
			struct dns_message *msg)
{
	return row->addr > 0 ? take_address(data, row, owner, msg) : tell_record(data, row, owner, msg);
}

static const struct dns_name *owner_get(struct rd *r, struct dns_message *msg)
{
	const struct dns_name *known[] = { &msg->question, &msg->target[!msg->turn] };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (dns_name_same(r, known[i])) {
			rd_skip(r, 2);
			return known[i];
		}
	}
	tell_addresses(msg);
	return dns_name_get(r, &msg->owner, msg->rule) ? &msg->owner : NULL;
}

/* One resource record (RFC 1035 section 4.1.3): owner, type, class, time to live, size, data. */
static bool record(struct rd *r, struct dns_message *msg)
{
	const struct dns_name *owner = owner_get(r, msg);
	const uint8_t *fixed = rd_bytes(r, 10);
	const struct rr_row *row;
	struct rd data;

	if (owner == NULL || fixed == NULL)
		return false;
	data = *r; /* not a sub-reader: a CNAME's pointers count from the message's first byte */
	rd_skip(r, be16(fixed + 8));
	if (!rd_ok(r))
		return false;
	data.end = r->p;
	row = msg->out != NULL ? rr_find(be16(fixed), be16(fixed + 2)) : NULL;
	if (row != NULL &&
	    !take_record(&data, row, owner, msg)) /* its own matter: the next begins where it did */
		msg->out->stats->reasons[DISSECT_DNS_BAD]++;
	return true;
}

static bool records(struct rd *r, size_t count, struct dns_message *msg)
{
	for (size_t i = 0; i < count; i++) {
		if (i >= RECORDS_MAX || !record(r, msg))
			return false;
	}
	return true;
}

/* -- questions */

/* IN, CH, HS, NONE, ANY (RFC 6895 section 3.2) and the CSNET of RFC 1035 section 3.2.4 */
static bool class_known(uint16_t class) { return (class >= 1 && class <= 4) || class == 254 || class == 255; }

static bool question(struct rd *r, struct dns_name *name, enum dns_name_rule rule, uint16_t *type)
{
	const uint8_t *fixed;

	if (!dns_name_get(r, name, rule))
		return false;
	fixed = rd_bytes(r, 4);
	if (fixed == NULL || !class_known(be16(fixed + 2)))
		return false;
	*type = be16(fixed);
	return true;
}

/* Only messages with QR=0 ask; in others the first question is kept, for the answers to refer to. */
static bool questions(struct rd *r, size_t count, bool ask, struct dns_message *msg)
{
	for (size_t i = 0; i < count; i++) {
		struct dns_name *name = i == 0 ? &msg->question : &msg->owner;
		uint16_t type;
		if (i >= QUESTIONS_MAX || !question(r, name, msg->rule, &type))
			return false;
		if (!ask || msg->out == NULL)
			continue;
		msg->out->m->name = dns_name_str(name);
		msg->out->m->query.qtype = type;
		proto_emit(msg->out, DISSECT_DNS_QUERY);
	}
	return true;
}

/* -- messages */

static struct dns_header header_get(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, HEADER_SIZE);

	if (p == NULL)
		return (struct dns_header){ 0 };
	return (struct dns_header){ be16(p + 2), be16(p + 4), be16(p + 6), be16(p + 8), be16(p + 10) };
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
	struct dns_message msg;

	if (!rd_ok(&r) || !header_plausible(&h))
		return false;
	message_init(&msg, NULL);
	return questions(&r, h.questions, false, &msg) &&
	       records(&r, (size_t)h.answers + h.authority + h.additional, &msg) && rd_done(&r);
}

static bool message_tell(const uint8_t *p, size_t n, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	struct dns_header h = header_get(&r);
	struct dns_message msg;
	bool sound;

	if (!rd_ok(&r))
		return false;
	if (opcode(&h) == OPCODE_UPDATE)
		return true;
	message_init(&msg, out);
	if (!questions(&r, h.questions, !is_response(&h), &msg))
		return false;
	if (!is_response(&h))
		return true;
	sound = records(&r, h.answers, &msg);
	tell_addresses(&msg);
	return sound;
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
	struct rd body, early;
	struct dns_header h;
	struct dns_name name;
	uint16_t type;
	size_t size = rd_be16(&r);

	if (!rd_ok(&r))
		return n == 0 || p[0] == 0 || p[0] < 0x10 ? PROTO_MORE : PROTO_SKIP;
	if (size < HEADER_SIZE + 5)
		return PROTO_SKIP;
	body = rd_sub(&r, rd_left(&r) < size ? rd_left(&r) : size);
	early = body;
	rd_skip(&early, 2);
	h.flags = rd_be16(&early); /* 0 as long as they are not there */
	if (opcode(&h) == 3 || opcode(&h) > 6 || (h.flags & FLAG_Z) != 0)
		return PROTO_SKIP;
	h = header_get(&body);
	if (!rd_ok(&body)) /* a line of text must not be waited for: what follows it may be another's start */
		return size < TEXT_MIN ? PROTO_MORE : PROTO_SKIP;
	if (h.questions != 1)
		return PROTO_SKIP;
	if (!is_response(&h) && ((h.flags & 0xf) != 0 || h.authority > 1))
		return PROTO_SKIP;
	if (question(&body, &name, DNS_NAME_BACK, &type))
		return PROTO_OK;
	if (rd_ok(&body)) /* all there, and of no class */
		return PROTO_SKIP;
	return n >= 2 + size || n >= 2u + HEADER_SIZE + DNS_NAME_WIRE + 4 ? PROTO_SKIP : PROTO_MORE;
}

enum proto_result dns_stream_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				   uint64_t *skip, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	size_t size = rd_be16(&r), have = rd_left(&r) < size ? rd_left(&r) : size;
	const uint8_t *body = rd_bytes(&r, have);
	bool standard = flow_standard(&out->m->flow);
	bool part =
		st->last && standard && have >= HEADER_SIZE; /* longer than the buffer, or its end was lost */

	*consumed = 0;
	*skip = 0;
	if (flow_local(&out->m->flow) && !standard)
		return PROTO_SKIP;
	if (!rd_ok(&r) || (have < size && !part))
		return PROTO_MORE;
	if (size < HEADER_SIZE || (!standard && !message_sound(body, size))) {
		out->stats->reasons[DISSECT_DNS_BAD]++;
		return PROTO_BAD;
	}
	/* a broken message does not break the framing: the next one begins behind it all the same */
	if (!message_tell(body, have, out))
		out->stats->reasons[DISSECT_DNS_BAD]++;
	*consumed = rd_pos(&r);
	*skip = size - have;
	return PROTO_OK;
}
