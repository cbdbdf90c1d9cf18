/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/segment.h"

static void test_in_one_segment(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	assert_int_equal(dissect_stats(l->d)->flows, 0);
	send_text(l, START, GET("a"));
	lab_expect(l, GET_LINE("a"));
	assert_int_equal(dissect_stats(l->d)->flows, 1);
	send_text(l, START + (uint32_t)strlen(GET("a")), GET("b") GET("c")); /* kept alive, then pipelined */
	lab_expect(l, GET_LINE("b") GET_LINE("c"));
	dissect_finish(l->d);
	lab_free(l);
}

static void test_byte_by_byte(void **state)
{
	static const char text[] = GET("a") GET("b");
	struct lab *l = lab_new();
	(void)state;

	for (uint32_t i = 0; i + 1 < sizeof(text); i++)
		send_bytes(l, START + i, text + i, 1); /* and joined without a SYN */
	lab_expect(l, GET_LINE("a") GET_LINE("b"));
	dissect_finish(l->d);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

/* Each cut of two requests into three segments, in each order, with the SYN seen. */
static void test_every_order(void **state)
{
	static const char text[] = GET("a") GET("b");
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	const uint32_t n = sizeof(text) - 1;
	(void)state;

	for (uint32_t a = 1; a < n - 1; a += 3) {
		for (uint32_t b = a + 1; b < n; b += 5) {
			for (int o = 0; o < 6; o++) {
				const uint32_t at[4] = { 0, a, b, n };
				struct lab *l = lab_new();
				send_flags(l, ISN, SYN);
				for (int i = 0; i < 3; i++) {
					uint32_t from = at[orders[o][i]], to = at[orders[o][i] + 1];
					send_bytes(l, START + from, text + from, to - from);
				}
				lab_expect(l, GET_LINE("a") GET_LINE("b"));
				dissect_finish(l->d);
				assert_int_equal(lab_reasons(l), 0);
				lab_free(l);
			}
		}
	}
}

static void test_sequence_numbers_wrap(void **state)
{
	static const char text[] = GET("a") GET("b");
	(void)state;

	for (uint32_t before = 0; before < sizeof(text); before++) {
		struct lab *l = lab_new();
		uint32_t start = 0 - before;
		send_flags(l, start - 1, SYN);
		send_text(l, start + 20, text + 20);
		send_bytes(l, start, text, 20);
		lab_expect(l, GET_LINE("a") GET_LINE("b"));
		lab_free(l);
	}
}

static void test_copies(void **state)
{
	static const char text[] = GET("a");
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_bytes(l, START, text, 10);
	send_bytes(l, START, text, 10);
	send_bytes(l, START + 5, text + 5, 10); /* overlaps: 5 old bytes, 5 new */
	send_bytes(l, START + 20, text + 20, sizeof(text) - 1 - 20);
	send_bytes(l, START + 20, "xxxxxxx", 7); /* the same place, other bytes: the first copy stays */
	send_bytes(l, START + 10, text + 10, 12);
	lab_expect(l, GET_LINE("a"));
	send_text(l, START, text);
	send_flags(l, ISN, SYN);
	send_text(l, START, text);
	lab_expect(l, "");
	assert_int_equal(dissect_stats(l->d)->flows, 1);
	lab_free(l);
}

static void test_data_on_syn(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_seg(l, (struct seg){ .seq = ISN, .flags = SYN, .data = GET("a"), .n = 10 });
	send_text(l, START + 10, GET("a") + 10);
	lab_expect(l, GET_LINE("a"));
	lab_free(l);
}

/* A lost segment costs its message only; the others come out when the hole is given up. */
static void test_hole(void **state)
{
	struct lab *l = lab_new();
	uint32_t seq = START, n = (uint32_t)strlen(GET("a"));
	(void)state;

	send_flags(l, ISN, SYN);
	send_bytes(l, seq, GET("a"), 10); /* the rest is lost */
	seq += n;
	for (int i = 0; i < STREAM_LATE_MAX; i++, seq += n)
		send_text(l, seq, GET("b"));
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_TCP_HOLE), 0);
	send_text(l, seq, GET("c"));
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_HTTP], STREAM_LATE_MAX + 1);
	assert_int_equal(lab_reason(l, DISSECT_TCP_HOLE), 1);
	buf_reset(&l->seen.lines);
	send_text(l, seq + n, GET("d"));
	lab_expect(l, GET_LINE("d"));
	lab_free(l);
}

/* Farther ahead than the buffer reaches: given up at once. */
static void test_wide_hole(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_bytes(l, START, GET("a"), 10);
	send_text(l, START + 9000, GET("b"));
	lab_expect(l, GET_LINE("b"));
	assert_int_equal(lab_reason(l, DISSECT_TCP_HOLE), 1);
	lab_free(l);
}

/* More holes than the buffer can tell apart. */
static void test_many_holes(void **state)
{
	struct lab *l = lab_new();
	uint32_t n = (uint32_t)strlen(GET("a"));
	(void)state;

	send_flags(l, ISN, SYN);
	for (uint32_t i = 1; i <= HOLD_RANGES + 1; i++)
		send_text(l, START + i * (n + 1), GET("a"));
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_HTTP],
			 1); /* the first was let out to make room */
	dissect_finish(l->d);
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_HTTP], HOLD_RANGES + 1);
	assert_int_equal(lab_reason(l, DISSECT_TCP_HOLE), HOLD_RANGES + 1);
	lab_free(l);
}

#define POST "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"

/* A body is not held, so that its lost segments cost nothing, wherever they are. */
static void test_hole_in_body(void **state)
{
	struct lab *l = lab_new();
	uint32_t body = START + (uint32_t)strlen(POST);
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, START, POST "some");
	lab_expect(l, "http [h] [POST] [/] - - -\n");
	send_text(l, body + 50000, "later");
	send_text(l, body + 99998, "xx" GET("b"));
	lab_expect(l, GET_LINE("b"));
	send_text(l, body + 70000, GET("no"));
	lab_expect(l, "");
	dissect_finish(l->d);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

/* The body's end and the next request arrive before the head. */
static void test_body_before_head(void **state)
{
	static const char post[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n";
	struct lab *l = lab_new();
	uint32_t body = START + (uint32_t)strlen(post);
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, body + 999, "x" GET("b"));
	lab_expect(l, "");
	send_text(l, START, post);
	lab_expect(l, "http [h] [POST] [/] - - -\n" GET_LINE("b"));
	lab_free(l);
}

/* Captured with a short snap length: heads are whole, bodies are not. */
static void test_snapped(void **state)
{
	struct lab *l = lab_new();
	uint32_t body = START + (uint32_t)strlen(POST);
	(void)state;

	send_flags(l, ISN, SYN);
	put_tcp(l, (struct seg){ .seq = START, .flags = ACK, .data = POST, .n = strlen(POST) });
	l->room[2] = 0x06; /* the IP length tells of 1536 - 40 bytes of data */
	l->room[3] = 0x00;
	lab_send_cut(l, LINK_RAW, wr_len(&l->w), 1536);
	l->w = wr_init(l->room, sizeof(l->room));
	lab_expect(l, "http [h] [POST] [/] - - -\n");
	assert_int_equal(lab_reason(l, DISSECT_SNAPPED), 1);
	send_text(l, body + 100000, GET("b"));
	lab_expect(l, GET_LINE("b"));
	send_flags(l, 5000, SYN | FIN); /* another: the head itself is cut */
	put_tcp(l, (struct seg){ .seq = 77, .sport = 41000, .flags = ACK, .data = GET("c"), .n = 12 });
	l->room[3] = 40 + 100;
	lab_send_cut(l, LINK_RAW, wr_len(&l->w), 140);
	l->w = wr_init(l->room, sizeof(l->room));
	send_seg(l,
		 (struct seg){
			 .seq = 177, .sport = 41000, .flags = ACK, .data = GET("d"), .n = strlen(GET("d")) });
	lab_expect(l, GET_LINE("d"));
	lab_free(l);
}

/* No SYN was seen, and the last comes first. */
static void test_joined_backwards(void **state)
{
	static const char request[] = GET("a");
	const size_t n = sizeof(request) - 1;
	struct lab *l = lab_new();
	char part[3][64];
	(void)state;

	snprintf(part[0], sizeof(part[0]), "%.*s", 10, request);
	snprintf(part[1], sizeof(part[1]), "%.*s", 8, request + 10);
	snprintf(part[2], sizeof(part[2]), "%s", request + 18);
	assert_true(n > 18);
	send_text(l, 518, part[2]);
	send_text(l, 510, part[1]);
	lab_expect(l, "");
	send_text(l, 500, part[0]);
	lab_expect(l, GET_LINE("a"));
	lab_free(l);
}

static void test_joined_in_the_middle(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_text(l, 500, "X-Half: of a field\r\n\r\n");
	send_text(l, 522, GET("a"));
	lab_expect(l, GET_LINE("a"));
	lab_free(l);
}

/* Responses are looked at a few times and then cost nothing; requests in the other direction still count. */
static void test_both_directions(void **state)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
	struct lab *l = lab_new();
	uint32_t up = START, down = 9001;
	(void)state;

	send_flags(l, ISN, SYN);
	send_seg(l, (struct seg){ .seq = 9000, .flags = SYN | ACK, .back = true });
	for (int i = 0; i < 20; i++) {
		send_text(l, up, GET("a"));
		up += (uint32_t)strlen(GET("a"));
		send_seg(l, (struct seg){
				    .seq = down, .flags = ACK, .back = true, .data = ok, .n = strlen(ok) });
		down += (uint32_t)strlen(ok);
		lab_expect(l, GET_LINE("a") "http-answer - 200 - - - -\n");
	}
	assert_int_equal(dissect_stats(l->d)->flows, 1);
	dissect_finish(l->d);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

static void test_sender_is_source(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	/* Requests may come from either end; the message's source is who sent it. */
	send_seg(l, (struct seg){
			    .seq = 5, .flags = ACK, .back = true, .data = GET("a"), .n = strlen(GET("a")) });
	lab_expect(l, GET_LINE("a"));
	lab_free(l);
}

static void test_head_beyond_buffer(void **state)
{
	struct lab *l = lab_new();
	char filler[1000];
	uint32_t seq = START;
	(void)state;

	memset(filler, 'x', sizeof(filler));
	send_text(l, seq, "GET / HTTP/1.1\r\nCookie: ");
	seq += 24;
	for (int i = 0; i < 10; i++, seq += 1000)
		send_bytes(l, seq, filler, sizeof(filler));
	lab_expect(l, "");
	assert_int_equal(lab_reason(l, DISSECT_TCP_CAP), 1);
	send_text(l, seq, GET("b"));
	lab_expect(l, GET_LINE("b"));
	lab_free(l);
}

static void test_flow_table_full(void **state)
{
	struct lab *l = lab_limits((struct dissect_limits){ .flows = 4, .stream_bytes = 1024, .buffers = 4 });
	(void)state;

	for (uint16_t i = 0; i < 10; i++)
		send_seg(l, (struct seg){ .seq = 7, .sport = 41000 + i, .data = GET("a"), .n = 10 });
	assert_int_equal(lab_reason(l, DISSECT_TCP_FULL), 6);
	for (uint16_t i = 0; i < 10; i++) /* the last four are still known */
		send_seg(l, (struct seg){ .seq = 17,
					  .sport = 41009 - i,
					  .data = GET("a") + 10,
					  .n = strlen(GET("a")) - 10 });
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_HTTP], 4);
	lab_free(l);
}

/* A flow that is over is the first to go, and its going is no loss. */
static void test_closed_flows_make_room(void **state)
{
	struct lab *l = lab_limits((struct dissect_limits){ .flows = 4, .stream_bytes = 1024, .buffers = 4 });
	(void)state;

	send_seg(l, (struct seg){ .seq = 7, .sport = 40999, .data = GET("a"), .n = 10 });
	for (uint16_t i = 0; i < 50; i++) {
		send_seg(l, (struct seg){
				    .seq = 7, .sport = 41000 + i, .data = GET("b"), .n = strlen(GET("b")) });
		send_seg(l, (struct seg){ .seq = 7 + (uint32_t)strlen(GET("b")),
					  .sport = 41000 + i,
					  .flags = RST });
	}
	assert_int_equal(lab_reason(l, DISSECT_TCP_FULL), 0);
	buf_reset(&l->seen.lines);
	send_seg(l, (struct seg){
			    .seq = 17, .sport = 40999, .data = GET("a") + 10, .n = strlen(GET("a")) - 10 });
	lab_expect(l, GET_LINE("a"));
	lab_free(l);
}

/* Fewer buffers than streams that need one: the one at rest is given up and counted. */
static void test_buffers_run_out(void **state)
{
	struct lab *l =
		lab_limits((struct dissect_limits){ .flows = 16, .stream_bytes = 1024, .buffers = 2 });
	(void)state;

	for (uint16_t i = 0; i < 3; i++)
		send_seg(l, (struct seg){ .seq = 7, .sport = 41000 + i, .data = GET("a"), .n = 10 });
	assert_int_equal(lab_reason(l, DISSECT_TCP_CAP), 1);
	for (uint16_t i = 0; i < 3; i++)
		send_seg(l, (struct seg){ .seq = 17,
					  .sport = 41000 + i,
					  .data = GET("a") + 10,
					  .n = strlen(GET("a")) - 10 });
	lab_expect(l, GET_LINE("a") GET_LINE("a"));
	lab_free(l);
}

/* Each length of a segment's packet, as cut in the capture and as sent so short. */
static void test_cut_header(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_tcp(l, (struct seg){ .seq = START, .flags = ACK, .data = GET("a"), .n = strlen(GET("a")) });
	for (size_t n = 0; n < 40; n++) {
		uint64_t before = lab_reasons(l);
		lab_send_cut(l, LINK_RAW, n, n);
		assert_int_equal(lab_reasons(l), before + 1);
	}
	assert_int_equal(dissect_stats(l->d)->flows, 0);
	lab_free(l);
}

static void test_lying_header(void **state)
{
	static const uint8_t offsets[] = { 0x00, 0x10, 0x40, 0xf0 };
	(void)state;

	for (size_t i = 0; i < sizeof(offsets); i++) {
		struct lab *l = lab_new();
		put_tcp(l, (struct seg){ .seq = START, .flags = ACK, .data = GET("a"), .n = 3 });
		l->room[32] = offsets[i];
		lab_send(l, LINK_RAW);
		lab_expect(l, "");
		assert_int_equal(lab_reason(l, DISSECT_TRANSPORT_BAD), 1);
		lab_free(l);
	}
}

/* DNS over TCP and a ClientHello, on ports that are not theirs. */
static void test_other_protocols(void **state)
{
	struct lab *l = lab_new();
	uint8_t room[256];
	struct wr w = wr_init(room, sizeof(room));
	(void)state;

	wr_be16(&w, QUERY_SIZE);
	put_hex(&w, QUERY_HEX);
	send_flags(l, ISN, SYN);
	send_bytes(l, START, room, 7);
	send_bytes(l, START + 7, room + 7, wr_len(&w) - 7);
	lab_expect(l, QUERY_LINE);
	w = wr_init(room, sizeof(room));
	put_hex(&w, "16 0301 003f 01 00003b 0303 "
		    "0000000000000000000000000000000000000000000000000000000000000000 00"
		    "0002 1301 01 00 0010 0000 000c 000a 00 0007 612e782e696e66");
	room[4] = (uint8_t)(wr_len(&w) - 5);
	room[8] = (uint8_t)(wr_len(&w) - 9);
	send_seg(l, (struct seg){ .seq = 30, .sport = 41000, .data = room, .n = 20 });
	send_seg(l, (struct seg){ .seq = 50, .sport = 41000, .data = room + 20, .n = wr_len(&w) - 20 });
	lab_expect(l, "tls [a.x.inf] 0303\n");
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_one_segment),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_every_order),
		cmocka_unit_test(test_sequence_numbers_wrap),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_data_on_syn),
		cmocka_unit_test(test_hole),
		cmocka_unit_test(test_wide_hole),
		cmocka_unit_test(test_many_holes),
		cmocka_unit_test(test_hole_in_body),
		cmocka_unit_test(test_body_before_head),
		cmocka_unit_test(test_snapped),
		cmocka_unit_test(test_joined_backwards),
		cmocka_unit_test(test_joined_in_the_middle),
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_sender_is_source),
		cmocka_unit_test(test_head_beyond_buffer),
		cmocka_unit_test(test_flow_table_full),
		cmocka_unit_test(test_closed_flows_make_room),
		cmocka_unit_test(test_buffers_run_out),
		cmocka_unit_test(test_cut_header),
		cmocka_unit_test(test_lying_header),
		cmocka_unit_test(test_other_protocols),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
