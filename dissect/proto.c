/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/proto.h"

#include "dissect/dns.h"
#include "dissect/gquic.h"
#include "dissect/h2.h"
#include "dissect/hpack_table.h"
#include "dissect/http.h"
#include "dissect/http_answer.h"
#include "dissect/proxy.h"
#include "dissect/quic.h"
#include "dissect/socks.h"
#include "dissect/tls.h"
#include "dissect/tls_server.h"

/* Order matters: the first probe that says OK has the stream; the strictest stand first. */
const struct proto_stream proto_streams[] = {
	{ "tls", PROTO_CLIENT, true, tls_probe, tls_parse },
	{ "tls-server", PROTO_SERVER, true, tls_server_probe, tls_server_parse },
	{ "http", PROTO_CLIENT, true, http_probe, http_parse },
	{ "http-answer", PROTO_SERVER, true, http_answer_probe, http_answer_parse },
	{ "h2", PROTO_CLIENT, true, h2_probe, h2_parse },
	{ "proxy", PROTO_CLIENT, true, proxy_probe, proxy_parse },
	{ "socks", PROTO_CLIENT, false, socks_probe, socks_parse },
	{ "dns", PROTO_EITHER, false, dns_stream_probe, dns_stream_parse },
};
const int proto_stream_count = sizeof(proto_streams) / sizeof(proto_streams[0]);

const struct proto_datagram proto_datagrams[] = {
	{ "quic", 0xc0, 0xc0, quic_parse },
	{ "gquic", 0xc0, 0xc0, gquic_parse },
	{ "gquic-short", GQUIC_SHORT_MASK, GQUIC_SHORT_BITS, gquic_parse },
	{ "dns", 0, 0, dns_parse },
};
const int proto_datagram_count = sizeof(proto_datagrams) / sizeof(proto_datagrams[0]);

void proto_end(struct proto_state *st, const struct proto_out *out)
{
	if (st->table != 0)
		hpack_table_drop(out->hpack, st->table);
	st->table = 0;
}

/* proto_lower() of eight octets at once: to those from 'A' to 'Z', and to no others, 0x20 is added. */
static void lower_eight(uint8_t to[8], const uint8_t from[8])
{
	const uint64_t each = UINT64_C(0x0101010101010101), top = each * 0x80;
	uint64_t x, low, upper;

	memcpy(&x, from, sizeof(x));
	low = x & ~top;
	upper = (low + each * (0x80 - 'A')) & ~(low + each * (0x80 - 'Z' - 1)) & ~x & top;
	x |= upper >> 2;
	memcpy(to, &x, sizeof(x));
}

struct dissect_str proto_name(uint8_t *room, size_t cap, struct dissect_str raw)
{
	size_t n = raw.n, at = 0;

	if (n > 1 && raw.p[n - 1] == '.')
		n--;
	if (n == 0 || n > cap)
		return (struct dissect_str){ NULL, 0 };
	for (; n - at >= 8; at += 8)
		lower_eight(room + at, raw.p + at);
	if (n >= 8)
		lower_eight(room + n - 8, raw.p + n - 8); /* some a second time */
	for (; n < 8 && at < n; at++)
		room[at] = proto_lower(raw.p[at]);
	return (struct dissect_str){ room, n };
}
