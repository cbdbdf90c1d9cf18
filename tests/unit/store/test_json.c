/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/json.h"
#include "tests/unit/store/fixture.h"

static void commas_come_by_themselves(void **state)
{
	struct buf b = { 0 };

	(void)state;
	json_line(&b);
	json_text(&b, "a", "x\"\n");
	json_text(&b, "b", NULL);
	json_open(&b, "c", '[');
	json_int(&b, NULL, -1);
	json_open(&b, NULL, '{');
	json_bool(&b, "d", 1);
	json_score(&b, "e", 0.925);
	json_close(&b, '}');
	json_open(&b, NULL, '{');
	json_close(&b, '}');
	json_close(&b, ']');
	json_time(&b, "f", noon);
	json_raw(&b, "g", "[1]");
	json_raw(&b, "h", NULL);
	json_close(&b, '}');
	assert_string_equal(
		b.p, "{\"v\":1,\"a\":\"x\\\"\\u000a\",\"b\":null,\"c\":[-1,{\"d\":true,\"e\":0.93},{}],"
		     "\"f\":\"2026-11-21T04:00:00.000000Z\",\"g\":[1],\"h\":null}");
	json_line(&b); /* starts over */
	assert_string_equal(b.p, "{\"v\":1");
	buf_clear(&b);
}

static void few_people_are_not_told(void **state)
{
	struct buf b = { 0 };

	(void)state;
	json_open(&b, NULL, '[');
	for (int n = 0; n <= 4; n++)
		json_people(&b, NULL, n);
	json_close(&b, ']');
	assert_string_equal(b.p, "[\"<3\",\"<3\",\"<3\",3,4]");
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_come_by_themselves),
		cmocka_unit_test(few_people_are_not_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
