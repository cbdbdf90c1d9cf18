/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Against libevent's own HTTP server on the loopback; nastier ones are in tests/proc/probe_engine.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <sys/resource.h>

#include "visit/fetch.h"

static const uint8_t loopback[1][16] = { { [10] = 0xff, 0xff, 127, 0, 0, 1 } };

struct bed {
	struct event_base *base;
	struct evhttp *http;
	unsigned port;
	struct fetch *f;
	struct fetch_session *s;
	bool may;
	unsigned asked_may, served;
	char seen[4096]; /* the last request as it came */
	/* the last reply */
	unsigned replies, wanted;
	enum probe_outcome outcome;
	int status;
	size_t size;
	bool truncated;
	uint64_t total, from;
	char body[64], type[64];
	uint8_t peer[16];
	uint32_t retry_after;
	bool reused, dropped;
};

static bool may(void *arg, const uint8_t addr[16])
{
	struct bed *b = arg;

	(void)addr;
	b->asked_may++;
	return b->may;
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct bed *b = arg;
	const char *path = evhttp_request_get_uri(req);
	struct evkeyvalq *out = evhttp_request_get_output_headers(req);
	struct evbuffer *body = evbuffer_new();
	const struct evkeyval *kv;
	size_t at =
		(size_t)snprintf(b->seen, sizeof(b->seen), "%s %s\n",
				 evhttp_request_get_command(req) == EVHTTP_REQ_HEAD ? "HEAD" : "GET", path);

	for (kv = evhttp_request_get_input_headers(req)->tqh_first; kv != NULL; kv = kv->next.tqe_next)
		at += (size_t)snprintf(b->seen + at, sizeof(b->seen) - at, "%s: %s\n", kv->key, kv->value);
	b->served++;
	if (strcmp(path, "/drop") == 0) {
		evbuffer_free(body);
		evhttp_connection_free(evhttp_request_get_connection(req));
		return;
	}
	evhttp_add_header(out, "Content-Type", "text/plain");
	for (int i = 0; i < (strcmp(path, "/big") == 0 ? 100000 : 1); i++)
		evbuffer_add(body, "0123456789", 10);
	if (strcmp(path, "/part") == 0)
		evhttp_add_header(out, "Content-Range", "bytes 5-14/4000");
	if (strcmp(path, "/busy") == 0)
		evhttp_add_header(out, "Retry-After", "30");
	evhttp_send_reply(req,
			  strcmp(path, "/part") == 0   ? 206
			  : strcmp(path, "/busy") == 0 ? 429
						       : 200,
			  "x", body);
	evbuffer_free(body);
}

static void on_reply(void *arg, const struct fetch_reply *r)
{
	struct bed *b = arg;
	const struct probe_answer *a = &r->answer;

	b->outcome = a->outcome;
	b->status = a->status;
	b->size = a->size;
	b->truncated = a->truncated;
	b->total = a->total;
	b->from = a->range_from;
	snprintf(b->body, sizeof(b->body), "%.*s", (int)(a->size < 60 ? a->size : 60), (const char *)a->body);
	snprintf(b->type, sizeof(b->type), "%s", a->content_type);
	memcpy(b->peer, r->peer, 16);
	b->retry_after = r->retry_after;
	b->reused = r->reused;
	b->dropped = r->dropped;
	if (++b->replies == b->wanted)
		event_base_loopbreak(b->base);
}

static int set_up(void **state)
{
	static struct bed b;
	const struct fetch_settings s = {
		.agent = "beiand/test (+x)", .roots = "", .timeout = 20, .idle = 1
	};
	struct evhttp_bound_socket *bound;
	struct sockaddr_in sa;
	socklen_t n = sizeof(sa);

	memset(&b, 0, sizeof(b));
	b.base = event_base_new();
	b.http = evhttp_new(b.base);
	evhttp_set_gencb(b.http, on_request, &b);
	bound = evhttp_bind_socket_with_handle(b.http, "127.0.0.1", 0);
	if (bound == NULL || getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&sa, &n) != 0)
		return 1;
	b.port = ntohs(sa.sin_port);
	b.may = true;
	b.f = fetch_new(b.base, &s);
	*state = &b;
	if (b.f == NULL)
		return 1;
	b.s = fetch_open(b.f);
	return 0;
}

static int tear_down(void **state)
{
	struct bed *b = *state;

	fetch_close(b->s);
	fetch_free(b->f);
	evhttp_free(b->http);
	event_base_free(b->base);
	return 0;
}

/* A name that no resolver knows: only the pinned address can lead anywhere. */
static struct fetch_order order(struct bed *b, struct url *u, const char *path)
{
	char text[256];

	snprintf(text, sizeof(text), "http://pinned.invalid:%u%s", b->port, path);
	assert_true(url_parse(u, text));
	return (struct fetch_order){ .url = u, .addr = loopback, .addr_count = 1, .may = may, .arg = b };
}

static void go(struct bed *b, const struct fetch_order *o)
{
	b->replies = 0;
	b->wanted = 1;
	assert_non_null(fetch_begin(b->s, o, on_reply, b));
	event_base_dispatch(b->base);
	assert_int_equal(b->replies, 1);
}

static void test_get(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/x?a=b");
	char host[64];

	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	go(b, &o);
	unsetenv("http_proxy");
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_int_equal(b->status, 200);
	assert_string_equal(b->body, "0123456789");
	assert_string_equal(b->type, "text/plain");
	assert_memory_equal(b->peer, loopback[0], 16);
	assert_int_equal(b->total, 10);
	assert_int_equal(b->asked_may, 1);
	assert_memory_equal(b->seen, "GET /x?a=b\n", 11);
	snprintf(host, sizeof(host), "\nHost: pinned.invalid:%u\n", b->port);
	assert_non_null(strstr(b->seen, host));
	assert_non_null(strstr(b->seen, "\nUser-Agent: beiand/test (+x)\n"));
	assert_null(strstr(b->seen, "Accept-Encoding"));
	assert_null(strstr(b->seen, "Cookie"));
	assert_null(strstr(b->seen, "If-"));
}

static void test_head(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/x");

	o.head = o.compressed = true;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_int_equal(b->size, 0);
	assert_memory_equal(b->seen, "HEAD ", 5);
	assert_non_null(strstr(b->seen, "\nAccept-Encoding: gzip, deflate\n"));
}

/* What an earlier response said must not become a line of this request. */
static void test_conditional(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/x");

	o.etag = "\"abc\"";
	o.modified = "Sat, 21 Nov 2026 08:00:00 GMT";
	go(b, &o);
	assert_non_null(strstr(b->seen, "\nIf-None-Match: \"abc\"\n"));
	assert_non_null(strstr(b->seen, "\nIf-Modified-Since: Sat, 21 Nov 2026 08:00:00 GMT\n"));
	o.etag = "\"abc\"\r\nX-Evil: 1";
	o.modified = "\n";
	go(b, &o);
	assert_null(strstr(b->seen, "Evil"));
	assert_null(strstr(b->seen, "If-"));
}

static void test_caps(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/big"); /* 1,000,000 bytes */

	go(b, &o);
	assert_int_equal(b->outcome, PROBE_TOO_LARGE);
	assert_int_equal(b->size, PROBE_BODY_MAX);
	assert_true(b->truncated);
	assert_int_equal(b->total, 1000000);
	o.body_max = UINT32_MAX; /* nobody may ask for more than the cap */
	go(b, &o);
	assert_int_equal(b->size, PROBE_BODY_MAX);
	o.body_max = 15;
	o.prefix = true;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_string_equal(b->body, "012345678901234");
	assert_true(b->truncated);
	o.body_max = 1000000; /* over the cap, so it is cut there */
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_int_equal(b->size, PROBE_BODY_MAX);
}

static void test_range(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/part");

	o.ranged = o.compressed = true;
	o.from = 5;
	o.to = 14;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_int_equal(b->status, 206);
	assert_int_equal(b->total, 4000);
	assert_int_equal(b->from, 5);
	assert_false(b->truncated);
	assert_non_null(strstr(b->seen, "\nRange: bytes=5-14\n"));
	assert_null(strstr(b->seen, "Accept-Encoding"));
	o.to = 9; /* it sends more than was asked for */
	go(b, &o);
	assert_int_equal(b->size, 5);
	assert_true(b->truncated);
	o = order(b, &u, "/big"); /* and here it knows no ranges at all */
	o.ranged = true;
	o.to = 3;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_int_equal(b->status, 200);
	assert_string_equal(b->body, "0123");
	o = order(b, &u, "/part"); /* a part that nobody asked for */
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_BAD_RESPONSE);
}

static void test_retry_after(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/busy");

	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_int_equal(b->status, 429);
	assert_int_equal(b->retry_after, 30);
}

/* The last gate: neither what may not be connected to, nor what was not resolved for this transfer. */
static void test_gate(void **state)
{
	static const uint8_t other[1][16] = { { [10] = 0xff, 0xff, 127, 0, 0, 2 } };
	struct bed *b = *state;
	struct url u;
	char text[64];
	struct fetch_order o = order(b, &u, "/x");

	b->may = false;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_BAD_ADDRESS);
	assert_int_equal(b->asked_may, 1);
	b->may = true;
	snprintf(text, sizeof(text), "http://127.0.0.1:%u/", b->port);
	assert_true(url_parse(&u, text));
	o.addr = other;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_BAD_ADDRESS);
	assert_int_equal(b->served, 0);
	o.addr = loopback;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
}

static void test_no_server(void **state)
{
	struct bed *b = *state;
	struct url u;
	const struct fetch_order o = { .url = &u, .addr = loopback, .addr_count = 1, .may = may, .arg = b };

	assert_true(url_parse(&u, "http://pinned.invalid:1/"));
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_CONNECT_FAILED);
	assert_int_equal(b->status, 0);
	assert_true(url_parse(&u, "https://pinned.invalid:1/"));
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_CONNECT_FAILED);
}

/* A connection serves one request after the other, and is gone when nobody comes for it any more. */
static void test_reuse(void **state)
{
	static const uint8_t both[2][16] = { { [10] = 0xff, 0xff, 127, 0, 0, 2 },
					     { [10] = 0xff, 0xff, 127, 0, 0, 1 } };
	struct bed *b = *state;
	struct url u, other;
	struct fetch_order o = order(b, &u, "/x");
	uint8_t peer[16];
	char text[64];

	assert_false(fetch_peer(b->s, &u, peer));
	go(b, &o);
	assert_false(b->reused);
	assert_true(fetch_peer(b->s, &u, peer));
	assert_memory_equal(peer, loopback[0], 16);
	b->asked_may = 0;
	go(b, &o);
	assert_true(b->reused);
	assert_memory_equal(b->peer, loopback[0], 16);
	assert_int_equal(b->asked_may, 1); /* it is asked of those, too */
	snprintf(text, sizeof(text), "http://other.invalid:%u/", b->port);
	assert_true(url_parse(&other, text));
	assert_false(fetch_peer(b->s, &other, peer)); /* another name is another connection */
	while (fetch_peer(b->s, &u, peer))
		event_base_loop(b->base, EVLOOP_ONCE);
	o.addr = both;
	o.addr_count = 2;
	go(b, &o);
	assert_false(b->reused);
}

/* Who drops a kept connection without a word is not asked again behind our back. */
static void test_dropped(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/drop");

	go(b, &o);
	assert_int_equal(b->outcome, PROBE_RESET);
	assert_false(b->dropped); /* it was no kept one */
	o = order(b, &u, "/x");
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	b->served = 0;
	o = order(b, &u, "/drop");
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_RESET);
	assert_true(b->dropped);
	assert_int_equal(b->served, 1);
	o = order(b, &u, "/x");
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
	assert_false(b->dropped);
	assert_int_equal(b->served, 2);
}

/* That we have no socket is not told of the host. */
static void test_shortage(void **state)
{
	struct bed *b = *state;
	struct url u;
	const struct fetch_order o = order(b, &u, "/x");
	struct rlimit limit, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	go(b, &o);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(b->outcome, PROBE_SHORTAGE);
	assert_int_equal(b->status, 0);
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_DONE);
}

/* One that leads where its name leads no more, or where nobody may go any more, is not used. */
static void test_reuse_checked(void **state)
{
	static const uint8_t other[1][16] = { { [10] = 0xff, 0xff, 127, 0, 0, 2 } };
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/x");

	go(b, &o);
	o.addr = other; /* nobody listens there */
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_CONNECT_FAILED);
	o.addr = loopback;
	go(b, &o);
	b->may = false;
	go(b, &o);
	assert_int_equal(b->outcome, PROBE_BAD_ADDRESS);
	assert_int_equal(b->served, 2);
}

struct slot {
	struct bed *b;
	struct fetch_session *s;
	struct transfer *t; /* NULL: it has ended */
};
static struct slot slots[60];

/* The first that ends takes every other one with it, from within its own callback. */
static void on_slot(void *arg, const struct fetch_reply *r)
{
	struct slot *s = arg;

	s->t = NULL;
	for (size_t i = 0; i < 60 && s->b->replies == 0; i += 2)
		if (slots[i].t != NULL) {
			fetch_cancel(slots[i].t);
			slots[i].t = NULL;
			s->b->wanted--;
		}
	on_reply(s->b, r);
}

static void test_many_and_cancel(void **state)
{
	struct bed *b = *state;
	struct url u;
	struct fetch_order o = order(b, &u, "/big");

	b->wanted = 60;
	for (size_t i = 0; i < 60; i++) {
		slots[i].b = b;
		slots[i].s = fetch_open(b->f);
		slots[i].t = fetch_begin(slots[i].s, &o, on_slot, &slots[i]);
		assert_non_null(slots[i].t);
	}
	event_base_dispatch(b->base);
	assert_int_equal(b->replies, b->wanted);
	assert_in_range(b->replies, 30, 31);
	for (size_t i = 0; i < 60; i++)
		assert_null(slots[i].t);
	for (size_t i = 0; i < 60; i++)
		fetch_close(slots[i].s);
}

static void test_roots(void **state)
{
	struct bed *b = *state;
	const struct fetch_settings s = { .agent = "x", .roots = "/nonexistent.pem", .timeout = 1 };

	assert_null(fetch_new(b->base, &s));
	fetch_free(NULL);
}

#define BED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED(test_get),      BED(test_head),          BED(test_conditional),
		BED(test_caps),     BED(test_range),         BED(test_retry_after),
		BED(test_gate),     BED(test_no_server),     BED(test_many_and_cancel),
		BED(test_roots),    BED(test_reuse),         BED(test_dropped),
		BED(test_shortage), BED(test_reuse_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
