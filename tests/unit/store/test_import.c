/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Imports are versions that can be listed and taken back; a missing filing resolves its alert at once. */
#include "tests/unit/store/fixture.h"

static const char head[] = "应用名称,单位名称,教育APP备案号,域名,联系人\n";

/* Imports text as a file of that name. The exit code. */
static int import_as(const char *name, const char *text, const char *option)
{
	char path[160];
	int fd, code;

	snprintf(path, sizeof(path), "%s/%s", fx.folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	lseek(fd, 0, SEEK_SET);
	if (option)
		code = fx_ask(fd, "filings import", "--kind", "provider", option, path, NULL);
	else
		code = fx_ask(fd, "filings import", "--kind", "provider", path, NULL);
	close(fd);
	return code;
}

static int import(const char *name, const char *rows)
{
	struct buf text = { 0 };
	int code;

	buf_printf(&text, "%s%s", head, rows);
	code = import_as(name, text.p, NULL);
	buf_clear(&text);
	if (code != 0 && strstr(fx.error, "试验") == NULL)
		print_message("%s\n", fx.error);
	return code;
}

/* The summary is the last line. */
static void expect(int added, int changed, int unchanged, int refused)
{
	json_t *line = fx_line(fx_line_count() - 1);

	assert_int_equal(json_integer_value(json_object_get(line, "added")), added);
	assert_int_equal(json_integer_value(json_object_get(line, "changed")), changed);
	assert_int_equal(json_integer_value(json_object_get(line, "unchanged")), unchanged);
	assert_int_equal(json_integer_value(json_object_get(line, "refused")), refused);
	json_decref(line);
}

static bool current(const char *text)
{
	assert_int_equal(fx_ask(-1, "filings list", NULL), 0);
	return fx_says(text);
}

static void same_file_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,张三\n"), 0);
	expect(1, 0, 0, 0);
	assert_int_equal(import("b.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,张三\n"), 0);
	expect(0, 0, 1, 0);
	assert_true(fx_says("\"repeated\":true"));
	assert_int_equal(fx_number(STMT_STATUS_ROWS), 1);
	assert_int_equal(fx_ask(-1, "filings list", "--imports", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
	assert_true(fx_says("\"file\":\"a.csv\""));
	assert_false(fx_says(fx.folder));
}

static void newer_version_supersedes_and_undo_restores(void **state)
{
	(void)state;
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,\n"
					 "图书通,示例大学,教APP备1100002号,lib.example.edu.cn,\n"),
			 0);
	assert_int_equal(import("b.csv", "教务通,示例大学,教APP备1100001号,new.example.edu.cn,\n"
					 "后勤通,示例大学,教APP备1100003号,hq.example.edu.cn,\n"),
			 0);
	expect(1, 1, 0, 0);
	assert_int_equal(fx_number(STMT_STATUS_CURRENT), 3); /* what the second file lacks stays */
	assert_true(current("new.example.edu.cn"));
	assert_false(current("jw.example.edu.cn"));
	assert_int_equal(fx_ask(-1, "filings undo", "2", NULL), 0);
	assert_int_equal(fx_number(STMT_STATUS_CURRENT), 2);
	assert_true(current("jw.example.edu.cn"));
	assert_false(current("后勤通"));
	assert_int_equal(fx_ask(-1, "filings undo", "2", NULL), 1);
	assert_non_null(strstr(fx.error, "已经撤销过"));
	assert_int_equal(fx_ask(-1, "filings undo", "9", NULL), 1);
	assert_int_equal(fx_ask(-1, "filings undo", "x", NULL), 2);
	assert_int_equal(import("b.csv", "教务通,示例大学,教APP备1100001号,new.example.edu.cn,\n"
					 "后勤通,示例大学,教APP备1100003号,hq.example.edu.cn,\n"),
			 0); /* once taken back it can come again */
	expect(1, 1, 0, 0);
}

static void older_file_again_says_what_stands(void **state)
{
	(void)state;
	assert_int_equal(import("a.csv", "教务,示例大学,教APP备1100001号,a.example.com,\n"), 0);
	assert_int_equal(import("a.csv", "教务,示例大学,教APP备1100001号,a.example.com,\n"), 0);
	assert_true(fx_says("\"repeated\":true"));
	assert_false(fx_says("filings undo"));
	assert_int_equal(import("b.csv", "教务,示例大学,教APP备1100001号,b.example.com,\n"), 0);
	assert_int_equal(import("a.csv", "教务,示例大学,教APP备1100001号,a.example.com,\n"), 0);
	assert_true(fx_says("\"repeated\":true"));
	assert_true(fx_says("最近是第 2 次"));
	assert_true(current("b.example.com"));
}

/* A row that the later import only repeated stays when the earlier one is taken back. */
static void repeated_row_belongs_to_both(void **state)
{
	(void)state;
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,\n"), 0);
	assert_int_equal(import("b.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,\n"
					 "后勤通,示例大学,教APP备1100003号,hq.example.edu.cn,\n"),
			 0);
	expect(1, 0, 1, 0);
	assert_int_equal(fx_ask(-1, "filings undo", "1", NULL), 0);
	assert_int_equal(fx_number(STMT_STATUS_CURRENT), 2);
}

/* One number, two platforms, two rows: both are kept. */
static void rows_of_one_number_are_kept_apart(void **state)
{
	static const char rows[] = "教务通,示例大学,教APP备1100001号,ios.example.edu.cn,\n"
				   "教务通,示例大学,教APP备1100001号,android.example.edu.cn,\n";

	(void)state;
	assert_int_equal(import("a.csv", rows), 0);
	expect(2, 0, 0, 0);
	assert_true(current("ios.example.edu.cn"));
	assert_true(current("android.example.edu.cn"));
}

static void dry_run_touches_nothing(void **state)
{
	struct buf text = { 0 };

	(void)state;
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,\n"), 0);
	buf_printf(&text,
		   "%s教务通,示例大学,教APP备1100001号,new.example.edu.cn,\n后勤通,示例大学,,hq.example.edu."
		   "cn,\n",
		   head);
	assert_int_equal(import_as("b.csv", text.p, "--dry-run"), 0);
	buf_clear(&text);
	expect(1, 1, 0, 0);
	assert_true(fx_says("\"dry_run\":true"));
	assert_true(fx_says("\"change\":\"changed\""));
	assert_true(fx_says("\"fields\":[\"domains\"]"));
	assert_int_equal(fx_number(STMT_STATUS_IMPORTS), 1);
	assert_int_equal(fx_number(STMT_STATUS_ROWS), 1);
}

static void bad_rows_are_named_and_good_ones_go_in(void **state)
{
	(void)state;
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,\n"
					 ",示例大学,教APP备1100002号,lib.example.edu.cn,\n"),
			 0);
	expect(1, 0, 0, 1);
	assert_true(fx_says("\"problem\":{\"row\":3,"));
	assert_true(fx_says("\"refused\":true"));
}

/* Every column that an import reads is kept, and comes out again. */
static void permissions_are_kept(void **state)
{
	(void)state;
	assert_int_equal(
		import_as("a.csv", "应用名称,单位名称,获取的权限\n教务通,示例大学,位置、相机\n", NULL), 0);
	assert_int_equal(fx_ask(-1, "filings list", NULL), 0);
	assert_true(fx_says("\"permissions\":\"位置、相机\""));
	assert_int_equal(
		import_as("b.csv", "应用名称,单位名称,获取的权限\n教务通,示例大学,位置\n", "--dry-run"), 0);
	assert_true(fx_says("\"fields\":[\"permissions\"]"));
}

static void what_is_no_register_is_refused(void **state)
{
	(void)state;
	assert_int_equal(import_as("x.csv", "", NULL), 1);
	assert_non_null(strstr(fx.error, "x.csv"));
	assert_int_equal(import_as("x.csv", "a,b,c\n1,2,3\n", NULL), 1);
	assert_int_equal(fx_number(STMT_STATUS_IMPORTS), 0);
	assert_int_equal(fx_ask(-1, "filings import", "--kind", "nothing", "x.csv", NULL), 2);
	assert_int_equal(fx_ask(-1, "filings import", "x.csv", NULL), 1); /* no descriptor came */
}

static void filing_resolves_its_alert_at_once(void **state)
{
	struct observation o[2] = { fx_host("jw.example.edu.cn", 5), fx_host("lib.example.edu.cn", 5) };
	int64_t sent;

	(void)state;
	fx_capture("a", o, 2);
	assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 2);
	sent = fx_number(STMT_OUTBOX_PENDING);
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,张三\n"), 0);
	assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 1);
	assert_int_equal(fx_number(STMT_OUTBOX_PENDING), sent + 2);
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_true(fx_says("\"why\":\"filed\""));
	assert_true(fx_says("第 1 次导入 a.csv"));
	assert_int_equal(fx_ask(-1, "filings undo", "1", NULL), 0); /* and it is missing again */
	assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 2);
	assert_int_equal(fx_ask(-1, "alerts", "--all", NULL), 0);
	assert_int_equal(fx_line_count(), 3);
}

static void contacts_leave_in_an_export_only(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);

	(void)state;
	fx_capture("a", &o, 1);
	assert_int_equal(import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,张三\n"), 0);
	assert_int_equal(fx_ask(-1, "filings list", NULL), 0);
	assert_false(fx_says("张三"));
	assert_int_equal(fx_ask(-1, "app", "A1", NULL), 0);
	assert_false(fx_says("张三"));
	assert_int_equal(fx_ask(-1, "filings export", "out.csv", NULL), 0);
	assert_true(fx_says("张三"));
	assert_true(fx_says("{\"v\":1,\"filing\":{\"kind\":\"provider\",\"name\":\"教务通\""));
}

/* Any failing statement leaves the register and the alerts as they were. */
static void import_is_all_or_nothing(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	unsigned nth = 0;
	int code;

	(void)state;
	fx_capture("a", &o, 1);
	do {
		db_fail_at(fx.store->db, ++nth);
		code = import("a.csv", "教务通,示例大学,教APP备1100001号,jw.example.edu.cn,张三\n");
		db_fail_at(fx.store->db, 0);
		if (code != 0) {
			assert_int_equal(fx_number(STMT_STATUS_ROWS), 0);
			assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 1);
		}
	} while (code != 0 && nth < 200);
	assert_in_range(nth, 15, 199);
	assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(same_file_changes_nothing),
		FX_TEST(newer_version_supersedes_and_undo_restores),
		FX_TEST(older_file_again_says_what_stands),
		FX_TEST(repeated_row_belongs_to_both),
		FX_TEST(rows_of_one_number_are_kept_apart),
		FX_TEST(dry_run_touches_nothing),
		FX_TEST(bad_rows_are_named_and_good_ones_go_in),
		FX_TEST(permissions_are_kept),
		FX_TEST(what_is_no_register_is_refused),
		FX_TEST(filing_resolves_its_alert_at_once),
		FX_TEST(contacts_leave_in_an_export_only),
		FX_TEST(import_is_all_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
