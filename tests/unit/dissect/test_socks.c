/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/socks.h"

#include <stdlib.h>

#include "tests/unit/dissect/segment.h"

#define BYTES(text) text, sizeof(text) - 1

/* What a client sends, each in a segment of its own; a request follows. */
static const struct {
	const char *what;
	struct {
		const char *p;
		size_t n;
	} says[3];
} ways[] = {
	{ "4", { { BYTES("\4\1\x01\xbb\xc0\0\2\7\0") } } },
	{ "4, with a user", { { BYTES("\4\1\0\x50\xc0\0\2\7student\0") } } },
	{ "4a", { { BYTES("\4\1\x01\xbb\0\0\0\1\0a.example\0") } } },
	{ "5, by address", { { BYTES("\5\1\0") }, { BYTES("\5\1\0\1\xc0\0\2\7\x01\xbb") } } },
	{ "5, by name",
	  { { BYTES("\5\2\0\2") },
	    { BYTES("\5\1\0\3\x09"
		    "a.example\x01\xbb") } } },
	{ "5, IPv6",
	  { { BYTES("\5\3\0\1\2") },
	    { BYTES("\5\1\0\4\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x01\xbb") } } },
	{ "5, with a password",
	  { { BYTES("\5\1\2") }, { BYTES("\1\4user\6secret") }, { BYTES("\5\1\0\1\xc0\0\2\7\x01\xbb") } } },
	{ "5, the beginning not seen", { { BYTES("\5\1\0\1\xc0\0\2\7\x01\xbb") } } },
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static const char *last_of(size_t way, size_t *n)
{
	int i = 2;

	while (ways[way].says[i].p == NULL)
		i--;
	*n = ways[way].says[i].n;
	return ways[way].says[i].p;
}

static void behind_each_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		struct lab *l = lab_new();
		uint32_t seq = START;
		send_flags(l, ISN, SYN);
		for (int k = 0; k < 3 && ways[i].says[k].p != NULL; k++) {
			send_bytes(l, seq, ways[i].says[k].p, ways[i].says[k].n);
			seq += (uint32_t)ways[i].says[k].n;
		}
		assert_int_equal(l->seen.lines.len, 0);
		send_text(l, seq, GET("x"));
		if (strcmp(l->seen.lines.p, "http [h] [GET] [/x] - - - proxied\n") != 0)
			fail_msg("%s: %s", ways[i].what, l->seen.lines.p);
		assert_int_equal(lab_reasons(l), 0);
		lab_free(l);
	}
}

static enum proto_result parse(const char *p, size_t n, size_t *consumed, struct proto_state *st)
{
	uint8_t *exact = malloc(n); /* so that a sanitizer sees what is read behind it */
	enum proto_result r;
	uint64_t skip;

	assert_non_null(exact);
	memcpy(exact, p, n);
	r = socks_probe(exact, n);
	if (r == PROTO_OK)
		r = socks_parse(exact, n, st, consumed, &skip, NULL);
	free(exact);
	return r;
}

/* Cut anywhere, or with a byte behind it, it is none. */
static void whole_or_not_at_all(void **state)
{
	char longer[64] = { 0 };
	size_t n, consumed = 0;
	(void)state;

	for (size_t i = 0; i < WAYS; i++) {
		const char *p = last_of(i, &n);
		struct proto_state st = { 0 };
		for (size_t cut = 1; cut < n; cut++)
			if (cut != 3 || memcmp(p, "\5\1\0", 3) != 0) /* that is a greeting, too */
				assert_int_equal(parse(p, cut, &consumed, &st), PROTO_SKIP);
		assert_false(st.proxied);
		memcpy(longer, p, n);
		assert_int_equal(parse(longer, n + 1, &consumed, &st), PROTO_SKIP);
		assert_int_equal(parse(p, n, &consumed, &st), PROTO_PASS);
		assert_int_equal(consumed, n);
		assert_true(st.proxied);
	}
}

static void what_is_none(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} others[] = {
		{ BYTES("\5\2\0\1\xc0\0\2\7\x01\xbb") },    /* BIND */
		{ BYTES("\5\1\1\1\xc0\0\2\7\x01\xbb") },    /* not reserved */
		{ BYTES("\5\1\0\2\xc0\0\2\7\x01\xbb") },    /* no such type */
		{ BYTES("\5\1\0\1\xc0\0\2\7\0\0") },        /* no port */
		{ BYTES("\5\1\x0a") },                      /* no such method */
		{ BYTES("\5\0") },                          /* none at all */
		{ BYTES("\4\2\x01\xbb\xc0\0\2\7\0") },      /* BIND */
		{ BYTES("\4\1\0\0\xc0\0\2\7\0") },          /* no port */
		{ BYTES("\4\1\x01\xbb\xc0\0\2\7\x01z\0") }, /* no text */
		{ BYTES("\4\1\x01\xbb\0\0\0\1\0a\n\0") },
		{ BYTES("\6\1\0") },
	};
	char endless[600] = "\4\1\x01\xbb\xc0\0\2\7";
	struct proto_state st = { 0 };
	size_t consumed = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(parse(others[i].p, others[i].n, &consumed, &st), PROTO_SKIP);
	memset(endless + 8, 'u', sizeof(endless) - 9);
	assert_int_equal(parse(endless, sizeof(endless), &consumed, &st), PROTO_SKIP);
	assert_false(st.proxied);
	assert_int_equal(socks_probe((const uint8_t *)"", 0), PROTO_SKIP);
	assert_int_equal(socks_parse((const uint8_t *)"\4", 1, &st, &consumed, &(uint64_t){ 0 }, NULL),
			 PROTO_BAD);
}

/* Who does not wait for the proxy's word says all at once. */
static void a_hello_may_stand_behind_it(void **state)
{
	static const char both[] =
		"\5\1\0\1\xc0\0\2\7\x01\xbb"
		"\x16\x03\x01\0\x43\1\0\0\x3f\3\3"
		"0123456789abcdef0123456789abcdef\0\0\2\x13\1\1\0\0\x14\0\0\0\x10\0\x0e\0\0\x0bjw.x.edu.cn";
	struct lab *l = lab_new();
	(void)state;

	send_flags(l, ISN, SYN);
	send_bytes(l, START, both, sizeof(both) - 1);
	lab_expect(l, "tls [jw.x.edu.cn] 0303 proxied\n");
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behind_each_way),
		cmocka_unit_test(whole_or_not_at_all),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(a_hello_may_stand_behind_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
