/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The vector of the SipHash paper (Aumasson, Bernstein 2012, appendix A): key 00..0f, input 00..0e; its
 * eight output bytes, first one highest. */
static void test_keyed_vector(void **state)
{
	struct hash_key k;
	uint8_t in[15];
	(void)state;

	for (uint8_t i = 0; i < 16; i++)
		k.bytes[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		in[i] = i;
	assert_true(hash_keyed(&k, in, sizeof(in)) == UINT64_C(0xe545be4961ca29a1));
	k.bytes[15] ^= 1;
	assert_true(hash_keyed(&k, in, sizeof(in)) != UINT64_C(0xe545be4961ca29a1));
}

static void test_keys(void **state)
{
	struct hash_key a, b;
	(void)state;

	hash_key_fixed(&a, "capture one");
	hash_key_fixed(&b, "capture one");
	assert_memory_equal(a.bytes, b.bytes, sizeof(a.bytes));
	hash_key_fixed(&b, "capture two");
	assert_memory_not_equal(a.bytes, b.bytes, sizeof(a.bytes));
	hash_key_random(&a);
	hash_key_random(&b);
	assert_memory_not_equal(a.bytes, b.bytes, sizeof(a.bytes));
}

#define ABC       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NOTHING   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

/* FIPS 180-4 examples */
static void test_sha256(void **state)
{
	uint8_t sum[HASH_SHA256_SIZE];
	char hex[HASH_HEX_SIZE];
	(void)state;

	hash_sha256(sum, "abc", 3);
	hash_hex(hex, sum);
	assert_string_equal(hex, ABC);
	hash_sha256(sum, "", 0);
	hash_hex(hex, sum);
	assert_string_equal(hex, NOTHING);
}

static void expect_file(const char *bytes, size_t n, const char *hex)
{
	FILE *f = tmpfile();
	char got[HASH_HEX_SIZE];

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(hash_file(got, fileno(f)), 0); /* from the start, wherever the file stands */
	assert_string_equal(got, hex);
	assert_int_equal(lseek(fileno(f), 0, SEEK_CUR), (off_t)n);
	fclose(f);
}

static void test_file(void **state)
{
	char *many = malloc(1000000), hex[HASH_HEX_SIZE];
	int ends[2];
	(void)state;

	assert_non_null(many);
	memset(many, 'a', 1000000);
	expect_file("", 0, NOTHING);
	expect_file("abc", 3, ABC);
	expect_file(many, 1000000, MILLION_A);
	free(many);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(hash_file(hex, ends[0]), -ESPIPE);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(hash_file(hex, ends[0]), -EBADF);
}

/* Digests of XXH3-128 with seed 0, as `xxhsum -H2` prints them. */
static void test_stream(void **state)
{
	struct hash_stream *h = hash_stream_new();
	char hex[HASH_HEX_SIZE], again[HASH_HEX_SIZE];
	FILE *f = tmpfile();
	(void)state;

	hash_stream_hex(h, hex);
	assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
	hash_stream_add(h, "ab", 2);
	hash_stream_add(h, "c", 1);
	hash_stream_hex(h, hex);
	assert_string_equal(hex, "06b05ab6733a618578af5f94892f3950");
	hash_stream_free(h);

	assert_int_equal(fwrite("xxxabc", 1, 6, f), 6);
	assert_int_equal(fflush(f), 0);
	h = hash_stream_new();
	assert_int_equal(hash_stream_file(h, fileno(f), 3), 0);
	hash_stream_hex(h, again);
	assert_string_equal(again, hex);
	assert_int_equal(hash_stream_file(h, -1, 0), -EBADF);
	hash_stream_free(h);
	hash_stream_free(NULL);
	fclose(f);
}

static void test_secret(void **state)
{
	static const char text[] = "a name that is longer than any of the words that a hash reads at a time";
	struct hash_secret a, b;
	(void)state;

	hash_secret_random(&a);
	hash_secret_random(&b);
	for (size_t n = 1; n < sizeof(text); n++) {
		assert_true(hash_secret(&a, text, n) == hash_secret(&a, text, n));
		assert_true(hash_secret(&a, text, n) != hash_secret(&a, text, n - 1));
		assert_true(hash_secret(&a, text, n) != hash_secret(&b, text, n));
	}
}

/* RFC 4122 section 4.4 */
static void test_uuid(void **state)
{
	char a[37], b[37];
	(void)state;

	for (int i = 0; i < 200; i++) {
		hash_uuid(a);
		hash_uuid(b);
		assert_int_equal(strlen(a), 36);
		assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
		assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
		assert_int_equal(a[14], '4');
		assert_non_null(strchr("89ab", a[19]));
		assert_string_not_equal(a, b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyed_vector), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_sha256),       cmocka_unit_test(test_file),
		cmocka_unit_test(test_stream),       cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
