/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/hidden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dissect_str str(const char *s) { return (struct dissect_str){ (const uint8_t *)s, strlen(s) }; }

static unsigned find(const struct hidden *h, const char *name) { return hidden_find(h, name, strlen(name)); }

/* The table as it is shipped. */
static void names_of_the_table(void **state)
{
	static struct data tables;
	char error[CONF_ERROR_MAX];
	struct hidden h;
	(void)state;

	assert_int_equal(data_load(&tables, "conf", error), 0);
	hidden_init(&h, &tables.resolvers);
	for (size_t i = 0; i < tables.resolvers.count; i++) {
		char name[300];
		const char *row = tables.resolvers.entry[i].name;
		snprintf(name, sizeof(name), "%s%s", row[0] == '*' ? "ab12" : "", row + (row[0] == '*'));
		assert_true(find(&h, name) != 0);
	}
	assert_int_equal(find(&h, "dns.alidns.com"), HIDDEN_DOH | HIDDEN_DOT);
	assert_int_equal(find(&h, "doh.pub"), HIDDEN_DOH);
	assert_int_equal(find(&h, "dot.pub"), HIDDEN_DOT);
	assert_int_equal(find(&h, "dns.google"), HIDDEN_DOH | HIDDEN_DOT);
	assert_int_equal(find(&h, "www.google"), 0);
	assert_int_equal(find(&h, "xdns.google"), 0);
	assert_int_equal(find(&h, "ns1.alidns.com"), 0);
	assert_int_equal(find(&h, ".dns.nextdns.io"), 0);
	assert_int_equal(find(&h, ""), 0);
	hidden_clear(&h);
	data_clear(&tables);
	hidden_init(&h, &tables.resolvers);
	assert_int_equal(find(&h, "dns.google"), 0);
	hidden_clear(&h);
}

static void hellos(void **state)
{
	struct dissect_message m = { .kind = DISSECT_TLS, .flow = { .dport = 443 } };
	(void)state;

	assert_int_equal(hidden_hello(&m, 0), 0);
	assert_int_equal(hidden_hello(&m, HIDDEN_DOH | HIDDEN_DOT), HIDDEN_DOH);
	assert_int_equal(hidden_hello(&m, HIDDEN_DOT), 0);
	m.tls.hello.alpn = str("dot");
	assert_int_equal(hidden_hello(&m, 0), HIDDEN_DOT);
	m.tls.hello.alpn = str("doq");
	assert_int_equal(hidden_hello(&m, 0), 0);
	m.flow.dport = 853;
	assert_int_equal(hidden_hello(&m, HIDDEN_DOH), HIDDEN_DOT);
	m = (struct dissect_message){ .kind = DISSECT_QUIC, .flow = { .dport = 853 } };
	assert_int_equal(hidden_hello(&m, 0), HIDDEN_DOQ);
	m.flow.dport = 8853;
	assert_int_equal(hidden_hello(&m, HIDDEN_DOH), 0);
	m.quic.hello.alpn = str("doq");
	assert_int_equal(hidden_hello(&m, 0), HIDDEN_DOQ);
}

static void requests(void **state)
{
	static const char *const yes[] = { "/dns-query", "/dns-query?dns=AAAB" };
	static const char *const no[] = { "/dns-query/", "/dns-queryx", "/dns", "/x?/dns-query", "" };
	struct dissect_message m = { .kind = DISSECT_HTTP };
	(void)state;

	assert_int_equal(hidden_request(&m, 0), 0);
	assert_int_equal(hidden_request(&m, HIDDEN_DOH | HIDDEN_DOQ), HIDDEN_DOH);
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		m.http.target = str(yes[i]);
		assert_int_equal(hidden_request(&m, 0), HIDDEN_DOH);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		m.http.target = str(no[i]);
		assert_int_equal(hidden_request(&m, 0), 0);
	}
}

static void services(void **state)
{
	static const char alpn[] = "\2h2\3dot\3doq\5other";
	struct dissect_message m = { .kind = DISSECT_DNS_SERVICE, .name = str("_dns.resolver.arpa") };
	(void)state;

	assert_int_equal(hidden_service(&m), 0);
	m.service.alpn = str(alpn);
	assert_int_equal(hidden_service(&m), HIDDEN_DOH | HIDDEN_DOT | HIDDEN_DOQ);
	m.service.alpn.n = 6; /* the second one says more than there is */
	assert_int_equal(hidden_service(&m), HIDDEN_DOH);
	for (size_t n = 0; n < sizeof(alpn); n++) {
		uint8_t *exact = malloc(n + 1);
		assert_non_null(exact);
		memcpy(exact, alpn, n);
		m.service.alpn = (struct dissect_str){ exact, n };
		assert_int_equal(hidden_service(&m) & ~7u, 0);
		free(exact);
	}
	m.service.alpn = str(alpn);
	m.name = str("www.example.com");
	assert_int_equal(hidden_service(&m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_table),
		cmocka_unit_test(hellos),
		cmocka_unit_test(requests),
		cmocka_unit_test(services),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
