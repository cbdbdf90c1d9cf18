/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/proto.h"

#include "dissect/dns.h"
#include "dissect/gquic.h"
#include "dissect/h2.h"
#include "dissect/http.h"
#include "dissect/http_answer.h"
#include "dissect/proxy.h"
#include "dissect/quic.h"
#include "dissect/socks.h"
#include "dissect/tls.h"
#include "dissect/tls_server.h"

/* Order matters: the first probe that says OK has the stream; the strictest stand first. */
const struct proto_stream proto_streams[] = {
	{ "tls", PROTO_CLIENT, tls_probe, tls_parse },
	{ "tls-server", PROTO_SERVER, tls_server_probe, tls_server_parse },
	{ "http", PROTO_CLIENT, http_probe, http_parse },
	{ "http-answer", PROTO_SERVER, http_answer_probe, http_answer_parse },
	{ "h2", PROTO_CLIENT, h2_probe, h2_parse },
	{ "proxy", PROTO_CLIENT, proxy_probe, proxy_parse },
	{ "socks", PROTO_CLIENT, socks_probe, socks_parse },
	{ "dns", PROTO_EITHER, dns_stream_probe, dns_stream_parse },
};
const int proto_stream_count = sizeof(proto_streams) / sizeof(proto_streams[0]);

const struct proto_datagram proto_datagrams[] = {
	{ "quic", 0xc0, 0xc0, quic_parse },
	{ "gquic", 0xc0, 0xc0, gquic_parse },
	{ "gquic-short", GQUIC_SHORT_MASK, GQUIC_SHORT_BITS, gquic_parse },
	{ "dns", 0, 0, dns_parse },
};
const int proto_datagram_count = sizeof(proto_datagrams) / sizeof(proto_datagrams[0]);

struct dissect_str proto_name(uint8_t *room, size_t cap, struct dissect_str raw)
{
	size_t n = raw.n;

	if (n > 1 && raw.p[n - 1] == '.')
		n--;
	if (n == 0 || n > cap)
		return (struct dissect_str){ NULL, 0 };
	for (size_t i = 0; i < n; i++)
		room[i] = proto_lower(raw.p[i]);
	return (struct dissect_str){ room, n };
}
