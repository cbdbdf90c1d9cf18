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
 * authority stands in front, or is hidden in them, as is what they do to the table. Nor is what a hole, a
 * short capture or a full buffer cut off (`whole` is false then): the stream goes on behind it. */
static void headers(struct rd payload, uint8_t flags, bool whole, struct hpack_table *table,
		    struct proto_out *out)
{
	struct hpack_request h = { .hidden = (flags & FLAG_END_HEADERS) == 0 };
	uint8_t room[HPACK_ROOM], padding = (flags & FLAG_PADDED) != 0 ? rd_u8(&payload) : 0;

	if ((flags & FLAG_PRIORITY) != 0)
		rd_skip(&payload, 5);
	if (!rd_ok(&payload) || padding > rd_left(&payload)) {
		out->stats->reasons[DISSECT_HTTP_BAD]++;
		whole = false;
	} else {
		if (!hpack_read(rd_sub(&payload, rd_left(&payload) - padding), &h, room, table))
			out->stats->reasons[DISSECT_HTTP_BAD]++;
		tell(&h, out);
	}
	if ((!whole || (flags & FLAG_END_HEADERS) == 0) && table != NULL)
		hpack_table_drop(table);
}

/* Too large to be waited for. */
static void pass_headers(struct hpack_table *table, struct proto_out *out)
{
	out->stats->reasons[DISSECT_H2C_HIDDEN]++;
	if (table != NULL)
		hpack_table_drop(table);
}

static enum proto_result parse_frame(const uint8_t *p, size_t n, const struct proto_state *st,
				     size_t *consumed, uint64_t *skip, struct proto_out *out)
{
	struct rd r = rd_init(p, n);
	size_t size = rd_be24(&r), have;
	uint8_t type = rd_u8(&r), flags = rd_u8(&r);
	struct hpack_table *table;

	rd_be32(&r);
	have = rd_left(&r) < size ? rd_left(&r) : size;
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (type == FRAME_HEADERS && size <= HEADERS_MAX && have < size && !st->last)
		return PROTO_MORE;
	if (type == FRAME_HEADERS) {
		table = hpack_table_of(out->hpack, st->table);
		if (size <= HEADERS_MAX)
			headers(rd_sub(&r, have), flags, have == size, table, out);
		else
			pass_headers(table, out);
	}
	*consumed = rd_pos(&r);
	*skip = FRAME_HEADER + size - rd_pos(&r);
	return PROTO_OK;
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
	st->table = out->hpack != NULL ? hpack_table_new(out->hpack) : 0;
	return PROTO_OK;
}
