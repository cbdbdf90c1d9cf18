/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_find(void **state)
{
	struct index ix = { 0 };
	const struct index_entry *e;
	size_t n;
	(void)state;

	index_add(&ix, "b", 3);
	index_add(&ix, "a", 9);
	index_add(&ix, "b", 1);
	index_sort(&ix);
	e = index_find(&ix, "b", &n);
	assert_int_equal(n, 2);
	assert_int_equal(e[0].value, 1);
	assert_int_equal(e[1].value, 3);
	assert_null(index_find(&ix, "c", &n));
	assert_int_equal(n, 0);
	assert_null(index_find(&ix, "", &n));
	index_clear(&ix);
}

static void longest_suffix(uint64_t seed)
{
	struct index ix = { .seed = seed };

	assert_null(index_find_suffix(&ix, "a.cn"));
	index_add(&ix, "qq.com", 1);
	index_add(&ix, "weixiao.qq.com", 2);
	index_sort(&ix);
	assert_int_equal(index_find_suffix(&ix, "qq.com")->value, 1);
	assert_int_equal(index_find_suffix(&ix, "mail.qq.com")->value, 1);
	assert_int_equal(index_find_suffix(&ix, "m.weixiao.qq.com")->value, 2);
	assert_int_equal(index_find_suffix(&ix, "xweixiao.qq.com")->value, 1);
	assert_null(index_find_suffix(&ix, "aqq.com"));
	assert_null(index_find_suffix(&ix, "com"));
	assert_null(index_find_suffix(&ix, ""));
	assert_null(index_find_suffix(&ix, "qq.com."));
	index_clear(&ix);
}

static void test_longest_suffix(void **state)
{
	(void)state;
	longest_suffix(0);
	longest_suffix(UINT64_C(0x9e3779b97f4a7c15));
}

/* Keys whose labels are longer than what is hashed at a time, and alike but for one byte anywhere. */
static void test_alike(void **state)
{
	static const char base[] = "abcdefghijklmnopqrstuvwx.yz0123456789abcdef.cn";
	const size_t length = sizeof(base) - 1;
	struct index ix = { .seed = 7 };
	char name[sizeof(base) + 2];
	size_t n;

	(void)state;
	for (size_t i = 0; i < length; i++) {
		memcpy(name, base, sizeof(base));
		name[i] = name[i] == '.' ? '-' : '_';
		index_add(&ix, name, i);
	}
	index_sort(&ix);
	for (size_t i = 0; i < length; i++) {
		memcpy(name + 2, base, sizeof(base));
		memcpy(name, "w.", 2);
		name[2 + i] = name[2 + i] == '.' ? '-' : '_';
		assert_int_equal(index_find(&ix, name + 2, &n)->value, i);
		assert_int_equal(n, 1);
		assert_int_equal(index_find_suffix(&ix, name)->value, i);
	}
	assert_null(index_find(&ix, base, &n));
	assert_null(index_find_suffix(&ix, base));
	index_clear(&ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_longest_suffix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
