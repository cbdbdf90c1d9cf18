/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  PRI * HTTP/2.0 CRLF CRLF SM CRLF CRLF       preface (RFC 9113 section 3.4), then frames:
 *  length(24) type flags stream(32) payload    section 4.1
 */
#include "dissect/h2.h"

#include "dissect/hpack.h"
#include "dissect/http_head.h"

enum {
	FRAME_HEADER = 9,
	FRAME_HEADERS = 1,   /* its type */
	HEADERS_MAX = 16384, /* the largest frame unless a peer allows more (section 4.2) */
	FLAG_END_HEADERS = 0x04,
	FLAG_PADDED = 0x08,
	FLAG_PRIORITY = 0x20,
	AUTHORITY_MAX = 4096,
	PHASE_FRAMES = H2_PHASE,
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum proto_result h2_probe(const uint8_t *p, size_t n)
{
	size_t whole = sizeof(preface) - 1;

	if (memcmp(p, preface, n < whole ? n : whole) != 0)
		return PROTO_SKIP;
	return n < whole ? PROTO_MORE : PROTO_OK;
}

static void tell(const struct hpack_request *h, struct proto_out *out)
{
	struct dissect_message *m = out->m;
	struct dissect_str authority = h->authority.n > 0 ? h->authority : h->host;
	uint8_t room[AUTHORITY_MAX];

	if (authority.n == 0) {
		out->stats->reasons[DISSECT_H2C_HIDDEN] += h->hidden; /* else trailers */
		return;
	}
	m->name = proto_name(room, sizeof(room), authority);
	m->http.method = h->method;
	m->http.target = h->path;
	m->http.referer = h->referer;
	m->http.user_agent = h->user_agent;
	m->http.requested_with = h->requested_with;
	proto_emit(out, DISSECT_HTTP2);
}

/* The payload of a HEADERS frame (section 6.2). Its continuations (section 6.10) are not waited for: the
 * authority stands in front, or is hidden in them, as is what they do to the table. False: that is lost. */
static bool block(struct rd payload, uint8_t flags, struct hpack_table *table, struct proto_out *out)
{
	struct hpack_request h = { .hidden = (flags & FLAG_END_HEADERS) == 0 };
	uint8_t room[HPACK_ROOM], padding = (flags & FLAG_PADDED) != 0 ? rd_u8(&payload) : 0;

	if ((flags & FLAG_PRIORITY) != 0)
		rd_skip(&payload, 5);
	if (!rd_ok(&payload) || padding > rd_left(&payload)) {
		out->stats->reasons[DISSECT_HTTP_BAD]++;
		return false;
	}
	if (!hpack_read(rd_sub(&payload, rd_left(&payload) - padding), &h, room, table))
		out->stats->reasons[DISSECT_HTTP_BAD]++;
	tell(&h, out);
	return (flags & FLAG_END_HEADERS) != 0 && !h.lost;
}

/* What a hole, a short capture or a full buffer cut off a frame of this size may have changed the table as
 * well: the stream goes on behind it. One that is too large is not waited for. */
static void headers(struct rd payload, size_t size, uint8_t flags, uint32_t ticket, struct proto_out *out)
{
	bool known = false;

	if (size > HEADERS_MAX)
		out->stats->reasons[DISSECT_H2C_HIDDEN]++;
	else
		known = block(payload, flags, hpack_table_of(out->hpack, ticket), out);
	if (!known || rd_left(&payload) < size)
		hpack_table_drop(out->hpack, ticket);
}

static enum proto_result parse_frame(const uint8_t *p, size_t n, const struct proto_state *st,
				     size_t *consumed, uint64_t *skip, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	size_t size = rd_be24(&r), have;
	uint8_t type = rd_u8(&r), flags = rd_u8(&r);

	rd_be32(&r);
	have = rd_left(&r) < size ? rd_left(&r) : size;
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (type == FRAME_HEADERS && size <= HEADERS_MAX && have < size && !st->last)
		return PROTO_MORE;
	if (type == FRAME_HEADERS)
		headers(rd_sub(&r, have), size, flags, st->table, out);
	*consumed = rd_pos(&r);
	*skip = FRAME_HEADER + size - rd_pos(&r);
	return PROTO_OK;
}

/* The connection's table; that of one before it in the same stream, which was lost sight of, is over. */
static uint32_t table_new(struct hpack_tables *t, uint32_t before, struct proto_out *out)
{
	if (t == NULL)
		return 0;
	hpack_table_drop(t, before);
	out->stats->reasons[DISSECT_H2C_FULL] += hpack_table_crowded(t);
	return hpack_table_new(t);
}

enum proto_result h2_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			   uint64_t *skip, struct proto_out *out)
{
	enum proto_result res;

	*consumed = 0;
	*skip = 0;
	if (st->phase == PHASE_FRAMES)
		return parse_frame(p, n, st, consumed, skip, out);
	res = h2_probe(p, n);
	if (res != PROTO_OK)
		return res;
	out->stats->reasons[DISSECT_H2C]++;
	*consumed = sizeof(preface) - 1;
	st->phase = PHASE_FRAMES;
	st->table = table_new(out->hpack, st->table, out);
	return PROTO_OK;
}
