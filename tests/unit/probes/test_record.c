/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct probe_fact room[PROBE_FACTS_MAX];

static void told(const struct probe_facts *f, char *out, size_t cap)
{
	out[0] = '\0';
	for (size_t i = 0; i < f->count; i++)
		snprintf(out + strlen(out), cap - strlen(out), "%s:%s;", fact_name(f->fact[i].type),
			 f->fact[i].value);
}

#define PAGE(object) "<html><script>var a={};\n window.cgiData = " object ";\n</script></html>"

static void test_facts(void **state)
{
	static const struct {
		const char *page;
		bool found;
		const char *want;
	} rows[] = {
		{ PAGE("{ nickname: \"示例教务\", category_list: {cate: [\"教育>教育信息服务\",]}, "
		       "request_domain: {item: "
		       "[\"https://api.example.edu.cn\",\"https://x.example.cn:8443/\",]} }"),
		  true,
		  "app-name:示例教务;app-category:教育>教育信息服务;app-domain:api.example.edu.cn;app-domain:"
		  "x.example.cn;" },
		{ PAGE("{nickname:'\\u793a\\u4f8b'.html(false), wxa_x: 7}"), true, "app-name:示例;" },
		{ PAGE("{nickname: \"该账号已注销\"}"), true, "" },
		{ PAGE("{nickname: \"\"}"), false, "" },
		{ PAGE("{}"), false, "" },
		{ PAGE("{request_domain: {item: [\"https://127.0.0.1\", \"ftp\", \"https://\", 7]}, "
		       "nickname: 'x'}"),
		  true, "app-name:x;" },
		{ "<script>cgiData;cgiData.x = 1; cgiData = {other: 1}; cgiData={nickname:'y'}</script>",
		  true, "app-name:y;" },
		{ "<html>请在微信客户端打开链接</html>", false, "" },
		{ "", false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_facts f = { .fact = room };
		char text[1024], remark[PROBE_NOTE_MAX] = "";
		bool found = record_facts(&f, rows[i].page, strlen(rows[i].page), remark);
		told(&f, text, sizeof(text));
		if (found != rows[i].found || strcmp(text, rows[i].want) != 0)
			fail_msg("%s -> %d %s", rows[i].page, found, text);
		assert_int_equal(remark[0] != '\0', strstr(rows[i].page, "注销") != NULL);
	}
}

static void test_next(void **state)
{
	static const char page[] = PAGE("{nickname:'x'}");
	struct probe_facts f = { .fact = room };
	struct probe_answer a = {
		.outcome = PROBE_DONE, .status = 200, .body = (const uint8_t *)page, .size = sizeof(page) - 1
	};
	struct probe_run run = {
		.name = "wx0123456789abcdef", .base = "https://mp.example.cn/?action=get&appid=", .facts = &f
	};
	struct probe_ask ask = { 0 };

	(void)state;
	assert_true(probe_record.next(&run, &ask));
	assert_string_equal(ask.url, "https://mp.example.cn/?action=get&appid=wx0123456789abcdef");
	assert_false(ask.follow);
	run.answer = &a;
	assert_false(probe_record.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_DONE);
	assert_int_equal(f.count, 1);
	a.size = 20;
	assert_false(probe_record.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_UNRECOGNISED);
	a.status = 429;
	assert_false(probe_record.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_HELD_BACK);
}

static void test_truncated(void **state)
{
	static const char page[] =
		PAGE("{request_domain: {item: [\"https://a.example.cn\"]}, nickname: \"示\"}");
	char remark[PROBE_NOTE_MAX];

	(void)state;
	for (size_t n = 0; n < sizeof(page); n++) {
		struct probe_facts f = { .fact = room };
		char *exact = malloc(n ? n : 1);
		memcpy(exact, page, n);
		(void)record_facts(&f, exact, n, remark);
		assert_true(f.count <= 2);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_facts), cmocka_unit_test(test_next),
					    cmocka_unit_test(test_truncated) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
