/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One alert however often it is judged; every change of it reaches the outbox in the same transaction. */
#include "tests/unit/store/fixture.h"

static void campus(const char *digest)
{
	struct observation o[4];

	o[0] = fx_host("jw.example.edu.cn", 5);
	o[1] = fx_host("lib.example.edu.cn", 6);
	o[2] = fx_host("www.unknown-shop.com", 9);
	o[3] = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	fx_capture(digest, o, 4);
}

static int64_t open_alerts(void) { return fx_number(STMT_STATUS_ALERTS_OPEN); }
static int64_t resolved_alerts(void) { return fx_number(STMT_STATUS_ALERTS_RESOLVED); }
static int64_t pending(void) { return fx_number(STMT_OUTBOX_PENDING); }

static void configure(const char *profile, const char *more)
{
	fx_conf(profile, more);
	store_configure(fx.store, &fx.conf, &fx.data);
	fx_ok(store_judge(fx.store));
}

static char *answer_text(const char *command)
{
	assert_int_equal(fx_ask(-1, command, NULL), 0);
	return strdup(fx.lines.p);
}

static void one_alert_however_often(void **state)
{
	struct observation o = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 50, 20);
	int64_t alerts, sent;
	json_t *line;
	char *before;

	(void)state;
	campus("a");
	alerts = open_alerts();
	sent = pending();
	assert_true(alerts >= 2);
	assert_int_equal(sent, 2 * alerts); /* a file and syslog */
	for (int i = 0; i < 3; i++)
		fx_ok(store_judge(fx.store));
	fx_reopen();
	fx_ok(store_judge(fx.store));
	before = answer_text("findings");
	o.to = noon + one_day;
	fx_capture("b", &o, 1); /* a repeat: brought up to date, no news for the sinks */
	assert_int_equal(open_alerts(), alerts);
	assert_int_equal(pending(), sent);
	free(before);
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_int_equal(fx_line_count(), alerts);
	line = fx_line(0);
	assert_string_equal(json_string_value(json_object_get(line, "app")), "A1");
	assert_int_equal(json_integer_value(json_object_get(line, "clients")), 25);
	assert_string_equal(json_string_value(json_object_get(line, "last")), "2026-11-22T04:00:00.000000Z");
	assert_string_equal(json_string_value(json_object_get(line, "school")), "示例大学");
	json_decref(line);
}

/* Evidence stays as it was when the rule fired. */
static void evidence_is_frozen(void **state)
{
	struct observation o = fx_seen(SUBJECT_HOST, "jw.example.edu.cn", VIA_TLS, 50, 20);
	json_t *before, *after;

	(void)state;
	campus("a");
	assert_int_equal(fx_ask(-1, "findings", NULL), 0);
	before = fx_line(0);
	fx_capture("b", &o, 1);
	assert_int_equal(fx_ask(-1, "findings", NULL), 0);
	after = fx_line(0);
	assert_true(json_equal(json_object_get(before, "evidence"), json_object_get(after, "evidence")));
	json_decref(before);
	json_decref(after);
}

static void unknown_shop_is_never_accused(void **state)
{
	(void)state;
	campus("a");
	assert_int_equal(fx_ask(-1, "apps", "--status", "undecided", NULL), 0);
	assert_true(fx_says("unknown-shop.com"));
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_false(fx_says("unknown-shop.com"));
}

static void threshold_resolves_and_fires_again(void **state)
{
	int64_t alerts;

	(void)state;
	campus("a");
	alerts = open_alerts();
	configure("hnust", "min_clients = 1000\n");
	assert_int_equal(open_alerts(), 0);
	assert_int_equal(resolved_alerts(), alerts);
	assert_int_equal(pending(), 4 * alerts);
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_true(fx_says("\"why\":\"below-threshold\""));
	assert_int_equal(fx_ask(-1, "findings", NULL), 0);
	assert_int_equal(fx_line_count(), 0);
	configure("hnust", ""); /* it holds again: a new alert, the old one stays resolved */
	assert_int_equal(open_alerts(), alerts);
	assert_int_equal(resolved_alerts(), alerts);
}

static void profile_switch_takes_mini_programs_out(void **state)
{
	(void)state;
	struct observation o = fx_seen(SUBJECT_WECHAT_MINI, "wx00000000000000aa", VIA_HTTP_REFERER, 0, 4);
	struct observation host = fx_host("mini.example.edu.cn", 4);

	fx_link(&o, SUBJECT_HOST, "mini.example.edu.cn");
	fx_capture("a", (struct observation[]){ host, o }, 2);
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_true(fx_says("wx00000000000000aa"));
	configure("xust", "");
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_false(fx_says("wx00000000000000aa"));
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_true(fx_says("\"why\":\"out-of-scope\""));
}

/* A decision outlives re-ingest, restarts and judgements. */
static void exemption_survives_everything(void **state)
{
	int64_t alerts;

	(void)state;
	campus("a");
	alerts = open_alerts();
	assert_int_equal(fx_ask(-1, "exempt", "jw.example.edu.cn", "学校自建的静态站点", NULL), 0);
	assert_int_equal(open_alerts(), alerts - 1);
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_true(fx_says("已列为豁免: 学校自建的静态站点"));
	campus("b");
	fx_reopen();
	campus("c");
	fx_ok(store_judge(fx.store));
	assert_int_equal(open_alerts(), alerts - 1);
	assert_int_equal(fx_ask(-1, "apps", "--status", "exempt", NULL), 0);
	assert_true(fx_says("jw.example.edu.cn"));
	assert_int_equal(fx_ask(-1, "unexempt", "jw.example.edu.cn", NULL), 0);
	assert_int_equal(open_alerts(), alerts);
	assert_int_equal(fx_ask(-1, "unexempt", "jw.example.edu.cn", NULL), 1);
	assert_non_null(strstr(fx.error, "没有豁免可取消"));
}

/* Two databases fed the same captures say the same, ids of apps included. */
static void same_captures_same_words(void **state)
{
	static const char *const commands[] = { "apps", "findings" };
	char *first[2];

	(void)state;
	campus("a");
	campus("b");
	for (int i = 0; i < 2; i++)
		first[i] = answer_text(commands[i]);
	fx_tear_down(NULL);
	fx_set_up(NULL);
	campus("a");
	fx_reopen();
	campus("a");
	campus("b");
	for (int i = 0; i < 2; i++) {
		char *again = answer_text(commands[i]);
		assert_string_equal(first[i], again);
		free(again);
		free(first[i]);
	}
}

static void nothing_changed_nothing_written(void **state)
{
	(void)state;
	campus("a");
	db_fail_at(fx.store->db, 4); /* BEGIN, state, COMMIT: no fourth statement */
	assert_int_equal(store_judge(fx.store), 0);
	db_fail_at(fx.store->db, 0);
}

static void empty_database_judges(void **state)
{
	(void)state;
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(one_alert_however_often),
		FX_TEST(evidence_is_frozen),
		FX_TEST(unknown_shop_is_never_accused),
		FX_TEST(threshold_resolves_and_fires_again),
		FX_TEST(profile_switch_takes_mini_programs_out),
		FX_TEST(exemption_survives_everything),
		FX_TEST(same_captures_same_words),
		FX_TEST(nothing_changed_nothing_written),
		FX_TEST(empty_database_judges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
