/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

#include "ctl/print.h"

enum { TEXT_MAX_BYTES = 16384 };

/* `text`: a JSON object in each of its lines. */
static void child_prints(const char *command, const char *text)
{
	void *p = print_new(command, false, -1);
	char *lines = strdup(text ? text : ""), *at = lines;

	while (at && *at) {
		char *line = strsep(&at, "\n");
		print_line(p, line);
	}
	free(lines);
	_exit(print_end(p, true) == 0 && fflush(stdout) == 0 ? 0 : 1);
}

/* What a command's line looks like on a terminal of that width, or through a pipe (width 0); borrowed until
 * the next call. */
static const char *shown(const char *command, const char *line, int width)
{
	static char text[TEXT_MAX_BYTES];
	struct winsize size = { .ws_col = (unsigned short)width, .ws_row = 50 };
	int ends[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t child;

	if (width > 0)
		assert_int_equal(openpty(&ends[0], &ends[1], NULL, NULL, &size), 0);
	else
		assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		child_prints(command, line);
	}
	close(ends[1]);
	while (used < sizeof(text) - 1 && (n = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return text;
}

/* The widest line in terminal columns, and how many lines there are. */
static int widest(const char *text, int *lines)
{
	wchar_t *wide = calloc(strlen(text) + 1, sizeof(*wide));
	int max = 0, at = 0;

	assert_non_null(wide);
	assert_int_not_equal(mbstowcs(wide, text, strlen(text) + 1), (size_t)-1);
	*lines = 0;
	for (const wchar_t *c = wide; *c; c++) {
		at = *c == L'\n' ? 0 : *c == L'\r' ? at : at + wcwidth(*c);
		max = at > max ? at : max;
		*lines += *c == L'\n';
	}
	free(wide);
	return max;
}

static const char alert[] =
	"{\"v\":1,\"alert\":\"d6aa5bd7-03fc-4d7a-b31f-6394d42c0d91\",\"state\":\"open\",\"severity\":"
	"\"high\",\"app\":\"A1\","
	"\"title\":\"疑似未备案,待核: 支付宝小程序 2021000000000013\",\"clients\":4,"
	"\"cites\":[\"教技司〔2019〕265号 三(二)\",\"湖南科技大学自查整改通知(2019) 二(三)1\"],"
	"\"first\":\"2026-11-21T20:56:58.000000Z\",\"last\":\"2026-11-21T20:57:01.000000Z\"}";
static const char step[] =
	"{\"v\":1,\"step\":\"rule\",\"text\":\"触发规则 R01(级别高):选用的教育应用, 其提供者应已完成备案; "
	"未备案的不得选用, "
	"在用的应督促提供者备案或停用。小程序、企业号由平台方统一报送, 名录中查不到须先核实。\"}";

static void test_a_terminal_is_wide_enough(void **state)
{
	int lines;
	(void)state;
	assert_in_range(widest(shown("alerts", alert, 100), &lines), 60, 100);
	assert_in_range(lines, 3, 8);
	assert_in_range(widest(shown("alerts", alert, 120), &lines), 60, 120);
	assert_in_range(widest(shown("explain", step, 80), &lines), 60, 80);
	assert_in_range(lines, 3, 6);
}

/* On a terminal too narrow for the table its rows run over, rather than stand in columns two characters wide.
 */
static void test_too_narrow_for_columns(void **state)
{
	int lines;
	(void)state;
	assert_in_range(widest(shown("alerts", alert, 80), &lines), 120, 200);
	assert_int_equal(lines, 2);
}

static void test_a_pipe_gets_whole_rows(void **state)
{
	int lines;
	(void)state;
	widest(shown("alerts", alert, 0), &lines);
	assert_int_equal(lines, 2);
	assert_non_null(strstr(shown("explain", step, 0), "名录中查不到须先核实。"));
}

/* The section of the register is called 备案登记; an app with this status is 已备案 here as everywhere. */
static void test_counts_by_status_read_as_statuses(void **state)
{
	const char *text =
		shown("status", "{\"v\":1,\"filed\":{\"rows\":7},\"apps\":{\"filed\":5,\"unfiled\":14}}", 0);
	(void)state;
	assert_non_null(strstr(text, "已备案 5; 疑似未备案 14"));
	assert_non_null(strstr(text, "备案登记: 行数 7"));
}

static void test_empty_list_says_so(void **state)
{
	(void)state;
	assert_string_equal(shown("apps", NULL, 0), "(没有)\n");
	assert_string_equal(shown("reload", NULL, 0), "");
}

static const char probed[] =
	"{\"v\":1,\"job\":3,\"name\":\"jw.example.edu.cn\",\"probe\":\"certificate\",\"outcome\":\"done\"}\n"
	"{\"v\":1,\"job\":4,\"name\":\"jw.example.edu.cn\",\"probe\":\"nobody\",\"outcome\":\"robots\"}\n"
	"{\"v\":1,\"fact\":\"icp-number\",\"subject\":\"jw.example.edu.cn\",\"value\":\"ICP1\"}\n"
	"{\"v\":1,\"transcript_of\":3,\"outcome\":\"done\",\"transcript\":\"GET /\\n200 \\u001b[2J\\n\"}\n"
	"{\"v\":1,\"transcript_of\":4,\"outcome\":\"robots\",\"transcript\":\"last\"}";

/* One long value does not pad the rows of all others; on a wide terminal it wraps, and is whole. */
static void test_a_long_fact_is_cut_where_nothing_wraps(void **state)
{
	static const char row[] = "{\"v\":1,\"fact\":\"title\",\"subject\":\"a.cn\",\"value\":\"%s%s\"}\n"
				  "{\"v\":1,\"fact\":\"title\",\"subject\":\"b.cn\",\"value\":\"短\"}";
	char text[2048], value[400] = "";
	const char *out;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		memcpy(value + 3 * i, "长", 4);
	snprintf(text, sizeof(text), row, value, "尾");
	out = shown("probes", text, 0);
	assert_non_null(strstr(out, "长…"));
	assert_null(strstr(out, "尾"));
	for (const char *line = out; *line; line = strchr(line, '\n') + 1)
		assert_true(strchr(line, '\n') - line < 300);
	assert_non_null(strstr(shown("probes", text, 160), "尾"));
	value[3 * 29] = '\0'; /* 60 columns: just as many */
	snprintf(text, sizeof(text), row, value, "尾");
	assert_non_null(strstr(shown("probes", text, 0), "长尾"));
}

/* Jobs, facts and transcripts, each in its form and in this order. */
static void test_a_probe_shows_jobs_facts_and_transcripts(void **state)
{
	const char *text = shown("probe", probed, 0), *at = text;
	static const char *const order[] = { "证书",      "完成", "nobody",    "robots.txt 不许",
					     "ICP备案号", "ICP1", "  GET /\n", "  200 \\x1b[2J\n",
					     "  last\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const char *found = strstr(at, order[i]);
		if (found == NULL)
			fail_msg("%s is missing, or too early, in:\n%s", order[i], text);
		at = found;
	}
	assert_null(strchr(text, 0x1b));
}

static void test_what_is_not_asked_reads_as_reasons(void **state)
{
	const char *text =
		shown("probe --dry-run",
		      "{\"v\":1,\"probing\":\"off\",\"asked\":4,\"unasked\":{\"opted-out\":2}}", 0);

	(void)state;
	assert_non_null(strstr(text, "未启用"));
	assert_non_null(strstr(text, "不问: 对方已退出 2"));
}

/* A blank line parts what stands together from what comes next, and only that. */
static void test_one_blank_line_between(void **state)
{
	const char *text = shown("explain",
				 "{\"v\":1,\"name\":\"a.cn\"}\n"
				 "{\"v\":1,\"facts\":[{\"fact\":\"form-field\",\"value\":\"login\"}]}\n"
				 "{\"v\":1,\"step\":\"learnt\",\"text\":\"b\"}",
				 0);

	(void)state;
	assert_string_equal(text, "名称: a.cn\n\n事实\n事实         值\n表单个人信息 登录\n\n"
				  "步骤     说明\n探测所见 b\n");
}

static void test_counts_say_what_they_count(void **state)
{
	const char *text = shown("probes",
				 "{\"v\":1,\"manners\":{\"waits\":2,\"requests\":0},\"held_total\":1}\n"
				 "{\"v\":1,\"held\":\"a.cn\",\"reason\":\"failing\",\"failures\":3}",
				 0);

	(void)state;
	assert_non_null(strstr(text, "因预算或间隔而等待的次数"));
	assert_null(strstr(text, "requests"));
	assert_non_null(strstr(text, "屡次失败"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_list_says_so),
		cmocka_unit_test(test_a_terminal_is_wide_enough),
		cmocka_unit_test(test_too_narrow_for_columns),
		cmocka_unit_test(test_a_pipe_gets_whole_rows),
		cmocka_unit_test(test_counts_by_status_read_as_statuses),
		cmocka_unit_test(test_a_long_fact_is_cut_where_nothing_wraps),
		cmocka_unit_test(test_a_probe_shows_jobs_facts_and_transcripts),
		cmocka_unit_test(test_what_is_not_asked_reads_as_reasons),
		cmocka_unit_test(test_one_blank_line_between),
		cmocka_unit_test(test_counts_say_what_they_count),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
