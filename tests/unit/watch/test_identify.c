/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/identify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "conf/source.h"
#include "conf/tsv.h"

enum { HITS_MAX = 8, SAMPLES_LEAST = 2, SAMPLES_BYTES = 1 << 20 };

struct hits {
	int count;
	struct {
		char id[64], name[256], host[256];
		enum subject_kind kind;
	} hit[HITS_MAX];
};

static void take_hit(void *arg, const struct identify_hit *hit)
{
	struct hits *h = arg;

	assert_true(h->count < HITS_MAX);
	snprintf(h->hit[h->count].id, sizeof(h->hit[0].id), "%s", hit->row->id);
	snprintf(h->hit[h->count].name, sizeof(h->hit[0].name), "%.*s", (int)hit->name.n,
		 (const char *)hit->name.p);
	snprintf(h->hit[h->count].host, sizeof(h->hit[0].host), "%s", hit->host);
	h->hit[h->count].kind = hit->row->kind;
	h->count++;
}

/* The text ends where its allocation ends, so that sanitizers see a read behind it. */
static struct dissect_str str(const char *s)
{
	struct dissect_str out = { NULL, 0 };

	if (s != NULL) {
		uint8_t *p = test_malloc(strlen(s) > 0 ? strlen(s) : 1);
		memcpy(p, s, strlen(s));
		out = (struct dissect_str){ p, strlen(s) };
	}
	return out;
}

static void str_free(struct dissect_str s)
{
	union {
		const uint8_t *in;
		void *out;
	} p = { s.p };
	if (s.p != NULL)
		test_free(p.out);
}

struct request {
	const char *host, *target, *referer, *user_agent, *requested_with;
};

static struct hits ask(struct identify *s, struct request r)
{
	struct hits hits = { 0 };
	struct dissect_message m = { .kind = DISSECT_HTTP, .name = str(r.host) };

	m.http.target = str(r.target);
	m.http.referer = str(r.referer);
	m.http.user_agent = str(r.user_agent);
	m.http.requested_with = str(r.requested_with);
	identify_message(s, &m, take_hit, &hits);
	str_free(m.name);
	str_free(m.http.target);
	str_free(m.http.referer);
	str_free(m.http.user_agent);
	str_free(m.http.requested_with);
	return hits;
}

static struct identify *make(const struct identifiers *table)
{
	char error[CONF_ERROR_MAX] = "";
	struct identify *s = identify_new(table, error);

	if (s == NULL)
		fail_msg("%s", error);
	return s;
}

/* --- the real table and its samples --- */

struct samples {
	struct identifiers *table;
	unsigned *positive, *negative; /* by row */
	unsigned wrong;
};

static struct request request_of(enum via via, const char *text)
{
	struct request r = { .host = "app.example.edu.cn" };

	if (via == VIA_HTTP_URL)
		r.target = text;
	else if (via == VIA_HTTP_REFERER)
		r.referer = text;
	else if (via == VIA_HTTP_USER_AGENT)
		r.user_agent = text;
	else
		r.requested_with = text;
	return r;
}

static bool sample_holds(const struct identifier *row, const struct tsv_row *t)
{
	struct identifier alone = *row;
	struct identifiers table = { &alone, 1 };
	const char *host = strcmp(t->cell[4], "-") == 0 ? "" : t->cell[4];
	struct identify *s;
	struct hits h;

	alone.stops = NULL;
	s = make(&table);
	h = ask(s, request_of(row->via, t->cell[2]));
	assert_int_equal(identify_stats(s)->gave_up, 0);
	identify_free(s);
	if (strcmp(t->cell[1], "match") != 0)
		return h.count == 0;
	return h.count == 1 && strcmp(h.hit[0].name, t->cell[3]) == 0 && strcmp(h.hit[0].host, host) == 0;
}

static char *take_sample(void *arg, const struct tsv_row *t, const char **column)
{
	struct samples *in = arg;
	size_t i = 0;

	while (i < in->table->count && strcmp(in->table->entry[i].id, t->cell[0]) != 0)
		i++;
	*column = "id";
	if (i == in->table->count)
		return xstrdup("no such row in identifiers.tsv");
	*column = "verdict";
	if (strcmp(t->cell[1], "match") != 0 && strcmp(t->cell[1], "no-match") != 0)
		return xstrdup("neither match nor no-match");
	*(strcmp(t->cell[1], "match") == 0 ? &in->positive[i] : &in->negative[i]) += 1;
	if (!sample_holds(&in->table->entry[i], t)) {
		print_error("identifiers-samples.tsv:%u: %s does not hold\n", t->line, t->cell[0]);
		in->wrong++;
	}
	return NULL;
}

static void every_sample_holds(void **state)
{
	static const char *const columns[] = { "id", "verdict", "text", "name", "host" };
	struct data *data = *state;
	struct samples in = { .table = &data->identifiers };
	char error[CONF_ERROR_MAX] = "";
	struct buf text = { 0 };

	in.positive = xcalloc(in.table->count, sizeof(unsigned));
	in.negative = xcalloc(in.table->count, sizeof(unsigned));
	if (source_read("conf/identifiers-samples.tsv", SAMPLES_BYTES, "", &text, error) != 0 ||
	    tsv_read("identifiers-samples.tsv", text.p, text.len, columns, 5, take_sample, &in, error) != 0)
		fail_msg("%s", error);
	for (size_t i = 0; i < in.table->count; i++)
		if (in.positive[i] < SAMPLES_LEAST || in.negative[i] < SAMPLES_LEAST)
			fail_msg("%s has too few samples", in.table->entry[i].id);
	assert_int_equal(in.wrong, 0);
	buf_clear(&text);
	free(in.positive);
	free(in.negative);
}

static void the_real_table_compiles(void **state)
{
	struct data *data = *state;

	assert_true(data->identifiers.count > 20);
	identify_free(make(&data->identifiers));
}

static void one_request_many_channels(void **state)
{
	struct data *data = *state;
	struct identify *s = make(&data->identifiers);
	struct hits h =
		ask(s, (struct request){
			       .host = "h5.example.com:8080",
			       .target = "/page",
			       .referer = "https://servicewechat.com/wx0123456789abcdef/27/page-frame.html",
			       .user_agent = "Mozilla/5.0 MicroMessenger/8.0 miniProgram/wx0123456789abcdef",
			       .requested_with = "com.tencent.mm",
		       });

	assert_int_equal(h.count, 3);
	assert_string_equal(h.hit[0].id, "wechat-referer");
	assert_string_equal(h.hit[1].id, "wechat-ua-mini");
	assert_string_equal(h.hit[2].id, "requested-with");
	assert_string_equal(h.hit[2].name, "com.tencent.mm");
	identify_free(s);
}

/* The special row wins and keeps the general one from seeing the same text again. */
static void special_before_general(void **state)
{
	struct data *data = *state;
	struct identify *s = make(&data->identifiers);
	struct hits h =
		ask(s, (struct request){ .host = "a.example.com",
					 .user_agent = "Mozilla/5.0 wxwork/4.1.3 MicroMessenger/7.0.1 "
						       "miniProgram/wx0123456789abcdef" });

	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].id, "wecom-ua-mini");
	h = ask(s, (struct request){
			   .host = "a.example.com",
			   .user_agent = "Mozilla/5.0 AliApp(DingTalk/7.8) com.alibaba.android.rimet.u1/1 "
					 "Channel/exclusive_dingtalk_2 x" });
	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].id, "dingtalk-ua-brand-android");
	assert_int_equal(h.hit[0].kind, SUBJECT_ANDROID_PACKAGE);
	h = ask(s, (struct request){ .host = "open.weixin.qq.com",
				     .target = "/connect/oauth2/"
					       "authorize?appid=wx0123456789abcdef&redirect_uri=http%3A%2F%"
					       "2Foa.example.com%2F&agentid=1" });
	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].id, "wecom-oauth-old");
	assert_int_equal(h.hit[0].kind, SUBJECT_WECOM_APP);
	assert_string_equal(h.hit[0].host, "oa.example.com");
	identify_free(s);
}

static void url_is_put_together(void **state)
{
	struct data *data = *state;
	struct identify *s = make(&data->identifiers);
	struct hits h = ask(s, (struct request){ .host = "a.app.qq.com:80",
						 .target = "/o/simple.jsp?pkgname=com.example.a" });

	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].name, "com.example.a");
	h = ask(s,
		(struct request){ .host = "a.app.qq.com", .target = "/o/simple.jsp?pkgname=com.example.a" });
	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].name, "com.example.a");
	h = ask(s, (struct request){ .host = "proxy.example",
				     .target = "http://a.app.qq.com/o/simple.jsp?pkgname=com.example.b" });
	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].name, "com.example.b");
	h = ask(s, (struct request){ .target = "/o/simple.jsp?pkgname=com.example.a" });
	assert_int_equal(h.count, 0);
	h = ask(s, (struct request){ .host = "a.app.qq.com", .target = "*" });
	assert_int_equal(h.count, 0);
	identify_free(s);
}

/* --- tables of our own --- */

static struct identifier row(char *id, enum via via, char *pattern, char *stops)
{
	return (struct identifier){ id, SUBJECT_WECHAT_MINI, via, pattern, true, stops, NULL, 17 };
}

static void refuse(struct identifier bad, const char *part)
{
	struct identifier rows[2] = { bad, row("later", VIA_HTTP_URL, "(?<name>x)", NULL) };
	struct identifiers table = { rows, 2 };
	char error[CONF_ERROR_MAX] = "";

	assert_null(identify_new(&table, error));
	if (strncmp(error, "identifiers.tsv:17: bad: ", 25) != 0 || strstr(error, part) == NULL)
		fail_msg("unexpected: %s", error);
}

static void bad_rows_are_refused(void **state)
{
	struct identifier host = row("bad", VIA_HTTP_URL, "(?<name>x)", NULL);
	(void)state;

	refuse(row("bad", VIA_HTTP_URL, "(?<name>x", NULL), "正则式");
	refuse(row("bad", VIA_HTTP_URL, "x", NULL), "name");
	refuse(row("bad", VIA_HTTP_URL, "(*UTF)(?<name>x)", NULL), "正则式");
	refuse(row("bad", VIA_TLS, "(?<name>x)", NULL), "via");
	host.kind = SUBJECT_HOST;
	refuse(host, "kind");
	refuse(row("bad", VIA_HTTP_URL, "(?<name>x)", "nobody"), "stops");
	refuse(row("bad", VIA_HTTP_URL, "(?<name>x)", "bad"), "stops");
	refuse(row("bad", VIA_HTTP_URL, "(?<name>x)",
		   "later,"
		   "nobody"),
	       "stops");
	refuse(row("bad", VIA_HTTP_URL, "(?J)(?<name>x)|(?<name>y)", NULL), "name");
}

static void stops_reach_as_they_say(void **state)
{
	struct identifier rows[4] = {
		row("one", VIA_HTTP_USER_AGENT, "(?<name>a)|b", "three"),
		row("two", VIA_HTTP_USER_AGENT, "(?<name>a)", "*"),
		row("three", VIA_HTTP_USER_AGENT, "(?<name>[ab])", NULL),
		row("four", VIA_HTTP_REFERER, "(?<name>r)", NULL),
	};
	struct identifiers table = { rows, 4 };
	struct identify *s = make(&table);
	struct hits h;
	(void)state;

	h = ask(s, (struct request){ .user_agent = "a", .referer = "r" });
	assert_int_equal(h.count, 2);
	assert_string_equal(h.hit[1].id, "two");
	/* matched without a name: nothing found, but its stops hold */
	h = ask(s, (struct request){ .user_agent = "b", .referer = "r" });
	assert_int_equal(h.count, 1);
	assert_string_equal(h.hit[0].id, "four");
	h = ask(s, (struct request){ .user_agent = "-", .referer = "r" });
	assert_int_equal(h.count, 1);
	identify_free(s);
}

static void hostile_texts_are_bounded(void **state)
{
	struct identifier rows[2] = {
		row("slow", VIA_HTTP_USER_AGENT, "^(?:a|a)*(?<name>[bc])$", NULL),
		row("any", VIA_HTTP_REFERER, "(?<name>.*)", NULL),
	};
	struct identifiers table = { rows, 2 };
	struct identify *s = make(&table);
	char text[40001];
	struct hits h;
	(void)state;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	h = ask(s, (struct request){ .user_agent = text });
	assert_int_equal(h.count, 0);
	assert_int_equal(identify_stats(s)->gave_up, 1);
	h = ask(s, (struct request){ .referer = text });
	assert_int_equal(h.count, 0);
	assert_int_equal(identify_stats(s)->refused, 1);
	ask(s, (struct request){ .referer = "a\x01" });
	ask(s, (struct request){ .referer = "\xe4\xb8\xad" });
	ask(s, (struct request){ .referer = "" });
	assert_int_equal(identify_stats(s)->refused, 4);
	text[IDENTIFY_NAME_MAX] = '\0';
	h = ask(s, (struct request){ .referer = text });
	assert_int_equal(h.count, 1);
	identify_free(s);
}

static void long_texts_are_cut_and_counted(void **state)
{
	struct identifier rows[3] = {
		row("url", VIA_HTTP_URL, "^http://h\\.example/(?<name>a)", NULL),
		row("end", VIA_HTTP_URL, "(?<name>a)$", NULL),
		row("agent", VIA_HTTP_USER_AGENT, "(?<name>a)a$", NULL),
	};
	struct identifiers table = { rows, 3 };
	struct identify *s = make(&table);
	char target[IDENTIFY_TEXT_MAX + 10], absolute[IDENTIFY_TEXT_MAX + 10];
	struct hits h;
	(void)state;

	memset(target, 'a', sizeof(target) - 1);
	target[0] = '/';
	target[sizeof(target) - 1] = '\0';
	h = ask(s, (struct request){ .host = "h.example", .target = target });
	assert_int_equal(h.count, 2);
	assert_int_equal(identify_stats(s)->cut, 1);
	memset(absolute, 'b', sizeof(absolute) - 1);
	memcpy(absolute, "http://h.example/a", 18);
	absolute[IDENTIFY_TEXT_MAX - 1] = 'a';
	absolute[sizeof(absolute) - 1] = '\0';
	h = ask(s, (struct request){ .target = absolute });
	assert_int_equal(h.count, 2);
	assert_int_equal(identify_stats(s)->cut, 2);
	target[IDENTIFY_TEXT_MAX] = 'b';
	h = ask(s, (struct request){ .user_agent = target, .referer = target, .requested_with = target });
	assert_int_equal(h.count, 1);
	assert_int_equal(identify_stats(s)->cut, 5);
	identify_free(s);
}

/* A URL that begins a link of an app again and again: each beginning looks for its number not far away. */
static void links_of_apps_are_short(void **state)
{
	const struct data *data = *state;
	struct identify *s = make(&data->identifiers);
	char target[1024];

	for (int gap = 200; gap <= 300; gap += 100) {
		snprintf(target, sizeof(target), "/?to=weixin://dl/business/?q=%0*d&appid=wx0123456789abcdef",
			 gap, 0);
		assert_int_equal(ask(s, (struct request){ .host = "h.example", .target = target }).count,
				 gap == 200);
		snprintf(target, sizeof(target),
			 "/?to=alipays://platformapi/startapp?q=%0*d&appId=2021001234567890", gap, 0);
		assert_int_equal(ask(s, (struct request){ .host = "h.example", .target = target }).count,
				 gap == 200);
	}
	identify_free(s);
}

static int load(void **state)
{
	static struct data data;
	char error[CONF_ERROR_MAX] = "";

	if (data_load(&data, "conf", error) != 0) {
		print_error("%s\n", error);
		return -1;
	}
	*state = &data;
	return 0;
}

static int unload(void **state)
{
	data_clear(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_real_table_compiles),
		cmocka_unit_test(every_sample_holds),
		cmocka_unit_test(one_request_many_channels),
		cmocka_unit_test(special_before_general),
		cmocka_unit_test(url_is_put_together),
		cmocka_unit_test(bad_rows_are_refused),
		cmocka_unit_test(stops_reach_as_they_say),
		cmocka_unit_test(hostile_texts_are_bounded),
		cmocka_unit_test(long_texts_are_cut_and_counted),
		cmocka_unit_test(links_of_apps_are_short),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
