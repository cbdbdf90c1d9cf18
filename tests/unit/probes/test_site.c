/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/data.h"

static struct probe_fact room[PROBE_FACTS_MAX];

/* A site: what it answers to each URL; a URL that is not there has no name. */
struct page {
	const char *url, *body, *at; /* at: the URL it ends at; NULL: the same */
	int status;
	enum probe_outcome outcome;
};

struct talk {
	struct probe_facts facts;
	enum probe_outcome outcome;
	char asked[512];
};

static const struct page *find(const struct page *pages, const char *url)
{
	for (; pages->url; pages++)
		if (strcmp(pages->url, url) == 0)
			return pages;
	return NULL;
}

static void talk(struct talk *t, const struct page *pages, const struct fingerprints *table)
{
	struct probe_run run = {
		.name = "jw.example.edu.cn", .chance = 0xabc, .facts = &t->facts, .fingerprints = table
	};
	struct probe_ask ask = { 0 };
	struct probe_answer a;
	char url[PROBE_URL_MAX];

	*t = (struct talk){ .facts = { .fact = room } };
	run.state = calloc(1, probe_site.state_size);
	while (probe_site.next(&run, &ask)) {
		const struct page *p = find(pages, ask.url);
		snprintf(url, sizeof(url), "%s", ask.url);
		snprintf(t->asked + strlen(t->asked), sizeof(t->asked) - strlen(t->asked), "%s ", ask.url);
		a = (struct probe_answer){ .outcome = p ? p->outcome : PROBE_NO_NAME,
					   .url = p && p->at ? p->at : url,
					   .content_type = "text/html",
					   .server = "nginx",
					   .cookies = "",
					   .status = p ? p->status ? p->status : 200 : 0,
					   .body = (const uint8_t *)(p ? p->body : ""),
					   .size = p ? strlen(p->body) : 0 };
		if (strstr(ask.url, "favicon") && p && a.status == 200 && a.size == 4)
			a.body = (const uint8_t *)"\0\0\1\0";
		run.answer = &a, run.outcome = a.outcome;
		memset(&ask, 0, sizeof(ask));
	}
	t->outcome = run.outcome;
	probe_site.end(&run);
	free(run.state);
}

static const struct probe_fact *told(const struct talk *t, enum fact type)
{
	for (size_t i = 0; i < t->facts.count; i++)
		if (t->facts.fact[i].type == type)
			return &t->facts.fact[i];
	return NULL;
}

#define HOST    "https://jw.example.edu.cn/"
#define CONTROL "https://bd00000abc.example.edu.cn/"
#define PAGE    "<html><head><title>教务</title></head><body><ul><li>新闻<li>通知<li>教务<li>学工<li>财务</ul>"

static void test_app(void **state)
{
	static const struct page pages[] = { { HOST, PAGE "<link href=\"/jwglxt/logo/favicon.ico\">", NULL,
					       200, PROBE_DONE },
					     { HOST "favicon.ico", "icon", NULL, 200, PROBE_DONE },
					     { NULL, NULL, NULL, 0, 0 } };
	static struct fingerprint rows[] = {
		{ .id = "zf",
		  .product = "正方",
		  .kind = "vendor",
		  .when = "body=href=\"/jwglxt/logo/favicon.ico\"" },
		{ .id = "other", .product = "青果", .kind = "vendor", .when = "body=kingosoft" },
		{ .id = "nginx", .product = "初装页", .kind = "parked", .when = "body=welcome to nginx" }
	};
	const struct fingerprints table = { rows, 3 };
	struct talk t;

	(void)state;
	talk(&t, pages, &table);
	assert_int_equal(t.outcome, PROBE_DONE);
	assert_string_equal(t.asked, HOST " " CONTROL " " HOST "favicon.ico ");
	assert_string_equal(told(&t, FACT_VENDOR)->value, "正方");
	assert_string_equal(told(&t, FACT_VENDOR)->note, "zf");
	assert_null(told(&t, FACT_PARKED));
	assert_null(told(&t, FACT_CATCH_ALL));
	assert_non_null(told(&t, FACT_FAVICON));
}

static void test_catch_all(void **state)
{
	static const struct page pages[] = { { HOST, PAGE "<p>token=1", NULL, 200, PROBE_DONE },
					     { CONTROL, PAGE "<p>token=2", NULL, 200, PROBE_DONE },
					     { HOST "favicon.ico", "", NULL, 404, PROBE_DONE },
					     { NULL, NULL, NULL, 0, 0 } };
	struct talk t;

	(void)state;
	talk(&t, pages, NULL);
	assert_int_equal(t.outcome, PROBE_DONE);
	assert_string_equal(told(&t, FACT_CATCH_ALL)->value, "*.example.edu.cn");
	assert_int_equal(t.facts.count, 1);
}

/* Behind a wildcard name, but a page of its own. */
static void test_own_page(void **state)
{
	static const struct page pages[] = { { HOST, PAGE, NULL, 200, PROBE_DONE },
					     { CONTROL, "<html><body><h1>没有这个站点</h1>", NULL, 200,
					       PROBE_DONE },
					     { HOST "favicon.ico", "<html>", NULL, 200, PROBE_DONE },
					     { NULL, NULL, NULL, 0, 0 } };
	struct talk t;

	(void)state;
	talk(&t, pages, NULL);
	assert_int_equal(t.facts.count, 0);
	assert_int_equal(t.outcome, PROBE_DONE);
}

/* A log-in page that many hosts lead to is no sign of a catch-all: nothing is compared. */
static void test_moved(void **state)
{
	static const struct page pages[] = {
		{ HOST, PAGE, "https://cas.example.edu.cn/login", 200, PROBE_DONE },
		{ CONTROL, PAGE, "https://cas.example.edu.cn/login", 200, PROBE_DONE },
		{ NULL, NULL, NULL, 0, 0 }
	};
	struct talk t;

	(void)state;
	talk(&t, pages, NULL);
	assert_string_equal(t.asked, HOST " ");
	assert_int_equal(t.facts.count, 0);
}

static void test_plain(void **state)
{
	static const struct page pages[] = { { HOST, "", NULL, 0, PROBE_CONNECT_FAILED },
					     { "http://jw.example.edu.cn/", PAGE, NULL, 200, PROBE_DONE },
					     { NULL, NULL, NULL, 0, 0 } };
	static const struct page dead[] = { { HOST, "", NULL, 0, PROBE_TIMEOUT },
					    { "http://jw.example.edu.cn/", "", NULL, 0,
					      PROBE_CONNECT_FAILED },
					    { NULL, NULL, NULL, 0, 0 } };
	struct talk t;

	(void)state;
	talk(&t, pages, NULL);
	assert_int_equal(t.outcome, PROBE_DONE);
	assert_string_equal(t.asked, HOST " http://jw.example.edu.cn/ http://bd00000abc.example.edu.cn/ "
					  "http://jw.example.edu.cn/favicon.ico ");
	talk(&t, dead, NULL);
	assert_int_equal(t.outcome, PROBE_CONNECT_FAILED);
	assert_string_equal(t.asked, HOST " http://jw.example.edu.cn/ ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app),      cmocka_unit_test(test_catch_all),
		cmocka_unit_test(test_own_page), cmocka_unit_test(test_moved),
		cmocka_unit_test(test_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
