/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/redact.h"

#include <string.h>

#include "base/text.h"

enum {
	NAME_SHOWN_MAX = 48, /* of a parameter: longer ones are no names */
};

static void put(char *out, size_t cap, size_t *at, const char *s, size_t n)
{
	if (*at + n < cap) {
		memcpy(out + *at, s, n);
		*at += n;
	}
	out[*at] = '\0';
}

static void put_safe(char *out, size_t cap, size_t *at, const char *s, size_t n)
{
	*at += text_safe(out + *at, cap - *at, s, n);
}

/* "name=value": the name stays if it looks like one; without "=" it may be all secret. */
static void put_parameter(char *out, size_t cap, size_t *at, const char *s, size_t n)
{
	const char *equals = n == 0 ? NULL : memchr(s, '=', n);
	size_t name = equals == NULL ? 0 : (size_t)(equals - s);

	if (n == 0)
		return;
	if (equals != NULL && name <= NAME_SHOWN_MAX)
		put_safe(out, cap, at, s, name + 1);
	put(out, cap, at, "…", strlen("…"));
}

static size_t span_until(const char *s, size_t n, const char *stops)
{
	size_t i = 0;

	while (i < n && strchr(stops, s[i]) == NULL)
		i++;
	return i;
}

/* RFC 3986 section 3.3: ";name=value" in a segment, where session ids like to sit. */
static void put_path(char *out, size_t cap, size_t *at, const char *s, size_t n)
{
	while (n > 0) {
		size_t plain = span_until(s, n, ";"), value;
		put_safe(out, cap, at, s, plain);
		s += plain, n -= plain;
		if (n == 0)
			return;
		put(out, cap, at, ";", 1);
		value = span_until(s + 1, n - 1, ";/");
		put_parameter(out, cap, at, s + 1, value);
		s += value + 1, n -= value + 1;
	}
}

static void put_query(char *out, size_t cap, size_t *at, const char *s, size_t n)
{
	put(out, cap, at, "?", 1);
	for (;;) {
		size_t one = span_until(s, n, "&;");
		put_parameter(out, cap, at, s, one);
		if (one == n)
			return;
		put(out, cap, at, "&", 1);
		s += one + 1, n -= one + 1;
	}
}

/* Scheme and authority, the latter without its user info. Returns how long they were. */
static size_t put_authority(char *out, size_t cap, size_t *at, const char *s, size_t n)
{
	size_t scheme = span_until(s, n, ":/?#"), end, user = 0;

	if (scheme + 2 < n && strncmp(s + scheme, "://", 3) == 0)
		scheme += 3;
	else if (n >= 2 && strncmp(s, "//", 2) == 0)
		scheme = 2;
	else
		return 0;
	end = scheme + span_until(s + scheme, n - scheme, "/?#\\");
	for (size_t i = scheme; i < end; i++)
		if (s[i] == '@')
			user = i + 1;
	put_safe(out, cap, at, s, scheme);
	if (user > 0)
		put(out, cap, at, "…@", strlen("…@"));
	else
		user = scheme;
	put_safe(out, cap, at, s + user, end - user);
	return end;
}

void redact_url(char *out, size_t cap, const char *text)
{
	size_t n = strcspn(text, "#"), at = 0, start, path;

	if (cap == 0)
		return;
	out[0] = '\0';
	start = put_authority(out, cap, &at, text, n);
	path = span_until(text + start, n - start, "?");
	put_path(out, cap, &at, text + start, path);
	start += path;
	if (start < n)
		put_query(out, cap, &at, text + start + 1, n - start - 1);
}
