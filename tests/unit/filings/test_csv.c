/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register's forms from CSV, by the shipped header words (run from the root of the tree). */
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

static int load(void **state)
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

static int unload(void **state)
{
	(void)state;
	data_clear(&data);
	return 0;
}

static int read_bytes(struct filing_set *s, const void *bytes, size_t n, enum filing_kind kind, char *error)
{
	error[0] = '\0';
	return filings_read_csv(s, bytes, n, kind, &data.aliases, error);
}

static void read_ok(struct filing_set *s, const char *text, enum filing_kind kind)
{
	char error[CONF_ERROR_MAX];
	if (read_bytes(s, text, strlen(text), kind, error) != 0)
		fail_msg("%s", error);
}

static void refused(const char *text, enum filing_kind kind, const char *want)
{
	struct filing_set s;
	char error[CONF_ERROR_MAX];

	assert_int_equal(read_bytes(&s, text, strlen(text), kind, error), -1);
	if (strstr(error, want) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", want, error);
	assert_null(s.row);
	assert_null(s.charset);
}

static void expect(const struct filing_set *s, size_t row, enum filing_field f, const char *want)
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

static void expect_problem(const struct filing_set *s, size_t i, unsigned row, const char *column,
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

static const char provider[] =
	"应用名称,主管单位-单位名称,开发者-单位名称,域名(选填),ICP备案编号,等级保护备案号,小程序AppID,"
	"安卓包名,Bundle ID,教育App备案号\n"
	"云上校园,示例教育公司,示例软件公司,https://App.Example.com:8443/"
	"x?y=1、*.cdn.example.com,京ICP备12345678号-1,"
	"11010100001-20001,wx0123456789abcdef,com.example.app,com.example.App,教APP备1100001号\n";

static void test_provider(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s, provider, ANY);
	assert_int_equal(s.kind, FILING_PROVIDER);
	assert_string_equal(s.charset, "UTF-8");
	assert_int_equal(s.count, 1);
	assert_int_equal(s.problem_count, 0);
	assert_int_equal(s.ignored_count, 0);
	assert_int_equal(s.row[0].row, 2);
	expect(&s, 0, FILING_NAME, "云上校园");
	expect(&s, 0, FILING_OPERATOR, "示例教育公司");
	expect(&s, 0, FILING_DEVELOPER, "示例软件公司");
	expect(&s, 0, FILING_DOMAINS, "app.example.com,*.cdn.example.com");
	expect(&s, 0, FILING_ICP, "京ICP备12345678号-1");
	expect(&s, 0, FILING_DJBH, "11010100001-20001");
	expect(&s, 0, FILING_APPIDS, "wx0123456789abcdef");
	expect(&s, 0, FILING_PACKAGES, "com.example.app");
	expect(&s, 0, FILING_BUNDLES, "com.example.App");
	expect(&s, 0, FILING_NUMBER, "教APP备1100001号");
	filing_set_clear(&s);
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(provider); n++) {
		struct filing_set s;
		char error[CONF_ERROR_MAX], *exact = xmalloc(n > 0 ? n : 1);
		int rc;
		memcpy(exact, provider, n);
		rc = read_bytes(&s, exact, n, ANY, error);
		assert_true(rc == 0 || (rc == -1 && error[0] != '\0'));
		filing_set_clear(&s);
		free(exact);
	}
}

static void test_user_and_selfcheck(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s,
		"所用应用,单位名称,使用对象,使用性质,是否集体决策,是否签订协议/合同\n"
		"云上校园,教务处,学生,☑要求 □推荐,是√ 否□,(√)有 ( )没有\n",
		ANY);
	assert_int_equal(s.kind, FILING_USER);
	expect(&s, 0, FILING_UNIT, "教务处");
	expect(&s, 0, FILING_OPERATOR, NULL);
	expect(&s, 0, FILING_NATURE, "要求");
	expect(&s, 0, FILING_COLLECTIVE, "是");
	expect(&s, 0, FILING_AGREEMENT, "有");
	filing_set_clear(&s);

	read_ok(&s,
		"单位名称,填报日期,移动应用名称,联系人,联系电话,部署系统,部署位置,使用性质,集体决策\n"
		"学工处,2019-12-01,易班,张三,0731-0000000,■安卓APP □苹果APP ■公众号,□校内 ☑校外,□要求 "
		"□仅推荐,有\n",
		ANY);
	assert_int_equal(s.kind, FILING_SELFCHECK);
	expect(&s, 0, FILING_NAME, "易班");
	expect(&s, 0, FILING_UNIT, "学工处");
	expect(&s, 0, FILING_DEPLOYMENT, "安卓APP,公众号; 校外");
	expect(&s, 0, FILING_NATURE, NULL);
	expect(&s, 0, FILING_COLLECTIVE, "有");
	expect(&s, 0, FILING_CONTACT, "张三; 0731-0000000");
	filing_set_clear(&s);
}

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

static void test_separators(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s, "应用名称;ICP备案号;域名\n甲;京ICP备12345678号;a.cn,b.cn\n", ANY);
	expect(&s, 0, FILING_DOMAINS, "a.cn,b.cn");
	filing_set_clear(&s);
	read_ok(&s, "表\n\"应用名称\"\tICP备案号\n甲\t京ICP备12345678号\n", ANY);
	expect(&s, 0, FILING_ICP, "京ICP备12345678号");
	filing_set_clear(&s);
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

static void test_bad_cells(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s,
		"应用名称,域名,小程序appid,安卓包名,教育App备案号,ICP备案号\n"
		"甲,\"a.cn, not a domain\",wx123,com..x,京ICP备12345678号,无\n"
		"乙\x01,b.cn\n"
		"丙,203.0.113.7,WX0123456789ABCDEF,无,无,12345\n",
		FILING_PROVIDER);
	assert_int_equal(s.count, 2);
	expect(&s, 0, FILING_DOMAINS, "a.cn");
	expect(&s, 0, FILING_APPIDS, NULL);
	expect(&s, 0, FILING_NUMBER, NULL);
	expect(&s, 1, FILING_APPIDS, "wx0123456789abcdef");
	expect_problem(&s, 0, 2, "域名", "「not」不是域名", 0);
	expect_problem(&s, 1, 2, "小程序appid", "「wx123」不是微信标识", 0);
	expect_problem(&s, 2, 2, "安卓包名", "「com..x」不是安卓包名", 0);
	expect_problem(&s, 3, 2, "教育App备案号", "是 ICP 备案号, 请填到 ICP 备案号列", 0);
	expect_problem(&s, 4, 3, "应用名称", "控制字符", 0);
	expect_problem(&s, 5, 3, "应用名称", "应用名称为空或不可用", 1);
	expect_problem(&s, 6, 4, "域名", "是 IP 地址", 0);
	expect_problem(&s, 7, 4, "ICP备案号", "不是 ICP 备案号", 0);
	assert_int_equal(s.problem_count, 8);
	filing_set_clear(&s);
}

static void test_quotes(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s,
		"应用名称,版本号,域名\r\n"
		"\"甲\r\n\"\"一\"\"\",\"1,2\",a.cn\r\n" /* row 2, two lines */
		"=\"007\",'08,\"=\"\"09\"\"\"\r\n"      /* row 3, Excel's ways */
		"乙\"x\",1,b.cn\r\n"                    /* row 4, stray quotes */
		"\"丙,1,c.cn\r\n"                       /* row 5, not closed */
		"丁,\"1\"2,d.cn\r\n"                    /* row 6 */
		"戊,1,e.cn\r\n"
		"\"己",
		FILING_PROVIDER);
	assert_int_equal(s.count, 3);
	expect(&s, 0, FILING_NAME, "甲 \"一\"");
	expect(&s, 0, FILING_VERSION, "1,2");
	expect(&s, 1, FILING_NAME, "007");
	expect(&s, 1, FILING_VERSION, "08");
	assert_int_equal(s.row[1].row, 3);
	expect(&s, 2, FILING_NAME, "戊");
	assert_int_equal(s.row[2].row, 7);
	expect_problem(&s, 0, 3, "域名", "「09」不是域名", 0);
	expect_problem(&s, 1, 4, NULL, "引号不成对", 1);
	expect_problem(&s, 2, 5, NULL, "引号不成对", 1);
	expect_problem(&s, 3, 6, NULL, "引号不成对", 1);
	expect_problem(&s, 4, 8, NULL, "引号不成对", 1);
	assert_int_equal(s.problem_count, 5);
	filing_set_clear(&s);
}

static void test_newlines(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct filing_set s;
		struct buf b = { 0 };
		buf_printf(&b, "应用名称,域名%s%s甲,a.cn%s乙,b.cn", ends[i], ends[i], ends[i]);
		read_ok(&s, b.p, FILING_USER);
		assert_int_equal(s.count, 2);
		assert_int_equal(s.row[0].row, 3);
		assert_int_equal(s.row[1].row, 4);
		filing_set_clear(&s);
		buf_clear(&b);
	}
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

static void test_charsets(void **state)
{
	/* 应用名称,ICP备案号 / 教务通, in GB18030, with a four-byte character (U+20BB7) in the name */
	static const char gb[] = "\xd3\xa6\xd3\xc3\xc3\xfb\xb3\xc6,ICP\xb1\xb8\xb0\xb8\xba\xc5\n"
				 "\xbd\xcc\xce\xf1\xcd\xa8\x95\x34\xb2\x35,\n";
	static const char utf16[] = "\xff\xfe\x94\x5e\x28\x75\x0d\x54\xf0\x79\x0a\x00\x32\x75\x0a\x00";
	char bad[sizeof(gb)], error[CONF_ERROR_MAX];
	struct filing_set s;
	(void)state;

	assert_int_equal(read_bytes(&s, gb, sizeof(gb) - 1, ANY, error), 0);
	assert_string_equal(s.charset, "GB18030");
	expect(&s, 0, FILING_NAME, "教务通𠮷");
	filing_set_clear(&s);

	assert_int_equal(read_bytes(&s, utf16, sizeof(utf16) - 1, FILING_USER, error), 0);
	assert_string_equal(s.charset, "UTF-16");
	expect(&s, 0, FILING_NAME, "甲");
	filing_set_clear(&s);

	/* the only row is broken: nothing can go in */
	memcpy(bad, gb, sizeof(gb));
	bad[19] = '\xff';
	assert_int_equal(read_bytes(&s, bad, sizeof(gb) - 1, ANY, error), -1);
	assert_non_null(strstr(error, "第 1 行第 3 字节不是 UTF-8, 第 2 行第 1 字节不是 GB18030"));

	read_ok(&s, "\xef\xbb\xbf应用名称,ICP备案号\n甲\n", ANY);
	assert_string_equal(s.charset, "UTF-8 BOM");
	filing_set_clear(&s);
	refused("\xef\xbb\xbf应用名称\n甲\xff\n", ANY, "第 2 行第 4 字节不是 UTF-8");
	refused("PK\x03\x04....", ANY, "xlsx");
	assert_int_equal(read_bytes(&s, "应用名称\nx\0y\n", 17, FILING_USER, error), -1);
	assert_non_null(strstr(error, "第 2 行有 NUL"));
}

/* A row with a byte of another charset is left out; the others go in. */
static void test_bad_bytes(void **state)
{
	/* 应用名称,域名 / 甲,a.cn / 乙X,b.cn / 丙,X.cn / 丁,d.cn in GB18030 */
	static const char gb[] = "\xd3\xa6\xd3\xc3\xc3\xfb\xb3\xc6,\xd3\xf2\xc3\xfb\n"
				 "\xbc\xd7,a.cn\n\xd2\xd2\x81,b.cn\n\xb1\xfb,c.cn\n\xb6\xa1,d.cn\n";
	static const char nul[] = "应用名称,域名\n甲,a.cn\n乙\0,b.cn\n";
	char error[CONF_ERROR_MAX];
	struct filing_set s;
	(void)state;

	read_ok(&s, "应用名称,域名\n甲,a.cn\n乙,\"b\n\xff\xb2.cn\"\n丙,c.cn\n", FILING_USER);
	assert_string_equal(s.charset, "UTF-8");
	assert_int_equal(s.count, 2);
	expect(&s, 1, FILING_NAME, "丙");
	assert_int_equal(s.row[1].row, 4);
	assert_int_equal(s.problem_count, 1);
	expect_problem(&s, 0, 3, "域名", "字节 0xFF 不是 UTF-8, 整行未导入", 1);
	filing_set_clear(&s);

	if (read_bytes(&s, gb, sizeof(gb) - 1, FILING_USER, error) != 0)
		fail_msg("%s", error);
	assert_string_equal(s.charset, "GB18030");
	assert_int_equal(s.count, 3);
	expect(&s, 2, FILING_NAME, "丁");
	assert_int_equal(s.problem_count, 1);
	expect_problem(&s, 0, 3, "应用名称", "字节 0x81 不是 GB18030", 1);
	filing_set_clear(&s);

	if (read_bytes(&s, nul, sizeof(nul) - 1, FILING_USER, error) != 0)
		fail_msg("%s", error);
	assert_int_equal(s.count, 1);
	expect_problem(&s, 0, 3, "应用名称", "NUL", 1);
	filing_set_clear(&s);

	/* a character cut in half: all of it would be GB18030, too, but then there is no header */
	read_ok(&s, "应用名称,域名\n甲甲,a.cn\n乙\xe4\xb9,b.cn\n", FILING_USER);
	assert_string_equal(s.charset, "UTF-8");
	assert_int_equal(s.count, 1);
	expect_problem(&s, 0, 3, "应用名称", "字节 0xE4 不是 UTF-8", 1);
	filing_set_clear(&s);

	/* the header itself */
	refused("应用名称,\xff\n甲,a.cn\n", FILING_USER, "第 1 行第 14 字节不是 UTF-8");
}

/* `bad` broken rows of `all`, the header aside. */
static int read_share(struct filing_set *s, int bad, int all, char *error)
{
	struct buf b = { 0 };
	int rc;

	buf_puts(&b, "应用名称,域名\n");
	for (int i = 0; i < all; i++)
		buf_printf(&b, "应用%d%s,\n,\n", i, i < bad ? "\xff" : "");
	rc = read_bytes(s, b.p, b.len, FILING_USER, error);
	buf_clear(&b);
	return rc;
}

static void test_share_of_bad_bytes(void **state)
{
	static const struct {
		int bad, all, rc;
	} cases[] = { { 1, 2, 0 },  { 1, 1, -1 },  { 2, 19, 0 },  { 2, 18, -1 },
		      { 3, 29, 0 }, { 3, 28, -1 }, { 50, 50, -1 } };
	char error[CONF_ERROR_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filing_set s;
		if (read_share(&s, cases[i].bad, cases[i].all, error) != cases[i].rc)
			fail_msg("%d of %d: %s", cases[i].bad, cases[i].all, error);
		if (cases[i].rc == 0) {
			assert_int_equal(s.count, cases[i].all - cases[i].bad);
			assert_int_equal(s.problem_count, cases[i].bad);
		} else {
			assert_non_null(strstr(error, "编码认不出: 第 2 行第 8 字节不是 UTF-8"));
		}
		filing_set_clear(&s);
	}
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

static void test_wildcards(void **state)
{
	struct filing_set s;
	(void)state;

	read_ok(&s, "应用名称,域名\n甲,*.sub.example.edu.cn、*.cn ＊.b.cn\n乙,*\n", FILING_USER);
	expect(&s, 0, FILING_DOMAINS, "*.sub.example.edu.cn,*.b.cn");
	expect(&s, 1, FILING_DOMAINS, NULL);
	expect_problem(&s, 0, 2, "域名", "「*.cn」通配符只能是开头的「*.」", 0);
	expect_problem(&s, 1, 3, "域名", "「*」通配符只能是开头的「*.」", 0);
	filing_set_clear(&s);
}

static void test_limits(void **state)
{
	struct filing_set s;
	struct buf b = { 0 };
	char error[CONF_ERROR_MAX], *big;
	(void)state;

	/* a cell of 10 MB, or of 65 KiB, costs its row */
	big = xmalloc(10 << 20);
	memset(big, 'a', 10 << 20);
	buf_puts(&b, "应用名称,版本号\n甲,");
	buf_add(&b, big, 10 << 20);
	buf_puts(&b, "\n乙,1\n丙,\"");
	buf_add(&b, big, 65 << 10);
	buf_puts(&b, "\"\n");
	if (read_bytes(&s, b.p, b.len, FILING_USER, error) != 0)
		fail_msg("%s", error);
	assert_int_equal(s.count, 1);
	expect_problem(&s, 0, 2, NULL, "超过 1 MiB", 1);
	expect_problem(&s, 1, 4, NULL, "超过 64 KiB", 1);
	filing_set_clear(&s);
	free(big);

	buf_reset(&b);
	buf_puts(&b, "应用名称");
	for (int i = 0; i < 256; i++)
		buf_puts(&b, ",列");
	buf_puts(&b, "\n甲\n");
	refused(b.p, FILING_USER, "第 1 行: 超过 256 列");

	buf_reset(&b);
	buf_puts(&b, "应用名称\n");
	for (int i = 0; i < FILINGS_ROWS_MAX; i++)
		buf_printf(&b, "%s\n", i % 100 ? "" : "甲");
	assert_int_equal(read_bytes(&s, b.p, b.len, FILING_USER, error), 0);
	filing_set_clear(&s);
	buf_puts(&b, "乙\n丙\n");
	refused(b.p, FILING_USER, "超过 200000 行");

	/* problems are kept up to a maximum, and the rest is counted */
	buf_reset(&b);
	buf_puts(&b, "应用名称,版本号\n");
	for (int i = 0; i < FILINGS_PROBLEMS_MAX + 5; i++)
		buf_puts(&b, ",1\n");
	read_ok(&s, b.p, FILING_USER);
	assert_int_equal(s.problem_count, FILINGS_PROBLEMS_MAX + 1);
	assert_int_equal(s.problem_more, 5);
	assert_string_equal(s.problem[FILINGS_PROBLEMS_MAX].reason,
			    "另有 5 处问题没有逐一列出, 请先改正以上各处再导入");
	filing_set_clear(&s);
	buf_clear(&b);
}

/* Quotes that swallow the rest of the file must not make reading quadratic. */
static void test_quote_bomb(void **state)
{
	struct buf b = { 0 };
	(void)state;
	buf_puts(&b, "应用名称,版本号\n");
	for (int i = 0; i < 1000; i++)
		buf_puts(&b, "甲,\"1\n乙,1\n");
	refused(b.p, FILING_USER, "引号错误太多");
	buf_clear(&b);
}

static void test_aliases_name_fields(void **state)
{
	struct alias wrong = { .form = xstrdup("*"), .field = xstrdup("colour"), .header = xstrdup("颜色") };
	struct aliases table = { .entry = &wrong, .count = 1 };
	struct filing_set s;
	char error[CONF_ERROR_MAX];
	(void)state;

	for (size_t i = 0; i < data.aliases.count; i++) {
		enum filing_field f;
		if (!filing_field_find(data.aliases.entry[i].field, &f))
			fail_msg("aliases.tsv: no field %s", data.aliases.entry[i].field);
	}
	assert_int_equal(filings_read_csv(&s, (const uint8_t *)"x", 1, ANY, &table, error), -1);
	assert_string_equal(error, "aliases.tsv: 列名「颜色」的字段「colour」不存在");
	free(wrong.form);
	free(wrong.field);
	free(wrong.header);
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
		cmocka_unit_test(test_provider),           cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_user_and_selfcheck), cmocka_unit_test(test_kind_by_hand),
		cmocka_unit_test(test_export_comes_back),  cmocka_unit_test(test_headers),
		cmocka_unit_test(test_second_header),      cmocka_unit_test(test_no_header),
		cmocka_unit_test(test_separators),         cmocka_unit_test(test_ragged),
		cmocka_unit_test(test_bad_cells),          cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_newlines),           cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_charsets),           cmocka_unit_test(test_limits),
		cmocka_unit_test(test_quote_bomb),         cmocka_unit_test(test_aliases_name_fields),
		cmocka_unit_test(test_bad_bytes),          cmocka_unit_test(test_share_of_bad_bytes),
		cmocka_unit_test(test_wrong_kind),         cmocka_unit_test(test_no_apps),
		cmocka_unit_test(test_two_units),          cmocka_unit_test(test_wildcards),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
