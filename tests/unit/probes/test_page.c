/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe as the engine calls it, and its score over labelled pages: every folder with a truth.tsv of
 *   file <TAB> content type <TAB> fact <TAB> value
 * (fact "-": the page has none of the scored kinds). tests/probes/pages was written by hand; PAGES names
 * further folders, as tests/proc/pages.sh makes them.
 */
#include "probes/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BODY_MAX = PROBE_BODY_MAX, TRUTH_LINE = 2048 };

struct run {
	struct probe_run run;
	struct probe_ask ask;
	struct probe_facts facts;
	struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_answer answer;
	char url[PROBE_URL_MAX]; /* of the last ask: an answer lends it */
};

static struct run *run_new(const char *name)
{
	struct run *r = calloc(1, sizeof(*r));

	r->facts.fact = r->room;
	r->run = (struct probe_run){
		.kind = SUBJECT_HOST, .name = name, .target = "", .base = "", .facts = &r->facts
	};
	r->run.state = calloc(1, probe_page.state_size);
	return r;
}

static void run_free(struct run *r)
{
	free(r->run.state);
	free(r);
}

static bool next(struct run *r)
{
	memset(&r->ask, 0, sizeof(r->ask));
	return probe_page.next(&r->run, &r->ask);
}

static struct probe_answer *answer(struct run *r, const char *type, const void *body, size_t n)
{
	memcpy(r->url, r->ask.url, sizeof(r->url));
	r->answer = (struct probe_answer){
		.outcome = PROBE_DONE,
		.status = 200,
		.url = r->url,
		.content_type = type,
		.server = "",
		.location = "",
		.generator = "",
		.etag = "",
		.last_modified = "",
		.authenticate = "",
		.cookies = "",
		.body = body,
		.size = n,
	};
	r->run.answer = &r->answer;
	r->run.outcome = PROBE_DONE;
	return &r->answer;
}

/* One more step with this page; what it wants next is in ask. */
static bool give(struct run *r, const char *html)
{
	answer(r, "text/html; charset=utf-8", html, strlen(html));
	return next(r);
}

static const struct probe_fact *fact(const struct run *r, enum fact type, const char *value)
{
	for (size_t i = 0; i < r->facts.count; i++)
		if (r->room[i].type == type && (value == NULL || strcmp(r->room[i].value, value) == 0))
			return &r->room[i];
	return NULL;
}

/* -- as the engine calls it */

static void test_asks(void **state)
{
	struct run *r = run_new("jw.example.edu.cn");

	(void)state;
	assert_true(next(r));
	assert_string_equal(r->ask.url, "https://jw.example.edu.cn/");
	assert_true(r->ask.follow && r->ask.compressed && r->ask.conditional && r->ask.prefix);
	assert_false(r->ask.head || r->ask.ranged);
	/* no https there: http, once */
	answer(r, "", NULL, 0)->outcome = PROBE_CONNECT_FAILED;
	r->run.outcome = PROBE_CONNECT_FAILED;
	assert_true(next(r));
	assert_string_equal(r->ask.url, "http://jw.example.edu.cn/");
	answer(r, "", NULL, 0)->outcome = PROBE_CONNECT_FAILED;
	r->run.outcome = PROBE_CONNECT_FAILED;
	assert_false(next(r));
	assert_int_equal(r->run.outcome, PROBE_CONNECT_FAILED);
	assert_int_equal(r->facts.count, 0);
	run_free(r);
}

static void test_target(void **state)
{
	struct run *r = run_new("jw.example.edu.cn");

	(void)state;
	r->run.target = "http://jw.example.edu.cn/app/index.html";
	assert_true(next(r));
	assert_string_equal(r->ask.url, r->run.target);
	answer(r, "", NULL, 0)->outcome = PROBE_TIMEOUT;
	r->run.outcome = PROBE_TIMEOUT;
	assert_false(next(r));
	run_free(r);
}

/* What is not a page gives no facts, and says why. */
static void test_outcomes(void **state)
{
	static const struct {
		int status;
		const char *type, *body;
		enum probe_outcome want;
	} rows[] = {
		{ 304, "", "", PROBE_UNCHANGED },
		{ 404, "text/html", "<title>x</title>", PROBE_DONE },
		{ 500, "text/html", "<title>x</title>", PROBE_HTTP_ERROR },
		{ 503, "text/html", "<title>x</title>", PROBE_HELD_BACK },
		{ 200, "image/png", "\x89PNG", PROBE_UNRECOGNISED },
		{ 200, "application/pdf", "%PDF-1.4 湘ICP备05000001号", PROBE_UNRECOGNISED },
		{ 200, "text/html", "", PROBE_DONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run *r = run_new("a.example.edu.cn");
		assert_true(next(r));
		answer(r, rows[i].type, rows[i].body, strlen(rows[i].body))->status = rows[i].status;
		assert_false(next(r));
		assert_int_equal(r->run.outcome, rows[i].want);
		assert_int_equal(r->facts.count, 0);
		run_free(r);
	}
}

static void test_leads(void **state)
{
	static const struct {
		const char *html, *to, *origin;
	} rows[] = {
		{ "<meta http-equiv=\"Refresh\" content=\"0; URL='/portal/index.do'\">",
		  "https://a.example.edu.cn/portal/index.do", NULL },
		{ "<META HTTP-EQUIV=REFRESH CONTENT=\"1;url=https://sso.example.edu.cn/login?a=1&amp;b=2\">",
		  "https://sso.example.edu.cn/login?a=1&b=2", "https://sso.example.edu.cn" },
		{ "<script>window.location.href = \"main.html\";</script>",
		  "https://a.example.edu.cn/main.html", NULL },
		{ "<script>location='/x'</script>", "https://a.example.edu.cn/x", NULL },
		{ "<script>top.location.replace('https:\\/\\/b.example.edu.cn\\/y')</script>",
		  "https://b.example.edu.cn/y", "https://b.example.edu.cn" },
		{ "正在跳转<script>setTimeout(function(){ window.location.assign('/z') }, 100)</script>",
		  "https://a.example.edu.cn/z", NULL },
		{ "<body onload=\"location.href='/w'\">", "https://a.example.edu.cn/w", NULL },
		{ "<base href='/sub/'><script>location.href='w'</script>", "https://a.example.edu.cn/sub/w",
		  NULL },
		{ "<frameset rows=*><frame src=home.htm></frameset>", "https://a.example.edu.cn/home.htm",
		  NULL },
		/* not sure to be gone to */
		{ "<script>if (mobile) location.href='/m'</script>", NULL, NULL },
		{ "<script>if (mobile) { location.href='/m' }</script>", NULL, NULL },
		{ "<script>function back() { location.href='/m' }</script>", NULL, NULL },
		{ "<script>if (location.href == '/m') x()</script>", NULL, NULL },
		{ "<script>location.href='/m?' + id</script>", NULL, NULL },
		{ "<script>// location.href='/m'\n</script>", NULL, NULL },
		{ "<script>mylocation='/m'; x.location='/m'</script>", NULL, NULL },
		{ "<meta http-equiv=refresh content=600>", NULL, NULL },
		{ "<meta http-equiv=refresh content='600;url=/reload'>", NULL, NULL },
		{ "<meta http-equiv=refresh content='0;url=/'>", NULL, NULL }, /* itself */
		{ "<meta http-equiv=refresh content='0;url=javascript:x()'>", NULL, NULL },
		{ "<noscript><meta http-equiv=refresh content='0;url=/noscript'></noscript>", NULL, NULL },
		{ "<!-- <meta http-equiv=refresh content='0;url=/old'> -->", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run *r = run_new("a.example.edu.cn");
		assert_true(next(r));
		if (rows[i].to == NULL) {
			assert_false(give(r, rows[i].html));
			assert_null(fact(r, FACT_REDIRECT, NULL));
		} else {
			assert_true(give(r, rows[i].html));
			assert_string_equal(r->ask.url, rows[i].to);
			assert_false(r->ask.conditional);
			if (rows[i].origin != NULL)
				assert_non_null(fact(r, FACT_REDIRECT, rows[i].origin));
			else
				assert_null(fact(r, FACT_REDIRECT, NULL));
		}
		run_free(r);
	}
}

/* Pages that lead on for ever are left after three. */
static void test_leads_end(void **state)
{
	struct run *r = run_new("a.example.edu.cn");
	char html[100];
	int i = 0;

	(void)state;
	assert_true(next(r));
	do {
		snprintf(html, sizeof(html),
			 "<title>第%d页</title><meta http-equiv=refresh content='0;url=/%d'>", i, i);
	} while (give(r, html) && ++i < 20);
	assert_int_equal(i, PAGE_LEADS_MAX);
	assert_int_equal(r->run.outcome, PROBE_DONE);
	assert_non_null(fact(r, FACT_TITLE, "第3页"));
	run_free(r);
}

/* The window of a frameset keeps the frameset's title. */
static void test_frameset(void **state)
{
	struct run *r = run_new("a.example.edu.cn");

	(void)state;
	assert_true(next(r));
	assert_true(give(r, "<title>入口</title><meta http-equiv=refresh content='0;url=/f'>"));
	assert_true(give(r, "<title>外框</title><frameset rows=*><frame src=home.htm></frameset>"));
	assert_false(give(r, "<title>框内</title>湘ICP备05000001号"));
	assert_non_null(fact(r, FACT_TITLE, "外框"));
	assert_null(fact(r, FACT_TITLE, "框内"));
	assert_non_null(fact(r, FACT_ICP_NUMBER, "湘ICP备05000001号"));
	run_free(r);
}

/* A door's title is only told when nobody saw what is behind it. */
static void test_door(void **state)
{
	struct run *r = run_new("a.example.edu.cn");

	(void)state;
	assert_true(next(r));
	assert_true(
		give(r, "<title>跳转中</title><script>location.href='https://sso.example.edu.cn/'</script>"));
	answer(r, "", NULL, 0)->outcome = PROBE_OUT_OF_SCOPE;
	r->run.outcome = PROBE_OUT_OF_SCOPE;
	assert_false(next(r));
	assert_int_equal(r->run.outcome, PROBE_DONE);
	assert_non_null(fact(r, FACT_TITLE, "跳转中"));
	assert_non_null(fact(r, FACT_REDIRECT, "https://sso.example.edu.cn"));
	assert_true(strlen(r->run.remark) > 0);
	run_free(r);

	r = run_new("a.example.edu.cn"); /* what is behind it may be there the next time: nothing is gone */
	assert_true(next(r));
	assert_true(give(r, "<title>跳转中</title><script>location.href='/home'</script>"));
	answer(r, "", NULL, 0)->status = 502;
	assert_false(next(r));
	assert_int_equal(r->run.outcome, PROBE_HTTP_ERROR);
	assert_non_null(fact(r, FACT_TITLE, "跳转中"));
	run_free(r);

	r = run_new("a.example.edu.cn");
	assert_true(next(r));
	assert_true(give(r, "<title>跳转中</title><script>location.href='/home'</script>"));
	assert_false(give(r, "<title>教务系统</title>"));
	assert_null(fact(r, FACT_TITLE, "跳转中"));
	assert_int_equal(fact(r, FACT_TITLE, "教务系统")->confidence, 95);
	run_free(r);
}

/* As a redirect, a page on https may lead to its own http, not to another host's; not by way of its own
 * either. */
static void test_leads_down(void **state)
{
	static const char own[] =
		"<title>一</title><meta http-equiv=refresh content='0;url=http://a.example.edu.cn/1'>";
	static const char other[] =
		"<title>二</title><meta http-equiv=refresh content='0;url=http://b.example.edu.cn/'>";
	struct run *r = run_new("a.example.edu.cn");

	(void)state;
	assert_true(next(r));
	assert_false(give(r, other));
	assert_int_equal(r->run.outcome, PROBE_DONE);
	assert_non_null(fact(r, FACT_REDIRECT, "http://b.example.edu.cn"));
	assert_int_equal(fact(r, FACT_TITLE, "二")->confidence, 50); /* a door's */
	run_free(r);
	r = run_new("a.example.edu.cn");
	assert_true(next(r));
	assert_true(give(r, own));
	assert_string_equal(r->ask.url, "http://a.example.edu.cn/1");
	assert_false(give(r, other));
	run_free(r);
	r = run_new("a.example.edu.cn"); /* https was gone through on the way */
	assert_true(next(r));
	answer(r, "text/html", other, sizeof(other) - 1)->url = "http://a.example.edu.cn/2";
	r->answer.redirect[r->answer.redirect_count++] = "https://a.example.edu.cn/";
	assert_false(next(r));
	run_free(r);
	r = run_new("a.example.edu.cn"); /* where there is no https there is no fall */
	assert_true(next(r));
	answer(r, "", NULL, 0)->outcome = PROBE_CONNECT_FAILED;
	r->run.outcome = PROBE_CONNECT_FAILED;
	assert_true(next(r));
	assert_true(give(r, other));
	assert_string_equal(r->ask.url, "http://b.example.edu.cn/");
	answer(r, "text/html", NULL, 0); /* a body without a byte is at no address */
	assert_false(next(r));
	run_free(r);
}

/* A shell has its facts in the scripts that fill it: at most two of its own host. */
static void test_shell(void **state)
{
	static const char js[] =
		"e.exports=[t._v(\"\\u6e58ICP\\u5907 05000001\\u53f7-3\"),n(\"span\",[t._v(\"© 2026 "
		"湖南示例职业学院 版权所有\")])]";
	struct run *r = run_new("a.example.edu.cn");

	(void)state;
	assert_true(next(r));
	assert_true(
		give(r, "<title>迎新系统</title><div id=app></div><script "
			"src=https://cdn.example.com/js/app.js></script>"
			"<script src=/js/chunk-vendors.1a2b.js></script><script src=/js/app.3c4d.js></script>"
			"<script src=/js/main.js></script><script src=/js/index.js></script>"));
	assert_string_equal(r->ask.url, "https://a.example.edu.cn/js/app.3c4d.js");
	answer(r, "application/javascript", js, sizeof(js) - 1);
	assert_true(next(r));
	assert_string_equal(r->ask.url, "https://a.example.edu.cn/js/main.js");
	answer(r, "", NULL, 0)->outcome = PROBE_ROBOTS;
	r->run.outcome = PROBE_ROBOTS;
	assert_false(next(r));
	assert_int_equal(r->run.outcome, PROBE_DONE);
	assert_non_null(fact(r, FACT_TITLE, "迎新系统"));
	assert_int_equal(fact(r, FACT_ICP_NUMBER, "湘ICP备05000001号-3")->confidence, 70);
	assert_string_equal(fact(r, FACT_ICP_NUMBER, NULL)->note, "湖南示例职业学院");
	assert_non_null(fact(r, FACT_OWNER, "湖南示例职业学院"));
	run_free(r);
}

/* The foot in a file of its own is asked for when the page has no number itself; its title and where it leads
 * are not the page's. */
static void test_foot(void **state)
{
	static const char page[] = "<title>教务处</title><p>概况</p><iframe src=/foot.html></iframe>";
	struct run *r = run_new("a.example.edu.cn");

	(void)state;
	assert_true(next(r));
	assert_true(give(r, page));
	assert_string_equal(r->ask.url, "https://a.example.edu.cn/foot.html");
	assert_false(r->ask.conditional);
	assert_false(give(r,
			  "<title>页脚</title><meta http-equiv=refresh content='0;url=/x'>湘ICP备05000001号"
			  "<iframe src=/foot2.html></iframe>"));
	assert_non_null(fact(r, FACT_ICP_NUMBER, "湘ICP备05000001号"));
	assert_non_null(fact(r, FACT_TITLE, "教务处"));
	assert_null(fact(r, FACT_TITLE, "页脚"));
	assert_int_equal(r->run.outcome, PROBE_DONE);
	run_free(r);

	r = run_new("a.example.edu.cn");
	assert_true(next(r));
	assert_true(give(r, page));
	answer(r, "text/html", "", 0)->status = 404;
	assert_false(next(r));
	assert_int_equal(r->run.outcome, PROBE_DONE);
	assert_non_null(fact(r, FACT_TITLE, "教务处"));
	run_free(r);

	r = run_new("a.example.edu.cn");
	assert_true(next(r));
	assert_false(give(r, "湘ICP备05000001号<iframe src=/foot.html></iframe>"));
	run_free(r);
}

static void test_http_redirect(void **state)
{
	struct run *r = run_new("a.example.edu.cn");

	(void)state;
	assert_true(next(r));
	answer(r, "text/html", "<title>登录</title>", 19)->url = "https://sso.example.edu.cn/login?service=x";
	r->answer.redirect[0] = "https://a.example.edu.cn/";
	r->answer.redirect[1] = "https://a.example.edu.cn/home";
	r->answer.redirect_count = 2;
	r->answer.generator = "Drupal 9";
	assert_false(next(r));
	assert_string_equal(fact(r, FACT_REDIRECT, "https://sso.example.edu.cn")->note, "http");
	assert_non_null(fact(r, FACT_GENERATOR, "Drupal 9"));
	run_free(r);
}

static void test_moved_for_good(void **state)
{
	static const int status[] = { 301, 308 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct run *r = run_new("a.example.edu.cn");
		assert_true(next(r));
		answer(r, "text/html", "<title>新</title>", 18)->url = "https://b.example.edu.cn/";
		r->answer.redirect[0] = "https://a.example.edu.cn/";
		r->answer.redirect_status[0] = status[i];
		r->answer.redirect_count = 1;
		assert_false(next(r));
		assert_string_equal(fact(r, FACT_REDIRECT, "https://b.example.edu.cn")->note,
				    "http permanent");
		run_free(r);
	}
}

/* -- the score */

struct tally {
	size_t want, got, right;
	size_t titles, titles_right;
	size_t all, all_right;
};

struct truth {
	char file[64], type[96];
	enum fact fact;
	bool none;
	char value[PROBE_VALUE_MAX];
};

static bool is_scored(enum fact f)
{
	return (f >= FACT_ICP_NUMBER && f <= FACT_GRADE_NUMBER) ||
	       (f >= FACT_WECHAT_MINI && f <= FACT_IOS_STORE);
}

static bool truth_line(char *line, struct truth *t)
{
	char *field[4] = { line };
	size_t n = 1;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '#' || line[0] == '\0')
		return false;
	for (char *p = line; (p = strchr(p, '\t')) != NULL && n < 4; n++) {
		*p++ = '\0';
		field[n] = p;
	}
	memset(t, 0, sizeof(*t));
	snprintf(t->file, sizeof(t->file), "%.63s", field[0]);
	snprintf(t->type, sizeof(t->type), "%.95s", n > 1 ? field[1] : "");
	t->none = n < 3 || strcmp(field[2], "-") == 0;
	if (!t->none && !fact_find(field[2], &t->fact))
		fail_msg("%s: no fact %s", field[0], field[2]);
	snprintf(t->value, sizeof(t->value), "%.511s", n > 3 ? field[3] : "");
	return true;
}

static size_t load(const char *path, uint8_t *body)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		fail_msg("%s: cannot be read", path);
	n = fread(body, 1, BODY_MAX, f);
	fclose(f);
	return n;
}

/* t[0..n) are of one page. */
static void score_page(const char *folder, const struct truth *t, size_t n, struct tally *sum)
{
	static uint8_t body[BODY_MAX];
	struct run *r = run_new("www.example.edu.cn");
	char path[4096];
	bool titled = false;

	snprintf(path, sizeof(path), "%s/%s", folder, t->file);
	assert_true(next(r));
	answer(r, t->type, body, load(path, body));
	(void)next(r);
	for (size_t i = 0; i < n; i++) {
		bool there = !t[i].none && fact(r, t[i].fact, t[i].value) != NULL;
		if (t[i].none)
			continue;
		if (!there)
			print_message("# missing %s: %s %s\n", t->file, fact_name(t[i].fact), t[i].value);
		sum->want += is_scored(t[i].fact);
		sum->right += is_scored(t[i].fact) && there;
		sum->titles += t[i].fact == FACT_TITLE;
		sum->titles_right += t[i].fact == FACT_TITLE && there;
		titled |= t[i].fact == FACT_TITLE;
	}
	for (size_t k = 0; k < r->facts.count; k++) {
		const struct probe_fact *f = &r->room[k];
		bool right = false;
		for (size_t i = 0; i < n; i++)
			right |= !t[i].none && t[i].fact == f->type && strcmp(t[i].value, f->value) == 0;
		if (!right)
			print_message("# wrong %s: %s %s (%u, %s)\n", t->file, fact_name(f->type), f->value,
				      f->confidence, f->note);
		sum->got += is_scored(f->type);
		sum->all++;
		sum->all_right += right;
		if (f->type == FACT_TITLE && !titled)
			sum->titles++;
	}
	run_free(r);
}

static void score(const char *folder)
{
	static struct truth page[256];
	struct tally sum = { 0 };
	char path[4096], line[TRUTH_LINE];
	struct truth one;
	size_t n = 0, pages = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/truth.tsv", folder);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s: cannot be read", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (!truth_line(line, &one))
			continue;
		if (n > 0 && strcmp(one.file, page[0].file) != 0) {
			score_page(folder, page, n, &sum);
			pages++;
			n = 0;
		}
		assert_true(n < 256);
		page[n++] = one;
	}
	fclose(f);
	if (n > 0) {
		score_page(folder, page, n, &sum);
		pages++;
	}
	print_message("# %s: %zu pages; numbers and identifiers: precision %.4f (%zu/%zu), recall %.4f "
		      "(%zu/%zu); titles %zu/%zu; "
		      "all facts: precision %.4f (%zu/%zu)\n",
		      folder, pages, (double)sum.right / (double)sum.got, sum.right, sum.got,
		      (double)sum.right / (double)sum.want, sum.right, sum.want, sum.titles_right, sum.titles,
		      (double)sum.all_right / (double)sum.all, sum.all_right, sum.all);
	assert_true(pages > 0 && sum.want > 0);
	assert_true(sum.right * 100 >= sum.got * 98);
	assert_true(sum.right * 100 >= sum.want * 95);
	assert_int_equal(sum.titles_right, sum.titles);
	assert_true(sum.all_right * 100 >= sum.all * 98);
}

static void test_by_hand(void **state)
{
	char folder[4096];

	(void)state;
	if (getenv("TOP") == NULL)
		skip();
	snprintf(folder, sizeof(folder), "%s/tests/probes/pages", getenv("TOP"));
	score(folder);
}

static void test_given(void **state)
{
	(void)state;
	score(getenv("PAGES"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asks),           cmocka_unit_test(test_target),
		cmocka_unit_test(test_outcomes),       cmocka_unit_test(test_leads),
		cmocka_unit_test(test_leads_end),      cmocka_unit_test(test_frameset),
		cmocka_unit_test(test_door),           cmocka_unit_test(test_shell),
		cmocka_unit_test(test_foot),           cmocka_unit_test(test_http_redirect),
		cmocka_unit_test(test_moved_for_good), cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_leads_down),
	};
	const struct CMUnitTest given[] = { cmocka_unit_test(test_given) };

	if (getenv("PAGES") != NULL)
		return cmocka_run_group_tests_name("pages", given, NULL, NULL);
	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
