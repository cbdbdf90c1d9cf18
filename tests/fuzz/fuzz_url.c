/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two lines: a URL, and a reference to be joined to it. What is taken must be safe to ask for and stay what
 * it is when it is parsed again; what is shown must be printable and hold no value.
 */
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/text.h"
#include "probes/address.h"
#include "probes/scope.h"
#include "probes/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct url *u)
{
	char host[SCOPE_HOST_MAX], shown[512];
	struct url again;

	must(strncmp(u->text, u->https ? "https://" : "http://", 7) == 0);
	must(u->port > 0 && u->port <= 65535);
	must(url_path(u)[0] == '/' && strchr(u->text, '#') == NULL);
	for (const char *p = u->text; *p != '\0'; p++)
		must(*p > 0x20 && *p < 0x7f);
	must(memchr(u->text, '@', u->path) == NULL);
	must(u->literal == address_like(u->host));
	must(scope_normal(host, u->host) && strcmp(host, u->host) == 0);
	must(url_parse(&again, u->text));
	must(url_equal(u, &again) && strcmp(u->host, again.host) == 0 && u->port == again.port);
	redact_url(shown, sizeof(shown), u->text);
	must(text_is_safe(shown, strlen(shown)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	const size_t first = end != NULL ? (size_t)(end - data) : size;
	struct url base, u;
	char shown[256], *text = malloc(first + 1);

	if (first > 0)
		memcpy(text, data, first);
	text[first] = '\0';
	redact_url(shown, sizeof(shown), text);
	must(text_is_safe(shown, strlen(shown)));
	if (url_parse(&base, text)) {
		check(&base);
		if (end != NULL && url_join(&u, &base, (const char *)end + 1, size - first - 1))
			check(&u);
	}
	free(text);
	return 0;
}
