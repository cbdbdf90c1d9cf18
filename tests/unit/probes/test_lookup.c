/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

#define ROW                                                                                                  \
	"{\"bundleId\":\"cn.edu.Example\",\"trackId\":123456,\"trackName\":\"示例\",\"sellerName\":"       \
	"\"示例大学\",\"version\":\"1.2\","                                                              \
	"\"currentVersionReleaseDate\":\"2026-01-02T03:04:05Z\",\"releaseDate\":\"2020-01-02T03:04:05Z\","   \
	"\"primaryGenreName\":\"教育\"}"
#define RESULT(n, rows) "\n\n{\"resultCount\":" n ",\"results\":[" rows "]}\n"

static void told(const struct probe_facts *f, char *out, size_t cap)
{
	out[0] = '\0';
	for (size_t i = 0; i < f->count; i++)
		snprintf(out + strlen(out), cap - strlen(out), "%s:%s;", fact_name(f->fact[i].type),
			 f->fact[i].value);
}

static void test_facts(void **state)
{
	static const struct {
		const char *text;
		bool good;
		const char *want;
	} rows[] = {
		{ RESULT("1", ROW), true,
		  "app-name:示例;app-owner:示例大学;app-version:1.2;app-category:教育;app-updated:2026-01-"
		  "02T03:04:05Z;ios-store:123456;" },
		{ RESULT("0", ""), true, "" },
		{ RESULT("1", "{\"bundleId\":\"com.other\",\"trackName\":\"别人\"}"), false, "" },
		{ RESULT("1", "{\"bundleId\":\"cn.edu.example\",\"currentVersionReleaseDate\":\"2026-01-02\","
			      "\"trackId\":-1}"),
		  true, "" },
		{ RESULT("1", "7"), false, "" },
		{ "{\"results\":[]}", false, "" },
		{ "[]", false, "" },
		{ "<html>", false, "" },
		{ "", false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		char text[1024];
		bool good = lookup_facts(&f, "cn.edu.example", (const uint8_t *)rows[i].text,
					 strlen(rows[i].text));
		told(&f, text, sizeof(text));
		if (good != rows[i].good || strcmp(text, rows[i].want) != 0)
			fail_msg("%s -> %d %s", rows[i].text, good, text);
	}
}

static void test_truncated(void **state)
{
	static const char text[] = RESULT("1", ROW);

	(void)state;
	for (size_t n = 0; n + 2 < sizeof(text); n++) {
		struct probe_facts f = { .fact = room };
		uint8_t *exact = malloc(n ? n : 1);
		memcpy(exact, text, n);
		assert_false(lookup_facts(&f, "cn.edu.example", exact, n));
		assert_int_equal(f.count, 0);
		free(exact);
	}
}

static void test_next(void **state)
{
	static const char text[] = RESULT("0", "");
	struct probe_facts f = { .fact = room };
	struct probe_answer a = {
		.outcome = PROBE_DONE, .status = 200, .body = (const uint8_t *)text, .size = sizeof(text) - 1
	};
	struct probe_run run = {
		.name = "cn.edu.example", .base = "https://shop.example.cn/lookup?bundleId=", .facts = &f
	};
	struct probe_ask ask = { 0 };

	(void)state;
	assert_true(probe_lookup.next(&run, &ask));
	assert_string_equal(ask.url, "https://shop.example.cn/lookup?bundleId=cn.edu.example");
	run.answer = &a;
	assert_false(probe_lookup.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_DONE);
	assert_non_null(strstr(run.remark, "没有"));
	a.truncated = true;
	assert_false(probe_lookup.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_UNRECOGNISED);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_facts), cmocka_unit_test(test_truncated),
					    cmocka_unit_test(test_next) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
