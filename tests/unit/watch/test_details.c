/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Details through the whole of the aggregation: what is told stands in the observations. */
#include "watch/details.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch/aggregate.h"
#include "watch/held.h"

enum { SEEN_MAX = 16 };

struct seen {
	struct observation o[SEEN_MAX];
	size_t count;
};

static struct seen seen;

static void take(void *arg, const struct observation *o)
{
	(void)arg;
	assert_true(seen.count < SEEN_MAX);
	seen.o[seen.count++] = *o;
}

static struct aggregate *make(int64_t window_us)
{
	struct hash_key key;

	hash_key_fixed(&key, "test");
	seen.count = 0;
	return aggregate_new(100, window_us, &key, NULL, take, NULL);
}

static const struct observation *find(const char *name, enum via via)
{
	for (size_t i = 0; i < seen.count; i++)
		if (strcmp(seen.o[i].name, name) == 0 && seen.o[i].via == via)
			return &seen.o[i];
	fail_msg("no observation of %s via %s", name, via_name(via));
	return NULL;
}

static void expect(const struct observation *o, enum detail type, const char *value, uint64_t count)
{
	for (size_t i = 0; i < o->detail_count; i++) {
		if (o->details[i].type == type && strcmp(o->details[i].value, value) == 0) {
			assert_int_equal(o->details[i].count, count);
			return;
		}
	}
	fail_msg("%s: no %s %s", o->name, detail_name(type), value);
}

static struct dissect_str str(const char *s)
{
	return (struct dissect_str){ (const uint8_t *)s, s != NULL ? strlen(s) : 0 };
}

static struct dissect_message message(enum dissect_kind kind, const char *name, uint16_t port)
{
	return (struct dissect_message){
		.kind = kind,
		.time = 1,
		.name = str(name),
		.flow = { .src = { { [15] = 1 } },
			  .dst = { { [15] = 2 } },
			  .sport = port,
			  .dport = 443,
			  .proto = IPPROTO_TCP },
	};
}

static struct dissect_message reply(enum dissect_kind kind, uint16_t port)
{
	struct dissect_message m = message(kind, NULL, port);
	struct dissect_flow f = m.flow;

	m.flow = (struct dissect_flow){ f.dst, f.src, f.dport, f.sport, f.proto };
	return m;
}

static void request(struct aggregate *a, const char *host, uint16_t port, const char *method)
{
	struct dissect_message m = message(DISSECT_HTTP, host, port);

	m.http.method = str(method);
	m.http.target = str("/");
	aggregate_message(a, &m);
}

static void response(struct aggregate *a, uint16_t port, uint16_t status, const char *title)
{
	struct dissect_message m = reply(DISSECT_HTTP_ANSWER, port);

	m.http_answer.status = status;
	m.http_answer.content_type = str("text/html; charset=utf-8");
	m.http_answer.server = str("nginx");
	m.http_answer.title = str(title);
	if (status >= 300)
		m.http_answer.location = str("https://sso.example.edu.cn/login?user=1");
	aggregate_message(a, &m);
}

static void hello(struct aggregate *a, enum dissect_kind kind, const char *name, uint16_t port, int ech)
{
	struct dissect_message m = message(kind, name, port);
	struct dissect_hello h = { .alpn = str("h2"), .ech = ech >= 0, .ech_config = (uint8_t)ech };

	snprintf(h.ja4, sizeof(h.ja4), "t13d1516h2_8daaf6152771_02713d6af862");
	if (kind == DISSECT_QUIC)
		m.quic.hello = h;
	else
		m.tls.hello = h;
	aggregate_message(a, &m);
}

static void certificate(struct aggregate *a, uint16_t port)
{
	struct dissect_message m = reply(DISSECT_TLS_CERT, port);

	m.cert.name[0] = str("*.Example.edu.cn");
	m.cert.name[1] = str("Some Company");
	m.cert.names = 2;
	m.cert.names_more = 3;
	aggregate_message(a, &m);
}

static void hellos_tell(void **state)
{
	struct aggregate *a = make(0);
	const struct observation *o;
	(void)state;

	hello(a, DISSECT_TLS, "jw.example.edu.cn", 1, -1);
	hello(a, DISSECT_TLS, "jw.example.edu.cn", 2, -1);
	hello(a, DISSECT_QUIC, "jw.example.edu.cn", 3, -1);
	aggregate_flush(a);
	assert_int_equal(seen.count, 2);
	o = find("jw.example.edu.cn", VIA_TLS);
	assert_int_equal(o->detail_count, 2);
	expect(o, DETAIL_ALPN, "h2", 2);
	expect(o, DETAIL_JA4, "t13d1516h2_8daaf6152771_02713d6af862", 2);
	expect(find("jw.example.edu.cn", VIA_QUIC), DETAIL_ALPN, "h2", 1);
	aggregate_free(a);
}

static void responses_belong_to_requests(void **state)
{
	struct aggregate *a = make(0);
	const struct observation *o;
	(void)state;

	request(a, "jw.example.edu.cn", 1, "GET");
	request(a, "lib.example.edu.cn", 2, "GET");
	response(a, 2, 200, "图书馆");
	response(a, 1, 200, "教务系统");
	request(a, "jw.example.edu.cn", 1, "GET");
	response(a, 1, 302, "Moved");
	response(a, 3, 200, "nobody asked");
	request(a, "proxied.example.com", 4, "CONNECT");
	response(a, 4, 200, NULL);
	request(a, "192.0.2.1", 5, "GET");
	response(a, 5, 200, "router");
	aggregate_flush(a);
	assert_int_equal(seen.count, 3);
	o = find("jw.example.edu.cn", VIA_HTTP);
	expect(o, DETAIL_TITLE, "教务系统", 1);
	expect(o, DETAIL_CONTENT_TYPE, "text/html", 1);
	expect(o, DETAIL_HTTP_SERVER, "nginx", 2);
	expect(o, DETAIL_LOCATION, "https://sso.example.edu.cn", 1);
	assert_int_equal(o->detail_count, 4);
	expect(find("lib.example.edu.cn", VIA_HTTP), DETAIL_TITLE, "图书馆", 1);
	assert_int_equal(find("proxied.example.com", VIA_HTTP)->detail_count, 0);
	assert_int_equal(aggregate_details(a)->unpaired, 1);
	assert_int_equal(aggregate_details(a)->nameless, 2);
	assert_int_equal(aggregate_details(a)->refused, 1);
	aggregate_free(a);
}

static void answers_to_several_hosts_are_not_guessed(void **state)
{
	struct aggregate *a = make(0);
	(void)state;

	request(a, "a.example.com", 1, "GET");
	request(a, "b.example.com", 1, "GET");
	response(a, 1, 200, "whose?");
	response(a, 1, 200, "whose?");
	aggregate_flush(a);
	assert_int_equal(find("a.example.com", VIA_HTTP)->detail_count, 0);
	assert_int_equal(find("b.example.com", VIA_HTTP)->detail_count, 0);
	assert_int_equal(aggregate_details(a)->mixed, 2);
	aggregate_free(a);
}

static void certificates_accuse_nobody(void **state)
{
	struct aggregate *a = make(0);
	const struct observation *o;
	(void)state;

	hello(a, DISSECT_TLS, "jw.example.edu.cn", 1, -1);
	certificate(a, 1);
	hello(a, DISSECT_TLS, NULL, 2, -1);
	certificate(a, 2);
	certificate(a, 3);
	aggregate_flush(a);
	assert_int_equal(seen.count, 1);
	o = find("jw.example.edu.cn", VIA_TLS);
	expect(o, DETAIL_CERTIFICATE, "*.example.edu.cn", 1);
	assert_int_equal(o->detail_count, 3);
	assert_int_equal(o->details_more, 3);
	assert_int_equal(aggregate_details(a)->refused, 1);
	assert_int_equal(aggregate_details(a)->nameless, 5);
	assert_int_equal(aggregate_details(a)->unpaired, 1);
	aggregate_free(a);
}

static void service_at(struct aggregate *a, const char *name, bool ech, int64_t time)
{
	struct dissect_message m = reply(DISSECT_DNS_SERVICE, 9);

	m.time = time;
	m.name = str(name);
	m.service.type = 65;
	m.service.alpn = str("\2h2\2h3");
	m.service.ech = ech;
	m.service.ech_configs = ech;
	m.service.ech_config[0] = (struct dissect_ech){ str("cover.example.com"), 7 };
	aggregate_message(a, &m);
}

static void service(struct aggregate *a, const char *name, bool ech) { service_at(a, name, ech, 1); }

static void outer_names_are_known_by_their_records(void **state)
{
	struct aggregate *a = make(0);
	struct dissect_message query = message(DISSECT_DNS_QUERY, "hidden.example.com", 9);
	const struct observation *o;
	(void)state;

	hello(a, DISSECT_TLS, "cover.example.com", 1, 7);
	aggregate_message(a, &query);
	service(a, "hidden.example.com", true);
	service(a, "nobody.asked.com", false);
	hello(a, DISSECT_TLS, "cover.example.com", 1, 7);
	hello(a, DISSECT_TLS, "cover.example.com", 1, 8);
	hello(a, DISSECT_QUIC, "cover.example.com", 1, 7);
	aggregate_flush(a);
	assert_int_equal(seen.count, 5);
	o = find("cover.example.com", VIA_TLS);
	assert_int_equal(o->count, 3);
	expect(o, DETAIL_ECH, "outer", 1);
	expect(o, DETAIL_ECH, "grease-or-unproven", 2);
	expect(find("cover.example.com", VIA_QUIC), DETAIL_ECH, "outer", 1);
	assert_int_equal(find("hidden.example.com", VIA_DNS_QUERY)->detail_count, 0);
	assert_int_equal(find("nobody.asked.com", VIA_DNS_ANSWER)->count, 1);
	o = find("hidden.example.com", VIA_DNS_ANSWER);
	assert_int_equal(o->count, 1);
	expect(o, DETAIL_SERVICE_ALPN, "h2", 1);
	expect(o, DETAIL_SERVICE_ALPN, "h3", 1);
	expect(o, DETAIL_ECH_NAME, "cover.example.com", 1);
	assert_int_equal(aggregate_details(a)->hidden_ech, 2);
	assert_int_equal(aggregate_details(a)->ech_unproven, 2);
	assert_int_equal(aggregate_details(a)->unpaired, 0);
	aggregate_free(a);
}

/* A client may use any of them, and its hello shows that one's id and name. */
static void each_configuration_of_a_record_is_known(void **state)
{
	struct aggregate *a = make(0);
	struct dissect_message m = reply(DISSECT_DNS_SERVICE, 9);
	const struct observation *o;
	(void)state;

	m.name = str("hidden.example.com");
	m.service.ech = true;
	m.service.ech_configs = 3;
	m.service.ech_more = 2;
	m.service.ech_config[0] = (struct dissect_ech){ str("cover.example.com"), 7 };
	m.service.ech_config[1] = (struct dissect_ech){ str("cover.example.com"), 8 };
	m.service.ech_config[2] = (struct dissect_ech){ str("front.example.com"), 9 };
	aggregate_message(a, &m);
	hello(a, DISSECT_TLS, "cover.example.com", 1, 8);
	hello(a, DISSECT_QUIC, "front.example.com", 1, 9);
	hello(a, DISSECT_TLS, "front.example.com", 1, 8);
	aggregate_flush(a);
	expect(find("cover.example.com", VIA_TLS), DETAIL_ECH, "outer", 1);
	expect(find("front.example.com", VIA_QUIC), DETAIL_ECH, "outer", 1);
	expect(find("front.example.com", VIA_TLS), DETAIL_ECH, "grease-or-unproven", 1);
	o = find("hidden.example.com", VIA_DNS_ANSWER);
	expect(o, DETAIL_ECH_NAME, "cover.example.com", 1);
	expect(o, DETAIL_ECH_NAME, "front.example.com", 1);
	assert_int_equal(aggregate_details(a)->more, 2);
	aggregate_free(a);
}

static void hello_from(struct aggregate *a, enum dissect_kind kind, uint8_t client, int64_t time, int ech)
{
	struct dissect_message m = message(kind, "cover.example.com", client);
	struct dissect_hello h = { .ech = ech >= 0, .ech_config = (uint8_t)ech };

	m.time = time;
	m.flow.src.bytes[15] = client;
	m.flow.dst.bytes[15] = ech >= 0 ? 200 : 201;
	if (kind == DISSECT_QUIC)
		m.quic.hello = h;
	else
		m.tls.hello = h;
	aggregate_message(a, &m);
}

/* It hides whom they visited: of the name it tells no client, no server, no time, but that it was. */
static void an_outer_name_is_not_visited(void **state)
{
	static const enum dissect_kind kinds[] = { DISSECT_TLS, DISSECT_QUIC };
	static const enum via vias[] = { VIA_TLS, VIA_QUIC };
	(void)state;

	for (size_t k = 0; k < 2; k++) {
		struct aggregate *a = make(0);
		const struct observation *o;
		service(a, "hidden.example.com", true);
		for (uint8_t i = 0; i < 40; i++)
			hello_from(a, kinds[k], i, 1000 + i, 7);
		aggregate_flush(a);
		o = find("cover.example.com", vias[k]);
		assert_int_equal(o->count, 40);
		assert_int_equal(sketch_count(&o->clients), 0);
		assert_int_equal(o->server_count, 0);
		assert_true(o->from == 1000 && o->to == 1039);
		assert_int_equal(o->detail_count, 1);
		expect(o, DETAIL_ECH, "outer", 40);
		aggregate_free(a);
	}
}

/* Between visits it takes nothing away, and whatever came first does not matter. */
static void visits_beside_an_outer_name_count(void **state)
{
	static const int orders[][5] = { { 7, 7, -1, 8, 7 }, { -1, 7, 8, 7, 7 }, { 7, 7, 7, -1, 8 } };
	(void)state;

	for (size_t k = 0; k < sizeof(orders) / sizeof(orders[0]); k++) {
		struct aggregate *a = make(0);
		const struct observation *o;
		int64_t first = INT64_MAX, last = 0;
		service(a, "hidden.example.com", true);
		for (int i = 0; i < 5; i++) {
			bool visit = orders[k][i] != 7;
			hello_from(a, DISSECT_TLS, (uint8_t)(i + 1), 1000 + i, orders[k][i]);
			first = visit && 1000 + i < first ? 1000 + i : first;
			last = visit ? 1000 + i : last;
		}
		aggregate_flush(a);
		o = find("cover.example.com", VIA_TLS);
		assert_int_equal(o->count, 5);
		assert_int_equal(sketch_count(&o->clients), 2);
		assert_true(o->from == first && o->to == last);
		assert_int_equal(o->detail_count, 2);
		assert_int_equal(o->server_count, 2);
		assert_string_equal(o->details[0].value, "grease-or-unproven");
		expect(o, DETAIL_ECH, "outer", 3);
		aggregate_free(a);
	}
}

/* Two processes: one gets the record, the other the hellos, and reads them first. It judges as if it had seen
 * all, in the order in which it came. */
static void another_process_may_learn_later(void **state)
{
	static const int ids[] = { 7, 7, 7, 8, -1 };
	int fd = ech_share(2);
	struct ech *one = ech_map(fd, 0), *two = ech_map(fd, 1);
	struct aggregate *hellos = make(0), *records = make(0);
	const struct observation *o;
	(void)state;

	assert_true(one != NULL && two != NULL);
	aggregate_ech(hellos, one);
	aggregate_ech(records, two);
	for (int i = 0; i < 5; i++)
		hello_from(hellos, DISSECT_TLS, (uint8_t)(i + 1), 1000 + i, ids[i]);
	service_at(records, "hidden.example.com", true, 1001);
	assert_int_equal(aggregate_details(hellos)->hidden_ech, 0);
	aggregate_judge(hellos, 1001);
	assert_int_equal(aggregate_details(hellos)->ech_unproven, 1);
	assert_int_equal(aggregate_details(hellos)->hidden_ech, 1);
	aggregate_flush(hellos);
	o = find("cover.example.com", VIA_TLS);
	assert_int_equal(o->count, 5);
	assert_int_equal(sketch_count(&o->clients), 3);
	assert_true(o->from == 1000 && o->to == 1004);
	assert_int_equal(o->server_count, 2);
	expect(o, DETAIL_ECH, "outer", 2);
	expect(o, DETAIL_ECH, "grease-or-unproven", 2);
	assert_int_equal(aggregate_stats(hellos)->hurried, 2); /* with ECH, when the window closed */
	aggregate_free(hellos);
	aggregate_free(records);
	ech_free(one);
	ech_free(two);
	close(fd);
}

/* Though it counts into a later window, it is judged as of when it came. */
static void late_hellos_are_judged_as_of_then(void **state)
{
	int fd = ech_share(1);
	struct ech *shared = ech_map(fd, 0);
	struct aggregate *a = make(10000000);
	(void)state;

	aggregate_ech(a, shared);
	hello_from(a, DISSECT_TLS, 1, 20000000, -1);
	hello_from(a, DISSECT_TLS, 2, 18000000, 7);
	service_at(a, "hidden.example.com", true, 19000000);
	aggregate_judge(a, 17999999);
	assert_int_equal(aggregate_details(a)->ech_unproven, 0);
	aggregate_judge(a, 18000000);
	assert_int_equal(aggregate_details(a)->ech_unproven, 1);
	assert_int_equal(aggregate_details(a)->hidden_ech, 0);
	aggregate_free(a);
	ech_free(shared);
	close(fd);
}

/* More than can be held are judged by what is known already, and counted; none is lost. */
static void too_many_to_wait_are_judged_early(void **state)
{
	struct ech *shared = ech_new();
	struct aggregate *a = make(0);
	const struct observation *o;
	(void)state;

	aggregate_ech(a, shared);
	for (int i = 0; i < 20000; i++)
		hello_from(a, DISSECT_TLS, (uint8_t)i, 1000, 7);
	service_at(a, "hidden.example.com", true, 1000);
	aggregate_flush(a);
	o = find("cover.example.com", VIA_TLS);
	assert_int_equal(o->count, 20000);
	assert_int_equal(aggregate_stats(a)->hurried, 20000);
	assert_int_equal(aggregate_details(a)->ech_unproven, 20000 - HELD_MOST);
	expect(o, DETAIL_ECH, "outer", HELD_MOST);
	aggregate_free(a);
	ech_free(shared);
}

/* How often it was shown has room of its own, however much else is told. */
static void outer_names_are_counted_in_a_full_table(void **state)
{
	struct aggregate *a = make(0);
	struct dissect_message m = message(DISSECT_TLS, NULL, 1);
	char name[64];
	(void)state;

	service(a, "hidden.example.com", true);
	m.tls.hello.ech = true;
	for (int i = 0; i < 60000; i++) {
		snprintf(name, sizeof(name), i % 16 == 0 ? "cover.example.com" : "h%d.example.com", i % 12);
		m.name = str(name);
		m.tls.hello.ech_config = (uint8_t)(i % 3 + 6);
		memcpy(m.flow.src.bytes, &i, sizeof(i));
		memcpy(m.flow.dst.bytes, &i, sizeof(i));
		snprintf(m.tls.hello.ja4, sizeof(m.tls.hello.ja4), "t13d%032x", (unsigned)i);
		m.tls.hello.alpn = str(m.tls.hello.ja4 + 10);
		aggregate_message(a, &m);
	}
	aggregate_flush(a);
	assert_true(aggregate_details(a)->more > 0);
	assert_int_equal(find("cover.example.com", VIA_TLS)->count, 3750);
	expect(find("cover.example.com", VIA_TLS), DETAIL_ECH, "outer", 1250);
	aggregate_free(a);
}

/* Records that tell little are noted until their subject is known, others tell at once: nobody can see which.
 */
static void records_of_any_length_tell_the_same(void **state)
{
	(void)state;

	for (size_t ids = 0; ids <= 2 * (size_t)DETAILS_NOTES; ids++) {
		struct aggregate *a = make(0);
		struct dissect_message m = reply(DISSECT_DNS_SERVICE, 9);
		const struct observation *o;
		char alpn[64] = "";
		for (size_t i = 0; i < ids; i++)
			snprintf(alpn + strlen(alpn), sizeof(alpn) - strlen(alpn),
				 i % 4 == 3 ? "\1\1" : "\2h%zu", i % 4);
		m.name = str("www.example.com");
		m.service.alpn = str(alpn);
		m.service.ech = true;
		m.service.ech_configs = 1 + ids % DISSECT_ECH_CONFIGS;
		for (size_t i = 0; i < m.service.ech_configs; i++)
			m.service.ech_config[i].name = str(i % 2 ? "front.example.com" : "cover.example.com");
		aggregate_message(a, &m);
		m.name = str("10.0.0.1"); /* no host's name */
		aggregate_message(a, &m);
		aggregate_flush(a);
		assert_int_equal(seen.count, 1);
		o = find("www.example.com", VIA_DNS_ANSWER);
		assert_int_equal(o->count, 1);
		expect(o, DETAIL_ECH_NAME, "cover.example.com", 1);
		if (ids > 0)
			expect(o, DETAIL_SERVICE_ALPN, "h0", (ids + 3) / 4);
		if (ids > 2)
			expect(o, DETAIL_SERVICE_ALPN, "h2", (ids + 1) / 4);
		assert_int_equal(o->detail_count, (m.service.ech_configs > 1 ? 2 : 1) + (ids < 3 ? ids : 3));
		assert_int_equal(aggregate_details(a)->refused, ids / 4);
		assert_int_equal(aggregate_details(a)->unpaired, 1);
		aggregate_free(a);
	}
}

static void hidden_dns_is_named(void **state)
{
	struct resolver row = { .name = (char[]){ "dns.campus.example" },
				.transports = { .item = (char *[]){ (char[]){ "doh" } }, .count = 1 } };
	const struct resolvers table = { &row, 1 };
	struct aggregate *a = make(0);
	struct dissect_message answer = reply(DISSECT_DNS_ANSWER, 9), dot = message(DISSECT_TLS, NULL, 4);
	(void)state;

	aggregate_resolvers(a, &table);
	answer.name = str("dns.campus.example");
	answer.answer.type = 1;
	answer.answer.addr = &answer.flow.src;
	answer.answer.addrs = 1;
	aggregate_message(a, &answer);
	hello(a, DISSECT_TLS, "dns.campus.example", 1, -1);
	hello(a, DISSECT_TLS, "www.campus.example", 2, -1);
	dot.flow.dport = 853;
	aggregate_message(a, &dot);
	dot.name = str("resolver.example.com");
	aggregate_message(a, &dot);
	aggregate_flush(a);
	expect(find("dns.campus.example", VIA_DNS_ANSWER), DETAIL_HIDDEN_DNS, "doh", 1);
	expect(find("dns.campus.example", VIA_TLS), DETAIL_HIDDEN_DNS, "doh", 1);
	expect(find("resolver.example.com", VIA_TLS), DETAIL_HIDDEN_DNS, "dot", 1);
	assert_int_equal(find("www.campus.example", VIA_TLS)->detail_count, 2);
	assert_int_equal(aggregate_details(a)->hidden_lookups, 1);
	assert_int_equal(aggregate_details(a)->hidden_doh, 1);
	assert_int_equal(aggregate_details(a)->hidden_dot, 2);
	assert_int_equal(aggregate_details(a)->hidden_doq, 0);
	aggregate_free(a);
}

/* A window that closed takes its subjects with it. */
static void answers_in_the_next_window_find_nobody(void **state)
{
	struct aggregate *a = make(60);
	struct dissect_message m = reply(DISSECT_HTTP_ANSWER, 1);
	(void)state;

	request(a, "jw.example.edu.cn", 1, "GET");
	m.time = 61;
	m.http_answer.status = 200;
	m.http_answer.title = str("late");
	aggregate_message(a, &m);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.o[0].detail_count, 0);
	assert_int_equal(aggregate_details(a)->unpaired, 1);
	aggregate_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hellos_tell),
		cmocka_unit_test(responses_belong_to_requests),
		cmocka_unit_test(answers_to_several_hosts_are_not_guessed),
		cmocka_unit_test(certificates_accuse_nobody),
		cmocka_unit_test(outer_names_are_known_by_their_records),
		cmocka_unit_test(each_configuration_of_a_record_is_known),
		cmocka_unit_test(an_outer_name_is_not_visited),
		cmocka_unit_test(visits_beside_an_outer_name_count),
		cmocka_unit_test(another_process_may_learn_later),
		cmocka_unit_test(late_hellos_are_judged_as_of_then),
		cmocka_unit_test(too_many_to_wait_are_judged_early),
		cmocka_unit_test(outer_names_are_counted_in_a_full_table),
		cmocka_unit_test(records_of_any_length_tell_the_same),
		cmocka_unit_test(hidden_dns_is_named),
		cmocka_unit_test(answers_in_the_next_window_find_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
