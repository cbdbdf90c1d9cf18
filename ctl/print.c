/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/print.h"

#include <jansson.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/words.h"
#include "ctl/counter.h"
#include "ctl/label.h"
#include "ctl/output.h"

enum {
	VIEW_KEYS_MAX = 12,
	NARROW_COLUMNS_MAX = 4,
	WIDE_MIN = 100,
	CELL_MAX = 60, /* columns of a fact's text where nothing wraps: one long value would pad every row */
};

/* Lines that hold the first key are rows of the command's table; any other line is shown as a tree. */
struct view {
	const char *command;
	const char *keys[VIEW_KEYS_MAX];
};

static const struct view views[] = {
	{ "apps", { "app", "name", "status", "kinds", "clients", "first", "last", "score" } },
	{ "findings", { "rule", "app", "severity", "title", "cites", "unit", "first", "last" } },
	{ "alerts", { "app", "severity", "title", "clients", "cites", "last", "state" } },
	{ "filings list", { "filing", "kind", "name", "operator", "unit", "number", "domains", "appids" } },
	{ "filings list", { "import", "kind", "file", "time", "rows", "state" } },
	{ "filings import", { "row", "change", "name", "column", "reason" } },
	{ "explain", { "step", "text" } },
	{ "probes",
	  { "job", "name", "probe", "target", "state", "next", "outcome", "tried", "remark", "why" } },
	{ "probes", { "fact", "subject", "value", "confidence", "note", "probe", "first", "last", "gone" } },
	{ "probes", { "held", "until", "reason", "failures" } },
	{ "probe", { "job", "name", "probe", "target", "outcome", "http", "tried", "next", "remark" } },
	{ "probe", { "fact", "subject", "value", "confidence", "note", "probe", "first", "last" } },
	{ "probe --dry-run", { "name", "probe", "asked", "refusal", "next", "url", "app", "why" } },
};

struct print {
	const char *command;
	bool json;
	json_t *rows; /* array: the table's lines so far, all of `view` */
	const struct view *view;
	bool shown; /* a line came that is no row */
};

void *print_new(const char *command, bool json, int fd)
{
	struct print *p = xcalloc(1, sizeof(*p));
	(void)fd;
	*p = (struct print){ .command = command, .json = json, .rows = json_array() };
	return p;
}

static const struct view *view_of(const char *command, const json_t *line)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(views[i].command, command) == 0 && json_object_get(line, views[i].keys[0]) != NULL)
			return &views[i];
	return NULL;
}

/* What a key is called inside the object under `outer`: "apps" counts by status and "runs" by outcome, and
 * each of those has one name.
 */
static const char *inner_zh(const char *outer, const char *key)
{
	enum app_status status;
	enum probe_outcome outcome;

	if (strcmp(outer, "apps") == 0 && app_status_find(key, &status))
		return app_status_zh(status);
	if ((strcmp(outer, "runs") == 0 || strcmp(outer, "probe_runs") == 0 ||
	     strcmp(outer, "unasked") == 0) &&
	    probe_outcome_find(key, &outcome))
		return probe_outcome_zh(outcome);
	if (strcmp(outer, "observed") == 0 && strcmp(key, "days") == 0)
		return "按天的记录"; /* rows: one for each subject and day */
	if (strcmp(outer, "observed") == 0 && strcmp(key, "servers") == 0)
		return "按天的服务器";
	return label_zh(key);
}

/* Shown in a cell: strings and lists by their label, an object as "键 值; 键 值". */
static void show_cell(struct buf *out, const char *key, const json_t *value)
{
	const char *inner;
	json_t *v;
	bool first = true;

	if (!json_is_object(value) || strcmp(key, "via") == 0) {
		label_show(out, key, value);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, inner, v)
	{
		buf_printf(out, "%s%s ", first ? "" : "; ", inner_zh(key, inner));
		label_show(out, inner, v);
		first = false;
	}
}

/* Columns of free length go on in the next line where the terminal ends; a pipe gets each row as one line. */
static int column_flags(const char *key)
{
	static const char *const wraps[] = { "appids", "cites",    "domains", "duty",   "kinds",    "name",
					     "note",   "operator", "reason",  "remark", "subjects", "target",
					     "text",   "title",    "unit",    "url",    "value",    "why" };
	for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++)
		if (strcmp(wraps[i], key) == 0)
			return SCOLS_FL_WRAP;
	return 0;
}

static struct libscols_table *table_new(const char *const *keys, size_t count)
{
	struct libscols_table *t = scols_new_table();
	bool wraps;

	if (t == NULL)
		abort();
	/* Many columns on few: cells would be two characters wide and a row twenty lines high. */
	wraps = count <= NARROW_COLUMNS_MAX || scols_table_get_termwidth(t) >= WIDE_MIN;
	for (size_t i = 0; i < count; i++)
		if (scols_table_new_column(t, label_zh(keys[i]), 0, wraps ? column_flags(keys[i]) : 0) ==
		    NULL)
			abort();
	return t;
}

/* Where a text of more than CELL_MAX columns is cut, a Chinese character taking two; its length: it is not.
 */
static size_t cell_end(const char *text, size_t n)
{
	size_t width = 0, end = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		if ((c & 0xc0) == 0x80)
			continue;
		if (width < CELL_MAX - 1)
			end = i;
		width += c >= 0xe3 ? 2 : 1;
		if (width > CELL_MAX)
			return end;
	}
	return n;
}

/* The whole is in --json, and on a terminal that is wide enough to wrap it. */
static void cut_cell(struct buf *cell)
{
	size_t end = cell->len > 0 ? cell_end(cell->p, cell->len) : 0;

	if (end == cell->len)
		return;
	cell->len = end;
	buf_puts(cell, "…");
}

static void table_add(struct libscols_table *t, const char *const *keys, size_t count, const json_t *row)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);
	const json_t *fact = json_object_get(row, "fact");
	const char *type = json_string_value(fact ? fact : json_object_get(row, "type"));

	for (size_t i = 0; i < count; i++) {
		struct buf cell = { 0 };
		if (type != NULL && strcmp(keys[i], "value") == 0)
			label_show_value(&cell, type, json_object_get(row, keys[i]));
		else
			show_cell(&cell, keys[i], json_object_get(row, keys[i]));
		if (fact != NULL && column_flags(keys[i]) != 0 &&
		    !scols_column_is_wrap(scols_table_get_column(t, i)))
			cut_cell(&cell);
		if (line == NULL || scols_line_set_data(line, i, cell.len > 0 ? cell.p : "-") != 0)
			abort();
		buf_clear(&cell);
	}
}

static void table_show(const char *const *keys, size_t count, const json_t *rows)
{
	struct libscols_table *t = table_new(keys, count);
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) table_add(t, keys, count, row);
	scols_print_table(t);
	scols_unref_table(t);
}

/* Every key that any of the objects has, in order of appearance; but not the frozen evidence of a finding,
 * whose steps stand below in full, nor the counters of a source, which have a table of their own. */
static size_t keys_of(const json_t *rows, const char *keys[VIEW_KEYS_MAX])
{
	const char *key;
	json_t *value, *row;
	size_t i, j, count = 0;

	json_array_foreach(rows, i, row)
	{
		json_object_foreach(row, key, value)
		{
			for (j = 0; j < count && strcmp(keys[j], key) != 0; j++)
				;
			if (j == count && count < VIEW_KEYS_MAX && strcmp(key, "evidence") != 0 &&
			    strcmp(key, "counters") != 0)
				keys[count++] = key;
		}
	}
	return count;
}

/* Of a table; a blank line parts it from what stands above, if anything does. */
static void show_heading(const char *key, bool *below)
{
	printf("%s%s\n", *below ? "\n" : "", label_zh(key));
	*below = true;
}

static void show_entry(const char *key, const json_t *value, bool *below)
{
	const char *keys[VIEW_KEYS_MAX];
	struct buf text = { 0 };

	if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
		size_t count = keys_of(value, keys);
		show_heading(key, below);
		table_show(keys, count, value);
		return;
	}
	show_cell(&text, key, value);
	printf("%s: %s\n", label_zh(key), text.len > 0 ? text.p : "-");
	*below = true;
	buf_clear(&text);
}

/* Each counter of the sources that count now, with what it says. */
static void show_counters(const json_t *sources, bool *below)
{
	static const char *const keys[] = { "source", "counter", "value", "text" };
	json_t *rows = counter_rows(sources);

	if (json_array_size(rows) > 0) {
		show_heading("counters", below);
		table_show(keys, sizeof(keys) / sizeof(keys[0]), rows);
	}
	json_decref(rows);
}

/* An object of counters by name, at the top of a line. */
static bool is_counts(const char *key, const json_t *value)
{
	return json_is_object(value) && (strcmp(key, "counters") == 0 || strcmp(key, "manners") == 0 ||
					 strcmp(key, "probe_counters") == 0);
}

static void show_counts(const char *key, const json_t *value, bool *below)
{
	static const char *const keys[] = { "counter", "value", "text" };
	json_t *rows = counter_rows_of(value);

	if (json_array_size(rows) > 0) {
		show_heading(key, below);
		table_show(keys, sizeof(keys) / sizeof(keys[0]), rows);
	}
	json_decref(rows);
}

static bool wants_table(const char *key, const json_t *value)
{
	return is_counts(key, value) || (json_is_array(value) && json_is_object(json_array_get(value, 0)));
}

/* Scalars first, then what needs a table of its own. */
static void show_tree(const json_t *line)
{
	const char *key;
	json_t *value;
	bool below = false;

	json_object_foreach((json_t *)(uintptr_t)line, key, value)
	{
		if (strcmp(key, "v") != 0 && !wants_table(key, value))
			show_entry(key, value, &below);
	}
	json_object_foreach((json_t *)(uintptr_t)line, key, value)
	{
		if (is_counts(key, value))
			show_counts(key, value, &below);
		else if (wants_table(key, value))
			show_entry(key, value, &below);
	}
	show_counters(json_object_get(line, "sources"), &below);
}

/* {"v":1,"problem":{...}}: what one wrapper object holds is the line itself. */
static json_t *unwrap(json_t *line)
{
	static const char *const wrappers[] = { "problem", "filing", "change" };
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
		if (json_is_object(json_object_get(line, wrappers[i])))
			return json_object_get(line, wrappers[i]);
	return line;
}

static void show_rows(struct print *p)
{
	size_t count = 0;
	while (count < VIEW_KEYS_MAX && p->view->keys[count] != NULL)
		count++;
	table_show(p->view->keys, count, p->rows);
}

/* A table of another kind, or a text, follows. */
static void end_rows(struct print *p)
{
	if (p->view == NULL)
		return;
	show_rows(p);
	puts("");
	json_array_clear(p->rows);
	p->view = NULL;
}

/* How a run went, line by line. */
static void show_transcript(const json_t *line)
{
	const char *keys[] = { "transcript_of", "time", "outcome", "digest" };
	const char *text = json_string_value(json_object_get(line, "transcript"));
	bool below = false;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		show_entry(keys[i], json_object_get(line, keys[i]), &below);
	while (text != NULL && *text != '\0') {
		size_t n = strcspn(text, "\n");
		json_t *one = json_stringn(text, n);
		struct buf safe = { 0 };
		label_show(&safe, "transcript", one);
		printf("  %s\n", safe.len > 0 ? safe.p : "");
		buf_clear(&safe);
		json_decref(one);
		text += n + (text[n] == '\n');
	}
	puts("");
}

void print_line(void *print, const char *json)
{
	struct print *p = print;
	const struct view *view;
	json_t *line;

	if (p->json) {
		puts(json);
		return;
	}
	line = json_loads(json, 0, NULL);
	view = line ? view_of(p->command, unwrap(line)) : NULL;
	if (view != NULL) {
		if (p->view != view)
			end_rows(p);
		p->view = view;
		json_array_append(p->rows, unwrap(line));
	} else if (line != NULL && json_object_get(line, "transcript") != NULL) {
		end_rows(p);
		show_transcript(line);
		p->shown = true;
	} else if (line != NULL) {
		show_tree(line);
		puts("");
		p->shown = true;
	}
	json_decref(line);
}

/* Does the command answer with a table, so that no line at all means none? */
static bool lists(const char *command)
{
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (strcmp(views[i].command, command) == 0)
			return true;
	return false;
}

int print_end(void *print, bool done)
{
	struct print *p = print;

	if (p->view != NULL)
		show_rows(p);
	else if (done && !p->json && !p->shown && lists(p->command))
		puts("(没有)");
	json_decref(p->rows);
	free(p);
	return output_end();
}
