/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/source.h"

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_count(); i++) {
		const struct option *o = option_at(i);
		assert_true(option_section_known(o->section));
		assert_ptr_equal(option_find(o->section, o->key), o); /* no second row of this name */
		assert_true(strlen(o->help) > 0);
		assert_true(o->valid == NULL || o->expect != NULL);
		if (o->type == OPTION_NUMBER)
			assert_true(o->min < o->max);
	}
	for (size_t i = 0; i < option_section_count(); i++) {
		struct buf keys = { 0 };
		option_list_known(option_section_at(i)->name, &keys);
		assert_true(keys.len > 0);
		buf_clear(&keys);
	}
}

static void test_nearest(void **state)
{
	(void)state;
	assert_string_equal(option_nearest("campus", "domain"), "domains");
	assert_string_equal(option_nearest("sensor", "snap_len"), "snaplen");
	assert_null(option_nearest("campus", "rubbish"));
	assert_null(option_nearest("campus", "snaplen")); /* of another section */
	assert_null(option_nearest("campus", "a-key-that-is-far-too-long-to-be-a-slip-of-the-finger"));
}

/* conf/beiand.conf is what the table says: BEIAND_WRITE=1 writes it anew. Run from the root. */
static void test_sample_file(void **state)
{
	struct buf want = { 0 }, have = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;

	option_sample(&want);
	if (getenv("BEIAND_WRITE")) {
		FILE *f = fopen("conf/beiand.conf", "w");
		assert_non_null(f);
		fwrite(want.p, 1, want.len, f);
		fclose(f);
	}
	if (source_read("conf/beiand.conf", 1 << 20, "", &have, error) != 0)
		fail_msg("%s", error);
	assert_string_equal(have.p, want.p);
	buf_clear(&want);
	buf_clear(&have);
}

/* With every '#' before a key removed, the sample is a configuration equal to the defaults. */
static void test_sample_is_defaults(void **state)
{
	struct buf sample = { 0 }, text = { 0 }, a = { 0 }, b = { 0 };
	struct conf from_sample, defaults;
	char error[CONF_ERROR_MAX];
	(void)state;

	option_sample(&sample);
	for (size_t i = 0; i < sample.len; i++) {
		bool start = i == 0 || sample.p[i - 1] == '\n';
		if (!(start && sample.p[i] == '#' && sample.p[i + 1] >= 'a' && sample.p[i + 1] <= 'z'))
			buf_add(&text, sample.p + i, 1);
	}
	if (conf_parse(&from_sample, "sample", text.p, text.len, error) != 0)
		fail_msg("%s", error);
	conf_init(&defaults);
	conf_render(&from_sample, &a);
	conf_render(&defaults, &b);
	assert_string_equal(a.p, b.p);
	assert_true(text.len + option_count() == sample.len);
	conf_clear(&from_sample);
	conf_clear(&defaults);
	buf_clear(&sample);
	buf_clear(&text);
	buf_clear(&a);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_sample_file),
		cmocka_unit_test(test_sample_is_defaults),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
