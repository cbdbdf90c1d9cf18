/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/export.h"

/* What the export of these lines writes; borrowed until the next call. */
static const char *exported(const char *const *lines)
{
	static char text[16384];
	FILE *f = tmpfile();
	void *e = export_new("filings export", false, fileno(f));
	size_t n;

	for (; *lines; lines++)
		export_line(e, *lines);
	assert_int_equal(export_end(e, true), 0);
	n = (size_t)pread(fileno(f), text, sizeof(text) - 1, 0);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void test_rows_and_lists(void **state)
{
	static const char *const lines[] = { "{\"v\":1,\"filing\":{\"kind\":\"provider\",\"name\":\"甲,"
					     "\\\"乙\\\"\",\"domains\":[\"a.cn\",\"b.cn\"]}}",
					     NULL };
	const char *text = exported(lines);
	(void)state;
	assert_memory_equal(text, "\xef\xbb\xbf", 3);
	assert_non_null(strstr(text, "\"提供者备案\",\"甲,\"\"乙\"\"\","));
	assert_non_null(strstr(text, "\"a.cn;b.cn\""));
}

static void test_formulas_become_text(void **state)
{
	static const char *const lines[] = {
		"{\"v\":1,\"filing\":{\"kind\":\"user\",\"name\":\"=cmd|' /C calc'!A0\"}}",
		"{\"v\":1,\"filing\":{\"kind\":\"user\",\"name\":\"@SUM(1)\"}}", NULL
	};
	const char *text = exported(lines);
	(void)state;
	assert_non_null(strstr(text, ",\"'=cmd|' /C calc'!A0\","));
	assert_non_null(strstr(text, ",\"'@SUM(1)\","));
	assert_null(strstr(text, ",\"=cmd"));
}

static void test_other_lines_write_nothing(void **state)
{
	static const char *const lines[] = { "{\"v\":1}", "not json", "{\"filing\":7}", NULL };
	static const char *const none[] = { NULL };
	char empty[16384];
	(void)state;
	snprintf(empty, sizeof(empty), "%s", exported(none));
	assert_string_equal(exported(lines), empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_and_lists),
		cmocka_unit_test(test_formulas_become_text),
		cmocka_unit_test(test_other_lines_write_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
