/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  | 4 | command | <2> port | <4> address | user ... 0 |            4a: address 0.0.0.x and | host ... 0 |
 *  | 5 | number of methods | methods ... |                          RFC 1928 section 3
 *  | 5 | command | 0 | type | address ... | <2> port |              RFC 1928 section 4
 */
#include "dissect/socks.h"

#include "base/rd.h"
#include "dissect/tls.h"

enum {
	SOCKS_4 = 4,
	SOCKS_5 = 5,
	SOCKS_CONNECT = 1,
	SOCKS_METHOD_MAX = 9, /* assigned so far */
	SOCKS_TEXT_MAX = 255,
};

enum { ADDRESS_V4 = 1, ADDRESS_NAME = 3, ADDRESS_V6 = 4 };

/* A text of printable bytes up to its NUL. */
static bool skip_text(struct rd *r)
{
	for (int i = 0; i <= SOCKS_TEXT_MAX; i++) {
		uint8_t c = rd_u8(r);
		if (!rd_ok(r) || (c > 0 && c < ' '))
			return false;
		if (c == 0)
			return true;
	}
	return false;
}

/* Each returns its length, or 0. */
static size_t request_4(struct rd r)
{
	bool sound = rd_u8(&r) == SOCKS_4 && rd_u8(&r) == SOCKS_CONNECT && rd_be16(&r) != 0;
	uint32_t address = rd_be32(&r);
	bool named = address >> 8 == 0 && address != 0;

	return sound && skip_text(&r) && (!named || skip_text(&r)) ? rd_pos(&r) : 0;
}

static size_t methods_5(struct rd r)
{
	bool sound = rd_u8(&r) == SOCKS_5;
	size_t n = rd_u8(&r);

	for (size_t i = 0; i < n; i++)
		sound = rd_u8(&r) <= SOCKS_METHOD_MAX && sound;
	return sound && n > 0 && rd_ok(&r) ? rd_pos(&r) : 0;
}

static size_t request_5(struct rd r)
{
	bool sound = rd_u8(&r) == SOCKS_5 && rd_u8(&r) == SOCKS_CONNECT && rd_u8(&r) == 0;
	uint8_t type = rd_u8(&r);

	if (type != ADDRESS_V4 && type != ADDRESS_NAME && type != ADDRESS_V6)
		return 0;
	rd_skip(&r, type == ADDRESS_V4 ? 4 : type == ADDRESS_V6 ? 16 : rd_u8(&r));
	return rd_be16(&r) != 0 && sound && rd_ok(&r) ? rd_pos(&r) : 0;
}

/* How much of it is said to a proxy, or 0: it fills its segment, since the proxy's word is waited for, or a
 * hello stands behind it. */
static size_t greets(const uint8_t *p, size_t n)
{
	const struct rd r = rd_init(p, n);
	size_t size = p[0] == SOCKS_4 ? request_4(r) : request_5(r);

	if (size == 0)
		size = methods_5(r);
	return size == n || (size > 0 && tls_probe(p + size, n - size) == PROTO_OK) ? size : 0;
}

enum proto_result socks_probe(const uint8_t *p, size_t n)
{
	return n > 0 && (p[0] == SOCKS_4 || p[0] == SOCKS_5) && greets(p, n) > 0 ? PROTO_OK : PROTO_SKIP;
}

enum proto_result socks_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			      uint64_t *skip, struct proto_out *out)
{
	(void)out;
	*skip = 0;
	*consumed = greets(p, n);
	st->proxied = st->proxied || *consumed > 0;
	return *consumed > 0 ? PROTO_PASS : PROTO_BAD;
}
