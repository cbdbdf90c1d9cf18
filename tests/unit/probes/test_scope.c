/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/address.h"

static const char text[] =
	"[campus]\n"
	"domains = example.edu.cn\n"
	"prefixes = 10.0.0.0/8, 2001:da8:ff::/48, 127.0.0.0/8, 169.254.0.0/16, fc00::/7, fe80::/10\n"
	"[probe]\n"
	"ports = 80, 443, 8443\n"
	"also = Download.Vendor.cn\n"
	"opt_out = private.example.edu.cn, no.vendor.cn, gone.cn, 10.9.8.7, 10.66.0.0/16, "
	"2001:da8:ff:9::/64, 9.9.9.0/24\n";

static const char *const suffixes[] = { "Portal.Vendor.cn.", "edu.cn", "com", "", "saas.com" };
static const struct scope_run run = {
	.name = "www.school-app.cn",
	.suffix = suffixes,
	.count = sizeof(suffixes) / sizeof(suffixes[0]),
	.endpoint = "https://records.platform.com:8443/w?action=get&appid=",
};

struct fixture {
	struct conf c;
	struct scope *s;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char error[CONF_ERROR_MAX];

	if (conf_parse(&f->c, "test", text, strlen(text), error) != 0)
		return -1;
	f->s = scope_new(&f->c);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	scope_free(f->s);
	conf_clear(&f->c);
	free(f);
	return 0;
}

static const struct {
	const char *host;
	enum probe_outcome want;
} hosts[] = {
	/* the subject, in any spelling, but nothing below it */
	{ "www.school-app.cn", PROBE_DONE },
	{ "WWW.School-App.CN.", PROBE_DONE },
	{ "a.www.school-app.cn", PROBE_OUT_OF_SCOPE },
	{ "school-app.cn", PROBE_OUT_OF_SCOPE },
	/* the job's domains and what is below */
	{ "portal.vendor.cn", PROBE_DONE },
	{ "a.b.portal.vendor.cn", PROBE_DONE },
	{ "evil-portal.vendor.cn", PROBE_OUT_OF_SCOPE },
	{ "vendor.cn", PROBE_OUT_OF_SCOPE },
	{ "portal.vendor.cn.evil.com", PROBE_OUT_OF_SCOPE },
	{ "x.saas.com", PROBE_DONE },
	/* a suffix that thousands share opens nothing */
	{ "www.other.edu.cn", PROBE_OUT_OF_SCOPE },
	{ "edu.cn", PROBE_OUT_OF_SCOPE },
	{ "www.evil.com", PROBE_OUT_OF_SCOPE },
	/* campus */
	{ "example.edu.cn", PROBE_DONE },
	{ "jwxt.example.edu.cn", PROBE_DONE },
	{ "under_score.example.edu.cn", PROBE_DONE },
	{ "evil-example.edu.cn", PROBE_OUT_OF_SCOPE },
	{ "evilexample.edu.cn", PROBE_OUT_OF_SCOPE },
	{ "example.edu.cn.evil.com", PROBE_OUT_OF_SCOPE },
	/* also */
	{ "download.vendor.cn", PROBE_DONE },
	{ "cdn.download.vendor.cn", PROBE_DONE },
	/* the endpoint's host alone */
	{ "records.platform.com", PROBE_DONE },
	{ "a.records.platform.com", PROBE_OUT_OF_SCOPE },
	{ "platform.com", PROBE_OUT_OF_SCOPE },
	/* opted out */
	{ "private.example.edu.cn", PROBE_OPTED_OUT },
	{ "a.PRIVATE.example.edu.cn", PROBE_OPTED_OUT },
	{ "notprivate.example.edu.cn", PROBE_DONE },
	{ "no.vendor.cn", PROBE_OPTED_OUT },
	/* addresses */
	{ "10.1.2.3", PROBE_DONE },
	{ "0xa.1.2.3", PROBE_DONE },
	{ "167838211", PROBE_DONE },
	{ "[2001:da8:ff::1]", PROBE_DONE },
	{ "8.8.8.8", PROBE_OUT_OF_SCOPE },
	{ "[2001:da8:fe::1]", PROBE_OUT_OF_SCOPE },
	{ "10.9.8.7", PROBE_OPTED_OUT },
	{ "0x0a090807", PROBE_OPTED_OUT },
	{ "[::ffff:10.9.8.7]", PROBE_OPTED_OUT },
	{ "10.9.8.8", PROBE_DONE },
	{ "10.66.255.1", PROBE_OPTED_OUT },
	{ "10.67.0.1", PROBE_DONE },
	{ "[2001:da8:ff:9::1]", PROBE_OPTED_OUT },
	{ "[2001:da8:ff:8::1]", PROBE_DONE },
	{ "127.0.0.1", PROBE_BAD_ADDRESS },
	{ "0x7f.1", PROBE_BAD_ADDRESS },
	{ "2130706433", PROBE_BAD_ADDRESS },
	{ "[::ffff:127.0.0.1]", PROBE_BAD_ADDRESS },
	{ "169.254.169.254", PROBE_BAD_ADDRESS },
	{ "192.168.1.1", PROBE_BAD_ADDRESS },
	{ "[::1]", PROBE_BAD_ADDRESS },
	/* no hosts at all */
	{ "", PROBE_BAD_URL },
	{ ".", PROBE_BAD_URL },
	{ "example.edu.cn..", PROBE_BAD_URL },
	{ ".example.edu.cn", PROBE_BAD_URL },
	{ "a..example.edu.cn", PROBE_BAD_URL },
	{ "a b.example.edu.cn", PROBE_BAD_URL },
	{ "a%2eexample.edu.cn", PROBE_BAD_URL },
	{ "a/example.edu.cn", PROBE_BAD_URL },
	{ "user@example.edu.cn", PROBE_BAD_URL },
	{ "example.edu.cn:80", PROBE_BAD_URL },
	{ "127.0.0.1:80", PROBE_BAD_URL },
	{ "256.1.1.1", PROBE_BAD_URL },
	{ "1.2.3.4.5", PROBE_BAD_URL },
	{ "[fe80::1%eth0]", PROBE_BAD_URL },
	{ "127\xe3\x80\x82"
	  "0.0.1",
	  PROBE_BAD_URL },
	{ "\xe5\xad\xa6\xe6\xa0\xa1.example.edu.cn", PROBE_BAD_URL },
};

static void test_hosts(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		enum probe_outcome o = scope_host(f->s, &run, hosts[i].host);
		if (o != hosts[i].want)
			fail_msg("%s: %s, not %s", hosts[i].host, probe_outcome_name(o),
				 probe_outcome_name(hosts[i].want));
	}
}

static void test_a_name_that_is_too_long_is_none(void **state)
{
	struct fixture *f = *state;
	char host[SCOPE_HOST_MAX + 40];

	memset(host, 'a', sizeof(host) - 1);
	for (size_t i = 50; i < sizeof(host) - 1; i += 51)
		host[i] = '.';
	memcpy(host + sizeof(host) - 16, ".example.edu.cn", 16);
	assert_int_equal(scope_host(f->s, &run, host), PROBE_BAD_URL);
	assert_int_equal(scope_host(f->s, &run, host + 60), PROBE_DONE);
}

static void test_opting_out_wins_over_everything(void **state)
{
	struct fixture *f = *state;
	static const char *const own[] = { "gone.cn" };
	const struct scope_run all = {
		.name = "www.gone.cn", .suffix = own, .count = 1, .endpoint = "https://www.gone.cn/x"
	};

	assert_int_equal(scope_host(f->s, &all, "www.gone.cn"), PROBE_OPTED_OUT);
	assert_int_equal(scope_host(f->s, &all, "gone.cn"), PROBE_OPTED_OUT);
	assert_int_equal(scope_host(f->s, &all, "ungone.cn"), PROBE_OUT_OF_SCOPE);
}

static void test_an_address_as_subject_or_endpoint(void **state)
{
	struct fixture *f = *state;
	const struct scope_run by_name = { .name = "8.8.8.8",
					   .endpoint = "http://[2001:4860:4860::8888]:80/x" };
	const struct scope_run loop = { .name = "127.0.0.1", .endpoint = "http://[::1]/" };
	const struct scope_run none = { .name = NULL };

	assert_int_equal(scope_host(f->s, &by_name, "8.8.8.8"), PROBE_DONE);
	assert_int_equal(scope_host(f->s, &by_name, "0x8.8.2056"), PROBE_DONE);
	assert_int_equal(scope_host(f->s, &by_name, "8.8.8.9"), PROBE_OUT_OF_SCOPE);
	assert_int_equal(scope_host(f->s, &by_name, "[2001:4860:4860::8888]"), PROBE_DONE);
	assert_int_equal(scope_host(f->s, &loop, "127.0.0.1"), PROBE_BAD_ADDRESS);
	assert_int_equal(scope_host(f->s, &loop, "[::1]"), PROBE_BAD_ADDRESS);
	assert_int_equal(scope_host(f->s, &none, "www.vendor.com"), PROBE_OUT_OF_SCOPE);
	assert_int_equal(scope_host(f->s, &none, "www.example.edu.cn"), PROBE_DONE);
}

static void test_ports(void **state)
{
	struct fixture *f = *state;

	assert_true(scope_port(f->s, 80));
	assert_true(scope_port(f->s, 443));
	assert_true(scope_port(f->s, 8443));
	assert_false(scope_port(f->s, 22));
	assert_false(scope_port(f->s, 0));
	assert_false(scope_port(f->s, 65536 + 80));
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "202.112.0.44", true },
		{ "2001:da8::1", true },
		{ "10.1.2.3", true },
		{ "::ffff:10.1.2.3", true },
		{ "fd12::1", true },
		{ "192.168.1.1", false },
		{ "100.64.0.1", false },
		/* what no campus owns, whatever campus.prefixes says */
		{ "127.0.0.1", false },
		{ "::ffff:127.0.0.1", false },
		{ "169.254.10.10", false },
		{ "169.254.169.254", false },
		{ "fd00:ec2::254", false },
		{ "fe80::1", false },
		{ "::1", false },
		{ "0.0.0.0", false },
		{ "255.255.255.255", false },
		{ "224.0.0.1", false },
		{ "ff02::1", false },
		{ "64:ff9b::10.1.2.3", false },
		{ "2002:a01:203::1", false },
		/* opted out, however the way there is written */
		{ "9.9.8.9", true },
		{ "9.9.9.9", false },
		{ "64:ff9b::9.9.8.9", true },
		{ "64:ff9b::9.9.9.9", false },
		{ "2002:909:909::1", false },
		{ "2001:0:808:808:0:0:f6f6:f6f6", false },
		{ "::10.1.2.3", false },
	};
	struct fixture *f = *state;
	uint8_t addr[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(address_parse(rows[i].text, addr));
		if (scope_address(f->s, addr) != rows[i].want)
			fail_msg("%s", rows[i].text);
	}
}

static void test_normal_form_and_hosts_of_urls(void **state)
{
	char out[SCOPE_HOST_MAX];

	(void)state;
	assert_true(scope_normal(out, "WWW.Example.CN."));
	assert_string_equal(out, "www.example.cn");
	assert_true(scope_normal(out, "0x7f.1"));
	assert_string_equal(out, "127.0.0.1");
	assert_true(scope_normal(out, "[::FFFF:1.2.3.4]"));
	assert_string_equal(out, "1.2.3.4");
	assert_true(scope_url_host(out, "https://Mp.Weixin.qq.com:443/wxawap/x?y=@z"));
	assert_string_equal(out, "mp.weixin.qq.com");
	assert_true(scope_url_host(out, "http://[2001:db8::1]:8080/"));
	assert_string_equal(out, "2001:db8::1");
	assert_false(scope_url_host(out, ""));
	assert_string_equal(out, "");
	assert_false(scope_url_host(out, "http://[2001:db8::1"));
	assert_false(scope_url_host(out, "http:///x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_a_name_that_is_too_long_is_none),
		cmocka_unit_test(test_opting_out_wins_over_everything),
		cmocka_unit_test(test_an_address_as_subject_or_endpoint),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_normal_form_and_hosts_of_urls),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
