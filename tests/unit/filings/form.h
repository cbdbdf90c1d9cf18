/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms read by the shipped header words (run from the root of the tree), and what is expected of them. */
#ifndef TESTS_UNIT_FILINGS_FORM_H
#define TESTS_UNIT_FILINGS_FORM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "conf/source.h"
#include "conf/tables.h"
#include "filings/filing.h"
#include "filings/set.h"

static struct data data; /* aliases only */

static inline int load(void **state)
{
	struct buf text = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;

	if (source_read("conf/aliases.tsv", 1 << 20, "", &text, error) != 0 ||
	    data_parse(&data, data_table_find("aliases.tsv"), "aliases.tsv", text.p, text.len, error) != 0)
		fail_msg("%s", error);
	buf_clear(&text);
	return 0;
}

static inline int unload(void **state)
{
	(void)state;
	data_clear(&data);
	return 0;
}

static inline int read_bytes(struct filing_set *s, const void *bytes, size_t n, enum filing_kind kind,
			     char *error)
{
	error[0] = '\0';
	return filings_read_csv(s, bytes, n, kind, &data.aliases, error);
}

static inline void read_ok(struct filing_set *s, const char *text, enum filing_kind kind)
{
	char error[CONF_ERROR_MAX];
	if (read_bytes(s, text, strlen(text), kind, error) != 0)
		fail_msg("%s", error);
}

static inline void refused(const char *text, enum filing_kind kind, const char *want)
{
	struct filing_set s;
	char error[CONF_ERROR_MAX];

	assert_int_equal(read_bytes(&s, text, strlen(text), kind, error), -1);
	if (strstr(error, want) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", want, error);
	assert_null(s.row);
	assert_null(s.charset);
}

static inline void expect(const struct filing_set *s, size_t row, enum filing_field f, const char *want)
{
	const char *have;
	assert_true(row < s->count);
	have = s->row[row].field[f];
	if (want == NULL)
		assert_null(have);
	else if (have == NULL || strcmp(have, want) != 0)
		fail_msg("row %zu %s: wanted \"%s\", have \"%s\"", row, filing_field_name(f), want,
			 have ? have : "(null)");
}

static inline void expect_problem(const struct filing_set *s, size_t i, unsigned row, const char *column,
				  const char *reason, int fatal)
{
	if (i >= s->problem_count)
		fail_msg("only %zu problems", s->problem_count);
	const struct filing_problem *p = &s->problem[i];
	assert_int_equal(p->row, row);
	if (column)
		assert_string_equal(p->column, column);
	else
		assert_null(p->column);
	if (strstr(p->reason, reason) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", reason, p->reason);
	assert_int_equal(p->fatal, fatal);
}

#define ANY FILING_KIND_COUNT

#endif
