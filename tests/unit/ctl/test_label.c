/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/label.h"

static void shows(const char *key, const char *json, const char *expected)
{
	struct buf out = { 0 };
	json_t *v = json_loads(json, JSON_DECODE_ANY, NULL);

	assert_non_null(v);
	label_show(&out, key, v);
	assert_string_equal(out.len > 0 ? out.p : "", expected);
	buf_clear(&out);
	json_decref(v);
}

/* The table is searched by halves: each row must be found under its own key, which it is only when sorted. */
static void test_every_row_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; label_at(i) != NULL; i++)
		assert_ptr_equal(label_find(label_at(i)->key), label_at(i));
	assert_non_null(label_at(50));
	assert_null(label_find("no such key"));
}

static void test_words_and_times_are_for_people(void **state)
{
	(void)state;
	shows("status", "\"unfiled\"", "疑似未备案");
	shows("kinds", "[\"host\",\"wechat-mini\"]", "主机、微信小程序");
	shows("kind", "\"provider\"", "提供者备案");
	shows("first", "\"2026-11-21T16:30:00.000000Z\"", "2026-11-22 00:30:00");
	shows("first", "\"yesterday\"", "yesterday");
	shows("clients", "\"<3\"", "<3");
	shows("clients", "12", "12");
	shows("status", "\"no-such-word\"", "no-such-word");
}

static void test_steps_are_named_by_stage(void **state)
{
	(void)state;
	shows("step", "\"member\"", "归组");
	shows("step", "\"group-registrable\"", "归组");
	shows("step", "\"campus-tenant\"", "教育属性");
	shows("step", "\"undecided\"", "教育属性");
	shows("step", "\"match-domain\"", "备案比对");
	shows("step", "\"threshold\"", "阈值");
	shows("step", "\"alert\"", "预警");
	shows("step", "\"rul\"", "rul");
	shows("step", "\"rules\"", "rules");
	shows("step", "\"\"", "");
}

static void shows_value(const char *type, const char *value, const char *expected)
{
	struct buf out = { 0 };
	json_t *v = json_string(value);

	label_show_value(&out, type, v);
	assert_string_equal(out.len > 0 ? out.p : "", expected);
	buf_clear(&out);
	json_decref(v);
}

static void test_values_are_for_people(void **state)
{
	(void)state;
	shows_value("form-field", "login", "登录");
	shows_value("title", "login", "login");
	shows_value("cert-problem", "self-signed", "自签名");
	shows_value("cert-until", "2026-11-21T16:30:00Z", "2026-11-22 00:30:00");
	shows_value("cert-until", "soon", "soon");
	shows_value("title", "2026-11-21T16:30:00Z", "2026-11-21T16:30:00Z");
	shows_value("title", "a\x07", "a\\x07");
	shows_value("ech", "outer", "外层名称");
	shows_value("ja4", "t13d", "t13d");
	shows("http", "0", "");
	shows("http", "404", "404");
	shows("step", "\"learnt\"", "探测所见");
	shows("step", "\"stale\"", "规则");
	shows("reason", "\"asked-to-wait\"", "对方要求等待");
}

static void test_strangers_text_is_harmless(void **state)
{
	(void)state;
	shows("name", "\"\\u001b[31mred\\u0007\"", "\\x1b[31mred\\x07");
	shows("name", "\"a\\u202eb\"", "a\\xe2\\x80\\xaeb");
}

/* A cell of a register may hold 64 KiB. */
static void test_long_text_is_shown_whole(void **state)
{
	static char text[65536 + 1], json[sizeof(text) + 2];
	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	memcpy(json + 1, text, sizeof(text) - 1);
	json[0] = json[sizeof(text)] = '"';
	shows("name", json, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_found),
		cmocka_unit_test(test_words_and_times_are_for_people),
		cmocka_unit_test(test_steps_are_named_by_stage),
		cmocka_unit_test(test_values_are_for_people),
		cmocka_unit_test(test_strangers_text_is_harmless),
		cmocka_unit_test(test_long_text_is_shown_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
