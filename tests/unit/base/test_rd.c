/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rd.h"

static const uint8_t digits[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba,
				  0x98, 0x76, 0x54, 0x32, 0x10, 0x00, 0x11, 0x22, 0x33, 0x44 };

static void test_reads_big_endian(void **state)
{
	struct rd r = rd_init(digits, sizeof(digits));
	(void)state;

	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_be16(&r), 0x2345);
	assert_int_equal(rd_be24(&r), 0x6789ab);
	assert_int_equal(rd_be32(&r), 0xcdeffedc);
	assert_int_equal(rd_pos(&r), 10);
	assert_true(rd_be64(&r) == UINT64_C(0xba98765432100011));
	assert_int_equal(rd_left(&r), 3);
	assert_true(rd_ok(&r) && !rd_done(&r));
	assert_true(rd_skip(&r, 3));
	assert_true(rd_done(&r));
}

struct width {
	size_t bytes;
	uint64_t (*read)(struct rd *r);
};

static uint64_t read_u8(struct rd *r) { return rd_u8(r); }
static uint64_t read_be16(struct rd *r) { return rd_be16(r); }
static uint64_t read_be24(struct rd *r) { return rd_be24(r); }
static uint64_t read_be32(struct rd *r) { return rd_be32(r); }
static uint64_t read_be64(struct rd *r) { return rd_be64(r); }

static const struct width widths[] = {
	{ 1, read_u8 }, { 2, read_be16 }, { 3, read_be24 }, { 4, read_be32 }, { 8, read_be64 },
};

/* Each width over each shorter input: fails, stays failed, gives zeroes, is empty. */
static void test_fails_at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		for (size_t n = 0; n < widths[i].bytes; n++) {
			uint8_t *p = calloc(1, n + 1);
			assert_non_null(p);
			memset(p, 0xff, n);
			struct rd r = rd_init(p, n);
			widths[i].read(&r);
			assert_false(rd_ok(&r));
			assert_false(rd_done(&r));
			assert_int_equal(rd_left(&r), 0);
			assert_int_equal(rd_u8(&r), 0);
			assert_true(rd_be64(&r) == 0);
			assert_null(rd_bytes(&r, 0));
			free(p);
		}
	}
}

/* A short read of a whole number yields 0, not the bytes that were there. */
static void test_short_reads_give_zero(void **state)
{
	struct rd r;
	(void)state;

	r = rd_init(digits, 1);
	assert_int_equal(rd_be16(&r), 0);
	r = rd_init(digits, 2);
	assert_int_equal(rd_be24(&r), 0);
	r = rd_init(digits, 3);
	assert_int_equal(rd_be32(&r), 0);
}

static void test_lends_bytes(void **state)
{
	struct rd r = rd_init(digits, 4);
	(void)state;

	assert_ptr_equal(rd_bytes(&r, 0), digits);
	assert_ptr_equal(rd_bytes(&r, 3), digits);
	assert_null(rd_bytes(&r, 2));
	assert_false(rd_ok(&r));
	r = rd_init(digits, 4);
	assert_null(rd_bytes(&r, SIZE_MAX));
	assert_int_equal(rd_left(&r), 0);
}

static void test_empty(void **state)
{
	struct rd r = rd_init(NULL, 0);
	(void)state;

	assert_true(rd_done(&r));
	assert_int_equal(rd_left(&r), 0);
	assert_true(rd_skip(&r, 0));
	assert_true(rd_ok(&r));
	rd_u8(&r);
	assert_false(rd_ok(&r));
}

static void test_sub_reader(void **state)
{
	static const uint8_t bytes[] = { 2, 0xaa, 0xbb, 0, 1, 0xcc, 0, 0, 1, 0xdd, 0xee };
	struct rd r = rd_init(bytes, sizeof(bytes)), s;
	(void)state;

	s = rd_sub8(&r);
	assert_int_equal(rd_left(&s), 2);
	assert_int_equal(rd_be16(&s), 0xaabb);
	rd_u8(&s);
	assert_false(rd_ok(&s)); /* the child's own failure */
	assert_true(rd_ok(&r));
	s = rd_sub16(&r);
	assert_int_equal(rd_u8(&s), 0xcc);
	assert_true(rd_done(&s));
	s = rd_sub24(&r);
	assert_int_equal(rd_u8(&s), 0xdd);
	assert_int_equal(rd_pos(&s), 1);
	assert_int_equal(rd_u8(&r), 0xee);
	assert_true(rd_done(&r));
}

static void test_sub_reader_that_lies(void **state)
{
	static const uint8_t bytes[] = { 3, 1, 2 };
	struct rd r = rd_init(bytes, sizeof(bytes)), s = rd_sub8(&r);
	(void)state;

	assert_false(rd_ok(&s));
	assert_int_equal(rd_left(&s), 0);
	assert_false(rd_ok(&r));
	s = rd_sub(&r, 0); /* of a parent that failed */
	assert_false(rd_ok(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_big_endian),
		cmocka_unit_test(test_fails_at_every_length),
		cmocka_unit_test(test_short_reads_give_zero),
		cmocka_unit_test(test_lends_bytes),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_sub_reader),
		cmocka_unit_test(test_sub_reader_that_lies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
