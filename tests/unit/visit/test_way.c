/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "visit/way.h"

static enum probe_outcome hop(struct way *w, int status, const char *location)
{
	const struct probe_answer a = { .outcome = PROBE_DONE, .status = status, .location = location };

	return way_hop(w, &a, false);
}

static void start(struct way *w, const char *url)
{
	*w = (struct way){ 0 };
	assert_true(url_parse(&w->url, url));
}

static void test_which_lead_on(void **state)
{
	(void)state;
	for (int s = 100; s < 600; s++)
		assert_int_equal(way_is_redirect(s),
				 s == 301 || s == 302 || s == 303 || s == 307 || s == 308);
}

static void test_hops(void **state)
{
	static const struct {
		const char *from, *location;
		enum probe_outcome want;
		const char *at;
	} rows[] = {
		{ "http://a.cn/", "/x", PROBE_DONE, "http://a.cn/x" },
		{ "http://a.cn/", "https://a.cn/", PROBE_DONE, "https://a.cn/" },
		{ "https://a.cn/", "http://a.cn/", PROBE_DONE, "http://a.cn/" },
		{ "https://a.cn/", "http://b.cn/", PROBE_DOWNGRADE, "https://a.cn/" },
		{ "https://a.cn/", "https://b.cn/", PROBE_DONE, "https://b.cn/" },
		{ "http://a.cn/", "/", PROBE_TOO_MANY_HOPS, "http://a.cn/" },
		{ "http://a.cn/", "ftp://a.cn/", PROBE_BAD_URL, "http://a.cn/" },
	};
	struct way w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(&w, rows[i].from);
		assert_int_equal(hop(&w, 302, rows[i].location), rows[i].want);
		assert_string_equal(w.url.text, rows[i].at);
	}
	start(&w, "http://a.cn/");
	assert_int_equal(way_hop(&w, &(struct probe_answer){ .location = "" }, true), PROBE_BAD_URL);
}

/* Its own http in between makes another host's no better. */
static void test_down_in_two_steps(void **state)
{
	struct way w;

	(void)state;
	start(&w, "https://a.cn/");
	assert_int_equal(hop(&w, 302, "http://a.cn/"), PROBE_DONE);
	assert_int_equal(hop(&w, 302, "http://b.cn/"), PROBE_DOWNGRADE);
	assert_string_equal(w.url.text, "http://a.cn/");
	start(&w, "https://a.cn/");
	assert_int_equal(hop(&w, 302, "https://b.cn/"), PROBE_DONE);
	assert_int_equal(hop(&w, 302, "http://b.cn/"), PROBE_DONE);
	assert_int_equal(hop(&w, 302, "/x"), PROBE_DONE);
	assert_int_equal(hop(&w, 302, "http://a.cn/"), PROBE_DOWNGRADE);
	start(&w, "http://a.cn/");
	assert_int_equal(hop(&w, 302, "http://b.cn/"), PROBE_DONE);
	assert_int_equal(hop(&w, 302, "http://a.cn/x"), PROBE_DONE);
}

static void test_no_end(void **state)
{
	struct way w;
	char path[16];

	(void)state;
	start(&w, "http://a.cn/");
	for (int i = 0; i < WAY_HOPS_MAX; i++) {
		snprintf(path, sizeof(path), "/%d", i);
		assert_int_equal(hop(&w, 302, path), PROBE_DONE);
	}
	assert_int_equal(hop(&w, 302, "/more"), PROBE_TOO_MANY_HOPS);
	start(&w, "http://a.cn/");
	assert_int_equal(hop(&w, 302, "/x"), PROBE_DONE);
	assert_int_equal(hop(&w, 302, "/"), PROBE_TOO_MANY_HOPS);
}

/* An answer names the URL that gave it; what was on the way stays known. */
static void test_whose_answer(void **state)
{
	struct probe_answer a = { 0 };
	struct way w;

	(void)state;
	start(&w, "http://a.cn/");
	assert_int_equal(hop(&w, 301, "/x"), PROBE_DONE);
	way_fill(&w, &a); /* nothing came from there yet */
	assert_string_equal(a.url, "http://a.cn/");
	assert_int_equal(a.redirect_count, 0);
	assert_int_equal(w.status, 301);
	assert_string_equal(w.location, "/x");
	w.answered = true;
	way_fill(&w, &a);
	assert_string_equal(a.url, "http://a.cn/x");
	assert_int_equal(a.redirect_count, 1);
	assert_string_equal(a.redirect[0], "http://a.cn/");
	assert_int_equal(a.redirect_status[0], 301);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_lead_on),     cmocka_unit_test(test_hops),
		cmocka_unit_test(test_down_in_two_steps), cmocka_unit_test(test_no_end),
		cmocka_unit_test(test_whose_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
