/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was learnt about hosts besides their names, as beianctl gets it. */
#include "store/show_detail.h"
#include "tests/unit/store/schema.h"

static void learn(struct observation *o, enum detail type, const char *value, uint64_t count)
{
	struct record_detail *d = &o->details[o->detail_count++];
	*d = (struct record_detail){ .type = type, .count = count };
	snprintf(d->value, sizeof(d->value), "%s", value);
}

/* The nth detail of the line that has them. */
static void expect(json_t *line, size_t n, const char *type, const char *value, int64_t count)
{
	json_t *one = json_array_get(json_object_get(line, "details"), n);

	assert_non_null(one);
	assert_string_equal(json_string_value(json_object_get(one, "type")), type);
	assert_string_equal(json_string_value(json_object_get(one, "value")), value);
	assert_int_equal(json_integer_value(json_object_get(one, "count")), count);
}

/* Over channels, days and captures: one sum each, the first and the last day. */
static void details_add_up(void **state)
{
	struct observation o[2] = { fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 0, 5),
				    fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_HTTP, 0, 5) };
	json_t *line, *one;

	(void)state;
	learn(&o[0], DETAIL_ALPN, "h2", 3);
	learn(&o[1], DETAIL_TITLE, "教务系统", 2);
	fx_capture("a", o, 2);
	o[0].from += one_day;
	o[0].to += one_day;
	learn(&o[0], DETAIL_ALPN, "http/1.1", 9);
	fx_capture("b", o, 1);
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	schema_check("explain");
	line = fx_line(1);
	assert_int_equal(json_array_size(json_object_get(line, "details")), 3);
	expect(line, 0, "alpn", "http/1.1", 9);
	expect(line, 1, "alpn", "h2", 6);
	expect(line, 2, "title", "教务系统", 2);
	one = json_array_get(json_object_get(line, "details"), 1);
	assert_string_equal(json_string_value(json_object_get(one, "first")), "2026-11-21T04:00:00.000000Z");
	assert_string_equal(json_string_value(json_object_get(one, "last")), "2026-11-22T04:00:01.000000Z");
	json_decref(line);
}

static void nothing_learnt_is_no_line(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);

	(void)state;
	fx_capture("a", &o, 1);
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	schema_check("explain");
	assert_false(fx_says("\"details\""));
}

static json_t *app_of(const char *name)
{
	json_t *line, *result;

	assert_int_equal(fx_ask(-1, "explain", name, NULL), 0);
	line = fx_line(0);
	const char *app = json_string_value(json_object_get(json_object_get(line, "subject"), "app"));
	assert_int_equal(fx_ask(-1, "app", app, NULL), 0);
	json_decref(line);
	schema_check("app-detail");
	result = fx_line(0);
	return result;
}

/* One title, on however many of its hosts, is the app's; of two neither is. */
static void title_of_an_app(void **state)
{
	struct observation o[2] = { fx_host("a.example.com", 5), fx_host("b.example.com", 5) };
	json_t *line;

	(void)state;
	learn(&o[0], DETAIL_TITLE, "课堂", 1);
	learn(&o[1], DETAIL_TITLE, "课堂", 1);
	fx_capture("a", o, 2);
	line = app_of("a.example.com");
	assert_string_equal(json_string_value(json_object_get(line, "title")), "课堂");
	assert_int_equal(json_array_size(json_object_get(line, "details")), 2);
	json_decref(line);
	learn(&o[1], DETAIL_TITLE, "登录", 1);
	fx_capture("b", &o[1], 1);
	line = app_of("a.example.com");
	assert_null(json_object_get(line, "title"));
	assert_int_equal(json_array_size(json_object_get(line, "details")), 3);
	json_decref(line);
}

/* What a capture that does not count told is not told on. */
static void half_capture_tells_nothing(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t source;

	(void)state;
	fx_capture("a", &o, 1);
	learn(&o, DETAIL_ALPN, "h2", 3);
	fx_ok(store_source_begin(fx.store, "b", true, &source));
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_flush(fx.store, source));
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	assert_false(fx_says("\"details\""));
	fx_end(source, "b");
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	assert_true(fx_says("\"details\""));
}

static void long_lists_are_cut_and_counted(void **state)
{
	struct told_details d = { 0 };
	struct observation o;
	char name[64], value[32];
	json_t *line;

	(void)state;
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "h%d.example.com", i);
		o = fx_host(name, 5);
		for (int k = 0; k < 20; k++) {
			snprintf(value, sizeof(value), "t%04d", i * 20 + k);
			learn(&o, DETAIL_JA4, value, 1);
		}
		snprintf(name, sizeof(name), "%d", i);
		fx_capture(name, &o, 1);
	}
	line = app_of("h0.example.com");
	assert_int_equal(json_array_size(json_object_get(line, "details")), 200);
	assert_int_equal(json_integer_value(json_object_get(line, "details_more")), 40);
	json_decref(line);
	assert_null(details_title(&d));
	details_clear(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(details_add_up),
		FX_TEST(nothing_learnt_is_no_line),
		FX_TEST(title_of_an_app),
		FX_TEST(half_capture_tells_nothing),
		FX_TEST(long_lists_are_cut_and_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
