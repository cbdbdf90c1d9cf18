/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/http_head.h"

struct two {
	struct dissect_str a, b;
};

static const struct http_head_row rows[] = { HTTP_HEAD_ROW("a", struct two, a),
					     HTTP_HEAD_ROW("b-c", struct two, b) };

static struct dissect_str str(const char *s) { return (struct dissect_str){ (const uint8_t *)s, strlen(s) }; }

static void expect(const char *text, const char *want, unsigned bad)
{
	struct http_head_fold fold = { .n = 0 };
	uint8_t *exact = seen_exact(text, strlen(text));
	struct rd r = rd_init(exact, strlen(text));
	struct two two = { { NULL, 0 }, { NULL, 0 } };
	struct buf b = { 0 };

	assert_int_equal(http_head_fields(&r, rows, 2, &two, &fold), bad);
	seen_str(&b, two.a);
	seen_str(&b, two.b);
	assert_string_equal(b.p, want);
	buf_clear(&b);
	free(exact);
}

static void test_fields(void **state)
{
	(void)state;
	expect("A: 1\r\nB-C:2\r\n\r\n", " [1] [2]", 0);
	expect("a:1\nA:2\n\n", " [1] -", 0);
	expect("A\t : 1\r\nab: 2\r\nb-c:\r\n\r\n", " [1] []", 0);
	expect("A 1\r\n: 2\r\n(x): 3\r\nb-c:x:y\r\n\r\n", " - [x:y]", 3);
	expect("A: one\r\n  two\r\n\tthree\r\nB-C: x\r\n\r\n", " [one two three] [x]", 0);
	expect("A: cut", " - -", 1);
	expect("", " - -", 0);
	expect("\r\n", " - -", 0);
}

static void test_line_without_end(void **state)
{
	struct rd r = rd_init("ab\r\n\nc", 6);
	(void)state;

	assert_int_equal(http_head_line(&r).n, 2);
	assert_int_equal(http_head_line(&r).n, 0);
	assert_true(rd_ok(&r));
	http_head_line(&r);
	assert_false(rd_ok(&r));
	http_head_line(&r);
}

static void test_words(void **state)
{
	(void)state;
	assert_true(http_head_is_word(str("ChUnked"), "chunked"));
	assert_false(http_head_is_word(str("chunked "), "chunked"));
	assert_true(http_head_has_word(str("gzip , Chunked;q=1"), "chunked"));
	assert_true(http_head_has_word(str("text/html; charset=x"), "text/html"));
	assert_false(http_head_has_word(str("text/html-x"), "text/html"));
	assert_false(http_head_has_word((struct dissect_str){ NULL, 0 }, "x"));
	assert_false(http_head_has_word(str(""), "x"));
	assert_true(http_head_starts(str("HTTP/1.1"), "HTTP/1."));
	assert_false(http_head_starts(str("HTTP/1"), "HTTP/1."));
}

static void test_tchars(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		bool mark = c != 0 && c < 128 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
		assert_int_equal(http_head_is_tchar((uint8_t)c), alnum || mark);
	}
}

static void test_numbers(void **state)
{
	uint64_t n;
	(void)state;

	assert_true(http_head_number(str("12x"), 10, &n) && n == 12);
	assert_true(http_head_number(str("fFg"), 16, &n) && n == 255);
	assert_true(http_head_number(str("18446744073709551615"), 10, &n) && n == UINT64_MAX);
	assert_false(http_head_number(str("18446744073709551616"), 10, &n));
	assert_false(http_head_number(str("10000000000000000"), 16, &n));
	assert_false(http_head_number(str("-1"), 10, &n));
	assert_false(http_head_number(str(""), 10, &n));
}

/* The end is found wherever an earlier call stopped. */
static void test_end(void **state)
{
	static const char *const heads[] = { "GET\r\nA: b\r\n\r\nbody", "GET\nA: b\n\nbody",
					     "GET\r\nA: b\n\r\nbody" };
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		size_t end = (size_t)(strstr(heads[i], "body") - heads[i]);
		for (size_t from = 0; from + 3 <= end; from++)
			assert_int_equal(http_head_end((const uint8_t *)heads[i], strlen(heads[i]), from),
					 end);
		for (size_t n = 0; n < end; n++)
			assert_int_equal(http_head_end((const uint8_t *)heads[i], n, 0), 0);
	}
	assert_int_equal(http_head_breaks((const uint8_t *)"\r\n\nx", 4), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),  cmocka_unit_test(test_line_without_end),
		cmocka_unit_test(test_words),   cmocka_unit_test(test_tchars),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
