/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "visit/answers.h"

static const uint8_t leaf[] = { 1, 2, 3 }, root[] = { 4, 5 };

struct bed {
	size_t all;
	uint64_t refused;
	struct answers a;
	struct url u;
	struct fetch_order order;
	char body[64];
	struct fetch_reply reply;
};

static void make(struct bed *b)
{
	memset(b, 0, sizeof(*b));
	b->a = (struct answers){ .wanted = 1, .all = &b->all, .refused = &b->refused };
	assert_true(url_parse(&b->u, "https://a.cn/"));
	b->order = (struct fetch_order){ .url = &b->u, .compressed = true, .prefix = true };
	strcpy(b->body, "<title>x</title>");
	b->reply = (struct fetch_reply){ .answer = { .outcome = PROBE_DONE,
						     .status = 200,
						     .content_type = "text/html",
						     .server = "s",
						     .location = "",
						     .generator = "g",
						     .etag = "\"e\"",
						     .last_modified = "",
						     .authenticate = "",
						     .cookies = "c",
						     .body = (uint8_t *)b->body,
						     .size = strlen(b->body),
						     .total = 16,
						     .cert = { leaf, root },
						     .cert_size = { sizeof(leaf), sizeof(root) },
						     .cert_count = 2 },
					 .http = 20,
					 .connected = true,
					 .why = "" };
}

static bool finds(const struct bed *b, struct fetch_reply *out)
{
	int64_t when = 0;
	const bool yes = answers_find(&b->a, &b->order, out, &when);

	assert_int_equal(when, yes ? 7 : 0);
	return yes;
}

/* All of it, of memory of its own. */
static void test_copy(void **state)
{
	struct bed b;
	struct fetch_reply r;

	(void)state;
	make(&b);
	assert_false(finds(&b, &r));
	answers_put(&b.a, &b.order, &b.reply, 7);
	memset(b.body, 'x', sizeof(b.body));
	assert_true(finds(&b, &r));
	assert_int_equal(r.answer.size, 16);
	assert_memory_equal(r.answer.body, "<title>x</title>", 16);
	assert_string_equal(r.answer.content_type, "text/html");
	assert_string_equal(r.answer.cookies, "c");
	assert_string_equal(r.answer.etag, "\"e\"");
	assert_int_equal(r.answer.cert_count, 2);
	assert_memory_equal(r.answer.cert[0], leaf, sizeof(leaf));
	assert_memory_equal(r.answer.cert[1], root, sizeof(root));
	assert_true(b.all > 16);
	answers_clear(&b.a);
	assert_int_equal(b.all, 0);
	assert_false(finds(&b, &r));
}

static void test_who_is_served(void **state)
{
	struct bed b;
	struct fetch_reply r;

	(void)state;
	make(&b);
	answers_put(&b.a, &b.order, &b.reply, 7);
	b.order.body_max = 100;
	assert_false(finds(&b, &r));
	b.order.head = true; /* of that the body is no part */
	assert_true(finds(&b, &r));
	assert_int_equal(r.answer.size, 0);
	assert_null(r.answer.body);
	assert_int_equal(r.answer.cert_count, 2);
	b.order.head = false;
	b.order.body_max = 0;
	b.order.compressed = false;
	assert_false(finds(&b, &r));
	b.order.compressed = true;
	b.order.prefix = false;
	assert_false(finds(&b, &r));
	b.order.prefix = true;
	b.order.ranged = true;
	assert_false(finds(&b, &r));
	b.order.ranged = false;
	assert_true(url_parse(&b.u, "https://a.cn/x"));
	assert_false(finds(&b, &r));
	assert_true(url_parse(&b.u, "https://a.cn/"));
	assert_true(finds(&b, &r));
	answers_clear(&b.a);
}

static void test_what_is_not_kept(void **state)
{
	struct bed b;
	struct fetch_reply r;
	struct fetch_order order;
	struct fetch_reply reply;

	(void)state;
	make(&b);
	order = b.order;
	reply = b.reply;
	b.a.wanted = 0;
	answers_put(&b.a, &order, &reply, 7);
	b.a.wanted = 1;
	order.head = true;
	answers_put(&b.a, &order, &reply, 7);
	order = b.order;
	order.etag = "\"e\"";
	answers_put(&b.a, &order, &reply, 7);
	order = b.order;
	order.modified = "Sat";
	answers_put(&b.a, &order, &reply, 7);
	order = b.order;
	order.ranged = true;
	answers_put(&b.a, &order, &reply, 7);
	reply.answer.status = 503;
	answers_put(&b.a, &b.order, &reply, 7);
	reply.answer.status = 429;
	answers_put(&b.a, &b.order, &reply, 7);
	reply.answer.status = 200;
	reply.retry_after = 5;
	answers_put(&b.a, &b.order, &reply, 7);
	assert_int_equal(b.a.count, 0);
	assert_false(finds(&b, &r));
	assert_int_equal(b.refused, 0);
}

static void test_caps(void **state)
{
	struct bed b;
	uint8_t *big = calloc(1, PROBE_BODY_MAX);
	char text[32];

	(void)state;
	make(&b);
	for (unsigned i = 0; i < 2 * ANSWERS_MAX; i++) {
		snprintf(text, sizeof(text), "https://a.cn/%u", i);
		assert_true(url_parse(&b.u, text));
		answers_put(&b.a, &b.order, &b.reply, 7);
	}
	assert_int_equal(b.a.count, ANSWERS_MAX);
	assert_int_equal(b.refused, ANSWERS_MAX);
	answers_clear(&b.a);
	b.reply.answer.body = big;
	b.reply.answer.size = PROBE_BODY_MAX;
	answers_put(&b.a, &b.order, &b.reply, 7);
	answers_put(&b.a, &b.order, &b.reply, 7);
	assert_int_equal(b.a.count, 1);
	answers_clear(&b.a);
	b.all = ANSWERS_ALL_MAX; /* of other stays */
	answers_put(&b.a, &b.order, &b.reply, 7);
	assert_int_equal(b.a.count, 0);
	assert_int_equal(b.refused, ANSWERS_MAX + 2);
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_who_is_served),
		cmocka_unit_test(test_what_is_not_kept),
		cmocka_unit_test(test_caps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
