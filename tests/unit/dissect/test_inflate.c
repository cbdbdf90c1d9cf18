/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/seen.h"

#include <zlib.h>

#include "dissect/inflate.h"

enum { GZIP = 15 + 16, ZLIB = 15, BARE = -15 };

static struct inflate_room room;

static size_t pack(int window, const void *text, size_t n, uint8_t *out, size_t cap)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text,
		       .avail_in = (uInt)n,
		       .next_out = out,
		       .avail_out = (uInt)cap };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

static enum inflate_result open(const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *got)
{
	uint8_t *exact = seen_exact(in, n), *exact_out = malloc(cap);
	enum inflate_result res;

	assert_non_null(exact_out);
	memset(&room, 0xa5, sizeof(room));
	res = inflate_begin(&room, exact, n, exact_out, cap, got);
	assert_true(*got <= cap);
	memcpy(out, exact_out, *got);
	free(exact_out);
	free(exact);
	return res;
}

static void test_formats(void **state)
{
	static const int windows[] = { GZIP, ZLIB, BARE };
	static const char text[] = "<title>教务系统</title>";
	uint8_t packed[256], out[256];
	size_t got;
	(void)state;

	for (size_t i = 0; i < 3; i++) {
		size_t n = pack(windows[i], text, sizeof(text), packed, sizeof(packed));
		assert_int_equal(open(packed, n, out, sizeof(out), &got), INFLATE_DONE);
		assert_int_equal(got, sizeof(text));
		assert_memory_equal(out, text, got);
	}
}

static void test_truncated_at_every_length(void **state)
{
	static const char text[] =
		"<html><head><meta charset=utf-8><title>a title of some length</title></head></html>";
	uint8_t packed[256], out[256];
	size_t got, n = pack(GZIP, text, sizeof(text), packed, sizeof(packed)), before = 0;
	(void)state;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(open(packed, i, out, sizeof(out), &got), INFLATE_OK);
		assert_true(got >= before);
		assert_memory_equal(out, text, got);
		before = got;
	}
}

/* A thousand times what goes in: only as much comes out as there is room for. */
static void test_bomb(void **state)
{
	static uint8_t zeros[4 * 1024 * 1024], packed[8192], out[16384];
	size_t got, n = pack(GZIP, zeros, sizeof(zeros), packed, sizeof(packed));
	(void)state;

	assert_true(n < sizeof(packed));
	assert_int_equal(open(packed, n, out, sizeof(out), &got), INFLATE_OK);
	assert_int_equal(got, sizeof(out));
}

static void test_broken(void **state)
{
	static const char text[] = "what came out before the break stays, though nobody may trust it much";
	uint8_t packed[256], out[256];
	size_t got, n = pack(ZLIB, text, sizeof(text), packed, sizeof(packed));
	(void)state;

	packed[n - 1] ^= 1; /* the check sum */
	assert_int_equal(open(packed, n, out, sizeof(out), &got), INFLATE_BAD);
	assert_int_equal(got, sizeof(text));
	assert_int_equal(open((const uint8_t *)"<html>", 6, out, sizeof(out), &got), INFLATE_BAD);
	assert_int_equal(open((const uint8_t *)"\x78\xbb\0\0\0\0", 6, out, sizeof(out), &got),
			 INFLATE_BAD); /* wants a dictionary */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_truncated_at_every_length),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
