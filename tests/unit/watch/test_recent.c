/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 64 };

static uint64_t hash(const struct recent *r, int i) { return recent_hash(r, &i, sizeof(i)); }

/* The last MOST are there, none of those before, whatever chains the secret made of them. */
static void the_last_ones_are_known(void **state)
{
	struct recent r;
	int value[MOST] = { 0 };
	bool evicted;
	(void)state;

	recent_init(&r, MOST);
	for (int i = 0; i < 1000; i++) {
		uint32_t at;
		assert_int_equal(recent_find(&r, hash(&r, i)), RECENT_NONE);
		at = recent_add(&r, hash(&r, i), &evicted);
		assert_true(at < MOST);
		assert_int_equal(evicted, i >= MOST);
		value[at] = i;
		for (int k = 0; k <= i; k++) {
			at = recent_find(&r, hash(&r, k));
			if (k <= i - MOST)
				assert_int_equal(at, RECENT_NONE);
			else
				assert_true(at != RECENT_NONE && value[at] == k);
		}
	}
	recent_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_ones_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
