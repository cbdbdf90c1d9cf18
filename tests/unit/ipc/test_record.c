/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FRAME_MAX = 16384 };

static void sample(struct observation *o)
{
	memset(o, 0, sizeof(*o));
	o->from = 1795680000000000;
	o->to = o->from + 5;
	o->kind = SUBJECT_WECHAT_MINI;
	o->via = VIA_HTTP_REFERER;
	snprintf(o->name, sizeof(o->name), "wx0123456789abcdef");
	o->count = UINT64_C(1) << 40;
	sketch_add(&o->clients, 42);
	sketch_add(&o->clients, 7);
	o->server_count = 2;
	o->servers[0] =
		(struct record_server){ { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 }, 443 };
	o->servers[1] = (struct record_server){ { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, 0 };
	o->servers_more = 3;
	o->link_count = 1;
	o->links[0] = (struct record_link){ SUBJECT_HOST, "api.example.edu.cn", 9 };
	o->links_more = 4;
}

static struct record_detail detail(enum detail type, const char *value, uint64_t count)
{
	struct record_detail d = { .type = type, .count = count };
	snprintf(d.value, sizeof(d.value), "%s", value);
	return d;
}

static void sample_host(struct observation *o)
{
	sample(o);
	o->kind = SUBJECT_HOST;
	o->via = VIA_HTTP;
	o->detail_count = 3;
	o->details[0] = detail(DETAIL_ALPN, "h2", 3);
	o->details[1] = detail(DETAIL_TITLE, "教务系统", 1);
	o->details[2] = detail(DETAIL_TITLE, "教务系统 登录", 2);
	o->details_more = 5;
}

static size_t put(uint8_t *bytes, const struct observation *o)
{
	struct wr w = wr_init(bytes, FRAME_MAX);
	observation_put(&w, o);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static bool survives(const struct observation *o)
{
	static uint8_t bytes[FRAME_MAX], again[FRAME_MAX];
	struct observation back;
	size_t n = put(bytes, o);
	struct rd r = rd_init(bytes, n);

	memset(&back, 0xa5, sizeof(back));
	return observation_get(&r, &back) && rd_done(&r) && put(again, &back) == n &&
	       memcmp(bytes, again, n) == 0;
}

static void round_trip(void **state)
{
	struct observation o;
	(void)state;

	sample(&o);
	assert_true(survives(&o));
	sample_host(&o);
	assert_true(survives(&o));
	o.detail_count = RECORD_DETAILS_MAX;
	for (int i = 0; i < RECORD_DETAILS_MAX; i++) {
		o.details[i] = detail(DETAIL_TITLE, "", 1);
		memset(o.details[i].value, 'a' + i, RECORD_VALUE_MAX - 1);
	}
	o.server_count = RECORD_SERVERS_MAX;
	o.link_count = RECORD_LINKS_MAX;
	for (int i = 0; i < RECORD_LINKS_MAX; i++) {
		o.links[i] = (struct record_link){ SUBJECT_HOST, "", 1 };
		memset(o.links[i].name, 'a', RECORD_NAME_MAX - 1);
	}
	memset(o.name, 'b', RECORD_NAME_MAX - 1);
	for (uint64_t i = 1; i < 1000; i++)
		sketch_add(&o.clients, i * UINT64_C(0x9e3779b97f4a7c15));
	assert_true(survives(&o));
}

static void every_truncation_is_refused(void **state)
{
	static uint8_t bytes[FRAME_MAX];
	struct observation o, back;
	size_t n;
	struct rd r;
	(void)state;

	sample_host(&o);
	n = put(bytes, &o);
	for (size_t cut = 0; cut < n; cut++) {
		r = rd_init(bytes, cut);
		assert_false(observation_get(&r, &back));
	}
	r = rd_init(bytes, n + 1);
	assert_true(observation_get(&r, &back));
	assert_false(rd_done(&r));
}

/* Each is what a broken or taken child could send. */
static void lies_are_refused(void **state)
{
	struct observation o;
	(void)state;

#define REFUSED(change)                                                                                      \
	do {                                                                                                 \
		sample(&o);                                                                                  \
		change;                                                                                      \
		assert_false(survives(&o));                                                                  \
	} while (0)

	REFUSED(o.to = o.from - 1);
	REFUSED(o.kind = SUBJECT_KIND_COUNT);
	REFUSED(o.via = VIA_COUNT);
	REFUSED(o.kind = SUBJECT_HOST);
	REFUSED(o.via = VIA_TLS);
	REFUSED(o.name[0] = '\0');
	REFUSED(o.name[3] = ' ');
	REFUSED(o.name[3] = '\x7f');
	REFUSED(o.name[3] = (char)0xe4);
	REFUSED(o.count = 0);
	REFUSED(o.links[0].count = 0);
	REFUSED(o.links[0].kind = SUBJECT_KIND_COUNT);
	REFUSED(o.links[0].name[0] = '\n');
	REFUSED((o.clients.hash[0] = 9, o.clients.hash[1] = 8));
#undef REFUSED
}

static void details_that_lie_are_refused(void **state)
{
	struct observation o;
	(void)state;

#define REFUSED(change)                                                                                      \
	do {                                                                                                 \
		sample_host(&o);                                                                             \
		change;                                                                                      \
		assert_false(survives(&o));                                                                  \
	} while (0)

	REFUSED((o.kind = SUBJECT_WECHAT_MINI, o.via = VIA_HTTP_REFERER));
	REFUSED(o.details[2].type = DETAIL_COUNT);
	REFUSED(o.details[0].count = 0);
	REFUSED(o.details[0].value[0] = '\0');
	REFUSED(o.details[0].value[0] = '\x1b');
	REFUSED(o.details[0].value[0] = '\n');
	REFUSED(o.details[1].value[2] = '\x20');
	REFUSED(memcpy(o.details[1].value, "\xe2\x80\xae", 3));
	/* out of order, or twice */
	REFUSED(o.details[1] = detail(DETAIL_TITLE, "教务系统 登录", 1));
	REFUSED(o.details[2] = detail(DETAIL_TITLE, "教务", 1));
	REFUSED(o.details[0].type = DETAIL_HIDDEN_DNS);
#undef REFUSED
}

static void lying_counts_are_refused(void **state)
{
	static uint8_t bytes[FRAME_MAX];
	struct observation o, back;
	size_t n, servers_at, links_at, details_at;
	struct rd r;
	(void)state;

	sample(&o);
	n = put(bytes, &o);
	details_at = n - 8 - 1;
	links_at = details_at - 8 - (1 + 2 + strlen(o.links[0].name) + 8) - 1;
	servers_at = links_at - 8 - o.server_count * 18u - 1;
	assert_int_equal(bytes[links_at], 1);
	assert_int_equal(bytes[servers_at], 2);
	for (int v = 0; v < 256; v++) {
		bytes[servers_at] = (uint8_t)v;
		r = rd_init(bytes, n);
		assert_int_equal(observation_get(&r, &back) && rd_done(&r), v == 2);
	}
	bytes[servers_at] = 2;
	assert_int_equal(bytes[details_at], 0);
	for (int v = 0; v < 256; v++) {
		bytes[details_at] = (uint8_t)v;
		r = rd_init(bytes, n);
		assert_int_equal(observation_get(&r, &back) && rd_done(&r), v == 0);
	}
	bytes[details_at] = 0;
	for (int v = 0; v < 256; v++) {
		bytes[links_at] = (uint8_t)v;
		r = rd_init(bytes, n);
		assert_int_equal(observation_get(&r, &back) && rd_done(&r), v == 1);
	}
}

static void name_too_long_is_refused(void **state)
{
	static uint8_t bytes[2048];
	struct observation back;
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct rd r = rd_init(bytes, sizeof(bytes));
	(void)state;

	wr_be64(&w, 1);
	wr_be64(&w, 1);
	wr_u8(&w, SUBJECT_HOST);
	wr_be16(&w, RECORD_NAME_MAX);
	for (int i = 0; i < RECORD_NAME_MAX; i++)
		wr_u8(&w, 'a');
	assert_false(observation_get(&r, &back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(lies_are_refused),
		cmocka_unit_test(details_that_lie_are_refused),
		cmocka_unit_test(lying_counts_are_refused),
		cmocka_unit_test(name_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
