/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/load.h"
#include "tests/unit/store/probing.h"

static char *keep_text(const char *text) { return strcmp(text, "-") == 0 ? NULL : strdup(text); }

static void split(const char *text, const char *expected)
{
	struct data_list l;
	struct buf b = { 0 };

	load_split(text, keep_text, &l);
	buf_puts(&b, "");
	for (size_t i = 0; i < l.count; i++)
		buf_printf(&b, "<%s>", l.item[i]);
	assert_string_equal(b.p, expected);
	buf_clear(&b);
	load_list_clear(&l);
}

static void cells_are_split(void **state)
{
	(void)state;
	split(NULL, "");
	split("", "");
	split("a", "<a>");
	split("a,b;c d\te\nf", "<a><b><c><d><e><f>");
	split(",,a,,", "<a>");
	split("a\xe3\x80\x81"
	      "b\xef\xbc\x8c"
	      "c\xef\xbc\x9b"
	      "d\xe3\x80\x80"
	      "e",
	      "<a><b><c><d><e>");
	split("a,-,b", "<a><b>");
	split("教务\xe3\x80\x81", "<教务>");
}

static struct load input(void)
{
	struct load l;
	struct db_txn t;

	db_begin(&t, fx.store->db, DB_READ);
	load_input(&l, fx.store, &t);
	assert_int_equal(db_end(&t), 0);
	return l;
}

static void subjects_are_sorted_and_linked(void **state)
{
	struct observation o[3];
	struct load l;

	(void)state;
	o[0] = fx_seen(SUBJECT_WECHAT_MINI, "wx0000000000000001", VIA_HTTP_REFERER, 0, 4);
	fx_link(&o[0], SUBJECT_HOST, "api.example.com");
	fx_link(&o[0], SUBJECT_HOST, "never-visited.example.com");
	o[1] = fx_host("z.example.com", 3);
	o[2] = fx_host("api.example.com", 3);
	fx_capture("a", o, 3);
	l = input();
	assert_int_equal(l.in.subject_count, 3);
	assert_string_equal(l.in.subject[0].name, "api.example.com");
	assert_string_equal(l.in.subject[1].name, "z.example.com");
	assert_int_equal(l.in.subject[2].kind, SUBJECT_WECHAT_MINI);
	assert_int_equal(l.in.subject[2].clients, 4);
	assert_int_equal(l.in.subject[2].days, 1);
	assert_int_equal(l.in.link_count, 1);
	assert_int_equal(l.in.link[0].from, 2);
	assert_int_equal(l.in.link[0].to, 0);
	assert_int_equal(l.in.link[0].count, 3);
	load_clear(&l);
}

/* The server of an answer is the host's own; that of a query is a resolver. */
static void campus_server_is_who_answered(void **state)
{
	struct observation o[3];
	struct load l;

	(void)state;
	o[0] = fx_seen(SUBJECT_HOST, "a.example.com", VIA_TLS, 0, 3);
	o[1] = fx_seen(SUBJECT_HOST, "b.example.com", VIA_DNS_QUERY, 0, 3);
	o[2] = fx_seen(SUBJECT_HOST, "c.example.com", VIA_TLS, 0, 3);
	for (int i = 0; i < 3; i++) {
		o[i].server_count = 1;
		o[i].servers[0] =
			(struct record_server){ .addr = { [10] = 0xff, 0xff, i == 2 ? 11 : 10, 0, 0, 1 } };
	}
	fx_capture("a", o, 3);
	l = input();
	assert_int_equal(l.survey.count, 3);
	assert_true(l.survey.face[0].server);
	assert_false(l.survey.face[1].server);
	assert_false(l.survey.face[2].server);
	assert_int_equal(l.in.subject_count, 1); /* the others are bystanders */
	assert_true(l.in.subject[0].campus_server);
	load_clear(&l);
}

/* A cache or login portal on campus answers for everybody; a server of the school's for a few. */
static void who_answers_for_everybody_is_no_campus_server(void **state)
{
	struct observation o[24];
	struct load l;
	char name[64];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 4; i++, n++) {
		snprintf(name, sizeof(name), "www.stranger%d.com", i);
		o[n] = fx_host(name, 3);
		o[n].servers[0].addr[15] = 1;
	}
	for (int i = 0; i < 3; i++, n++) {
		snprintf(name, sizeof(name), "www.hosted%d.com", i);
		o[n] = fx_host(name, 3);
		o[n].servers[0].addr[15] = 2;
	}
	for (int i = 0; i < 3; i++, n++) { /* many hosts of one domain, and the campus's own */
		snprintf(name, sizeof(name), "%c.hosted0.com", 'a' + i);
		o[n] = fx_host(name, 3);
		o[n].servers[0].addr[15] = 2;
	}
	o[n] = fx_host("jw.example.edu.cn", 3);
	o[n++].servers[0].addr[15] = 2;
	for (size_t i = 0; i < n; i++) {
		o[i].server_count = 1;
		o[i].servers[0].addr[10] = o[i].servers[0].addr[11] = 0xff;
		o[i].servers[0].addr[12] = 10;
	}
	fx_capture("a", o, n);
	l = input();
	assert_int_equal(l.in.subject_count, n - 4); /* of strangers behind a proxy nothing is read */
	for (size_t i = 0; i < l.in.subject_count; i++)
		if (!l.in.subject[i].campus_server || l.in.subject[i].campus_proxy)
			fail_msg("%s", l.in.subject[i].name);
	assert_int_equal(l.survey.count, n);
	for (size_t i = 0; i < n; i++) {
		const struct face *f = &l.survey.face[i];
		bool stranger = strstr(f->name, "stranger") != NULL;
		if (f->server == stranger || f->proxy != stranger || f->matters == stranger)
			fail_msg("%s", f->name);
	}
	load_clear(&l);
}

/* Who only asks for a name in DNS does not use the host. */
static void connections_have_their_own_clients(void **state)
{
	struct observation o[3];
	struct load l;

	(void)state;
	o[0] = fx_seen(SUBJECT_HOST, "a.example.edu.cn", VIA_DNS_QUERY, 0, 9);
	o[1] = fx_seen(SUBJECT_HOST, "a.example.edu.cn", VIA_HTTP, 0, 2);
	o[2] = fx_seen(SUBJECT_HOST, "b.example.edu.cn", VIA_DNS_ANSWER, 0, 3);
	fx_capture("a", o, 3);
	o[0] = fx_seen(SUBJECT_HOST, "a.example.edu.cn", VIA_TLS, 1, 2);
	fx_capture("b", o, 1);
	l = input();
	assert_int_equal(l.in.subject_count, 2);
	assert_int_equal(sketch_count(l.in.subject[0].sketch), 9);
	assert_int_equal(sketch_count(l.in.subject[0].connect_sketch), 3);
	assert_null(l.in.subject[1].connect_sketch);
	load_clear(&l);
}

/* Facts stand beside the subject they are of, in its order; those that a newer run did not show again are
 * gone, and a new one makes the judgement out of date. */
static void facts_are_of_their_subjects(void **state)
{
	struct observation o[2] = { fx_host("a.example.edu.cn", 3), fx_host("b.example.edu.cn", 3) };
	struct job_result *r;
	struct load l;
	int n;

	(void)state;
	fx_capture("a", o, 2);
	fx_ok(store_judge(fx.store));
	n = px_take(px_soon(), 64);
	r = px_result(px_find(n, "b.example.edu.cn", "page")->id, PROBE_DONE);
	px_fact(r, FACT_TITLE, "教务系统");
	px_fact(r, FACT_ICP_NUMBER, "湘ICP备05000000号");
	fx_ok(px_answer(r, px_soon()));
	r = px_result(px_find(n, "b.example.edu.cn", "certificate")->id, PROBE_DONE);
	px_fact(r, FACT_TITLE, "教务系统");
	r->fact[0].confidence = 99;
	fx_ok(px_answer(r, px_soon()));
	l = input();
	assert_int_equal(l.in.fact_count, 2);
	assert_string_equal(l.in.subject[l.in.fact[0].subject].name, "b.example.edu.cn");
	assert_int_equal(l.in.fact[0].type, FACT_TITLE);
	assert_string_equal(l.in.fact[0].value, "教务系统");
	assert_int_equal(l.in.fact[0].confidence, 99);
	assert_int_equal(l.in.fact[1].type, FACT_ICP_NUMBER);
	assert_string_equal(l.in.fact[1].note, "<title>");
	load_clear(&l);
	fx_ok(store_judge(fx.store));
	fx_ask(-1, "explain", "b.example.edu.cn", NULL);
	assert_true(fx_says("learnt"));
}

struct sight {
	const char *value;
	unsigned confidence;
	const char *note;
};

enum { SIGHTS = 3 };

static void seen_by(int n, const char *probe, int64_t now, const struct sight *sight)
{
	struct job_result *r = px_result(px_find(n, "b.example.edu.cn", probe)->id, PROBE_DONE);

	for (int i = 0; i < SIGHTS; i++) {
		px_fact(r, FACT_TITLE, sight[i].value);
		r->fact[i].confidence = (uint8_t)sight[i].confidence;
		snprintf(r->fact[i].note, sizeof(r->fact[i].note), "%s", sight[i].note);
	}
	fx_ok(px_answer(r, now));
}

/* Of a value that two jobs saw, `delay` apart, one fact stands: the surest, then the newest, then by its
 * note, whichever job it was; the first and the last time are of both. */
static void two_jobs_saw_it(int64_t delay, const char *const wanted[SIGHTS])
{
	static const struct sight page[SIGHTS] = { { "1", 90, "a" }, { "2", 90, "a" }, { "3", 89, "a" } };
	static const struct sight certificate[SIGHTS] = { { "1", 89, "b" },
							  { "2", 90, "b" },
							  { "3", 90, "b" } };
	struct observation o[1] = { fx_host("b.example.edu.cn", 3) };
	struct load l;
	int n;

	fx_capture("a", o, 1);
	fx_ok(store_judge(fx.store));
	n = px_take(px_soon(), 64);
	seen_by(n, "page", px_soon(), page);
	seen_by(n, "certificate", px_soon() + delay, certificate);
	l = input();
	assert_int_equal(l.in.fact_count, SIGHTS);
	for (size_t i = 0; i < SIGHTS; i++) {
		assert_string_equal(l.in.fact[i].note, wanted[i]);
		assert_int_equal(l.in.fact[i].confidence, 90);
		assert_int_equal(l.in.fact[i].first, px_soon());
		assert_int_equal(l.in.fact[i].last, px_soon() + delay);
	}
	load_clear(&l);
}

static void the_surest_stands(void **state)
{
	(void)state;
	two_jobs_saw_it(1000000, (const char *const[]){ "a", "b", "b" });
}

static void of_equals_one_stands(void **state)
{
	(void)state;
	two_jobs_saw_it(0, (const char *const[]){ "a", "a", "b" });
}

#define APPID "wx00000000000000aa"

static void answer_record(const char *host, int64_t now)
{
	int n = px_take(now, 64);
	struct job_result *r = px_result(px_find(n, APPID, "record")->id, PROBE_DONE);

	px_fact(r, FACT_TITLE, "不说主机");
	if (host != NULL)
		px_fact(r, FACT_APP_DOMAIN, host);
	fx_ok(px_answer(r, now));
	fx_ok(store_judge(fx.store));
}

/* A host that only TLS shows, and nothing but the platform's record of a mini-program ties to it. */
static void hosts_of_a_record_matter(void **state)
{
	struct observation o[4];

	(void)state;
	px_open("wechat_record = https://record.example.cn/?appid=\n");
	o[0] = fx_seen(SUBJECT_WECHAT_MINI, APPID, VIA_HTTP_REFERER, 0, 6);
	fx_link(&o[0], SUBJECT_HOST, "jw.example.edu.cn");
	o[1] = fx_host("jw.example.edu.cn", 40);
	o[2] = fx_host("api.vendor-x.com", 6);
	o[3] = fx_host("www.stranger.com", 6);
	fx_capture("a", o, 4);
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "explain", "api.vendor-x.com", NULL), 0);
	assert_true(fx_says("host:vendor-x.com"));
	answer_record("api.vendor-x.com", px_soon());
	assert_int_equal(fx_ask(-1, "explain", "api.vendor-x.com", NULL), 0);
	assert_true(fx_says("wechat-mini:" APPID));
	assert_true(fx_says("tie-learnt"));
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_true(fx_says("\"api.vendor-x.com\""));
	assert_true(fx_says("tie-learnt"));
	assert_int_equal(fx_ask(-1, "explain", "www.stranger.com", NULL), 0);
	assert_false(fx_says("tie-learnt"));
	answer_record(NULL, px_soon() + 40 * 24 * an_hour); /* it does not list it any more */
	assert_int_equal(fx_ask(-1, "explain", "api.vendor-x.com", NULL), 0);
	assert_true(fx_says("host:vendor-x.com"));
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_false(fx_says("\"api.vendor-x.com\""));
}

static void unknown_profile_is_named(void **state)
{
	char error[STORE_ERROR_MAX];

	(void)state;
	fx_conf("nowhere", "");
	store_configure(fx.store, &fx.conf, &fx.data);
	assert_int_equal(store_judge(fx.store), -EINVAL);
	snprintf(error, sizeof(error), "%s", store_error(fx.store));
	assert_non_null(strstr(error, "nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_split),
		FX_TEST(subjects_are_sorted_and_linked),
		FX_TEST(campus_server_is_who_answered),
		FX_TEST(who_answers_for_everybody_is_no_campus_server),
		FX_TEST(connections_have_their_own_clients),
		PX_TEST(facts_are_of_their_subjects),
		PX_TEST(the_surest_stands),
		PX_TEST(of_equals_one_stands),
		PX_TEST(hosts_of_a_record_matter),
		FX_TEST(unknown_profile_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
