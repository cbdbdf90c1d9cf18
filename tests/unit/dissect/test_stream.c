/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a direction makes of its segments beyond their order, which test_tcp.c has. */
#include "tests/unit/dissect/segment.h"

#define PAGE "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>t</title><p>"

static void send_page(struct lab *l, uint32_t seq, uint8_t flags, const char *text, size_t n)
{
	send_seg(l, (struct seg){ .seq = seq, .flags = flags, .back = true, .data = text, .n = n });
}

/* What waits for more is looked at a last time when no more can come: at the FIN, also one that comes first,
 * at a hole that is given up, at the end of the capture, where the capture cut the segment. */
static void test_last_look(void **state)
{
	const size_t n = strlen("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>t");
	static const char line[] = "http-answer - 200 [text/html] - - [t]\n";
	(void)state;

	for (int way = 0; way < 5; way++) {
		struct lab *l = lab_new();
		send_flags(l, ISN, SYN | ACK);
		send_page(l, 500, SYN | ACK, "", 0);
		if (way == 4) {
			put_tcp(l, (struct seg){ .seq = 501,
						 .flags = ACK,
						 .back = true,
						 .data = PAGE,
						 .n = strlen(PAGE) });
			lab_send_cut(l, LINK_RAW, wr_len(&l->w) - (strlen(PAGE) - n), wr_len(&l->w));
			lab_outcome(l, DISSECT_OUT_TOLD);
			assert_string_equal(l->seen.lines.p, line);
			lab_free(l);
			continue;
		}
		if (way == 1) {
			send_text(l, START, GET("a"));
			lab_expect(l, GET_LINE("a"));
			send_page(l, 501 + (uint32_t)n, FIN | ACK, "", 0);
		}
		send_page(l, 501, ACK, PAGE, n);
		if (way != 1) {
			lab_outcome(l, DISSECT_OUT_WAITING);
			lab_expect(l, "");
		}
		if (way == 0)
			send_page(l, 501 + (uint32_t)n, FIN | ACK, "", 0);
		if (way == 2)
			dissect_finish(l->d);
		for (uint32_t i = 0; way == 3 && i <= STREAM_LATE_MAX; i++)
			send_page(l, 2000 + i * 2, ACK, "xx", 2);
		lab_expect(l, line);
		lab_free(l);
	}
}

/* A page that breaks off, or whose length lies, and text of it that looks like a request: nobody asked. */
static void test_answers_do_not_ask(void **state)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
	static const char line[] = "http-answer - 200 - - - -\n";
	const size_t n = sizeof(answer) - 1;
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_page(l, 500, SYN | ACK, "", 0);
	send_page(l, 501, ACK, answer, n);
	send_page(l, 501 + (uint32_t)n, ACK, "text", 4);
	lab_expect(l, line);
	send_page(l, 505 + (uint32_t)n, ACK, GET("a"), strlen(GET("a")));
	lab_expect(l, "");
	/* who asked goes on to ask */
	send_text(l, START, GET("a"));
	send_text(l, START + (uint32_t)strlen(GET("a")), "text");
	send_text(l, START + (uint32_t)strlen(GET("a")) + 4, GET("b"));
	lab_expect(l, GET_LINE("a") GET_LINE("b"));
	/* nor does a hole make it one; the next answer is one */
	for (uint32_t i = 0; i < 3; i++)
		send_page(l, 2000 + i * (uint32_t)strlen(GET("b")), ACK, GET("b"), strlen(GET("b")));
	send_page(l, 2000 + 3 * (uint32_t)strlen(GET("b")), FIN | ACK, answer, n);
	dissect_finish(l->d);
	lab_expect(l, line);
	lab_free(l);
}

/* What goes through a proxy is not served where it goes; that stays known when the stream is lost, and is
 * known of no other. */
static void test_proxied(void **state)
{
	static const char connect[] = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
	static const char absolute[] = "GET HTTP://b/ HTTP/1.1\r\nHost: b\r\n\r\n";
	const size_t n = sizeof(connect) - 1;
	struct lab *l = lab_new();
	(void)state;

	send_text(l, START, connect);
	lab_expect(l, "http [a:1] [CONNECT] [a:1] - - - proxied\n");
	send_text(l, START + (uint32_t)n, "text");
	send_text(l, START + (uint32_t)n + 4, GET("a"));
	lab_expect(l, "http [h] [GET] [/a] - - - proxied\n");
	send_seg(l, (struct seg){ .seq = 1, .sport = 40001, .data = absolute, .n = sizeof(absolute) - 1 });
	lab_expect(l, "http [b] [GET] [HTTP://b/] - - - proxied\n");
	send_seg(l,
		 (struct seg){
			 .seq = sizeof(absolute), .sport = 40001, .data = GET("b"), .n = strlen(GET("b")) });
	lab_expect(l, GET_LINE("b"));
	lab_free(l);
}

static void test_conflict(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, START + 6, "b HTTP/1.1\r\nHost: h\r\n\r\n");
	lab_outcome(l, DISSECT_OUT_READ); /* the SYN was */
	lab_outcome(l, DISSECT_OUT_WAITING);
	send_text(l, START + 6, "c HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_int_equal(lab_reason(l, DISSECT_TCP_CONFLICT), 1);
	send_text(l, START, "GET /a");
	lab_outcome(l, DISSECT_OUT_TOLD);
	lab_expect(l, "http [h] [GET] [/ab] - - -\n");
	send_text(l, START, "GET /a");
	lab_outcome(l, DISSECT_OUT_REPEATED);
	assert_int_equal(lab_reasons(l), 1);
	lab_free(l);
}

/* Joined without the handshake by a request whose segments come in the wrong order: found. What does not
 * complete it costs nothing and hides nothing. */
static void test_joined_by_the_second(void **state)
{
	static const char *const next[] = { GET("a"), "\xff\xff\xff\xff", "" };
	(void)state;

	for (uint32_t cut = 3; cut < strlen(GET("b")); cut += 5) {
		struct lab *l = lab_new();
		send_text(l, START + cut, GET("b") + cut);
		lab_outcome(l, DISSECT_OUT_WAITING);
		send_bytes(l, START, GET("b"), cut);
		lab_expect(l, GET_LINE("b"));
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		struct lab *l = lab_new();
		uint32_t at = START + 9 + (uint32_t)strlen(next[i]);
		send_text(l, START, "\xff\xff\xff\xff\xff\xff\xff\xff\xff"); /* no start of anything */
		if (*next[i] != '\0')
			send_text(l, START + 9, next[i]);
		send_flags(l, at, FIN | ACK);
		send_page(l, 500, FIN | ACK, "", 0);
		lab_expect(l, i == 0 ? GET_LINE("a") : "");
		send_text(l, START, "GET /late"); /* the connection is over, and this is of it */
		lab_outcome(l, DISSECT_OUT_REPEATED);
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
}

/* The first of each four segments comes when the hole before the next four is there already: there always is
 * one, and none for long. */
static void test_holes_that_are_filled(void **state)
{
	static const uint32_t order[] = { 5, 6, 7, 0 };
	const uint32_t n = (uint32_t)strlen(GET("a"));
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_text(l, START + n, GET("a") GET("a") GET("a"));
	for (uint32_t i = 0; i < 400; i++)
		send_text(l, START + (i / 4 * 4 + order[i % 4]) * n, GET("a"));
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_HTTP], 400);
	assert_int_equal(lab_reasons(l), 0);
	lab_free(l);
}

/* A direction in which nothing was recognised is given up, and said to be: but for what begins plainly. */
static void test_given_up(void **state)
{
	static const char rubbish[] = "\xff\xfe rubbish", query[] = "\0\35\0\1\1\0\0\1\0\0\0\0\0\0\7"
								    "example\2cn\0\0\1\0\1";
	const uint32_t n = sizeof(rubbish) - 1, get = (uint32_t)strlen(GET("a"));
	(void)state;

	for (int fresh = 0; fresh < 2; fresh++) {
		struct lab *l = lab_new();
		uint32_t seq = START, tries = fresh ? STREAM_TRIES_FRESH : STREAM_TRIES_LOST;
		if (fresh)
			send_flags(l, ISN, SYN);
		for (uint32_t i = 0; i < 3 * tries; i++, seq += n)
			send_bytes(l, seq, rubbish, n);
		assert_int_equal(lab_reason(l, DISSECT_TCP_UNKNOWN), 1);
		send_bytes(l, seq, query, sizeof(query) - 1); /* no plain one: it may be by chance */
		lab_expect(l, "");
		send_bytes(l, seq, GET("a"), 20); /* in order or not: it begins */
		send_text(l, seq + 20, GET("a") + 20);
		send_text(l, seq + get, GET("b"));
		send_text(l, seq, GET("a")); /* a copy */
		lab_expect(l, GET_LINE("a") GET_LINE("b"));
		assert_int_equal(lab_reasons(l), 1);
		lab_free(l);
	}
}

/* What looks like a start and is none costs one look each; a copy of what was passed over is none either. */
static void test_given_up_again(void **state)
{
	static const char bad[] = "\x16\3\1\0\5\1\0\0\1"; /* a hello of one byte */
	struct lab *l = lab_new();
	uint32_t seq = START;
	(void)state;

	send_flags(l, ISN, SYN);
	for (int i = 0; i < STREAM_TRIES_FRESH; i++, seq += 4)
		send_text(l, seq, "\xff\xff\xff\xff");
	send_text(l, START, GET("old"));
	lab_expect(l, "");
	for (int i = 0; i < 3; i++, seq += sizeof(bad))
		send_bytes(l, seq, bad, sizeof(bad));
	assert_int_equal(lab_reason(l, DISSECT_TLS_BAD), 3);
	send_text(l, seq, GET("a"));
	lab_expect(l, GET_LINE("a"));
	assert_int_equal(lab_reason(l, DISSECT_TCP_UNKNOWN), 1);
	lab_free(l);
}

/* A server that was given up is still one that does not ask. */
static void test_given_up_answers(void **state)
{
	struct lab *l = lab_new();
	uint32_t seq = 500;
	(void)state;

	send_page(l, seq, ACK, PAGE, strlen(PAGE));
	seq += (uint32_t)strlen(PAGE) + 5000; /* a hole */
	for (int i = 0; i < 3 * STREAM_TRIES_LOST; i++, seq += 4)
		send_page(l, seq, ACK, "\xff\xff\xff\xff", 4);
	send_page(l, seq, ACK, GET("a"), strlen(GET("a")));
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_HTTP], 0);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_look),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_proxied),
		cmocka_unit_test(test_answers_do_not_ask),
		cmocka_unit_test(test_joined_by_the_second),
		cmocka_unit_test(test_holes_that_are_filled),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_given_up_again),
		cmocka_unit_test(test_given_up_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
