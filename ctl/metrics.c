/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/metrics.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ctl/counter.h"
#include "ctl/output.h"

struct metrics {
	json_t *lines; /* of `status`: samples of one name must stand together */
};

void *metrics_new(const char *command, bool json, int fd)
{
	struct metrics *m = xcalloc(1, sizeof(*m));

	(void)command, (void)json, (void)fd;
	m->lines = json_array();
	return m;
}

void metrics_line(void *metrics, const char *json)
{
	struct metrics *m = metrics;
	json_t *line = json_loads(json, 0, NULL);

	if (line != NULL)
		json_array_append_new(m->lines, line);
}

static void head(const char *name, const char *type, const char *help)
{
	printf("# HELP beiand_%s %s\n# TYPE beiand_%s %s\n", name, help, name, type);
}

/* A label's value; backslash, quote and newline are escaped. */
static void put_label(const char *key, const char *value)
{
	printf("%s=\"", key);
	for (const char *p = value; *p; p++) {
		if (*p == '\n')
			fputs("\\n", stdout);
		else if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else
			putchar(*p);
	}
	putchar('"');
}

static void sample(const char *name, const char *key, const char *label, const json_t *value)
{
	printf("beiand_%s", name);
	if (key != NULL) {
		putchar('{');
		put_label(key, label);
		putchar('}');
	}
	printf(" %" JSON_INTEGER_FORMAT "\n", json_is_true(value) ? 1 : json_integer_value(value));
}

/* -- single numbers of the database ---------------------------------------------------------------- */
static const struct {
	const char *name, *outer, *inner, *help;
} gauges[] = {
	{ "database_bytes", "database", "bytes", "数据库大小" },
	{ "subjects", "observed", "subjects", "观测对象" },
	{ "filings", "filed", "current", "现行备案" },
	{ "findings", "derived", "findings", "未了结的问题" },
	{ "alerts_open", "derived", "alerts_open", "未解除的预警" },
};

static void show_gauges(const json_t *line)
{
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
		const json_t *value =
			json_object_get(json_object_get(line, gauges[i].outer), gauges[i].inner);
		if (value == NULL)
			continue;
		head(gauges[i].name, "gauge", gauges[i].help);
		sample(gauges[i].name, NULL, NULL, value);
	}
}

static void show_apps(json_t *line)
{
	const char *status;
	json_t *count;

	head("apps", "gauge", "各状态的应用");
	json_object_foreach(json_object_get(line, "apps"), status, count)
		sample("apps", "status", status, count);
}

/* -- counters of sources ----------------------------------------------------------------------------- */

/* Is it the newest of its name? The newest come first. */
static bool is_newest(const json_t *sources, size_t at)
{
	const char *name = json_string_value(json_object_get(json_array_get(sources, at), "name"));

	for (size_t i = 0; i < at; i++) {
		const char *other = json_string_value(json_object_get(json_array_get(sources, i), "name"));
		if (name != NULL && other != NULL && strcmp(name, other) == 0)
			return false;
	}
	return name != NULL;
}

/* The only one that goes down again. */
static bool is_gauge(const char *counter) { return strcmp(counter, "interface-alarms") == 0; }

/* packets-ip-bad -> sensor_packets_ip_bad_total */
static void metric_name(char out[96], const char *group, const char *counter)
{
	snprintf(out, 96, "%s_%.64s%s", group, counter, is_gauge(counter) ? "" : "_total");
	for (char *p = out; *p; p++)
		if (*p == '-')
			*p = '_';
}

static void show_counter(const json_t *sources, const char *counter)
{
	char name[96];
	const char *zh = counter_zh(counter);
	json_t *source;
	size_t i;

	metric_name(name, "sensor", counter);
	head(name, is_gauge(counter) ? "gauge" : "counter", zh ? zh : counter);
	json_array_foreach(sources, i, source)
	{
		const json_t *value = json_object_get(json_object_get(source, "counters"), counter);
		if (value != NULL && is_newest(sources, i))
			sample(name, "sensor", json_string_value(json_object_get(source, "name")), value);
	}
}

static void show_sources(const json_t *sources)
{
	json_t *names = json_object(), *source, *value;
	const char *counter;
	size_t i;

	json_array_foreach(sources, i, source)
	{
		json_object_foreach(json_object_get(source, "counters"), counter, value)
			json_object_set_new(names, counter, json_true());
	}
	json_object_foreach(names, counter, value) show_counter(sources, counter);
	json_decref(names);
}

/* -- probing -------------------------------------------------------------------------------------------- */

static void show_probes(const json_t *line)
{
	static const char *const states[] = { "kept", "wanted", "ready", "handed", "fresh" };
	static const char *const today[] = { "expected", "answered", "done" };
	json_t *probes = json_object_get(line, "probes"), *count;
	const char *word = json_string_value(json_object_get(probes, "probing")), *outcome;

	if (word == NULL)
		return;
	head("probing", "gauge", "探测: 1 启用, 0 未启用, 已暂停或探测进程没有运行");
	printf("beiand_probing %d\n", strcmp(word, "on") == 0);
	head("probe_jobs", "gauge", "探测任务, 按状态");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		sample("probe_jobs", "state", states[i], json_object_get(probes, states[i]));
	head("probe_today", "gauge", "今天的探测: 应完成、已答、成功");
	for (size_t i = 0; i < sizeof(today) / sizeof(today[0]); i++)
		sample("probe_today", "runs", today[i], json_object_get(probes, today[i]));
	head("probe_runs_total", "counter", "探测的次数, 按结局");
	json_object_foreach(json_object_get(line, "probe_runs"), outcome, count)
		sample("probe_runs_total", "outcome", outcome, count);
}

static void show_probe_counters(const json_t *line)
{
	const char *counter;
	json_t *count;

	json_object_foreach(json_object_get(line, "probe_counters"), counter, count)
	{
		const char *zh = counter_zh(counter);
		char name[96];
		metric_name(name, "probe", counter);
		head(name, "counter", zh ? zh : counter);
		sample(name, NULL, NULL, count);
	}
}

/* -- what a running daemon adds ------------------------------------------------------------------------ */
static void show_each(json_t *lines, const char *key, const char *field, const char *name, const char *help)
{
	json_t *line;
	size_t i;
	bool any = false;

	json_array_foreach(lines, i, line)
	{
		const char *label = json_string_value(json_object_get(line, key));
		const json_t *value = json_object_get(line, field);
		if (label == NULL || value == NULL)
			continue;
		if (!any)
			head(name, strstr(name, "_total") ? "counter" : "gauge", help);
		any = true;
		sample(name, key, label, value);
	}
}

int metrics_end(void *metrics, bool done)
{
	struct metrics *m = metrics;
	json_t *line;
	size_t i;

	json_array_foreach(m->lines, i, line)
	{
		if (!done || json_object_get(line, "database") == NULL)
			continue;
		show_gauges(line);
		show_apps(line);
		show_sources(json_object_get(line, "sources"));
		show_probes(line);
		show_probe_counters(line);
		show_each(json_object_get(line, "outbox"), "sink", "pending", "outbox_pending", "待送的预警");
	}
	if (done) {
		show_each(m->lines, "probing", "in_flight", "probe_in_flight", "已发给探测进程, 还没有结果");
		show_each(m->lines, "process", "pid", "process_pid", "进程号,0 为没有运行");
		show_each(m->lines, "process", "restarts", "process_restarts_total", "进程重启次数");
		show_each(m->lines, "process", "up_seconds", "process_up_seconds", "进程已运行秒数");
	}
	json_decref(m->lines);
	free(m);
	return output_end();
}
