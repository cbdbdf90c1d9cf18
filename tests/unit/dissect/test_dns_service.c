/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/dns_service.h"

static const struct dissect_message empty;

/* What a record's data tells, as a line; "" when it is malformed. */
static const char *get(const void *data, size_t n)
{
	static char text[512];
	struct dissect_message m = empty;
	struct dns_name target;
	uint8_t *exact = seen_exact(data, n);
	struct rd r = rd_init(exact, n);
	struct buf b = { 0 };

	buf_puts(&b, "");
	if (dns_service_get(&r, &m, &target))
		seen_service(&b, &m);
	snprintf(text, sizeof(text), "%s", b.p);
	buf_clear(&b);
	free(exact);
	return text;
}

#define GET(bytes) get(bytes, sizeof(bytes) - 1)
#define SELF       "\0\1\0" /* priority 1, the owner itself */

/* ECHConfig of version fe0d: config_id 7, key of 2 bytes, one suite, public_name */
#define CONFIG       "\xfe\x0d\0\x15\7\0\x20\0\2kk\0\4\0\1\0\1\0\4p.cn\0\0"
#define OTHER_CONFIG "\xfe\x0a\0\3abc"
/* another: config_id 255, public_name q */
#define CONFIG_Q   "\xfe\x0d\0\x12\xff\0\x20\0\2kk\0\4\0\1\0\1\0\1q\0\0"
#define BAD_CONFIG "\xfe\x0d\0\2\7\0"

static void test_forms(void **state)
{
	(void)state;
	assert_string_equal(GET("\0\0\3Out\2cn\0"), " 0 0 [out.cn] - 0 -");
	assert_string_equal(GET("\0\0\0\0\1junk"), " 0 0 [.] - 0 -"); /* the alias form has no parameters */
	assert_string_equal(GET(SELF), " 0 1 [.] - 0 -");
	assert_string_equal(GET(SELF "\0\1\0\3\2h2\0\3\0\2\1\xbb"), " 0 1 [.] [\\x02h2] 443 -");
	assert_string_equal(GET(SELF "\0\2\0\0\0\4\0\4abcd\0\6\0\x10"
				     "0123456789abcdef\2\x9a\0\1x"),
			    " 0 1 [.] - 0 -");
	assert_string_equal(GET(SELF "\0\0\0\4\0\1\0\3\0\1\0\3\2h3\0\3\0\2\0\1"), " 0 1 [.] [\\x02h3] 1 -");
}

static void test_ech(void **state)
{
	(void)state;
	assert_string_equal(GET(SELF "\0\5\0\x1b\0\x19" CONFIG), " 0 1 [.] - 0 ech 7 [p.cn]");
	assert_string_equal(GET(SELF "\0\5\0\x22\0\x20" OTHER_CONFIG CONFIG), " 0 1 [.] - 0 ech 7 [p.cn]");
	assert_string_equal(GET(SELF "\0\5\0\x09\0\x07" OTHER_CONFIG), " 0 1 [.] - 0 ech 0 -");
	assert_string_equal(GET(SELF "\0\5\0\x08\0\x06\xfe\x0d\0\2\7\0"),
			    " 0 1 [.] - 0 ech 0 -");                           /* not readable */
	assert_string_equal(GET(SELF "\0\5\0\x08\0\x06\xfe\x0d\0\3\7\0"), ""); /* longer than the list */
	assert_string_equal(GET(SELF "\0\5\0\2\0\0"), "");
	assert_string_equal(GET(SELF "\0\5\0\3\0\0\0"), "");
}

/* A client may take any of them. */
static void test_several_configs(void **state)
{
	(void)state;
	assert_string_equal(GET(SELF "\0\5\0\x31\0\x2f" CONFIG CONFIG_Q),
			    " 0 1 [.] - 0 ech 7 [p.cn] or 255 [q]");
	assert_string_equal(GET(SELF "\0\5\0\x45\0\x43" OTHER_CONFIG CONFIG_Q BAD_CONFIG OTHER_CONFIG CONFIG),
			    " 0 1 [.] - 0 ech 255 [q] or 7 [p.cn]");
	assert_string_equal(GET(SELF "\0\5\0\x66\0\x64" CONFIG CONFIG CONFIG CONFIG),
			    " 0 1 [.] - 0 ech 7 [p.cn] or 7 [p.cn] or 7 [p.cn] or 7 [p.cn]");
	assert_string_equal(GET(SELF "\0\5\0\x9c\0\x9a" CONFIG CONFIG_Q CONFIG CONFIG_Q OTHER_CONFIG CONFIG
					CONFIG_Q BAD_CONFIG),
			    " 0 1 [.] - 0 ech 7 [p.cn] or 255 [q] or 7 [p.cn] or 255 [q] and 2");
	/* the second one longer than the list, with an octet too few, and a list that ends within its head */
	assert_string_equal(GET(SELF "\0\5\0\x22\0\x20" CONFIG "\xfe\x0d\0\4\7\0\x20"), "");
	assert_string_equal(GET(SELF "\0\5\0\x31\0\x30" CONFIG CONFIG_Q), "");
	assert_string_equal(GET(SELF "\0\5\0\x31\0\x2e" CONFIG CONFIG_Q), "");
	assert_string_equal(GET(SELF "\0\5\0\x1e\0\x1c" CONFIG "\xfe\x0d\0"), "");
}

/* What found no room is counted up to 255. */
static void test_countless_configs(void **state)
{
	uint8_t data[8192] = { 0, 1, 0, 0, 5 };
	size_t n = 9;
	(void)state;

	for (int i = 0; i < 300; i++, n += sizeof(CONFIG_Q) - 1)
		memcpy(&data[n], CONFIG_Q, sizeof(CONFIG_Q) - 1);
	data[5] = (uint8_t)((n - 7) >> 8);
	data[6] = (uint8_t)(n - 7);
	data[7] = (uint8_t)((n - 9) >> 8);
	data[8] = (uint8_t)(n - 9);
	assert_string_equal(get(data, n),
			    " 0 1 [.] - 0 ech 255 [q] or 255 [q] or 255 [q] or 255 [q] and 255");
}

static void test_malformed(void **state)
{
	(void)state;
	assert_string_equal(GET(SELF "\0\3\0\2\0\1\0\1\0\3\2h2"), ""); /* keys out of order */
	assert_string_equal(GET(SELF "\0\3\0\2\0\1\0\3\0\2\0\1"), ""); /* twice */
	assert_string_equal(GET(SELF "\0\1\0\0"), "");
	assert_string_equal(GET(SELF "\0\1\0\3\0h2"), "");
	assert_string_equal(GET(SELF "\0\1\0\3\3h2"), "");
	assert_string_equal(GET(SELF "\0\2\0\1x"), "");
	assert_string_equal(GET(SELF "\0\3\0\1x"), "");
	assert_string_equal(GET(SELF "\0\3\0\3xxx"), "");
	assert_string_equal(GET(SELF "\0\4\0\0"), "");
	assert_string_equal(GET(SELF "\0\4\0\3abc"), "");
	assert_string_equal(GET(SELF "\0\6\0\4abcd"), "");
	assert_string_equal(GET(SELF "\0\0\0\0"), "");
	assert_string_equal(GET(SELF "\0\0\0\2\0\0"), "");     /* itself */
	assert_string_equal(GET(SELF "\0\0\0\4\0\3\0\1"), ""); /* out of order */
	assert_string_equal(GET(SELF "\0\0\0\3\0\1\0"), "");
	assert_string_equal(GET("\0\1\1a"), ""); /* target without end */
	assert_string_equal(GET(SELF "\0\1\0\3\2h2\0"), "");
}

/* A record that is cut is whole only where a parameter ends. */
static void test_truncated_at_every_length(void **state)
{
	static const char data[] = SELF "\0\1\0\3\2h2\0\5\0\x31\0\x2f" CONFIG CONFIG_Q;
	(void)state;

	for (size_t n = 0; n < sizeof(data) - 1; n++) {
		bool whole = n == 3 || n == 10;
		assert_int_equal(get(data, n)[0] != '\0', whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),           cmocka_unit_test(test_ech),
		cmocka_unit_test(test_several_configs), cmocka_unit_test(test_countless_configs),
		cmocka_unit_test(test_malformed),       cmocka_unit_test(test_truncated_at_every_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
