/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/hostname.h"

#include <string.h>

enum {
	NAME_LONGEST = 253, /* 255 octets on the wire (RFC 1035 section 2.3.4) */
	LABEL_LONGEST = 63,
	DECODED_MAX = 1024, /* of an encoded URL, more than any host can reach into */
	DECODE_ROUNDS = 2,  /* a login page behind a gateway encodes its address again */
};

/* Names without an owner that could file: RFC 6761 (localhost, invalid), RFC 6762 (local and appendix G),
 * RFC 8375 and reverse look-ups (arpa), RFC 7686 (onion), ICANN's reserved "internal" and what routers and
 * domain controllers hand out. RFC 2606 names stay: they stand for real ones in examples and tests. */
static const char *const local_tops[] = {
	"arpa",     "local",   "localhost", "localdomain", "lan",     "home",  "internal",
	"intranet", "private", "corp",      "workgroup",   "invalid", "onion", "alt",
};

static bool is_name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c; }

/* Copies lower case while every label is well formed; false at the first that is not. */
static bool copy_labels(char *out, const uint8_t *p, size_t n)
{
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = lower(p[i]);
		label = c == '.' ? 0 : label + 1;
		if ((c == '.' && (i == 0 || p[i - 1] == '.')) || (c != '.' && !is_name_byte(c)) ||
		    label > LABEL_LONGEST)
			return false;
		out[i] = (char)c;
	}
	out[n] = '\0';
	return true;
}

/* A last label of digits only makes it an IPv4 address, whole or short (WHATWG URL, "ends in a number"). */
static bool top_ok(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || dot[1 + strspn(dot + 1, "0123456789")] == '\0')
		return false;
	for (size_t i = 0; i < sizeof(local_tops) / sizeof(local_tops[0]); i++)
		if (strcmp(dot + 1, local_tops[i]) == 0)
			return false;
	return true;
}

bool hostname_take(char out[HOSTNAME_MAX], const uint8_t *p, size_t n)
{
	if (n > 0 && p[n - 1] == '.')
		n--;
	if (n > 0 && n <= NAME_LONGEST && copy_labels(out, p, n) && top_ok(out))
		return true;
	out[0] = '\0';
	return false;
}

bool hostname_take_authority(char out[HOSTNAME_MAX], const uint8_t *p, size_t n)
{
	size_t end = n;

	while (end > 0 && p[end - 1] >= '0' && p[end - 1] <= '9')
		end--;
	return hostname_take(out, p, end > 0 && p[end - 1] == ':' ? end - 1 : n);
}

static int hex(uint8_t c)
{
	c = lower(c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place; a '%' without two hex digits stays. Returns the new length. */
static size_t decode(uint8_t *text, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		int high = text[i] == '%' && i + 2 < n ? hex(text[i + 1]) : -1;
		int low = high >= 0 ? hex(text[i + 2]) : -1;
		uint8_t byte = text[i];
		if (low >= 0) {
			byte = (uint8_t)((unsigned)high << 4 | (unsigned)low);
			i += 2;
		}
		text[at] = byte;
		at++;
	}
	return at;
}

/* Where the authority starts: behind "http://", "https://" or "//"; 0 for a bare host. */
static size_t scheme_length(const uint8_t *text, size_t n)
{
	static const char *const schemes[] = { "https://", "http://", "//" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i]), k = 0;
		while (k < len && k < n && lower(text[k]) == (uint8_t)schemes[i][k])
			k++;
		if (k == len)
			return len;
	}
	return 0;
}

bool hostname_take_encoded(char out[HOSTNAME_MAX], const uint8_t *p, size_t n)
{
	uint8_t text[DECODED_MAX];
	size_t start, end;

	n = n < sizeof(text) ? n : sizeof(text);
	memcpy(text, p, n);
	for (int round = 0; round < DECODE_ROUNDS; round++)
		n = decode(text, n);
	start = scheme_length(text, n);
	for (end = start; end < n && memchr("/?#\\", text[end], 4) == NULL; end++)
		;
	return hostname_take_authority(out, text + start, end - start);
}
