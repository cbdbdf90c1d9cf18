/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

static void test_error(void **state)
{
	char error[CONF_ERROR_MAX], big[2000];
	(void)state;

	source_error(error, "a.conf", 7, "不对");
	assert_string_equal(error, "a.conf:7: 不对");
	source_error(error, "a.conf", 0, "不对");
	assert_string_equal(error, "a.conf: 不对");
	source_error(error, "a\nb", 1, "x\x1b[31m"); /* a name that would forge a line or colour it */
	assert_string_equal(error, "a\\x0ab:1: x\\x1b[31m");
	for (size_t i = 0; i + 3 < sizeof(big); i += 3)
		memcpy(big + i, "校", 4);
	source_error(error, "a", 1, big);
	assert_true(strlen(error) < CONF_ERROR_MAX);
	assert_true(text_is_utf8(error, strlen(error)));
}

static void test_read(void **state)
{
	char dir[] = "/tmp/beiand-source-XXXXXX", path[64], error[CONF_ERROR_MAX];
	struct buf out = { 0 };
	FILE *f;
	(void)state;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x", dir);
	assert_int_equal(source_read(path, 10, "怎么办", &out, error), -1);
	assert_non_null(strstr(error, "文件不存在; 怎么办"));
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("0123456789", f);
	fclose(f);
	assert_int_equal(source_read(path, 10, "", &out, error), 0);
	assert_string_equal(out.p, "0123456789");
	buf_clear(&out);
	assert_int_equal(source_read(path, 9, "", &out, error), -1);
	assert_non_null(strstr(error, "文件超过"));
	buf_clear(&out);
	assert_int_equal(source_read(dir, 9, "", &out, error), -1);
	assert_non_null(strstr(error, "目录"));
	buf_clear(&out);
	unlink(path);
	rmdir(dir);
}

/* A link to a file is one, and so is a pipe with something in it; nobody waits for a pipe's writer. */
static void test_what_kind(void **state)
{
	char dir[] = "/tmp/beiand-source-XXXXXX", path[64], link[64], error[CONF_ERROR_MAX];
	struct buf out = { 0 };
	int fds[2];
	(void)state;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_int_equal(source_read(path, 10, "", &out, error), -1);
	alarm(0);
	assert_non_null(strstr(error, "不是普通文件"));
	buf_clear(&out);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "text", 4), 4);
	close(fds[1]);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fds[0]);
	assert_int_equal(source_read(link, 10, "", &out, error), 0);
	assert_string_equal(out.p, "text");
	close(fds[0]);
	buf_clear(&out);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(source_read("/dev/zero", 10, "", &out, error), -1);
	assert_non_null(strstr(error, "不是普通文件"));
	buf_clear(&out);
	assert_int_equal(symlink("/proc/self/stat", link), 0);
	assert_int_equal(source_read(link, 4096, "", &out, error), 0);
	buf_clear(&out);
	unlink(path);
	unlink(link);
	rmdir(dir);
}

static void test_check(void **state)
{
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(source_check("t", "a\tb\r\n甲", 8, error), 0);
	assert_int_equal(source_check("t", "a\r", 2, error), 0);
	assert_int_equal(source_check("t", "a\rb", 3, error), -1);
	assert_int_equal(source_check("t", "a\n\x7f", 3, error), -1);
	assert_string_equal(error, "t:2: 有控制字符, 请删去");
	assert_int_equal(source_check("t", "\xe7\x94", 2, error), -1);
	assert_string_equal(error, "t:1: 不是 UTF-8 编码, 请另存为 UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_what_kind),
		cmocka_unit_test(test_check),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
