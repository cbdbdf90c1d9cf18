/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const struct {
	const char *text, *want; /* NULL: no address */
} spellings[] = {
	{ "127.0.0.1", "127.0.0.1" },
	{ "127.1", "127.0.0.1" },
	{ "127.0.1", "127.0.0.1" },
	{ "2130706433", "127.0.0.1" },
	{ "0x7f000001", "127.0.0.1" },
	{ "0X7F000001", "127.0.0.1" },
	{ "0x7f.1", "127.0.0.1" },
	{ "0177.0.0.1", "127.0.0.1" },
	{ "017700000001", "127.0.0.1" },
	{ "0000000000000177.0.0.01", "127.0.0.1" },
	{ "127.0.0.1.", "127.0.0.1" },
	{ "0", "0.0.0.0" },
	{ "0x", "0.0.0.0" },
	{ "0.", "0.0.0.0" },
	{ "10.65535", "10.0.255.255" },
	{ "10.1.65535", "10.1.255.255" },
	{ "10.16777215", "10.255.255.255" },
	{ "4294967295", "255.255.255.255" },
	{ "0xa9.254.0251.0xfe", "169.254.169.254" },
	{ "::1", "::1" },
	{ "[::1]", "::1" },
	{ "[::ffff:127.0.0.1]", "127.0.0.1" },
	{ "[::ffff:7f00:1]", "127.0.0.1" },
	{ "[0:0:0:0:0:FFFF:7F00:0001]", "127.0.0.1" },
	{ "2001:DB8::1", "2001:db8::1" },
	{ "4294967296", NULL },
	{ "99999999999999999999999999", NULL },
	{ "256.0.0.1", NULL },
	{ "10.0.0.256", NULL },
	{ "10.16777216", NULL },
	{ "10.1.65536", NULL },
	{ "1.2.3.4.5", NULL },
	{ "1.2.3.4..", NULL },
	{ "1..2", NULL },
	{ ".1", NULL },
	{ ".", NULL },
	{ "", NULL },
	{ "08", NULL },
	{ "0x7g", NULL },
	{ "127.0.0.1 ", NULL },
	{ " 127.0.0.1", NULL },
	{ "127.0.0.1x", NULL },
	{ "+1", NULL },
	{ "-1", NULL },
	{ "[127.0.0.1]", NULL },
	{ "[::1", NULL },
	{ "::1]", NULL },
	{ "[]", NULL },
	{ "[::1%lo]", NULL },
	{ "fe80::1%eth0", NULL },
	{ "[fe80::1%25eth0]", NULL },
	{ "[::1].", NULL },
	{ "1.2.3.4:80", NULL },
	{ "example.edu.cn", NULL },
};

static void test_every_spelling_of_an_address(void **state)
{
	uint8_t addr[16];
	char text[TEXT_ADDR_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		bool ok = address_parse(spellings[i].text, addr);
		if (ok != (spellings[i].want != NULL))
			fail_msg("%s: %d", spellings[i].text, ok);
		if (!ok)
			continue;
		text_addr(text, addr);
		assert_string_equal(text, spellings[i].want);
	}
}

/* The C library's reading is the oracle: what it takes without rest, we take alike. */
static void test_inet_aton_agrees(void **state)
{
	static const char letters[] = "0127x.8fF9";
	unsigned seed = 7;
	char text[16];
	unsigned agreed = 0;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		struct in_addr a;
		uint8_t addr[16];
		size_t n = (unsigned)rand_r(&seed) % 12 + 1;
		for (size_t i = 0; i < n; i++)
			text[i] = letters[(unsigned)rand_r(&seed) % (sizeof(letters) - 1)];
		text[n] = '\0';
		if (!inet_aton(text, &a))
			continue;
		if (!address_parse(text, addr) || memcmp(addr + 12, &a, 4) != 0)
			fail_msg("%s", text);
		agreed++;
	}
	assert_true(agreed > 1000);
}

static void test_what_ends_in_a_number_is_no_name(void **state)
{
	static const char *const yes[] = { "1",    "1.2.3.4", "256.1.1.1", "a.1", "a.0x1F",
					   "a.0x", "08",      "a.9.",      "::",  "[x]:1" };
	static const char *const no[] = { "", ".", "a", "a.b", "1.a", "0xg", "a.1b", "example.com." };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!address_like(yes[i]))
			fail_msg("%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (address_like(no[i]))
			fail_msg("%s", no[i]);
}

/* First and last address of each block, and what lies on both sides of it. */
static const struct {
	const char *text;
	enum address_class want;
} members[] = {
	{ "0.0.0.0", ADDRESS_UNSPECIFIED },
	{ "0.255.255.255", ADDRESS_UNSPECIFIED },
	{ "1.0.0.0", ADDRESS_PUBLIC },
	{ "9.255.255.255", ADDRESS_PUBLIC },
	{ "10.0.0.0", ADDRESS_PRIVATE },
	{ "10.255.255.255", ADDRESS_PRIVATE },
	{ "11.0.0.0", ADDRESS_PUBLIC },
	{ "100.63.255.255", ADDRESS_PUBLIC },
	{ "100.64.0.0", ADDRESS_SHARED },
	{ "100.100.100.200", ADDRESS_METADATA },
	{ "100.127.255.255", ADDRESS_SHARED },
	{ "100.128.0.0", ADDRESS_PUBLIC },
	{ "126.255.255.255", ADDRESS_PUBLIC },
	{ "127.0.0.0", ADDRESS_LOOPBACK },
	{ "127.255.255.255", ADDRESS_LOOPBACK },
	{ "128.0.0.0", ADDRESS_PUBLIC },
	{ "168.63.129.16", ADDRESS_METADATA },
	{ "169.253.255.255", ADDRESS_PUBLIC },
	{ "169.254.0.0", ADDRESS_LINK_LOCAL },
	{ "169.254.169.254", ADDRESS_METADATA },
	{ "169.255.0.0", ADDRESS_PUBLIC },
	{ "172.15.255.255", ADDRESS_PUBLIC },
	{ "172.16.0.0", ADDRESS_PRIVATE },
	{ "172.31.255.255", ADDRESS_PRIVATE },
	{ "172.32.0.0", ADDRESS_PUBLIC },
	{ "192.0.0.1", ADDRESS_RESERVED },
	{ "192.0.2.1", ADDRESS_DOCUMENTATION },
	{ "192.0.3.0", ADDRESS_PUBLIC },
	{ "192.88.99.1", ADDRESS_RESERVED },
	{ "192.168.255.255", ADDRESS_PRIVATE },
	{ "192.169.0.0", ADDRESS_PUBLIC },
	{ "198.17.255.255", ADDRESS_PUBLIC },
	{ "198.18.0.0", ADDRESS_BENCHMARK },
	{ "198.19.255.255", ADDRESS_BENCHMARK },
	{ "198.20.0.0", ADDRESS_PUBLIC },
	{ "198.51.100.9", ADDRESS_DOCUMENTATION },
	{ "203.0.113.9", ADDRESS_DOCUMENTATION },
	{ "223.255.255.255", ADDRESS_PUBLIC },
	{ "224.0.0.1", ADDRESS_MULTICAST },
	{ "239.255.255.255", ADDRESS_MULTICAST },
	{ "240.0.0.1", ADDRESS_RESERVED },
	{ "255.255.255.254", ADDRESS_RESERVED },
	{ "255.255.255.255", ADDRESS_BROADCAST },
	{ "202.112.0.44", ADDRESS_PUBLIC },
	{ "::", ADDRESS_UNSPECIFIED },
	{ "::1", ADDRESS_LOOPBACK },
	{ "::2", ADDRESS_EMBEDDED },
	{ "::127.0.0.1", ADDRESS_EMBEDDED },
	{ "::8.8.8.8", ADDRESS_EMBEDDED },
	{ "::ffff:10.0.0.1", ADDRESS_PRIVATE },
	{ "::ffff:8.8.8.8", ADDRESS_PUBLIC },
	{ "::ffff:0:127.0.0.1", ADDRESS_EMBEDDED },
	{ "64:ff9b::8.8.8.8", ADDRESS_PUBLIC },
	{ "64:ff9b::127.0.0.1", ADDRESS_EMBEDDED },
	{ "64:ff9b::169.254.169.254", ADDRESS_EMBEDDED },
	{ "64:ff9b::10.1.2.3", ADDRESS_EMBEDDED },
	{ "64:ff9b:1::8.8.8.8", ADDRESS_EMBEDDED },
	{ "64:ff9c::1", ADDRESS_RESERVED },
	{ "100::1", ADDRESS_DISCARD },
	{ "100:0:0:1::1", ADDRESS_RESERVED },
	{ "2001::1", ADDRESS_EMBEDDED },
	{ "2001:0:808:808:0:0:f7f7:f7f7", ADDRESS_PUBLIC },   /* Teredo: 8.8.8.8 at 8.8.8.8 */
	{ "2001:0:808:808:0:0:80ff:fffe", ADDRESS_EMBEDDED }, /* client 127.0.0.1 */
	{ "2001:0:7f00:1:0:0:f7f7:f7f7", ADDRESS_EMBEDDED },  /* server 127.0.0.1 */
	{ "2001:2::1", ADDRESS_BENCHMARK },
	{ "2001:10::1", ADDRESS_RESERVED },
	{ "2001:1ff::1", ADDRESS_RESERVED },
	{ "2001:200::1", ADDRESS_PUBLIC },
	{ "2001:da8::1", ADDRESS_PUBLIC },
	{ "2001:db8::1", ADDRESS_DOCUMENTATION },
	{ "2001:da8::5efe:8.8.8.8", ADDRESS_PUBLIC }, /* ISATAP */
	{ "2001:da8::200:5efe:8.8.8.8", ADDRESS_PUBLIC },
	{ "2001:da8::5efe:10.0.0.1", ADDRESS_EMBEDDED },
	{ "2001:da8::200:5efe:127.0.0.1", ADDRESS_EMBEDDED },
	{ "2001:da8::100:5efe:10.0.0.1", ADDRESS_PUBLIC }, /* anybody's */
	{ "2001:db8::5efe:10.0.0.1", ADDRESS_DOCUMENTATION },
	{ "fe80::5efe:8.8.8.8", ADDRESS_LINK_LOCAL },
	{ "2002:808:808::1", ADDRESS_PUBLIC },
	{ "2002:7f00:1::1", ADDRESS_EMBEDDED },
	{ "2002:c0a8:101::1", ADDRESS_EMBEDDED },
	{ "3fff::1", ADDRESS_DOCUMENTATION },
	{ "3fff:1000::1", ADDRESS_PUBLIC },
	{ "4000::1", ADDRESS_RESERVED },
	{ "5f00::1", ADDRESS_RESERVED },
	{ "fc00::1", ADDRESS_UNIQUE_LOCAL },
	{ "fd00:ec2::254", ADDRESS_METADATA },
	{ "fd00:ec2::253", ADDRESS_UNIQUE_LOCAL },
	{ "fd20:ce::254", ADDRESS_METADATA },
	{ "fe00::1", ADDRESS_RESERVED },
	{ "fe80::1", ADDRESS_LINK_LOCAL },
	{ "febf::1", ADDRESS_LINK_LOCAL },
	{ "fec0::1", ADDRESS_PRIVATE },
	{ "ff02::1", ADDRESS_MULTICAST },
};

static void test_classes(void **state)
{
	uint8_t addr[16];

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		assert_true(address_parse(members[i].text, addr));
		if (address_class(addr) != members[i].want)
			fail_msg("%s is %s, not %s", members[i].text, address_class_name(address_class(addr)),
				 address_class_name(members[i].want));
	}
}

static void test_every_class_has_its_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADDRESS_CLASS_COUNT; i++) {
		assert_non_null(address_class_name(i));
		assert_non_null(address_class_zh(i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(address_class_name(i), address_class_name(j));
	}
	assert_string_equal(address_class_name(ADDRESS_CLASS_COUNT), "?");
	assert_string_equal(address_class_zh(ADDRESS_CLASS_COUNT), "?");
	assert_false(address_class_ownable(ADDRESS_CLASS_COUNT));
	assert_false(address_class_ownable(ADDRESS_LOOPBACK));
	assert_false(address_class_ownable(ADDRESS_LINK_LOCAL));
	assert_false(address_class_ownable(ADDRESS_METADATA));
	assert_false(address_class_ownable(ADDRESS_MULTICAST));
}

static bool holds(const char *net, const char *text)
{
	struct address_net n;
	uint8_t addr[16];

	assert_true(address_net_parse(net, &n));
	assert_true(address_parse(text, addr));
	return address_net_holds(&n, addr);
}

static void test_prefixes(void **state)
{
	static const char *const bad[] = { "",       "10.0.0.0",     "10.0.0.0/",   "10.0.0.0/33",
					   "::/129", "/8",           "10.0.0.0/8x", "10.0.0.0/ 8",
					   "x/8",    "fe80::%lo/64", "10.0.0.0/-1" };
	struct address_net n;

	(void)state;
	assert_true(holds("10.0.0.0/8", "10.255.0.1"));
	assert_false(holds("10.0.0.0/8", "11.0.0.1"));
	assert_true(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
	assert_false(holds("10.0.0.0/8", "::10.1.1.1"));
	assert_true(holds("172.16.0.0/12", "172.31.255.255"));
	assert_false(holds("172.16.0.0/12", "172.32.0.0"));
	assert_true(holds("10.1.2.3/32", "10.1.2.3"));
	assert_false(holds("10.1.2.3/32", "10.1.2.2"));
	assert_true(holds("2001:da8:8000::/33", "2001:da8:8000:1::1"));
	assert_false(holds("2001:da8:8000::/33", "2001:da8:7fff::1"));
	assert_true(holds("fc00::/7", "fdff::1"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (address_net_parse(bad[i], &n))
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_spelling_of_an_address),
		cmocka_unit_test(test_inet_aton_agrees),
		cmocka_unit_test(test_what_ends_in_a_number_is_no_name),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_every_class_has_its_names),
		cmocka_unit_test(test_prefixes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
