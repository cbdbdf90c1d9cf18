/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hellos over several packets, flows in both directions, and the limits of the tables. */
#include "tests/unit/dissect/quic_bench.h"

/* -- hellos over packets */

static void test_shuffled_in_one_packet(void **state)
{
	struct bench *b = bench("shuffled.example", 300);
	(void)state;

	for (size_t at = b->size / 17 * 17 + 17; at > 0; at -= 17) {
		if (at - 17 < b->size)
			crypto(b, at - 17, at);
		put_hex(&b->frames,
			at % 2 == 0 ? "00 00 01" : "02 05 00 01 03 00 01"); /* padding, ping, ACK */
	}
	put_hex(&b->frames, "03 05 00 00 01 1e 1e 1e"); /* ACK with ECN counts */
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [shuffled.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

/* Numbers of each size (RFC 9000 section 16), and a close, behind which nothing is read. */
static void test_number_sizes(void **state)
{
	static const char *const heads[] = { "06 00", "06 4000", "06 80000000", "06 c000000000000000" };
	(void)state;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct bench *b = bench("sizes.example", 0);
		put_hex(&b->frames, heads[i]);
		quic_put_varint(&b->frames, b->size);
		wr_bytes(&b->frames, b->hello, b->size);
		put_hex(&b->frames, "02 c000000000000001 80000001 4000 00");
		put_hex(&b->frames, "1c 0a 06 00 ff ff ff");
		packet(b, &v1, SMALLEST);
		send_all(b);
		told(b, "quic [sizes.example] 00000001\n");
		assert_int_equal(reason(b, DISSECT_QUIC_BAD), 0);
		bench_free(b);
	}
}

/* Pieces of a post-quantum hello over `count` datagrams, sent in the order of `order`. */
static void over_datagrams(const char *order)
{
	struct bench *b = bench("pq.example", 1800);
	size_t count = strlen(order), step = b->size / count + 1;

	for (size_t i = 0; i < count; i++) {
		size_t from = (size_t)(order[i] - '0') * step;
		struct quic_packet q = v1;
		q.number = (uint64_t)i;
		crypto(b, from + step / 2, from + step);
		crypto(b, from, from + step / 2);
		packet(b, &q, SMALLEST);
		told(b, "");
		send_all(b);
	}
	told(b, "quic [pq.example] 00000001\n");
	send_all(b); /* nothing */
	quic_finish(b->s.out.quic, &b->s.stats);
	for (int r = 0; r < DISSECT_REASON_COUNT; r++)
		assert_int_equal(b->s.stats.reasons[r], 0);
	bench_free(b);
}

static void test_over_datagrams(void **state)
{
	(void)state;
	over_datagrams("01");
	over_datagrams("10");
	over_datagrams("012");
	over_datagrams("120");
	over_datagrams("201");
	over_datagrams("210");
}

static void test_coalesced(void **state)
{
	struct bench *b = bench("coalesced.example", 900);
	struct quic_packet q = v1;
	(void)state;

	crypto(b, 0, 500);
	packet(b, &q, 0);
	put_hex(&b->w, "d0 00000001 08 6f726967696e616c 00 05 1122334455"); /* 0-RTT */
	q.number = 1;
	crypto(b, 500, b->size);
	packet(b, &q, 0);
	put_hex(&b->w, "e0 00000001 08 6f726967696e616c 00 05 1122334455"); /* Handshake */
	put_hex(&b->w, "40 112233445566778899");                            /* 1-RTT */
	assert_int_equal(send_all(b), PROTO_OK);
	told(b, "quic [coalesced.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

/* RFC 9000 section 7.2: after the server's first packet its connection id stands in the client's, the keys
 * stay. */
static void test_changed_dcid(void **state)
{
	struct bench *b = bench("changed.example", 1800);
	struct quic_packet q = v1;
	(void)state;

	crypto(b, 0, 900);
	packet(b, &q, SMALLEST);
	send_all(b);
	q.key_cid = q.dcid;
	q.dcid = "serv";
	q.number = 1;
	crypto(b, 900, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [changed.example] 00000001\n");
	q.number = 2; /* an acknowledgement: nothing is missed, nothing is counted */
	q.dcid = "a new one";
	put_hex(&b->frames, "02 05 00 00 00");
	packet(b, &q, SMALLEST);
	send_all(b);
	send_all(b);
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 0);
	bench_free(b);
}

/* Told once: retransmitted, and again after a Retry with keys from the new id (RFC 9001 section 5.2). */
static void test_retry_and_repetition(void **state)
{
	struct bench *b = bench("retry.example", 0);
	struct quic_packet q = v1;
	(void)state;

	for (int i = 0; i < 3; i++) {
		q.number = (uint64_t)i;
		crypto(b, 0, b->size);
		packet(b, &q, SMALLEST);
		send_all(b);
	}
	told(b, "quic [retry.example] 00000001\n");
	put_hex(&b->w, "f0 00000001 00 08 7365727665726964 112233445566778899aabbccddeeff00");
	turn(b);
	assert_int_equal(send_all(b), PROTO_OK);
	turn(b);
	q.dcid = "serverid";
	q.token = "token";
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "");
	q.dcid = "brand new connection"; /* from the same port, to another name */
	b->size = hello(b->hello, "other.example", 0);
	b->hello[10] ^= 1; /* another random */
	crypto(b, 0, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [other.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH) + reason(b, DISSECT_QUIC_BAD), 0);
	bench_free(b);
}

/* A Retry in the middle of a long hello: it begins anew under the new keys. */
static void test_retry_of_half_a_hello(void **state)
{
	struct bench *b = bench("half.example", 1800);
	struct quic_packet q = v1;
	(void)state;

	crypto(b, 0, 900);
	packet(b, &q, SMALLEST);
	send_all(b);
	q.dcid = "serverid";
	q.token = "token";
	crypto(b, 900, b->size);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "");
	crypto(b, 0, 900);
	packet(b, &q, SMALLEST);
	send_all(b);
	told(b, "quic [half.example] 00000001\n");
	bench_free(b);
}

/* The server's Initials come with its own keys: on a known flow they cost nothing and count for nothing. */
static void test_server_side(void **state)
{
	struct bench *b = bench("server.example", 0);
	struct quic_packet back = v1;
	(void)state;

	back.key_cid = "its keys"; /* not those of the id that it sends to */
	back.dcid = "client id";
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	turn(b);
	for (int i = 0; i < 3; i++) {
		crypto(b, 0, b->size);
		packet(b, &back, SMALLEST);
		send_all(b);
	}
	told(b, "quic [server.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 0);
	b->s.m.flow.sport++; /* a flow of which only this side is seen: counted once, not tried again */
	for (int i = 0; i < 3; i++) {
		crypto(b, 0, b->size);
		packet(b, &back, SMALLEST);
		send_all(b);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	turn(b); /* the client's comes late, and is still read */
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [server.example] 00000001\n");
	bench_free(b);
}

/* However much a server sends, it does not use up the share of a client at its address. */
static void test_server_has_no_share(void **state)
{
	struct bench *b = bench("share.example", 0);
	struct quic_packet back = v1;
	char cid[24] = "client 000";
	(void)state;

	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	turn(b);
	back.key_cid = "its keys";
	back.dcid = cid;
	for (int i = 0; i < 300; i++) {
		snprintf(cid, sizeof(cid), "client %03d", i);
		crypto(b, 0, b->size);
		packet(b, &back, SMALLEST);
		b->s.m.time = 1100000;
		send_all(b);
	}
	told(b, "quic [share.example] 00000001\n");
	b->s.m.flow.sport = 50000;
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [share.example] 00000001\n");
	bench_free(b);
}

/* Where CRYPTO bytes overlap, those that came first stay. */
static void test_overlap(void **state)
{
	struct bench *b = bench("first.example", 0);
	size_t cut = b->size - 6;
	(void)state;

	crypto(b, cut, b->size);
	memset(b->hello + cut, 'X', 6);
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [first.example] 00000001\n");
	bench_free(b);
}

/* -- limits */

static void half_a_hello(struct bench *b)
{
	crypto(b, 0, 900);
	packet(b, &v1, SMALLEST);
	send_all(b);
}

static void other_half(struct bench *b)
{
	crypto(b, 900, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
}

static void test_table_full(void **state)
{
	struct bench *b = bench_hellos(3, "many.example", 1800);
	(void)state;

	for (uint16_t i = 0; i < 5; i++) {
		b->s.m.flow.sport = (uint16_t)(50000 + i);
		half_a_hello(b);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 2);
	b->s.m.flow.sport = 50000; /* the oldest made way */
	other_half(b);
	told(b, "");
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 3);
	b->s.m.flow.sport = 50004;
	other_half(b);
	told(b, "quic [many.example] 00000001\n");
	quic_finish(b->s.out.quic, &b->s.stats);
	assert_int_equal(reason(b, DISSECT_QUIC_HOLE), 2);
	quic_finish(b->s.out.quic, &b->s.stats);
	assert_int_equal(reason(b, DISSECT_QUIC_HOLE), 2);
	bench_free(b);
}

/* Forged packets of many flows do not push out a hello that waits for its rest. */
static void test_forged_flows_make_way(void **state)
{
	struct bench *b = bench_hellos(1, "waits.example", 1800);
	struct quic_packet forged = v1;
	(void)state;

	forged.key_cid = "no such keys";
	half_a_hello(b);
	for (uint16_t i = 0; i < 200; i++) {
		b->s.m.flow.sport = i;
		b->s.m.time += 1000;
		crypto(b, 0, 500);
		packet(b, &forged, SMALLEST);
		send_all(b);
	}
	b->s.m.flow.sport = 40000;
	other_half(b);
	told(b, "quic [waits.example] 00000001\n");
	bench_free(b);
}

/* What failed is not tried again at once, but the client's repetition is. */
static void test_failed_then_good(void **state)
{
	struct bench *b = bench("late.example", 0);
	(void)state;

	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	b->room[600] ^= 1; /* damaged on the way to us */
	for (int i = 0; i < 3; i++)
		send_part(b, SMALLEST);
	b->room[600] ^= 1;
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	b->s.m.time += 600000;
	send_all(b);
	told(b, "quic [late.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 1);
	bench_free(b);
}

/* A capture without times, whose packets are all at 0. */
static void test_no_time(void **state)
{
	struct bench *b = bench_hellos(1, "zero.example", 1800);
	(void)state;

	for (uint16_t i = 0; i < 40; i++) {
		b->s.m.flow.sport = i;
		b->s.m.time = 0;
		half_a_hello(b);
		b->s.m.time = 0;
		half_a_hello(b);
	}
	b->s.m.time = 0;
	other_half(b);
	told(b, "quic [zero.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 39);
	bench_free(b);
}

/* A hello of which the rest never came is a hole, not a lack of room; its flow is forgotten with it. */
static void test_old_hello(void **state)
{
	struct bench *b = bench("old.example", 1800);
	(void)state;

	half_a_hello(b);
	b->s.m.time += INT64_C(61) * 1000000;
	other_half(b);
	told(b, "");
	assert_int_equal(reason(b, DISSECT_QUIC_HOLE), 1);
	half_a_hello(b);
	told(b, "quic [old.example] 00000001\n");
	assert_int_equal(reason(b, DISSECT_QUIC_FULL), 0);
	bench_free(b);
}

/* Forgeries of one source use up that source's share only, and only for a second. */
static void test_rate(void **state)
{
	struct bench *b = bench("rate.example", 0);
	struct quic_packet forged = v1;
	(void)state;

	forged.key_cid = "no such keys";
	for (uint16_t i = 0; i < 300; i++) {
		b->s.m.flow.sport = i;
		b->s.m.time = 5000000;
		crypto(b, 0, b->size);
		packet(b, &forged, SMALLEST);
		send_all(b);
	}
	assert_int_equal(reason(b, DISSECT_QUIC_AUTH), 256);
	assert_int_equal(reason(b, DISSECT_QUIC_RATE), 44);
	b->s.m.flow.sport = 40000;
	b->s.m.flow.src.bytes[15] = 77;
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [rate.example] 00000001\n");
	b->s.m.flow.src.bytes[15] = 1;
	b->s.m.time = 6000000;
	crypto(b, 0, b->size);
	packet(b, &v1, SMALLEST);
	send_all(b);
	told(b, "quic [rate.example] 00000001\n");
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shuffled_in_one_packet),
		cmocka_unit_test(test_number_sizes),
		cmocka_unit_test(test_over_datagrams),
		cmocka_unit_test(test_coalesced),
		cmocka_unit_test(test_changed_dcid),
		cmocka_unit_test(test_retry_and_repetition),
		cmocka_unit_test(test_retry_of_half_a_hello),
		cmocka_unit_test(test_server_side),
		cmocka_unit_test(test_server_has_no_share),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_table_full),
		cmocka_unit_test(test_forged_flows_make_way),
		cmocka_unit_test(test_failed_then_good),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_old_hello),
		cmocka_unit_test(test_rate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
