/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include "visit/resolve_servers.h"

static bool find(struct resolve_servers *s, const char *resolver, char error[CONF_ERROR_MAX])
{
	char text[64];
	struct conf conf = { 0 };

	memcpy(text, resolver, strlen(resolver) + 1);
	conf.probe.resolver = text;
	*s = (struct resolve_servers){ 0 };
	return resolve_servers_find(s, &conf, error);
}

/* All forms that value_resolver() lets through. */
static void test_configured(void **state)
{
	static const struct {
		const char *text, *address;
		unsigned port;
	} rows[] = {
		{ "10.0.0.53", "10.0.0.53", 53 },
		{ "10.0.0.53:5353", "10.0.0.53", 5353 },
		{ "2001:db8::1", "2001:db8::1", 53 },
		{ "[2001:db8::1]:5353", "2001:db8::1", 5353 },
		{ "::1", "::1", 53 },
	};
	struct resolve_servers s;
	char error[CONF_ERROR_MAX], text[INET6_ADDRSTRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sockaddr_in *v4 = (const void *)&s.at[0];
		const struct sockaddr_in6 *v6 = (const void *)&s.at[0];
		assert_true(find(&s, rows[i].text, error));
		assert_int_equal(s.count, 1);
		if (s.at[0].ss_family == AF_INET) {
			inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
			assert_int_equal(ntohs(v4->sin_port), rows[i].port);
		} else {
			inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
			assert_int_equal(ntohs(v6->sin6_port), rows[i].port);
		}
		assert_string_equal(text, rows[i].address);
	}
}

/* Where it is, is half of a link-local address. */
static void test_scope(void **state)
{
	const char *const texts[] = { "fe80::53%lo", "[fe80::53%lo]:5353" };
	const struct sockaddr_in6 *v6;
	struct resolve_servers s;
	char error[CONF_ERROR_MAX];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_true(find(&s, texts[i], error));
		v6 = (const void *)&s.at[0];
		assert_int_equal(v6->sin6_scope_id, if_nametoindex("lo"));
		assert_int_equal(ntohs(v6->sin6_port), i == 0 ? 53 : 5353);
	}
}

static void test_none(void **state)
{
	static const char *const bad[] = { "nowhere",         "10.0.0",   "[::1",
					   "10.0.0.53:70000", "fe80::53", "fe80::53%nowhere" };
	struct resolve_servers s;
	char error[CONF_ERROR_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(find(&s, bad[i], error));
		assert_non_null(strstr(error, bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_configured), cmocka_unit_test(test_scope),
					    cmocka_unit_test(test_none) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
