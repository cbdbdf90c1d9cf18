/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/roots.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

struct roots {
	X509_STORE *store;
};

static bool load(X509_STORE *store, const char *path)
{
	if (path[0] != '\0')
		return X509_STORE_load_file(store, path) == 1;
	return X509_STORE_load_file(store, "/etc/ssl/certs/ca-certificates.crt") == 1;
}

struct roots *roots_new(const char *path)
{
	struct roots *r = xcalloc(1, sizeof(*r));

	r->store = X509_STORE_new();
	if (r->store != NULL && load(r->store, path))
		return r;
	ERR_clear_error();
	roots_free(r);
	return NULL;
}

void roots_free(struct roots *r)
{
	if (r == NULL)
		return;
	X509_STORE_free(r->store);
	free(r);
}

static long verify(const struct roots *r, X509 *leaf, STACK_OF(X509) * rest, int64_t now)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	long result = X509_V_ERR_OUT_OF_MEM;

	if (ctx != NULL && X509_STORE_CTX_init(ctx, r->store, leaf, rest) == 1) {
		X509_STORE_CTX_set_default(ctx, "ssl_server");
		X509_STORE_CTX_set_time(ctx, 0, (time_t)(now / 1000000));
		X509_verify_cert(ctx);
		result = X509_STORE_CTX_get_error(ctx);
	}
	X509_STORE_CTX_free(ctx);
	return result;
}

static X509 *parse(const uint8_t *der, size_t n) { return d2i_X509(NULL, &der, (long)n); }

long roots_verify(const struct roots *r, const uint8_t *const *cert, const size_t *size, size_t count,
		  int64_t now)
{
	STACK_OF(X509) *rest = sk_X509_new_null();
	X509 *leaf = count > 0 ? parse(cert[0], size[0]) : NULL, *next;
	long result = X509_V_ERR_UNSPECIFIED;

	for (size_t i = 1; rest != NULL && i < count; i++) {
		next = parse(cert[i], size[i]);
		if (next != NULL && sk_X509_push(rest, next) == 0)
			X509_free(next);
	}
	if (leaf != NULL && rest != NULL)
		result = verify(r, leaf, rest, now);
	X509_free(leaf);
	sk_X509_pop_free(rest, X509_free);
	ERR_clear_error(); /* of what did not parse: the next TLS connection looks at this queue */
	return result;
}
