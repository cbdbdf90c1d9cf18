/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates made here, by libcrypto: a root, a leaf of it, a leaf of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "visit/roots.h"

static const int64_t now = INT64_C(1795219200) * 1000000, day = INT64_C(86400) * 1000000;

struct made {
	X509 *x;
	uint8_t *der;
	size_t size;
};

/* Valid for ten days around `now`. */
static struct made make(const char *name, EVP_PKEY *key, const struct made *issuer, EVP_PKEY *by)
{
	struct made m = { .x = X509_new() };
	X509_NAME *n = X509_NAME_new();
	X509_EXTENSION *ca;

	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_version(m.x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(m.x), issuer == NULL ? 1 : 2);
	X509_set_subject_name(m.x, n);
	X509_set_issuer_name(m.x, issuer == NULL ? n : X509_get_subject_name(issuer->x));
	ASN1_TIME_set(X509_getm_notBefore(m.x), (time_t)((now - 5 * day) / 1000000));
	ASN1_TIME_set(X509_getm_notAfter(m.x), (time_t)((now + 5 * day) / 1000000));
	X509_set_pubkey(m.x, key);
	ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
				 issuer == NULL ? "critical,CA:TRUE" : "CA:FALSE");
	X509_add_ext(m.x, ca, -1);
	X509_EXTENSION_free(ca);
	X509_sign(m.x, by, EVP_sha256());
	X509_NAME_free(n);
	m.size = (size_t)i2d_X509(m.x, &m.der);
	return m;
}

static void made_free(struct made *m)
{
	X509_free(m->x);
	OPENSSL_free(m->der);
}

static void write_pem(const char *path, X509 *x)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	PEM_write_X509(f, x);
	fclose(f);
}

static void test_verify(void **state)
{
	char path[] = "/tmp/beiand-roots-XXXXXX";
	EVP_PKEY *root_key = EVP_EC_gen("P-256"), *leaf_key = EVP_EC_gen("P-256");
	struct made root = make("root", root_key, NULL, root_key),
		    leaf = make("leaf", leaf_key, &root, root_key),
		    own = make("own", leaf_key, NULL, leaf_key);
	const uint8_t *chain[] = { leaf.der, root.der }, *alone[] = { own.der };
	const size_t size[] = { leaf.size, root.size }, one[] = { own.size };
	struct roots *r;

	(void)state;
	close(mkstemp(path));
	write_pem(path, root.x);
	r = roots_new(path);
	assert_non_null(r);
	assert_int_equal(roots_verify(r, chain, size, 2, now), X509_V_OK);
	assert_int_equal(roots_verify(r, chain, size, 1, now), X509_V_OK);
	assert_int_equal(roots_verify(r, chain, size, 2, now + 6 * day), X509_V_ERR_CERT_HAS_EXPIRED);
	assert_int_equal(roots_verify(r, chain, size, 2, now - 6 * day), X509_V_ERR_CERT_NOT_YET_VALID);
	assert_int_equal(roots_verify(r, alone, one, 1, now), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	for (size_t n = 0; n < leaf.size; n++) { /* cut anywhere: no certificate, and nothing worse */
		const size_t cut[] = { n, root.size };
		uint8_t *copy = malloc(n + 1);
		const uint8_t *cut_chain[] = { copy, root.der };
		memcpy(copy, leaf.der, n);
		assert_int_equal(roots_verify(r, cut_chain, cut, 2, now), X509_V_ERR_UNSPECIFIED);
		free(copy);
	}
	roots_free(r);
	write_pem(path, own.x);
	r = roots_new(path);
	assert_int_equal(roots_verify(r, chain, size, 1, now), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	roots_free(r);
	unlink(path);
	made_free(&root);
	made_free(&leaf);
	made_free(&own);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(leaf_key);
}

static void test_no_file(void **state)
{
	(void)state;
	assert_null(roots_new("/nonexistent/roots.pem"));
	assert_null(roots_new("/dev/null"));
	roots_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_verify), cmocka_unit_test(test_no_file) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
