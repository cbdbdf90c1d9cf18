/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "watch/aggregate.h"

static void add(struct subjects *t, enum subject_kind kind, enum via via, const char *name)
{
	struct subject_key k = { .kind = kind, .via = via, .name = name, .len = strlen(name) };

	k.hash = subjects_hash(t, &k);
	if (subjects_find(t, &k) == NULL)
		assert_non_null(subjects_add(t, &k, 0));
}

/* The plain way to say it. */
static int compare(const struct subject *a, const struct subject *b)
{
	char x[RECORD_NAME_MAX], y[RECORD_NAME_MAX];
	int c = a->kind - b->kind;

	snprintf(x, sizeof(x), "%.*s", a->len, a->name);
	snprintf(y, sizeof(y), "%.*s", b->len, b->name);
	return c != 0 ? c : strcmp(x, y);
}

static void expect_order(struct subjects *t)
{
	bool *seen = calloc(t->end + 1, sizeof(bool));
	const struct order_key *key;
	struct order o;
	uint32_t told = 0;

	order_init(&o, t->max);
	key = order_make(&o, t);
	for (uint32_t i = 0; i < t->names; i++) {
		const struct subject *s = subjects_at(t, key[i].number);
		assert_true(key[i].number < t->end && !seen[key[i].number]);
		seen[key[i].number] = true;
		if (i > 0)
			assert_true(compare(subjects_at(t, key[i - 1].number), s) < 0);
		for (;; s = subjects_at(t, s->next)) {
			told++;
			if (s->next == 0)
				break;
		}
	}
	assert_int_equal(told, t->count);
	order_clear(&o);
	free(seen);
}

/* Names that differ in their first bytes, behind them, or only in their length. */
static void make_name(char out[64], uint32_t random)
{
	unsigned value = random >> 12 & 0xfff;

	switch (random >> 30) {
	case 0:
		snprintf(out, 64, "%x.cn", value);
		break;
	case 1:
		snprintf(out, 64, "www.example.edu.%x.cn", value);
		break;
	case 2:
		snprintf(out, 64, "www.example.edu.cn.long.%x", value);
		break;
	default:
		snprintf(out, 64, "w%.*s", (int)(value & 31), "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww");
	}
}

static void sorts_as_the_plain_way(void **state)
{
	uint32_t random = 1;
	(void)state;

	for (uint32_t n = 0; n < 9000; n += n < 40 ? 1 : n < 300 ? 61 : 2900) {
		struct subjects t;
		subjects_init(&t, n + 1);
		for (uint32_t i = 0; i < n; i++) {
			char name[64];
			random = random * 1664525 + 1013904223;
			make_name(name, random);
			add(&t, random >> 8 & 1 ? SUBJECT_HOST : SUBJECT_WECHAT_MINI,
			    (enum via)((random >> 9) % VIA_COUNT), name);
		}
		expect_order(&t);
		subjects_clear(&t);
	}
}

/* --- without an order of their own: as they were first seen --- */

static void say(struct aggregate *a, enum dissect_kind kind, const char *name)
{
	aggregate_message(a, &(struct dissect_message){ .kind = kind,
							.name = { (const uint8_t *)name, strlen(name) } });
}

/* The i-th name: more of them than are told at a time. */
static const char *name_of(char out[32], int i)
{
	enum { NAMES = 100 };

	snprintf(out, 32, "h%d.example.com", (i * 37 + 5) % NAMES);
	return out;
}

static void expect_as_seen(void *arg, const struct observation *o)
{
	int *told = arg;
	char name[32];

	assert_string_equal(o->name, name_of(name, *told / 2));
	assert_int_equal(o->via, *told % 2 == 0 ? VIA_DNS_QUERY : VIA_QUIC);
	++*told;
}

static void first_sight_is_an_order_too(void **state)
{
	struct hash_key key;
	struct aggregate *a;
	char name[32];
	int told = 0;
	(void)state;

	hash_key_fixed(&key, "test");
	a = aggregate_new(1000, 0, &key, NULL, expect_as_seen, &told);
	aggregate_as_seen(a);
	for (int i = 0; i < 100; i++)
		say(a, DISSECT_QUIC, name_of(name, i));
	for (int i = 99; i >= 0; i--)
		say(a, DISSECT_DNS_QUERY, name_of(name, i));
	aggregate_flush(a);
	assert_int_equal(told, 200);
	aggregate_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_as_the_plain_way),
		cmocka_unit_test(first_sight_is_an_order_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
