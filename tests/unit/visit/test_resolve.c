/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Against a DNS server of libevent's own on the loopback, which answers by the first label. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <sys/resource.h>
#include <unistd.h>

#include "visit/resolve.h"

struct bed {
	struct event_base *base;
	struct evdns_server_port *server;
	int fd;
	struct conf conf;
	struct resolve *r;
	struct resolve_answer got;
	unsigned answers, questions;
};

static void on_question(struct evdns_server_request *req, void *arg)
{
	static const uint8_t v4[8] = { 192, 0, 2, 1, 192, 0, 2, 2 },
			     v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct bed *b = arg;
	const char *name = req->questions[0]->name;
	const bool a = req->questions[0]->type == EVDNS_TYPE_A;
	int rcode = 0;

	b->questions++;
	if (strncasecmp(name, "silent", 6) == 0) {
		evdns_server_request_drop(req);
		return;
	}
	if (strncasecmp(name, "none", 4) == 0)
		rcode = 3;
	else if (strncasecmp(name, "half", 4) == 0 && !a)
		rcode = 4;
	else if (strncasecmp(name, "refused", 7) == 0)
		rcode = 5;
	else if (strncasecmp(name, "empty", 5) != 0 && a)
		for (size_t i = 0; i < (strncasecmp(name, "long", 4) == 0 ? 60 : 2);
		     i++) /* evdns would put both into one record */
			evdns_server_request_add_a_reply(req, name, 1, v4 + i % 2 * 4, 0);
	else if (strncasecmp(name, "both", 4) == 0)
		evdns_server_request_add_aaaa_reply(req, name, 1, v6, 0);
	evdns_server_request_respond(req, rcode);
}

static void on_done(void *arg, const struct resolve_answer *a)
{
	struct bed *b = arg;

	b->got = *a;
	b->answers++;
	event_base_loopbreak(b->base);
}

static int set_up(void **state)
{
	static struct bed b;
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sa);
	char text[64], error[CONF_ERROR_MAX];

	memset(&b, 0, sizeof(b));
	b.base = event_base_new();
	b.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (bind(b.fd, (struct sockaddr *)&sa, n) != 0 || getsockname(b.fd, (struct sockaddr *)&sa, &n) != 0)
		return 1;
	b.server = evdns_add_server_port_with_base(b.base, b.fd, 0, on_question, &b);
	n = (socklen_t)snprintf(text, sizeof(text), "[probe]\nresolver = 127.0.0.1:%u\n", ntohs(sa.sin_port));
	if (conf_parse(&b.conf, "test", text, n, error) != 0)
		return 1;
	b.r = resolve_new(b.base, &b.conf, error);
	*state = &b;
	return b.r == NULL;
}

static int tear_down(void **state)
{
	struct bed *b = *state;

	resolve_free(b->r);
	evdns_close_server_port(b->server);
	event_base_loop(b->base, EVLOOP_NONBLOCK);
	event_base_free(b->base);
	close(b->fd);
	conf_clear(&b->conf);
	return 0;
}

static void ask(struct bed *b, const char *name)
{
	resolve_begin(b->r, name, on_done, b);
	event_base_dispatch(b->base);
}

static void test_addresses(void **state)
{
	static const uint8_t v4[16] = { [10] = 0xff, 0xff, 192, 0, 2, 2 },
			     v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct bed *b = *state;
	bool seen4 = false, seen6 = false;

	ask(b, "both.example.cn");
	assert_int_equal(b->got.outcome, PROBE_DONE);
	assert_int_equal(b->got.count, 3);
	for (size_t i = 0; i < 3; i++) {
		seen4 |= memcmp(b->got.addr[i], v4, 16) == 0;
		seen6 |= memcmp(b->got.addr[i], v6, 16) == 0;
	}
	assert_true(seen4 && seen6);
	assert_int_equal(b->questions, 2);
}

static void test_outcomes(void **state)
{
	static const struct {
		const char *name;
		enum probe_outcome want;
		size_t count;
	} rows[] = {
		{ "plain.example.cn", PROBE_DONE, 2 },
		{ "half.example.cn", PROBE_DONE, 2 },
		{ "none.example.cn", PROBE_NO_NAME, 0 },
		{ "empty.example.cn", PROBE_NO_NAME, 0 },
		{ "refused.example.cn", PROBE_RESOLVER_FAILED, 0 },
	};
	struct bed *b = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(b, rows[i].name);
		assert_int_equal(b->got.outcome, rows[i].want);
		assert_int_equal(b->got.count, rows[i].count);
		assert_int_equal(b->questions, 2 * (i + 1)); /* no search domain, no second try after a no */
	}
}

/* A label that no DNS packet can hold must not be asked, and still be answered for. */
static void test_impossible(void **state)
{
	struct bed *b = *state;
	char name[300];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ask(b, name);
	assert_int_equal(b->got.outcome, PROBE_RESOLVER_FAILED);
	assert_int_equal(b->questions, 0);
}

/* What does not fit is asked for over TCP, and there nobody listens: a part of the truth is not taken. */
static void test_truncated(void **state)
{
	struct bed *b = *state;

	ask(b, "long.example.cn");
	assert_int_equal(b->got.outcome, PROBE_RESOLVER_FAILED);
	assert_int_equal(b->got.count, 0);
}

/* That we have no socket says nothing of the server, and nothing of the name. */
static void test_shortage(void **state)
{
	struct bed *b = *state;
	struct rlimit limit, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	ask(b, "plain.example.cn");
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(b->got.outcome, PROBE_SHORTAGE);
	assert_int_equal(b->questions, 0);
	ask(b, "plain.example.cn");
	assert_int_equal(b->got.outcome, PROBE_DONE);
}

static void test_cancel(void **state)
{
	struct bed *b = *state;
	struct resolve_ask *one = resolve_begin(b->r, "silent.example.cn", on_done, b);

	resolve_begin(b->r, "silent2.example.cn", on_done, b); /* still open when the resolver goes */
	event_base_loop(b->base, EVLOOP_NONBLOCK);
	resolve_cancel(one);
	ask(b, "plain.example.cn");
	assert_int_equal(b->answers, 1);
	assert_int_equal(b->got.count, 2);
}

static void test_bad_server(void **state)
{
	struct bed *b = *state;
	char error[CONF_ERROR_MAX] = "", *before = b->conf.probe.resolver, bad[] = "nowhere";

	b->conf.probe.resolver = bad;
	assert_null(resolve_new(b->base, &b->conf, error));
	assert_non_null(strstr(error, "resolver = nowhere"));
	b->conf.probe.resolver = before;
	resolve_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_outcomes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_impossible, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_truncated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shortage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_server, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
