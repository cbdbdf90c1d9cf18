/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

static void test_tidy(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "  教务 \r\n\t 系统 ", "教务 系统" },
		{ "\xe3\x80\x80湘ICP备05000000号\xc2\xa0", "湘ICP备05000000号" },
		{ "a\x01\x1b[31mb", "a[31mb" },
		{ "a\xff\xfe"
		  "b",
		  "ab" },
		{ "x\xe2\x80\xaey", "xy" }, /* right-to-left override */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		assert_true(probe_fact_add(&f, FACT_TITLE, 90, rows[i].text, strlen(rows[i].text)));
		assert_int_equal(f.count, 1);
		assert_string_equal(room[0].value, rows[i].want);
		assert_string_equal(room[0].note, "");
	}
}

static void test_empty(void **state)
{
	struct probe_facts f = { .fact = room };

	(void)state;
	assert_false(probe_fact_add(&f, FACT_TITLE, 90, "", 0));
	assert_false(probe_fact_add(&f, FACT_TITLE, 90, " \n\xff ", 4));
	assert_int_equal(f.count, 0);
	assert_int_equal(f.more, 0);
}

/* Cut at a character, never inside one, with its NUL inside the array. */
static void test_long(void **state)
{
	char text[PROBE_VALUE_MAX * 2 + 1];
	struct probe_facts f = { .fact = room };
	size_t n = 0;

	(void)state;
	while (n + 3 < sizeof(text))
		memcpy(text + n, "教", 3), n += 3;
	assert_true(probe_fact_note(&f, FACT_TITLE, 90, text, n, text, n));
	assert_int_equal(strlen(room[0].value), (PROBE_VALUE_MAX - 1) / 3 * 3);
	assert_int_equal(strlen(room[0].note), (PROBE_NOTE_MAX - 1) / 3 * 3);
}

static void test_once(void **state)
{
	struct probe_facts f = { .fact = room };

	(void)state;
	assert_true(probe_fact_add(&f, FACT_OWNER, 50, "x", 1));
	assert_true(probe_fact_note(&f, FACT_OWNER, 80, "x", 1, "footer", 6));
	assert_true(probe_fact_note(&f, FACT_OWNER, 10, " x", 2, "again", 5));
	assert_true(probe_fact_add(&f, FACT_TITLE, 80, "x", 1));
	assert_int_equal(f.count, 2);
	assert_int_equal(room[0].confidence, 80);
	assert_string_equal(room[0].note, "footer");
}

static void test_full(void **state)
{
	struct probe_facts f = { .fact = room };
	char text[16];

	(void)state;
	for (int i = 0; i < PROBE_FACTS_MAX + 3; i++) {
		snprintf(text, sizeof(text), "v%d", i);
		assert_int_equal(probe_fact_add(&f, FACT_PERMISSION, 90, text, strlen(text)),
				 i < PROBE_FACTS_MAX);
	}
	assert_int_equal(f.count, PROBE_FACTS_MAX);
	assert_int_equal(f.more, 3);
}

static void test_status(void **state)
{
	static const struct {
		int status;
		enum probe_outcome want;
		bool answered;
	} rows[] = {
		{ 200, PROBE_DONE, true },        { 206, PROBE_DONE, true },
		{ 204, PROBE_DONE, true },        { 304, PROBE_UNCHANGED, false },
		{ 301, PROBE_HTTP_ERROR, false }, { 404, PROBE_DONE, false },
		{ 410, PROBE_DONE, false },       { 403, PROBE_HTTP_ERROR, false },
		{ 429, PROBE_HELD_BACK, false },  { 503, PROBE_HELD_BACK, false },
		{ 500, PROBE_HTTP_ERROR, false }, { 0, PROBE_HTTP_ERROR, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_answer a = { .outcome = PROBE_DONE, .status = rows[i].status };
		struct probe_run run = { .answer = &a, .outcome = PROBE_DONE };
		assert_int_equal(probe_answered(&run), rows[i].answered);
		assert_int_equal(run.outcome, rows[i].want);
		a.outcome = run.outcome = PROBE_TIMEOUT; /* stays what the engine said */
		assert_false(probe_answered(&run));
		assert_int_equal(run.outcome, PROBE_TIMEOUT);
	}
}

static void test_ask_path(void **state)
{
	struct probe_run run = { .name = "jw.example.edu.cn" };
	struct probe_ask ask = { 0 };
	char path[PROBE_URL_MAX];

	(void)state;
	assert_true(probe_ask_path(&run, &ask, "https", "/favicon.ico"));
	assert_string_equal(ask.url, "https://jw.example.edu.cn/favicon.ico");
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_false(probe_ask_path(&run, &ask, "https", path));
}

/* Links by the hundred, then numbers: the title, which comes last, is still told. */
static void test_crowded(void **state)
{
	struct probe_facts f = { .fact = room };
	char text[40];

	(void)state;
	for (int i = 0; i < 2 * PROBE_FACTS_MAX; i++) {
		int n = snprintf(text, sizeof(text), "http://a.cn/%d.apk", i);
		probe_fact_add(&f, FACT_APK_LINK, 90, text, (size_t)n);
	}
	for (int i = 0; i < PROBE_FACTS_MAX; i++) {
		int n = snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(probe_fact_add(&f, FACT_ICP_NUMBER, 90, text, (size_t)n), i < 40);
	}
	assert_true(probe_fact_add(&f, FACT_TITLE, 95, "x", 1));
	assert_true(probe_fact_add(&f, FACT_OWNER, 90, "y", 1));
	assert_int_equal(f.count + f.more, 3 * PROBE_FACTS_MAX + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tidy),     cmocka_unit_test(test_empty),
		cmocka_unit_test(test_long),     cmocka_unit_test(test_once),
		cmocka_unit_test(test_full),     cmocka_unit_test(test_status),
		cmocka_unit_test(test_ask_path), cmocka_unit_test(test_crowded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
