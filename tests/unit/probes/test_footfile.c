/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/footfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_rows(void **state)
{
	static const struct {
		const char *text;
		bool named, like;
	} rows[] = {
		{ "/common/footer.html", true, true },
		{ "bottom.js?v=3", true, true },
		{ "/inc/COPYRIGHT.JSP", true, true },
		{ "/foot", true, false },
		{ "the footer.html", true, false },
		{ "footer.html or not", true, false },
		{ "/header.html", false, false },
		{ ".js", false, false },
		{ "", false, false },
	};
	char far[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct html_str s = { rows[i].text, strlen(rows[i].text) };
		assert_int_equal(footfile_named(s), rows[i].named);
		assert_int_equal(footfile_like(s), rows[i].like);
		for (size_t n = 0; n < s.n; n++) {
			char *copy = malloc(n + 1);
			memcpy(copy, s.p, n);
			(void)footfile_like((struct html_str){ copy, n });
			free(copy);
		}
	}
	memset(far, 'x', sizeof(far));
	memcpy(far + sizeof(far) - 11, "footer.html", 11);
	assert_false(footfile_like((struct html_str){ far, sizeof(far) }));
	assert_true(footfile_like((struct html_str){ far + 200, sizeof(far) - 200 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("footfile", tests, NULL, NULL);
}
