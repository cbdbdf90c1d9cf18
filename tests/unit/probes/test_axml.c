/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/axml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/probes/axml_write.h"

static struct axml_write w;

#define LABEL 0x01010001u
#define NAME  0x01010003u

/* <a android:label="学校 App" android:name=7 package="p"> <b/> </a> */
static void document(bool utf16, bool no_map, const char *text)
{
	static const struct aw_attribute none[1];

	memset(&w, 0, sizeof(w));
	w.utf16 = utf16;
	w.no_map = no_map;
	uint32_t label = aw_string(&w, "label", LABEL), name = aw_string(&w, "name", NAME);
	uint32_t package = aw_string(&w, "package", 0), value = aw_string(&w, text, 0),
		 p = aw_string(&w, "p", 0);
	aw_string(&w, "a", 0);
	aw_string(&w, "b", 0);
	aw_string(&w, "http://schemas.android.com/apk/res/android", 0);
	aw_begin(&w);
	const struct aw_attribute a[] = { { label, true, AXML_STRING, value },
					  { name, true, AXML_DECIMAL, 7 },
					  { package, false, AXML_STRING, p } };
	aw_start(&w, "a", a, 3);
	aw_start(&w, "b", none, 0);
	aw_stop(&w, "b");
	aw_stop(&w, "a");
	aw_end(&w);
}

static void test_elements_and_attributes(void **state)
{
	char text[AXML_TEXT_MAX];
	struct axml_value v;
	struct axml x;
	size_t n;

	(void)state;
	for (unsigned way = 0; way < 4; way++) {
		document(way & 1, way & 2, "学校 App");
		assert_true(axml_open(&x, w.p, w.n));
		assert_int_equal(axml_next(&x), AXML_START);
		assert_int_equal(x.depth, 1);
		assert_true(axml_is(&x, "a"));
		assert_false(axml_is(&x, "b"));
		assert_true(axml_attribute(&x, LABEL, "label", &v));
		assert_int_equal(v.type, AXML_STRING);
		assert_true(axml_string(&x, v.data, text, &n));
		assert_string_equal(text, "学校 App");
		assert_int_equal(n, strlen(text));
		assert_true(axml_attribute(&x, NAME, "name", &v));
		assert_int_equal(v.type, AXML_DECIMAL);
		assert_int_equal(v.data, 7);
		assert_true(axml_attribute(&x, 0, "package", &v));
		assert_false(axml_attribute(&x, 0, "label", &v));
		assert_false(axml_attribute(&x, 0x0101ffff, "package", &v));
		assert_int_equal(axml_next(&x), AXML_START);
		assert_int_equal(x.depth, 2);
		assert_true(axml_is(&x, "b"));
		assert_false(axml_attribute(&x, NAME, "name", &v));
		assert_int_equal(axml_next(&x), AXML_END);
		assert_int_equal(axml_next(&x), AXML_END);
		assert_int_equal(x.depth, 0);
		assert_int_equal(axml_next(&x), AXML_DONE);
	}
}

/* Android goes by the ids: packers write what they like as names. */
static void test_names_of_attributes_may_be_anything(void **state)
{
	struct axml_value v;
	struct axml x;

	(void)state;
	memset(&w, 0, sizeof(w));
	uint32_t label = aw_string(&w, "", LABEL), name = aw_string(&w, "label", NAME);
	aw_string(&w, "a", 0);
	aw_string(&w, "http://schemas.android.com/apk/res/android", 0);
	aw_begin(&w);
	const struct aw_attribute a[] = { { name, true, AXML_DECIMAL, 1 }, { label, true, AXML_DECIMAL, 2 } };
	aw_start(&w, "a", a, 2);
	aw_stop(&w, "a");
	aw_end(&w);
	w.p[0] = 0; /* nor does it look at the type of the whole */
	assert_true(axml_open(&x, w.p, w.n));
	assert_int_equal(axml_next(&x), AXML_START);
	assert_true(axml_attribute(&x, LABEL, "label", &v));
	assert_int_equal(v.data, 2);
}

static void test_long_strings(void **state)
{
	static const size_t lengths[] = { 0,     1,    127, 128, 129, 1000, AXML_TEXT_MAX - 1, AXML_TEXT_MAX,
					  30000, 40000 };
	char *text = malloc(40001), out[AXML_TEXT_MAX];
	struct axml_value v;
	struct axml x;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (unsigned utf16 = 0; utf16 < 2; utf16++) {
			if (!utf16 && lengths[i] > 32767) /* no form for it */
				continue;
			memset(text, 'x', lengths[i]);
			text[lengths[i]] = '\0';
			document(utf16, false, text);
			assert_true(axml_open(&x, w.p, w.n));
			assert_int_equal(axml_next(&x), AXML_START);
			assert_true(axml_attribute(&x, LABEL, "label", &v));
			assert_true(axml_string(&x, v.data, out, &n));
			assert_int_equal(n, lengths[i] < AXML_TEXT_MAX ? lengths[i] : AXML_TEXT_MAX - 1);
			assert_int_equal(strlen(out), n);
		}
	free(text);
}

static void test_a_string_holds_no_nul(void **state)
{
	char text[AXML_TEXT_MAX];
	struct axml_value v;
	struct axml x;
	size_t n;

	(void)state;
	for (unsigned utf16 = 0; utf16 < 2; utf16++) {
		uint8_t *at;
		document(utf16, false, "abQde");
		at = memchr(w.p, 'Q', w.n);
		assert_non_null(at);
		*at = 0;
		assert_true(axml_open(&x, w.p, w.n));
		assert_int_equal(axml_next(&x), AXML_START);
		assert_true(axml_attribute(&x, LABEL, "label", &v));
		assert_false(axml_string(&x, v.data, text, &n));
	}
}

static unsigned read_all(const uint8_t *p, size_t n)
{
	char text[AXML_TEXT_MAX];
	enum axml_event event;
	struct axml_value v;
	struct axml x;
	unsigned told = 0;
	size_t len;

	if (!axml_open(&x, p, n))
		return 0;
	while ((event = axml_next(&x)) == AXML_START || event == AXML_END) {
		told++;
		if (event == AXML_START && axml_attribute(&x, LABEL, "label", &v))
			axml_string(&x, v.data, text, &len);
	}
	assert_int_equal(axml_next(&x), event); /* it stays as it is */
	return event == AXML_DONE ? told : 0;
}

static void test_cut_at_every_length(void **state)
{
	(void)state;
	for (unsigned utf16 = 0; utf16 < 2; utf16++) {
		document(utf16, false, "学校 App");
		assert_int_equal(read_all(w.p, w.n), 4);
		for (size_t n = 0; n < w.n; n++) {
			uint8_t *copy = malloc(n ? n : 1);
			memcpy(copy, w.p, n);
			assert_int_equal(read_all(copy, n), 0);
			if (n >= 8) { /* with a length that says so */
				for (unsigned i = 0; i < 4; i++)
					copy[4 + i] = (uint8_t)(n >> 8 * i);
				assert_true(read_all(copy, n) < 4);
			}
			free(copy);
		}
		w.p[w.n] = 0; /* what follows is not looked at */
		assert_int_equal(read_all(w.p, w.n + 1), 4);
	}
}

static void test_every_byte_may_lie(void **state)
{
	static const uint8_t masks[] = { 0xff, 0x80, 0x01 };
	uint8_t *copy;

	(void)state;
	document(false, false, "学校 App");
	copy = malloc(w.n);
	for (size_t at = 0; at < w.n; at++)
		for (size_t m = 0; m < sizeof(masks); m++) {
			memcpy(copy, w.p, w.n);
			copy[at] ^= masks[m];
			assert_true(read_all(copy, w.n) <= 4);
		}
	free(copy);
}

static void test_depth_has_an_end(void **state)
{
	static const struct aw_attribute none[1];
	struct axml x;
	unsigned depth = 0;

	(void)state;
	memset(&w, 0, sizeof(w));
	aw_string(&w, "a", 0);
	aw_begin(&w);
	for (unsigned i = 0; i <= AXML_DEPTH_MAX; i++)
		aw_start(&w, "a", none, 0);
	aw_end(&w);
	assert_true(axml_open(&x, w.p, w.n));
	while (axml_next(&x) == AXML_START)
		depth++;
	assert_int_equal(depth, AXML_DEPTH_MAX);
	assert_int_equal(axml_next(&x), AXML_BAD);
}

static void test_ends_without_starts(void **state)
{
	struct axml x;

	(void)state;
	memset(&w, 0, sizeof(w));
	aw_string(&w, "a", 0);
	aw_begin(&w);
	aw_stop(&w, "a");
	aw_end(&w);
	assert_true(axml_open(&x, w.p, w.n));
	assert_int_equal(axml_next(&x), AXML_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements_and_attributes),
		cmocka_unit_test(test_names_of_attributes_may_be_anything),
		cmocka_unit_test(test_long_strings),
		cmocka_unit_test(test_a_string_holds_no_nul),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_every_byte_may_lie),
		cmocka_unit_test(test_depth_has_an_end),
		cmocka_unit_test(test_ends_without_starts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
