/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loader, and the shipped tables themselves (run from the root of the tree). */
#include "conf/data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "conf/source.h"
#include "conf/tables.h"

static int parse(struct data *d, const char *file, const char *text, char error[CONF_ERROR_MAX])
{
	const struct data_table *t = data_table_find(file);
	assert_non_null(t);
	*d = (struct data){ 0 };
	error[0] = '\0';
	return data_parse(d, t, file, text, strlen(text), error);
}

static void refused(const char *file, const char *text, const char *want)
{
	struct data d;
	char error[CONF_ERROR_MAX];

	assert_int_equal(parse(&d, file, text, error), -1);
	assert_string_equal(error, want);
	assert_null(d.catalog.entry);
	data_clear(&d);
}

#define CATALOG                                                                                              \
	"product\toperator\tcategory\taudience\taudience_"                                                   \
	"class\tdomains\tpackages\tbundles\tappids\tsource\n"
#define EXEMPT  "kind\tname\tproduct\treason\tcontainer\n"
#define GENERAL "product\tpackages\tapple\tappids\tdownloads\tfiles\treason\n"
#define RULES   "id\tprofile\tseverity\ttitle\tcites\tduty\n"

static void test_catalog(void **state)
{
	struct data d;
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(
		parse(&d, "catalog.tsv",
		      CATALOG
		      "甲/乙\t某公司\t学习类\t学生\tall\ta.cn, b.cn\tcom.a.b\t\twx0123456789abcdef\ts\n",
		      error),
		0);
	assert_int_equal(d.catalog.count, 1);
	assert_string_equal(d.catalog.entry[0].product, "甲/乙");
	assert_int_equal(d.catalog.entry[0].domains.count, 2);
	assert_string_equal(d.catalog.entry[0].domains.item[1], "b.cn");
	assert_int_equal(d.catalog.entry[0].bundles.count, 0);
	assert_string_equal(d.catalog.entry[0].appids.item[0], "wx0123456789abcdef");
	assert_int_equal(d.catalog.entry[0].line, 2);
	data_clear(&d);
	assert_null(d.catalog.entry);

	refused("catalog.tsv", CATALOG "\t某\t学\t学\tall\ta.cn\t\t\t\ts\n",
		"catalog.tsv:2: product: 不能为空");
	refused("catalog.tsv", CATALOG "甲\t某\t学\t学\tsome\ta.cn\t\t\t\ts\n",
		"catalog.tsv:2: audience_class: 「some」不对, 应为 higher, k12, exam 或 all");
	refused("catalog.tsv", CATALOG "甲\t某\t学\t学\tall\tA.cn\t\t\t\ts\n",
		"catalog.tsv:2: domains: 「A.cn」不对, 应为小写域名");
	refused("catalog.tsv", CATALOG "甲\t某\t学\t学\tall\t\tcom\t\t\ts\n",
		"catalog.tsv:2: packages: 「com」不对, 应为安卓包名");
	refused("catalog.tsv", CATALOG "甲\t某\t学\t学\tall\t\t\t\twx12(公众号)\ts\n",
		"catalog.tsv:2: appids: 「wx12(公众号)」不对, 应为微信 appid(wx 加 16 位小写十六进制)");
	refused("catalog.tsv", CATALOG "甲\t某\t学\t学\tall\t\t\t\t\ts\n",
		"catalog.tsv:2: 没有任何域名、包名或 appid: 「甲」");
	refused("catalog.tsv",
		CATALOG "甲\t某\t学\t学\tall\ta.cn\t\t\t\ts\n乙\t某\t学\t学\tall\tb.cn,a.cn\t\t\t\ts\n",
		"catalog.tsv:3: domains: 已属于前面的另一产品: 「a.cn」");
}

static void test_exempt(void **state)
{
	struct data d;
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(
		parse(&d, "exempt.tsv", EXEMPT "android-package\tcom.tencent.mm\t微信\tr\tyes\n", error), 0);
	assert_int_equal(d.exempt.entry[0].kind, SUBJECT_ANDROID_PACKAGE);
	assert_true(d.exempt.entry[0].container);
	data_clear(&d);
	refused("exempt.tsv", EXEMPT "app\tx.cn\tx\tr\n",
		"exempt.tsv:2: kind: 「app」不对, 应为种类名, 如 host, android-package");
	refused("exempt.tsv", EXEMPT "host\tx.cn\tx\tr\tmaybe\n",
		"exempt.tsv:2: container: 「maybe」不对, 应为 yes 或 no");
	refused("exempt.tsv", EXEMPT "host\tx\tx\tr\n", "exempt.tsv:2: name: 不是这个种类的标识: 「x」");
	refused("exempt.tsv", EXEMPT "host\tx.cn\tx\tr\nhost\tx.cn\tx\tr\n",
		"exempt.tsv:3: name: 前面已有一行: 「x.cn」");
}

static void test_others(void **state)
{
	static const char profiles[] =
		"name\ttitle\tkinds\taudiences\texempt_center\tmin_clients\tmin_days\tbasis\n";
	char text[512];
	(void)state;

	snprintf(text, sizeof(text), "%sp\tt\thost,app\thigher\tno\t3\t1\tb\n", profiles);
	refused("profiles.tsv", text,
		"profiles.tsv:2: kinds: 「app」不对, 应为种类名(如 host, wechat-mini)或 *");
	snprintf(text, sizeof(text), "%sp\tt\t*\thigher\tno\t-3\t1\tb\n", profiles);
	refused("profiles.tsv", text, "profiles.tsv:2: min_clients: 「-3」不对, 应为不超过 9 位的整数");
	snprintf(text, sizeof(text), "%sp\tt\t*\thigher\tno\t3\t1\tb\np\tt\t*\tall\tno\t3\t1\tb\n", profiles);
	refused("profiles.tsv", text, "profiles.tsv:3: name: 前面已有一行: 「p」");
	refused("rules.tsv", RULES "R01\t*\tawful\t{app}\tc\td\n",
		"rules.tsv:2: severity: 「awful」不对, 应为 low, medium 或 high");
	refused("rules.tsv", RULES "R01\t*\thigh\tx\tc\td\n", "rules.tsv:2: title: 里面要有 {app}: 「x」");
	refused("rules.tsv", RULES "R01\t*\thigh\t{app}\tc\td\nR01\t*\thigh\t{app}\tc\td\n",
		"rules.tsv:3: profile: 这条规则前面已有这个口径: 「*」");
	refused("aliases.tsv", "form\tfield\theader\nall\tname\tx\n",
		"aliases.tsv:2: form: 「all」不对, 应为 provider, user, selfcheck 或 *");
	refused("resolvers.tsv", "name\ttransports\toperator\tsource\na.cn\tdns\to\ts\n",
		"resolvers.tsv:2: transports: 「dns」不对, 应为 doh, dot 或 doq");
	refused("resolvers.tsv", "name\ttransports\toperator\tsource\na.*.cn\tdoh\to\ts\n",
		"resolvers.tsv:2: name: 「a.*.cn」不对, 应为小写域名, 或 *.域名");
	refused("resolvers.tsv", "name\ttransports\toperator\tsource\n*.a.cn\tdoh\to\ts\n*.a.cn\tdot\to\ts\n",
		"resolvers.tsv:3: name: 前面已有一行: 「*.a.cn」");
	refused("fingerprints.tsv", "id\tproduct\tkind\twhen\tsource\na\tp\tvendor\tbody=ABC\ts\n",
		"fingerprints.tsv:2: when: 「body=ABC」不对, 应为条件, 如 body=/jkingo.js && !cookie=x(字段 "
		"body, server, "
		"cookie, favicon; 字母小写)");
	refused("fingerprints.tsv", "id\tproduct\tkind\twhen\tsource\na\tp\tdealer\tbody=abc\ts\n",
		"fingerprints.tsv:2: kind: 「dealer」不对, 应为 vendor 或 parked");
	refused("fingerprints.tsv",
		"id\tproduct\tkind\twhen\tsource\na\tp\tvendor\tbody=abc\ts\na\tp\tparked\tbody=abd\ts\n",
		"fingerprints.tsv:3: id: 前面已有一行: 「a」");
	refused("general.tsv", GENERAL "甲\tcom\t\t\t\t\tr\n",
		"general.tsv:2: packages: 「com」不对, 应为安卓包名, 或其开头(以点结尾)");
	refused("general.tsv", GENERAL "甲\ta.b..\t\t\t\t\tr\n",
		"general.tsv:2: packages: 「a.b..」不对, 应为安卓包名, 或其开头(以点结尾)");
	refused("general.tsv", GENERAL "甲\t\tid123456\t\t\t\tr\n",
		"general.tsv:2: apple: 「id123456」不对, 应为 App Store 编号(6 到 12 位数字)");
	refused("general.tsv", GENERAL "甲\t\t\tgh_12\t\t\tr\n",
		"general.tsv:2: appids: 「gh_12」不对, 应为微信 appid(wx 加 16 位小写十六进制)或原始 ID(gh_ "
		"加 12 位)");
	refused("general.tsv", GENERAL "甲\t\t\t\thttps://a.cn/x\t\tr\n",
		"general.tsv:2: downloads: 「https://a.cn/x」不对, 应为下载地址: 小写域名, 或域名/路径");
	refused("general.tsv", GENERAL "甲\t\t\t\t\t\tr\n", "general.tsv:2: product: 没有任何标识: 「甲」");
	refused("general.tsv", GENERAL "甲\ta.b\t\t\t\t\tr\n乙\ta.b\t\t\t\t\tr\n",
		"general.tsv:3: product: 已属于前面的另一产品: 「a.b」");
	refused("education.tsv", "id\tkind\tpattern\treason\na\thost\tjwxt\tr\n",
		"education.tsv:2: pattern: 应形如 .smartedu.cn, jwxt.* 或(包名)cn.edu. : 「jwxt」");
	refused("education.tsv", "id\tkind\tpattern\treason\na\tandroid-package\tedu.\tr\n",
		"education.tsv:2: pattern: 应形如 .smartedu.cn, jwxt.* 或(包名)cn.edu. : 「edu.」");
}

/* -- the shipped tables --------------------------------------------------------------------------- */

static void load_shipped(struct data *d)
{
	char error[CONF_ERROR_MAX];
	if (data_load(d, "conf", error) != 0)
		fail_msg("%s", error);
}

static const struct catalog_entry *catalog_domain(const struct data *d, const char *domain)
{
	for (size_t i = 0; i < d->catalog.count; i++)
		for (size_t j = 0; j < d->catalog.entry[i].domains.count; j++)
			if (strcmp(d->catalog.entry[i].domains.item[j], domain) == 0)
				return &d->catalog.entry[i];
	return NULL;
}

static bool at_or_below(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);
	return n >= s && strcmp(name + n - s, suffix) == 0 && (n == s || name[n - s - 1] == '.');
}

static void test_shipped(void **state)
{
	struct data d;
	(void)state;

	load_shipped(&d);
	assert_true(d.catalog.count >= 182);
	assert_true(d.exempt.count >= 80);
	assert_string_equal(catalog_domain(&d, "chaoxing.com")->audience_class, "higher");
	assert_string_equal(catalog_domain(&d, "zuoyebang.com")->audience_class, "k12");
	assert_string_equal(catalog_domain(&d, "fenbi.com")->audience_class, "exam");
	assert_non_null(catalog_domain(&d, "weixiao.qq.com"));
	data_clear(&d);
}

/* The longest suffix wins, so an exempt name at or below a catalogued one would silence a product. */
static void test_exempt_spares_the_catalogue(void **state)
{
	struct data d;
	(void)state;

	load_shipped(&d);
	for (size_t i = 0; i < d.exempt.count; i++) {
		const struct exempt_entry *e = &d.exempt.entry[i];
		for (size_t j = 0; j < d.catalog.count; j++) {
			const struct catalog_entry *c = &d.catalog.entry[j];
			for (size_t k = 0; e->kind == SUBJECT_HOST && k < c->domains.count; k++)
				if (at_or_below(e->name, c->domains.item[k]))
					fail_msg("exempt %s hides %s", e->name, c->product);
			for (size_t k = 0; k < c->packages.count; k++)
				assert_string_not_equal(e->name, c->packages.item[k]);
		}
	}
	data_clear(&d);
}

static void test_profiles_and_rules(void **state)
{
	static const char *const names[] = { "moe-2019", "hnust", "ncvu", "xust", "bj-municipal" };
	const struct profile *xust, *hnust;
	struct data d;
	(void)state;

	load_shipped(&d);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct profile *p = data_profile(&d, names[i]);
		assert_non_null(p);
		assert_true(p->kinds[SUBJECT_HOST] && p->kinds[SUBJECT_ANDROID_PACKAGE]);
		assert_non_null(data_rule(&d, "R01", names[i]));
		assert_string_equal(data_rule(&d, "R01", names[i])->cites.item[0],
				    "教技司〔2019〕265号 三(二)");
	}
	xust = data_profile(&d, "xust");
	hnust = data_profile(&d, "hnust");
	for (int k = SUBJECT_WECHAT_MINI; k < SUBJECT_ANDROID_PACKAGE; k++)
		assert_false(xust->kinds[k]);
	assert_true(hnust->kinds[SUBJECT_WECHAT_MINI] && hnust->exempt_center && !xust->exempt_center);
	assert_int_equal(data_rule(&d, "R01", "hnust")->cites.count, 2);
	assert_string_equal(data_rule(&d, "R01", "another-school")->profile, "*");
	assert_null(data_rule(&d, "R99", "hnust"));
	assert_null(data_profile(&d, "nowhere"));
	data_clear(&d);
}

static void test_no_folder(void **state)
{
	struct data d;
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(data_load(&d, "/nonexistent", error), -1);
	assert_string_equal(error, "/nonexistent/catalog.tsv: 打不开: 文件不存在; 请检查 [paths] data, "
				   "它应指向 beiand 的数据表目录");
	assert_null(d.rules.entry);
}

/* Every shipped table, cut at every length, is read or refused with a reason. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < data_table_count(); i++) {
		const struct data_table *t = data_table_at(i);
		char path[64], error[CONF_ERROR_MAX];
		struct buf text = { 0 };
		snprintf(path, sizeof(path), "conf/%s", t->file);
		assert_int_equal(source_read(path, 1 << 20, "", &text, error), 0);
		for (size_t n = 0; n < text.len && n < 3000; n++) {
			struct data d = { 0 };
			char *exact = xmalloc(n > 0 ? n : 1);
			int rc;
			memcpy(exact, text.p, n);
			error[0] = '\0';
			rc = data_parse(&d, t, path, exact, n, error);
			assert_true(rc == 0 || error[0] != '\0');
			data_clear(&d);
			free(exact);
		}
		buf_clear(&text);
	}
}

/* A pack that is cut anywhere is refused; one table of it is the file's text. */
static void test_packed(void **state)
{
	struct buf pack = { 0 }, text = { 0 };
	char error[CONF_ERROR_MAX];
	struct data d;
	size_t n;
	(void)state;

	assert_int_equal(data_pack("conf", &pack, error), 0);
	assert_int_equal(data_unpack(&d, "conf", &pack, error), 0);
	assert_true(d.resolvers.count > 0 && d.general.count > 0);
	data_clear(&d);
	assert_int_equal(source_read("conf/resolvers.tsv", 1 << 20, "", &text, error), 0);
	assert_non_null(data_packed(&pack, "resolvers.tsv", &n));
	assert_int_equal(n, text.len);
	assert_memory_equal(data_packed(&pack, "resolvers.tsv", &n), text.p, n);
	assert_null(data_packed(&pack, "nosuch.tsv", &n));
	buf_clear(&text);
	for (size_t cut = 0; cut < pack.len; cut += 997) {
		struct buf part = { 0 };
		buf_add(&part, pack.p, cut);
		assert_int_equal(data_unpack(&d, "conf", &part, error), -1);
		buf_clear(&part);
	}
	buf_clear(&pack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_catalog),
		cmocka_unit_test(test_exempt),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_exempt_spares_the_catalogue),
		cmocka_unit_test(test_profiles_and_rules),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
