/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include "tests/unit/store/fixture.h"

static void key_path(char out[128]) { snprintf(out, 128, "%s/beiand.db.key", fx.folder); }

static bool same(const struct hash_key *a, const struct hash_key *b) { return memcmp(a, b, sizeof(*a)) == 0; }

static void replays_share_one_key(void **state)
{
	struct hash_key a, b;
	int64_t epoch = 9;
	char path[128];

	(void)state;
	fx_ok(store_client_key(fx.store, true, noon, &a, &epoch));
	assert_int_equal(epoch, 0);
	fx_ok(store_client_key(fx.store, true, noon + 1000 * one_day, &b, &epoch));
	assert_true(same(&a, &b));
	key_path(path);
	assert_int_equal(access(path, F_OK), -1);
}

static void key_is_private_and_kept(void **state)
{
	struct hash_key a, b;
	struct stat st;
	int64_t epoch;
	char path[128];

	(void)state;
	fx_ok(store_client_key(fx.store, false, noon, &a, &epoch));
	assert_int_equal(epoch, 1);
	key_path(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fx_reopen();
	fx_ok(store_client_key(fx.store, false, noon + one_day / 2, &b, &epoch));
	assert_int_equal(epoch, 1);
	assert_true(same(&a, &b));
}

static void old_key_is_replaced(void **state)
{
	struct hash_key a, b;
	int64_t epoch, days = fx.conf.store.key_days;

	(void)state;
	fx_ok(store_client_key(fx.store, false, noon, &a, &epoch));
	fx_ok(store_client_key(fx.store, false, noon + days * one_day - 1, &b, &epoch));
	assert_int_equal(epoch, 1);
	fx_ok(store_client_key(fx.store, false, noon + days * one_day, &b, &epoch));
	assert_int_equal(epoch, 2);
	assert_false(same(&a, &b));
}

/* A lost key file must not give its successor the same epoch: their sketches do not merge. */
static void lost_key_starts_a_new_epoch(void **state)
{
	struct hash_key a, b;
	int64_t epoch;
	char path[128];

	(void)state;
	fx_ok(store_client_key(fx.store, false, noon, &a, &epoch));
	key_path(path);
	assert_int_equal(unlink(path), 0);
	fx_ok(store_client_key(fx.store, false, noon, &b, &epoch));
	assert_int_equal(epoch, 2);
	assert_false(same(&a, &b));
}

static void damaged_key_file_is_named(void **state)
{
	static const char *const bad[] = { "", "1 2", "1 2 00", "x y z",
					   "1 2 gggggggggggggggggggggggggggggggg\n" };
	struct hash_key a;
	int64_t epoch;
	char path[128];

	(void)state;
	key_path(path);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		FILE *f = fopen(path, "w");
		fputs(bad[i], f);
		fclose(f);
		assert_int_equal(store_client_key(fx.store, false, noon, &a, &epoch), -EINVAL);
		assert_non_null(strstr(store_error(fx.store), path));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_TEST(replays_share_one_key),     FX_TEST(key_is_private_and_kept),
		FX_TEST(old_key_is_replaced),       FX_TEST(lost_key_starts_a_new_epoch),
		FX_TEST(damaged_key_file_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
