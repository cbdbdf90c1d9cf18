/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 2000 };

static struct subject_key key_of(const struct subjects *t, enum via via, const char *name)
{
	struct subject_key k = { .kind = SUBJECT_HOST, .via = via, .name = name, .len = strlen(name) };

	k.hash = subjects_hash(t, &k);
	return k;
}

static struct subject *add(struct subjects *t, const char *name)
{
	struct subject_key k = key_of(t, VIA_TLS, name);

	return subjects_add(t, &k, 5);
}

static void finds_what_was_added(void **state)
{
	struct subjects t;
	struct subject_key k;
	char name[32];
	(void)state;

	subjects_init(&t, MAX);
	for (int i = 0; i < MAX; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		assert_non_null(add(&t, name));
	}
	assert_null(add(&t, "one.too.many"));
	for (int i = 0; i < MAX; i++) {
		struct subject *s;
		snprintf(name, sizeof(name), "h%d.example.com", i);
		k = key_of(&t, VIA_TLS, name);
		s = subjects_find(&t, &k);
		assert_ptr_equal(s, &t.subject[i]);
		assert_int_equal(s->from, 5);
		k.via = VIA_QUIC;
		assert_null(subjects_find(&t, &k));
	}
	subjects_reset(&t);
	k = key_of(&t, VIA_TLS, "h1.example.com");
	assert_null(subjects_find(&t, &k));
	subjects_clear(&t);
}

/* Lists full of what strangers chose never keep further names from being seen, however long they are. */
static void lists_leave_room_for_names(void **state)
{
	struct subjects t;
	char name[RECORD_NAME_MAX];
	(void)state;

	subjects_init(&t, MAX);
	for (int i = 0; i < MAX / 2; i++) {
		struct subject *s;
		snprintf(name, sizeof(name), "%0250d", i);
		s = add(&t, name);
		assert_non_null(s);
		for (uint64_t c = 1; c < 1000; c++)
			subject_add_client(&t, s, c << 40 | (uint64_t)i);
		for (int l = 0; l < RECORD_LINKS_MAX; l++) {
			snprintf(name, sizeof(name), "%0250d", l);
			subject_add_link(&t, s, name, 250);
		}
	}
	for (int i = MAX / 2; i < MAX; i++) {
		snprintf(name, sizeof(name), "%0250d", i);
		assert_non_null(add(&t, name));
	}
	assert_true(t.arena.used <= t.arena.cap);
	subjects_clear(&t);
}

static void expect_detail(const struct record_detail *d, enum detail type, const char *value, uint64_t count)
{
	assert_int_equal(d->type, type);
	assert_string_equal(d->value, value);
	assert_int_equal(d->count, count);
}

static bool tell(struct subjects *t, struct subject *s, enum detail type, const char *value)
{
	return subject_add_detail(t, s, type, values_number(&t->values, value, strlen(value)));
}

static void details_are_counted_and_sorted(void **state)
{
	static struct observation o;
	struct subjects t;
	struct subject *s;
	(void)state;

	subjects_init(&t, MAX);
	s = add(&t, "jw.example.edu.cn");
	s->count = 1;
	assert_true(tell(&t, s, DETAIL_TITLE, "教务系统"));
	assert_true(tell(&t, s, DETAIL_ALPN, "http/1.1"));
	assert_true(tell(&t, s, DETAIL_ALPN, "h2"));
	assert_true(tell(&t, s, DETAIL_TITLE, "h2"));
	assert_true(tell(&t, s, DETAIL_ALPN, "h2"));
	assert_false(subject_add_detail(&t, s, DETAIL_ALPN, 0));
	subject_observe(&t, s, &o);
	assert_int_equal(o.detail_count, 4);
	expect_detail(&o.details[0], DETAIL_ALPN, "h2", 2);
	expect_detail(&o.details[1], DETAIL_ALPN, "http/1.1", 1);
	expect_detail(&o.details[2], DETAIL_TITLE, "h2", 1);
	expect_detail(&o.details[3], DETAIL_TITLE, "教务系统", 1);
	subjects_clear(&t);
}

/* Each type has its share: no type keeps out the others, and all together fit in an observation. */
static void each_type_has_its_share(void **state)
{
	static struct observation o;
	struct subjects t;
	struct subject *s;
	int kept[DETAIL_COUNT] = { 0 }, sum = 0;
	char value[16];
	(void)state;

	subjects_init(&t, MAX);
	s = add(&t, "jw.example.edu.cn");
	for (int i = 0; i < 40; i++) {
		snprintf(value, sizeof(value), "v%d", i);
		kept[DETAIL_JA4] += tell(&t, s, DETAIL_JA4, value);
	}
	assert_in_range(kept[DETAIL_JA4], 1, RECORD_DETAILS_MAX - 1);
	assert_true(tell(&t, s, DETAIL_ALPN, "h2"));
	assert_true(tell(&t, s, DETAIL_JA4, "v0"));
	assert_false(tell(&t, s, DETAIL_JA4, "new"));
	for (int d = 0; d < DETAIL_COUNT; d++) {
		for (int i = 0; i < 40; i++) {
			snprintf(value, sizeof(value), "v%d", i);
			tell(&t, s, (enum detail)d, value);
		}
	}
	subject_observe(&t, s, &o);
	assert_in_range(o.detail_count, 1, RECORD_DETAILS_MAX);
	for (int i = 0; i < DETAIL_COUNT; i++)
		sum += kept[i];
	assert_int_equal(t.rest[s->rest - 1].detail_count, o.detail_count);
	assert_true(sum > 0);
	subjects_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(lists_leave_room_for_names),
		cmocka_unit_test(details_are_counted_and_sorted),
		cmocka_unit_test(each_type_has_its_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
