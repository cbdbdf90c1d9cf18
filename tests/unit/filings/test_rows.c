/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which form, which columns, and which rows are filings. */
#include "filings/rows.h"

#include "base/buf.h"
#include "tests/unit/filings/form.h"

static void test_kind_by_hand(void **state)
{
	struct filing_set s;
	(void)state;

	refused("APP名称,网址\n甲,a.cn\n", ANY, "请加 --kind provider");
	read_ok(&s, "APP名称,网址\n甲,a.cn\n", FILING_USER);
	assert_int_equal(s.kind, FILING_USER);
	expect(&s, 0, FILING_DOMAINS, "a.cn");
	filing_set_clear(&s);
	read_ok(&s, "移动应用名称,单位名称\n甲,教务处\n", FILING_PROVIDER);
	expect(&s, 0, FILING_OPERATOR, "教务处");
	filing_set_clear(&s);
	read_ok(&s, "应用名称,使用性质,是否集体决策\n甲,要求,是\n", ANY);
	assert_int_equal(s.kind, FILING_USER);
	filing_set_clear(&s);
}

static void test_headers(void **state)
{
	static const char *const same[] = { "主管单位-单位名称",      "主管单位/单位名称",
					    "主管单位：单位名称",     "主管单位 单位名称",
					    "\"主管单位\n单位名称\"", "＊主管单位（单位名称）" };
	struct filing_set s;
	(void)state;

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct buf b = { 0 };
		buf_printf(&b, "应用名称,%s\n甲,乙\n", same[i]);
		read_ok(&s, b.p, FILING_PROVIDER);
		expect(&s, 0, FILING_OPERATOR, "乙");
		filing_set_clear(&s);
		buf_clear(&b);
	}
	/* a title, an empty row and merged cells above the header */
	read_ok(&s,
		"教育移动应用提供者备案信息表,,,,\n,,,,\n主管单位,,开发者,,应用\n单位名称,单位性质,单位名称,"
		"单位性质,应用名称\n"
		"甲,企业,乙,企业,丙\n",
		ANY);
	assert_int_equal(s.kind, FILING_PROVIDER);
	assert_int_equal(s.row[0].row, 5);
	expect(&s, 0, FILING_OPERATOR, "甲");
	expect(&s, 0, FILING_DEVELOPER, "乙");
	expect(&s, 0, FILING_NAME, "丙");
	assert_int_equal(s.ignored_count, 2);
	assert_string_equal(s.ignored_column[0], "单位性质");
	filing_set_clear(&s);
}

/* The name's header merged over both rows: the second row is no data. */
static void test_second_header(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s,
		"应用名称,主管单位,,开发者,,域名\n,单位名称,单位性质,单位名称,联系人,\n丙,甲,企业,乙,某,c."
		"cn\n,戊,企业\n",
		FILING_PROVIDER);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.row[0].row, 3);
	expect(&s, 0, FILING_OPERATOR, "甲");
	expect(&s, 0, FILING_DEVELOPER, "乙");
	expect(&s, 0, FILING_CONTACT, "某");
	expect(&s, 0, FILING_DOMAINS, "c.cn");
	assert_int_equal(s.ignored_count, 1);
	assert_string_equal(s.ignored_column[0], "单位性质");
	assert_int_equal(s.problem_count, 1);
	expect_problem(&s, 0, 4, "应用名称", "应用名称为空", 1);
	filing_set_clear(&s);
	/* one word that looks like a header does not make a row one */
	read_ok(&s, "应用名称,ICP备案号,版本号\n,域名,1\n", ANY);
	assert_int_equal(s.count, 0);
	expect_problem(&s, 1, 2, "应用名称", "应用名称为空", 1);
	filing_set_clear(&s);
}

static void test_no_header(void **state)
{
	(void)state;
	refused("", ANY, "没有找到应用名称列");
	refused("\n\n", ANY, "见到的是: (空)");
	refused("单位,域名\n甲,a.cn\n", ANY, "见到的是: 单位, 域名, 甲, a.cn");
	refused("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n应用名称\n", FILING_USER, "前 10 行");
}

static void test_ragged(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s, "应用名称,ICP备案号,域名\n甲\n乙,,b.cn,,\n丙,,c.cn,多\n,,d.cn\n\n,,\n丁,,e.cn\n", ANY);
	assert_int_equal(s.count, 3);
	expect(&s, 0, FILING_NAME, "甲");
	expect(&s, 1, FILING_DOMAINS, "b.cn");
	assert_int_equal(s.row[2].row, 8); /* as a spreadsheet counts, empty rows included */
	assert_int_equal(s.problem_count, 2);
	expect_problem(&s, 0, 4, NULL, "有 4 个单元格, 表头只有 3 列", 1);
	expect_problem(&s, 1, 5, "应用名称", "应用名称为空", 1);
	filing_set_clear(&s);
}

static void test_repeats(void **state)
{
	struct filing_set s;
	struct buf b = { 0 };
	(void)state;

	buf_puts(&b, "应用名称,域名\n");
	for (int i = 0; i < 3000; i++)
		buf_printf(&b, "应用%d,a%d.cn\n", i, i);
	buf_puts(&b, "应用7 ,a7.cn\n应用7,other.cn\n");
	read_ok(&s, b.p, FILING_USER);
	assert_int_equal(s.count, 3001);
	assert_int_equal(s.problem_count, 1);
	expect_problem(&s, 0, 3002, NULL, "与第 9 行完全相同", 0);
	filing_set_clear(&s);
	buf_clear(&b);
}

static void test_wrong_kind(void **state)
{
	struct filing_set s;
	(void)state;

	refused("所用应用,使用场景,是否集体决策\n甲,教学,是\n", FILING_PROVIDER,
		"列名「所用应用」「是否集体决策」是使用者备案表的, 与 --kind provider 不符: 请去掉 --kind, "
		"或改为 "
		"--kind user");
	refused("单位名称,填报日期,移动应用名称,工作QQ\n教务处,2026-01-01,甲,1\n", FILING_PROVIDER,
		"列名「填报日期」「移动应用名称」「工作QQ」是自查情况表的");
	refused("应用,主管单位,\n所用应用,使用性质,域名\n甲,要求,a.cn\n", FILING_PROVIDER, "--kind user");
	/* the name merged over two rows of the header */
	refused("所用应用,应用,\n,使用性质,是否集体决策\n甲,要求,是\n", FILING_PROVIDER, "--kind user");
	/* a school's own columns do not make it another form */
	read_ok(&s, "应用名称,填报单位,填报日期\n甲,教务处,2026-01-01\n", FILING_PROVIDER);
	filing_set_clear(&s);
	read_ok(&s, "应用名称,版本号,使用对象,使用性质,是否集体决策\n甲,1,学生,要求,是\n", FILING_PROVIDER);
	filing_set_clear(&s);
	read_ok(&s, "所用应用,使用场景,是否集体决策\n甲,教学,是\n", FILING_USER);
	filing_set_clear(&s);
}

static void test_no_apps(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s,
		"序号,应用名称,域名,版本号\n1,甲,a.cn,1\n2,小计,2,\n3,合计,b.cn,\n合计,12,无,\n,注：一式两份,"
		",\n"
		"填表说明：如实填写\n4,注册中心,c.cn,\n5,说明,d.cn,\n",
		FILING_PROVIDER);
	assert_int_equal(s.count, 4);
	expect(&s, 0, FILING_NAME, "甲");
	expect(&s, 1, FILING_NAME, "合计"); /* with a domain of its own */
	expect(&s, 2, FILING_NAME, "注册中心");
	expect(&s, 3, FILING_NAME, "说明");
	assert_int_equal(s.problem_count, 4);
	expect_problem(&s, 0, 3, "应用名称", "不是应用: 这一行是合计", 1);
	expect_problem(&s, 1, 5, "应用名称", "不是应用: 这一行是合计", 1);
	expect_problem(&s, 2, 6, "应用名称", "不是应用: 这一行是说明文字", 1);
	expect_problem(&s, 3, 7, "应用名称", "不是应用: 这一行是说明文字", 1);
	filing_set_clear(&s);
}

/* S3 附件1 asks for 单位名称 of the 主管单位, then of the 开发者. */
static void test_two_units(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s, "单位名称,单位性质,单位名称,应用名称,版本号\n甲,学校,乙,丙,1\n", ANY);
	assert_int_equal(s.kind, FILING_PROVIDER);
	expect(&s, 0, FILING_OPERATOR, "甲");
	expect(&s, 0, FILING_DEVELOPER, "乙");
	filing_set_clear(&s);
	read_ok(&s, "主管单位单位名称,单位名称,应用名称\n甲,乙,丙\n", FILING_PROVIDER);
	expect(&s, 0, FILING_OPERATOR, "甲");
	expect(&s, 0, FILING_DEVELOPER, "乙");
	filing_set_clear(&s);
	/* where the developer has a column, or a merged header says whose they are, order says nothing */
	read_ok(&s, "单位名称,单位名称,开发公司,应用名称\n甲,乙,丁,丙\n", FILING_PROVIDER);
	expect(&s, 0, FILING_OPERATOR, "甲; 乙");
	expect(&s, 0, FILING_DEVELOPER, "丁");
	filing_set_clear(&s);
	read_ok(&s, "主管单位,,应用\n单位名称,单位名称,应用名称\n甲,乙,丙\n", FILING_PROVIDER);
	expect(&s, 0, FILING_OPERATOR, "甲; 乙");
	expect(&s, 0, FILING_DEVELOPER, NULL);
	filing_set_clear(&s);
	read_ok(&s, "开发者,主管单位,应用\n单位名称,单位名称,应用名称\n甲,乙,丙\n", FILING_PROVIDER);
	expect(&s, 0, FILING_OPERATOR, "乙");
	expect(&s, 0, FILING_DEVELOPER, "甲");
	filing_set_clear(&s);
}

/* S3 附件1: what an app takes, alone or below its merged header, written out or ticked. */
static void test_permissions(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "应用名称,获取的权限\n甲,位置、相机\n", "位置、相机" },
		{ "应用名称,获取的权限\n甲,☑位置 □相机 ☑麦克风\n", "位置,麦克风" },
		{ "应用,\n应用名称,获取的权限\n甲,无\n", "无" },
		{ "应用名称,获取的权限\n甲,\n", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filing_set s;
		read_ok(&s, rows[i].text, ANY);
		assert_int_equal(s.kind, FILING_PROVIDER);
		expect(&s, 0, FILING_PERMISSIONS, rows[i].want);
		assert_int_equal(s.ignored_count, 0);
		filing_set_clear(&s);
	}
}

/* What an export writes is read back: every column, and each row as the form that it is of. */
static void test_export_comes_back(void **state)
{
	struct buf b = { 0 };
	struct filing_set s;
	(void)state;

	buf_puts(&b, FILINGS_KIND_HEADER);
	for (int f = 0; f < FILING_FIELD_COUNT; f++)
		buf_printf(&b, ",%s", filing_field_zh((enum filing_field)f));
	buf_puts(&b, "\n提供者备案,甲\n使用者备案,乙\n自查,丙\n");
	read_ok(&s, b.p, ANY);
	for (size_t i = 0; i < s.ignored_count; i++)
		fail_msg("an export's column is not read: %s", s.ignored_column[i]);
	assert_int_equal(s.kind, FILING_PROVIDER);
	assert_int_equal(s.count, 1);
	expect(&s, 0, FILING_NAME, "甲");
	assert_int_equal(s.problem_count, 2);
	expect_problem(&s, 0, 3, FILINGS_KIND_HEADER, "--kind user", 1);
	expect_problem(&s, 1, 4, FILINGS_KIND_HEADER, "--kind selfcheck", 1);
	filing_set_clear(&s);
	read_ok(&s, b.p, FILING_USER);
	assert_int_equal(s.count, 1);
	expect(&s, 0, FILING_NAME, "乙");
	filing_set_clear(&s);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kind_by_hand),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_second_header),
		cmocka_unit_test(test_no_header),
		cmocka_unit_test(test_ragged),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_wrong_kind),
		cmocka_unit_test(test_no_apps),
		cmocka_unit_test(test_two_units),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_export_comes_back),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
