/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/fetch_head.h"

#include <string.h>
#include <strings.h>

#include "visit/fetch.h"

enum { COOKIE_NAME_MAX = 64 }; /* longer ones are no names */

struct text {
	const char *p;
	size_t n;
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static struct text trim(const char *p, size_t n)
{
	while (n > 0 && is_blank(*p))
		p++, n--;
	while (n > 0 && is_blank(p[n - 1]))
		n--;
	return (struct text){ p, n };
}

/* Digits at the start of v, moved behind them. False: none, or more than 18. */
static bool take_number(struct text *v, uint64_t *out)
{
	size_t digits = 0;

	*out = 0;
	while (digits < v->n && v->p[digits] >= '0' && v->p[digits] <= '9' && digits < 19)
		*out = *out * 10 + (uint64_t)(v->p[digits++] - '0');
	v->p += digits, v->n -= digits;
	return digits > 0 && digits < 19;
}

static bool take_char(struct text *v, char c)
{
	if (v->n == 0 || *v->p != c)
		return false;
	v->p++, v->n--;
	return true;
}

/* RFC 9110 section 14.4: "bytes 0-1023/146515", "bytes 0-1023/" "*" when nobody knows. */
static void take_range(struct fetch_head *h, struct text v)
{
	uint64_t from, to, total = 0;

	if (v.n < 6 || strncasecmp(v.p, "bytes ", 6) != 0)
		return;
	v = trim(v.p + 6, v.n - 6);
	if (!take_number(&v, &from) || !take_char(&v, '-') || !take_number(&v, &to) || !take_char(&v, '/'))
		return;
	if (!take_char(&v, '*') && (!take_number(&v, &total) || to >= total))
		return;
	h->has_range = v.n == 0 && from <= to;
	h->range_from = from;
	h->range_total = total;
}

/* RFC 6265 section 4.1.1: "name=value; ..." */
static void take_cookie(struct fetch_head *h, struct text v)
{
	const char *equals = v.n == 0 ? NULL : memchr(v.p, '=', v.n);
	size_t name = equals == NULL ? 0 : (size_t)(equals - v.p), at = strlen(h->cookies);

	if (name == 0 || name > COOKIE_NAME_MAX || at + name + 2 > sizeof(h->cookies))
		return;
	for (size_t i = 0; i < name; i++)
		if (v.p[i] <= 0x20 || v.p[i] >= 0x7f || v.p[i] == ';')
			return;
	if (at > 0)
		h->cookies[at++] = ' ';
	memcpy(h->cookies + at, v.p, name);
	h->cookies[at + name] = '\0';
}

static void take_location(struct fetch_head *h, struct text v)
{
	h->location_long = v.n >= sizeof(h->location);
	if (h->location_long || h->location[0] != '\0')
		return;
	memcpy(h->location, v.p, v.n);
	h->location[v.n] = '\0';
}

static void take_length(struct fetch_head *h, struct text v)
{
	(void)v;
	h->has_length = true;
}

static bool is_word(struct text v, const char *word)
{
	return v.n == strlen(word) && strncasecmp(v.p, word, v.n) == 0;
}

/* RFC 9112 section 7.4: no other transfer coding was offered. */
static void take_chunked(struct fetch_head *h, struct text v)
{
	h->chunked = true;
	h->layered = h->layered || !(is_word(v, "chunked") || is_word(v, "identity") || v.n == 0);
}

static void take_encoding(struct fetch_head *h, struct text v)
{
	const bool identity = v.n == 0 || is_word(v, "identity");

	h->layered = h->layered || memchr(v.p, ',', v.n) != NULL || (h->encoded && !identity);
	h->encoded = h->encoded || !identity;
}

/* Fields with a place of their own (the first one counts), and those with a reader. */
#define TEXT_AT(member) .at = offsetof(struct fetch_head, member)
static const struct {
	const char *name;
	size_t at;
	void (*take)(struct fetch_head *h, struct text v);
} fields[] = {
	{ "Content-Type", TEXT_AT(content_type) },
	{ "Server", TEXT_AT(server) },
	{ "X-Generator", TEXT_AT(generator) },
	{ "X-Powered-By", TEXT_AT(powered_by) },
	{ "ETag", TEXT_AT(etag) },
	{ "Last-Modified", TEXT_AT(last_modified) },
	{ "WWW-Authenticate", TEXT_AT(authenticate) },
	{ "Location", .take = take_location },
	{ "Set-Cookie", .take = take_cookie },
	{ "Content-Length", .take = take_length },
	{ "Transfer-Encoding", .take = take_chunked },
	{ "Content-Encoding", .take = take_encoding },
	{ "Content-Range", .take = take_range },
};

static void take_text(char *to, struct text v)
{
	if (to[0] != '\0')
		return;
	v.n = v.n < PROBE_FIELD_MAX ? v.n : PROBE_FIELD_MAX - 1;
	memcpy(to, v.p, v.n);
	to[v.n] = '\0';
}

static void take_field(struct fetch_head *h, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t name = colon == NULL ? 0 : (size_t)(colon - line);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) != name || strncasecmp(fields[i].name, line, name) != 0)
			continue;
		if (fields[i].take != NULL)
			fields[i].take(h, trim(colon + 1, n - name - 1));
		else
			take_text((char *)h + fields[i].at, trim(colon + 1, n - name - 1));
	}
}

/* "HTTP/1.1 200 OK", "HTTP/2 200": a head of its own; interim ones (RFC 9110 section 15.2) are forgotten. */
static void take_status(struct fetch_head *h, const char *line, size_t n)
{
	const uint64_t bytes = h->bytes;
	const char *blank = memchr(line, ' ', n);
	struct text v = blank == NULL ? (struct text){ line, 0 } : trim(blank, n - (size_t)(blank - line));
	uint64_t status;

	memset(h, 0, sizeof(*h));
	h->bytes = bytes;
	h->major = (unsigned)(line[5] - '0');
	if (take_number(&v, &status) && status < 1000)
		h->status = (unsigned)status;
}

bool fetch_head_line(struct fetch_head *h, const char *line, size_t n)
{
	h->bytes += n;
	if (h->bytes > FETCH_HEAD_MAX)
		return false;
	if (h->complete)
		return true; /* trailers */
	if (n > 5 && strncmp(line, "HTTP/", 5) == 0)
		take_status(h, line, n);
	else if (trim(line, n).n == 0)
		h->complete = h->status >= 200;
	else
		take_field(h, line, n);
	return true;
}

void fetch_head_answer(const struct fetch_head *h, struct probe_answer *a)
{
	a->status = h->complete ? (int)h->status : 0;
	a->content_type = h->content_type;
	a->server = h->server;
	a->generator = h->generator[0] != '\0' ? h->generator : h->powered_by;
	a->location = h->location;
	a->etag = h->etag;
	a->last_modified = h->last_modified;
	a->authenticate = h->authenticate;
	a->cookies = h->cookies;
}

/* -- RFC 7468: base64 between two lines */
static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

size_t fetch_pem(uint8_t out[PROBE_CERT_MAX], const char *pem)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	const char *p = strstr(pem, begin);
	uint32_t bits = 0;
	unsigned held = 0;
	size_t at = 0;

	if (p == NULL)
		return 0;
	for (p += strlen(begin); *p != '-' && *p != '='; p++) {
		int six = sextet(*p);
		if (*p == '\0' || (six < 0 && !is_blank(*p)))
			return 0;
		if (six < 0)
			continue;
		bits = bits << 6 | (uint32_t)six;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (at == PROBE_CERT_MAX)
			return 0;
		out[at++] = (uint8_t)(bits >> held);
	}
	return at;
}
