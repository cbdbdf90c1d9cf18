/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>

#include "store/prefix.h"
#include "tests/unit/store/fixture.h"

static bool has(const char *cidr, const char *address)
{
	struct conf_list list = { .count = 1 };
	struct prefix_set *p;
	uint8_t addr[16] = { [10] = 0xff, [11] = 0xff };
	char copy[64];
	bool in;

	snprintf(copy, sizeof(copy), "%s", cidr);
	list.item[0] = copy;
	p = prefix_set_new(&list);
	if (inet_pton(AF_INET, address, addr + 12) != 1)
		assert_int_equal(inet_pton(AF_INET6, address, addr), 1);
	in = prefix_set_has(p, addr);
	prefix_set_free(p);
	return in;
}

static void prefixes(void **state)
{
	(void)state;
	assert_true(has("10.0.0.0/8", "10.255.1.2"));
	assert_false(has("10.0.0.0/8", "11.0.0.1"));
	assert_true(has("192.0.2.128/25", "192.0.2.200"));
	assert_false(has("192.0.2.128/25", "192.0.2.127"));
	assert_true(has("192.0.2.7", "192.0.2.7"));
	assert_false(has("192.0.2.7", "192.0.2.6"));
	assert_true(has("0.0.0.0/0", "203.0.113.9"));
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(has("::/0", "2001:db8::1"));
}

static void what_is_no_prefix_matches_nothing(void **state)
{
	static const char *const bad[] = { "",    "/",      "10.0.0.0/",   "10.0.0.0/33", "10.0.0.0/8x",
					   "x/8", "::/129", "10.0.0.0.0/8" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(has(bad[i], "10.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),
		cmocka_unit_test(what_is_no_prefix_matches_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
