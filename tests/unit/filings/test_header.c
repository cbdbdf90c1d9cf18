/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char any[] = "*", user[] = "user", provider[] = "provider";
static char name[] = "name", unit[] = "unit", oper[] = "operator", domains[] = "domains",
	    audience[] = "audience";
static char h_name[] = "应用名称", h_used[] = "所用应用", h_unit[] = "单位名称",
	    h_group[] = "主管单位/单位名称";
static char h_domain[] = "域名", h_audience[] = "使用对象";

static struct alias rows[] = {
	{ any, name, h_name },          { any, name, h_used },  { any, oper, h_group },
	{ any, domains, h_domain },     { user, name, h_used }, { provider, name, h_name },
	{ user, audience, h_audience }, { user, unit, h_unit },
};

static const struct aliases table = { .entry = rows, .count = sizeof(rows) / sizeof(rows[0]) };

static struct header_words *words(void)
{
	char error[CONF_ERROR_MAX];
	struct header_words *w = header_words_new(&table, error);
	assert_non_null(w);
	return w;
}

static void test_words(void **state)
{
	struct header_words *w = words();
	(void)state;

	assert_true(header_is_name(w, "应用名称"));
	assert_true(header_is_name(w, " 应用 名称* (必填)"));
	assert_true(header_is_name(w, "【所用应用】"));
	assert_false(header_is_name(w, "应用"));
	assert_false(header_is_name(w, "域名"));
	assert_false(header_is_name(w, ""));
	assert_false(header_is_name(w, "()"));
	assert_true(header_knows(w, "域名（选填）"));
	assert_false(header_knows(w, "(域名"
				     "x)"));
	header_words_free(w);
}

static void test_kinds(void **state)
{
	struct header_words *w = words();
	struct cells none = { .n = 0 }, row = { .cell = { "应用名称", "域名" }, .n = 2 };
	struct header h;
	(void)state;

	assert_int_equal(header_read(w, &none, &row, FILING_KIND_COUNT, &h), HEADER_FOUND);
	assert_int_equal(h.kind, FILING_PROVIDER);
	assert_int_equal(h.field[1], FILING_DOMAINS);
	row.cell[1] = "使用对象";
	assert_int_equal(header_read(w, &none, &row, FILING_KIND_COUNT, &h), HEADER_FOUND);
	assert_int_equal(h.kind, FILING_USER);
	assert_int_equal(header_read(w, &none, &row, FILING_SELFCHECK, &h), HEADER_FOUND);
	assert_int_equal(h.field[1], FILING_FIELD_COUNT); /* a word of another form */
	/* a list of providers' filings, as people keep it: not taken for what the school uses */
	row = (struct cells){ .cell = { "应用名称", "主管单位", "备案号", "域名" }, .n = 4 };
	assert_int_equal(header_read(w, &none, &row, FILING_KIND_COUNT, &h), HEADER_FOUND);
	assert_int_equal(h.kind, FILING_PROVIDER);
	row = (struct cells){ .cell = { "主管单位", "所用应用" }, .n = 2 };
	assert_int_equal(header_read(w, &none, &row, FILING_KIND_COUNT, &h), HEADER_FOUND);
	assert_int_equal(h.kind, FILING_USER);
	row.cell[1] = "名";
	assert_int_equal(header_read(w, &none, &row, FILING_KIND_COUNT, &h), HEADER_NONE);
	header_words_free(w);
}

static void test_group_above(void **state)
{
	struct header_words *w = words();
	struct cells above = { .cell = { "主管单位", "", "应用" }, .n = 3 };
	struct cells row = { .cell = { "性质", "单位名称", "应用名称" }, .n = 3 };
	struct header h;
	(void)state;

	assert_int_equal(header_read(w, &above, &row, FILING_PROVIDER, &h), HEADER_FOUND);
	assert_int_equal(h.field[0], FILING_FIELD_COUNT);
	assert_int_equal(h.field[1], FILING_OPERATOR);
	assert_int_equal(h.field[2], FILING_NAME);
	header_words_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_group_above),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
