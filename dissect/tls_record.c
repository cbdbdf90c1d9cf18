/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  record                       handshake message
 *  +------+---------+------+    +------+--------+----------+
 *  | type | version | size |    | type | size   | body ... |
 *  +------+---------+------+    +------+--------+----------+
 *     1        2       2           1       3
 */
#include "dissect/tls_record.h"

enum {
	RECORD_HEADER = 5,
	RECORD_MAX = 1 << 14, /* RFC 8446 section 5.1 */
	MAJOR = 3,
	MINOR_MAX = 4, /* 0 to 4 in the wild */
	PREFIX_MAX = 4,
	EMPTY_MAX = 32, /* as OpenSSL has it: each is walked over again with every segment that comes */
};

enum { TYPE_CHANGE_CIPHER = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22 };

/* What may stand before the first message, by type and size. */
static bool is_prefix(uint8_t type, size_t size)
{
	return (type == TYPE_ALERT && size == 2) || (type == TYPE_CHANGE_CIPHER && size == 1) ||
	       (type == TYPE_HANDSHAKE && size == 0);
}

/* Is what there is of a record's header one that may be the first? */
static bool could_begin(struct rd r)
{
	size_t n = rd_left(&r);
	uint8_t type = rd_u8(&r), major = rd_u8(&r), minor = rd_u8(&r);

	return (n < 1 || (type >= TYPE_CHANGE_CIPHER && type <= TYPE_HANDSHAKE)) &&
	       (n < 2 || major == MAJOR) && (n < 3 || minor <= MINOR_MAX);
}

/* Nearly all streams do: with a record of a message. */
static bool begins_plainly(const uint8_t *p, size_t n)
{
	return n > RECORD_HEADER && p[0] == TYPE_HANDSHAKE && p[1] == MAJOR && p[2] <= MINOR_MAX &&
	       (p[3] | p[4]) != 0;
}

/* Leaves r at the first record that is no prefix. */
static void skip_prefix(struct rd *r)
{
	for (int i = 0; i < PREFIX_MAX; i++) {
		struct rd next = *r;
		uint8_t type = rd_u8(&next);
		size_t size;
		rd_skip(&next, 2);
		size = rd_be16(&next);
		if (!rd_ok(&next) || !is_prefix(type, size) || !could_begin(*r) || !rd_skip(&next, size))
			return;
		*r = next;
	}
}

/* Is what there is the beginning of one, and no more? */
static bool prefix_breaks_off(struct rd r)
{
	size_t n = rd_left(&r), size;
	uint8_t type = rd_u8(&r);

	rd_skip(&r, 2);
	size = rd_be16(&r);
	if (n == 0 || type == TYPE_HANDSHAKE)
		return false;
	return !rd_ok(&r) || (is_prefix(type, size) && rd_left(&r) < size);
}

/* Both hellos have a version behind their size. Where it can be seen it is held against the one byte of the
 * type, which encrypted records have by chance. */
static bool is_versioned(struct rd r, size_t size)
{
	uint8_t major, minor;

	rd_skip(&r, 3);
	major = rd_u8(&r);
	minor = rd_u8(&r);
	return size < 6 || !rd_ok(&r) || (major == MAJOR && minor <= MINOR_MAX);
}

enum proto_result tls_record_probe(const uint8_t *p, size_t n, uint8_t message)
{
	struct rd r = rd_init(p, n);
	uint8_t type;
	size_t size;

	if (!begins_plainly(p, n)) {
		skip_prefix(&r);
		if (!could_begin(r))
			return PROTO_SKIP;
	}
	type = rd_u8(&r);
	rd_skip(&r, 2);
	size = rd_be16(&r);
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (is_prefix(type, size) && rd_left(&r) <= size)
		return PROTO_MORE;
	if (type != TYPE_HANDSHAKE || size == 0 || size > RECORD_MAX)
		return PROTO_SKIP;
	if (rd_left(&r) == 0)
		return PROTO_MORE;
	return rd_u8(&r) == message && is_versioned(r, size) ? PROTO_OK : PROTO_SKIP;
}

void tls_gather_init(struct tls_gather *g, const uint8_t *p, size_t n)
{
	g->r = rd_init(p, n);
	g->fragment = rd_init(NULL, 0);
	g->p = NULL;
	g->to_come = g->have = 0;
	g->moved = false;
	g->empty = 0;
	if (begins_plainly(p, n))
		return;
	skip_prefix(&g->r);
	if (could_begin(g->r) && prefix_breaks_off(g->r))
		g->to_come = 1; /* at the least: nothing is taken before it is all there */
}

/* On to the next record. */
static enum tls_gathered next_record(struct tls_gather *g)
{
	struct rd r = g->r;
	uint8_t type = rd_u8(&r), major = rd_u8(&r);
	size_t size, there;

	rd_u8(&r); /* minor version: to be ignored, RFC 8446 section 5.1 */
	size = rd_be16(&r);
	if (rd_left(&g->r) > 0 && type != TYPE_HANDSHAKE)
		return TLS_OTHER;
	if (!rd_ok(&r))
		return TLS_WAIT;
	g->empty += size == 0;
	if (major != MAJOR || size > RECORD_MAX || g->empty > EMPTY_MAX)
		return TLS_BROKEN;
	there = size < rd_left(&r) ? size : rd_left(&r);
	g->fragment = rd_sub(&r, there);
	g->to_come = size - there;
	g->r = r;
	return TLS_HAVE;
}

/* n bytes off the current fragment; in the first record they stay where they are. */
static void take(struct tls_gather *g, size_t n)
{
	const uint8_t *p = rd_bytes(&g->fragment, n);

	if (g->have == 0) {
		g->p = p;
	} else if (!g->moved && g->p + g->have != p) {
		memcpy(g->room, g->p, g->have);
		g->p = g->room;
		g->moved = true;
	}
	if (g->moved)
		memcpy(g->room + g->have, p, n);
	g->have += n;
}

enum tls_gathered tls_gather(struct tls_gather *g, size_t want)
{
	while (g->have < want) {
		size_t n = rd_left(&g->fragment);
		enum tls_gathered res;
		if (n > 0) {
			take(g, n < want - g->have ? n : want - g->have);
			continue;
		}
		if (g->to_come > 0)
			return TLS_WAIT;
		res = next_record(g);
		if (res != TLS_HAVE)
			return res;
	}
	return TLS_HAVE;
}

size_t tls_gather_least(const struct tls_gather *g, size_t want)
{
	size_t at = rd_pos(&g->r), missing = want - g->have;

	return at + missing + (g->to_come > 0 ? 0 : RECORD_HEADER);
}
