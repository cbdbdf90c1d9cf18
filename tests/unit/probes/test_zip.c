/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/zip.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/unit/probes/package.h"

static const char text[] = "one two three four five six seven, one two three four five six seven";

static enum zip_result end_of(struct zip_end *e)
{
	uint64_t from = 0;
	size_t n = k.n < ZIP_END_MAX ? k.n : ZIP_END_MAX;

	return zip_end(k.p + k.n - n, n, k.n, e, &from);
}

/* The one entry of the directory, by way of it. */
static enum zip_result only(struct zip_entry *e)
{
	struct zip_end end;
	struct rd dir;

	assert_int_equal(end_of(&end), ZIP_OK);
	dir = rd_init(k.p + end.dir, (size_t)end.dir_size);
	return zip_entry(&dir, e);
}

static void test_a_file_comes_out_as_it_went_in(void **state)
{
	struct zip_entry e;
	uint8_t out[sizeof(text)];
	size_t data;

	(void)state;
	for (unsigned way = 0; way < 8; way++) {
		package_empty();
		k.stored = way & 1;
		k.zip64 = way & 2;
		k.pad = way & 4 ? 300 : 0;
		package_add(&k, "dir/name", text, sizeof(text));
		struct package_end end = package_true_end(&k);
		end.zip64 = k.zip64;
		end.comment = way & 4 ? 65535 : 0;
		package_end_as(&k, &end);
		assert_int_equal(only(&e), ZIP_OK);
		assert_true(zip_is_named(&e, "dir/name"));
		assert_false(zip_is_named(&e, "dir/nam"));
		assert_false(zip_is_named(&e, "dir/name2"));
		assert_int_equal(e.size, sizeof(text));
		assert_int_equal(e.time, 1777638600); /* 2026-05-01 12:30:00 */
		assert_false(e.zoned);
		assert_int_equal(zip_local(k.p + e.at, k.n - e.at, &e, &data), ZIP_OK);
		assert_true(zip_unpack(&e, k.p + e.at + data, out));
		assert_memory_equal(out, text, sizeof(text));
	}
}

static void test_times(void **state)
{
	static const struct {
		uint16_t date;
		uint32_t utc;
		int64_t want;
	} rows[] = {
		{ 0x0021, 0, 315577800 }, /* 1980-01-01 12:30 */
		{ (2024 - 1980) << 9 | 2 << 5 | 29, 0, 1709209800 },
		{ (2024 - 1980) << 9 | 13 << 5 | 1, 0, 0 },
		{ (2024 - 1980) << 9 | 1 << 5 | 0, 0, 0 },
		{ (2107 - 1980) << 9 | 12 << 5 | 31, 0, INT64_C(4354777800) },
		{ 0, 1234567890, 1234567890 },
	};
	struct zip_entry e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		package_empty();
		k.dos_date = rows[i].date;
		k.utc = rows[i].utc;
		package_add(&k, "a", text, sizeof(text));
		package_end(&k);
		assert_int_equal(only(&e), ZIP_OK);
		assert_int_equal(e.time, rows[i].want);
		assert_int_equal(e.zoned, rows[i].utc != 0);
	}
}

static void test_an_end_that_lies(void **state)
{
	static const struct {
		int64_t entries, dir_size, dir;
		enum zip_result want;
	} rows[] = {
		{ 0, 0, 0, ZIP_OK },  { 1, 0, 0, ZIP_BAD }, /* no room for so many */
		{ 0, 1, 0, ZIP_BAD },                       /* runs into the end itself */
		{ 0, 0, 1, ZIP_BAD }, { 0, 0x40000000, 0, ZIP_BAD }, { 0, 0, 0x70000000, ZIP_BAD },
	};
	struct zip_end e;

	(void)state;
	for (unsigned zip64 = 0; zip64 < 2; zip64++)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			package_empty();
			package_add(&k, "a", text, sizeof(text));
			struct package_end end = package_true_end(&k);
			end.zip64 = zip64;
			end.entries += (uint64_t)rows[i].entries;
			end.dir_size += (uint64_t)rows[i].dir_size;
			end.dir += (uint64_t)rows[i].dir;
			package_end_as(&k, &end);
			assert_int_equal(end_of(&e), rows[i].want);
		}
}

static void test_what_follows_the_end_makes_it_bad(void **state)
{
	struct zip_end e;
	uint64_t from;

	(void)state;
	package_add(&k, "a", text, sizeof(text));
	package_end(&k);
	assert_int_equal(end_of(&e), ZIP_OK);
	k.p[k.n++] = 0;
	assert_int_equal(end_of(&e), ZIP_BAD);
	k.n -= 2;
	assert_int_equal(end_of(&e), ZIP_BAD);
	/* an end within the comment hides the true one: nobody else reads it that way, so neither do we */
	package_empty();
	package_add(&k, "a", text, sizeof(text));
	struct package_end end = package_true_end(&k);
	end.comment = 64;
	package_end_as(&k, &end);
	memcpy(k.p + k.n - 40, "PK\5\6", 4);
	assert_int_equal(end_of(&e), ZIP_BAD);
	assert_int_equal(zip_end(k.p, k.n, k.n - 1, &e, &from), ZIP_BAD);
}

static void test_an_end_cut_at_every_length(void **state)
{
	struct zip_end e;

	(void)state;
	for (unsigned zip64 = 0; zip64 < 2; zip64++) {
		package_empty();
		k.zip64 = zip64;
		package_add(&k, "a", text, sizeof(text));
		struct package_end end = package_true_end(&k);
		end.zip64 = zip64;
		package_end_as(&k, &end);
		for (size_t n = 0; n <= k.n; n++) {
			uint8_t *copy = malloc(n ? n : 1);
			uint64_t from = UINT64_MAX;
			enum zip_result res;
			memcpy(copy, k.p + k.n - n, n);
			res = zip_end(copy, n, k.n, &e, &from);
			if (n < 22)
				assert_int_equal(res, ZIP_BAD);
			else if (!zip64 || n >= 22 + 20 + 56)
				assert_int_equal(res, ZIP_OK);
			else {
				assert_int_equal(res, ZIP_MORE);
				assert_true(from < k.n - n);
			}
			free(copy);
		}
	}
}

static void test_zip64_ends_that_lie(void **state)
{
	struct zip_end e;

	(void)state;
	for (size_t off = 0; off < 76; off++) { /* each byte of record and locator, turned over */
		enum zip_result res;
		struct package_end end;
		package_empty();
		package_add(&k, "a", text, sizeof(text));
		end = package_true_end(&k);
		end.zip64 = true;
		package_end_as(&k, &end);
		k.p[k.n - 22 - 76 + off] ^= 0xff;
		res = end_of(&e);
		if (res == ZIP_OK)
			assert_true(e.dir <= k.n && e.dir_size <= k.n - e.dir);
		/* versions and the record's own size may be anything */
		if (off < 4 || off >= 16)
			assert_int_not_equal(res, ZIP_MORE);
	}
}

static void test_entries_cut_at_every_length(void **state)
{
	struct zip_entry e;

	(void)state;
	k.utc = 1234567890;
	package_add(&k, "some/name", text, sizeof(text));
	for (size_t n = 0; n <= k.dir_n + 1; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		struct rd dir;
		memcpy(copy, k.dir, n < k.dir_n ? n : k.dir_n);
		dir = rd_init(copy, n);
		assert_int_equal(zip_entry(&dir, &e), n < k.dir_n ? ZIP_MORE : ZIP_OK);
		assert_int_equal(rd_left(&dir), n < k.dir_n ? n : n - k.dir_n);
		free(copy);
	}
	k.dir[0] = 'Q';
	struct rd dir = rd_init(k.dir, 4);
	assert_int_equal(zip_entry(&dir, &e), ZIP_BAD);
}

static void test_names(void **state)
{
	struct zip_entry e;

	(void)state;
	package_add_n(&k, "a\0b", 3, text, sizeof(text));
	package_end(&k);
	assert_int_equal(only(&e), ZIP_BAD);
	package_empty();
	package_add(&k, "", text, sizeof(text));
	package_end(&k);
	assert_int_equal(only(&e), ZIP_BAD);
	/* the local header says another name than the directory */
	for (unsigned i = 0; i < 2; i++) {
		size_t data;
		package_empty();
		k.local_name = i ? "abd" : "abcd";
		package_add(&k, "abc", text, sizeof(text));
		package_end(&k);
		assert_int_equal(only(&e), ZIP_OK);
		assert_int_equal(zip_local(k.p, k.n, &e, &data), ZIP_BAD);
	}
}

static void test_local_headers_cut_at_every_length(void **state)
{
	struct zip_entry e;
	size_t data;

	(void)state;
	package_add(&k, "name", text, sizeof(text));
	package_end(&k);
	assert_int_equal(only(&e), ZIP_OK);
	for (size_t n = 0; n < 40; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, k.p, n);
		assert_int_equal(zip_local(copy, n, &e, &data), n < 34 ? ZIP_MORE : ZIP_OK);
		free(copy);
	}
	k.p[3] ^= 1;
	assert_int_equal(zip_local(k.p, k.n, &e, &data), ZIP_BAD);
}

static void test_sizes_and_sums_that_lie(void **state)
{
	static const struct {
		int64_t size, packed;
		uint32_t crc;
		bool stored;
	} rows[] = {
		{ -1, 0, 0, false },
		{ 1, 0, 0, false },
		{ 0, -1, 0, false },
		{ 0, 1, 0, false },
		{ 0, 0, 1, false },
		{ -1, 0, 0, true },
		{ 0, -1, 0, true },
		{ -1, -1, 0, true },
		{ 0, 0, 1, true },
		{ -50, 0, 0, false },
		{ -(int64_t)sizeof(text), 0, 0, false },
	};
	uint8_t *out = malloc(sizeof(text) + 8);
	struct zip_entry e;
	size_t data;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		package_empty();
		k.size_off = rows[i].size;
		k.packed_off = rows[i].packed;
		k.crc_off = rows[i].crc;
		k.stored = rows[i].stored;
		package_add(&k, "a", text, sizeof(text));
		package_end(&k);
		assert_int_equal(only(&e), ZIP_OK);
		assert_int_equal(zip_local(k.p, k.n, &e, &data), ZIP_OK);
		if (zip_unpack(&e, k.p + data, out))
			fail_msg("row %zu", i);
	}
	e.method = 12;
	assert_false(zip_unpack(&e, k.p, out));
	e.packed = UINT64_C(1) << 33;
	e.method = 8;
	assert_false(zip_unpack(&e, k.p, out));
	free(out);
}

static void test_a_bomb_stops_at_the_size_that_was_told(void **state)
{
	size_t n = 3 * 1024 * 1024;
	uint8_t *zeros = calloc(1, n), *out = malloc(1000);
	struct zip_entry e;
	size_t data;

	(void)state;
	k.size_off = 1000 - (int64_t)n;
	package_add(&k, "a", zeros, n);
	package_end(&k);
	assert_int_equal(only(&e), ZIP_OK);
	assert_int_equal(e.size, 1000);
	assert_int_equal(zip_local(k.p, k.n, &e, &data), ZIP_OK);
	assert_false(zip_unpack(&e, k.p + data, out));
	free(zeros);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACKAGE_TEST(test_a_file_comes_out_as_it_went_in),
		PACKAGE_TEST(test_times),
		PACKAGE_TEST(test_an_end_that_lies),
		PACKAGE_TEST(test_what_follows_the_end_makes_it_bad),
		PACKAGE_TEST(test_an_end_cut_at_every_length),
		PACKAGE_TEST(test_zip64_ends_that_lie),
		PACKAGE_TEST(test_entries_cut_at_every_length),
		PACKAGE_TEST(test_names),
		PACKAGE_TEST(test_local_headers_cut_at_every_length),
		PACKAGE_TEST(test_sizes_and_sums_that_lie),
		PACKAGE_TEST(test_a_bomb_stops_at_the_size_that_was_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
