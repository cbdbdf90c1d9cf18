/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#define MACS "02 00 00 00 00 02 02 00 00 00 00 01 "

/* What stands before an IPv4 datagram on each link that we walk. */
static const struct {
	const char *name;
	int linktype;
	const char *hex;
} before_ipv4[] = {
	{ "Ethernet", LINK_EN10MB, MACS "0800" },
	{ "802.1Q", LINK_EN10MB, MACS "8100 0007 0800" },
	{ "802.1ad over 802.1Q", LINK_EN10MB, MACS "88a8 0007 8100 0008 0800" },
	{ "0x9100", LINK_EN10MB, MACS "9100 0007 0800" },
	{ "four tags", LINK_EN10MB, MACS "8100 0007 8100 0008 8100 0009 8100 000a 0800" },
	{ "MPLS, two labels", LINK_EN10MB, MACS "8847 00010040 00020140" },
	{ "MPLS, control word, Ethernet", LINK_EN10MB, MACS "8847 00010140 00000000 " MACS "0800" },
	{ "MPLS, Ethernet", LINK_EN10MB,
	  MACS "8847 00010140 22"
	       "00 00 00 00 02 02 00 00 00 00 01 0800" },
	{ "MPLS, Ethernet to an address like IPv4", LINK_EN10MB,
	  MACS "8847 00010140 4857020000 02 020000000001 0800" },
	{ "MPLS, Ethernet to an address like IPv6", LINK_EN10MB,
	  MACS "8847 00010140 6000000000 02 020000000001 0800" },
	{ "MPLS, Ethernet to an address like a control word", LINK_EN10MB,
	  MACS "8847 00010140 " MACS "0800" },
	{ "MPLS, control word with a number", LINK_EN10MB, MACS "8847 00010140 00001234 " MACS "0800" },
	{ "PPPoE", LINK_EN10MB, MACS "8864 11 00 0001 0039 0021" },
	{ "PPPoE, MPLS in PPP", LINK_EN10MB, MACS "8864 11 00 0001 003d 0281 00010140" },
	{ "LLC and SNAP", LINK_EN10MB, MACS "003f aaaa03 000000 0800" },
	{ "PPP", LINK_PPP, "ff03 0021" },
	{ "PPP, compressed", LINK_PPP, "21" },
	{ "PPP in HDLC framing", LINK_PPP_SERIAL, "ff03 0021" },
	{ "PPPoE link", LINK_PPP_ETHER, "11 00 0001 0039 0021" },
	{ "Cisco HDLC", LINK_C_HDLC, "0f00 0800" },
	{ "loopback, little-endian", LINK_NULL, "02000000" },
	{ "loopback, big-endian", LINK_NULL, "00000002" },
	{ "OpenBSD loopback", LINK_LOOP, "00000002" },
	{ "raw", LINK_RAW, "" },
	{ "raw IPv4", LINK_IPV4, "" },
	{ "Linux cooked", LINK_LINUX_SLL, "0000 0001 0006 0200000000020000 0800" },
	{ "Linux cooked with a tag", LINK_LINUX_SLL, "0000 0001 0006 0200000000020000 8100 0007 0800" },
	{ "Linux cooked 2", LINK_LINUX_SLL2, "0800 0000 00000001 0001 00 06 0200000000020000" },
	{ "802.1ah", LINK_EN10MB, MACS "88e7 00000123 " MACS "0800" },
	{ "802.1ah with tags on both sides", LINK_EN10MB,
	  MACS "88a8 0007 88e7 00000123 " MACS "8100 0008 0800" },
	{ "VN-tag", LINK_EN10MB, MACS "8926 80010002 0800" },
	{ "802.1BR", LINK_EN10MB, MACS "893f 000100020000 8100 0007 0800" },
	{ "FabricPath", LINK_EN10MB, MACS "8903 0420 " MACS "8100 0007 0800" },
	{ "NSH", LINK_EN10MB, MACS "894f 0fc2 0101 000001ff" },
	{ "NSH, six units, Ethernet", LINK_EN10MB,
	  MACS "894f 0fc6 0103 000001ff 00000001 00000002 00000003 00000004 " MACS "0800" },
	{ "NSH in NSH, MPLS", LINK_EN10MB, MACS "894f 0fc2 0204 000001ff 0fc2 0205 000001ff 00010140" },
	{ "NFLOG", LINK_NFLOG, "02 00 0001 0800 0100 08000300 0500 0a00 61 000000 3b00 0900" },
	{ "PKTAP", LINK_PKTAP, "10000000 01000000 01000000 00000000 " MACS "0800" },
	{ "PKTAP, raw", LINK_PKTAP, "0c000000 01000000 0c000000" },
	{ "802.11 behind radiotap", LINK_IEEE802_11_RADIO,
	  "0000 0900 00000000 00"
	  "0801 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800" },
	{ "802.11", LINK_IEEE802_11,
	  "0801 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800" },
	{ "802.11 QoS between access points", LINK_IEEE802_11,
	  "8803 0000 020000000001 020000000002 020000000003 0000 020000000004 0000 aaaa03 000000 0800" },
};

static void test_each_link(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(before_ipv4) / sizeof(before_ipv4[0]); i++) {
		struct lab *l = lab_new();
		put_hex(&l->w, before_ipv4[i].hex);
		put_query_ipv4(&l->w);
		lab_send(l, before_ipv4[i].linktype);
		if (strcmp(l->seen.lines.p, QUERY_LINE) != 0)
			fail_msg("%s: %s", before_ipv4[i].name, l->seen.lines.p);
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
}

static void test_each_link_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(before_ipv4) / sizeof(before_ipv4[0]); i++) {
		struct lab *l = lab_new();
		put_hex(&l->w, before_ipv4[i].hex);
		put_query_ipv4(&l->w);
		lab_every_cut(l, before_ipv4[i].linktype);
		lab_expect(l, QUERY_LINE);
		lab_free(l);
	}
}

static const struct {
	int linktype;
	const char *hex;
} before_ipv6[] = {
	{ LINK_EN10MB, MACS "86dd" },
	{ LINK_RAW, "" },
	{ LINK_IPV6, "" },
	{ LINK_NULL, "1e000000" },
	{ LINK_NULL, "0000000a" },
	{ LINK_LOOP, "00000018" },
	{ LINK_PPP, "0057" },
	{ LINK_EN10MB, MACS "8847 00010140" },
	{ LINK_C_HDLC, "0f00 86dd" },
	{ LINK_EN10MB, MACS "894f 0fc2 0102 000001ff" },
	{ LINK_NFLOG, "0a 00 0001 4f00 0900" },
};

static void test_ipv6_on_links(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	for (size_t i = 0; i < sizeof(before_ipv6) / sizeof(before_ipv6[0]); i++) {
		put_hex(&l->w, before_ipv6[i].hex);
		put_query_ipv6(&l->w);
		lab_send(l, before_ipv6[i].linktype);
		lab_expect(l, QUERY_LINE);
	}
	lab_free(l);
}

/* What is not walked is counted as such, and nothing is read out of it. */
static const struct {
	int linktype;
	const char *hex;
	enum dissect_reason why;
} refused[] = {
	{ LINK_EN10MB, MACS "0806", DISSECT_LINK_UNKNOWN },        /* ARP */
	{ LINK_EN10MB, MACS "0039 424203", DISSECT_LINK_UNKNOWN }, /* spanning tree: LLC without SNAP */
	{ LINK_EN10MB, MACS "003f aaaa03 00000c 0800", DISSECT_LINK_UNKNOWN }, /* SNAP of a vendor */
	{ LINK_EN10MB, MACS "8864 11 09 0001 0039 0021", DISSECT_LINK_BAD },   /* PPPoE discovery code */
	{ LINK_EN10MB, MACS "8864 21 00 0001 0039 0021", DISSECT_LINK_BAD },
	{ LINK_PPP, "ff03 c021", DISSECT_LINK_UNKNOWN }, /* LCP */
	{ LINK_NULL, "07000000", DISSECT_LINK_UNKNOWN },
	{ LINK_IPV4, "60", DISSECT_IP_BAD },
	{ LINK_IEEE802_11, "0841 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800",
	  DISSECT_LINK_UNKNOWN }, /* encrypted */
	{ LINK_IEEE802_11, "8000 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800",
	  DISSECT_LINK_UNKNOWN },                                          /* beacon */
	{ LINK_EN10MB, MACS "894f 4fc2 0101 000001ff", DISSECT_LINK_BAD }, /* NSH, version 1 */
	{ LINK_EN10MB, MACS "894f 0fc1 0101 000001ff", DISSECT_LINK_BAD }, /* shorter than its base */
	{ LINK_EN10MB, MACS "894f 0fff 0101 000001ff", DISSECT_LINK_BAD }, /* longer than all */
	{ LINK_EN10MB, MACS "894f 0fc2 0109 000001ff", DISSECT_LINK_UNKNOWN },
	{ LINK_NFLOG, "02 01 0001 3b00 0900", DISSECT_LINK_BAD },           /* version 1 */
	{ LINK_NFLOG, "02 00 0001 0300 0900", DISSECT_LINK_BAD },           /* shorter than itself */
	{ LINK_NFLOG, "02 00 0001 ffff 0100", DISSECT_LINK_BAD },           /* longer than all */
	{ LINK_NFLOG, "02 00 0001 0400 0100 3b00 0800", DISSECT_LINK_BAD }, /* no packet in it */
	{ LINK_NFLOG, "07 00 0001 3b00 0900", DISSECT_LINK_UNKNOWN },       /* of a bridge */
	{ LINK_PKTAP, "0b000000 01000000 0c000000", DISSECT_LINK_BAD },
	{ LINK_PKTAP, "ffffffff 01000000 0c000000", DISSECT_LINK_BAD },
	{ LINK_PKTAP, "0c000000 01000000 ffffffff", DISSECT_LINK_UNKNOWN },
	{ LINK_IEEE802_11_RADIO, "0100 0800 00000000", DISSECT_LINK_BAD },
	{ 147, "", DISSECT_LINK_UNKNOWN }, /* DLT_USER0 */
	{ -1, "", DISSECT_LINK_UNKNOWN },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct lab *l = lab_new();
		put_hex(&l->w, refused[i].hex);
		put_query_ipv4(&l->w);
		lab_send(l, refused[i].linktype);
		lab_expect(l, "");
		assert_int_equal(lab_reason(l, refused[i].why), 1);
		assert_int_equal(lab_reasons(l), 1);
		lab_free(l);
	}
}

/* Lengths of 802.3 and PPPoE that claim less than the datagram leave it cut; more changes nothing. */
static void test_lying_lengths(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_hex(&l->w, MACS "0018 aaaa03 000000 0800");
	put_query_ipv4(&l->w);
	lab_send(l, LINK_EN10MB);
	lab_expect(l, "");
	assert_int_equal(lab_reasons(l), 1);
	put_hex(&l->w, MACS "8864 11 00 0001 0010 0021");
	put_query_ipv4(&l->w);
	lab_send(l, LINK_EN10MB);
	lab_expect(l, "");
	assert_int_equal(lab_reasons(l), 2);
	put_hex(&l->w, MACS "8864 11 00 0001 ffff 0021");
	put_query_ipv4(&l->w);
	lab_send(l, LINK_EN10MB);
	lab_expect(l, QUERY_LINE);
	lab_free(l);
}

/* Frames are padded to 60 bytes, and some captures hold the check sequence: IP knows better. */
static void test_padding(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ether(&l->w, ETHER_IPV4);
	put_query_ipv4(&l->w);
	for (int i = 0; i < 40; i++)
		wr_u8(&l->w, 0xff);
	lab_send(l, LINK_EN10MB);
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

static void test_endless_tags_stop(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ether(&l->w, 0x8100);
	for (int i = 0; i < 10000; i++)
		wr_be32(&l->w, 0x00018100);
	lab_send(l, LINK_EN10MB);
	assert_int_equal(lab_reason(l, DISSECT_TUNNEL_DEPTH), 1);
	assert_int_equal(lab_reasons(l), 1);
	put_ether(&l->w, 0x8847);
	for (int i = 0; i < 10000; i++)
		wr_be32(&l->w, 0x00001040); /* a label stack without bottom */
	lab_send(l, LINK_EN10MB);
	assert_int_equal(lab_reason(l, DISSECT_LINK_BAD), 1);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_link),         cmocka_unit_test(test_each_link_cut),
		cmocka_unit_test(test_ipv6_on_links),     cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lying_lengths),     cmocka_unit_test(test_padding),
		cmocka_unit_test(test_endless_tags_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
