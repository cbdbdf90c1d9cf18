/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/held.h"

#include "watch/ech.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void first_in_first_out(void **state)
{
	struct held h;
	struct held_hello g;
	int64_t in = 0, out = 0;
	(void)state;

	held_init(&h);
	assert_true(held_on(&h));
	assert_false(held_take(&h, INT64_MAX, &g));
	for (int round = 0; round < 3; round++) {
		for (; !held_full(&h); in++)
			held_add(&h, &(struct held_hello){ .heard = in, .client = (uint64_t)in * 7 });
		for (int64_t until = (in + out) / 2; held_take(&h, until, &g); out++)
			assert_true(g.heard == out && g.client == (uint64_t)out * 7 && out <= until);
		assert_false(held_full(&h));
	}
	while (held_take(&h, INT64_MAX, &g))
		assert_int_equal(g.heard, out++);
	assert_int_equal(in, out);
	held_clear(&h);
	assert_false(held_on(&h));
}

/* Nobody is taken before who came first, whatever their clocks said. */
static void the_first_holds_up_the_others(void **state)
{
	struct held h;
	struct held_hello g;
	(void)state;

	held_init(&h);
	held_add(&h, &(struct held_hello){ .heard = 9 });
	held_add(&h, &(struct held_hello){ .heard = 5 });
	assert_false(held_take(&h, 8, &g));
	assert_true(held_take(&h, 9, &g));
	assert_true(held_take(&h, 9, &g));
	assert_int_equal(g.heard, 5);
	/* but who comes from the future: the clock was set back */
	held_add(&h, &(struct held_hello){ .heard = 9 + ECH_WAIT_US });
	assert_false(held_take(&h, 9, &g));
	assert_true(held_take(&h, 8, &g));
	held_add(&h, &(struct held_hello){ .heard = INT64_MAX });
	assert_true(held_take(&h, INT64_MIN, &g));
	held_add(&h, &(struct held_hello){ .heard = INT64_MIN });
	assert_true(held_take(&h, INT64_MIN, &g));
	held_clear(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(the_first_holds_up_the_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
