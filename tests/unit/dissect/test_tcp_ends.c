/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/segment.h"

static void test_ports_used_again(void **state)
{
	struct lab *l = lab_new();
	uint32_t n = (uint32_t)strlen(GET("a"));
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, START, GET("a"));
	send_flags(l, 5000000, SYN); /* without a goodbye */
	send_text(l, 5000001 + 5, GET("b") + 5);
	send_bytes(l, 5000001, GET("b"), 5);
	lab_expect(l, GET_LINE("a") GET_LINE("b"));
	send_flags(l, 5000001 + n, FIN | ACK);
	send_seg(l, (struct seg){ .seq = 9000, .flags = FIN | ACK, .back = true });
	send_text(l, 5000001, GET("b")); /* a late copy */
	lab_expect(l, "");
	send_flags(l, 77000000, SYN);
	send_text(l, 77000001, GET("c"));
	lab_expect(l, GET_LINE("c"));
	lab_free(l);
}

/* The same, and this time the capture missed the SYN. */
static void test_ports_used_again_unseen(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_text(l, START, GET("a"));
	send_flags(l, START + (uint32_t)strlen(GET("a")), RST);
	send_text(l, 90000000, GET("b"));
	lab_expect(l, GET_LINE("a") GET_LINE("b"));
	assert_int_equal(dissect_stats(l->d)->flows, 2);
	lab_free(l);
}

/* The new connection begins where the old one's bytes are: its SYN could be a copy, its answer tells. */
static void test_ports_used_again_nearby(void **state)
{
	const uint32_t again = START - 500;
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_seg(l, (struct seg){ .seq = 70, .ack = START, .flags = SYN | ACK, .back = true });
	send_text(l, START, GET("a"));
	send_seg(l, (struct seg){ .seq = 71, .flags = ACK, .back = true, .data = "x", .n = 1 });
	send_flags(l, again - 1, SYN);
	send_seg(l, (struct seg){ .seq = 7700000, .ack = again, .flags = SYN | ACK, .back = true });
	send_text(l, again, GET("b"));
	lab_expect(l, GET_LINE("a") GET_LINE("b"));
	send_flags(l, again + (uint32_t)strlen(GET("b")), FIN | ACK);
	send_seg(l, (struct seg){ .seq = 7700001, .flags = FIN | ACK, .back = true });
	send_flags(l, again - 1, SYN); /* after a goodbye there is no doubt */
	send_text(l, again, GET("c"));
	lab_expect(l, GET_LINE("c"));
	lab_free(l);
}

static void test_reset(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_bytes(l, START, GET("a"), 10);
	send_flags(l, START + 900000000, RST); /* blind: not from this connection (RFC 5961) */
	send_text(l, START + 10, GET("a") + 10);
	lab_expect(l, GET_LINE("a"));
	send_flags(l, START + (uint32_t)strlen(GET("a")), RST);
	send_text(l, START, GET("a")); /* a late copy */
	lab_expect(l, "");
	send_text(l, START + (uint32_t)strlen(GET("a")), GET("b")); /* it goes on: nobody believed the RST */
	lab_expect(l, GET_LINE("b"));
	lab_free(l);
}

/* Both ends say goodbye while a segment is still on its way. */
static void test_close_waits_for_the_late(void **state)
{
	struct lab *l = lab_new();
	uint32_t n = (uint32_t)strlen(GET("a"));
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, START + 10, GET("a") + 10);
	send_flags(l, START + n, FIN | ACK);
	send_seg(l, (struct seg){ .seq = 9000, .flags = FIN | ACK, .back = true });
	lab_expect(l, "");
	send_bytes(l, START, GET("a"), 10);
	lab_expect(l, GET_LINE("a"));
	send_text(l, START, GET("a")); /* closed now */
	lab_expect(l, "");
	lab_free(l);
}

/* The last bytes come after the goodbye that stands behind them, first or last of the two. */
static void test_close_overtakes(void **state)
{
	const uint32_t n = (uint32_t)strlen(GET("a"));
	const struct seg ends[] = { { .seq = START + 2 * n, .flags = FIN | ACK },
				    { .seq = 9000, .flags = FIN | ACK, .back = true } };
	(void)state;

	for (int first = 0; first < 2; first++) {
		struct lab *l = lab_new();
		send_flags(l, ISN, SYN);
		send_text(l, START, GET("a"));
		send_seg(l, ends[first]);
		send_seg(l, ends[!first]);
		send_text(l, START + n, GET("b"));
		lab_expect(l, GET_LINE("a") GET_LINE("b"));
		send_text(l, START + n, GET("b")); /* closed now */
		lab_outcome(l, DISSECT_OUT_REPEATED);
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
}

static void test_finish_gives_up(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, START + 100, GET("a"));
	send_seg(l, (struct seg){ .seq = 7, .sport = 41000, .flags = ACK, .data = GET("b"), .n = 10 });
	lab_expect(l, "");
	dissect_finish(l->d);
	lab_expect(l, GET_LINE("a"));
	assert_int_equal(lab_reason(l, DISSECT_TCP_HOLE), 2);
	send_text(l, START, GET("c")); /* and it can go on */
	lab_expect(l, GET_LINE("c"));
	lab_free(l);
}

#define H2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define H2_FIRST   H2_PREFACE "\0\0\x09\1\5\0\0\0\1\x82\x86\x84\x41\4a.cn"
#define H2_AGAIN   "\0\0\4\1\5\0\0\0\3\x82\x86\x84\xbe" /* the name out of the connection's table */
#define H2_LINE    "http2 [a.cn] [GET] [/] - - -\n"

static void begin_h2(struct lab *l, uint32_t seq, uint16_t port, bool back)
{
	send_seg(l, (struct seg){ .seq = seq,
				  .sport = port,
				  .back = back,
				  .data = H2_FIRST,
				  .n = sizeof(H2_FIRST) - 1 });
	lab_expect(l, H2_LINE);
}

/* By a FIN of each end, or a RST of one. */
static void end_h2(struct lab *l, uint32_t seq, uint16_t port, bool back, bool reset)
{
	send_seg(l,
		 (struct seg){ .seq = seq, .sport = port, .back = back, .flags = reset ? RST : FIN | ACK });
	if (!reset)
		send_seg(l, (struct seg){ .seq = 7, .sport = port, .back = !back, .flags = FIN | ACK });
}

/* A connection of HTTP/2 gives its table back, however it ends, and takes none of a long one's. */
static void test_tables_come_back(void **state)
{
	const uint32_t n = sizeof(H2_FIRST) - 1;
	struct lab *l = lab_new();
	(void)state;

	begin_h2(l, START, 40999, false);
	for (uint16_t i = 0; i < 4 * HPACK_TABLES; i++) {
		begin_h2(l, START, 41000 + i, i % 2 == 0);
		end_h2(l, START + n, 41000 + i, i % 2 == 0, i / 2 % 2 == 0);
	}
	for (uint32_t i = 1; i <= 4 * HPACK_TABLES; i++) { /* or not at all: its ports are used again, */
		send_seg(l, (struct seg){ .seq = 5000000 * i - 1, .sport = 39999, .flags = SYN });
		begin_h2(l, 5000000 * i, 39999, false);
		if (i % 2 == 0) /* and what waited is given up */
			send_seg(l,
				 (struct seg){
					 .seq = 5000000 * i + n + 9, .sport = 39999, .data = "x", .n = 1 });
	}
	for (uint32_t i = 1; i <= 4 * HPACK_TABLES; i++) /* without a SYN that we saw */
		begin_h2(l, UINT32_C(0) - 5000000 * i, 38999, false);
	send_seg(l, (struct seg){
			    .seq = START + n, .sport = 40999, .data = H2_AGAIN, .n = sizeof(H2_AGAIN) - 1 });
	lab_expect(l, H2_LINE);
	assert_int_equal(lab_reason(l, DISSECT_H2C_FULL), 0);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_used_again),
		cmocka_unit_test(test_ports_used_again_unseen),
		cmocka_unit_test(test_ports_used_again_nearby),
		cmocka_unit_test(test_tables_come_back),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_close_waits_for_the_late),
		cmocka_unit_test(test_close_overtakes),
		cmocka_unit_test(test_finish_gives_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
