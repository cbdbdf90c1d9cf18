/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/wellknown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

typedef bool reader(struct probe_facts *out, const uint8_t *text, size_t n);

struct row {
	const char *text;
	bool good;
	const char *facts; /* "value note;..." */
};

static void told(const struct probe_facts *f, char *out, size_t cap)
{
	out[0] = '\0';
	for (size_t i = 0; i < f->count; i++)
		snprintf(out + strlen(out), cap - strlen(out), "%s%s %s", i ? ";" : "", f->fact[i].value,
			 f->fact[i].note);
}

static void check(reader *read, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct probe_facts f = { .fact = room };
		char text[2048];
		assert_int_equal(read(&f, (const uint8_t *)rows[i].text, strlen(rows[i].text)), rows[i].good);
		told(&f, text, sizeof(text));
		assert_string_equal(text, rows[i].facts);
	}
}

#define LINK(ns, pkg)                                                                                        \
	"{\"relation\":[\"delegate_permission/common.handle_all_urls\"],\"target\":{\"namespace\":\"" ns     \
	"\",\"package_name\":\"" pkg "\"}}"
#define A " assetlinks.json"

static void test_assetlinks(void **state)
{
	static const struct row rows[] = {
		{ "[" LINK("android_app", "cn.edu.example.app") "]", true, "cn.edu.example.app" A },
		{ "\xef\xbb\xbf[" LINK("android_app", "a.b") "," LINK("android_app", "a.c") "]", true,
		  "a.b" A ";a.c" A },
		{ "[" LINK("web", "a.b") "]", true, "" },
		{ "[" LINK("android_app", "no package") "]", true, "" },
		{ "[]", true, "" },
		{ "{}", false, "" },
		{ "[1,2]", false, "" },
		{ "[{\"target\":[]}]", false, "" },
		{ "not json", false, "" },
		{ "", false, "" },
		{ "[" LINK("android_app", "a.b") "] x", false, "" },
		{ "[" LINK("android_app", "a.b\\u0000c") "]", false, "" },
	};

	(void)state;
	check(wellknown_assetlinks, rows, sizeof(rows) / sizeof(rows[0]));
}

#define T "ABCDE12345."
#define B " apple-app-site-association ABCDE12345"

static void test_association(void **state)
{
	static const struct row rows[] = {
		{ "{\"applinks\":{\"apps\":[],\"details\":[{\"appID\":\"" T
		  "cn.edu.x\",\"paths\":[\"*\"]}]}}",
		  true, "cn.edu.x" B },
		{ "{\"applinks\":{\"details\":[{\"appIDs\":[\"" T "cn.x\",\"" T
		  "cn.y\"],\"components\":[]}]}}",
		  true, "cn.x" B ";cn.y" B },
		{ "{\"applinks\":{\"apps\":[],\"details\":{\"" T "cn.z\":{\"paths\":[\"*\"]}}}}", true,
		  "cn.z" B },
		{ "{\"webcredentials\":{\"apps\":[\"" T "cn.w\"]}}", true, "cn.w" B },
		{ "{\"applinks\":{\"details\":[{\"appID\":\"cn.edu.x\"},{\"appID\":\"short.cn.x\"},{"
		  "\"appID\":7}]}}",
		  true, "" },
		{ "{\"applinks\":[]}", false, "" },
		{ "{}", false, "" },
		{ "[]", false, "" },
		{ "<html>", false, "" },
	};

	(void)state;
	check(wellknown_association, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_truncated(void **state)
{
	static const char text[] = "[" LINK("android_app", "cn.edu.example.app") "]";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct probe_facts f = { .fact = room };
		uint8_t *exact = malloc(n ? n : 1);
		memcpy(exact, text, n);
		assert_false(wellknown_assetlinks(&f, exact, n));
		assert_int_equal(f.count, 0);
		free(exact);
	}
}

/* Answers to both asks, and what the run comes to. */
static void test_next(void **state)
{
	static const struct {
		int status[2];
		const char *body[2];
		enum probe_outcome want;
		size_t facts;
	} rows[] = {
		{ { 200, 200 },
		  { "[" LINK("android_app", "a.b") "]", "{\"webcredentials\":{\"apps\":[\"" T "cn.w\"]}}" },
		  PROBE_DONE,
		  2 },
		{ { 404, 404 }, { "", "" }, PROBE_DONE, 0 },
		{ { 200, 200 }, { " <!doctype html>", "<html>" }, PROBE_DONE, 0 },
		{ { 302, 301 }, { "", "" }, PROBE_DONE, 0 },
		{ { 200, 404 }, { "{\"x\":1}", "" }, PROBE_UNRECOGNISED, 0 },
		{ { 403, 200 },
		  { "", "{\"webcredentials\":{\"apps\":[\"" T "cn.w\"]}}" },
		  PROBE_HTTP_ERROR,
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		void *memory = calloc(1, probe_wellknown.state_size);
		struct probe_run run = { .name = "a.example.cn", .facts = &f, .state = memory };
		struct probe_ask ask = { 0 };
		int step = 0;
		for (; probe_wellknown.next(&run, &ask); step++) {
			static struct probe_answer a;
			a = (struct probe_answer){ .outcome = PROBE_DONE,
						   .status = rows[i].status[step],
						   .body = (const uint8_t *)rows[i].body[step],
						   .size = strlen(rows[i].body[step]) };
			assert_true(step < 2);
			assert_false(ask.follow);
			run.answer = &a, run.outcome = PROBE_DONE;
			memset(&ask, 0, sizeof(ask));
		}
		assert_int_equal(step, 2);
		assert_int_equal(run.outcome, rows[i].want);
		assert_int_equal(f.count, rows[i].facts);
		free(memory);
	}
}

/* A host that does not answer is not asked for the second file. */
static void test_dead(void **state)
{
	struct probe_facts f = { .fact = room };
	void *memory = calloc(1, probe_wellknown.state_size);
	struct probe_answer a = { .outcome = PROBE_CONNECT_FAILED };
	struct probe_run run = { .name = "a.example.cn", .facts = &f, .state = memory };
	struct probe_ask ask = { 0 };

	(void)state;
	assert_true(probe_wellknown.next(&run, &ask));
	run.answer = &a, run.outcome = PROBE_CONNECT_FAILED;
	assert_false(probe_wellknown.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_CONNECT_FAILED);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assetlinks), cmocka_unit_test(test_association),
		cmocka_unit_test(test_truncated),  cmocka_unit_test(test_next),
		cmocka_unit_test(test_dead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
