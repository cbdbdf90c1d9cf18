/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

static void test_reason_names(void **state)
{
	(void)state;
	for (int r = 0; r < DISSECT_REASON_COUNT; r++) {
		const char *name = dissect_reason_name((enum dissect_reason)r);
		assert_non_null(name);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
		for (int other = 0; other < r; other++)
			assert_string_not_equal(name, dissect_reason_name((enum dissect_reason)other));
	}
	assert_string_equal(dissect_reason_name(DISSECT_REASON_COUNT), "unknown");
}

static void test_outcome_names(void **state)
{
	(void)state;
	for (int o = 0; o < DISSECT_OUTCOME_COUNT; o++) {
		const char *name = dissect_outcome_name((enum dissect_outcome)o);
		assert_int_equal(strncmp(name, "packets-", 8), 0);
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
		for (int other = 0; other < o; other++)
			assert_string_not_equal(name, dissect_outcome_name((enum dissect_outcome)other));
	}
	assert_string_equal(dissect_outcome_name(DISSECT_OUTCOME_COUNT), "unknown");
}

static void put_fragment(struct lab *l, uint16_t id, uint16_t offset, size_t n)
{
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .id = id, .offset = offset, .payload = n });
	for (size_t i = 0; i < n; i++)
		wr_u8(&l->w, (uint8_t)i);
}

/* Some clients ask again at once: that is another datagram by IP's number. */
static void test_asked_again_at_once(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	for (uint16_t id = 1; id <= 2; id++) {
		l->w = wr_init(l->room, sizeof(l->room));
		put_ipv4(&l->w,
			 (struct ipv4_spec){ .proto = IPPROTO_UDP, .id = id, .payload = QUERY_UDP_SIZE });
		put_query_udp(&l->w);
		lab_send_cut(l, LINK_RAW, wr_len(&l->w), wr_len(&l->w));
		lab_outcome(l, DISSECT_OUT_TOLD);
	}
	lab_free(l);
}

/* Each way in which a packet can end; that there is one for each is asserted whenever the lab sends. */
static void test_outcomes(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_query_ipv4(&l->w);
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_TOLD);
	put_query_ipv4(&l->w);
	lab_send_cut(l, LINK_RAW, wr_len(&l->w), wr_len(&l->w));
	lab_outcome(l, DISSECT_OUT_TOLD);
	lab_send(l, LINK_RAW); /* at the same time: a mirror's copy */
	lab_outcome(l, DISSECT_OUT_REPEATED);
	assert_int_equal(lab_reason(l, DISSECT_SPAN_DUPLICATE), 1);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = 12 });
	put_udp(&l->w, 4000, 5000, 4);
	put_hex(&l->w, "00000000");
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_READ);
	put_fragment(l, 1, 0x2000, 8);
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_WAITING);
	put_fragment(l, 1, 0x2000, 9); /* no multiple of 8 */
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_IP_FRAGMENT);
	put_query_ipv4(&l->w);
	lab_send_cut(l, LINK_RAW, 23, wr_len(&l->w));
	lab_outcome(l, DISSECT_OUT_SNAPPED);
	l->w = wr_init(l->room, sizeof(l->room));
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = 200, .payload = 1 });
	wr_u8(&l->w, 0);
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_IP_PROTO);
	put_hex(&l->w, "30");
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_IP_BAD);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_TCP, .payload = 4 });
	put_hex(&l->w, "00500050");
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_TRANSPORT_BAD);
	put_hex(&l->w, "0200");
	lab_send(l, LINK_EN10MB);
	lab_outcome(l, DISSECT_OUT_LINK_BAD);
	put_ether(&l->w, 0x0806);
	put_hex(&l->w, "0001");
	lab_send(l, LINK_EN10MB);
	lab_outcome(l, DISSECT_OUT_LINK_UNKNOWN);
	put_ether(&l->w, 0x8100);
	for (int i = 0; i < 30; i++)
		put_hex(&l->w, "00018100");
	lab_send(l, LINK_EN10MB);
	lab_outcome(l, DISSECT_OUT_TUNNEL_DEPTH);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = QUERY_UDP_SIZE });
	put_query_udp(&l->w);
	l->room[20 + 8 + 12] = 0xc0; /* its name points to itself */
	l->room[20 + 8 + 13] = 12;
	lab_send(l, LINK_RAW);
	lab_outcome(l, DISSECT_OUT_MALFORMED);
	lab_free(l);
}

static void test_counts(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_query_ipv4(&l->w);
	lab_send_cut(l, LINK_RAW, wr_len(&l->w), 1500);
	put_query_ipv4(&l->w);
	assert_int_equal(dissect_stats(l->d)->packets, 1);
	assert_int_equal(dissect_stats(l->d)->bytes, 1500);
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_DNS_QUERY], 1);
	lab_send_cut(l, LINK_RAW, 0, 0);
	assert_int_equal(dissect_stats(l->d)->packets, 2);
	assert_int_equal(lab_reason(l, DISSECT_IP_BAD), 1);
	lab_free(l);
}

struct told {
	struct dissect_message m;
	int count;
};

static void tell(void *arg, const struct dissect_message *m)
{
	struct told *t = arg;

	t->m = *m;
	t->count++;
}

/* Time and both ends of a message are those of its packet, IPv4 addresses are mapped (RFC 4291 2.5.5.2). */
static void test_message_tells_packet(void **state)
{
	const struct dissect_limits limits = { .flows = 1, .stream_bytes = 1, .buffers = 1 };
	struct told t = { .count = 0 };
	uint8_t room[200], mapped[16];
	struct wr w = wr_init(room, sizeof(room)), a = wr_init(mapped, sizeof(mapped));
	void *memory = calloc(1, dissect_size(&limits));
	struct dissect *d = dissect_init(memory, &limits, tell, &t);
	(void)state;

	put_query_ipv4(&w);
	dissect_packet(d, &(struct dissect_packet){ .time = 123456789,
						    .linktype = LINK_IPV4,
						    .wire_len = (uint32_t)wr_len(&w),
						    .bytes = room,
						    .captured = (uint32_t)wr_len(&w) });
	assert_int_equal(t.count, 1);
	assert_true(t.m.time == 123456789);
	put_hex(&a, "00000000000000000000ffff 0a000001");
	assert_memory_equal(t.m.flow.src.bytes, mapped, 16);
	mapped[15] = 2;
	assert_memory_equal(t.m.flow.dst.bytes, mapped, 16);
	assert_int_equal(t.m.flow.sport, 40000);
	assert_int_equal(t.m.flow.dport, 53);
	assert_int_equal(t.m.flow.proto, IPPROTO_UDP);
	free(memory);
}

/* Limits of nothing still make a dissector that stands. */
static void test_no_limits(void **state)
{
	struct lab *l = lab_limits((struct dissect_limits){ 0 });
	(void)state;

	put_query_ipv4(&l->w);
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	for (uint8_t i = 0; i < 3; i++) {
		put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_TCP, .payload = 24 });
		put_hex(&l->w, "9c40 0050 00000001 00000000 50 10 ffff 0000 0000");
		l->room[20] = i;
		wr_bytes(&l->w, "GET ", 4);
		lab_send(l, LINK_RAW);
	}
	dissect_finish(l->d);
	assert_int_equal(lab_reason(l, DISSECT_TCP_FULL), 2);
	assert_int_equal(lab_reason(l, DISSECT_TCP_CAP), 3); /* heads longer than a buffer of 1 */
	lab_free(l);
}

static void test_udp(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = QUERY_UDP_SIZE + 5 });
	put_query_udp(&l->w);
	wr_bytes(&l->w, "trail", 5); /* behind UDP's own length */
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = QUERY_UDP_SIZE });
	put_query_udp(&l->w);
	l->room[25] = 0xff; /* lies: longer than the datagram */
	lab_send(l, LINK_RAW);
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reasons(l), 0);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = QUERY_UDP_SIZE });
	put_query_udp(&l->w);
	l->room[25] = 7; /* lies: shorter than its header */
	lab_send(l, LINK_RAW);
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_TRANSPORT_BAD), 1);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = 8 });
	put_udp(&l->w, 40000, 53, 0); /* empty is allowed */
	lab_send(l, LINK_RAW);
	assert_int_equal(lab_reasons(l), 1);
	lab_free(l);
}

/* A flood of everything leaves the memory as it was: nothing is allocated, nothing is written behind it. */
static void test_memory_is_flat(void **state)
{
	const struct dissect_limits limits = { .flows = 7, .stream_bytes = 33, .buffers = 3 };
	size_t size = dissect_size(&limits);
	uint8_t *memory = calloc(1, size + 64), room[160];
	struct told t = { .count = 0 };
	struct dissect *d;
	(void)state;

	assert_non_null(memory);
	memset(memory + size, 0x5a, 64);
	d = dissect_init(memory, &limits, tell, &t);
	srand(2);
	for (int i = 0; i < 200000; i++) {
		struct wr w = wr_init(room, sizeof(room));
		size_t n = (size_t)rand() % 60;
		put_ipv4(&w,
			 (struct ipv4_spec){ .proto = IPPROTO_TCP, .back = rand() % 2, .payload = 20 + n });
		wr_be16(&w, (uint16_t)(rand() % 12));
		wr_be16(&w, (uint16_t)(rand() % 2));
		wr_be32(&w, (uint32_t)(rand() % 300));
		wr_be32(&w, 0);
		wr_be16(&w, (uint16_t)(0x5000 | (rand() % 16 == 0 ? rand() % 8 : 16)));
		put_hex(&w, "ffff 0000 0000");
		wr_bytes(&w, "GET / HTTP/1.1\r\nHost: h\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
			 n);
		dissect_packet(d, &(struct dissect_packet){ .time = i,
							    .linktype = LINK_RAW,
							    .wire_len = (uint32_t)wr_len(&w),
							    .bytes = room,
							    .captured = (uint32_t)wr_len(&w) });
	}
	dissect_finish(d);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(memory[size + i], 0x5a);
	assert_int_equal(dissect_stats(d)->packets, 200000);
	assert_true(t.count > 1000);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reason_names),
		cmocka_unit_test(test_outcome_names),
		cmocka_unit_test(test_asked_again_at_once),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_message_tells_packet),
		cmocka_unit_test(test_no_limits),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_memory_is_flat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
