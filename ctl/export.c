/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ctl/export.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ctl/output.h"
#include "filings/filing.h"

struct export
{
	FILE *file;
	unsigned long rows;
	bool json;
};

/* A leading = + - @ TAB or CR starts a formula (OWASP, CSV injection): an apostrophe makes it text. */
static void put_cell(FILE *f, const char *s, bool last)
{
	fputs(strchr("=+-@\t\r", s[0]) != NULL && s[0] != '\0' ? "\"'" : "\"", f);
	for (; *s; s++) {
		if (*s == '"')
			putc('"', f);
		putc(*s, f);
	}
	fputs(last ? "\"\r\n" : "\",", f);
}

static void put_value(FILE *f, const json_t *value, bool last)
{
	struct buf text = { 0 };
	const json_t *item;
	size_t i;

	if (json_is_string(value))
		buf_puts(&text, json_string_value(value));
	json_array_foreach(value, i, item)
	{
		buf_puts(&text, i > 0 ? ";" : "");
		buf_puts(&text, json_is_string(item) ? json_string_value(item) : "");
	}
	put_cell(f, text.len > 0 ? text.p : "", last);
	buf_clear(&text);
}

void *export_new(const char *command, bool json, int fd)
{
	struct export *e = xcalloc(1, sizeof(*e));
	(void)command;
	e->json = json;
	e->file = fdopen(dup(fd), "w");
	if (e->file == NULL)
		return e;
	fputs("\xef\xbb\xbf", e->file);
	put_cell(e->file, FILINGS_KIND_HEADER, false);
	for (int f = 0; f < FILING_FIELD_COUNT; f++)
		put_cell(e->file, filing_field_zh((enum filing_field)f), f == FILING_FIELD_COUNT - 1);
	return e;
}

void export_line(void *export, const char *json)
{
	struct export *e = export;
	json_t *line = json_loads(json, 0, NULL);
	const json_t *filing = json_object_get(line, "filing"), *kind = json_object_get(filing, "kind");
	enum filing_kind k;

	if (e->file != NULL && json_is_object(filing)) {
		bool known = json_is_string(kind) && filing_kind_find(json_string_value(kind), &k);
		put_cell(e->file, known ? filing_kind_zh(k) : "", false);
		for (int f = 0; f < FILING_FIELD_COUNT; f++)
			put_value(e->file, json_object_get(filing, filing_field_name((enum filing_field)f)),
				  f == FILING_FIELD_COUNT - 1);
		e->rows++;
	}
	json_decref(line);
}

int export_end(void *export, bool done)
{
	struct export *e = export;
	bool failed = !done || e->file == NULL || ferror(e->file) != 0;

	if (e->file != NULL && fclose(e->file) != 0)
		failed = true;
	if (!failed)
		printf(e->json ? "{\"v\":1,\"export\":{\"rows\":%lu}}\n" : "已导出 %lu 行\n", e->rows);
	free(e);
	return failed ? -1 : output_end();
}
