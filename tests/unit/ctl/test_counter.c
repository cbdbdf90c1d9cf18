/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No counter of a source goes without an explanation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/counter.h"
#include "ipc/msg.h"
#include "watch/sensor.h"

struct seen {
	unsigned count;
	uint64_t packets, parts;
};

static void take_counter(void *arg, const char *name, uint64_t value)
{
	struct seen *seen = arg;

	seen->count++;
	if (counter_zh(name) == NULL)
		fail_msg("%s has no explanation in ctl/counter.c", name);
	if (strcmp(name, "packets") == 0)
		seen->packets = value;
	if (strncmp(name, "packets-", 8) == 0)
		seen->parts += value;
}

static void drop(void *arg, const struct observation *o) { (void)arg, (void)o; }

static void all_of_the_sensor_are_explained(void **state)
{
	/* Ethernet with a type that nobody knows, and one that is too short */
	static const uint8_t odd[64] = { [12] = 0x99, [13] = 0x99 };
	struct dissect_packet p = {
		.time = 1, .bytes = odd, .captured = sizeof(odd), .wire_len = sizeof(odd)
	};
	struct hash_key key = { { 0 } };
	struct seen seen = { 0 };
	struct sensor_core *core;
	struct conf conf;

	(void)state;
	conf_init(&conf);
	core = sensor_core_new(&conf, NULL, &key, 0, drop, NULL);
	p.linktype = 1;
	sensor_core_packet(core, &p);
	p.captured = p.wire_len = 3;
	sensor_core_packet(core, &p);
	sensor_core_flush(core);
	sensor_core_counters(core, NULL, take_counter, &seen);
	assert_in_range(seen.count, 60, MSG_COUNTERS_MAX - 10); /* the daemon adds a few */
	assert_int_equal(seen.packets, 2);
	assert_int_equal(seen.parts, 2);
	sensor_core_free(core);
	conf_clear(&conf);
}

/* Those that daemon/ and store/ingest.c add. */
static void so_are_the_others(void **state)
{
	static const char *const names[] = { "capture-cut",         "interface-down",   "interface-silent",
					     "interface-lost",      "interface-alarms", "worker-lost",
					     "worker-lost-seconds", "subjects-refused", "servers-full",
					     "links-full",          "details-full",     "own-names",
					     "ring-unread" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(counter_zh(names[i]));
	assert_null(counter_zh("no-such-thing"));
}

static json_t *sources(const char *json)
{
	json_t *list = json_loads(json, 0, NULL);
	assert_non_null(list);
	return list;
}

/* What runs is shown, of each all that is not zero; when nothing runs, the newest. */
static void rows_of_what_runs(void **state)
{
	json_t *list, *rows;

	(void)state;
	list = sources("[{\"name\":\"a.pcap\",\"state\":\"complete\",\"counters\":{\"packets\":1}},"
		       "{\"name\":\"eth0\",\"state\":\"running\",\"counters\":{\"packets\":5,\"bytes\":0,"
		       "\"new\":2}}]");
	rows = counter_rows(list);
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "source")), "eth0");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "counter")), "new");
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 1), "text")), "");
	json_decref(rows);
	json_decref(list);
	list = sources("[{\"name\":\"b\",\"state\":\"complete\",\"counters\":{\"packets\":1}},"
		       "{\"name\":\"a\",\"state\":\"complete\",\"counters\":{\"packets\":2}}]");
	rows = counter_rows(list);
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "source")), "b");
	json_decref(rows);
	json_decref(list);
	rows = counter_rows(NULL);
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
}

static void those_of_the_prober_are_explained(void **state)
{
	json_t *counters = json_pack("{s:i, s:i, s:i, s:i, s:i}", "waits", 3, "requests", 0, "refused-robots",
				     2, "answered-done", 5, "no-such", 1);
	json_t *rows = counter_rows_of(counters);
	static const char *const texts[] = { "因预算或间隔而等待的次数", "没有问的网址: robots.txt 不许",
					     "请求的结果: 完成", "" };

	(void)state;
	assert_int_equal(json_array_size(rows), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(json_string_value(json_object_get(json_array_get(rows, i), "text")),
				    texts[i]);
	json_decref(rows);
	json_decref(counters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_the_sensor_are_explained),
		cmocka_unit_test(those_of_the_prober_are_explained),
		cmocka_unit_test(so_are_the_others),
		cmocka_unit_test(rows_of_what_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
