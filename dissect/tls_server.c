/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  ServerHello                                            Certificate (RFC 5246 section 7.4.2)
 *  +------+------+---------+--------+-----+------------+  +------+------+-------+------+------+-----
 *  | 0x02 | size | version | random | ... | extensions |  | 0x0b | size | chain | size | leaf | ...
 *  +------+------+---------+--------+-----+------------+  +------+------+-------+------+------+-----
 *      1      3       2        32                             1      3      3       3
 *  Both are gathered from the start of the stream; what follows the leaf is not waited for.
 */
#include "dissect/tls_server.h"

#include "dissect/cert.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum {
	SERVER_HELLO = 2,
	CERTIFICATE = 11,
	LEAF_AT = TLS_HANDSHAKE_HEADER + 3 + 3, /* in the Certificate message */
	HELLO_MAX = 2048,                       /* a ServerHello is about 100 bytes */
	TLS12 = 0x0303,
};

/* Does a certificate follow in the clear? */
static bool hello_is_open(struct rd r)
{
	struct rd exts;

	if (rd_be16(&r) > TLS12)
		return false;
	rd_skip(&r, TLS_RANDOM_SIZE);
	rd_sub8(&r);
	rd_skip(&r, 3);
	if (!rd_ok(&r))
		return false;
	exts = rd_sub16(&r); /* older servers send none */
	while (rd_left(&exts) > 0) {
		if (rd_be16(&exts) == TLS_EXT_VERSIONS)
			return false;
		rd_sub16(&exts);
	}
	return true;
}

static uint32_t size_at(const uint8_t *p)
{
	struct rd r = rd_init(p, 3);

	return rd_be24(&r);
}

/* The stream up to the leaf, one step after the other. */
enum step { STEP_HELLO, STEP_HELLO_BODY, STEP_TYPE, STEP_LEAF_SIZE, STEP_LEAF, STEP_COUNT };

/* What the gathered bytes tell: how many are wanted next, 0 when nothing of interest can follow, and more
 * than TLS_GATHER_MAX when what follows is larger than is held. */
static size_t step_next(enum step step, const uint8_t *p, size_t have)
{
	size_t hello = TLS_HANDSHAKE_HEADER + size_at(p + 1);
	struct rd r;

	switch (step) {
	case STEP_HELLO:
		return p[0] == SERVER_HELLO && hello <= HELLO_MAX ? hello : 0;
	case STEP_HELLO_BODY:
		r = rd_init(p, have);
		rd_skip(&r, TLS_HANDSHAKE_HEADER);
		return hello_is_open(r) ? hello + 1 : 0;
	case STEP_TYPE:
		return p[hello] == CERTIFICATE ? hello + LEAF_AT : 0;
	case STEP_LEAF_SIZE:
		return have + size_at(p + have - 3);
	default:
		return 0;
	}
}

static enum proto_result leaf_tell(const uint8_t *p, size_t n, struct proto_out *out)
{
	out->m->name = (struct dissect_str){ NULL, 0 };
	if (!cert_read(p, n, out->m)) {
		out->stats->reasons[DISSECT_TLS_BAD]++;
		return PROTO_SKIP;
	}
	proto_emit(out, DISSECT_TLS_CERT);
	return PROTO_SKIP;
}

enum proto_result tls_server_probe(const uint8_t *p, size_t n)
{
	return tls_record_probe(p, n, SERVER_HELLO);
}

enum proto_result tls_server_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
				   uint64_t *skip, struct proto_out *out)
{
	size_t want = TLS_HANDSHAKE_HEADER, leaf = 0;
	enum tls_gathered res = TLS_HAVE;
	struct tls_gather g;

	*consumed = 0;
	*skip = 0;
	if (n < st->left)
		return PROTO_MORE;
	tls_gather_init(&g, p, n);
	for (enum step step = STEP_HELLO; step < STEP_COUNT; step++) {
		res = tls_gather(&g, want);
		if (res == TLS_WAIT) {
			st->left = tls_gather_least(&g, want);
			return PROTO_MORE;
		}
		if (res != TLS_HAVE)
			break;
		if (step == STEP_LEAF)
			return leaf_tell(g.p + leaf, want - leaf, out);
		leaf = want;
		want = step_next(step, g.p, g.have);
		if (want == 0 || want == leaf)
			return PROTO_SKIP;
		if (want > TLS_GATHER_MAX) {
			out->stats->reasons[DISSECT_TCP_CAP]++;
			return PROTO_SKIP;
		}
	}
	if (res == TLS_BROKEN)
		out->stats->reasons[DISSECT_TLS_BAD]++;
	return PROTO_SKIP; /* a session resumed, or an alert */
}
