/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of an answer and what was asked. */
#include "dissect/dns.h"

#include "base/wr.h"
#include "tests/unit/dissect/dns_message.h"
#include "tests/unit/dissect/seen.h"

static enum proto_result parse(struct seen *s, const void *bytes, size_t n)
{
	uint8_t *exact = seen_exact(bytes, n);
	enum proto_result result = dns_parse(exact, n, &s->out);

	free(exact);
	return result;
}

static void keep_question(void *arg, const struct dissect_message *m)
{
	struct buf *b = arg;

	seen_str(b, m->answer.question);
	seen_str(b, m->name);
	if (m->answer.type == 5)
		seen_str(b, m->answer.cname);
	buf_puts(b, "\n");
}

/* asked -> one -> two -> address: each record says what was asked. */
static void test_chain_keeps_its_question(void **state)
{
	uint8_t p[256];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	size_t one, two;
	(void)state;

	put_header(&w, 0x8180, 1, 4, 0, 0);
	put_question(&w, "Asked.cn", 1);
	one = wr_len(&w) + 12;
	put_record(&w, 0xc00c, 5, "\3One\0", 5);
	two = wr_len(&w) + 12;
	put_record(&w, (uint16_t)(0xc000 | one), 5, "\3tWo\0", 5);
	put_record(&w, (uint16_t)(0xc000 | two), 1, "\xc0\0\2\7", 4);
	put_record(&w, (uint16_t)(0xc000 | one), 1, "\xc0\0\2\7", 4);
	seen_init(&s, 53, 40000);
	s.out.fn = keep_question;
	s.out.arg = &s.lines;
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_OK);
	assert_string_equal(s.lines.p, " [asked.cn] [asked.cn] [one]\n [asked.cn] [one] [two]\n"
				       " [asked.cn] [two]\n [asked.cn] [one]\n");
	buf_reset(&s.lines);
	p[5] = 0; /* no question at all: its bytes are a record now, and a broken one */
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_BAD);
	buf_clear(&s.lines);
}

#define SIX " ::ffff:192.0.2.6"

/* Addresses of one owner and type are told together, whatever else stands between them; another owner, also
 * one that is spelled out, and each sixteenth begin anew. */
static void test_addresses_are_told_together(void **state)
{
	uint8_t p[1024];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	put_header(&w, 0x8180, 1, 7 + 17, 0, 0);
	put_question(&w, "a.cn", 1);
	put_record(&w, 0xc00c, 1, "\xc0\0\2\1", 4);
	put_record(&w, 0xc00c, 46, "signed", 6);
	put_record(&w, 0xc00c, 1, "\xc0\0\2\2", 4);
	put_record(&w, 0xc00c, 1, "\xc0\0\2", 3); /* none, and counted */
	put_record(&w, 0xc00c, 28, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\3", 16);
	wr_bytes(&w, "\1b\0\0\1\0\1\0\0\0\0\0\4\xc0\0\2\4", 17);
	wr_bytes(&w, "\1c\0\0\1\0\1\0\0\0\0\0\4\xc0\0\2\5", 17);
	for (int i = 0; i < 17; i++)
		put_record(&w, 0xc00c, 1, "\xc0\0\2\6", 4);
	seen_init(&s, 53, 40000);
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_OK);
	assert_string_equal(s.lines.p,
			    "answer [a.cn] 1 ::ffff:192.0.2.1 ::ffff:192.0.2.2\n"
			    "answer [a.cn] 28 2001:db8::3\n"
			    "answer [b] 1 ::ffff:192.0.2.4\n"
			    "answer [c] 1 ::ffff:192.0.2.5\n"
			    "answer [a.cn] 1" SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX SIX
			    "\n"
			    "answer [a.cn] 1" SIX "\n");
	assert_int_equal(s.stats.messages[DISSECT_DNS_ANSWER], 2 + 1 + 2 + 17);
	assert_int_equal(s.stats.reasons[DISSECT_DNS_BAD], 1);
	buf_clear(&s.lines);
}

static void test_answer_without_question(void **state)
{
	uint8_t p[64];
	struct wr w = wr_init(p, sizeof(p));
	struct seen s;
	(void)state;

	put_header(&w, 0x8180, 0, 1, 0, 0);
	wr_bytes(&w, "\1a\0\0\1\0\1\0\0\0\0\0\4\xc0\0\2\7", 17);
	seen_init(&s, 53, 40000);
	s.out.fn = keep_question;
	s.out.arg = &s.lines;
	assert_int_equal(parse(&s, p, wr_len(&w)), PROTO_OK);
	assert_string_equal(s.lines.p, " - [a]\n");
	buf_clear(&s.lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain_keeps_its_question),
		cmocka_unit_test(test_addresses_are_told_together),
		cmocka_unit_test(test_answer_without_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
