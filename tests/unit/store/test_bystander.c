/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apps that nobody judged are told as if they had been. */
#include "store/bystander.h"

#include "base/alloc.h"
#include "tests/unit/store/fixture.h"

enum { STRANGERS = 2500 };

static void strangers(const char *digest, int from, int n)
{
	struct observation *o = calloc((size_t)n, sizeof(*o));
	char name[64];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "www.stranger%d.com", from + i);
		o[i] = fx_host(name, 1 + i % 5);
	}
	fx_capture(digest, o, (size_t)n);
	free(o);
}

static int64_t number(const char *command, const char *operand, const char *field)
{
	json_t *line;
	int64_t n;

	assert_int_equal(fx_ask(-1, command, operand, NULL), 0);
	line = fx_line(0);
	n = json_integer_value(json_object_get(line, field));
	json_decref(line);
	return n;
}

static void one_is_called_by_its_first_host(void **state)
{
	struct observation o[3];

	(void)state;
	o[0] = fx_host("www.zzz.com", 2);
	o[1] = fx_host("jw.example.edu.cn", 5);
	o[2] = fx_host("www.aaa.com", 9);
	fx_capture("a", o, 3);
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 3);
	assert_true(fx_says("\"app\":\"A1\",\"name\":\"jw.example.edu.cn\",\"status\":\"unfiled\""));
	assert_true(fx_says("\"app\":\"A1000000002\",\"name\":\"aaa.com\",\"status\":\"undecided\""));
	assert_true(fx_says("\"app\":\"A1000000003\",\"name\":\"zzz.com\",\"status\":\"undecided\""));
	assert_int_equal(number("app", "A1000000002", "messages"), 18);
	assert_int_equal(fx_number(STMT_STATUS_APPS), 1);
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("\"derived\":{\"apps\":3,"));
	assert_true(fx_says("\"apps\":{\"undecided\":2,\"unfiled\":1}"));
	o[0] = fx_host("a.aaa.com", 2); /* one more of a group that has its number */
	fx_capture("b", o, 1);
	assert_int_equal(number("app", "A1000000004", "messages"), 22);
	assert_true(fx_says("\"app\":\"A1000000002\",\"name\":\"aaa.com\""));
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("\"derived\":{\"apps\":3,"));
	assert_int_equal(fx_ask(-1, "explain", "aaa.com", NULL), 0); /* not seen itself */
	assert_true(fx_says("A1000000002(host:aaa.com)"));
}

static void many_are_listed_each_once(void **state)
{
	(void)state;
	strangers("a", 0, STRANGERS);
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), STRANGERS);
	strangers("b", STRANGERS - 100, 200); /* half of them known */
	assert_int_equal(fx_ask(-1, "apps", "--status", "undecided", NULL), 0);
	assert_int_equal(fx_line_count(), STRANGERS + 100);
	assert_true(fx_says("\"subjects\":[\"www.stranger2599.com\"]"));
	assert_int_equal(fx_ask(-1, "explain", "www.stranger7.com", NULL), 0);
	assert_true(fx_says("同一域名"));
	assert_true(fx_says("\"step\":\"undecided\""));
}

/* A capture that is not complete counts for nobody; a name from a link alone is nobody's. */
static void who_was_not_counted_has_no_app(void **state)
{
	struct observation o[2] = { fx_host("www.half.com", 5), fx_host("www.whole.com", 5) };
	int64_t source;

	(void)state;
	fx_ok(store_source_begin(fx.store, "half", true, &source));
	fx_ok(store_batch(fx.store, source, 1, o, 1));
	fx_ok(store_flush(fx.store, source));
	fx_link(&o[1], SUBJECT_HOST, "alias.elsewhere.com");
	fx_capture("whole", &o[1], 1);
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
	assert_int_equal(fx_ask(-1, "explain", "www.half.com", NULL), 1);
	fx_end(source, "half");
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 2);
	assert_int_equal(fx_ask(-1, "explain", "www.half.com", NULL), 0);
}

/* Its number leads to it when it is judged, is none of bystanders any more, and becomes one again. */
static void its_number_outlives_every_change(void **state)
{
	struct observation mini = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 50, 4);

	(void)state;
	strangers("a", 0, 3);
	assert_int_equal(fx_ask(-1, "explain", "www.stranger1.com", NULL), 0);
	assert_true(fx_says("A1000000002(host:stranger1.com)"));
	assert_int_equal(fx_ask(-1, "exempt", "A1000000002", "测试", NULL), 0);
	assert_true(fx_says("\"name\":\"stranger1.com\",\"app\":\"A1\""));
	assert_int_equal(fx_ask(-1, "apps", "--status", "exempt", NULL), 0);
	assert_true(fx_says("\"app\":\"A1\""));
	assert_int_equal(fx_ask(-1, "app", "A1000000002", NULL), 0);
	assert_true(fx_says("\"app\":\"A1\",\"name\":\"stranger1.com\",\"status\":\"exempt\""));
	assert_int_equal(fx_ask(-1, "unexempt", "A1000000002", NULL), 0);
	assert_int_equal(fx_ask(-1, "apps", "--status", "undecided", NULL), 0);
	assert_int_equal(fx_line_count(), 3);
	assert_true(fx_says("\"app\":\"A1\",\"name\":\"stranger1.com\",\"status\":\"undecided\""));
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("\"apps\":{\"undecided\":3}"));
	fx_link(&mini, SUBJECT_HOST, "www.stranger1.com");
	fx_capture("b", &mini, 1);
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 0);
	assert_true(fx_says("not-exclusive"));
	assert_true(fx_says("\"links\":[{\"from\":{\"kind\":\"wechat-mini\""));
	assert_int_equal(fx_ask(-1, "explain", "A1000000002", NULL), 0);
	assert_true(fx_says("A1(host:stranger1.com)"));
	assert_int_equal(fx_ask(-1, "app", "A1000000099", NULL), 1);
	assert_non_null(strstr(fx.error, "A1000000099"));
}

static void members_are_told_in_full(void **state)
{
	struct observation o[3];

	(void)state;
	o[0] = fx_host("b.some.com", 2);
	o[1] = fx_host("some.com", 3);
	o[2] = fx_host("a.some.com", 4);
	fx_link(&o[0], SUBJECT_HOST, "some.com");
	fx_capture("a", o, 3);
	assert_int_equal(number("app", "A1000000001", "clients"), 4);
	assert_true(fx_says("\"subjects\":[\"a.some.com\",\"b.some.com\",\"some.com\"]"));
	assert_true(fx_says("\"name\":\"some.com\",\"tie\":\"anchor\""));
	assert_true(fx_says("\"name\":\"a.some.com\",\"tie\":\"registrable\""));
	assert_true(fx_says("\"links\":[{\"from\":{\"kind\":\"host\",\"name\":\"b.some.com\"}"));
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 1);
}

/* A listing told in turns; `between` happens after the third of them. How many turns it took. */
static int in_turns(void (*between)(void))
{
	char *none[] = { NULL };
	struct store_reply r = { .line = fx_take_line };
	struct answer *later;
	int turns = 0;

	buf_reset(&fx.lines);
	buf_puts(&fx.lines, "");
	fx_ok(-store_answer_begin(fx.store, "apps", 0, none, -1, &r, &later));
	while (later != NULL) {
		if (++turns == 3 && between != NULL)
			between();
		assert_int_equal(store_answer_on(&later, &r), 0);
	}
	return turns;
}

static void much_happens(void)
{
	strangers("b", STRANGERS, 50);
	assert_int_equal(fx_ask(-1, "exempt", "www.stranger3.com", "试", NULL), 0);
	fx_conf("xust", "");
	store_configure(fx.store, &fx.conf, &fx.data);
	fx_ok(store_judge(fx.store));
	buf_reset(&fx.lines);
	buf_puts(&fx.lines, "");
}

/* Others are attended to in between; whatever they do, each is told once, of those that there were. */
static void a_long_list_lets_others_have_their_turn(void **state)
{
	char *whole;

	(void)state;
	strangers("a", 0, STRANGERS);
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	whole = xstrdup(fx.lines.p);
	assert_in_range(in_turns(NULL), 4, STRANGERS);
	assert_string_equal(fx.lines.p, whole);
	free(whole);
	in_turns(much_happens);
	assert_in_range(fx_line_count(), STRANGERS / 2,
			STRANGERS); /* but for those told before it happened */
	assert_false(fx_says("www.stranger2510.com"));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), STRANGERS + 50);
}

static void who_asked_may_go(void **state)
{
	char *none[] = { NULL };
	struct store_reply r = { .line = fx_take_line };
	struct answer *later;

	(void)state;
	strangers("a", 0, STRANGERS);
	for (int turns = 0; turns < 4; turns++) {
		assert_int_equal(store_answer_begin(fx.store, "apps", 0, none, -1, &r, &later), 0);
		for (int i = 0; i < turns; i++)
			assert_int_equal(store_answer_on(&later, &r), 0);
		assert_non_null(later);
		store_answer_drop(later);
	}
	/* what goes wrong ends it */
	assert_int_equal(store_answer_begin(fx.store, "apps", 0, none, -1, &r, &later), 0);
	assert_int_equal(store_answer_on(&later, &r), 0);
	db_fail_at(fx.store->db, 3);
	assert_int_equal(store_answer_on(&later, &r), 1);
	assert_null(later);
	assert_string_not_equal(r.error, "");
	db_fail_at(fx.store->db, 0);
	assert_int_equal(store_answer_begin(fx.store, "apps", 1, (char *[]){ "--nonsense" }, -1, &r, &later),
			 2);
	assert_null(later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(one_is_called_by_its_first_host),
		FX_TEST(many_are_listed_each_once),
		FX_TEST(who_was_not_counted_has_no_app),
		FX_TEST(its_number_outlives_every_change),
		FX_TEST(members_are_told_in_full),
		FX_TEST(a_long_list_lets_others_have_their_turn),
		FX_TEST(who_asked_may_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
