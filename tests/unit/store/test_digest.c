/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever the judgement goes by changes the digest; what it does not leaves it. */
#include "tests/unit/store/fixture.h"

static char before[HASH_HEX_SIZE];

static bool changed(void)
{
	char now[HASH_HEX_SIZE];
	bool differs;

	state_digest(&fx.conf, &fx.data, now);
	differs = strcmp(before, now) != 0;
	memcpy(before, now, sizeof(now));
	return differs;
}

static void each_table_counts(void **state)
{
	struct data *d = &fx.data;

	(void)state;
	changed();
	assert_false(changed());
	d->catalog.entry[0].product[0] ^= 1;
	assert_true(changed());
	d->catalog.entry[d->catalog.count - 1].line++;
	assert_true(changed());
	d->exempt.entry[0].container = !d->exempt.entry[0].container;
	assert_true(changed());
	d->profiles.entry[0].min_clients++;
	assert_true(changed());
	d->rules.entry[0].title[0] ^= 1;
	assert_true(changed());
	d->education.entry[0].pattern[0] ^= 1;
	assert_true(changed());
	fx.conf.policy.min_days++;
	assert_true(changed());
	assert_false(changed());
}

int main(void)
{
	const struct CMUnitTest tests[] = { FX_TEST(each_table_counts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
