/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/frag.h"

static void test_v4(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_query_ipv4(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_hex(&l->w, "47 00 003f 0001 0000 40 11 0000 0a000001 0a000002 01010101 01010101"); /* options */
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_hex(&l->w, "45 00 0000 0001 0000 40 11 0000 0a000001 0a000002"); /* left to the card: length 0 */
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_AH, .payload = 24 + QUERY_UDP_SIZE });
	put_hex(&l->w, "11 04 0000 00000001 00000001 000000000000000000000000"); /* authentication header */
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

static const struct {
	const char *hex;
	enum dissect_reason why;
} bad_v4[] = {
	{ "35 00 0037 0001 0000 40 11 0000 0a000001 0a000002", DISSECT_IP_BAD }, /* version 3 */
	{ "44 00 0037 0001 0000 40 11 0000 0a000001 0a000002", DISSECT_IP_BAD }, /* header of 16 */
	{ "45 00 0013 0001 0000 40 11 0000 0a000001 0a000002", DISSECT_IP_BAD }, /* total below header */
	{ "45 00 0014 0001 0000 40 11 0000 0a000001 0a000002", DISSECT_TRANSPORT_BAD }, /* nothing inside */
	{ "45 00 0037 0001 0000 40 01 0000 0a000001 0a000002", DISSECT_IP_PROTO },      /* ICMP */
	{ "45 00 0037 0001 0000 40 33 0000 0a000001 0a000002", DISSECT_IP_BAD },        /* AH that lies */
};

static void test_bad_v4(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_v4) / sizeof(bad_v4[0]); i++) {
		struct lab *l = lab_new();
		put_hex(&l->w, bad_v4[i].hex);
		put_hex(&l->w, "00ff 0035 0023 0000"); /* as AH: a length of 255 */
		put_hex(&l->w, QUERY_HEX);
		lab_send(l, LINK_RAW);
		lab_expect(l, "");
		assert_int_equal(lab_reason(l, bad_v4[i].why), 1);
		assert_int_equal(lab_reasons(l), 1);
		lab_free(l);
	}
}

/* A total length beyond the frame: what is there is read, and that something lacks is counted. */
static void test_v4_longer_than_frame(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_hex(&l->w, "45 00 00ff 0001 0000 40 11 0000 0a000001 0a000002");
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	lab_free(l);
}

#define HOP     "3c 00 010400000000"                  /* hop-by-hop, next: destination options */
#define DEST    "2b 01 0104000000000000 000000000000" /* 16 bytes, next: routing */
#define ROUTING "11 02 0401 00000000 fd000000000000000000000000000009" /* next: UDP */

static void test_v6_extensions(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_query_ipv6(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv6(&l->w, 0, 8 + 16 + 24 + QUERY_UDP_SIZE);
	put_hex(&l->w, HOP DEST ROUTING);
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv6(&l->w, 44, 8 + QUERY_UDP_SIZE);
	put_hex(&l->w, "11 00 0000 00000001"); /* atomic fragment */
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv6(&l->w, 17, 0); /* jumbogram */
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reasons(l), 0);
	put_ipv6(&l->w, 59, QUERY_UDP_SIZE); /* no next header */
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_IP_PROTO), 1);
	lab_free(l);
}

static void test_cut(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_query_ipv4(&l->w);
	lab_every_cut(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv6(&l->w, 0, 8 + 16 + 24 + QUERY_UDP_SIZE);
	put_hex(&l->w, HOP DEST ROUTING);
	put_query_udp(&l->w);
	lab_every_cut(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	lab_free(l);
}

/* An extension header whose length runs beyond the packet. */
static void test_v6_lying_extension(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ipv6(&l->w, 0, 8 + QUERY_UDP_SIZE);
	put_hex(&l->w, "11 ff 010400000000");
	put_query_udp(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_IP_BAD), 1);
	lab_free(l);
}

/* -- fragments of the query's datagram of QUERY_UDP_SIZE (35) bytes */

static void send_piece_as(struct lab *l, uint16_t id, size_t from, size_t to, bool more)
{
	uint8_t whole[QUERY_UDP_SIZE];
	struct wr w = wr_init(whole, sizeof(whole));

	put_query_udp(&w);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP,
					    .id = id,
					    .offset = (uint16_t)(from / 8 | (more ? 0x2000 : 0)),
					    .payload = to - from });
	wr_bytes(&l->w, whole + from, to - from);
	lab_send(l, LINK_RAW);
}

static void send_piece(struct lab *l, size_t from, size_t to)
{
	send_piece_as(l, 7, from, to, to < QUERY_UDP_SIZE);
}

static void test_fragments(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_piece(l, 0, 16);
	send_piece(l, 16, 32);
	lab_expect(l, "");
	send_piece(l, 32, 35);
	lab_expect(l, QUERY_LINE);
	send_piece(l, 32, 35); /* any order, twice, overlapping */
	send_piece(l, 16, 24);
	send_piece(l, 16, 24);
	send_piece(l, 8, 32);
	lab_expect(l, "");
	send_piece(l, 0, 16);
	lab_expect(l, QUERY_LINE);
	dissect_finish(l->d);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

static void test_fragments_of_several(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_piece_as(l, 1, 0, 16, true);
	send_piece_as(l, 2, 16, 35, false);
	lab_expect(l, "");
	send_piece_as(l, 2, 0, 16, true);
	lab_expect(l, QUERY_LINE);
	send_piece_as(l, 1, 16, 35, false);
	lab_expect(l, QUERY_LINE);
	lab_free(l);
}

/* The bytes that came first stay: a later overlap cannot change the name (RFC 5722, RFC 1858). */
static void test_first_copy_wins(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_piece(l, 16, 32);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .id = 7, .offset = 0x2002, .payload = 16 });
	put_hex(&l->w, "00000000 00000000 00000000 00000000");
	lab_send(l, LINK_RAW);
	send_piece(l, 0, 16);
	send_piece(l, 32, 35);
	lab_expect(l, QUERY_LINE);
	lab_free(l);
}

/* Ends that contradict each other, odd lengths, and pieces beyond what we hold. */
static void test_bad_fragments(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_piece_as(l, 7, 16, 35, false);
	send_piece_as(l, 7, 8, 24, false); /* another end */
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 1);
	send_piece_as(l, 8, 0, 32, true);
	send_piece_as(l, 8, 8, 24, false); /* an end before what came */
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 2);
	send_piece_as(l, 9, 0, 13, true); /* not in units of 8 */
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 3);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .id = 10, .offset = 0x1fff, .payload = 8 });
	put_hex(&l->w, "00000000 00000000");
	lab_send(l, LINK_RAW); /* beyond 65535, as in the "ping of death" */
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 4);
	lab_expect(l, "");
	dissect_finish(l->d); /* and the two that were taken */
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 6);
	lab_free(l);
}

static void test_old_fragments_go(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_piece(l, 0, 16);
	l->time += (FRAG_SECONDS + 1) * INT64_C(1000000);
	send_piece(l, 16, 35);
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 1);
	lab_free(l);
}

/* More datagrams at once than the table holds: the oldest goes and is counted, the newest comes through. */
static void test_full_table(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	for (uint16_t id = 0; id <= FRAG_SLOTS; id++)
		send_piece_as(l, id, 0, 16, true);
	assert_int_equal(lab_reason(l, DISSECT_IP_FRAGMENT), 1);
	send_piece_as(l, FRAG_SLOTS, 16, 35, false);
	lab_expect(l, QUERY_LINE);
	send_piece_as(l, 0, 16, 35, false);
	lab_expect(l, "");
	lab_free(l);
}

static void put_v6_piece(struct lab *l, const char *header, size_t from, size_t to)
{
	uint8_t whole[QUERY_UDP_SIZE];
	struct wr w = wr_init(whole, sizeof(whole));

	put_query_udp(&w);
	put_ipv6(&l->w, 44, 8 + to - from);
	put_hex(&l->w, header);
	wr_bytes(&l->w, whole + from, to - from);
}

static void test_v6_fragments(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_v6_piece(l, "11 00 0010 00000007", 16, 35);
	lab_send(l, LINK_RAW);
	put_v6_piece(l, "11 00 0001 00000007", 0, 16);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_v6_piece(l, "ff 00 0010 00000008", 16, 35); /* the first fragment's next header counts */
	lab_send(l, LINK_RAW);
	put_v6_piece(l, "11 00 0001 00000008", 0, 16);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

static void test_snapped_fragment(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_piece(l, 16, 35);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .id = 7, .offset = 0x2000, .payload = 16 });
	put_udp(&l->w, 40000, 53, QUERY_SIZE);
	lab_send_cut(l, LINK_RAW, wr_len(&l->w), wr_len(&l->w) + 8);
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_SNAPPED), 1);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_v4),
		cmocka_unit_test(test_bad_v4),
		cmocka_unit_test(test_v4_longer_than_frame),
		cmocka_unit_test(test_v6_extensions),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_v6_lying_extension),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_fragments_of_several),
		cmocka_unit_test(test_first_copy_wins),
		cmocka_unit_test(test_bad_fragments),
		cmocka_unit_test(test_old_fragments_go),
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_v6_fragments),
		cmocka_unit_test(test_snapped_fragment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
