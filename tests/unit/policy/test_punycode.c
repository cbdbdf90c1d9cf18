/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Against the samples of RFC 3492 section 7.1 that have no upper case. */
#include "policy/punycode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, const char *want)
{
	struct buf b = { 0 };
	bool ok = punycode_domain(&b, text);

	if (want == NULL)
		assert_false(ok);
	else
		assert_string_equal(b.p, want);
	buf_clear(&b);
}

static void test_rfc_samples(void **state)
{
	(void)state;
	/* B, C, G, L, O and the best known German one */
	expect("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye");
	expect("他們爲什麽不說中文", "xn--ihqwctvzc91f659drss3x8bo0yb");
	expect("なぜみんな日本語を話してくれないのか", "xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa");
	expect("3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b");
	expect("ひとつ屋根の下2", "xn--2-u9tlzr9756bt3uc0v");
	expect("bücher.example", "xn--bcher-kva.example");
}

static void test_ascii_stays(void **state)
{
	(void)state;
	expect("jw.example.edu.cn", "jw.example.edu.cn");
	expect("xn--55qw42g", "xn--55qw42g");
	expect("", "");
	expect("a..b", "a..b");
}

static void test_too_long(void **state)
{
	char text[64 * 3 + 1];
	(void)state;

	for (size_t i = 0; i < 64; i++)
		memcpy(text + 3 * i, "中", 3);
	text[64 * 3] = '\0';
	expect(text, NULL);
	memset(text, 'a', 64);
	text[64] = '\0';
	expect(text, NULL);
	expect("\xff", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_samples),
		cmocka_unit_test(test_ascii_stays),
		cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
