/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service finds wrong with itself: told to each sink once when it begins and once when it ends. */
#include "tests/unit/store/schema.h"

enum { ALL = (1u << TROUBLE_COUNT) - 1 };

static const int64_t since = 1795680000000000;

static void tell(enum trouble trouble, const char *what, bool raised, int64_t at)
{
	const struct store_event e = { trouble, what, raised, at, raised ? "出事了" : "恢复" };

	fx_ok(store_event(fx.store, &e));
}

/* The payloads of one sink, as lines of the reply; how many. */
static int told(const char *sink)
{
	struct store_delivery d[16];
	int n = store_outbox(fx.store, sink, 0, d, 16);

	buf_reset(&fx.lines);
	for (int i = 0; i < n; i++) {
		fx_take_line(NULL, d[i].payload);
		free(d[i].payload);
	}
	return n;
}

static void each_begin_and_end_once(void **state)
{
	(void)state;
	tell(TROUBLE_INTERFACE_SILENT, "eth1", true, since);
	tell(TROUBLE_INTERFACE_SILENT, "eth1", true, since + 1);
	tell(TROUBLE_INTERFACE_SILENT, "eth2", true, since);
	tell(TROUBLE_INTERFACE_DOWN, "eth1", true, since);
	assert_int_equal(told("file"), 3);
	schema_check("event");
	fx_reopen(); /* and after a restart */
	tell(TROUBLE_INTERFACE_SILENT, "eth1", true, since);
	assert_int_equal(told("syslog"), 3);
	tell(TROUBLE_INTERFACE_SILENT, "eth1", false, since + 5);
	tell(TROUBLE_INTERFACE_SILENT, "eth1", false, since + 5);
	tell(TROUBLE_INTERFACE_LOST, "eth1", false, since);
	assert_int_equal(told("file"), 4);
	schema_check("event");
	assert_true(fx_says("\"event\":\"interface-silent\",\"state\":\"cleared\""));
	assert_true(fx_says("\"text\":\"恢复\""));
	tell(TROUBLE_INTERFACE_SILENT, "eth1", true, since + 9);
	assert_int_equal(told("file"), 5);
}

/* One that ends says when it began, not when its end was noticed. */
static void an_end_tells_the_begin(void **state)
{
	json_t *line;

	(void)state;
	tell(TROUBLE_PROBING_STALLED, "", true, since);
	tell(TROUBLE_PROBING_STALLED, "", false, since + 77);
	assert_int_equal(told("file"), 2);
	line = fx_line(1);
	assert_string_equal(json_string_value(json_object_get(line, "state")), "cleared");
	assert_string_equal(json_string_value(json_object_get(line, "since")), "2026-11-26T08:00:00.000000Z");
	json_decref(line);
}

static void who_watched_is_gone(void **state)
{
	(void)state;
	tell(TROUBLE_INTERFACE_SILENT, "eth1", true, since);
	tell(TROUBLE_INTERFACE_GONE, "eth1", true, since);
	tell(TROUBLE_INTERFACE_SILENT, "eth2", true, since);
	fx_ok(store_events_forget(fx.store, 1u << TROUBLE_INTERFACE_SILENT, "eth1", "重新观察"));
	assert_int_equal(told("file"), 4);
	assert_true(fx_says("\"state\":\"cleared\",\"school\":\"示例大学\",\"what\":\"eth1\""));
	fx_ok(store_events_forget(fx.store, 1u << TROUBLE_INTERFACE_SILENT, "eth1", "重新观察"));
	assert_int_equal(told("file"), 4);
	fx_ok(store_events_forget(fx.store, ALL, NULL, "重新观察"));
	assert_int_equal(told("file"), 6);
	fx_ok(store_events_forget(fx.store, ALL, NULL, "重新观察"));
	assert_int_equal(told("file"), 6);
	schema_check("event");
}

/* Not in the way of the alerts, which have their own order and state. */
static void beside_the_alerts(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	uint64_t pending;

	(void)state;
	fx_capture("a", &o, 1);
	assert_int_equal(told("file"), 1);
	tell(TROUBLE_INTERFACE_DOWN, "eth1", true, since);
	assert_int_equal(told("file"), 2);
	fx_ok(store_outbox_pending(fx.store, &pending));
	assert_int_equal(pending, 4);
	assert_int_equal(fx_ask(-1, "alerts", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
}

static void sinks_that_are_off_get_nothing(void **state)
{
	(void)state;
	fx.conf.alert.syslog[0] = '\0';
	tell(TROUBLE_INTERFACE_DOWN, "eth1", true, since);
	assert_int_equal(told("file"), 1);
	assert_int_equal(told("syslog"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(each_begin_and_end_once),
		FX_TEST(an_end_tells_the_begin),
		FX_TEST(who_watched_is_gone),
		FX_TEST(beside_the_alerts),
		FX_TEST(sinks_that_are_off_get_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
