/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/fetch_chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "visit/fetch_head.h"

struct fetch_chain {
	unsigned holders;
	uint8_t *cert[PROBE_CERTS_MAX];
	size_t size[PROBE_CERTS_MAX];
	size_t count;
	long verify;
};

/* False: over the cap. What follows it proves nothing. */
static bool add(struct fetch_chain *c, const char *pem)
{
	uint8_t *der = xmalloc(PROBE_CERT_MAX);
	const size_t n = fetch_pem(der, pem);

	if (n == 0) {
		free(der);
		return false;
	}
	c->cert[c->count] = xrealloc(der, n); /* it may be held for a while */
	c->size[c->count++] = n;
	return true;
}

static void read_certs(struct fetch_chain *c, CURL *easy)
{
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL)
		return;
	for (int i = 0; i < info->num_of_certs && c->count < PROBE_CERTS_MAX; i++)
		for (const struct curl_slist *s = info->certinfo[i]; s != NULL; s = s->next)
			if (strncmp(s->data, "Cert:", 5) == 0 && !add(c, s->data + 5))
				return;
}

struct fetch_chain *fetch_chain_take(CURL *easy, const struct roots *roots, int64_t now)
{
	struct fetch_chain *c = xcalloc(1, sizeof(*c));

	c->holders = 1;
	c->verify = -1;
	read_certs(c, easy);
	if (roots != NULL && c->count > 0)
		c->verify = roots_verify(roots, (const uint8_t *const *)c->cert, c->size, c->count, now);
	return c;
}

struct fetch_chain *fetch_chain_keep(struct fetch_chain *c)
{
	if (c != NULL)
		c->holders++;
	return c;
}

void fetch_chain_drop(struct fetch_chain *c)
{
	if (c == NULL || --c->holders > 0)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->cert[i]);
	free(c);
}

void fetch_chain_answer(const struct fetch_chain *c, struct probe_answer *a)
{
	a->verify = c != NULL ? c->verify : -1;
	a->cert_count = c != NULL ? c->count : 0;
	for (size_t i = 0; i < a->cert_count; i++) {
		a->cert[i] = c->cert[i];
		a->cert_size[i] = c->size[i];
	}
}
