/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What showed a name only as ECH's outer one is no use of it, however windows and days are merged. */
#include "store/fold.h"

#include "store/resolve.h"
#include "store/survey.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/store/schema.h"

#define COVER "cover.example.edu.cn"

static struct folded got;
static size_t told;

static void take(void *arg, const struct folded *f)
{
	(void)arg;
	got = *f;
	told++;
}

/* Of the only subject so called; how many it was told as. */
static size_t fold(const char *name)
{
	struct db_txn t;
	struct query q;
	int64_t id = 0;

	told = 0;
	db_begin(&t, fx.store->db, DB_READ);
	query_open(&q, &t, STMT_SUBJECTS_FROM);
	query_int(&q, 0);
	while (query_row(&q))
		if (strcmp(query_get_text(&q, 2), name) == 0)
			id = query_get_int(&q, 0);
	query_close(&q);
	fold_one(&t, id, take, NULL);
	assert_int_equal(db_end(&t), 0);
	return told;
}

/* `count` messages, `outer` of them no visit. */
static struct observation shown(const char *name, enum via via, uint64_t count, uint64_t outer, int clients)
{
	struct observation o = fx_seen(SUBJECT_HOST, name, via, 0, clients);

	o.count = count;
	o.details[0] = (struct record_detail){ DETAIL_ALPN, "h2", count };
	o.details[1] = (struct record_detail){ DETAIL_ECH, "outer", outer };
	o.detail_count = 1 + (outer > 0);
	return o;
}

static void who_is_only_shown_is_not_used(void **state)
{
	struct observation o[2] = { shown(COVER, VIA_TLS, 12, 12, 0), shown(COVER, VIA_QUIC, 5, 5, 0) };

	(void)state;
	o[1].from = noon - 5;
	fx_capture("a", o, 2);
	assert_int_equal(fold(COVER), 1);
	assert_int_equal(got.outer, 17);
	assert_true(got.days == 0 && got.count == 0 && got.client_count == 0);
	assert_true(got.outer_first == noon - 5 && got.outer_last == noon + 1000000);
	assert_int_equal(sketch_count(&got.connected), 0);
	for (int v = 0; v < VIA_COUNT; v++)
		assert_int_equal(got.count_via[v], 0);
}

/* Rows of a sensor that took who greeted for clients. */
static void clients_of_before_do_not_count(void **state)
{
	struct observation o[2] = { shown(COVER, VIA_TLS, 40, 40, 40),
				    shown(COVER, VIA_DNS_ANSWER, 3, 0, 2) };

	(void)state;
	fx_capture("a", o, 2);
	assert_int_equal(fold(COVER), 1);
	assert_int_equal(got.outer, 40);
	assert_true(got.days == 1 && got.count == 3 && got.client_count == 2);
	assert_int_equal(sketch_count(&got.connected), 0);
}

static void visits_beside_are_counted(void **state)
{
	struct observation o = shown(COVER, VIA_TLS, 12, 5, 4);

	(void)state;
	fx_capture("a", &o, 1);
	assert_int_equal(fold(COVER), 1);
	assert_int_equal(got.outer, 5);
	assert_true(got.days == 1 && got.count == 7 && got.count_via[VIA_TLS] == 7);
	assert_true(got.client_count == 4 && sketch_count(&got.connected) == 4);
	assert_true(got.first == o.from && got.last == o.to);
}

/* One window of visits and one that crosses midnight without any, in either order, in one transaction or two.
 */
static void time_is_that_of_visits(void **state)
{
	int64_t midnight = noon + one_day / 2;

	(void)state;
	for (int order = 0; order < 2; order++) {
		for (int live = 0; live < 2; live++) {
			struct observation o[2];
			char name[64];
			int64_t source;
			snprintf(name, sizeof(name), "h%d%d.example.edu.cn", order, live);
			o[order] = shown(name, VIA_TLS, 2, 0, 2);
			o[!order] = shown(name, VIA_TLS, 3, 3, 0);
			o[!order].from = midnight - 1;
			o[!order].to = midnight + 1;
			fx_ok(store_source_begin(fx.store, name, !live, &source));
			if (live) {
				fx_ok(store_batch(fx.store, source, 1, &o[0], 1));
				fx_ok(store_batch(fx.store, source, 2, &o[1], 1));
			} else {
				fx_ok(store_batch(fx.store, source, 1, o, 2));
			}
			fx_end(source, live ? NULL : name);
			assert_int_equal(fold(name), 1);
			assert_true(got.count == 2 && got.outer == 3 && got.client_count == 2);
			assert_true(got.days == 1 && got.first == noon && got.last == noon + 1000000);
		}
	}
}

static void who_publishes_configurations_hides(void **state)
{
	struct observation o = fx_seen(SUBJECT_HOST, "hidden.example.edu.cn", VIA_DNS_ANSWER, 0, 9);

	(void)state;
	fx_capture("a", &o, 1);
	assert_int_equal(fold("hidden.example.edu.cn"), 1);
	assert_false(got.hides);
	o.details[0] = (struct record_detail){ DETAIL_ECH_NAME, COVER, 9 };
	o.detail_count = 1;
	fx_capture("b", &o, 1);
	assert_int_equal(fold("hidden.example.edu.cn"), 1);
	assert_true(got.hides);
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "explain", "hidden.example.edu.cn", NULL), 0);
	assert_true(fx_says("它发布了 ECH 配置"));
}

static void it_is_neither_app_nor_alert(void **state)
{
	struct observation o[2] = { shown(COVER, VIA_TLS, 40, 40, 0),
				    shown("jw.example.edu.cn", VIA_TLS, 40, 0, 40) };

	(void)state;
	o[0].servers[0] =
		(struct record_server){ .addr = { [10] = 0xff, [11] = 0xff, [12] = 10 }, .port = 443 };
	o[0].server_count = 1;
	fx_capture("a", o, 2);
	fx_ok(store_judge(fx.store));
	for (int again = 0; again < 2; again++) {
		assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
		assert_true(fx_says("jw.example.edu.cn") && !fx_says(COVER));
		assert_int_equal(fx_ask(-1, "apps", NULL), 0);
		assert_true(fx_says("jw.example.edu.cn") && !fx_says(COVER));
		assert_int_equal(fx_ask(-1, "explain", COVER, NULL), 0);
		schema_check("explain");
		assert_true(fx_says("\"count\":0,") && fx_says("\"ech_outer\":40") &&
			    fx_says("\"app\":null"));
		assert_true(fx_says("40 次问候") && fx_says("没有人访问过它"));
		fx_reopen();
	}
}

/* A visit later makes it one; what is told of it names both. */
static void a_visit_makes_it_one(void **state)
{
	struct observation o = shown(COVER, VIA_TLS, 40, 40, 0), visit = shown(COVER, VIA_TLS, 6, 2, 4);

	(void)state;
	fx_capture("a", &o, 1);
	fx_capture("b", &visit, 1);
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_true(fx_says(COVER) && fx_says("\"clients\":4"));
	assert_int_equal(fx_ask(-1, "explain", COVER, NULL), 0);
	assert_true(fx_says("\"count\":4,") && fx_says("42 次问候") && !fx_says("除此之外"));
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 0);
	schema_check("app-detail");
	assert_true(fx_says("\"ech_outer\":42"));
}

/* Nor is it one of a group of bystanders: neither its first host nor one of its number. */
static void bystanders_are_without_it(void **state)
{
	struct observation o = shown("cover.some.com", VIA_TLS, 40, 40, 0),
			   other = fx_host("www.some.com", 4);
	struct db_txn t;

	(void)state;
	fx_capture("a", &o, 1);
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_false(fx_says("some.com"));
	assert_int_equal(fx_ask(-1, "explain", "cover.some.com", NULL), 0);
	assert_true(fx_says("\"app\":null") && fx_says("没有人访问过它"));
	db_begin(&t, fx.store->db, DB_READ);
	assert_false(survey_was_seen(&t, 1));
	assert_int_equal(db_end(&t), 0);
	fx_capture("b", &other, 1);
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_true(fx_says("\"app\":\"A1000000002\"") && !fx_says("cover"));
	assert_int_equal(fx_ask(-1, "explain", "some.com", NULL), 0);
	assert_true(fx_says("A1000000002"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(who_is_only_shown_is_not_used),
		FX_TEST(clients_of_before_do_not_count),
		FX_TEST(visits_beside_are_counted),
		FX_TEST(time_is_that_of_visits),
		FX_TEST(who_publishes_configurations_hides),
		FX_TEST(it_is_neither_app_nor_alert),
		FX_TEST(a_visit_makes_it_one),
		FX_TEST(bystanders_are_without_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
