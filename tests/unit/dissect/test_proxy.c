/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/proxy.h"

#include <stdlib.h>

#include "tests/unit/dissect/segment.h"

#define V2      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x0a\0\0\1\x0a\0\0\2\x9c\x40\x01\xbb"
#define V2_BAD  "\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0"
#define REQUEST GET("x")

static const struct {
	const char *header;
	size_t n;
} headers[] = {
	{ "PROXY TCP4 10.0.0.1 10.0.0.2 40000 443\r\n", 40 },
	{ "PROXY TCP6 2001:db8::1 2001:db8::2 40000 443\r\n", 46 },
	{ "PROXY UNKNOWN\r\n", 15 },
	{ V2, sizeof(V2) - 1 },
};

enum { HEADERS = sizeof(headers) / sizeof(headers[0]) };

/* The header and a request, in one segment or cut in two anywhere. */
static void behind_each_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < HEADERS; i++) {
		char text[128];
		size_t n = headers[i].n + sizeof(REQUEST) - 1;
		memcpy(text, headers[i].header, headers[i].n);
		memcpy(text + headers[i].n, REQUEST, sizeof(REQUEST) - 1);
		for (size_t cut = 1; cut <= n; cut++) {
			struct lab *l = lab_new();
			send_flags(l, ISN, SYN);
			send_bytes(l, START, text, cut);
			if (cut < n)
				send_bytes(l, START + (uint32_t)cut, text + cut, n - cut);
			if (strcmp(l->seen.lines.p, GET_LINE("x")) != 0)
				fail_msg("header %zu cut at %zu: %s", i, cut, l->seen.lines.p);
			assert_int_equal(lab_reasons(l), 0);
			lab_free(l);
		}
	}
}

static enum proto_result parse(const char *p, size_t n, size_t *consumed, uint64_t *skip)
{
	uint8_t *exact = malloc(n); /* so that a sanitizer sees what is read behind it */
	struct proto_state st = { 0 };
	enum proto_result r;

	assert_non_null(exact);
	memcpy(exact, p, n);
	r = proxy_probe(exact, n) == PROTO_SKIP ? PROTO_SKIP
						: proxy_parse(exact, n, &st, consumed, skip, NULL);
	free(exact);
	return r;
}

static void at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < HEADERS; i++)
		for (size_t n = 1; n <= headers[i].n; n++) {
			size_t consumed = 0, whole = headers[i].n;
			uint64_t skip = 0;
			enum proto_result r = parse(headers[i].header, n, &consumed, &skip);
			if (headers[i].header[0] != 'P')
				whole = 16; /* the addresses are skipped unseen */
			assert_int_equal(r, n < whole ? PROTO_MORE : PROTO_PASS);
			if (r == PROTO_PASS)
				assert_int_equal(consumed + skip, headers[i].n);
		}
}

static void what_is_none(void **state)
{
	char endless[200] = "PROXY ";
	size_t consumed = 0;
	uint64_t skip = 0;
	(void)state;

	memset(endless + 6, 'a', sizeof(endless) - 6);
	assert_int_equal(parse(endless, sizeof(endless), &consumed, &skip), PROTO_BAD);
	assert_int_equal(parse(V2_BAD, sizeof(V2_BAD) - 1, &consumed, &skip), PROTO_BAD);
	assert_int_equal(parse("PROXIES", 7, &consumed, &skip), PROTO_SKIP);
	assert_int_equal(parse("\r\n\r\nGET", 7, &consumed, &skip), PROTO_SKIP);
	assert_int_equal(consumed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behind_each_header),
		cmocka_unit_test(at_every_length),
		cmocka_unit_test(what_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
