/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include "dissect/title.h"

static const char *const names[] = {
	[TITLE_NONE] = "none", [TITLE_BEGUN] = "begun", [TITLE_LONG] = "long", [TITLE_WHOLE] = "whole"
};

static const char *find(const char *page, size_t n)
{
	static char text[2 * TITLE_MAX];
	uint8_t *exact = seen_exact(page, n);
	struct title t;
	enum title_result res = title_find(exact, n, &t);
	int len;

	assert_true((t.text.p == NULL) == (res == TITLE_NONE));
	len = snprintf(text, sizeof(text), "%s[%.*s]", names[res], (int)t.text.n,
		       t.text.p != NULL ? (const char *)t.text.p : "");
	if (t.charset.n > 0)
		snprintf(text + len, sizeof(text) - (size_t)len, " %.*s", (int)t.charset.n,
			 (const char *)t.charset.p);
	free(exact);
	return text;
}

static void expect(const char *page, const char *want)
{
	assert_string_equal(find(page, strlen(page)), want);
}

static void test_titles(void **state)
{
	(void)state;
	expect("<title>a</title>", "whole[a]");
	expect("<!DOCTYPE html>\n<HTML lang=\"zh\">\n<Head><META charset=utf-8><TITLE>\r\n 教务 <b>系统 "
	       "</Title ></head>",
	       "whole[教务 <b>系统] utf-8");
	expect("<html><body><title></title>", "whole[]");
	expect("a < b <?xml?><title data-x='>'\n>x</title>", "whole[x]");
	expect("<title/>x</title>", "whole[x]");
	expect("<title>a</titles> b </title/>", "whole[a</titles> b]");
	expect("<title>first</title><title>second</title>", "whole[first]");
	expect("<><title>a</title>", "whole[a]");
}

/* The first that says so, before the title. */
static void test_charset(void **state)
{
	(void)state;
	expect("<meta charset=\"Big5\"><title>a</title>", "whole[a] Big5");
	expect("<META Charset = big5-hkscs /><title>a</title>", "whole[a] big5-hkscs");
	expect("<meta http-equiv=content-type content='text/html; charset=gb2312'><title>a</title>",
	       "whole[a] gb2312");
	expect("<meta name=x content=\">\"><meta charset='gbk'><meta charset=big5><title>a</title>",
	       "whole[a] gbk");
	expect("<meta charset><meta name=charset><meta char><title>a</title>", "whole[a]");
	expect("<title>a</title><meta charset=gbk>", "whole[a]");
	expect("<!--<meta charset=gbk>--><metas charset=big5><title>a</title>", "whole[a]");
	expect("<meta charset=", "none[]");
}

/* What only looks like the title of the page. */
static void test_others(void **state)
{
	(void)state;
	expect("<!-- <title>no</title> --><title>a</title>", "whole[a]");
	expect("<!--><title>a</title>", "whole[a]");
	expect("<!-- > -> <title>no</title>", "none[]");
	expect("<script>x='<title>no</title>'</script><style><title>no</title></style ><title>a</title>",
	       "whole[a]");
	expect("<svg><title>no</title></svg><title>a</title>", "whole[a]");
	expect("<SCRIPT src=\">\"><title>no</title></script", "none[]");
	expect("<meta content=\"<title>no</title>\"><title>a</title>", "whole[a]");
	expect("<a b='<title>no</title>", "none[]");
	expect("<titles>no</titles><title>a</title>", "whole[a]");
	expect("<scripts><title>a</title>", "whole[a]");
	expect("</title><title>a</title>", "whole[a]");
	expect("no page at all", "none[]");
	expect("", "none[]");
}

static void test_unfinished(void **state)
{
	(void)state;
	expect("<title", "none[]");
	expect("<title lang=\"", "none[]");
	expect("<title> a", "begun[a]");
	expect("<title> a </titl", "begun[a </titl]");
	expect("<", "none[]");
}

static void test_long(void **state)
{
	static char page[4096] = "<title>";
	char want[TITLE_MAX + 32];
	(void)state;

	memset(page + 7, 'x', TITLE_MAX);
	memcpy(page + 7 + TITLE_MAX, "</title>", 9);
	assert_int_equal(strlen(find(page, strlen(page))), TITLE_MAX + strlen("whole[]"));
	/* the end tag is not in sight yet: what there is could be all */
	assert_memory_equal(find(page, strlen(page) - 1), "begun", 5);
	memcpy(page + 7 + TITLE_MAX, "x</title>", 10);
	page[7 + TITLE_MAX - 1] = 'y';
	snprintf(want, sizeof(want), "long[%.*s]", TITLE_MAX, page + 7);
	assert_string_equal(find(page, strlen(page)), want);
	memset(page + 7, 'x', 4000);
	assert_memory_equal(find(page, 4000), "long", 4);
}

/* More bytes never take back what fewer told. */
static void test_each_length(void **state)
{
	static const char page[] =
		"<!doctype html><!-- > --><script a=\"'\">if (a<b) '</scrip'</script>\n"
		"<meta a='>'><svg><title>n</title></svg><title id=t> a </b></title>< <title>b</title>";
	size_t whole = (size_t)(strstr(page, "</b></title>") - page) + strlen("</b></title>");
	(void)state;

	for (size_t n = 0; n < sizeof(page); n++) {
		const char *got = find(page, n);
		if (n >= whole)
			assert_string_equal(got, "whole[a </b>]");
		else
			assert_true(strncmp(got, "none", 4) == 0 || strncmp(got, "begun", 5) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_titles), cmocka_unit_test(test_charset),
		cmocka_unit_test(test_others), cmocka_unit_test(test_unfinished),
		cmocka_unit_test(test_long),   cmocka_unit_test(test_each_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
