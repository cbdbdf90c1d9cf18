/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  record                handshake message           body of a ClientHello
 *  +----+---------+----+ +----+--------+----------+  version random session ciphers compressions extensions
 *  |0x16| version |size| |0x01| size   | body ... |     16      32*8   <8..>   <16..>     <8..>       <16..>
 *  +----+---------+----+ +----+--------+----------+
 *
 * One handshake message may lie over several records (RFC 8446 section 5.1). Extensions are first indexed by
 * their rows, then read in the order of the table: the sender does not decide the order of our code.
 */
#include "dissect/tls.h"

#include "base/rd.h"

enum {
	RECORD_HEADER = 5,
	RECORD_MAX = 1 << 14, /* RFC 8446 section 5.1 */
	TYPE_HANDSHAKE = 22,
	HELLO_MAX = 16384, /* post-quantum hellos are about 2 KB; RFC 8446 itself would allow 2^24 */
	HOST_NAME = 0,
	NAME_MAX_SIZE = 255,
};

/* RFC 6066 section 3: a list of (type, name); only host_name was ever defined. */
static bool get_server_name(struct rd *r, struct tls_hello *h)
{
	struct rd list = rd_sub16(r);

	while (rd_ok(&list) && rd_left(&list) > 0) {
		uint8_t type = rd_u8(&list);
		struct rd name = rd_sub16(&list);
		if (rd_ok(&name) && type == HOST_NAME && h->host.p == NULL)
			h->host = (struct dissect_str){ name.base, rd_left(&name) };
	}
	return rd_ok(&list) && rd_done(r);
}

struct ext_row {
	uint16_t type;
	const char *name;
	bool (*get)(struct rd *data, struct tls_hello *h);
};

/* What we read. Types without a row, GREASE (RFC 8701) among them, are passed over. */
static const struct ext_row ext_rows[] = {
	{ 0, "server_name", get_server_name },
};
enum { EXT_COUNT = sizeof(ext_rows) / sizeof(ext_rows[0]) };

static int ext_find(uint16_t type)
{
	for (int i = 0; i < EXT_COUNT; i++) {
		if (ext_rows[i].type == type)
			return i;
	}
	return -1;
}

/* RFC 8446 section 4.2: no more than one extension of a type; of a second one only the oddity is kept. */
static bool extensions(struct rd *r, struct tls_hello *h)
{
	struct rd data[EXT_COUNT] = { { .p = NULL } };

	while (rd_left(r) > 0) {
		int i = ext_find(rd_be16(r));
		struct rd d = rd_sub16(r);
		if (i < 0 || !rd_ok(&d))
			continue;
		if (data[i].base == NULL)
			data[i] = d;
		else
			h->odd = true;
	}
	for (int i = 0; i < EXT_COUNT; i++) {
		if (data[i].base != NULL && !ext_rows[i].get(&data[i], h))
			h->odd = true;
	}
	return rd_ok(r);
}

/* RFC 8446 section 4.1.2; before TLS 1.3 the extensions may be missing (RFC 5246 section 7.4.1.2). */
static bool hello_get(struct rd *r, struct tls_hello *h)
{
	struct rd exts;

	h->version = rd_be16(r);
	rd_skip(r, 32);
	rd_sub8(r);
	rd_sub16(r);
	rd_sub8(r);
	if (!rd_ok(r))
		return false;
	if (rd_left(r) == 0)
		return true;
	exts = rd_sub16(r);
	return rd_ok(&exts) && rd_done(r) && extensions(&exts, h);
}

bool tls_hello_read(const uint8_t *body, size_t n, struct tls_hello *h)
{
	struct rd r = rd_init(body, n);

	*h = (struct tls_hello){ 0 };
	return hello_get(&r, h);
}

static enum proto_result hello_tell(const uint8_t *p, size_t n, struct proto_out *out)
{
	struct tls_hello h;
	uint8_t room[NAME_MAX_SIZE];
	bool whole = tls_hello_read(p, n, &h);

	if (!whole || h.odd)
		out->stats->reasons[DISSECT_TLS_BAD]++;
	if (!whole && h.host.p == NULL)
		return PROTO_BAD;
	out->m->name = proto_name(room, sizeof(room), h.host);
	if (out->m->name.p == NULL)
		out->stats->reasons[DISSECT_TLS_NO_NAME]++;
	out->m->tls.version = h.version;
	proto_emit(out, DISSECT_TLS);
	return PROTO_SKIP;
}

/* -- records */

/* The next record's fragment; empty and failed when it is not whole yet. *bad when it cannot be ours. */
static struct rd record_get(struct rd *r, bool *bad)
{
	uint8_t type = rd_u8(r);
	uint8_t major = rd_u8(r);
	size_t size;

	rd_u8(r); /* minor version: 0x00..0x04 in the wild, ignored as RFC 8446 section 5.1 says */
	size = rd_be16(r);
	*bad = rd_ok(r) && (type != TYPE_HANDSHAKE || major != 3 || size == 0 || size > RECORD_MAX);
	return rd_sub(r, *bad ? 0 : size);
}

struct gather {
	size_t have, want; /* bytes of the handshake message, its header among them; want 0: not known yet */
	uint8_t header[TLS_HANDSHAKE_HEADER];
};

static bool gather_header(struct gather *g, uint8_t c)
{
	g->header[g->have] = c;
	if (g->have + 1 == TLS_HANDSHAKE_HEADER)
		g->want = TLS_HANDSHAKE_HEADER +
			  ((size_t)g->header[1] << 16 | (size_t)g->header[2] << 8 | g->header[3]);
	return g->header[0] == TLS_CLIENT_HELLO && g->want <= TLS_HANDSHAKE_HEADER + HELLO_MAX;
}

/* Takes what the message still wants of this fragment into `body`. */
static bool gather_add(struct gather *g, struct rd fragment, uint8_t *body)
{
	while (g->have < TLS_HANDSHAKE_HEADER && rd_left(&fragment) > 0) {
		if (!gather_header(g, rd_u8(&fragment)))
			return false;
		g->have++;
	}
	if (g->want > g->have) {
		size_t n = g->want - g->have < rd_left(&fragment) ? g->want - g->have : rd_left(&fragment);
		const uint8_t *p = rd_bytes(&fragment, n);
		if (n > 0)
			memcpy(body + g->have - TLS_HANDSHAKE_HEADER, p, n);
		g->have += n;
	}
	return true;
}

static bool gathered(const struct gather *g) { return g->want > 0 && g->have == g->want; }

enum proto_result tls_probe(const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);
	bool start = (n < 1 || p[0] == TYPE_HANDSHAKE) && (n < 2 || p[1] == 3) && (n < 3 || p[2] <= 4);
	size_t size;

	if (!start)
		return PROTO_SKIP;
	rd_skip(&r, 3);
	size = rd_be16(&r);
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (size == 0 || size > RECORD_MAX)
		return PROTO_SKIP;
	if (rd_left(&r) == 0)
		return PROTO_MORE;
	return rd_u8(&r) == TLS_CLIENT_HELLO ? PROTO_OK : PROTO_SKIP;
}

enum proto_result tls_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			    uint64_t *skip, struct proto_out *out)
{
	uint8_t body[HELLO_MAX];
	struct gather g = { 0 };
	struct rd r = rd_init(p, n);

	*consumed = 0;
	*skip = 0;
	if (n < st->left)
		return PROTO_MORE;
	while (!gathered(&g)) {
		bool bad;
		size_t at = rd_pos(&r);
		struct rd fragment = record_get(&r, &bad);
		if (!bad && !rd_ok(&fragment)) {
			/* or a hello in tiny records and segments would be gathered anew for each of them */
			st->left = at + RECORD_HEADER + (g.want > 0 ? g.want - g.have : 1);
			return PROTO_MORE;
		}
		if (bad || !gather_add(&g, fragment, body)) {
			out->stats->reasons[DISSECT_TLS_BAD]++;
			return PROTO_BAD;
		}
	}
	return hello_tell(body, g.want - TLS_HANDSHAKE_HEADER, out);
}
