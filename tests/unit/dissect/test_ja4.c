/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/tls_client.h"

#include "dissect/ja4.h"

enum { BODY_MAX = 20000 };

static struct ja4_cache *cache_new(void)
{
	struct ja4_cache *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	return c;
}

/* With an empty cache, with one that knows it, and without. */
static void expect(const struct client *c, const char *ja4)
{
	uint8_t body[2048];
	struct wr w = wr_init(body, sizeof(body));
	struct ja4_cache *cache = cache_new();
	char out[DISSECT_JA4_SIZE];
	struct tls_hello h;

	put_client(&w, c);
	assert_true(tls_hello_read(body, wr_len(&w), &h));
	for (int i = 0; i < 2; i++) {
		assert_true(ja4_make(cache, ja4[0], &h, out));
		assert_string_equal(out, ja4);
	}
	assert_true(ja4_make(NULL, ja4[0], &h, out));
	assert_string_equal(out, ja4);
	free(cache);
}

/* The example that the description of JA4 works through; its ciphers and extensions in the order they came.
 */
#define EXAMPLE_CIPHERS    "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
#define EXAMPLE_EXTENSIONS "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
#define EXAMPLE_ALGORITHMS "0403,0804,0401,0503,0805,0501,0806,0601"

static const struct client example = { .ciphers = EXAMPLE_CIPHERS,
				       .extensions = EXAMPLE_EXTENSIONS,
				       .algorithms = EXAMPLE_ALGORITHMS,
				       .alpn = "6832",
				       .versions = "0304,0303",
				       .version = 0x0303 };

static void test_published_example(void **state)
{
	struct client c = example;
	(void)state;

	expect(&c, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	expect(&c, "q13d1516h2_8daaf6152771_e5627efa2ab1");
	c.algorithms = NULL;
	{
		uint8_t body[1024];
		struct wr w = wr_init(body, sizeof(body));
		char out[DISSECT_JA4_SIZE];
		struct tls_hello h;
		put_client(&w, &c);
		assert_true(tls_hello_read(body, wr_len(&w), &h));
		assert_true(h.odd); /* the extension must hold a list */
		assert_true(ja4_make(NULL, 't', &h, out));
		assert_string_equal(out, "t13d1516h2_8daaf6152771_6d807ffa2a79");
	}
}

/* Of clients whose lists are published with their fingerprints. */
static void test_published_clients(void **state)
{
	static const struct {
		struct client c;
		const char *ja4;
	} rows[] = {
		/* Chrome 143 */
		{ { .ciphers = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
		    .extensions =
			    "002d,0033,0010,fe0d,0017,44cd,0000,000b,000a,002b,ff01,0023,0012,0005,000d,001b",
		    .algorithms = "0403,0804,0401,0503,0805,0501,0806,0601",
		    .alpn = "6832",
		    .versions = "0304,0303",
		    .version = 0x0303 },
		  "t13d1516h2_8daaf6152771_d8a2da3f94cd" },
		/* Chrome with a GREASE algorithm and an extension that nobody knows */
		{ { .ciphers = "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
		    .extensions = "fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,"
				  "0005,001b,0012",
		    .algorithms = "1a1a,0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601",
		    .alpn = "6832",
		    .versions = "0304,0303",
		    .version = 0x0303 },
		  "t13d1517h2_8daaf6152771_cb7bf5808d99" },
		{ { .ciphers =
			    "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035,000a",
		    .extensions =
			    "0000,0017,ff01,000a,000b,0023,0010,0005,000d,0012,0033,002d,002b,001b,0015",
		    .algorithms = "0403,0804,0401,0503,0805,0501,0806,0601,0201",
		    .alpn = "6832",
		    .versions = "0304",
		    .version = 0x0303 },
		  "t13d1615h2_46e7e9700bed_45f260be83e2" },
		/* TLS 1.0, a server name and nothing else */
		{ { .ciphers = "0039,0038,0035,0016,0013,000a,0033,0032,002f,009a,0099,0096,0005,0004,0015,"
			       "0012,0009,0014,0011,0008,0006,0003,00ff",
		    .extensions = "0000",
		    .version = 0x0301 },
		  "t10d230100_6a57a6f57151_000000000000" },
		{ { .ciphers = "1301,1302,1303,c02b,c02f,cca9,cca8,c02c,c030,00ff",
		    .extensions = "0000,0005,000a,000b,000d,0010,0017,0023,002b,002d,0033",
		    .algorithms = "0503,0403,0807,0806,0805,0804,0601,0501,0401",
		    .alpn = "6832",
		    .versions = "0304,0303",
		    .version = 0x0303 },
		  "t13d1011h2_61a7ad8aa9b6_3fcd1a44f3e3" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(&rows[i].c, rows[i].ja4);
}

static void test_grease_is_left_out(void **state)
{
	struct client c = example;
	(void)state;

	c.ciphers = "2a2a," EXAMPLE_CIPHERS ",fafa";
	c.extensions = "0a0a," EXAMPLE_EXTENSIONS ",eaea";
	c.algorithms = EXAMPLE_ALGORITHMS ",0a0a";
	c.versions = "baba,0304,0303";
	expect(&c, "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

/* Shuffled, an extension twice, one of the small types twice: sorted all the same. */
static void test_order_and_copies(void **state)
{
	struct client a = example, b = example;
	struct tls_hello h[2];
	uint8_t body[2][1024];
	char out[2][DISSECT_JA4_SIZE];
	(void)state;

	a.ciphers = "0035,002f,009d,009c,c014,c013,cca8,cca9,c030,c02c,c02f,c02b,1303,1302,1301";
	expect(&a, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	a.extensions = EXAMPLE_EXTENSIONS ",0017,4469";
	b.extensions =
		"4469,0017,4469,0017,001b,0000,0033,0010,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015";
	for (int i = 0; i < 2; i++) {
		struct wr w = wr_init(body[i], sizeof(body[i]));
		put_client(&w, i == 0 ? &a : &b);
		tls_hello_read(body[i], wr_len(&w), &h[i]);
		assert_true(ja4_make(NULL, 't', &h[i], out[i]));
	}
	assert_string_equal(out[0], out[1]);
	assert_memory_equal(out[0], "t13d1518h2_8daaf6152771_", 24);
	assert_string_not_equal(out[0] + 24, "e5627efa2ab1");
}

static void test_alpn(void **state)
{
	static const struct {
		const char *alpn, *two;
	} rows[] = {
		{ "6832", "h2" },     { "687474702f312e31", "h1" },
		{ "78", "xx" },       { "ab", "ab" },
		{ "abcd", "ad" },     { "30ab", "3b" },
		{ "3031abcd", "3d" }, { "30abcd31", "01" },
		{ "20", "20" },       { "2061", "21" },
		{ "6120", "60" },     { "5a61", "Za" },
		{ "0a0a", "0a" },     { "485f", "4f" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client c = example;
		char ja4[DISSECT_JA4_SIZE] = "t13d1516h2_8daaf6152771_e5627efa2ab1";
		memcpy(ja4 + 8, rows[i].two, 2);
		c.alpn = rows[i].alpn;
		expect(&c, ja4);
	}
}

static void test_versions(void **state)
{
	static const struct {
		const char *versions;
		uint16_t version;
		const char *two;
	} rows[] = {
		{ "0303,0304", 0x0303, "13" }, { "0303,0302", 0x0301, "12" }, { "0302", 0x0303, "11" },
		{ "0301", 0x0303, "10" },      { "0300", 0x0303, "s3" },      { "0002", 0x0303, "s2" },
		{ "7f1c,0303", 0x0303, "00" }, { "1a1a", 0x0303, "00" },      { "", 0x0303, "00" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct client c = example;
		char ja4[DISSECT_JA4_SIZE] = "t13d1516h2_8daaf6152771_e5627efa2ab1";
		memcpy(ja4 + 1, rows[i].two, 2);
		c.versions = rows[i].versions;
		c.version = rows[i].version;
		expect(&c, ja4);
	}
}

static void test_nothing_offered(void **state)
{
	struct client c = { .ciphers = "", .version = 0x0302 };
	(void)state;

	expect(&c, "t11i000000_000000000000_000000000000");
	c.ciphers = "0a0a";
	c.extensions = "1a1a,0010";
	c.alpn = "6832";
	expect(&c, "t11i0001h2_000000000000_000000000000");
}

/* `count` ciphers and as many extensions of one byte, algorithms before them. */
static size_t many(uint8_t body[BODY_MAX], size_t ciphers, size_t extensions, size_t algorithms)
{
	struct wr w = wr_init(body, BODY_MAX);
	size_t list, data;

	wr_be16(&w, 0x0303);
	wr_bytes(&w, "0123456789abcdef0123456789abcdef", 32);
	wr_u8(&w, 0);
	list = wr_open16(&w);
	for (size_t i = 0; i < ciphers; i++)
		wr_be16(&w, (uint16_t)(0x6000 - i));
	wr_close16(&w, list);
	put_hex(&w, "0100");
	list = wr_open16(&w);
	wr_be16(&w, 13);
	wr_be16(&w, (uint16_t)(2 + 2 * algorithms));
	data = wr_open16(&w);
	for (size_t i = 0; i < algorithms; i++)
		wr_be16(&w, (uint16_t)(0x0401 + i));
	wr_close16(&w, data);
	for (size_t i = 1; i < extensions; i++) {
		wr_be16(&w, (uint16_t)(0x9000 - i));
		wr_be16(&w, 1);
		wr_u8(&w, 1);
	}
	wr_close16(&w, list);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

/* Two digits are all that there is for a count; and no list is longer than the sort is good for. */
static void test_limits(void **state)
{
	static const struct {
		size_t ciphers, extensions, algorithms;
		const char *start; /* NULL: not made */
	} rows[] = {
		{ 99, 98, 1, "t12i999800_" },
		{ 100, 100, 1, "t12i999900_" },
		{ JA4_LIST_MAX, JA4_LIST_MAX, JA4_LIST_MAX, "t12i999900_" },
		{ JA4_LIST_MAX + 1, 1, 1, NULL },
		{ 1, JA4_LIST_MAX + 2, 1, NULL },
		{ 1, 1, JA4_LIST_MAX + 1, NULL },
	};
	uint8_t body[BODY_MAX];
	char out[DISSECT_JA4_SIZE];
	struct ja4_cache *cache = cache_new();
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_hello h;
		assert_true(tls_hello_read(
			body, many(body, rows[i].ciphers, rows[i].extensions, rows[i].algorithms), &h));
		assert_int_equal(ja4_make(cache, 't', &h, out), rows[i].start != NULL);
		if (rows[i].start == NULL)
			assert_string_equal(out, "");
		else
			assert_memory_equal(out, rows[i].start, strlen(rows[i].start));
	}
	free(cache);
}

/* More lists than the cache has rows, again and again: what is remembered is never another's. */
static void test_cache_is_exact(void **state)
{
	struct ja4_cache *cache = cache_new();
	uint8_t body[BODY_MAX];
	(void)state;

	for (size_t i = 0; i < 3 * JA4_ENTRIES; i++) {
		char with[DISSECT_JA4_SIZE], without[DISSECT_JA4_SIZE];
		size_t n = i % (2 * JA4_ENTRIES);
		struct tls_hello h;
		assert_true(tls_hello_read(body, many(body, 1 + n % 80, 1 + n % 3, 1 + n % 5), &h));
		assert_true(ja4_make(cache, 't', &h, with));
		assert_true(ja4_make(NULL, 't', &h, without));
		assert_string_equal(with, without);
	}
	free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_example),
		cmocka_unit_test(test_published_clients),
		cmocka_unit_test(test_grease_is_left_out),
		cmocka_unit_test(test_order_and_copies),
		cmocka_unit_test(test_alpn),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_nothing_offered),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cache_is_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
