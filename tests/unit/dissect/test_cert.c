/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/der.h"

#include "dissect/cert.h"

static const char *const two[] = { "www.example.cn", "*.Example.cn", NULL };

/* What is told of these bytes: the names, or "bad". */
static void expect(const void *bytes, size_t n, const char *names)
{
	struct dissect_message m = { .cert = { .names = 99, .names_more = 99 } };
	uint8_t *p = seen_exact(bytes, n);
	struct buf b = { 0 };

	buf_puts(&b, "");
	if (cert_read(p, n, &m))
		seen_cert(&b, &m);
	else
		buf_puts(&b, "bad");
	assert_string_equal(b.p, names);
	buf_clear(&b);
	free(p);
}

static void expect_cert(const struct der_cert *c, const char *names)
{
	static uint8_t room[DER_MAX];
	struct wr w = wr_init(room, sizeof(room));

	der_certificate(&w, c);
	expect(room, wr_len(&w), names);
}

static void test_names(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const raw[] = { "a\xff.cn", "", "b", NULL };
	(void)state;

	expect_cert(&(struct der_cert){ .common = "cn", .names = two }, " [www.example.cn] [*.Example.cn]");
	expect_cert(&(struct der_cert){ .names = two, .critical = true }, " [www.example.cn] [*.Example.cn]");
	expect_cert(&(struct der_cert){ .names = two, .filler = 3000 }, " [www.example.cn] [*.Example.cn]");
	expect_cert(&(struct der_cert){ .common = "cn.example" }, " [cn.example]");
	expect_cert(&(struct der_cert){ .common = "cn.example", .names = none }, " [cn.example]");
	expect_cert(&(struct der_cert){ .common = "cn.example", .old = true }, " [cn.example]");
	expect_cert(&(struct der_cert){ .names = raw }, " [a\\xff.cn] [b]");
	expect_cert(&(struct der_cert){ 0 }, "");
}

/* The kinds of strings of RFC 5280 section 4.1.2.4: those of two and four bytes a character are no host. */
static void test_common_name_kinds(void **state)
{
	static const uint8_t plain[] = { 0x0c, 0x13, 0x14, 0x16 }, other[] = { 0x1e, 0x1c, 0x04 };
	(void)state;

	for (size_t i = 0; i < sizeof(plain); i++)
		expect_cert(&(struct der_cert){ .common = "a.cn", .common_tag = plain[i] }, " [a.cn]");
	for (size_t i = 0; i < sizeof(other); i++)
		expect_cert(&(struct der_cert){ .common = "a.cn", .common_tag = other[i] }, "");
	expect_cert(&(struct der_cert){ .common = "" }, "");
}

static void test_many_names(void **state)
{
	const char *names[DISSECT_CERT_NAMES + 6] = { NULL };
	struct dissect_message m;
	static uint8_t room[DER_MAX];
	struct wr w = wr_init(room, sizeof(room));
	(void)state;

	for (size_t i = 0; i < DISSECT_CERT_NAMES + 5; i++)
		names[i] = "n.example.cn";
	der_certificate(&w, &(struct der_cert){ .names = names });
	assert_true(cert_read(room, wr_len(&w), &m));
	assert_int_equal(m.cert.names, DISSECT_CERT_NAMES);
	assert_int_equal(m.cert.names_more, 5);
}

static void test_truncated_and_trailing(void **state)
{
	static uint8_t room[DER_MAX];
	struct wr w = wr_init(room, sizeof(room));
	(void)state;

	der_certificate(&w, &(struct der_cert){ .common = "cn", .names = two, .filler = 300 });
	for (size_t n = 0; n < wr_len(&w); n++)
		expect(room, n, "bad");
	wr_u8(&w, 0);
	expect(room, wr_len(&w), "bad");
}

/* Each byte of a certificate changed to each of a few: never more than a wrong name, and never a step behind
 * the end (the sanitizer's part). */
static void test_every_byte_lies(void **state)
{
	static const uint8_t values[] = { 0x00, 0x1f, 0x30, 0x7f, 0x80, 0x81, 0x83, 0x84, 0xff };
	static uint8_t room[DER_MAX];
	struct wr w = wr_init(room, sizeof(room));
	size_t bad = 0;
	(void)state;

	der_certificate(&w, &(struct der_cert){ .common = "cn", .names = two });
	for (size_t at = 0; at < wr_len(&w); at++) {
		for (size_t i = 0; i < sizeof(values); i++) {
			struct dissect_message m;
			uint8_t *p = seen_exact(room, wr_len(&w));
			p[at] = values[i];
			bad += !cert_read(p, wr_len(&w), &m);
			free(p);
		}
	}
	assert_true(bad > wr_len(&w));
}

/* A certificate of which one part is replaced by these bytes; lengths are made to fit. */
static void expect_part(const char *part, const char *names)
{
	static uint8_t room[DER_MAX];
	struct wr w = wr_init(room, sizeof(room));
	size_t whole = der_open(&w, 0x30), tbs = der_open(&w, 0x30);

	put_hex(&w, "0201 07 3002 0500 3000 3000 3000 3000"); /* up to the key; the subject is empty */
	put_hex(&w, part);
	der_close(&w, tbs);
	put_hex(&w, "3000 0300");
	der_close(&w, whole);
	expect(room, wr_len(&w), names);
}

static void test_lengths(void **state)
{
	(void)state;

	expect_part("", "");
	expect_part("8101 00 8201 00", "");                                      /* the unique ids */
	expect_part("a311 300f 300d 0603 551d11 0406 3004 8202 6162", " [ab]");  /* as it should be */
	expect_part("a312 300f 300d 0603 551d11 0406 3004 8202 6162 00", "bad"); /* behind the list */
	expect_part("a312 3010 300e 0603 551d11 0406 3004 8202 6162 00", "bad"); /* in the extension */
	expect_part("a312 3010 300d 0603 551d11 0406 3004 8202 6162 00", "bad"); /* in the list */
	expect_part("a312 3010 300e 0603 551d11 0407 3004 8202 6162 00", "bad"); /* behind the names */
	expect_part("a311 300f 300d 0603 551d11 0406 3004 8203 6162", "bad");    /* longer than its list */
	expect_part("a312 3010 300e 0603 551d11 0407 3005 828102 6162", "bad");  /* not the shortest form */
	expect_part("a313 3011 300f 0603 551d11 0408 3006 82820002 6162", "bad");
	expect_part("a311 300f 300d 0603 551d11 0406 3004 8280 6162", "bad");         /* without a length */
	expect_part("a315 3013 3011 0603 551d11 040a 3008 828400000002 6162", "bad"); /* of four bytes */
	expect_part("a311 300f 300d 0603 551d11 0406 3004 9f02 6162", "bad");         /* a tag of two bytes */
	expect_part("a311 300f 300d 0603 551d11 0406 3104 8202 6162", "bad");         /* a SET of names */
	expect_part("a30d 300b 3009 0603 551d11 0402 3000", "");
	expect_part("a306 3004 3002 0500", "bad"); /* an extension without an id */
	expect_part("a302 3100", "bad");
	expect_part("30", "bad");
}

static void test_subjects(void **state)
{
	static const struct {
		const char *subject, *names;
	} rows[] = {
		{ "300d 310b 3009 0603 550403 0c02 6162", " [ab]" },
		/* the last one is the most specific */
		{ "301a 310b 3009 0603 550403 0c02 6162 310b 3009 0603 550403 0c02 6364", " [cd]" },
		{ "3018 3116 3009 0603 550403 0c02 6162 3009 0603 550403 0c02 6364", " [cd]" },
		{ "300d 300b 3009 0603 550403 0c02 6162", "bad" },
		{ "300d 310b 3009 0603 550403 0c03 6162", "bad" },
		{ "300e 310c 300a 0603 550403 0c02 6162 00", "bad" },
		{ "300e 310c 3009 0603 550403 0c02 6162 30", "bad" },
		{ "300e 310b 3009 0603 550403 0c02 6162 31", "bad" },
		{ "3009 3107 3005 0603 550403", "bad" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static uint8_t room[DER_MAX];
		struct wr w = wr_init(room, sizeof(room));
		size_t whole = der_open(&w, 0x30), tbs = der_open(&w, 0x30);
		put_hex(&w, "0201 07 3000 3000 3000");
		put_hex(&w, rows[i].subject);
		put_hex(&w, "3000");
		der_close(&w, tbs);
		der_close(&w, whole);
		expect(room, wr_len(&w), rows[i].names);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),           cmocka_unit_test(test_common_name_kinds),
		cmocka_unit_test(test_many_names),      cmocka_unit_test(test_truncated_and_trailing),
		cmocka_unit_test(test_every_byte_lies), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_subjects),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
