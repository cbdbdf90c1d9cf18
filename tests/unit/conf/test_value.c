/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct row {
	bool (*valid)(const char *);
	const char *text;
	bool want;
};

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct row rows[] = {
	{ value_domain, "example.edu.cn", true },
	{ value_domain, "xn--fiq228c.cn", true },
	{ value_domain, L63 ".cn", true },
	{ value_domain, L63 "a.cn", false },
	{ value_domain, L63 "." L63 "." L63 "." L63 ".cn", false },
	{ value_domain, "cn", false },
	{ value_domain, "", false },
	{ value_domain, ".edu.cn", false },
	{ value_domain, "edu.cn.", false },
	{ value_domain, "a..cn", false },
	{ value_domain, "-a.cn", false },
	{ value_domain, "a-.cn", false },
	{ value_domain, "edu.cn", true },
	{ value_campus, "example.edu.cn", true },
	{ value_campus, "example.cn", true },
	{ value_campus, "edu.cn", false },
	{ value_campus, "com.cn", false },
	{ value_campus, "cn", false },
	{ value_campus_prefix, "10.0.0.0/8", true },
	{ value_campus_prefix, "fc00::/7", true },
	{ value_campus_prefix, "10.0.0.1/32", true },
	{ value_campus_prefix, "0.0.0.0/0", false },
	{ value_campus_prefix, "8.0.0.0/7", false },
	{ value_campus_prefix, "::/0", false },
	{ value_campus_prefix, "2000::/3", false },
	{ value_campus_prefix, "10.0.0.1/8", false },
	{ value_campus_prefix, "::ffff:0.0.0.0/96", false }, /* all of IPv4 */
	{ value_campus_prefix, "::ffff:128.0.0.0/97", false },
	{ value_campus_prefix, "::ffff:10.0.0.0/103", false },
	{ value_campus_prefix, "::ffff:10.0.0.0/104", true },
	{ value_campus_prefix, "::ffff:10.1.0.0/112", true },
	{ value_campus_prefix, "::fffe:0:0/95", false },
	{ value_campus_prefix, "::/80", false },
	{ value_campus_prefix, "::/8", false },
	{ value_campus_prefix, "::/7", false },
	{ value_campus_prefix, "::/97", true },
	{ value_campus_prefix, "100::/8", true },
	{ value_domain, "A.cn", false },
	{ value_domain, "a_b.cn", false },
	{ value_domain, "10.0.0.1", false },
	{ value_domain, "学校.cn", false },
	{ value_host, "a_b.cn", true },
	{ value_host, "localhost", true },
	{ value_host, "1.2.3.4", false },
	{ value_label, "exampleu", true },
	{ value_label, "a.b", false },
	{ value_label, "", false },
	{ value_opt_out, "example.cn", true },
	{ value_opt_out, "10.0.0.1", true },
	{ value_opt_out, "2001:db8::1", true },
	{ value_opt_out, "10.0.0.0/8", true },
	{ value_opt_out, "2001:db8::/32", true },
	{ value_opt_out, "10.0.0.1/8", false },
	{ value_opt_out, "10.0.0", false },
	{ value_opt_out, "cn", false },
	{ value_opt_out, "", false },
	{ value_cidr, "10.0.0.0/8", true },
	{ value_cidr, "0.0.0.0/0", true },
	{ value_cidr, "10.1.2.3/32", true },
	{ value_cidr, "10.128.0.0/9", true },
	{ value_cidr, "10.128.0.0/8", false },
	{ value_cidr, "10.0.0.1/31", false },
	{ value_cidr, "10.0.0.0/33", false },
	{ value_cidr, "10.0.0.0", false },
	{ value_cidr, "10.0.0.0/", false },
	{ value_cidr, "10.0.0.0/ 8", false },
	{ value_cidr, "10.0.0.0/-8", false },
	{ value_cidr, "10.0.0/8", false },
	{ value_cidr, "/8", false },
	{ value_cidr, "2001:db8::/32", true },
	{ value_cidr, "::/0", true },
	{ value_cidr, "2001:db8::1/32", false },
	{ value_cidr, "2001:db8::/129", false },
	{ value_ip, "203.0.113.9", true },
	{ value_ip, "2001:db8::1", true },
	{ value_ip, "203.0.113.256", false },
	{ value_port, "80", true },
	{ value_port, "65535", true },
	{ value_port, "65536", false },
	{ value_port, "0", false },
	{ value_port, "080", false },
	{ value_port, "", false },
	{ value_port, "80a", false },
	{ value_resolver, "10.0.0.53", true },
	{ value_resolver, "10.0.0.53:5353", true },
	{ value_resolver, "2001:db8::53", true },
	{ value_resolver, "[2001:db8::53]:53", true },
	{ value_resolver, "[2001:db8::53]", false },
	{ value_resolver, "10.0.0.53:", false },
	{ value_resolver, "[10.0.0.53]:53", false },
	{ value_resolver, "dns.example.cn", false },
	{ value_resolver, "", false },
	{ value_resolver, "2001:db8::53:70000:1:2:3:4", false },
	{ value_resolver, "[", false },
	{ value_resolver, "fe80::53%eth0", true },
	{ value_resolver, "[fe80::53%eth0]:5353", true },
	{ value_resolver, "fe80::53", false },
	{ value_resolver, "[fe80::53]:5353", false },
	{ value_resolver, "fe80::53%", false },
	{ value_resolver, "fe80::53%eth0:53", false },
	{ value_resolver, "2001:db8::53%eth0", false },
	{ value_resolver, "10.0.0.53%eth0", false },
	{ value_resolver, "%eth0", false },
	{ value_hours, "00:00-24:00", true },
	{ value_hours, "22:00-06:00", true },
	{ value_hours, "08:00-08:00", false },
	{ value_hours, "24:00-08:00", false },
	{ value_hours, "08:60-09:00", false },
	{ value_hours, "8:00-9:00", false },
	{ value_hours, "08:00-09:00x", false },
	{ value_hours, "", false },
	{ value_endpoint, "https://mp.weixin.qq.com/x?a=b&appid=", true },
	{ value_endpoint, "http://127.0.0.1:8080/", true },
	{ value_endpoint, "https://[2001:db8::1]:8443/", true },
	{ value_endpoint, "https://[2001:db8::1]/", true },
	{ value_endpoint, "https://[2001:db8::1/", false },
	{ value_endpoint, "https://a.cn:99999/", false },
	{ value_endpoint, "https://a.cn:/", false },
	{ value_endpoint, "https://a.cn:80:80/", false },
	{ value_endpoint, "ftp://a.cn/", false },
	{ value_endpoint, "https://", false },
	{ value_endpoint, "https:///x", false },
	{ value_endpoint, "https://a@b.cn/", false },
	{ value_endpoint, "https://a.cn/ x", false },
	{ value_contact, "https://nic.example.edu.cn/beiand", true },
	{ value_contact, "nic@example.edu.cn", true },
	{ value_contact, "@example.edu.cn", false },
	{ value_contact, "nic@", false },
	{ value_contact, "nic", false },
	{ value_contact, "https://a.cn/(x)", false },
	{ value_contact, "a b@example.cn", false },
	{ value_path, "/var/lib/x", true },
	{ value_path, "var/lib/x", false },
	{ value_path, "/var/../x", false },
	{ value_path, "/var/..", false },
	{ value_path, "/var/..x", true },
	{ value_path, "/var//x", false },
	{ value_path, "", false },
	{ value_socket, "/" L63 L63, false },
	{ value_socket, "/" L63, true },
	{ value_interface, "eth1", true },
	{ value_interface, "abcdefghijklmno", true },
	{ value_interface, "abcdefghijklmnop", false },
	{ value_interface, "a/b", false },
	{ value_interface, "", false },
	{ value_facility, "local7", true },
	{ value_facility, "local8", false },
	{ value_level, "warn", true },
	{ value_level, "", false },
	{ value_word, "moe-2019", true },
	{ value_word, "a b", false },
	{ value_word, "", false },
	{ value_package, "com.chaoxing.mobile", true },
	{ value_package, "com.a_b", true },
	{ value_package, "com", false },
	{ value_package, "com.", false },
	{ value_package, "com..a", false },
	{ value_package, "com.1a", false },
	{ value_package, "com.a-b", false },
	{ value_package, "", false },
	{ value_bundle, "com.a-b.1c", true },
	{ value_bundle, "com", false },
	{ value_bundle, "com.a b", false },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].valid(rows[i].text) != rows[i].want)
			fail_msg("row %zu: \"%s\" should be %d", i, rows[i].text, rows[i].want);
}

static void test_net_holds(void **state)
{
	static const struct {
		const char *net, *ip;
		bool want;
	} nets[] = {
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },
		{ "10.1.2.128/25", "10.1.2.200", true },
		{ "10.1.2.128/25", "10.1.2.100", false },
		{ "10.1.2.3", "10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.4", false },
		{ "0.0.0.0/0", "1.2.3.4", true },
		{ "0.0.0.0/0", "::1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "10.0.0.1/8", "10.0.0.1", false },
		{ "example.cn", "10.0.0.1", false },
		{ "10.0.0.0/8", "example.cn", false },
		{ "10.0.0.0/33", "10.0.0.1", false },
		{ "", "10.0.0.1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (value_net_holds(nets[i].net, nets[i].ip) != nets[i].want)
			fail_msg("%s in %s", nets[i].ip, nets[i].net);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_holds), cmocka_unit_test(test_values) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
