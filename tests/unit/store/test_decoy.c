/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/decoy.h"

#include "base/neighbour.h"
#include "base/text.h"
#include "tests/unit/store/fixture.h"

static char ours[RECORD_NAME_MAX];

static void make(const char *host, uint32_t more)
{
	assert_true(neighbour_put(ours, sizeof(ours), host, decoy_chance(fx.store, host, noon) + more));
}

static bool is_ours_at(const char *name, int64_t when)
{
	return decoy_is_ours(fx.store, name, when, when + 1000000);
}

static void is_ours(void **state)
{
	(void)state;
	make("jw.example.edu.cn", 0);
	assert_true(is_ours_at(ours, noon));
	make("a.b.example.com", 0);
	assert_true(is_ours_at(ours, noon));
}

static void one_for_each_suffix(void **state)
{
	uint32_t chance = decoy_chance(fx.store, "jw.example.edu.cn", noon);

	(void)state;
	assert_int_equal(chance, decoy_chance(fx.store, "lib.example.edu.cn", noon));
	assert_int_not_equal(chance, decoy_chance(fx.store, "jw.example.com", noon));
	make("jw.example.edu.cn", 0);
	assert_int_equal(chance, decoy_chance(fx.store, ours, noon)); /* it is its own neighbour */
}

static void is_not(void **state)
{
	char other[RECORD_NAME_MAX + 16];

	(void)state;
	make("jw.example.edu.cn", 1); /* other digits */
	assert_false(is_ours_at(ours, noon));
	make("jw.example.edu.cn", 0);
	snprintf(other, sizeof(other), "%.10s.example.com", ours); /* another suffix */
	assert_false(is_ours_at(other, noon));
	assert_false(is_ours_at(ours + 1, noon)); /* short */
	snprintf(other, sizeof(other), "www.%s", ours);
	assert_false(is_ours_at(other, noon));
	ours[0] = 'B'; /* names are in lower case where this is asked */
	assert_false(is_ours_at(ours, noon));
	assert_false(is_ours_at("bd", noon));
	assert_false(is_ours_at("", noon));
}

/* Who was asked for it could give it to a host of his. */
static void for_two_days(void **state)
{
	static const int64_t day = 86400LL * 1000000;

	(void)state;
	make("jw.example.edu.cn", 0);
	assert_true(is_ours_at(ours, noon + day)); /* handed out before midnight */
	assert_false(is_ours_at(ours, noon + 2 * day));
	assert_false(is_ours_at(ours, noon - day));
	assert_true(decoy_is_ours(fx.store, ours, noon - day, noon)); /* in a long window */
	assert_int_not_equal(decoy_chance(fx.store, "jw.example.edu.cn", noon),
			     decoy_chance(fx.store, "jw.example.edu.cn", noon + day));
}

/* Who opens the database later, or only reads it, knows it as well; another database does not. */
static void secret_is_the_database_s(void **state)
{
	make("jw.example.edu.cn", 0);
	fx_reopen();
	assert_true(is_ours_at(ours, noon));
	assert_int_equal(fx_tear_down(state), 0);
	assert_int_equal(fx_set_up(state), 0);
	assert_false(is_ours_at(ours, noon));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(is_ours),      FX_TEST(one_for_each_suffix),      FX_TEST(is_not),
		FX_TEST(for_two_days), FX_TEST(secret_is_the_database_s),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
