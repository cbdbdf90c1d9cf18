/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/dns.h"
#include "tests/unit/dissect/dns_message.h"

static const struct proto_stream dns_row = { .name = "dns",
					     .probe = dns_stream_probe,
					     .parse = dns_stream_parse };

static size_t put_query(uint8_t *p, size_t cap)
{
	struct wr w = wr_init(p, cap);
	put_header(&w, 0x0100, 1, 0, 0, 1);
	put_question(&w, "JW.Example.edu.CN", 28);
	wr_bytes(&w, "\0\0\x29\x04\xd0\0\0\0\0\0\0", 11); /* OPT (RFC 6891) */
	return wr_len(&w);
}

/* CNAME behind a pointer, then A and AAAA of the target, an MX that is passed over, and an authority */
static size_t put_answer(uint8_t *p, size_t cap)
{
	struct wr w = wr_init(p, cap);
	size_t target;
	put_header(&w, 0x8180, 1, 4, 1, 0);
	put_question(&w, "www.example.cn", 1);
	target = wr_len(&w) + 12;
	put_record(&w, 0xc00c, 5, "\5SITES\xc0\x10", 8);
	put_record(&w, (uint16_t)(0xc000 | target), 1, "\xc0\0\2\7", 4);
	put_record(&w, (uint16_t)(0xc000 | target), 28, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x9", 16);
	put_record(&w, 0xc00c, 15, "\0\5\xc0\x0c", 4);
	put_record(&w, 0xc010, 2, "\xc0\x0c", 2);
	return wr_len(&w);
}

static enum proto_result parse(struct seen *s, const uint8_t *p, size_t n)
{
	uint8_t *exact = seen_exact(p, n);
	enum proto_result res = dns_parse(exact, n, &s->out);
	free(exact);
	return res;
}

#define ANSWER_LINES                                                                                         \
	"answer [www.example.cn] 5 [sites.example.cn]\n"                                                     \
	"answer [sites.example.cn] 1 ::ffff:192.0.2.7\n"                                                     \
	"answer [sites.example.cn] 28 2001:db8::9\n"

static void test_query_and_answer(void **state)
{
	uint8_t p[512];
	struct seen s;
	(void)state;

	for (uint16_t port = 53; port < 10000; port = (uint16_t)(port + 4000)) {
		seen_init(&s, 40000, port);
		assert_int_equal(parse(&s, p, put_query(p, sizeof(p))), PROTO_OK);
		assert_int_equal(parse(&s, p, put_answer(p, sizeof(p))), PROTO_OK);
		assert_string_equal(s.lines.p, "query [jw.example.edu.cn] 28\n" ANSWER_LINES);
		assert_int_equal(s.stats.messages[DISSECT_DNS_QUERY], 1);
		assert_int_equal(s.stats.messages[DISSECT_DNS_ANSWER], 3);
		assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 0);
		buf_clear(&s.lines);
	}
}

static void test_truncated_at_every_length(void **state)
{
	uint8_t p[512];
	size_t n = put_answer(p, sizeof(p)), told;
	struct seen s;
	(void)state;

	for (size_t cut = 0; cut < n; cut++) {
		seen_init(&s, 53, 40000);
		parse(&s, p, cut);
		told = s.stats.messages[DISSECT_DNS_ANSWER];
		assert_memory_equal(s.lines.p, ANSWER_LINES, s.lines.len);
		assert_int_equal(told, (cut >= 52) + (cut >= 68) + (cut >= 96)); /* ends of the records */
		buf_clear(&s.lines);

		seen_init(&s, 9953, 40000); /* nothing of it on a strange port */
		assert_int_equal(parse(&s, p, cut), PROTO_SKIP);
		assert_int_equal(s.lines.len, 0);
		buf_clear(&s.lines);
	}
}

static void test_strange_port_is_strict(void **state)
{
	uint8_t p[512];
	size_t n = put_query(p, sizeof(p) - 1);
	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = {
		{ 2, 0x31 }, { 3, 0x40 }, { 5, 2 }, { 5, 0 }, { 7, 1 }, { 11, 0 }, { 3, 3 }, { 12, 64 }
	};
	struct seen s;
	(void)state;

	seen_init(&s, 9953, 40000);
	p[n] = 0;
	assert_int_equal(parse(&s, p, n + 1), PROTO_SKIP);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		put_query(p, sizeof(p));
		p[lies[i].at] = lies[i].value;
		assert_int_equal(parse(&s, p, n), PROTO_SKIP);
	}
	assert_int_equal(s.lines.len, 0);
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 0);
	put_query(p, sizeof(p));
	assert_int_equal(parse(&s, p, n), PROTO_OK);
	buf_clear(&s.lines);
}

/* Well formed to the last byte, but no resolver sends it. */
static void test_strange_port_wants_the_usual(void **state)
{
	uint8_t p[512];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	seen_init(&s, 9953, 40000);
	put_header(&w, 0x0100, 2, 0, 0, 0);
	put_question(&w, "a.example", 1);
	put_question(&w, "b.example", 1);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_SKIP);
	w = wr_init(p, sizeof(p));
	put_header(&w, 0x0100, 1, 1, 0, 0);
	put_question(&w, "a.example", 1);
	put_record(&w, 0xc00c, 1, "\xc0\0\2\7", 4);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_SKIP);
	assert_int_equal(s.lines.len, 0);
	s.m.flow.dport = 53; /* where it is no matter of doubt, what is asked is told */
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_OK);
	assert_string_equal(s.lines.p, "query [a.example] 1\n");
	buf_clear(&s.lines);
}

/* mDNS, LLMNR and NetBIOS look the same, but ask the neighbours. */
static void test_local_names_are_not_dns(void **state)
{
	static const uint16_t ports[] = { 5353, 5355, 137 };
	uint8_t p[512];
	size_t n = put_query(p, sizeof(p));
	struct seen s;
	(void)state;

	for (int i = 0; i < 3; i++) {
		seen_init(&s, 40000, ports[i]);
		assert_int_equal(parse(&s, p, n), PROTO_SKIP);
		assert_int_equal(s.lines.len, 0);
		buf_clear(&s.lines);
		seen_init(&s, ports[i], 53); /* a resolver's port wins */
		assert_int_equal(parse(&s, p, n), PROTO_OK);
		buf_clear(&s.lines);
	}
}

static void expect_name(const char *wire, size_t n, const char *line)
{
	uint8_t p[600];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;

	put_header(&w, 0x0100, 1, 0, 0, 0);
	wr_bytes(&w, wire, n);
	wr_be32(&w, 0x00010001);
	seen_init(&s, 40000, 53);
	assert_int_equal(parse(&s, p, wr_len(&w)), line ? PROTO_OK : PROTO_BAD);
	assert_string_equal(s.lines.p, line ? line : "");
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], line == NULL);
	buf_clear(&s.lines);
}

static void test_names(void **state)
{
	char longest[255], over[256];
	(void)state;

	expect_name("\0", 1, "query [.] 1\n");
	expect_name("\3a.B\2\xe4\\\0", 8, "query [a.b.\\xe4\\x5c] 1\n");
	expect_name("\xc0\x0c", 2, NULL);    /* itself */
	expect_name("\1a\xc0\x0c", 4, NULL); /* the run of labels that it stands in */
	expect_name("\xc0\x10", 2,
		    "query [.] 1\n"); /* forwards, as resolvers put up with: the class's first byte */
	expect_name("\x40"
		    "a\0",
		    3, NULL); /* reserved label types (RFC 6891 section 5) */
	expect_name("\x80"
		    "a\0",
		    3, NULL);
	memset(over, 'a', sizeof(over));
	over[0] = 64; /* long enough to be a label of 64 bytes */
	over[65] = 0;
	expect_name(over, 66, NULL);
	for (int i = 0; i < 127; i++)
		memcpy(longest + 2 * i, "\1x", 2);
	longest[254] = 0;
	memcpy(over, longest, 252);
	memcpy(over + 252, "\2xx\0", 4);
	{
		char line[300] = "query [x";
		for (int i = 1; i < 127; i++)
			strncat(line, ".x", 3);
		strncat(line, "] 1\n", 5);
		expect_name(longest, sizeof(longest), line);
	}
	expect_name(over, sizeof(over), NULL);
}

/* A pointer to what stands behind it: told on port 53, taken for no DNS elsewhere. */
static void test_forward_pointer(void **state)
{
	uint8_t p[64];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	put_header(&w, 0x0100, 1, 0, 0, 1);
	wr_bytes(&w, "\xc0\x12\0\1\0\1", 6);
	wr_bytes(&w, "\2Go\0\0\1\0\1\0\0\0\0\0\0", 14);
	seen_init(&s, 40000, 53);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_OK);
	assert_string_equal(s.lines.p, "query [go] 1\n");
	s.m.flow.dport = 9953;
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_SKIP);
	buf_clear(&s.lines);
}

/* RFC 9460: HTTPS and SVCB of the answer section; a malformed one is counted, what is around it is told. */
static void test_service_records(void **state)
{
	uint8_t p[256];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	put_header(&w, 0x8180, 1, 5, 0, 0);
	put_question(&w, "s.cn", 65);
	put_record(&w, 0xc00c, 65, "\0\1\0\0\1\0\6\2h2\2h3\0\3\0\2\x20\xfb", 19);
	put_record(&w, 0xc00c, 64, "\0\0\3Out\0", 7);
	put_record(&w, 0xc00c, 65, "\0\1\0\0\3\0\1\1", 8);
	put_record(&w, 0xc00c, 65, "\0", 1);
	put_record(&w, 0xc00c, 1, "\xc0\0\2\7", 4);
	seen_init(&s, 53, 40000);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_OK);
	assert_string_equal(s.lines.p, "service [s.cn] 65 1 [.] [\\x02h2\\x02h3] 8443 -\n"
				       "service [s.cn] 64 0 [out] - 0 -\n"
				       "answer [s.cn] 1 ::ffff:192.0.2.7\n");
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 2);
	buf_clear(&s.lines);
}

static void test_unknown_class(void **state)
{
	uint8_t p[512];
	size_t n = put_query(p, sizeof(p));
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 53);
	p[34] = 5; /* the question's class */
	assert_int_equal(parse(&s, p, n), PROTO_BAD);
	assert_int_equal(s.lines.len, 0);
	buf_clear(&s.lines);
}

/* What one message may make us tell has a limit. */
static void test_limits(void **state)
{
	static uint8_t p[65535];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	put_header(&w, 0x0100, 65, 0, 0, 0);
	for (int i = 0; i < 65; i++)
		put_question(&w, "q", 1);
	seen_init(&s, 40000, 53);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_BAD);
	assert_int_equal(s.stats.messages[DISSECT_DNS_QUERY], 64);
	buf_clear(&s.lines);

	w = wr_init(p, sizeof(p));
	put_header(&w, 0x8180, 0, 4097, 0, 0);
	for (int i = 0; i < 4097; i++)
		wr_bytes(&w, "\0\0\1\0\1\0\0\0\1\0\4abcd", 15);
	seen_init(&s, 53, 40000);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_BAD);
	assert_int_equal(s.stats.messages[DISSECT_DNS_ANSWER], 4096);
	buf_clear(&s.lines);
}

/* The owner of an A record behind `count` pointers, of which all but the last lie in a TXT record. */
static void parse_pointers(struct seen *s, uint16_t count)
{
	uint8_t chain[512], p[1024];
	struct wr w = wr_init(chain, sizeof(chain)), m = wr_init(p, sizeof(p));
	uint16_t first = 12 + 7 + 12, last = 0xc00c;

	for (uint16_t i = 0; i + 1 < count; i++) {
		wr_be16(&w, last);
		last = (uint16_t)(0xc000 | (first + 2 * i));
	}
	put_header(&m, 0x8180, 1, 2, 0, 0);
	put_question(&m, "a", 1);
	put_record(&m, 0xc00c, 16, chain, wr_len(&w));
	put_record(&m, last, 1, "\xc0\0\2\7", 4);
	seen_init(s, 53, 40000);
	parse(s, p, wr_len(&m));
}

/* Pointers to pointers are legal; a chain of thousands of them, walked for each record, would cost seconds.
 */
static void test_pointers_to_pointers(void **state)
{
	struct seen s;
	(void)state;
	parse_pointers(&s, 127);
	assert_string_equal(s.lines.p, "answer [a] 1 ::ffff:192.0.2.7\n");
	buf_clear(&s.lines);
	parse_pointers(&s, 128);
	assert_string_equal(s.lines.p, "");
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 1);
	buf_clear(&s.lines);
}

/* Each pointer goes backwards, but a chain of them must not grow a name past its limit. */
static void test_pointer_chain(void **state)
{
	uint8_t p[2048];
	struct wr w = wr_init(p, sizeof(p));
	size_t last = 12;
	struct seen s;
	(void)state;

	put_header(&w, 0x0100, 64, 0, 0, 0);
	put_question(&w, "end", 1);
	for (int i = 1; i < 64; i++) {
		size_t at = wr_len(&w);
		wr_bytes(&w, "\4next", 5);
		wr_be16(&w, (uint16_t)(0xc000 | last));
		wr_be32(&w, 0x00010001);
		last = at;
	}
	seen_init(&s, 40000, 53);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_BAD);
	assert_int_equal(s.stats.messages[DISSECT_DNS_QUERY], 51); /* 5 + 50 * 5 = 255 bytes */
	buf_clear(&s.lines);
}

static void test_lying_counts_and_lengths(void **state)
{
	uint8_t p[512];
	size_t n = put_answer(p, sizeof(p));
	struct seen s;
	(void)state;

	seen_init(&s, 53, 40000);
	p[6] = 0xff; /* 65284 answers */
	assert_int_equal(parse(&s, p, n), PROTO_BAD);
	assert_string_equal(s.lines.p, ANSWER_LINES);
	buf_clear(&s.lines);

	seen_init(&s, 53, 40000);
	put_answer(p, sizeof(p));
	p[63] = 5; /* the A record's length: its data is no address, and what follows is shifted */
	parse(&s, p, n);
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 2);
	assert_string_equal(s.lines.p, "answer [www.example.cn] 5 [sites.example.cn]\n");
	buf_clear(&s.lines);
}

static void test_opcodes(void **state)
{
	uint8_t p[512];
	size_t n = put_query(p, sizeof(p));
	struct seen s;
	(void)state;

	seen_init(&s, 40000, 53);
	p[2] = 5 << 3; /* UPDATE */
	assert_int_equal(parse(&s, p, n), PROTO_OK);
	assert_int_equal(s.lines.len, 0);
	p[2] = 4 << 3; /* NOTIFY */
	assert_int_equal(parse(&s, p, n), PROTO_OK);
	assert_string_equal(s.lines.p, "query [jw.example.edu.cn] 28\n");
	buf_clear(&s.lines);
}

/* -- over TCP */

static size_t put_stream(uint8_t *p, size_t cap)
{
	struct wr w = wr_init(p, cap);
	uint8_t one[512];
	wr_vec16(&w, one, put_query(one, sizeof(one)));
	wr_vec16(&w, one, put_answer(one, sizeof(one)));
	wr_vec16(&w, one, put_query(one, sizeof(one)));
	return wr_len(&w);
}

static void test_stream_split_anywhere(void **state)
{
	uint8_t p[1024];
	size_t n = put_stream(p, sizeof(p));
	struct seen s;
	(void)state;

	for (size_t step = 1; step <= n; step++) {
		seen_init(&s, 40000, step % 2 ? 53 : 853);
		assert_int_equal(seen_stream(&s, &dns_row, p, n, step), PROTO_OK);
		assert_string_equal(s.lines.p, "query [jw.example.edu.cn] 28\n" ANSWER_LINES
					       "query [jw.example.edu.cn] 28\n");
		buf_clear(&s.lines);
	}
}

static void test_stream_probe(void **state)
{
	static const char others[][32] = { "GET / HTTP/1.1\r\n\r\n............",
					   "SSH-2.0-OpenSSH_9.2p1 Debian-2\r",
					   "220 mail.example.cn ESMTP ready",
					   "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 abcdefghijklm" };
	uint8_t p[1024];
	size_t n = put_stream(p, sizeof(p));
	(void)state;

	for (size_t cut = 0; cut <= n; cut++) {
		uint8_t *exact = seen_exact(p, cut);
		assert_int_equal(dns_stream_probe(exact, cut), cut < 37 ? PROTO_MORE : PROTO_OK);
		free(exact);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(dns_stream_probe((const uint8_t *)others[i], sizeof(others[i])), PROTO_SKIP);
}

/* Short lines before an upgrade to TLS: whoever waits for more of them swallows the hello. */
static void test_stream_probe_lines(void **state)
{
	static const char *const lines[] = { "STLS\r\n", "STARTTLS\r\n", "b STARTTLS\r\n", "FEAT\r\n" };
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(dns_stream_probe((const uint8_t *)lines[i], strlen(lines[i])), PROTO_SKIP);
}

static void test_stream_lying_length(void **state)
{
	uint8_t p[1024];
	size_t n = put_stream(p, sizeof(p));
	struct seen s;
	(void)state;

	p[0] = 0xff;
	seen_init(&s, 40000, 53);
	assert_int_equal(seen_stream(&s, &dns_row, p, n, 100), PROTO_MORE);
	assert_int_equal(s.lines.len, 0);
	buf_clear(&s.lines);

	seen_init(&s, 40000, 53);
	memcpy(p, "\0\3abc", 5); /* shorter than a header */
	assert_int_equal(seen_stream(&s, &dns_row, p, n, n), PROTO_BAD);
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 1);
	buf_clear(&s.lines);

	seen_init(&s, 40000, 5355);
	assert_int_equal(seen_stream(&s, &dns_row, p, put_stream(p, sizeof(p)), 1024), PROTO_SKIP);
	buf_clear(&s.lines);
}

/* What is longer than the buffer, or lost its end, tells what was whole; the next message is found behind it.
 */
static void test_stream_part(void **state)
{
	uint8_t p[1024];
	size_t size, used = 0;
	uint64_t skip = 0;
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	size = put_answer(p + 2, sizeof(p) - 2);
	wr_be16(&w, (uint16_t)size);
	seen_init(&s, 53, 40000);
	assert_int_equal(dns_stream_parse(p, 2 + 60, &s.st, &used, &skip, &s.out), PROTO_MORE);
	s.st.last = true;
	assert_int_equal(dns_stream_parse(p, 2 + 60, &s.st, &used, &skip, &s.out), PROTO_OK);
	assert_int_equal(used, 62);
	assert_int_equal(skip, size - 60);
	assert_string_equal(s.lines.p, "answer [www.example.cn] 5 [sites.example.cn]\n");
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 1);
	assert_int_equal(dns_stream_parse(p, 2 + 11, &s.st, &used, &skip, &s.out), PROTO_MORE);
	s.m.flow.sport = 9953;
	assert_int_equal(dns_stream_parse(p, 2 + 60, &s.st, &used, &skip, &s.out), PROTO_MORE);
	buf_clear(&s.lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query_and_answer),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_strange_port_is_strict),
		cmocka_unit_test(test_local_names_are_not_dns),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_forward_pointer),
		cmocka_unit_test(test_service_records),
		cmocka_unit_test(test_strange_port_wants_the_usual),
		cmocka_unit_test(test_unknown_class),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_pointer_chain),
		cmocka_unit_test(test_pointers_to_pointers),
		cmocka_unit_test(test_lying_counts_and_lengths),
		cmocka_unit_test(test_opcodes),
		cmocka_unit_test(test_stream_split_anywhere),
		cmocka_unit_test(test_stream_probe),
		cmocka_unit_test(test_stream_probe_lines),
		cmocka_unit_test(test_stream_lying_length),
		cmocka_unit_test(test_stream_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
