/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filings/ident.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	enum filing_field field;
	const char *text, *want; /* want NULL: refused */
};

static const struct row items[] = {
	{ FILING_DOMAINS, "HTTPS://Jw.Example.edu.cn:8080/x?y#z", "jw.example.edu.cn" },
	{ FILING_DOMAINS, "http://user@a.cn/", "a.cn" },
	{ FILING_DOMAINS, "*.a.cn.", "*.a.cn" },
	{ FILING_DOMAINS, "https://*.Sub.Example.edu.cn:443/x", "*.sub.example.edu.cn" },
	{ FILING_DOMAINS, "*.教务.example.cn", "*.教务.example.cn" },
	{ FILING_DOMAINS, "*", NULL },
	{ FILING_DOMAINS, "*.", NULL },
	{ FILING_DOMAINS, "*.cn", NULL },
	{ FILING_DOMAINS, "*.中国", NULL },
	{ FILING_DOMAINS, "*.*.a.cn", NULL },
	{ FILING_DOMAINS, "a.*.b.cn", NULL },
	{ FILING_DOMAINS, "*a.b.cn", NULL },
	{ FILING_DOMAINS, "a.b.*", NULL },
	{ FILING_DOMAINS, "*.10.0.0.1", NULL },
	{ FILING_DOMAINS, "a_b.example.cn", "a_b.example.cn" },
	{ FILING_DOMAINS, "学校.中国", "学校.中国" },
	{ FILING_DOMAINS, "教务.example.cn", "教务.example.cn" },
	{ FILING_DOMAINS, "教务.系统", NULL },
	{ FILING_DOMAINS, "教务..cn", NULL },
	{ FILING_DOMAINS, "教务.cn.", "教务.cn" },
	{ FILING_DOMAINS, "localhost", NULL },
	{ FILING_DOMAINS, "10.0.0.1", NULL },
	{ FILING_DOMAINS, "[2001:db8::1]:443", NULL },
	{ FILING_DOMAINS, "a.cn:x", NULL },
	{ FILING_DOMAINS, "a.cn(教务)", NULL },
	{ FILING_DOMAINS, "http://", NULL },
	{ FILING_DOMAINS, ".", NULL },
	{ FILING_IPS, "203.0.113.7", "203.0.113.7" },
	{ FILING_IPS, "203.0.113.7:80", "203.0.113.7" },
	{ FILING_IPS, "10.0.0.0/8", "10.0.0.0/8" },
	{ FILING_IPS, "2001:db8::1", "2001:db8::1" },
	{ FILING_IPS, "203.0.113.700", NULL },
	{ FILING_APPIDS, "WX0123456789ABCDEF", "wx0123456789abcdef" },
	{ FILING_APPIDS, "wx0123456789abcde", NULL },
	{ FILING_APPIDS, "wx0123456789abcdef0", NULL },
	{ FILING_APPIDS, "wx0123456789abcdeg", NULL },
	{ FILING_APPIDS, "gh_0123456789ab", "gh_0123456789ab" },
	{ FILING_APPIDS, "gh_0123456789", NULL },
	{ FILING_APPIDS, "2021000000000001", "2021000000000001" },
	{ FILING_APPIDS, "tt0123456789abcdef01", "tt0123456789abcdef01" },
	{ FILING_APPIDS, "云上校园", NULL },
	{ FILING_APPIDS, "abcdefgh", NULL },
	{ FILING_APPIDS, "a1", NULL },
	{ FILING_PACKAGES, "com.example.App", "com.example.App" },
	{ FILING_PACKAGES, "example", NULL },
	{ FILING_BUNDLES, "com.example.App-1", "com.example.App-1" },
	{ FILING_BUNDLES, "com", NULL },
	{ FILING_DJBH, "11010100001-20001", "11010100001-20001" },
	{ FILING_DJBH, "1101010000-20001", NULL },
	{ FILING_DJBH, "11010100001-200011", NULL },
	{ FILING_DJBH, "11010100001x20001", NULL },
};

static const struct row numbers[] = {
	{ FILING_NUMBER, "教 app 备 1100871 号", "教APP备1100871号" },
	{ FILING_NUMBER, "教APP备110213号", "教APP备110213号" },
	{ FILING_NUMBER, "1100871", "1100871" },
	{ FILING_NUMBER, "办理中", NULL },
	{ FILING_NUMBER, "京ICP备12345678号", NULL },
	{ FILING_ICP, "京icp备 2021026895 号-5", "京ICP备2021026895号-5" },
	{ FILING_ICP, "京ICP备18027903号-11A", "京ICP备18027903号-11A" },
	{ FILING_ICP, "粤B2-20090059-1626X", "粤B2-20090059-1626X" },
	{ FILING_ICP, "B2-20150210", "B2-20150210" },
	{ FILING_ICP, "教APP备1100871号", NULL },
	{ FILING_ICP, "-", NULL },
	{ FILING_ICP, "2-12345678", NULL },
	{ FILING_ICP, "ICP备", NULL },
	{ FILING_CERT, "abc 123", "ABC123" },
};

static void check(const struct row *r, char *(*read)(enum filing_field, const char *, const char **))
{
	const char *wrong = NULL;
	char *have = read(r->field, r->text, &wrong);

	if ((r->want == NULL) != (have == NULL) || (have && strcmp(have, r->want) != 0))
		fail_msg("\"%s\": wanted %s, have %s", r->text, r->want ? r->want : "(null)",
			 have ? have : "(null)");
	assert_true((have == NULL) == (wrong != NULL));
	free(have);
}

static void test_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		check(&items[i], ident_item);
}

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		check(&numbers[i], ident_number);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_items), cmocka_unit_test(test_numbers) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
