/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/favicon.h"

#include <murmurhash.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { LINE = 57 /* bytes that make 76 characters: RFC 2045 section 6.8 */ };

static size_t encode(char *out, const uint8_t *p, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (left > 2 ? p[i + 2] : 0u);
		out[at++] = digit[v >> 18];
		out[at++] = digit[v >> 12 & 63];
		out[at++] = left > 1 ? digit[v >> 6 & 63] : '=';
		out[at++] = left > 2 ? digit[v & 63] : '=';
	}
	return at;
}

int32_t favicon_hash(const uint8_t *bytes, size_t n)
{
	char *text = xmalloc(n / 3 * 4 + n / LINE + 8);
	size_t at = 0;
	uint32_t hash;

	for (size_t i = 0; i < n; i += LINE) {
		at += encode(text + at, bytes + i, n - i < LINE ? n - i : LINE);
		text[at++] = '\n';
	}
	lmmh_x86_32(text, (unsigned)at, 0, &hash);
	free(text);
	return (int32_t)hash;
}

bool favicon_is_image(const uint8_t *bytes, size_t n)
{
	static const struct {
		const char *start;
		size_t n;
	} kinds[] = { { "\0\0\1\0", 4 }, { "\x89PNG\r\n\x1a\n", 8 },
		      { "GIF8", 4 },     { "\xff\xd8\xff", 3 },
		      { "BM", 2 },       { "RIFF", 4 },
		      { "<svg", 4 } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (n >= kinds[i].n && memcmp(bytes, kinds[i].start, kinds[i].n) == 0)
			return true;
	return false;
}
