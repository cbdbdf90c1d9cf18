/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_registrable(void **state)
{
	(void)state;
	assert_string_equal(domain_registrable("jw.example.edu.cn"), "example.edu.cn");
	assert_string_equal(domain_registrable("example.edu.cn"), "example.edu.cn");
	assert_string_equal(domain_registrable("a.b.foo.github.io"), "foo.github.io");
	assert_string_equal(domain_registrable("a.xn--pss25cmzt.xn--55qw42g"), "xn--pss25cmzt.xn--55qw42g");
	assert_null(domain_registrable("edu.cn"));
	assert_null(domain_registrable("github.io"));
	assert_null(domain_registrable("localhost"));
	assert_null(domain_registrable("192.0.2.1"));
	assert_null(domain_registrable("2001:db8::1"));
	assert_null(domain_registrable(""));
}

static void test_within(void **state)
{
	(void)state;
	assert_true(domain_within("a.b.cn", "b.cn"));
	assert_true(domain_within("b.cn", "b.cn"));
	assert_false(domain_within("ab.cn", "b.cn"));
	assert_false(domain_within("b.cn", "a.b.cn"));
	assert_false(domain_within("b.cn", ""));
}

static void test_bare(void **state)
{
	(void)state;
	assert_string_equal(domain_bare("www.b.cn"), "b.cn");
	assert_string_equal(domain_bare("www.cn"), "www.cn");
	assert_string_equal(domain_bare("www2.b.cn"), "www2.b.cn");
	assert_string_equal(domain_bare("a.www.b.cn"), "a.www.b.cn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registrable),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_bare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
