/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/tls_client.h"

/* The hello whose extensions are these, in hexadecimal. */
static bool read_exts(const char *exts, struct tls_hello *h)
{
	static uint8_t body[4096];
	struct wr w = wr_init(body, sizeof(body));
	size_t list;
	uint8_t *p;
	bool whole;

	wr_be16(&w, 0x0303);
	wr_bytes(&w, "0123456789abcdef0123456789abcdef", 32);
	put_hex(&w, "00 0002 1301 0100");
	list = wr_open16(&w);
	put_hex(&w, exts);
	wr_close16(&w, list);
	assert_true(wr_ok(&w));
	p = seen_exact(body, wr_len(&w)); /* h must not point there */
	whole = tls_hello_read(p, wr_len(&w), h);
	free(p);
	return tls_hello_read(body, wr_len(&w), h) == whole && whole;
}

static void expect_alpn(const char *exts, const char *alpn, bool odd)
{
	struct tls_hello h;

	assert_true(read_exts(exts, &h));
	assert_int_equal(h.odd, odd);
	assert_int_equal(h.alpn.n, alpn != NULL ? strlen(alpn) : 0);
	if (alpn != NULL)
		assert_memory_equal(h.alpn.p, alpn, h.alpn.n);
	else
		assert_null(h.alpn.p);
}

static void test_alpn(void **state)
{
	(void)state;
	expect_alpn("0010 000e 000c 02 6832 08 687474702f312e31", "h2", false);
	expect_alpn("0010 0005 0003 02 6833", "h3", false);
	expect_alpn("0010 0000", NULL, true);
	expect_alpn("0010 0002 0000", NULL, true);
	expect_alpn("0010 0003 0001 00", NULL, true);            /* a protocol without a name */
	expect_alpn("0010 0005 0003 03 6833", NULL, true);       /* longer than its list */
	expect_alpn("0010 0005 0004 02 6833", NULL, true);       /* the list longer than the extension */
	expect_alpn("0010 0007 0005 02 6833 02 68", "h3", true); /* the second breaks off */
	expect_alpn("0010 0006 0003 02 6833 00", "h3", true);    /* a trailing byte */
	expect_alpn("0010 0005 0003 02 6833 0010 0005 0003 02 6832", "h3", true);
}

static void expect_ech(const char *exts, int config, bool odd)
{
	struct tls_hello h;

	assert_true(read_exts(exts, &h));
	assert_int_equal(h.odd, odd);
	assert_int_equal(h.ech, config >= 0);
	assert_int_equal(h.ech_config, config > 0 ? config : 0);
}

/* RFC 9849 section 5 */
static void test_ech(void **state)
{
	(void)state;
	expect_ech("fe0d 000e 00 0001 0001 d8 0002 abcd 0002 1234", 0xd8, false);
	expect_ech("fe0d 000c 00 0001 0001 00 0000 0002 1234", 0, false); /* the second hello has no key */
	expect_ech("fe0d 0001 01", -1, false);                            /* the inner form */
	expect_ech("fe0d 0002 01 00", -1, true);
	expect_ech("fe0d 0000", -1, true);
	expect_ech("fe0d 000c 02 0001 0001 d8 0000 0002 1234", -1, true); /* neither form */
	expect_ech("fe0d 000a 00 0001 0001 d8 0000 0000", -1, true);      /* no payload */
	expect_ech("fe0d 000d 00 0001 0001 d8 0000 0002 1234 00", -1, true);
	expect_ech("fe0d 000c 00 0001 0001 d8 0000 0003 1234", -1, true);
	expect_ech("fe0d 000c 00 0001 0001 d8 0003 0002 1234", -1, true);
	expect_ech("fe0d 0006 00 0001 0001 d8", -1, true);
	expect_ech("fe0d 0005 00 0001 0001", -1, true);
}

/* draft-ietf-tls-esni-02: a name that is hidden too, without a number of its config */
static void test_esni(void **state)
{
	(void)state;
	expect_ech("ffce 0010 1301 001d 0002 abcd 0002 1234 0002 5678", 0, false);
	expect_ech("ffce 0011 1301 001d 0002 abcd 0002 1234 0002 5678 00", -1, true);
	expect_ech("ffce 0010 1301 001d 0002 abcd 0002 1234 0003 5678", -1, true);
	expect_ech("ffce 0000", -1, true);
	/* both: the number is the newer one's, whatever the order */
	expect_ech("ffce 0010 1301 001d 0002 abcd 0002 1234 0002 5678"
		   "fe0d 000c 00 0001 0001 d8 0000 0002 1234",
		   0xd8, false);
	expect_ech("fe0d 000c 00 0001 0001 d8 0000 0002 1234 ffce 0000", 0xd8, true);
}

static size_t count(struct rd r) { return rd_left(&r) / 2; }

static void test_lists(void **state)
{
	struct tls_hello h;
	(void)state;

	assert_true(read_exts("000d 0008 0006 0403 0804 0401 002b 0005 04 0304 0303", &h));
	assert_int_equal(count(h.ciphers), 1);
	assert_int_equal(count(h.algorithms), 3);
	assert_int_equal(count(h.versions), 2);
	assert_false(h.odd || h.named);
	assert_true(read_exts("000d 0005 0003 0403 08", &h) && h.odd);
	assert_true(read_exts("000d 0002 0003", &h) && h.odd);
	assert_int_equal(count(h.algorithms), 0);
	assert_true(read_exts("002b 0004 03 0304 03", &h) && h.odd);
	assert_true(read_exts("002b 0004 02 0304 03", &h) && h.odd);
	assert_true(read_exts("0000 0000", &h) && h.odd && h.named);
	assert_null(h.host.p);
	assert_false(read_exts("000d 0008 0006 0403", &h));
	assert_false(read_exts("000d 00", &h));
}

/* Everything that is told, through one call. */
static void test_facts(void **state)
{
	static const struct client c = { .ciphers = "1301",
					 .extensions = "0000,0010,002b",
					 .alpn = "6832",
					 .versions = "0304",
					 .version = 0x0303 };
	uint8_t body[256];
	struct wr w = wr_init(body, sizeof(body));
	struct dissect_hello facts = { .ech_config = 7, .ech = true, .ja4 = "old" };
	struct tls_hello h;
	(void)state;

	put_client(&w, &c);
	assert_true(tls_hello_read(body, wr_len(&w), &h));
	assert_true(tls_hello_facts(&h, 'q', NULL, &facts));
	assert_int_equal(facts.alpn.n, 2);
	assert_memory_equal(facts.ja4, "q13d0103h2_", 11);
	assert_false(facts.ech);
	assert_int_equal(facts.ech_config, 0);
	for (size_t n = 0; n < wr_len(&w); n++) {
		bool bare = n == 2 + 32 + 1 + 4 + 2; /* the extensions may be absent, but not cut */
		uint8_t *p = seen_exact(body, n);
		assert_int_equal(tls_hello_read(p, n, &h), bare);
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alpn),  cmocka_unit_test(test_ech),   cmocka_unit_test(test_esni),
		cmocka_unit_test(test_lists), cmocka_unit_test(test_facts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
