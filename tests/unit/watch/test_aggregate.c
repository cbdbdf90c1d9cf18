/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/aggregate.h"

#include <malloc.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "watch/hostname.h"
#include "watch/subject.h"

enum { SECOND = 1000000 };

struct seen {
	struct observation *o;
	size_t count, cap;
};

static void take(void *arg, const struct observation *o)
{
	struct seen *s = arg;

	s->o = xgrow(s->o, &s->cap, s->count + 1, sizeof(*s->o));
	s->o[s->count++] = *o;
}

static void ignore(void *arg, const struct observation *o) { (void)arg, (void)o; }

static struct hash_key key(const char *text)
{
	struct hash_key k;
	hash_key_fixed(&k, text);
	return k;
}

static struct aggregate *make(uint32_t max, int64_t window_us, struct identify *identify, struct seen *seen)
{
	struct hash_key k = key("test");
	*seen = (struct seen){ 0 };
	return aggregate_new(max, window_us, &k, identify, take, seen);
}

static void done(struct aggregate *a, struct seen *seen)
{
	aggregate_free(a);
	free(seen->o);
}

static const struct observation *find(const struct seen *s, const char *name, enum via via)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->o[i].name, name) == 0 && s->o[i].via == via)
			return &s->o[i];
	fail_msg("no observation of %s via %s", name, via_name(via));
	return NULL;
}

static struct dissect_str str(const char *s)
{
	return (struct dissect_str){ (const uint8_t *)s, s != NULL ? strlen(s) : 0 };
}

static struct dissect_addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct dissect_addr){ { [10] = 0xff, 0xff, a, b, c, d } };
}

/* From client number `client` to 192.0.2.9:443. */
static struct dissect_message message(enum dissect_kind kind, int64_t time, const char *name, uint16_t client)
{
	return (struct dissect_message){
		.kind = kind,
		.time = time,
		.name = str(name),
		.flow = { .src = v4(10, 0, (uint8_t)(client >> 8), (uint8_t)client),
			  .dst = v4(192, 0, 2, 9),
			  .sport = 50000,
			  .dport = 443,
			  .proto = IPPROTO_TCP },
	};
}

static void say(struct aggregate *a, enum dissect_kind kind, int64_t time, const char *name, uint16_t client)
{
	struct dissect_message m = message(kind, time, name, client);
	aggregate_message(a, &m);
}

static void counts_per_subject_and_channel(void **state)
{
	struct seen seen;
	struct aggregate *a = make(100, 0, NULL, &seen);
	const struct observation *o;
	struct dissect_message m = message(DISSECT_TLS, 4 * SECOND, "p.example.com", 1);
	(void)state;

	say(a, DISSECT_TLS, 5 * SECOND, "jw.example.edu.cn", 1);
	say(a, DISSECT_TLS, 3 * SECOND, "jw.example.edu.cn", 2);
	say(a, DISSECT_TLS, 9 * SECOND, "jw.example.edu.cn", 1);
	say(a, DISSECT_QUIC, 9 * SECOND, "jw.example.edu.cn", 1);
	say(a, DISSECT_HTTP, 9 * SECOND, "jw.example.edu.cn:8080", 3);
	say(a, DISSECT_DNS_QUERY, 1 * SECOND, "jw.example.edu.cn", 4);
	m.proxied = true; /* where a proxy is, what is asked of it is not served */
	aggregate_message(a, &m);
	say(a, DISSECT_TLS, 9 * SECOND, NULL, 1);
	say(a, DISSECT_QUIC, 9 * SECOND, NULL, 1);
	assert_int_equal(seen.count, 0);
	aggregate_flush(a);
	assert_int_equal(seen.count, 5);
	o = find(&seen, "jw.example.edu.cn", VIA_TLS);
	assert_int_equal(o->kind, SUBJECT_HOST);
	assert_int_equal(o->count, 3);
	assert_int_equal(o->from, 3 * SECOND);
	assert_int_equal(o->to, 9 * SECOND);
	assert_int_equal(sketch_count(&o->clients), 2);
	assert_int_equal(o->server_count, 1);
	assert_int_equal(o->servers[0].port, 443);
	assert_int_equal(o->servers[0].addr[15], 9);
	assert_int_equal(o->link_count, 0);
	assert_int_equal(find(&seen, "jw.example.edu.cn", VIA_HTTP)->count, 1);
	assert_int_equal(find(&seen, "jw.example.edu.cn", VIA_QUIC)->count, 1);
	assert_int_equal(find(&seen, "jw.example.edu.cn", VIA_DNS_QUERY)->count, 1);
	assert_int_equal(find(&seen, "p.example.com", VIA_TLS)->server_count, 0);
	assert_int_equal(aggregate_stats(a)->observations, 5);
	assert_int_equal(aggregate_stats(a)->names_refused, 0);
	aggregate_flush(a);
	assert_int_equal(seen.count, 5);
	done(a, &seen);
}

static void answer(struct aggregate *a, uint16_t type, struct dissect_addr addr, const char *cname)
{
	struct dissect_message m = message(DISSECT_DNS_ANSWER, SECOND, "a.example.com", 0);
	m.flow.src = v4(192, 0, 2, 53);
	m.flow.dst = v4(10, 0, 0, 7);
	m.answer.type = type;
	m.answer.addr = &addr;
	m.answer.addrs = cname == NULL;
	m.answer.cname = str(cname);
	aggregate_message(a, &m);
}

static void answers_tell_servers_and_aliases(void **state)
{
	struct seen seen;
	struct aggregate *a = make(100, 0, NULL, &seen);
	struct hash_key k = key("test");
	const struct observation *o;
	(void)state;

	answer(a, 1, v4(192, 0, 2, 80), NULL);
	answer(a, 28, (struct dissect_addr){ { 0x20, 1, 0xd, 0xb8, [15] = 1 } }, NULL);
	answer(a, 5, v4(0, 0, 0, 0), "cdn.example.net");
	answer(a, 5, v4(0, 0, 0, 0), "b.example.org");
	answer(a, 5, v4(0, 0, 0, 0), "cdn.example.net");
	answer(a, 5, v4(0, 0, 0, 0), "bad name");
	aggregate_flush(a);
	assert_int_equal(seen.count, 1);
	o = find(&seen, "a.example.com", VIA_DNS_ANSWER);
	assert_int_equal(o->count, 6);
	assert_int_equal(o->server_count, 2);
	assert_int_equal(o->servers[0].addr[11], 0xff);
	assert_int_equal(o->servers[0].port, 0);
	assert_int_equal(o->servers[1].addr[0], 0x20);
	assert_int_equal(o->link_count, 2);
	assert_string_equal(o->links[0].name, "b.example.org");
	assert_string_equal(o->links[1].name, "cdn.example.net");
	assert_int_equal(o->links[1].count, 2);
	assert_int_equal(aggregate_stats(a)->names_refused, 1);
	assert_int_equal(sketch_count(&o->clients), 1);
	assert_true(o->clients.hash[0] == hash_keyed(&k, v4(10, 0, 0, 7).bytes, 16));
	done(a, &seen);
}

static void refused_names_are_counted(void **state)
{
	static const char *const bad[] = { ".", "localhost", "4.3.2.1.in-addr.arpa", "tv.local",
					   "a_b c.com" };
	struct seen seen;
	struct aggregate *a = make(100, 0, NULL, &seen);
	(void)state;

	for (size_t i = 0; i < 5; i++)
		say(a, DISSECT_DNS_QUERY, 1, bad[i], 1);
	say(a, DISSECT_HTTP, 1, "192.0.2.1:8080", 1);
	say(a, DISSECT_HTTP, 1, NULL, 1);
	aggregate_flush(a);
	assert_int_equal(seen.count, 0);
	assert_int_equal(aggregate_stats(a)->names_refused, 7);
	done(a, &seen);
}

static void order_is_by_kind_name_channel(void **state)
{
	static const char *const names[] = { "b.example.com", "a.example.com", "a.example.co",
					     "ab.example.com" };
	static const char *const want[] = { "a.example.co", "a.example.com", "a.example.com",
					    "ab.example.com", "b.example.com" };
	struct seen seen;
	struct aggregate *a = make(100, 0, NULL, &seen);
	(void)state;

	say(a, DISSECT_TLS, 1, "a.example.com", 1);
	for (size_t i = 0; i < 4; i++)
		say(a, DISSECT_DNS_QUERY, 1, names[i], 1);
	aggregate_flush(a);
	assert_int_equal(seen.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(seen.o[i].name, want[i]);
	assert_int_equal(seen.o[1].via, VIA_DNS_QUERY);
	assert_int_equal(seen.o[2].via, VIA_TLS);
	done(a, &seen);
}

static void windows_are_aligned_and_in_order(void **state)
{
	const int64_t w = 60 * (int64_t)SECOND;
	struct seen seen;
	struct aggregate *a = make(100, w, NULL, &seen);
	(void)state;

	say(a, DISSECT_TLS, 2 * w - 1, "a.example.com", 1);
	say(a, DISSECT_TLS, 2 * w, "a.example.com", 1);
	assert_int_equal(seen.count, 1);
	say(a, DISSECT_TLS, 2 * w - 5, "b.example.com", 1); /* late: counted where the window stands */
	aggregate_tick(a, 3 * w - 1);
	assert_int_equal(seen.count, 1);
	aggregate_tick(a, 3 * w);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.o[0].to, 2 * w - 1);
	assert_int_equal(seen.o[1].from, 2 * w);
	assert_int_equal(seen.o[2].from, 2 * w);
	assert_int_equal(aggregate_stats(a)->late, 1);
	/* nothing open: the next message opens its own window, wherever it lies */
	say(a, DISSECT_TLS, -w - 1, "c.example.com", 1);
	aggregate_tick(a, -w);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.o[3].from, -w - 1);
	assert_int_equal(aggregate_stats(a)->late, 1);
	done(a, &seen);
}

/* One packet from the future must not keep all that follow in its window. */
static void clock_may_be_set_back(void **state)
{
	const int64_t w = 60 * (int64_t)SECOND, hour = 60 * w;
	struct seen seen;
	struct aggregate *a = make(100, w, NULL, &seen);
	(void)state;

	say(a, DISSECT_TLS, 9000 * hour, "a.example.com", 1);
	say(a, DISSECT_TLS, 9000 * hour - hour, "b.example.com", 1);
	assert_int_equal(aggregate_stats(a)->late, 1);
	say(a, DISSECT_TLS, 5 * hour + 7, "c.example.com", 1);
	assert_int_equal(seen.count, 2);
	aggregate_tick(a, 5 * hour + w);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.o[2].from, 5 * hour + 7);
	assert_int_equal(aggregate_stats(a)->late, 1);
	done(a, &seen);
	/* without windows there is nothing to be late for */
	a = make(100, 0, NULL, &seen);
	say(a, DISSECT_TLS, 9000 * hour, "a.example.com", 1);
	say(a, DISSECT_TLS, -9000 * hour, "a.example.com", 1);
	aggregate_flush(a);
	assert_int_equal(seen.count, 1);
	done(a, &seen);
}

static void full_tables_count_what_they_refuse(void **state)
{
	struct seen seen;
	struct aggregate *a = make(3, 0, NULL, &seen);
	char name[32];
	(void)state;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 10; i++) {
			snprintf(name, sizeof(name), "h%d.example.com", i);
			say(a, DISSECT_TLS, 1, name, 1);
		}
	}
	aggregate_flush(a);
	assert_int_equal(seen.count, 3);
	assert_int_equal(find(&seen, "h0.example.com", VIA_TLS)->count, 2);
	assert_int_equal(aggregate_stats(a)->evicted, 14);
	/* the next window has room again */
	say(a, DISSECT_TLS, 1, "h9.example.com", 1);
	aggregate_flush(a);
	assert_int_equal(find(&seen, "h9.example.com", VIA_TLS)->count, 1);
	done(a, &seen);
}

static void lists_are_capped_and_counted(void **state)
{
	struct seen seen;
	struct aggregate *a = make(10, 0, NULL, &seen);
	const struct observation *o;
	char cname[32];
	(void)state;

	for (uint8_t i = 0; i < 20; i++)
		answer(a, 1, v4(192, 0, 2, i), NULL);
	answer(a, 1, v4(192, 0, 2, 3), NULL);
	for (int i = 0; i < 20; i++) {
		snprintf(cname, sizeof(cname), "c%02d.example.com", i);
		answer(a, 5, v4(0, 0, 0, 0), cname);
	}
	aggregate_flush(a);
	o = find(&seen, "a.example.com", VIA_DNS_ANSWER);
	assert_int_equal(o->server_count, RECORD_SERVERS_MAX);
	assert_int_equal(o->servers_more, 20 - RECORD_SERVERS_MAX);
	assert_int_equal(o->link_count, RECORD_LINKS_MAX);
	assert_int_equal(o->links_more, 20 - RECORD_LINKS_MAX);
	assert_string_equal(o->links[15].name, "c15.example.com");
	assert_int_equal(o->count, 41);
	assert_int_equal(aggregate_stats(a)->servers_more, 20 - RECORD_SERVERS_MAX);
	assert_int_equal(aggregate_stats(a)->links_more, 20 - RECORD_LINKS_MAX);
	done(a, &seen);
}

static void assert_same_clients(const struct sketch *a, const struct sketch *b)
{
	assert_int_equal(a->exact, b->exact);
	if (a->exact == SKETCH_DENSE)
		assert_memory_equal(a->reg, b->reg, sizeof(a->reg));
	else
		assert_memory_equal(a->hash, b->hash, a->exact * sizeof(a->hash[0]));
}

/* Whatever way the clients are held, the sketch is the one that adding them plainly gives. */
static void clients_are_what_a_sketch_says(void **state)
{
	static const uint16_t sizes[] = { 1, 2, 3, 9, 127, 128, 129, 256, 257, 3000 };
	struct hash_key k = key("test");
	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct seen seen;
		struct aggregate *a = make(10, 0, NULL, &seen);
		struct sketch want;
		sketch_init(&want);
		for (uint16_t c = 0; c < sizes[i] * 2; c++) {
			struct dissect_message m = message(DISSECT_TLS, 1, "a.example.com", c % sizes[i]);
			aggregate_message(a, &m);
			sketch_add(&want, hash_keyed(&k, m.flow.src.bytes, 16));
		}
		aggregate_flush(a);
		assert_same_clients(&want, &seen.o[0].clients);
		assert_int_equal(aggregate_stats(a)->clients_more, 0);
		done(a, &seen);
	}
}

static void say_many(struct aggregate *a, int from, int to, uint16_t client)
{
	char name[128];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "h%d.%050d.example.com", i, 0);
		say(a, DISSECT_TLS, 1, name, client);
	}
}

/* Busy subjects use up the memory for clients, which is counted, but never keep others from being seen. */
static void memory_full_is_counted(void **state)
{
	struct seen seen;
	struct aggregate *a = make(4000, 0, NULL, &seen);
	const struct aggregate_stats *stats;
	uint64_t clients = 0;
	(void)state;

	for (uint16_t c = 0; c < 300; c++)
		say_many(a, 0, 2000, c);
	assert_true(aggregate_stats(a)->clients_more > 0);
	say_many(a, 2000, 4000, 1);
	aggregate_flush(a);
	stats = aggregate_stats(a);
	assert_int_equal(stats->evicted, 0);
	assert_int_equal(seen.count, 4000);
	for (size_t i = 0; i < seen.count; i++) {
		assert_true(sketch_count(&seen.o[i].clients) > 0);
		assert_int_equal(seen.o[i].server_count, 1);
		clients += sketch_count(&seen.o[i].clients);
	}
	assert_true(clients > 4000 && clients + stats->clients_more >= 2000 * 300);
	done(a, &seen);
}

static size_t held(void)
{
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
}

/* A storm of names, each once, of any length, from any client, with whatever hangs on them: the memory is
 * what was taken at the start, no more than a table of this size may take; who did not fit is counted. */
static void hostile_names_take_no_memory(void **state)
{
	enum { MOST = 4096, STORM = 200000 };
	struct seen seen = { 0 };
	struct hash_key k = key("test");
	size_t before = held(), taken;
	struct aggregate *a = aggregate_new(MOST, 0, &k, NULL, ignore, &seen);
	char name[HOSTNAME_MAX];
	(void)state;

	taken = held();
	assert_true(taken - before <= subjects_size(MOST) + MOST * 64 + (4 << 20));
	for (int i = 0; i < STORM; i++) {
		struct dissect_message m;
		int pad = i % 3 == 0 ? 200 : 1;
		snprintf(name, sizeof(name), "%0*d.%060d.example.com", pad > 60 ? 60 : pad, i, i);
		m = message(DISSECT_TLS, 1, name, (uint16_t)i);
		m.flow.dport = (uint16_t)i;
		snprintf(m.tls.hello.ja4, sizeof(m.tls.hello.ja4), "%036d", i);
		aggregate_message(a, &m);
		answer(a, 5, v4(0, 0, 0, 0), name);
	}
	assert_true(held() <= taken);
	assert_int_equal(aggregate_stats(a)->evicted, STORM - (MOST - 1));
	aggregate_flush(a);
	assert_int_equal(aggregate_stats(a)->observations, MOST);
	assert_true(held() <= taken);
	aggregate_free(a);
}

/* --- identifiers --- */

static struct identify *two_rows(struct identifier rows[2], struct identifiers *table)
{
	char error[CONF_ERROR_MAX];

	rows[0] = (struct identifier){ .id = "mini",
				       .kind = SUBJECT_WECHAT_MINI,
				       .via = VIA_HTTP_REFERER,
				       .pattern = "mini/(?<name>\\w+)",
				       .tie = true };
	rows[1] = (struct identifier){ .id = "oauth",
				       .kind = SUBJECT_WECHAT_OA,
				       .via = VIA_HTTP_URL,
				       .pattern = "oauth\\?id=(?<name>\\w+)(?:&to=(?<host>.*))?" };
	*table = (struct identifiers){ rows, 2 };
	return identify_new(table, error);
}

static void request(struct aggregate *a, const char *host, const char *target, const char *referer)
{
	struct dissect_message m = message(DISSECT_HTTP, SECOND, host, 1);

	m.flow.dport = 80;
	m.http.target = str(target);
	m.http.referer = str(referer);
	aggregate_message(a, &m);
}

static void identifiers_are_tied_to_hosts(void **state)
{
	struct identifier rows[2];
	struct identifiers table;
	struct identify *identify = two_rows(rows, &table);
	struct seen seen;
	struct aggregate *a = make(100, 0, identify, &seen);
	const struct observation *o;
	(void)state;

	request(a, "api.example.com:80", "/x", "mini/wx1");
	request(a, "api.example.com", "/x", "mini/wx1");
	request(a, "cdn.example.com", "/x", "mini/wx1");
	request(a, "192.0.2.7", "/x", "mini/wx2");
	request(a, "open.example.com", "/oauth?id=oa1&to=http%3A%2F%2FJW.example.edu.cn%3A80%2F", NULL);
	request(a, "open.example.com", "/oauth?id=oa2", NULL);
	request(a, "open.example.com", "/oauth?id=oa3&to=10.0.0.1", NULL);
	aggregate_flush(a);
	o = find(&seen, "wx1", VIA_HTTP_REFERER);
	assert_int_equal(o->kind, SUBJECT_WECHAT_MINI);
	assert_int_equal(o->count, 3);
	assert_int_equal(sketch_count(&o->clients), 1);
	assert_int_equal(o->servers[0].port, 80);
	assert_int_equal(o->link_count, 2);
	assert_int_equal(o->links[0].kind, SUBJECT_HOST);
	assert_string_equal(o->links[0].name, "api.example.com");
	assert_int_equal(o->links[0].count, 2);
	assert_string_equal(o->links[1].name, "cdn.example.com");
	assert_int_equal(find(&seen, "wx2", VIA_HTTP_REFERER)->link_count, 0);
	o = find(&seen, "oa1", VIA_HTTP_URL);
	assert_int_equal(o->link_count, 1);
	assert_string_equal(o->links[0].name, "jw.example.edu.cn");
	assert_int_equal(find(&seen, "oa2", VIA_HTTP_URL)->link_count, 0);
	assert_int_equal(find(&seen, "oa3", VIA_HTTP_URL)->link_count, 0);
	assert_int_equal(find(&seen, "api.example.com", VIA_HTTP)->count, 2);
	assert_int_equal(find(&seen, "open.example.com", VIA_HTTP)->count, 3);
	assert_int_equal(aggregate_stats(a)->names_refused, 1);
	done(a, &seen);
	identify_free(identify);
}

/* What is emitted survives the wire, so that the store never refuses what a sensor made. */
static void every_observation_survives_the_wire(void **state)
{
	struct identifier rows[2];
	struct identifiers table;
	struct identify *identify = two_rows(rows, &table);
	struct seen seen;
	struct aggregate *a = make(100, 0, identify, &seen);
	static uint8_t frame[16384], again[16384];
	(void)state;

	request(a, "api.example.com:80", "/x", "mini/wx1");
	answer(a, 5, v4(0, 0, 0, 0), "cdn.example.net");
	for (uint16_t c = 0; c < 1000; c++)
		say(a, DISSECT_QUIC, c, "_x.example.com", c);
	aggregate_flush(a);
	assert_int_equal(seen.count, 4);
	for (size_t i = 0; i < seen.count; i++) {
		struct wr w = wr_init(frame, sizeof(frame));
		struct observation back;
		struct rd r;
		observation_put(&w, &seen.o[i]);
		r = rd_init(frame, wr_len(&w));
		assert_true(wr_ok(&w) && observation_get(&r, &back) && rd_done(&r));
		w = wr_init(again, sizeof(again));
		observation_put(&w, &back);
		assert_memory_equal(frame, again, wr_len(&w));
	}
	done(a, &seen);
	identify_free(identify);
}

/* The name that was asked for is served where its last alias is; it is seen no more often for that. */
static void address_behind_aliases(void **state)
{
	struct seen seen;
	struct aggregate *a = make(100, 0, NULL, &seen);
	struct dissect_message m = message(DISSECT_DNS_ANSWER, 1, "jw.example.edu.cn", 1);
	struct dissect_addr behind[16];
	const struct observation *o;
	(void)state;

	m.answer.question = str("jw.example.edu.cn");
	m.answer.type = 5;
	m.answer.cname = str("jw.cdn.example.net");
	aggregate_message(a, &m);
	m.name = str("jw.cdn.example.net");
	m.answer.type = 1;
	m.answer.cname = str(NULL);
	for (uint8_t i = 0; i < 16; i++)
		behind[i] = v4(203, 0, 113, (uint8_t)(i + 1));
	m.answer.addr = behind; /* records told at once, each counts */
	m.answer.addrs = 2;
	aggregate_message(a, &m);
	m.answer.addrs = 16;
	m.answer.question = str("unseen.example.edu.cn"); /* makes no observation */
	aggregate_message(a, &m);
	m.name = str("192.0.2.1");
	aggregate_message(a, &m);
	aggregate_flush(a);
	assert_int_equal(seen.count, 2);
	o = find(&seen, "jw.example.edu.cn", VIA_DNS_ANSWER);
	assert_int_equal(o->count, 1);
	assert_int_equal(o->link_count, 1);
	assert_int_equal(o->server_count, 2);
	assert_int_equal(o->servers[1].addr[15], 2);
	assert_int_equal(o->servers[1].port, 0);
	o = find(&seen, "jw.cdn.example.net", VIA_DNS_ANSWER);
	assert_int_equal(o->count, 2 + 16);
	assert_int_equal(o->server_count, RECORD_SERVERS_MAX);
	assert_int_equal(o->servers_more, 16 - RECORD_SERVERS_MAX);
	assert_int_equal(aggregate_stats(a)->names_refused, 16);
	done(a, &seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_per_subject_and_channel),
		cmocka_unit_test(answers_tell_servers_and_aliases),
		cmocka_unit_test(refused_names_are_counted),
		cmocka_unit_test(order_is_by_kind_name_channel),
		cmocka_unit_test(windows_are_aligned_and_in_order),
		cmocka_unit_test(clock_may_be_set_back),
		cmocka_unit_test(full_tables_count_what_they_refuse),
		cmocka_unit_test(lists_are_capped_and_counted),
		cmocka_unit_test(clients_are_what_a_sketch_says),
		cmocka_unit_test(memory_full_is_counted),
		cmocka_unit_test(hostile_names_take_no_memory),
		cmocka_unit_test(identifiers_are_tied_to_hosts),
		cmocka_unit_test(every_observation_survives_the_wire),
		cmocka_unit_test(address_behind_aliases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
