/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/proxy.h"

#include <string.h>

#include "base/rd.h"

enum { PROXY_TEXT_MAX = 107, PROXY_MAGIC = 12 };

static const char text_start[] = "PROXY ";
static const uint8_t magic[PROXY_MAGIC] = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

static enum proto_result begins(const uint8_t *p, size_t n, const void *start, size_t size)
{
	if (memcmp(p, start, n < size ? n : size) != 0)
		return PROTO_SKIP;
	return n < size ? PROTO_MORE : PROTO_OK;
}

enum proto_result proxy_probe(const uint8_t *p, size_t n)
{
	enum proto_result text = begins(p, n, text_start, sizeof(text_start) - 1);

	return text != PROTO_SKIP ? text : begins(p, n, magic, PROXY_MAGIC);
}

/* One line. */
static enum proto_result parse_text(const uint8_t *p, size_t n, size_t *consumed)
{
	const uint8_t *end = memchr(p, '\n', n < PROXY_TEXT_MAX ? n : PROXY_TEXT_MAX);

	if (end == NULL)
		return n < PROXY_TEXT_MAX ? PROTO_MORE : PROTO_BAD;
	*consumed = (size_t)(end - p) + 1;
	return PROTO_PASS;
}

/* | magic | 4 version, 4 command | family | <2> length | addresses ... */
static enum proto_result parse_binary(struct rd r, size_t *consumed, uint64_t *skip)
{
	uint8_t version;
	uint16_t length;

	rd_skip(&r, PROXY_MAGIC);
	version = rd_u8(&r);
	rd_skip(&r, 1);
	length = rd_be16(&r);
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (version >> 4 != 2)
		return PROTO_BAD;
	*consumed = rd_pos(&r);
	*skip = length;
	return PROTO_PASS;
}

enum proto_result proxy_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			      uint64_t *skip, struct proto_out *out)
{
	(void)st, (void)out;
	return p[0] == (uint8_t)text_start[0] ? parse_text(p, n, consumed)
					      : parse_binary(rd_init(p, n), consumed, skip);
}
