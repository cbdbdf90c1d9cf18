/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/tsv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"

static const char *const columns[] = { "id", "value" };

/* Each row as "line|id|value;"; an id of "bad" is complained about. */
static char *note(void *arg, const struct tsv_row *row, const char **column)
{
	*column = "value";
	if (strcmp(row->cell[0], "bad") == 0)
		return xstrdup("应为别的");
	buf_printf(arg, "%u|%s|%s;", row->line, row->cell[0], row->cell[1]);
	return NULL;
}

static int read_text(const char *text, size_t n, struct buf *out, char *error)
{
	buf_reset(out);
	error[0] = '\0';
	return tsv_read("t.tsv", text, n, columns, 2, note, out, error);
}

static void check(const char *text, const char *want)
{
	struct buf out = { 0 };
	char error[CONF_ERROR_MAX];

	if (read_text(text, strlen(text), &out, error) != 0)
		fail_msg("%s", error);
	assert_string_equal(out.p ? out.p : "", want);
	buf_clear(&out);
}

static void refused(const char *text, const char *want)
{
	struct buf out = { 0 };
	char error[CONF_ERROR_MAX];

	assert_int_equal(read_text(text, strlen(text), &out, error), -1);
	assert_string_equal(error, want);
	buf_clear(&out);
}

static void test_good(void **state)
{
	(void)state;
	check("id\tvalue\n", "");
	check("# head\n\nid\tvalue\na\t1\n", "4|a|1;");
	check("\xef\xbb\xbfvalue\tid\r\n 1 \ta\r\n\r\n2\tb", "2|a|1;4|b|2;");
	check("id\tvalue\na\n#x\n\t\n \tz\n", "2|a|;5||z;");
}

static void test_refused(void **state)
{
	(void)state;
	refused("", "t.tsv: 没有表头");
	refused("# only\n", "t.tsv: 没有表头");
	refused("id\n", "t.tsv:1: value: 表头缺这一列");
	refused("id\tvalue\tid\n", "t.tsv:1: id: 列名重复");
	refused("id\tvalue\tmore\n", "t.tsv:1: more: 不认识的列名");
	refused("id\tvalue\na\t1\t2\n", "t.tsv:2: 单元格比表头的列多");
	refused("id\tvalue\na\t1\t2\t3\t4\t5\t6\t7\t8\t9\t0\t1\t2\t3\t4\t5\t6\t7\n",
		"t.tsv:2: 单元格比表头的列多");
	refused("id\tvalue\n\nbad\t1\n", "t.tsv:3: value: 应为别的");
	refused("id\tvalue\na\t\x01\n", "t.tsv:2: 有控制字符, 请删去");
	refused("id\tvalue\na\t\xc3\n", "t.tsv:2: 不是 UTF-8 编码, 请另存为 UTF-8");
	refused("id\tvalue\na\rb\t1\n", "t.tsv:2: 有控制字符, 请删去");
}

static void test_nul(void **state)
{
	struct buf out = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;
	assert_int_equal(read_text("id\tvalue\na\0b\t1\n", 15, &out, error), -1);
	assert_string_equal(error, "t.tsv:2: 有控制字符, 请删去");
	buf_clear(&out);
}

static void test_truncated(void **state)
{
	static const char text[] = "# 头\nid\tvalue\n甲\t一\n乙\t二\n";
	struct buf out = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;

	for (size_t n = 0; n < sizeof(text); n++) {
		char *exact = xmalloc(n > 0 ? n : 1);
		memcpy(exact, text, n);
		int rc = read_text(exact, n, &out, error);
		assert_true(rc == 0 || (rc == -1 && error[0] != '\0'));
		free(exact);
	}
	buf_clear(&out);
}

static void test_too_many(void **state)
{
	struct buf text = { 0 }, out = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;

	buf_puts(&text, "id\tvalue\n");
	for (int i = 1; i < TSV_ROWS_MAX; i++)
		buf_puts(&text, "a\t1\n");
	assert_int_equal(read_text(text.p, text.len, &out, error), 0);
	buf_puts(&text, "a\t1\n");
	assert_int_equal(read_text(text.p, text.len, &out, error), -1);
	assert_string_equal(error, "t.tsv:20001: 超过 20000 行");
	buf_clear(&text);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),      cmocka_unit_test(test_refused),  cmocka_unit_test(test_nul),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
