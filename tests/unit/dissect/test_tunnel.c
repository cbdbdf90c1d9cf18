/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/tunnel.h"

#define MACS "02 00 00 00 00 02 02 00 00 00 00 01 "

/* What stands between an outer IPv4 header and an inner IPv4 datagram. */
static const struct {
	const char *name;
	uint8_t proto;
	const char *hex;
} ip_tunnels[] = {
	{ "IP in IP", 4, "" },
	{ "GRE", 47, "0000 0800" },
	{ "GRE with all fields", 47, "b000 0800 00000000 00000001 00000002" },
	{ "GRE, Ethernet", 47, "0000 6558" MACS "0800" },
	{ "GRE, tagged Ethernet", 47, "0000 6558" MACS "8100 0007 0800" },
	{ "PPTP", 47, "3081 880b 003b0001 00000001 00000002 ff03 0021" },
	{ "ERSPAN I", 47, "0000 88be" MACS "0800" },
	{ "ERSPAN II", 47, "1000 88be 00000001 1000 0000 00000000" MACS "0800" },
	{ "ERSPAN III", 47, "1000 22eb 00000001 20000000 00000000 00000000" MACS "0800" },
	{ "ERSPAN III with platform", 47,
	  "1000 22eb 00000001 20000000 00000000 00000001 0000000000000000" MACS "0800" },
	{ "Aruba", 47, "0000 8210 0801 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800" },
	{ "EtherIP", 97, "3000" MACS "0800" },
	{ "VXLAN", 17, "c000 12b5 0000 0000 08000000 00000100" MACS "0800" },
	{ "VXLAN on Linux's port", 17, "c000 2118 0000 0000 08000000 00000100" MACS "0800" },
	{ "VXLAN with reserved bits", 17, "c000 12b5 0000 0000 0c000003 000001ff" MACS "0800" },
	{ "VXLAN with all bits set", 17, "c000 12b5 0000 0000 ff01d1f2 00000bff" MACS "0800" },
	{ "VXLAN, from the port", 17, "12b5 c000 0000 0000 08000000 00000100" MACS "0800" },
	{ "VXLAN-GPE, Ethernet", 17, "c000 12b6 0000 0000 0c000003 00000100" MACS "0800" },
	{ "VXLAN-GPE, IPv4", 17, "c000 12b6 0000 0000 0c000001 00000100" },
	{ "VXLAN-GPE without the P flag", 17, "c000 12b6 0000 0000 08000000 00000100" MACS "0800" },
	{ "GENEVE", 17, "c000 17c1 0000 0000 0000 6558 00000100" MACS "0800" },
	{ "GENEVE with options, IP", 17, "c000 17c1 0000 0000 0200 0800 00000100 0102030400000000" },
	{ "VXLAN-GPE, NSH", 17, "c000 12b6 0000 0000 0c000004 00000100 0fc2 0203 000001ff" MACS "0800" },
	{ "GENEVE, tagged Ethernet", 17, "c000 17c1 0000 0000 0000 6558 00000100" MACS "8100 0007 0800" },
	{ "GRE, NSH", 47, "0000 894f 0fc2 0201 000001ff" },
	{ "CAPWAP, Ethernet", 17, "c000 147f 0000 0000 00100200 0000 0000" MACS "0800" },
	{ "CAPWAP, 802.11", 17,
	  "147f c000 0000 0000 00100300 0000 0000"
	  "0801 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800" },
	{ "CAPWAP, 802.11 QoS with its octets exchanged, behind a radio's address", 17,
	  "c000 147f 0000 0000 00200310 0000 0000 0602000000000900"
	  "0188 0000 020000000001 020000000002 020000000003 0000 0000 aaaa03 000000 0800" },
	{ "L2TP", 17, "06a5 06a5 0000 0000 0002 0001 0002 ff03 0021" },
	{ "L2TP with all fields", 17, "06a5 06a5 0000 0000 4a02 004b 0001 0002 0001 0000 0002 0000 0021" },
	{ "GTP-U", 17, "0868 0868 0000 0000 30ff 0037 00000001" },
	{ "GTP-U with extension", 17, "0868 0868 0000 0000 34ff 003f 00000001 0000 00 85 01 0000 00" },
};

static void put_tunnel(struct lab *l, size_t i)
{
	uint8_t room[256];
	struct wr w = wr_init(room, sizeof(room));

	put_hex(&w, ip_tunnels[i].hex);
	put_ipv4(&l->w,
		 (struct ipv4_spec){ .proto = ip_tunnels[i].proto, .payload = wr_len(&w) + QUERY_IPV4_SIZE });
	wr_bytes(&l->w, room, wr_len(&w));
	put_query_ipv4(&l->w);
}

static void test_each_tunnel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ip_tunnels) / sizeof(ip_tunnels[0]); i++) {
		struct lab *l = lab_new();
		put_tunnel(l, i);
		lab_send(l, LINK_RAW);
		if (strcmp(l->seen.lines.p, QUERY_LINE) != 0)
			fail_msg("%s: %s", ip_tunnels[i].name, l->seen.lines.p);
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
}

/* A cut packet yields nothing and reads nothing behind its end. */
static void test_each_tunnel_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ip_tunnels) / sizeof(ip_tunnels[0]); i++) {
		struct lab *l = lab_new();
		put_tunnel(l, i);
		size_t whole = wr_len(&l->w);
		for (size_t n = 0; n < whole; n++) {
			lab_send_cut(l, LINK_RAW, n, n);
			lab_send_cut(l, LINK_RAW, n, whole);
		}
		lab_expect(l, "");
		lab_free(l);
	}
}

/* RFC 5415 section 3.4: fragments of CAPWAP's own, in either order, that are no fragments of IP. */
static void test_capwap_fragments(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		struct lab *l = lab_new();
		uint8_t room[256];
		struct wr w = wr_init(room, sizeof(room));
		put_hex(&w, MACS "0800");
		put_query_ipv4(&w);
		for (int i = 0; i < 2; i++) {
			bool last = (i ^ first) == 1;
			size_t n = last ? wr_len(&w) - 40 : 40;
			lab_expect(l, "");
			put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = 16 + n });
			put_udp(&l->w, 50000, 5247, 8 + n);
			put_hex(&l->w, last ? "001002c0 0007 0028" : "00100280 0007 0000");
			wr_bytes(&l->w, room + (last ? 40 : 0), n);
			lab_send(l, LINK_RAW);
		}
		lab_expect(l, QUERY_LINE);
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
}

static void test_v6_in_v4(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_IPV6, .payload = 40 + QUERY_UDP_SIZE });
	put_query_ipv6(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv6(&l->w, IPPROTO_IPIP, QUERY_IPV4_SIZE);
	put_query_ipv4(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	lab_free(l);
}

static void test_teredo(void **state)
{
	static const char *const before[] = {
		"", "0000 f227 bffefffd", "0001 00 00 1122334455667788 00",
		"0001 04 04 01020304 05060708 1122334455667788 00 0000 f227 bffefffd"
	};
	(void)state;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct lab *l = lab_new();
		uint8_t room[64];
		struct wr w = wr_init(room, sizeof(room));
		put_hex(&w, before[i]);
		size_t n = wr_len(&w) + 40 + QUERY_UDP_SIZE;
		put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = 8 + n });
		put_udp(&l->w, 50000, 3544, n);
		wr_bytes(&l->w, room, wr_len(&w));
		put_query_ipv6(&l->w);
		lab_send(l, LINK_RAW);
		lab_expect(l, QUERY_LINE);
		lab_free(l);
	}
}

/* A resolver's client may have drawn a tunnel's port; what is no tunnel by its header is none. */
static void test_not_a_tunnel(void **state)
{
	(void)state;

	for (size_t i = 0; tunnel_port(i) != 0; i++) {
		struct lab *l = lab_new();
		put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = QUERY_UDP_SIZE });
		put_udp(&l->w, tunnel_port(i), 53, QUERY_SIZE);
		put_hex(&l->w, QUERY_HEX);
		lab_send(l, LINK_RAW);
		lab_expect(l, QUERY_LINE);
		lab_free(l);
	}
}

/* Nor is the resolver's answer, whatever header its id looks like: a row for each port. */
static void test_answer_to_a_tunnel_port(void **state)
{
	static const struct {
		uint16_t port, id;
	} rows[] = { { 4789, 0x0812 }, { 8472, 0x0812 }, { 4790, 0x0812 }, { 2152, 0x30ff },
		     { 3544, 0x6000 }, { 5247, 0x0010 }, { 1701, 0x0002 }, { 6081, 0x0006 } };
	(void)state;

	assert_int_equal(tunnel_port(sizeof(rows) / sizeof(rows[0])), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab *l = lab_new();
		put_ipv4(&l->w, (struct ipv4_spec){
					.proto = IPPROTO_UDP, .back = true, .payload = 8 + QUERY_SIZE + 16 });
		put_udp(&l->w, 53, rows[i].port, QUERY_SIZE + 16);
		wr_be16(&l->w, rows[i].id);
		put_hex(&l->w, "8180 0001 0001 0000 0000 0161 07 6578616d706c65 00 0001 0001");
		put_hex(&l->w, "c00c 0001 0001 00000000 0004 01020304");
		lab_send(l, LINK_RAW);
		lab_expect(l, "answer [a.example] 1 ::ffff:1.2.3.4\n");
		lab_free(l);
	}
}

/* Nor is a QUIC packet whose client drew one, though its protected bits look like VXLAN's flag. */
static void test_quic_from_a_tunnel_port(void **state)
{
	(void)state;

	for (size_t i = 0; tunnel_port(i) != 0; i++) {
		struct lab *l = lab_new();
		put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = 8 + 20 });
		put_udp(&l->w, tunnel_port(i), 443, 20);
		put_hex(&l->w, "ca 1a2a3a4a 08 1122334455667788 00 00 0000 00 00"); /* RFC 9000 section 15 */
		lab_send(l, LINK_RAW);
		assert_int_equal(lab_reason(l, DISSECT_QUIC_VERSION), 1);
		assert_int_equal(lab_reasons(l), 1);
		lab_free(l);
	}
}

static void test_refused(void **state)
{
	static const struct {
		uint8_t proto;
		const char *hex;
		enum dissect_reason why;
	} rows[] = {
		{ 47, "4000 0800 00000000", DISSECT_IP_PROTO }, /* source routes */
		{ 47, "0007 0800", DISSECT_IP_PROTO },          /* version 7 */
		{ 47, "0000 1234", DISSECT_LINK_UNKNOWN },      /* protocol unknown */
		{ 97, "2000" MACS "0800", DISSECT_IP_BAD },     /* EtherIP version 2 */
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab *l = lab_new();
		put_ipv4(&l->w, (struct ipv4_spec){ .proto = rows[i].proto, .payload = 200 });
		put_hex(&l->w, rows[i].hex);
		put_query_ipv4(&l->w);
		lab_send_cut(l, LINK_RAW, wr_len(&l->w), wr_len(&l->w));
		lab_expect(l, "");
		assert_int_equal(lab_reason(l, rows[i].why) + lab_reason(l, DISSECT_SNAPPED), 1);
		lab_free(l);
	}
}

static void test_endless_nesting_stops(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	for (size_t left = 60000; left >= 20; left -= 20)
		put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_IPIP, .payload = left - 20 });
	lab_send(l, LINK_RAW);
	assert_int_equal(lab_reason(l, DISSECT_TUNNEL_DEPTH), 1);
	assert_int_equal(lab_reasons(l), 1);
	lab_free(l);
}

/* A fragmented tunnel that holds fragments: the inner ones must not land in the buffer that is being read. */
static void test_fragments_in_fragments(void **state)
{
	uint8_t inner[2][64], outer[200];
	(void)state;

	struct lab *l = lab_new();
	for (int piece = 0; piece < 2; piece++) {
		uint8_t whole[QUERY_UDP_SIZE];
		struct wr w = wr_init(whole, sizeof(whole)), in = wr_init(inner[piece], sizeof(inner[piece]));
		put_query_udp(&w);
		size_t from = piece ? 16 : 0, n = piece ? QUERY_UDP_SIZE - 16 : 16;
		put_ipv4(&in,
			 (struct ipv4_spec){
				 .proto = IPPROTO_UDP, .id = 3, .offset = piece ? 2 : 0x2000, .payload = n });
		wr_bytes(&in, whole + from, n);
		struct wr out = wr_init(outer, sizeof(outer));
		wr_bytes(&out, inner[piece], wr_len(&in));
		put_ipv4(&l->w, (struct ipv4_spec){
					.proto = IPPROTO_IPIP, .id = 9, .offset = 0x2000, .payload = 24 });
		wr_bytes(&l->w, outer, 24);
		lab_send(l, LINK_RAW);
		put_ipv4(&l->w,
			 (struct ipv4_spec){
				 .proto = IPPROTO_IPIP, .id = 9, .offset = 3, .payload = wr_len(&out) - 24 });
		wr_bytes(&l->w, outer + 24, wr_len(&out) - 24);
		lab_send(l, LINK_RAW);
	}
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_tunnel),
		cmocka_unit_test(test_each_tunnel_cut),
		cmocka_unit_test(test_capwap_fragments),
		cmocka_unit_test(test_v6_in_v4),
		cmocka_unit_test(test_teredo),
		cmocka_unit_test(test_not_a_tunnel),
		cmocka_unit_test(test_answer_to_a_tunnel_port),
		cmocka_unit_test(test_quic_from_a_tunnel_port),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_endless_nesting_stops),
		cmocka_unit_test(test_fragments_in_fragments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
