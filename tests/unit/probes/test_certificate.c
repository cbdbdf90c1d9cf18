/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static struct probe_fact room[PROBE_FACTS_MAX];
static const int64_t now = INT64_C(1795680000000000); /* 2026-11-26 */

/* What one certificate is to be. */
struct want {
	const char *names; /* subjectAltName as openssl writes it; NULL: none */
	const char *common, *organisation;
	long from, until; /* seconds from `now` */
	int rsa_bits;     /* 0: P-256 */
	const EVP_MD *digest;
};

static void add_names(X509 *x, const char *names)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void add_text(X509_NAME *n, const char *field, const char *text)
{
	if (text)
		assert_int_equal(X509_NAME_add_entry_by_txt(n, field, MBSTRING_UTF8,
							    (const unsigned char *)text, -1, -1, 0),
				 1);
}

static unsigned char *make(const struct want *w, int *n)
{
	EVP_PKEY *key = w->rsa_bits ? EVP_RSA_gen((unsigned)w->rsa_bits) : EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char *der = NULL;

	assert_int_equal(X509_set_version(x, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(now / 1000000 + w->from));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(now / 1000000 + w->until));
	add_text(name, "O", w->organisation);
	add_text(name, "CN", w->common);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	if (w->names)
		add_names(x, w->names);
	assert_true(X509_sign(x, key, w->digest ? w->digest : EVP_sha256()) > 0);
	*n = i2d_X509(x, &der);
	assert_true(*n > 0);
	X509_free(x);
	EVP_PKEY_free(key);
	return der;
}

static bool look(struct probe_facts *f, const uint8_t *der, size_t n, long verify)
{
	struct probe_answer a = {
		.outcome = PROBE_DONE, .cert = { der }, .cert_size = { n }, .cert_count = 1, .verify = verify
	};

	*f = (struct probe_facts){ .fact = room };
	return certificate_facts(f, &a, "jw.example.edu.cn", now);
}

static bool has(const struct probe_facts *f, enum fact type, const char *value)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->fact[i].type == type && strcmp(f->fact[i].value, value) == 0)
			return true;
	return false;
}

static size_t count(const struct probe_facts *f, enum fact type)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->fact[i].type == type;
	return n;
}

static const struct want good = { .names = "DNS:jw.example.edu.cn,DNS:JW.Example.EDU.cn,DNS:*.example.edu.cn,"
					   "IP:203.0.113.7,email:a@example.cn",
				  .common = "other.example.cn",
				  .organisation = "示例大学",
				  .from = -86400,
				  .until = 86400 };

static void test_good(void **state)
{
	struct probe_facts f;
	int n;
	unsigned char *der = make(&good, &n);

	(void)state;
	assert_true(look(&f, der, (size_t)n, X509_V_OK));
	assert_int_equal(count(&f, FACT_CERT_NAME), 2);
	assert_true(has(&f, FACT_CERT_NAME, "jw.example.edu.cn"));
	assert_true(has(&f, FACT_CERT_NAME, "*.example.edu.cn"));
	assert_true(has(&f, FACT_CERT_OWNER, "示例大学"));
	assert_true(has(&f, FACT_CERT_ISSUER, "示例大学 / other.example.cn"));
	assert_true(has(&f, FACT_CERT_FROM, "2026-11-25T08:00:00Z"));
	assert_true(has(&f, FACT_CERT_UNTIL, "2026-11-27T08:00:00Z"));
	assert_int_equal(count(&f, FACT_CERT_PROBLEM), 0);
	OPENSSL_free(der);
}

static void test_problems(void **state)
{
	static const struct {
		const char *names;
		long from, until, verify;
		int rsa_bits;
		const char *problem;
	} rows[] = {
		{ "DNS:jw.example.edu.cn", -2, -1, X509_V_ERR_CERT_HAS_EXPIRED, 0, "expired" },
		{ "DNS:jw.example.edu.cn", 1, 2, X509_V_ERR_CERT_NOT_YET_VALID, 0, "not-yet" },
		{ "DNS:www.example.edu.cn", -1, 1, X509_V_OK, 0, "wrong-name" },
		{ NULL, -1, 1, X509_V_OK, 0, "wrong-name" },
		{ "DNS:jw.example.edu.cn", -1, 1, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 0, "self-signed" },
		{ "DNS:jw.example.edu.cn", -1, 1, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0,
		  "unknown-issuer" },
		{ "DNS:jw.example.edu.cn", -1, 1, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, 0,
		  "incomplete-chain" },
		{ "DNS:jw.example.edu.cn", -1, 1, X509_V_OK, 1024, "weak" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct want w = { .names = rows[i].names,
				  .common = "x",
				  .from = rows[i].from * 86400,
				  .until = rows[i].until * 86400,
				  .rsa_bits = rows[i].rsa_bits };
		struct probe_facts f;
		int n;
		unsigned char *der = make(&w, &n);
		assert_true(look(&f, der, (size_t)n, rows[i].verify));
		assert_true(has(&f, FACT_CERT_PROBLEM, rows[i].problem));
		assert_int_equal(count(&f, FACT_CERT_PROBLEM), 1);
		OPENSSL_free(der);
	}
}

/* Without an alternative name the common name counts (RFC 6125 section 6.4.4). */
static void test_common_name(void **state)
{
	struct want w = { .common = "jw.example.edu.cn", .from = -1, .until = 86400 };
	struct probe_facts f;
	int n;
	unsigned char *der = make(&w, &n);

	(void)state;
	assert_true(look(&f, der, (size_t)n, X509_V_OK));
	assert_true(has(&f, FACT_CERT_NAME, "jw.example.edu.cn"));
	assert_int_equal(count(&f, FACT_CERT_PROBLEM), 0);
	OPENSSL_free(der);
}

static void test_unvouched_owner(void **state)
{
	struct probe_facts f;
	int n;
	unsigned char *der = make(&good, &n);

	(void)state;
	assert_true(look(&f, der, (size_t)n, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT));
	for (size_t i = 0; i < f.count; i++)
		if (f.fact[i].type == FACT_CERT_OWNER)
			assert_int_equal(f.fact[i].confidence, 40);
	OPENSSL_free(der);
}

static void test_many_names(void **state)
{
	char names[CERTIFICATE_NAMES_MAX * 40] = "";
	struct want w = { .names = names, .common = "x", .from = -1, .until = 1 };
	struct probe_facts f;
	int n;
	unsigned char *der;

	(void)state;
	for (int i = 0; i < CERTIFICATE_NAMES_MAX + 5; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%sDNS:h%d.example.cn",
			 i ? "," : "", i);
	der = make(&w, &n);
	assert_true(look(&f, der, (size_t)n, X509_V_OK));
	assert_int_equal(count(&f, FACT_CERT_NAME), CERTIFICATE_NAMES_MAX);
	assert_int_equal(f.more, 5);
	OPENSSL_free(der);
}

/* No cut certificate is taken for a whole one, and none is read beyond its end. */
static void test_truncated(void **state)
{
	struct probe_facts f;
	int n;
	unsigned char *der = make(&good, &n);

	(void)state;
	for (int i = 0; i < n; i++) {
		uint8_t *exact = malloc(i > 0 ? (size_t)i : 1);
		memcpy(exact, der, (size_t)i);
		assert_false(look(&f, exact, (size_t)i, X509_V_OK));
		assert_int_equal(f.count, 0);
		free(exact);
	}
	OPENSSL_free(der);
}

static void test_next(void **state)
{
	struct probe_facts f = { .fact = room };
	struct probe_answer a = { .outcome = PROBE_TLS_FAILED };
	struct probe_run run = { .name = "jw.example.edu.cn", .now = now, .facts = &f };
	struct probe_ask ask = { 0 };
	int n;
	unsigned char *der = make(&good, &n);

	(void)state;
	assert_true(probe_certificate.next(&run, &ask));
	assert_string_equal(ask.url, "https://jw.example.edu.cn/");
	assert_true(ask.head);
	run.answer = &a, run.outcome = PROBE_TLS_FAILED;
	assert_false(probe_certificate.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_TLS_FAILED);
	a = (struct probe_answer){ .outcome = PROBE_DONE,
				   .status = 403,
				   .cert = { der },
				   .cert_size = { (size_t)n },
				   .cert_count = 1 };
	run.outcome = PROBE_DONE;
	assert_false(probe_certificate.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_DONE);
	assert_true(f.count > 4);
	a.status = 429;
	assert_false(probe_certificate.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_HELD_BACK);
	a.status = 200, a.cert_count = 0; /* one over the cap: its facts of last time stay */
	run.outcome = PROBE_DONE;
	assert_false(probe_certificate.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_TOO_LARGE);
	assert_true(run.remark[0] != '\0');
	a.cert_count = 1;
	a.cert_size[0] = 3;
	assert_false(probe_certificate.next(&run, &ask));
	assert_int_equal(run.outcome, PROBE_UNRECOGNISED);
	OPENSSL_free(der);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),        cmocka_unit_test(test_problems),
		cmocka_unit_test(test_common_name), cmocka_unit_test(test_unvouched_owner),
		cmocka_unit_test(test_many_names),  cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
