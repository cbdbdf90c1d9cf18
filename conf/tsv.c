/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/tsv.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "conf/source.h"

struct table {
	const char *name;
	const char *const *columns;
	size_t column_count;
	size_t place[TSV_COLUMNS_MAX]; /* header position -> column */
	size_t width;                  /* cells of the header; 0: not seen yet */
	char *error;
};

static int fail(const struct table *t, unsigned line, const char *column, const char *reason)
{
	struct buf b = { 0 };
	buf_printf(&b, "%s%s%s", column ? column : "", column ? ": " : "", reason);
	source_error(t->error, t->name, line, b.p);
	buf_clear(&b);
	return -1;
}

static char *trim(char *s)
{
	size_t n;
	s += strspn(s, " \r");
	n = strlen(s);
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\r'))
		s[--n] = '\0';
	return s;
}

/* Cuts the line at its tabs. Returns the number of cells, TSV_COLUMNS_MAX + 1 when there are more. */
static size_t split(char *line, char *cell[TSV_COLUMNS_MAX])
{
	size_t n = 0;
	for (char *tab = line; tab != NULL; line = tab + 1) {
		if (n == TSV_COLUMNS_MAX)
			return n + 1;
		tab = strchr(line, '\t');
		if (tab)
			*tab = '\0';
		cell[n++] = trim(line);
		if (tab == NULL)
			break;
	}
	return n;
}

static size_t find_column(const struct table *t, const char *name)
{
	size_t i = 0;
	while (i < t->column_count && strcmp(t->columns[i], name) != 0)
		i++;
	return i;
}

static int read_header(struct table *t, unsigned line, char *cell[], size_t n)
{
	bool seen[TSV_COLUMNS_MAX] = { false };

	if (n > TSV_COLUMNS_MAX)
		return fail(t, line, NULL, "表头的列太多");
	for (size_t i = 0; i < n; i++) {
		size_t c = find_column(t, cell[i]);
		if (c == t->column_count)
			return fail(t, line, cell[i], "不认识的列名");
		if (seen[c])
			return fail(t, line, cell[i], "列名重复");
		seen[c] = true;
		t->place[i] = c;
	}
	for (size_t c = 0; c < t->column_count; c++)
		if (!seen[c])
			return fail(t, line, t->columns[c], "表头缺这一列");
	t->width = n;
	return 0;
}

static int read_row(const struct table *t, unsigned line, char *cell[], size_t n, tsv_row_fn *fn, void *arg)
{
	struct tsv_row row = { .line = line };
	const char *column = NULL;
	char *why;
	int rc = 0;

	if (n > t->width)
		return fail(t, line, NULL, "单元格比表头的列多");
	for (size_t i = 0; i < t->width; i++)
		row.cell[t->place[i]] = i < n ? cell[i] : "";
	why = fn(arg, &row, &column);
	if (why)
		rc = fail(t, line, column, why);
	free(why);
	return rc;
}

static int read_line(struct table *t, unsigned line, char *text, tsv_row_fn *fn, void *arg)
{
	char *cell[TSV_COLUMNS_MAX];
	size_t n;

	if (text[0] == '#' || text[strspn(text, " \t\r")] == '\0')
		return 0;
	n = split(text, cell);
	return t->width == 0 ? read_header(t, line, cell, n) : read_row(t, line, cell, n, fn, arg);
}

static int read_lines(struct table *t, char *text, size_t n, tsv_row_fn *fn, void *arg)
{
	char *end = text + n;
	unsigned line = 0;

	while (text < end) {
		char *nl = memchr(text, '\n', (size_t)(end - text));
		if (nl)
			*nl = '\0';
		if (++line > TSV_ROWS_MAX)
			return fail(t, line, NULL, "超过 20000 行");
		if (read_line(t, line, text, fn, arg) != 0)
			return -1;
		text = nl ? nl + 1 : end;
	}
	return t->width > 0 ? 0 : fail(t, 0, NULL, "没有表头");
}

int tsv_read(const char *name, const char *text, size_t n, const char *const *columns, size_t column_count,
	     tsv_row_fn *fn, void *arg, char error[CONF_ERROR_MAX])
{
	struct table t = { .name = name, .columns = columns, .column_count = column_count, .error = error };
	char *copy;
	int rc;

	_Static_assert(TSV_ROWS_MAX == 20000, "the message in read_lines() says 20000");
	if (column_count > TSV_COLUMNS_MAX)
		abort(); /* a table of ours that is too wide */
	if (source_check(name, text, n, error) != 0)
		return -1;
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	copy = xstrndup(text, n); /* no NUL inside: source_check() refuses them */
	rc = read_lines(&t, copy, n, fn, arg);
	free(copy);
	return rc;
}
