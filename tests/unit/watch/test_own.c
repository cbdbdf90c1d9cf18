/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/own.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct dissect_addr ours = { { [10] = 0xff, [11] = 0xff, 192, 0, 2, 80 } };
static const struct dissect_addr other = { { [10] = 0xff, [11] = 0xff, 192, 0, 2, 81 } };

static bool asks(enum dissect_kind kind, const struct dissect_addr *src, const struct dissect_addr *dst)
{
	const struct own own = { .addr = { { { 0x20, 1 } }, ours }, .count = 2 };
	struct dissect_message m = { .kind = kind, .flow = { .src = *src, .dst = *dst } };

	return own_asks(&own, &m);
}

static void who_asks_is_at_one_end_of_each_kind(void **state)
{
	static const enum dissect_kind back[] = { DISSECT_DNS_ANSWER, DISSECT_DNS_SERVICE,
						  DISSECT_HTTP_ANSWER, DISSECT_TLS_CERT };
	(void)state;

	for (int k = 0; k < DISSECT_KIND_COUNT; k++) {
		bool answer = false;
		for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++)
			answer = answer || back[i] == (enum dissect_kind)k;
		assert_int_equal(asks((enum dissect_kind)k, &ours, &other), !answer);
		assert_int_equal(asks((enum dissect_kind)k, &other, &ours), answer);
		assert_false(asks((enum dissect_kind)k, &other, &other));
	}
}

static void without_addresses_nobody_is_left_out(void **state)
{
	const struct own none = { .count = 0 };
	const struct dissect_message m = { .kind = DISSECT_TLS };
	(void)state;

	assert_false(own_asks(&none, &m));
}

static void loopback_is_not_among_them(void **state)
{
	const struct dissect_addr v6 = { { [15] = 1 } };
	struct own own;
	(void)state;

	own_read(&own);
	assert_true(own.count <= OWN_MAX);
	for (size_t i = 0; i < own.count; i++) {
		static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
		assert_memory_not_equal(&own.addr[i], &v6, sizeof(v6));
		assert_false(memcmp(own.addr[i].bytes, mapped, sizeof(mapped)) == 0 &&
			     own.addr[i].bytes[12] == IN_LOOPBACKNET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_is_at_one_end_of_each_kind),
		cmocka_unit_test(without_addresses_nobody_is_left_out),
		cmocka_unit_test(loopback_is_not_among_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
