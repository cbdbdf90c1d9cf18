/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/control.h"

#include "base/neighbour.h"
#include "base/text.h"
#include "tests/unit/store/fixture.h"

static char ours[RECORD_NAME_MAX];

static void make(const char *host, uint32_t more)
{
	assert_true(neighbour_put(ours, sizeof(ours), host, control_chance(fx.store, host) + more));
}

static void is_ours(void **state)
{
	(void)state;
	make("jw.example.edu.cn", 0);
	assert_true(control_is_ours(fx.store, ours));
	make("a.b.example.com", 0);
	assert_true(control_is_ours(fx.store, ours));
}

static void one_for_each_suffix(void **state)
{
	uint32_t chance = control_chance(fx.store, "jw.example.edu.cn");

	(void)state;
	assert_int_equal(chance, control_chance(fx.store, "lib.example.edu.cn"));
	assert_int_not_equal(chance, control_chance(fx.store, "jw.example.com"));
	make("jw.example.edu.cn", 0);
	assert_int_equal(chance, control_chance(fx.store, ours)); /* it is its own neighbour */
}

static void is_not(void **state)
{
	char other[RECORD_NAME_MAX + 16];

	(void)state;
	make("jw.example.edu.cn", 1); /* other digits */
	assert_false(control_is_ours(fx.store, ours));
	make("jw.example.edu.cn", 0);
	snprintf(other, sizeof(other), "%.10s.example.com", ours); /* another suffix */
	assert_false(control_is_ours(fx.store, other));
	assert_false(control_is_ours(fx.store, ours + 1)); /* short */
	snprintf(other, sizeof(other), "www.%s", ours);
	assert_false(control_is_ours(fx.store, other));
	ours[0] = 'B'; /* names are in lower case where this is asked */
	assert_false(control_is_ours(fx.store, ours));
	assert_false(control_is_ours(fx.store, "bd"));
	assert_false(control_is_ours(fx.store, ""));
}

/* Who opens the database later, or only reads it, knows it as well; another database does not. */
static void secret_is_the_database_s(void **state)
{
	make("jw.example.edu.cn", 0);
	fx_reopen();
	assert_true(control_is_ours(fx.store, ours));
	assert_int_equal(fx_tear_down(state), 0);
	assert_int_equal(fx_set_up(state), 0);
	assert_false(control_is_ours(fx.store, ours));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(is_ours),
		FX_TEST(one_for_each_suffix),
		FX_TEST(is_not),
		FX_TEST(secret_is_the_database_s),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
