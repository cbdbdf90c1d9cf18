/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/apk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "probes/archive.h"
#include "tests/unit/probes/axml_write.h"
#include "tests/unit/probes/package.h"

static const char url[] = "https://dl.example.cn/app.apk";

/* -- packages by our own hand -------------------------------------------------------------------------- */

static struct axml_write w;

struct manifest {
	const char *root, *package, *version, *label;
	uint32_t label_ref;
	unsigned permissions;
};

static const struct manifest plain = { "manifest", "cn.edu.example.app", "3.1.7", "示例 App", 0, 2 };

static void manifest(const struct manifest *m)
{
	static char names[400][64];
	static const struct aw_attribute none[1];

	memset(&w, 0, sizeof(w));
	uint32_t label = aw_string(&w, "label", 0x01010001), name = aw_string(&w, "name", 0x01010003);
	uint32_t min = aw_string(&w, "minSdkVersion", 0x0101020c),
		 code = aw_string(&w, "versionCode", 0x0101021b);
	uint32_t version = aw_string(&w, "versionName", 0x0101021c),
		 target = aw_string(&w, "targetSdkVersion", 0x01010270);
	uint32_t package = aw_string(&w, "package", 0), permission[400];
	const struct aw_attribute root[] = { { code, true, 0x10, 317 },
					     { version, true, 3, aw_string(&w, m->version, 0) },
					     { package, false, 3, aw_string(&w, m->package, 0) } };
	const struct aw_attribute sdk[] = { { min, true, 0x10, 21 }, { target, true, 0x10, 30 } };
	const struct aw_attribute app[] = { { label, true, m->label ? 3 : 1,
					      m->label ? aw_string(&w, m->label, 0) : m->label_ref } };
	for (unsigned i = 0; i < m->permissions; i++) {
		snprintf(names[i], sizeof(names[i]), "android.permission.P%u", i);
		permission[i] = aw_string(&w, names[i], 0);
	}
	aw_string(&w, m->root, 0);
	aw_string(&w, "application", 0);
	aw_string(&w, "uses-sdk", 0);
	aw_string(&w, "uses-permission", 0);
	aw_string(&w, "activity", 0);
	aw_string(&w, "http://schemas.android.com/apk/res/android", 0);
	aw_begin(&w);
	aw_start(&w, m->root, root, 3);
	for (unsigned i = 0; i < m->permissions; i++) {
		const struct aw_attribute p[] = { { name, true, 3, permission[i] } };
		aw_start(&w, "uses-permission", p, 1);
		aw_stop(&w, "uses-permission");
	}
	aw_start(&w, "uses-sdk", sdk, 2);
	aw_stop(&w, "uses-sdk");
	aw_start(&w, "application", app, m->label || m->label_ref);
	aw_start(&w, "activity", none, 0);
	aw_start(&w, "uses-permission", root, 3); /* at the wrong place: it asks for nothing */
	aw_stop(&w, "uses-permission");
	aw_stop(&w, "activity");
	aw_stop(&w, "application");
	aw_start(&w, "application", none, 0); /* a second one does not count */
	aw_stop(&w, "application");
	aw_stop(&w, m->root);
	aw_end(&w);
}

static const char plain_told[] = "android-package=cn.edu.example.app ()\n"
				 "app-name=示例 App ()\n"
				 "app-version=3.1.7 (versionCode 317, minSdk 21, targetSdk 30)\n"
				 "permission=android.permission.P0 ()\n"
				 "permission=android.permission.P1 ()\n"
				 "app-updated=2026-05-01T12:30:00Z (包内最新文件的时间, 时区不明)\n";

static void tells_plain(struct served *s)
{
	struct probe_facts f;
	char text[4096];

	assert_int_equal(package_run(&probe_apk, s, url, &f), PROBE_DONE);
	package_told(&f, text, sizeof(text));
	assert_string_equal(text, plain_told);
}

static void test_a_large_package_by_three_small_ranges(void **state)
{
	struct served s = { .etag = NULL };

	(void)state;
	manifest(&plain);
	package_filler("lib/filler.so", 1500 * 1000);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_filler("lib/filler.so", 500 * 1000);
	package_end(&k);
	tells_plain(&s);
	assert_int_equal(s.asks, 3);
	assert_true(s.bytes < ARCHIVE_FIRST + ZIP_END_MAX + 8192);
}

static void test_the_manifest_in_the_first_bytes_is_not_asked_for_again(void **state)
{
	struct served s = { .etag = NULL };

	(void)state;
	manifest(&plain);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_filler("lib/filler.so", 500 * 1000);
	package_end(&k);
	tells_plain(&s);
	assert_int_equal(s.asks, 2);
}

static void test_a_small_package_is_one_request(void **state)
{
	struct served s = { .etag = NULL };

	(void)state;
	manifest(&plain);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_end(&k);
	for (unsigned whole = 0; whole < 2;
	     whole++) { /* also when all of it comes from who knows no ranges */
		s = (struct served){ .no_ranges = whole };
		tells_plain(&s);
		assert_int_equal(s.asks, 1);
	}
}

static void test_padding_zip64_and_comments(void **state)
{
	struct served s;

	(void)state;
	manifest(&plain);
	for (unsigned way = 0; way < 8; way++) {
		package_empty();
		k.zip64 = way & 1;
		k.pad = way & 2 ? 60000 : 0; /* more than the slack: one more request */
		package_filler("lib/filler.so", 300 * 1000);
		package_add(&k, "AndroidManifest.xml", w.p, w.n);
		package_filler("lib/filler.so", 300 * 1000);
		struct package_end end = package_true_end(&k);
		end.zip64 = way & 1;
		end.comment = way & 4 ? 65535 : 0;
		package_end_as(&k, &end);
		s = (struct served){ .etag = NULL };
		tells_plain(&s);
		/* and behind a long comment the directory is not in the last bytes */
		assert_int_equal(s.asks, 3 + (way & 2 ? 1 : 0) + (way & 4 ? 1 : 0));
	}
}

static void test_a_directory_of_many_entries_comes_in_chunks(void **state)
{
	struct served s = { .etag = NULL };
	char name[64];

	(void)state;
	manifest(&plain);
	k.stored = true;
	for (unsigned i = 0; i < 12000; i++) {
		snprintf(name, sizeof(name), "res/drawable/some-picture-of-an-app-%06u.png", i);
		package_add(&k, name, "x", 1);
		if (i == 6000) {
			package_add(&k, "AndroidManifest.xml", w.p, w.n);
			k.dos_date = (2020 - 1980) << 9 | 1 << 5 | 1;
		}
	}
	package_end(&k);
	assert_true(k.dir_n > 4 * ARCHIVE_CHUNK);
	tells_plain(&s);
	assert_true(s.asks <= 2 + 6 + 1);
	assert_true(s.bytes < k.dir_n + ZIP_END_MAX + 3 * ARCHIVE_FIRST);
}

static void test_facts_find_room_before_permissions(void **state)
{
	const struct manifest many = { "manifest", "cn.edu.example.app", "1", "名字", 0, 300 };
	struct served s = { .etag = NULL };
	struct probe_facts f;

	(void)state;
	manifest(&many);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_end(&k);
	assert_int_equal(package_run(&probe_apk, &s, url, &f), PROBE_DONE);
	assert_int_equal(f.count, PROBE_FACTS_MAX - 8 + 1);
	assert_int_equal(f.more, 300 + 3 - (PROBE_FACTS_MAX - 8));
	assert_int_equal(f.fact[0].type, FACT_ANDROID_PACKAGE);
	assert_int_equal(f.fact[1].type, FACT_APP_NAME);
	assert_int_equal(f.fact[2].type, FACT_APP_VERSION);
}

/* -- lies: each is unrecognised, with no fact and a reason -- */

static void refused(struct served *s, const char *why)
{
	struct probe_facts f;
	enum probe_outcome o = package_run(&probe_apk, s, url, &f);

	if (o != PROBE_UNRECOGNISED || f.count != 0 || strstr(s->remark, why) == NULL)
		fail_msg("%s, %zu facts, %s; not %s", probe_outcome_name(o), f.count, s->remark, why);
}

static void package_of(const struct manifest *m, bool large)
{
	package_empty();
	manifest(m);
	if (large)
		package_filler("lib/filler.so", 200 * 1000);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	if (large)
		package_filler("lib/filler.so", 200 * 1000);
}

static void test_manifests_that_are_none(void **state)
{
	static const struct manifest rows[] = {
		{ "manifesto", "cn.edu.example.app", "1", "x", 0, 0 },
		{ "manifest", "", "1", "x", 0, 0 },
		{ "manifest", "no-package", "1", "x", 0, 0 },
		{ "manifest", "a b.c", "1", "x", 0, 0 },
		{ "manifest", "../../x.y", "1", "x", 0, 0 },
	};
	struct served s = { .etag = NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		package_of(&rows[i], false);
		package_end(&k);
		refused(&s, "不是应用的清单");
	}
	package_empty();
	package_add(&k, "AndroidManifest.xml", "<manifest package=\"a.b\"/>", 25);
	package_end(&k);
	refused(&s, "不是应用的清单");
	package_empty();
	manifest(&plain);
	w.n -= 24;
	aw_end(&w);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_end(&k);
	refused(&s, "有错");
}

static void test_which_manifest(void **state)
{
	struct served s = { .etag = NULL };

	(void)state;
	package_of(&plain, false);
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_end(&k);
	refused(&s, "重复");
	package_empty();
	package_add(&k, "androidmanifest.xml", w.p, w.n);
	package_add(&k, "assets/AndroidManifest.xml", w.p, w.n);
	package_end(&k);
	refused(&s, "没有要找的");
	package_empty();
	package_add_n(&k, "AndroidManifest.xml\0x", 21, w.p, w.n);
	package_end(&k);
	refused(&s, "目录有错");
	package_empty();
	k.local_name = "AndroidManifest.xmm";
	package_add(&k, "AndroidManifest.xml", w.p, w.n);
	package_end(&k);
	refused(&s, "文件头与目录不符");
}

static void test_entries_that_lie(void **state)
{
	static const struct {
		int64_t size, packed, at;
		uint32_t crc;
		const char *why;
	} rows[] = {
		{ 5, 0, 0, 0, "解压失败" },
		{ -5, 0, 0, 0, "解压失败" },
		{ 0, 0, 0, 1, "校验" },
		{ 0, -3, 0, 0, "解压失败" },
		{ 0x7f000000, 0, 0, 0, "过大" },
		{ 0, 300 * 1000, 0, 0, "超出文件" },
		{ 0, 150 * 1000, 0, 0, "对不上" }, /* over its neighbour */
		{ 0, 0, 1, 0, "文件头与目录不符" },
		{ 0, 0, 0x60000000, 0, "超出文件" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = { .etag = NULL };
		package_empty();
		k.size_off = k.packed_off = k.at_off = k.crc_off = 0;
		manifest(&plain);
		package_filler("lib/filler.so", 100 * 1000);
		k.size_off = rows[i].size;
		k.packed_off = rows[i].packed;
		k.at_off = rows[i].at;
		k.crc_off = rows[i].crc;
		package_add(&k, "AndroidManifest.xml", w.p, w.n);
		k.size_off = k.packed_off = k.at_off = k.crc_off = 0;
		package_filler("lib/filler.so", 200 * 1000);
		package_end(&k);
		refused(&s, rows[i].why);
		assert_true(s.bytes < 700 * 1000);
	}
}

static void test_ends_that_lie(void **state)
{
	static const struct {
		int64_t entries, dir_size, dir;
		const char *why;
	} rows[] = {
		{ -1, 0, 0, "对不上" },   { 1, 0, 0, "结尾" }, /* no room for it */
		{ 0, -1, 0, "目录有错" }, { 0, 0, -1, "目录有错" }, { 0, 5, -5, "目录有错" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = { .etag = NULL };
		package_of(&plain, i & 1);
		struct package_end end = package_true_end(&k);
		end.entries += (uint64_t)rows[i].entries + (i == 1 ? 99 : 0);
		end.dir_size += (uint64_t)rows[i].dir_size;
		end.dir += (uint64_t)rows[i].dir;
		package_end_as(&k, &end);
		refused(&s, rows[i].why);
	}
	struct served s = { .etag = NULL };
	package_of(&plain, true);
	struct package_end end = package_true_end(&k);
	end.zip64 = true;
	end.dir_size = ZIP_DIRECTORY_MAX + 1;
	end.entries = 1;
	package_end_as(&k, &end);
	refused(&s, "结尾"); /* that much is not there */
}

static void test_a_package_cut_at_many_lengths(void **state)
{
	struct served s = { .etag = NULL };
	size_t whole;

	(void)state;
	package_of(&plain, false);
	package_end(&k);
	whole = k.n;
	for (k.n = 4; k.n < whole; k.n++)
		refused(&s, "结尾");
}

/* -- servers -- */

static void test_servers_without_ranges_are_not_drained(void **state)
{
	struct served s = { .no_ranges = true };

	(void)state;
	package_of(&plain, true);
	package_end(&k);
	refused(&s, "不支持按字节范围");
	assert_int_equal(s.asks, 1);
	assert_int_equal(s.bytes, ARCHIVE_FIRST);
	s = (struct served){ .no_ranges = true, .from_ask = 1 };
	refused(&s, "不再按字节范围");
}

static void test_servers_that_answer_something_else(void **state)
{
	static const struct {
		struct served s;
		const char *why;
	} rows[] = {
		{ { .total_off = 5, .from_ask = 1 }, "文件变了" },
		{ { .etag = "\"2\"", .from_ask = 1 }, "文件变了" },
		{ { .from_off = 7, .from_ask = 1 }, "范围与请求的不同" },
		{ { .from_off = 7 }, "范围与请求的不同" },
		{ { .shorter = 1, .from_ask = 1 }, "范围与请求的不同" },
		{ { .shorter = 1 }, "范围与请求的不同" },
		{ { .shorter = ARCHIVE_FIRST - 3 }, "不是 ZIP" },
		{ { .shorter = ARCHIVE_FIRST }, "不是 ZIP" },
		{ { .total_off = -400 * 1000 }, "范围与请求的不同" },
	};

	(void)state;
	package_of(&plain, true);
	package_end(&k);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = rows[i].s;
		refused(&s, rows[i].why);
	}
	memcpy(k.p, "<htm", 4);
	struct served s = { .no_ranges = true };
	refused(&s, "不是 ZIP");
}

static void test_failures_keep_their_name(void **state)
{
	static const struct {
		struct served s;
		enum probe_outcome want;
	} rows[] = {
		{ { .status = 404 }, PROBE_DONE },
		{ { .status = 403 }, PROBE_HTTP_ERROR },
		{ { .status = 304 }, PROBE_UNCHANGED },
		{ { .status = 429, .from_ask = 1 }, PROBE_HELD_BACK },
		{ { .status = 500, .from_ask = 2 }, PROBE_HTTP_ERROR },
		{ { .outcome = PROBE_TIMEOUT }, PROBE_TIMEOUT },
		{ { .outcome = PROBE_RESET, .from_ask = 2 }, PROBE_RESET },
		{ { .outcome = PROBE_OUT_OF_SCOPE, .from_ask = 1 }, PROBE_OUT_OF_SCOPE },
	};

	(void)state;
	package_of(&plain, true);
	package_end(&k);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = rows[i].s;
		struct probe_facts f;
		assert_int_equal(package_run(&probe_apk, &s, url, &f), rows[i].want);
		assert_int_equal(f.count, 0);
	}
}

static void test_times_that_cannot_be(void **state)
{
	static const struct {
		uint16_t date;
		uint32_t utc;
		const char *want; /* NULL: none */
	} rows[] = {
		{ 0x21, 0, NULL },                            /* 1980 */
		{ (2027 - 1980) << 9 | 1 << 5 | 1, 0, NULL }, /* to come */
		{ (2026 - 1980) << 9 | 11 << 5 | 21, 0, "2026-11-21T12:30:00Z" },
		{ 0, 1700000000, "2023-11-14T22:13:20Z" },
	};

	(void)state;
	manifest(&plain);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = { .etag = NULL };
		struct probe_facts f;
		package_empty();
		k.dos_date = rows[i].date;
		k.utc = rows[i].utc;
		package_add(&k, "AndroidManifest.xml", w.p, w.n);
		package_end(&k);
		assert_int_equal(package_run(&probe_apk, &s, url, &f), PROBE_DONE);
		assert_int_equal(f.count, rows[i].want ? 6 : 5);
		if (rows[i].want)
			assert_string_equal(f.fact[5].value, rows[i].want);
	}
}

static void test_a_name_that_cannot_be_looked_up_is_said(void **state)
{
	const struct manifest m = { "manifest", "cn.edu.example.app", "1", NULL, 0x7f0e001b, 1 };
	struct served s = { .etag = NULL };
	struct probe_facts f;

	(void)state;
	for (unsigned way = 0; way < 3; way++) {
		package_of(&m, false);
		if (way == 1)
			package_add(&k, "resources.arsc", "no table", 8);
		if (way == 2) {
			package_filler("lib/filler.so", 100 * 1000);
			k.packed_off = -1;
			package_add(&k, "resources.arsc", "no table", 8);
			k.packed_off = 0;
			package_filler("lib/filler.so", 100 * 1000);
		}
		package_end(&k);
		assert_int_equal(package_run(&probe_apk, &s, url, &f), PROBE_DONE);
		assert_int_equal(f.count, 4);
		assert_non_null(strstr(s.remark, "@0x7f0e001b"));
	}
}

/* -- resource tables that are too large to be fetched whole -- */

enum { POOL_SIZE = 900 * 1000, GAP = 300 * 1000 };

/* A table whose strings fill POOL_SIZE, then `gaps` types of something else, then the name of 0x7f0e0001. */
static uint8_t *large_table(unsigned gaps, size_t *n)
{
	static const char name[] = "\x04\x0c示例校园";
	size_t type = 20 + 28 + 8 + 16, package = 288 + (size_t)gaps * GAP + type, at;
	uint8_t *p, *to;

	*n = 12 + POOL_SIZE + package;
	p = to = calloc(1, *n);
	package_le(&to, 0x000c0002, 4);
	package_le(&to, *n, 4);
	package_le(&to, 1, 4);
	package_le(&to, 0x001c0001, 4);
	package_le(&to, POOL_SIZE, 4);
	package_le(&to, 1, 4);
	package_le(&to, 0, 4);
	package_le(&to, 1 << 8, 4);
	package_le(&to, 32 + POOL_SIZE / 2, 4);
	memcpy(p + 12 + 32 + POOL_SIZE / 2, name, sizeof(name));
	to = p + 12 + POOL_SIZE;
	package_le(&to, 0x01200200, 4);
	package_le(&to, package, 4);
	package_le(&to, 0x7f, 4);
	for (unsigned i = 0; i < gaps; i++) {
		to = p + 12 + POOL_SIZE + 288 + (size_t)i * GAP;
		package_le(&to, 0x00300201, 4);
		package_le(&to, GAP, 4);
		package_le(&to, 1, 4);
	}
	at = *n - type;
	to = p + at;
	package_le(&to, 0x00300201, 4);
	package_le(&to, type, 4);
	package_le(&to, 0x0e, 4);
	package_le(&to, 2, 4);
	package_le(&to, 48 + 8, 4);
	package_le(&to, 28, 4);
	to = p + at + 48;
	package_le(&to, UINT32_MAX, 4);
	package_le(&to, 0, 4);
	package_le(&to, 8, 8);
	package_le(&to, 8 | 3 << 24, 8);
	return p;
}

static void test_a_large_table_is_read_in_parts(void **state)
{
	const struct manifest m = { "manifest", "cn.edu.example.app", "1", NULL, 0x7f0e0001, 1 };
	static const struct {
		unsigned gaps;
		bool packed;
		struct served s;
		bool named;
	} rows[] = {
		{ 0, false, { .etag = NULL }, true },
		{ 4, false, { .etag = NULL }, true },
		{ 9, false, { .etag = NULL }, false }, /* more than it is worth */
		{ 0, true, { .etag = NULL }, true },   /* small as it is packed */
		{ 4, false, { .status = 404, .from_ask = 5 }, false },
		{ 4, false, { .total_off = 1, .from_ask = 5 }, false },
		{ 4, false, { .shorter = 1, .from_ask = 5 }, false },
		{ 4, false, { .outcome = PROBE_TIMEOUT, .from_ask = 5 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct served s = rows[i].s;
		struct probe_facts f;
		uint8_t *table;
		size_t n;
		package_of(&m, true);
		table = large_table(rows[i].gaps, &n);
		k.stored = !rows[i].packed;
		package_add(&k, "resources.arsc", table, n);
		k.stored = false;
		package_end(&k);
		free(table);
		assert_int_equal(package_run(&probe_apk, &s, url, &f), PROBE_DONE);
		assert_int_equal(f.count, rows[i].named ? 5 : 4);
		assert_int_equal(strstr(s.remark, "@0x7f0e0001") == NULL, rows[i].named);
		assert_true(s.bytes < 2 * 1024 * 1024 + 400 * 1024 && s.asks <= 16);
		if (rows[i].named)
			assert_string_equal(f.fact[4].value, "示例校园");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PACKAGE_TEST(test_a_large_package_by_three_small_ranges),
		PACKAGE_TEST(test_the_manifest_in_the_first_bytes_is_not_asked_for_again),
		PACKAGE_TEST(test_a_small_package_is_one_request),
		PACKAGE_TEST(test_padding_zip64_and_comments),
		PACKAGE_TEST(test_a_directory_of_many_entries_comes_in_chunks),
		PACKAGE_TEST(test_facts_find_room_before_permissions),
		PACKAGE_TEST(test_manifests_that_are_none),
		PACKAGE_TEST(test_which_manifest),
		PACKAGE_TEST(test_entries_that_lie),
		PACKAGE_TEST(test_ends_that_lie),
		PACKAGE_TEST(test_a_package_cut_at_many_lengths),
		PACKAGE_TEST(test_servers_without_ranges_are_not_drained),
		PACKAGE_TEST(test_servers_that_answer_something_else),
		PACKAGE_TEST(test_failures_keep_their_name),
		PACKAGE_TEST(test_times_that_cannot_be),
		PACKAGE_TEST(test_a_name_that_cannot_be_looked_up_is_said),
		PACKAGE_TEST(test_a_large_table_is_read_in_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
