/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char clients[3]; /* only their addresses count */

static const struct client *client(int i) { return (const struct client *)(const void *)&clients[i]; }

static void one_answer_is_enough(void **state)
{
	struct asked *list = NULL;
	char why[STORE_ERROR_MAX];

	(void)state;
	for (int i = 0; i < 3; i++)
		asked_add(&list, client(i));
	asked_told(list, client(0), "域名不存在");
	asked_told(list, client(0), "");
	asked_told(list, client(1), "域名不存在");
	asked_told(list, client(1), "超时");
	assert_true(asked_end(&list, client(0), why));
	assert_false(asked_end(&list, client(1), why));
	assert_string_equal(why, "域名不存在");
	assert_false(asked_end(&list, client(2), why));
	assert_string_equal(why, "");
	assert_null(list);
}

static void who_has_gone_is_forgotten(void **state)
{
	struct asked *list = NULL;
	char why[STORE_ERROR_MAX];

	(void)state;
	asked_add(&list, client(0));
	asked_add(&list, client(1));
	asked_told(list, client(2), "");
	assert_false(asked_end(&list, client(2), why));
	asked_free(list);
	asked_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_answer_is_enough),
		cmocka_unit_test(who_has_gone_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
