/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/dns_name.h"

/* Reads the name at `at` from memory that ends with the message; "" when it is none. */
static const char *get(const void *message, size_t n, size_t at, enum dns_name_rule rule, size_t *behind)
{
	static char text[1100];
	uint8_t *exact = seen_exact(message, n);
	struct rd r = rd_init(exact, n);
	struct dns_name name;

	rd_skip(&r, at);
	text[0] = '\0';
	if (dns_name_get(&r, &name, rule)) {
		struct dissect_str s = dns_name_str(&name);
		assert_true(rd_ok(&r));
		assert_int_equal(name.at, at);
		text_hex_escape(text, sizeof(text), s.p, s.n);
	} else {
		assert_false(rd_ok(&r));
	}
	*behind = rd_pos(&r);
	free(exact);
	return text;
}

/* Each length of a label, so that the steps of eight bytes and what is left over are gone through; each byte
 * value. */
static void test_lower_case(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 63; n++) {
		uint8_t wire[65];
		char want[1100];
		size_t behind;
		for (unsigned first = 0; first < 256; first += n) {
			wire[0] = (uint8_t)n;
			for (unsigned i = 0; i < n; i++)
				wire[1 + i] = (uint8_t)(first + i);
			wire[1 + n] = 0;
			uint8_t lower[64];
			for (unsigned i = 0; i < n; i++)
				lower[i] = wire[1 + i] >= 'A' && wire[1 + i] <= 'Z' ? wire[1 + i] + 32
										    : wire[1 + i];
			text_hex_escape(want, sizeof(want), lower, n);
			assert_string_equal(get(wire, n + 2, 0, DNS_NAME_BACK, &behind), want);
			assert_int_equal(behind, n + 2);
		}
	}
}

static void test_pointers(void **state)
{
	static const char m[] = "\3Cn.\0\2Ab\xc0\0\xc0\5\xc0\x11\1z\0";
	size_t behind;
	(void)state;

	assert_string_equal(get(m, sizeof(m) - 1, 5, DNS_NAME_BACK, &behind), "ab.cn.");
	assert_int_equal(behind, 10);
	assert_string_equal(get(m, sizeof(m) - 1, 10, DNS_NAME_BACK, &behind), "ab.cn.");
	assert_int_equal(behind, 12);
	assert_string_equal(get(m, sizeof(m) - 1, 12, DNS_NAME_BACK, &behind), "");
	assert_string_equal(get("\xc0\2\1z\0", 5, 0, DNS_NAME_ANY, &behind), "z");
	assert_int_equal(behind, 2);
	assert_string_equal(get("\xc0\2\xc0\0", 4, 0, DNS_NAME_ANY, &behind), ""); /* round and round */
	assert_string_equal(get("\xc0\x09\0", 3, 0, DNS_NAME_ANY, &behind), "");   /* outside */
	assert_string_equal(get("\0", 1, 0, DNS_NAME_BACK, &behind), ".");
}

static void test_truncated_at_every_length(void **state)
{
	static const char m[] = "\2ab\3cde\0";
	size_t behind;
	(void)state;

	for (size_t n = 0; n < sizeof(m) - 1; n++)
		assert_string_equal(get(m, n, 0, DNS_NAME_BACK, &behind), "");
	assert_string_equal(get(m, sizeof(m) - 1, 0, DNS_NAME_BACK, &behind), "ab.cde");
	assert_int_equal(behind, 8);
	assert_string_equal(get("\xc0", 1, 0, DNS_NAME_ANY, &behind), "");
}

static void test_same(void **state)
{
	static const char m[] = "\1a\0\xc0\0\xc0\1\xc0";
	struct dns_name name = { .at = 1 };
	struct rd r = rd_init(m, sizeof(m) - 1);
	(void)state;

	rd_skip(&r, 3);
	assert_false(dns_name_same(&r, &name));
	rd_skip(&r, 2);
	assert_true(dns_name_same(&r, &name));
	rd_skip(&r, 2);
	assert_false(dns_name_same(&r, &name));
	name.at = 0; /* none, or beyond the reach of pointers */
	r = rd_init("\xc0\0", 2);
	assert_false(dns_name_same(&r, &name));
}

/* A pointer has 14 bits: a name behind them has no place that one could mean. */
static void test_beyond_reach(void **state)
{
	static uint8_t m[0x4010];
	struct rd r = rd_init(m, sizeof(m));
	struct dns_name name;
	(void)state;

	rd_skip(&r, 0x4001);
	assert_true(dns_name_get(&r, &name, DNS_NAME_BACK));
	assert_int_equal(name.at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lower_case),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_beyond_reach),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
