/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/store/fixture.h"

static void two_alerts(void)
{
	struct observation o[2] = { fx_host("jw.example.edu.cn", 5), fx_host("lib.example.edu.cn", 5) };
	fx_capture("a", o, 2);
}

static int next(const char *sink, int64_t after, int64_t *id)
{
	struct store_delivery d[4];
	int n = store_outbox(fx.store, sink, after, d, 4);

	for (int i = 0; i < n; i++) {
		assert_string_equal(d[i].sink, sink);
		id[i] = d[i].id;
		free(d[i].payload);
	}
	return n;
}

static void entries_wait_until_delivered(void **state)
{
	int64_t id[4];
	uint64_t pending;

	(void)state;
	two_alerts();
	assert_int_equal(next("file", 0, id), 2);
	assert_true(id[0] < id[1]);
	assert_int_equal(next("file", id[0], &id[2]), 1);
	assert_int_equal(next("mail", 0, &id[2]), 0);
	fx_ok(store_delivered(fx.store, id[0], false, "磁盘已满"));
	fx_reopen(); /* at least once: what failed or was not confirmed comes again */
	assert_int_equal(next("file", 0, id), 2);
	fx_ok(store_delivered(fx.store, id[0], true, NULL));
	fx_ok(store_delivered(fx.store, id[0], true, NULL));
	fx_ok(store_delivered(fx.store, 999, true, NULL));
	assert_int_equal(next("file", 0, id), 1);
	fx_ok(store_outbox_pending(fx.store, &pending));
	assert_int_equal(pending, 3);
}

static void status_tells_what_waits_and_why(void **state)
{
	int64_t id[4];

	(void)state;
	two_alerts();
	assert_int_equal(next("syslog", 0, id), 2);
	fx_ok(store_delivered(fx.store, id[0], false, "连接被拒绝"));
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("{\"sink\":\"syslog\",\"pending\":2,\"delivered\":0,\"error\":\"连接被拒绝\"}"));
}

static void sinks_that_are_off_get_nothing(void **state)
{
	uint64_t pending;

	(void)state;
	fx.conf.alert.syslog[0] = '\0';
	two_alerts();
	fx_ok(store_outbox_pending(fx.store, &pending));
	assert_int_equal(pending, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(entries_wait_until_delivered),
		FX_TEST(status_tells_what_waits_and_why),
		FX_TEST(sinks_that_are_off_get_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
