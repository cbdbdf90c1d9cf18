/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "conf/options.h"

static int parse(struct conf *c, const char *text, char error[CONF_ERROR_MAX])
{
	error[0] = '\0';
	return conf_parse(c, "t.conf", text, strlen(text), error);
}

static void refused(const char *text, const char *want)
{
	struct conf c;
	char error[CONF_ERROR_MAX];

	assert_int_equal(parse(&c, text, error), -1);
	if (strstr(error, want) == NULL)
		fail_msg("wanted \"%s\" in \"%s\"", want, error);
	assert_int_equal(strncmp(error, "t.conf:", 7), 0);
	assert_null(strchr(error, '\n'));
	assert_null(c.store.database);
	conf_clear(&c);
}

static void test_defaults(void **state)
{
	struct conf c;
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(parse(&c, "", error), 0);
	assert_string_equal(c.store.database, "/var/lib/beiand/beiand.db");
	assert_string_equal(c.store.control, "/run/beiand/control.sock");
	assert_string_equal(c.paths.data, "/usr/share/beiand");
	assert_string_equal(c.alert.file, "/var/lib/beiand/alerts.jsonl");
	assert_string_equal(c.alert.syslog, "/dev/log");
	assert_string_equal(c.policy.profile, "moe-2019");
	assert_int_equal(c.sensor.window, 300);
	assert_int_equal(c.store.judge_seconds, 60);
	assert_int_equal(c.campus.domains.count, 0);
	conf_clear(&c);
}

static const char sample[] =
	"# 注释可以很长: 校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园"
	"校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园校园\n"
	"[campus]\n"
	"name = 示例大学 ; 行内注释\r\n"
	"domains = Example.edu.cn, example.cn\n"
	"domains = m.example.com\n"
	"prefixes = 10.0.0.0/8,2001:DB8::/32\n"
	"   labels: exampleu\n"
	"[policy]\n"
	"profile=hnust\n"
	"min_clients = 5\n"
	"[alert]\n"
	"syslog =\n";

static void test_good(void **state)
{
	struct conf c;
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(parse(&c, sample, error), 0);
	assert_string_equal(c.campus.name, "示例大学");
	assert_int_equal(c.campus.domains.count, 3);
	assert_string_equal(c.campus.domains.item[0], "example.edu.cn");
	assert_string_equal(c.campus.domains.item[2], "m.example.com");
	assert_int_equal(c.campus.prefixes.count, 2);
	assert_string_equal(c.campus.prefixes.item[1], "2001:db8::/32");
	assert_string_equal(c.campus.labels.item[0], "exampleu");
	assert_string_equal(c.policy.profile, "hnust");
	assert_int_equal(c.policy.min_clients, 5);
	assert_string_equal(c.alert.syslog, "");
	conf_clear(&c);
}

/* A list that has a default is replaced by the file's, also by an empty one, and comes back as it was. */
static void test_list_default(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} rows[] = { { "[probe]\n", 2 },
		     { "[probe]\nports = 8080\n", 1 },
		     { "[probe]\nports = 8080\nports = 443, 80\n", 3 },
		     { "[probe]\nports =\n", 0 } };
	char error[CONF_ERROR_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conf c, again;
		struct buf text = { 0 };
		assert_int_equal(parse(&c, rows[i].text, error), 0);
		assert_int_equal(c.probe.ports.count, rows[i].want);
		conf_render(&c, &text);
		assert_int_equal(parse(&again, text.p, error), 0);
		assert_int_equal(again.probe.ports.count, rows[i].want);
		buf_clear(&text);
		conf_clear(&c);
		conf_clear(&again);
	}
}

/* Of a list the one that is wrong, and not those around it. */
static void test_list_item(void **state)
{
	(void)state;
	refused("[probe]\nopt_out = a.example.org, 例子.中国, b.example.org\n",
		"opt_out = 例子.中国: 格式不对");
	refused("[campus]\nprefixes = 10.0.0.0/8,10.0.0.1/8\n", "prefixes = 10.0.0.1/8: 格式不对");
	refused("[campus]\ndomains = .example.edu.cn, a.example.edu.cn\n",
		"domains = .example.edu.cn: 格式不对");
}

static void test_truncated(void **state)
{
	char error[CONF_ERROR_MAX];
	(void)state;

	for (size_t n = 0; n < sizeof(sample); n++) {
		struct conf c;
		char *exact = xmalloc(n > 0 ? n : 1); /* ASan sees a read past the end */
		int rc;
		memcpy(exact, sample, n);
		error[0] = '\0';
		rc = conf_parse(&c, "t.conf", exact, n, error);
		assert_true(rc == 0 || (rc == -1 && error[0] != '\0'));
		conf_clear(&c);
		free(exact);
	}
}

static void test_refused(void **state)
{
	char longline[400] = "[campus]\ndomains = ";
	(void)state;

	refused("[campus]\nnmae = x\n", "t.conf:2: [campus] 里没有「nmae」这一项, 是不是要写 name?");
	refused("[policy]\ncolour = x\n", "可用: profile, min_clients, min_days");
	refused("[snsor]\n", "t.conf:1: 没有 [snsor] 这一段, 可用: campus, policy, sensor");
	refused("name = x\n", "t.conf:1: 「name」之前要先写段名");
	refused("[campus]\n\nname\n", "t.conf:3: 看不懂这一行");
	refused("[campus\n", "t.conf:1: 看不懂这一行");
	refused("[campus] name = x\n", "t.conf:1: [campus] 之后还有别的内容");
	refused("[sensor]\nsnaplen = 10\n",
		"t.conf:2: [sensor] snaplen = 10: 不在范围内或不是整数, 应为 256 ~ 262144");
	refused("[sensor]\nsnaplen = 4294967296\n", "应为 256 ~ 262144");
	refused("[sensor]\nsnaplen = 99999999999999999999\n", "应为 256 ~ 262144");
	refused("[sensor]\nsnaplen = -1\n", "应为 256");
	refused("[sensor]\nsnaplen = 2048k\n", "应为 256");
	refused("[sensor]\nsnaplen =\n", "应为 256");
	refused("[sensor]\nwindow = 5\n\nwindow = 6\n", "t.conf:4: [sensor] window 重复, 第 2 行已写过");
	refused("[campus]\nprefixes = 10.0.0.1/8\n", "CIDR");
	refused("[campus]\nprefixes = 10.0.0.0/33\n", "CIDR");
	refused("[campus]\ndomains = http://example.cn/\n", "不带 http://");
	refused("[campus]\nname = a;b\n", "分号");
	refused("[store]\ndatabase = beiand.db\n", "绝对路径");
	refused("[store]\ndatabase =\n", "绝对路径");
	refused("[alert]\nfacility = local9\n", "local0 ~ local7");
	refused("[log]\nlevel = loud\n", "error, warn, info 或 debug");
	refused("[campus]\nname = \xff\xfe\n", "t.conf:2: 不是 UTF-8");
	refused("[campus]\nname = a\x01\n", "t.conf:2: 有控制字符");
	/* the earliest of two errors is the one that is told */
	refused("[campus]\nrubbish\nnmae = x\n", "t.conf:2:");
	refused("[campus]\nnmae = x\nrubbish\n", "t.conf:2:");
	memset(longline + strlen(longline), 'a', 300);
	refused(longline, "t.conf:2: 这一行有 310 字节, 最长 199 字节");
}

static void test_line(void **state)
{
	struct conf c;
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(parse(&c,
			       "[campus]\ndomains = a.edu.cn\n\ndomains = b.edu.cn\n[sensor]\nfilter = tcp\n",
			       error),
			 0);
	assert_int_equal(conf_line(&c, "campus", "domains"), 4);
	assert_int_equal(conf_line(&c, "sensor", "filter"), 6);
	assert_int_equal(conf_line(&c, "sensor", "window"), 0);
	assert_int_equal(conf_line(&c, "sensor", "none"), 0);
	conf_clear(&c);
}

static void test_longest_line(void **state)
{
	char text[300] = "[campus]\nname = ", error[CONF_ERROR_MAX];
	size_t head = strlen(text);
	struct conf c;
	(void)state;

	memset(text + head, 'a', 192);
	memcpy(text + head + 192, "\r\n", 3);
	assert_int_equal(parse(&c, text, error), 0);
	assert_int_equal(strlen(c.campus.name), 192);
	conf_clear(&c);
	memcpy(text + head + 192, "a\r\n", 4);
	refused(text, "这一行有 200 字节");
}

static void test_list_full(void **state)
{
	struct buf b = { 0 };
	(void)state;

	buf_puts(&b, "[campus]\n");
	for (int i = 0; i < CONF_LIST_MAX; i++)
		buf_printf(&b, "labels = l%d\n", i);
	buf_puts(&b, "labels = l0, l1\n"); /* repeats count once */
	struct conf c;
	char error[CONF_ERROR_MAX];
	assert_int_equal(parse(&c, b.p, error), 0);
	assert_int_equal(c.campus.labels.count, CONF_LIST_MAX);
	conf_clear(&c);
	buf_puts(&b, "labels = more\n");
	refused(b.p, "t.conf:67: [campus] labels = more: 超过 64 个");
	buf_clear(&b);
}

static void test_render_round_trip(void **state)
{
	struct conf a, b;
	struct buf one = { 0 }, two = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(parse(&a, sample, error), 0);
	conf_render(&a, &one);
	assert_int_equal(parse(&b, one.p, error), 0);
	conf_render(&b, &two);
	assert_string_equal(one.p, two.p);
	assert_non_null(strstr(one.p, "domains = m.example.com\n"));
	conf_clear(&a);
	conf_clear(&b);
	buf_clear(&one);
	buf_clear(&two);
}

static void test_reload(void **state)
{
	struct conf run, fresh;
	struct buf refused_names = { 0 };
	char error[CONF_ERROR_MAX];
	(void)state;

	assert_int_equal(parse(&run, "", error), 0);
	assert_int_equal(parse(&fresh, sample, error), 0);
	conf_reload(&run, &fresh, &refused_names);
	assert_string_equal(refused_names.p, "alert.syslog");
	assert_string_equal(run.alert.syslog, "/dev/log");
	assert_string_equal(run.policy.profile, "hnust");
	assert_int_equal(run.campus.domains.count, 3);
	conf_clear(&fresh);
	assert_string_equal(run.campus.domains.item[1], "example.cn");
	conf_clear(&run);
	buf_clear(&refused_names);
}

static void test_load(void **state)
{
	char dir[] = "/tmp/beiand-conf-XXXXXX", path[64], error[CONF_ERROR_MAX];
	struct conf c;
	FILE *f;
	(void)state;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.conf", dir);
	assert_int_equal(conf_load(&c, path, error), -1);
	assert_int_equal(strncmp(error, path, strlen(path)), 0);
	assert_non_null(strstr(error, "文件不存在"));
	assert_non_null(strstr(error, "-f"));
	assert_int_equal(conf_load(&c, dir, error), -1);
	assert_non_null(strstr(error, "目录"));
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("\xef\xbb\xbf[log]\nlevel = debug\n", f);
	fclose(f);
	assert_int_equal(conf_load(&c, path, error), 0);
	assert_string_equal(c.log.level, "debug");
	conf_clear(&c);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),     cmocka_unit_test(test_good),
		cmocka_unit_test(test_list_item),    cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_refused),      cmocka_unit_test(test_line),
		cmocka_unit_test(test_longest_line), cmocka_unit_test(test_list_default),
		cmocka_unit_test(test_list_full),    cmocka_unit_test(test_render_round_trip),
		cmocka_unit_test(test_reload),       cmocka_unit_test(test_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
