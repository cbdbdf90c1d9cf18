/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups, not hosts; who was seen and has no app of his own. That it is as many as are listed: test_recall.c.
 */
#include "store/census.h"

#include "tests/unit/store/fixture.h"

static int64_t census(void)
{
	struct db_txn t;
	int64_t n;

	db_begin(&t, fx.store->db, DB_READ);
	assert_true(recall_holds(fx.store, &t));
	n = census_count(fx.store, &t);
	assert_int_equal(db_end(&t), 0);
	return n;
}

static void seen(const char *capture, const char *host)
{
	struct observation o = fx_host(host, 2);

	fx_capture(capture, &o, 1);
}

static void each_group_counts_once(void **state)
{
	(void)state;
	seen("a", "www.some.com");
	assert_int_equal(census(), 1);
	seen("b", "api.some.com");
	seen("c", "some.com.cn");
	seen("d", "www.some.com");
	assert_int_equal(census(), 2);
	seen("e", "jw.example.edu.cn"); /* judged */
	assert_int_equal(census(), 2);
	fx_reopen();
	assert_int_equal(census(), 2);
}

static void who_is_nobody_does_not_count(void **state)
{
	struct observation o = fx_host("www.some.com", 2), mini;

	(void)state;
	fx_link(&o, SUBJECT_HOST, "alias.other.com"); /* was not seen itself */
	fx_capture("a", &o, 1);
	mini = fx_seen(SUBJECT_WECHAT_MINI, "wx0000000000000001", VIA_HTTP_REFERER, 0, 3);
	fx_capture("b", &mini, 1);
	assert_int_equal(census(), 1);
	seen("c", "alias.other.com");
	assert_int_equal(census(), 2);
	assert_int_equal(fx_ask(-1, "exempt", "www.some.com", "试", NULL), 0);
	fx_ok(store_judge(fx.store));
	assert_int_equal(census(), 1);
}

/* Learnt on its way into the database, or read there: nobody used a name that was shown as ECH's outer one.
 */
static void who_is_only_shown_does_not_count(void **state)
{
	struct observation o = fx_host("cover.some.com", 0);

	(void)state;
	o.count = 40;
	o.details[0] = (struct record_detail){ DETAIL_ECH, "outer", 40 };
	o.detail_count = 1;
	seen("a", "www.other.com");
	fx_capture("b", &o, 1);
	assert_int_equal(census(), 1);
	fx_conf("xust", "");
	fx_reopen();
	fx_ok(store_judge(fx.store));
	assert_int_equal(census(), 1);
	seen("c", "cover.some.com");
	assert_int_equal(census(), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { FX_TEST(each_group_counts_once),
					    FX_TEST(who_is_nobody_does_not_count),
					    FX_TEST(who_is_only_shown_does_not_count) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
