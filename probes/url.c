/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probes/address.h"
#include "probes/scope.h"

static bool part(CURLU *h, CURLUPart which, unsigned flags, char *out, size_t cap)
{
	char *text = NULL;
	bool ok = false;

	if (curl_url_get(h, which, &text, flags) == CURLUE_OK && strlen(text) < cap) {
		memcpy(out, text, strlen(text) + 1);
		ok = true;
	}
	curl_free(text);
	return ok;
}

/* libidn2 takes the host in the charset of the locale, so a process in the C locale could not read any; the
 * bytes of a URL are UTF-8 wherever it runs (RFC 3987 section 3.1). */
static bool host_in_utf8(CURLU *h, char *out, size_t cap)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before;
	bool ok;

	if (utf8 == (locale_t)0)
		return false;
	before = uselocale(utf8);
	ok = part(h, CURLUPART_HOST, CURLU_PUNYCODE, out, cap);
	uselocale(before);
	freelocale(utf8);
	return ok;
}

static bool is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static bool set_literal(struct url *u, const char *host)
{
	u->literal = address_parse(host, u->addr);
	if (u->literal)
		text_addr(u->host, u->addr);
	return u->literal;
}

static bool set_host(struct url *u, CURLU *h)
{
	char host[URL_HOST_MAX], zone[URL_HOST_MAX];

	if (!part(h, CURLUPART_HOST, 0, host, sizeof(host)) ||
	    part(h, CURLUPART_ZONEID, 0, zone, sizeof(zone)))
		return false;
	if (!is_ascii(host) && !host_in_utf8(h, host, sizeof(host)))
		return false;
	if (address_like(host))
		return set_literal(u, host);
	/* a second final dot hid a number from address_like(): neither a name nor an address */
	return scope_normal(u->host, host) && is_ascii(u->host) && !address_like(u->host) &&
	       strchr(u->host, '.') != NULL;
}

static bool set_port(struct url *u, CURLU *h)
{
	char port[8];
	unsigned n = 0;

	if (!part(h, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)))
		return false;
	for (const char *p = port; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	u->port = n;
	return n > 0 && n <= 65535;
}

static bool set_scheme(struct url *u, CURLU *h)
{
	char scheme[8];

	if (!part(h, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)))
		return false;
	u->https = strcmp(scheme, "https") == 0;
	return u->https || strcmp(scheme, "http") == 0;
}

static bool set_text(struct url *u, CURLU *h)
{
	const bool v6 = strchr(u->host, ':') != NULL, usual = u->port == (u->https ? 443U : 80U);
	char path[PROBE_URL_MAX], query[PROBE_URL_MAX] = "", port[8] = "";
	bool asks = part(h, CURLUPART_QUERY, 0, query, sizeof(query));
	int n;

	if (!part(h, CURLUPART_PATH, 0, path, sizeof(path)))
		return false;
	if (!usual)
		snprintf(port, sizeof(port), ":%u", u->port);
	n = snprintf(u->text, sizeof(u->text), "%s://%s%s%s%s", u->https ? "https" : "http", v6 ? "[" : "",
		     u->host, v6 ? "]" : "", port);
	if (n < 0 || (size_t)n >= sizeof(u->text))
		return false;
	u->path = (size_t)n;
	n = snprintf(u->text + u->path, sizeof(u->text) - u->path, "%s%s%s", path, asks ? "?" : "", query);
	return n > 0 && (size_t)n < sizeof(u->text) - u->path;
}

/* A query that is too long for us must not be dropped as if it were not there. */
static bool too_long(CURLU *h)
{
	char *query = NULL;
	bool yes = curl_url_get(h, CURLUPART_QUERY, &query, 0) == CURLUE_OK && strlen(query) >= PROBE_URL_MAX;

	curl_free(query);
	return yes;
}

static bool take(struct url *u, CURLU *h)
{
	memset(u, 0, sizeof(*u));
	return set_scheme(u, h) && set_host(u, h) && set_port(u, h) && !too_long(h) && set_text(u, h) &&
	       is_ascii(u->text);
}

static bool parse(struct url *u, const char *base, const char *text)
{
	const unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE;
	CURLU *h = curl_url();
	bool ok = h != NULL;

	if (ok && base != NULL)
		ok = curl_url_set(h, CURLUPART_URL, base, flags) == CURLUE_OK;
	ok = ok && curl_url_set(h, CURLUPART_URL, text, flags) == CURLUE_OK && take(u, h);
	curl_url_cleanup(h);
	if (!ok)
		memset(u, 0, sizeof(*u));
	return ok;
}

bool url_parse(struct url *u, const char *text) { return parse(u, NULL, text); }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool url_join(struct url *u, const struct url *base, const char *reference, size_t n)
{
	char text[PROBE_URL_MAX];
	const struct url from = *base; /* u may be base */

	while (n > 0 && is_blank(*reference))
		reference++, n--;
	while (n > 0 && is_blank(reference[n - 1]))
		n--;
	if (n >= sizeof(text) || memchr(reference, '\0', n) != NULL) {
		memset(u, 0, sizeof(*u));
		return false;
	}
	if (n > 0)
		memcpy(text, reference, n);
	text[n] = '\0';
	return n > 0 ? parse(u, from.text, text) : parse(u, NULL, from.text); /* libcurl would cut the path */
}

const char *url_path(const struct url *u) { return u->text + u->path; }

bool url_is_root(const struct url *u) { return strcmp(url_path(u), "/") == 0; }

void url_origin(const struct url *u, char out[URL_ORIGIN_MAX])
{
	snprintf(out, URL_ORIGIN_MAX, "%s://%s:%u", u->https ? "https" : "http", u->host, u->port);
}

/* The part of a host that somebody registered: two labels, three below com.cn, edu.cn and the like. */
static const char *registered(const char *host)
{
	static const char *const shared[] = { "com.", "edu.", "net.", "org.", "gov.", "ac.", "mil." };
	size_t left = 2;
	const char *p = host + strlen(host);

	while (p > host) {
		if (p[-1] != '.' || --left > 0) {
			p--;
			continue;
		}
		for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
			if (strncmp(p, shared[i], strlen(shared[i])) == 0 && strlen(p) <= 6)
				left = 1;
		if (left == 0)
			return p;
		p--;
	}
	return host;
}

bool url_akin(const struct url *a, const struct url *b)
{
	if (a->literal || b->literal)
		return strcmp(a->host, b->host) == 0;
	return strcmp(registered(a->host), registered(b->host)) == 0;
}

bool url_equal(const struct url *a, const struct url *b) { return strcmp(a->text, b->text) == 0; }
