/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void values_are_not_shown(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "http://a.cn/x?a=1&b=2", "http://a.cn/x?a=…&b=…" },
		{ "http://a.cn/x?token", "http://a.cn/x?…" },
		{ "http://a.cn/x?a=1&&=3", "http://a.cn/x?a=…&&=…" },
		{ "http://a.cn/x;jsessionid=8F3A/y;v?a=b#access_token=q",
		  "http://a.cn/x;jsessionid=…/y;…?a=…" },
		{ "http://u:p@a.cn/", "http://…@a.cn/" },
		{ "http://u:p@v@a.cn", "http://…@a.cn" },
		{ "//u@a.cn/x", "//…@a.cn/x" },
		{ "/x@y?a=http://u:p@b.cn/", "/x@y?a=…" },
		{ "/a\x1b[31m\xff?\n=x", "/a\\x1b[31m\\xff?\\x0a=…" },
		{ "", "" },
		{ "?", "?" },
		{ "weixin://dl/business/?t=SECRET", "weixin://dl/business/?t=…" },
	};
	char out[256], again[256], small[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		redact_url(out, sizeof(out), rows[i].text);
		assert_string_equal(out, rows[i].want);
		if (text_is_safe(rows[i].text, strlen(rows[i].text))) {
			redact_url(again, sizeof(again), out);
			assert_string_equal(again, out);
		}
		for (size_t cap = 1; cap < sizeof(small); cap++) {
			redact_url(small, cap, rows[i].text);
			assert_true(strlen(small) < cap);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
