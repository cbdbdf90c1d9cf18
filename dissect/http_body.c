/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  size in hex, extensions CRLF data CRLF   ...   0 CRLF trailers CRLF      chunked (RFC 9112 section 7.1)
 */
#include "dissect/http_body.h"

#include "dissect/http_head.h"

enum { CHUNK_LINE_MAX = 1024, CHUNKS_MAX = 4096 /* looked into for one response */ };

/* The size line at r. MORE: its end is not there yet; BAD: it is none. */
static enum proto_result chunk_line(struct rd *r, uint64_t *size)
{
	size_t n = rd_left(r);
	struct dissect_str line = http_head_line(r);

	if (!rd_ok(r))
		return n <= CHUNK_LINE_MAX ? PROTO_MORE : PROTO_BAD;
	if (line.n > CHUNK_LINE_MAX || !http_head_number(line, 16, size) || *size > INT64_MAX)
		return PROTO_BAD;
	return PROTO_OK;
}

enum proto_result http_body_chunk(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				  uint64_t *skip)
{
	struct rd r = rd_init(p, n);
	uint64_t size = 0;
	enum proto_result res = chunk_line(&r, &size);

	if (res != PROTO_OK)
		return res;
	*consumed = rd_pos(&r);
	if (size == 0)
		st->phase = HTTP_BODY_TRAILER;
	else
		*skip = size + 2;
	return PROTO_OK;
}

enum proto_result http_body_trailer(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed)
{
	struct rd r = rd_init(p, n);
	struct dissect_str line = http_head_line(&r);

	if (!rd_ok(&r))
		return PROTO_MORE;
	if (line.n == 0)
		st->phase = HTTP_BODY_HEAD;
	*consumed = rd_pos(&r);
	return PROTO_OK;
}

enum proto_result http_body_pass(size_t n, struct proto_state *st, size_t *consumed, uint64_t *skip)
{
	*consumed = st->left < n ? (size_t)st->left : n;
	*skip = st->left - *consumed;
	st->left = 0;
	st->phase = HTTP_BODY_HEAD;
	return PROTO_OK;
}

size_t http_body_join(const uint8_t *p, size_t n, uint8_t *room, size_t cap, bool *ended)
{
	struct rd r = rd_init(p, n);
	size_t have = 0;

	*ended = false;
	for (unsigned i = 0; i < CHUNKS_MAX && have < cap; i++) {
		uint64_t size = 0;
		enum proto_result res = chunk_line(&r, &size);
		if (res == PROTO_MORE)
			return have;
		*ended = res != PROTO_OK || size == 0;
		if (*ended)
			return have;
		size_t take = size < cap - have ? (size_t)size : cap - have;
		if (take > rd_left(&r))
			take = rd_left(&r);
		memcpy(room + have, rd_bytes(&r, take), take);
		have += take;
		if (take < size || !rd_skip(&r, 2))
			return have;
	}
	*ended = have < cap;
	return have;
}
