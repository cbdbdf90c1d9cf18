/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/detail.h"

struct list {
	uint8_t bytes[DETAIL_LIST_MAX];
	struct wr w;
};

static void begin(struct list *l) { l->w = wr_init(l->bytes, sizeof(l->bytes)); }

static void add(struct list *l, enum detail type, const char *value, uint32_t count)
{
	struct detail_entry e = { type, (const uint8_t *)value, (uint8_t)strlen(value), count };
	detail_put(&l->w, &e);
}

static struct rd read_of(const struct list *l) { return rd_init(l->bytes, wr_len(&l->w)); }

static void expect(struct rd *r, enum detail type, const char *value, uint32_t count)
{
	struct detail_entry e;

	assert_true(detail_next(r, &e));
	assert_int_equal(e.type, type);
	assert_int_equal(e.size, strlen(value));
	assert_memory_equal(e.value, value, e.size);
	assert_int_equal(e.count, count);
}

static void lists_merge_in_order(void **state)
{
	static struct list a, b, both;
	struct rd r;

	(void)state;
	begin(&a), begin(&b), begin(&both);
	add(&a, DETAIL_ALPN, "h2", 3);
	add(&a, DETAIL_TITLE, "教务系统", 1);
	add(&b, DETAIL_ALPN, "h", 1); /* the start of another */
	add(&b, DETAIL_ALPN, "h2", 4);
	add(&b, DETAIL_CERTIFICATE, "*.example.edu.cn", UINT32_MAX);
	add(&b, DETAIL_TITLE, "教务", 2);
	assert_int_equal(detail_merge(&both.w, read_of(&a), read_of(&b)), 0);
	assert_true(wr_ok(&both.w));
	r = read_of(&both);
	expect(&r, DETAIL_ALPN, "h", 1);
	expect(&r, DETAIL_ALPN, "h2", 7);
	expect(&r, DETAIL_CERTIFICATE, "*.example.edu.cn", UINT32_MAX);
	expect(&r, DETAIL_TITLE, "教务", 2);
	expect(&r, DETAIL_TITLE, "教务系统", 1);
	assert_true(rd_done(&r));
}

static void counts_do_not_wrap(void **state)
{
	static struct list a, both;
	struct rd r;

	(void)state;
	begin(&a), begin(&both);
	add(&a, DETAIL_ALPN, "h2", UINT32_MAX - 1);
	assert_int_equal(detail_merge(&both.w, read_of(&a), read_of(&a)), 0);
	r = read_of(&both);
	expect(&r, DETAIL_ALPN, "h2", UINT32_MAX);
}

/* The longest entries there are, as many as there is room for; what is held stays. */
static void who_is_held_stays(void **state)
{
	static struct list held, more, both;
	char value[RECORD_VALUE_MAX];
	struct detail_entry e;
	struct rd r;
	int n = 0;

	(void)state;
	begin(&held), begin(&more), begin(&both);
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < DETAIL_KEPT; i++) {
		snprintf(value, 9, "%08d", i * 2 + 1);
		value[8] = 'x';
		add(i < DETAIL_KEPT - 2 ? &held : &more, DETAIL_TITLE, value, 1);
	}
	begin(&more);
	for (int i = 0; i < 5; i++) {
		snprintf(value, 9, "%08d", i * 2);
		value[8] = 'x';
		add(&more, DETAIL_TITLE, value, 1);
	}
	assert_int_equal(detail_merge(&both.w, read_of(&held), read_of(&more)), 3);
	assert_true(wr_ok(&both.w));
	r = read_of(&both);
	while (detail_next(&r, &e))
		n++;
	assert_true(rd_done(&r));
	assert_int_equal(n, DETAIL_KEPT);
}

static uint64_t outer_of(const struct list *l, uint64_t count) { return detail_outer(read_of(l), count); }

/* However much else is kept, how often the outer name was shown is: once, and summed up. */
static void outer_names_find_room(void **state)
{
	static struct list held, more, both, all;
	char value[16];

	(void)state;
	begin(&held), begin(&more), begin(&both), begin(&all);
	for (int i = 0; i < DETAIL_KEPT; i++) {
		snprintf(value, sizeof(value), "%08d", i);
		add(&held, DETAIL_ALPN, value, 1);
	}
	add(&more, DETAIL_ECH, "grease-or-unproven", 1);
	add(&more, DETAIL_ECH, DETAIL_ECH_OUTER, 3);
	assert_int_equal(detail_merge(&both.w, read_of(&held), read_of(&more)), 1);
	assert_int_equal(outer_of(&both, 10), 3);
	assert_int_equal(detail_merge(&all.w, read_of(&both), read_of(&more)), 1);
	assert_true(wr_ok(&all.w));
	assert_int_equal(outer_of(&all, 10), 6);
	begin(&both);
	assert_int_equal(detail_merge(&both.w, read_of(&more), read_of(&held)), 2);
	assert_int_equal(outer_of(&both, 10), 3);
}

static void outer_names_are_counted(void **state)
{
	static struct list l;

	(void)state;
	begin(&l);
	assert_int_equal(outer_of(&l, 5), 0);
	add(&l, DETAIL_ALPN, "outer", 5);
	add(&l, DETAIL_ECH, "grease-or-unproven", 5);
	add(&l, DETAIL_ECH, "oute", 5);
	add(&l, DETAIL_TITLE, "outer", 5);
	assert_int_equal(outer_of(&l, 5), 0);
	begin(&l);
	add(&l, DETAIL_JA4, "t13d", 5);
	add(&l, DETAIL_ECH, "outer", 4);
	assert_int_equal(outer_of(&l, 5), 4);
	assert_int_equal(outer_of(&l, 3), 3); /* damage: not more than there are */
	begin(&l);
	add(&l, DETAIL_ECH, "outer", UINT32_MAX);
	assert_int_equal(outer_of(&l, UINT64_MAX), UINT64_MAX);
	assert_false(detail_hides(read_of(&l)));
	add(&l, DETAIL_SERVICE_ALPN, "h2", 1);
	assert_false(detail_hides(read_of(&l)));
	add(&l, DETAIL_ECH_NAME, "cover.example.com", 1);
	assert_true(detail_hides(read_of(&l)));
}

/* Cut at every length, a type that is none, an empty value: named as damage, never read past. */
static void damage_is_noticed(void **state)
{
	static struct list a;
	struct detail_entry e;
	struct rd r;

	(void)state;
	begin(&a);
	add(&a, DETAIL_ALPN, "h2", 3);
	for (size_t n = 1; n < wr_len(&a.w); n++) {
		uint8_t *exact = malloc(n);
		memcpy(exact, a.bytes, n);
		r = rd_init(exact, n);
		assert_false(detail_next(&r, &e));
		assert_false(rd_done(&r));
		free(exact);
	}
	a.bytes[0] = DETAIL_COUNT;
	r = read_of(&a);
	assert_false(detail_next(&r, &e));
	assert_false(rd_ok(&r));
	begin(&a);
	add(&a, DETAIL_ALPN, "", 3);
	r = read_of(&a);
	assert_false(detail_next(&r, &e));
	assert_false(rd_ok(&r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_merge_in_order),    cmocka_unit_test(counts_do_not_wrap),
		cmocka_unit_test(who_is_held_stays),       cmocka_unit_test(outer_names_find_room),
		cmocka_unit_test(outer_names_are_counted), cmocka_unit_test(damage_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
