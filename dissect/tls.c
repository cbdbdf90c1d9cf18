/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"

#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

static enum proto_result hello_bad(struct proto_out *out)
{
	out->stats->reasons[DISSECT_TLS_BAD]++;
	return PROTO_BAD;
}

static void hello_tell(const struct tls_hello *h, bool sound, struct proto_out *out)
{
	uint8_t room[PROTO_NAME_MAX];

	if (!sound)
		out->stats->reasons[DISSECT_TLS_BAD]++;
	out->m->name = proto_name(room, sizeof(room), h->host);
	if (out->m->name.p == NULL)
		out->stats->reasons[DISSECT_TLS_NO_NAME]++;
	out->m->tls.version = h->version;
	proto_emit(out, DISSECT_TLS);
}

/* A hello that breaks off inside, but behind its name, is told too. */
static enum proto_result hello_whole(const uint8_t *p, size_t n, bool odd, struct proto_out *out)
{
	struct tls_hello h;
	bool whole = tls_hello_read(p, n, &h), made = true;

	if (!whole && h.host.p == NULL)
		return hello_bad(out);
	if (whole)
		made = tls_hello_facts(&h, 't', out->ja4, &out->m->tls.hello);
	else
		out->m->tls.hello = (struct dissect_hello){ .alpn = h.alpn };
	hello_tell(&h, whole && made && !h.odd && !odd, out);
	return PROTO_SKIP;
}

/* Its end was lost: told all the same when its name was not. */
static enum proto_result hello_part(const struct tls_gather *g, struct proto_out *out)
{
	struct tls_hello h;

	if (g->have <= TLS_HANDSHAKE_HEADER)
		return PROTO_MORE;
	tls_hello_read_part(g->p + TLS_HANDSHAKE_HEADER, g->have - TLS_HANDSHAKE_HEADER, &h);
	if (h.host.p == NULL)
		return PROTO_MORE;
	out->m->tls.hello = (struct dissect_hello){ .alpn = h.alpn };
	hello_tell(&h, false, out);
	return PROTO_SKIP;
}

/* -- SSL 2.0 */

enum {
	SSL2_LONG = 0x80,
	SSL2_LONG_MASK = 0xfe,
	SSL2_FIXED = 9,
	SSL2_SESSION = 16,
	SSL2_CHALLENGE_MIN = 16,
	SSL2_CHALLENGE_MAX = 32
};

/* Its header has two bytes with the highest bit set; real ones are shorter than 512 bytes. */
static bool ssl2_may_be(const uint8_t *p, size_t n) { return n > 0 && (p[0] & SSL2_LONG_MASK) == SSL2_LONG; }

/* All its lengths must agree: nothing else tells such a hello from chance. MORE until they are there. */
static enum proto_result ssl2_probe(struct rd r, uint16_t *version)
{
	size_t size = rd_be16(&r) & 0x7fff, ciphers, session, challenge;
	uint8_t type = rd_u8(&r);

	*version = rd_be16(&r);
	if (rd_ok(&r) && (type != TLS_CLIENT_HELLO || (*version >> 8 != 3 && *version != 2)))
		return PROTO_SKIP;
	ciphers = rd_be16(&r);
	session = rd_be16(&r);
	challenge = rd_be16(&r);
	if (!rd_ok(&r))
		return PROTO_MORE;
	if (size != SSL2_FIXED + ciphers + session + challenge || ciphers == 0 || ciphers % 3 != 0 ||
	    (session != 0 && session != SSL2_SESSION) || challenge < SSL2_CHALLENGE_MIN ||
	    challenge > SSL2_CHALLENGE_MAX)
		return PROTO_SKIP;
	return PROTO_OK;
}

static enum proto_result ssl2_tell(uint16_t version, struct proto_out *out)
{
	out->m->name = (struct dissect_str){ NULL, 0 };
	out->m->tls.version = version;
	out->m->tls.hello = (struct dissect_hello){ 0 };
	out->stats->reasons[DISSECT_TLS_NO_NAME]++;
	proto_emit(out, DISSECT_TLS);
	return PROTO_SKIP;
}

/* -- the row */

enum proto_result tls_probe(const uint8_t *p, size_t n)
{
	uint16_t version;

	if (ssl2_may_be(p, n))
		return ssl2_probe(rd_init(p, n), &version);
	return tls_record_probe(p, n, TLS_CLIENT_HELLO);
}

static size_t message_size(const uint8_t *p)
{
	struct rd r = rd_init(p, TLS_HANDSHAKE_HEADER);

	rd_u8(&r);
	return TLS_HANDSHAKE_HEADER + rd_be24(&r);
}

enum proto_result tls_parse(const uint8_t *p, size_t n, struct proto_state *st, size_t *consumed,
			    uint64_t *skip, struct proto_out *out)
{
	size_t want = TLS_HANDSHAKE_HEADER;
	enum proto_result ssl2;
	enum tls_gathered res;
	struct tls_gather g;
	uint16_t version;

	*consumed = 0;
	*skip = 0;
	if (n < st->left && !st->last)
		return PROTO_MORE;
	ssl2 = ssl2_may_be(p, n) ? ssl2_probe(rd_init(p, n), &version) : PROTO_SKIP;
	if (ssl2 == PROTO_OK)
		return ssl2_tell(version, out);
	if (ssl2 == PROTO_MORE && !st->last)
		return PROTO_MORE;
	tls_gather_init(&g, p, n);
	res = tls_gather(&g, want);
	if (res == TLS_HAVE) {
		want = message_size(g.p);
		if (g.p[0] != TLS_CLIENT_HELLO || want > TLS_GATHER_MAX)
			return hello_bad(out);
		res = tls_gather(&g, want);
	}
	if (res == TLS_WAIT) {
		st->left = tls_gather_least(&g, want);
		return st->last ? hello_part(&g, out) : PROTO_MORE;
	}
	if (res != TLS_HAVE)
		return hello_bad(out);
	return hello_whole(g.p + TLS_HANDSHAKE_HEADER, want - TLS_HANDSHAKE_HEADER, g.empty > 0, out);
}
