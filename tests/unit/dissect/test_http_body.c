/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/http_body.h"

static void expect(const char *text, size_t cap, const char *want, bool want_ended)
{
	uint8_t *exact = seen_exact(text, strlen(text)), room[64];
	bool ended;
	size_t n = http_body_join(exact, strlen(text), room, cap, &ended);

	assert_int_equal(n, strlen(want));
	assert_memory_equal(room, want, n);
	assert_int_equal(ended, want_ended);
	free(exact);
}

static void test_join(void **state)
{
	(void)state;
	expect("3\r\nabc\r\n2\nde\r\n0\r\n\r\n", 64, "abcde", true);
	expect("3\r\nabc\r\n2\nde\r\n0\r\n\r\n", 5, "abcde", false); /* full: what follows is not looked at */
	expect("3\r\nabc\r\n2\nde\r\n0\r\n\r\n", 4, "abcd", false);
	expect("3\r\nab", 64, "ab", false);
	expect("3\r\nabc\r", 64, "abc", false);
	expect("3", 64, "", false);
	expect("", 64, "", false);
	expect("no size\r\nabc", 64, "", true);
	expect("7fffffffffffffff\r\nabc", 64, "abc", false);
	expect("8000000000000000\r\nabc", 64, "", true);
}

/* Tiny chunks without end are given up. */
static void test_many_chunks(void **state)
{
	static uint8_t text[6 * 5000], room[8192];
	bool ended;
	(void)state;

	for (size_t i = 0; i < 5000; i++)
		memcpy(text + 6 * i, "1\r\nx\r\n", 6);
	assert_int_equal(http_body_join(text, sizeof(text), room, sizeof(room), &ended), 4096);
	assert_true(ended);
}

static void test_chunk(void **state)
{
	struct proto_state st = { .phase = HTTP_BODY_CHUNK };
	uint8_t line[2000];
	size_t used = 0;
	uint64_t skip = 0;
	(void)state;

	assert_int_equal(http_body_chunk((const uint8_t *)"1a;x\r\ny", 7, &st, &used, &skip), PROTO_OK);
	assert_int_equal(used, 6);
	assert_int_equal(skip, 0x1a + 2);
	assert_int_equal(http_body_chunk((const uint8_t *)"00\r\n", 4, &st, &used, &skip), PROTO_OK);
	assert_int_equal(st.phase, HTTP_BODY_TRAILER);
	assert_int_equal(http_body_trailer((const uint8_t *)"A: b", 4, &st, &used), PROTO_MORE);
	assert_int_equal(http_body_trailer((const uint8_t *)"A: b\r\n\r\n", 8, &st, &used), PROTO_OK);
	assert_int_equal(used, 6);
	assert_int_equal(http_body_trailer((const uint8_t *)"\r\n", 2, &st, &used), PROTO_OK);
	assert_int_equal(st.phase, HTTP_BODY_HEAD);
	memset(line, '1', sizeof(line));
	assert_int_equal(http_body_chunk(line, 1024, &st, &used, &skip), PROTO_MORE);
	assert_int_equal(http_body_chunk(line, 1025, &st, &used, &skip), PROTO_BAD);
}

static void test_pass(void **state)
{
	struct proto_state st = { .phase = HTTP_BODY_DOUBT, .left = 10 };
	size_t used = 0;
	uint64_t skip = 0;
	(void)state;

	assert_int_equal(http_body_pass(4, &st, &used, &skip), PROTO_OK);
	assert_int_equal(used, 4);
	assert_int_equal(skip, 6);
	assert_int_equal(st.phase, HTTP_BODY_HEAD);
	st.left = 3;
	assert_int_equal(http_body_pass(4, &st, &used, &skip), PROTO_OK);
	assert_int_equal(used, 3);
	assert_int_equal(skip, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_many_chunks),
		cmocka_unit_test(test_chunk),
		cmocka_unit_test(test_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
