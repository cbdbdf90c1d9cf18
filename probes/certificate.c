/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/certificate.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	RSA_LEAST_BITS = 2048, /* CA/Browser Forum Baseline Requirements 6.1.5 */
	EC_LEAST_BITS = 224,
	SURE = 99,            /* the bytes say it */
	VOUCHED = 95,         /* an authority of the machine's checked it */
	UNVOUCHED = 40,       /* whoever made the certificate wrote it */
	NEVER = 253402300799, /* 99991231235959Z: no end (RFC 5280 section 4.1.2.5) */
};

static bool add(struct probe_facts *out, enum fact type, unsigned confidence, const char *text)
{
	return probe_fact_add(out, type, confidence, text, strlen(text));
}

/* The last value of that attribute, as UTF-8; NULL: none. The caller frees by OPENSSL_free(). */
static unsigned char *attribute(X509_NAME *name, int nid, int *n)
{
	unsigned char *text = NULL;
	int at = -1, last = -1;

	while ((at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0)
		last = at;
	if (last < 0)
		return NULL;
	*n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
	return *n < 0 ? NULL : text;
}

static void add_attribute(struct probe_facts *out, enum fact type, unsigned confidence, X509_NAME *name,
			  int nid)
{
	int n = 0;
	unsigned char *text = attribute(name, nid, &n);

	if (text)
		probe_fact_add(out, type, confidence, (const char *)text, (size_t)n);
	OPENSSL_free(text);
}

/* "组织 CN名": whom a person would call the issuer. */
static void add_issuer(struct probe_facts *out, X509_NAME *name)
{
	int on = 0, cn = 0, len;
	unsigned char *o = attribute(name, NID_organizationName, &on);
	unsigned char *c = attribute(name, NID_commonName, &cn);
	char both[PROBE_VALUE_MAX];

	len = snprintf(both, sizeof(both), "%.*s%s%.*s", on, o ? (char *)o : "", o && c ? " / " : "", cn,
		       c ? (char *)c : "");
	if (len > 0)
		probe_fact_add(out, FACT_CERT_ISSUER, SURE, both,
			       (size_t)len < sizeof(both) ? (size_t)len : sizeof(both) - 1);
	OPENSSL_free(o);
	OPENSSL_free(c);
}

/* Seconds since 1970 UTC; false: no such date. */
static bool seconds_of(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

static void add_time(struct probe_facts *out, enum fact type, int64_t seconds)
{
	char text[32];
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds >= (int64_t)NEVER || gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return;
	add(out, type, SURE, text);
}

static void add_dates(struct probe_facts *out, const X509 *leaf, int64_t now)
{
	int64_t from, until;

	if (seconds_of(X509_get0_notBefore(leaf), &from)) {
		add_time(out, FACT_CERT_FROM, from);
		if (from > now / 1000000)
			add(out, FACT_CERT_PROBLEM, SURE, "not-yet");
	}
	if (seconds_of(X509_get0_notAfter(leaf), &until)) {
		add_time(out, FACT_CERT_UNTIL, until);
		if (until < now / 1000000)
			add(out, FACT_CERT_PROBLEM, SURE, "expired");
	}
}

static void add_name(struct probe_facts *out, const GENERAL_NAME *g)
{
	const ASN1_STRING *s = g->type == GEN_DNS ? g->d.dNSName : NULL;

	size_t n = s ? (size_t)ASN1_STRING_length(s) : 0;
	char name[PROBE_NAME_MAX];

	/* a NUL inside would show one name and mean another (CVE-2009-2408) */
	if (n == 0 || n > sizeof(name) || memchr(ASN1_STRING_get0_data(s), '\0', n) != NULL)
		return;
	/* names are the same in either case (RFC 4343) */
	for (size_t i = 0; i < n; i++) {
		unsigned char c = ASN1_STRING_get0_data(s)[i];
		name[i] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
	}
	probe_fact_add(out, FACT_CERT_NAME, SURE, name, n);
}

/* RFC 6125 section 6.4.4: the common name counts only where there is no alternative name. */
static void add_names(struct probe_facts *out, const X509 *leaf)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	int count = sk_GENERAL_NAME_num(names);

	for (int i = 0; i < count && i < CERTIFICATE_NAMES_MAX; i++)
		add_name(out, sk_GENERAL_NAME_value(names, i));
	if (count > CERTIFICATE_NAMES_MAX)
		out->more += (uint64_t)(count - CERTIFICATE_NAMES_MAX);
	if (names == NULL)
		add_attribute(out, FACT_CERT_NAME, SURE, X509_get_subject_name(leaf), NID_commonName);
	GENERAL_NAMES_free(names);
}

static bool is_weak(X509 *leaf)
{
	int digest = NID_undef;
	EVP_PKEY *key = X509_get0_pubkey(leaf);
	int bits = key ? EVP_PKEY_get_bits(key) : 0, type = key ? EVP_PKEY_get_base_id(key) : 0;

	OBJ_find_sigid_algs(X509_get_signature_nid(leaf), &digest, NULL);
	return digest == NID_md5 || digest == NID_sha1 || (type == EVP_PKEY_RSA && bits < RSA_LEAST_BITS) ||
	       (type == EVP_PKEY_EC && bits < EC_LEAST_BITS);
}

/* What X509_verify_cert() found, in words that do not change with OpenSSL. Dates and names are looked at
 * apart. */
static const struct {
	long code;
	const char *problem;
} verdicts[] = {
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "unknown-issuer" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "unknown-issuer" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "unknown-issuer" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "incomplete-chain" },
	{ X509_V_ERR_CERT_UNTRUSTED, "unknown-issuer" },
	{ X509_V_ERR_CERT_REVOKED, "revoked" },
	{ X509_V_ERR_INVALID_CA, "bad-issuer" },
	{ X509_V_ERR_INVALID_PURPOSE, "bad-purpose" },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, "bad-issuer" },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, "bad-signature" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, "weak" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, "weak" },
	{ X509_V_ERR_CA_MD_TOO_WEAK, "weak" },
};

static void add_problems(struct probe_facts *out, X509 *leaf, long verify, const char *host)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (verdicts[i].code == verify)
			add(out, FACT_CERT_PROBLEM, SURE, verdicts[i].problem);
	if (is_weak(leaf))
		add(out, FACT_CERT_PROBLEM, SURE, "weak");
	if (X509_check_host(leaf, host, 0, 0, NULL) != 1 && X509_check_ip_asc(leaf, host, 0) != 1)
		add(out, FACT_CERT_PROBLEM, SURE, "wrong-name");
}

bool certificate_facts(struct probe_facts *out, const struct probe_answer *a, const char *host, int64_t now)
{
	const unsigned char *der = a->cert_count ? a->cert[0] : NULL;
	X509 *leaf = der ? d2i_X509(NULL, &der, (long)a->cert_size[0]) : NULL;

	if (leaf == NULL)
		return false;
	add_names(out, leaf);
	add_attribute(out, FACT_CERT_OWNER, a->verify == X509_V_OK ? VOUCHED : UNVOUCHED,
		      X509_get_subject_name(leaf), NID_organizationName);
	add_issuer(out, X509_get_issuer_name(leaf));
	add_dates(out, leaf, now);
	add_problems(out, leaf, a->verify, host);
	X509_free(leaf);
	return true;
}

/* The host's own certificate: one HEAD, whatever it says. */
static bool certificate_next(struct probe_run *run, struct probe_ask *ask)
{
	if (run->answer == NULL) {
		ask->head = true;
		return probe_ask_path(run, ask, "https", "/");
	}
	if (run->answer->cert_count == 0) {
		/* over TLS there is one: it was over the cap. That is not to say that its facts are gone. */
		if (run->answer->outcome == PROBE_DONE) {
			run->outcome = PROBE_TOO_LARGE;
			snprintf(run->remark, sizeof(run->remark), "证书超过 %d 字节,没有读", PROBE_CERT_MAX);
		}
		return false;
	}
	/* also when the page is an error; who asks to wait is heard */
	run->outcome = probe_status(run->answer->status) == PROBE_HELD_BACK ? PROBE_HELD_BACK : PROBE_DONE;
	if (!certificate_facts(run->facts, run->answer, run->name, run->now)) {
		run->outcome = PROBE_UNRECOGNISED;
		snprintf(run->remark, sizeof(run->remark), "证书不合 X.509,不能解析");
	}
	return false;
}

const struct probe probe_certificate = {
	.row = &probe_table[PROBE_ID_CERTIFICATE],
	.next = certificate_next,
};
