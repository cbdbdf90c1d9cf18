/* fuzz: visit probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of heads as libcurl hands them over, and the same bytes as a certificate in PEM form. */
#include <stdlib.h>
#include <string.h>

#include "visit/fetch.h"
#include "visit/fetch_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct fetch_head *h)
{
	struct probe_answer a = { 0 };

	fetch_head_answer(h, &a);
	must(a.status == 0 || (a.status >= 200 && a.status < 1000));
	must(strlen(a.cookies) < PROBE_FIELD_MAX && strlen(a.location) < PROBE_URL_MAX);
	must(strpbrk(a.cookies, "=;\r\n") == NULL);
	must(!h->has_range || h->range_total == 0 || h->range_from < h->range_total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t der[PROBE_CERT_MAX];
	struct fetch_head h = { 0 };
	char *text = malloc(size + 1);
	size_t at = 0;

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	must(fetch_pem(der, text) <= PROBE_CERT_MAX);
	while (at < size) { /* each line in memory of its own size */
		const char *end = memchr(text + at, '\n', size - at);
		const size_t n = end != NULL ? (size_t)(end - text) - at + 1 : size - at;
		char *line = malloc(n);
		bool ok;
		memcpy(line, text + at, n);
		ok = fetch_head_line(&h, line, n);
		free(line);
		check(&h);
		if (!ok)
			break;
		at += n;
	}
	free(text);
	return 0;
}
