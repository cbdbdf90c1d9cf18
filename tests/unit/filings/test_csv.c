/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register's forms from CSV: charsets, quotes, cells and limits. */
#include "filings/filing.h"

#include "base/buf.h"
#include "tests/unit/filings/form.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_provider),           cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_user_and_selfcheck), cmocka_unit_test(test_separators),
		cmocka_unit_test(test_bad_cells),          cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_newlines),           cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_bad_bytes),          cmocka_unit_test(test_share_of_bad_bytes),
		cmocka_unit_test(test_wildcards),          cmocka_unit_test(test_limits),
		cmocka_unit_test(test_quote_bomb),         cmocka_unit_test(test_aliases_name_fields),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
