/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/hostname.h"

#include <endian.h>
#include <string.h>

#include "base/short.h"

enum {
	NAME_LONGEST = 253, /* 255 octets on the wire (RFC 1035 section 2.3.4) */
	LABEL_LONGEST = 63,
	DECODED_MAX = 1024, /* of an encoded URL, more than any host can reach into */
	DECODE_ROUNDS = 2,  /* a login page behind a gateway encodes its address again */
};

/* Names without an owner that could file: RFC 6761 (localhost, invalid), RFC 6762 (local and appendix G),
 * RFC 8375 and reverse look-ups (arpa), RFC 7686 (onion), ICANN's reserved "internal" and what routers and
 * domain controllers hand out. RFC 2606 names stay: they stand for real ones in examples and tests. */
static const char local_tops[][12] = {
	"alt",     "lan",     "arpa",     "corp",     "home",      "local",     "onion",
	"invalid", "private", "internal", "intranet", "localhost", "workgroup", "localdomain",
};

/* What they begin with: bit n for the n-th letter. */
#define LOCAL_INITIALS                                                                                       \
	(1u << ('a' & 31) | 1u << ('c' & 31) | 1u << ('h' & 31) | 1u << ('i' & 31) | 1u << ('l' & 31) |      \
	 1u << ('o' & 31) | 1u << ('p' & 31) | 1u << ('w' & 31))

/* Where those of n letters begin; most top labels have two or three. */
static const uint8_t local_from[] = { 0, 0, 0, 0, 2, 5, 7, 7, 9, 11, 13, 13, 14 };

/* What may stand in a label, in lower case; 0 is everything else. */
static const char name_bytes[256] = {
	['-'] = '-', ['_'] = '_', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
	['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['B'] = 'b',
	['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
	['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p',
	['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w',
	['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
	['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k',
	['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r',
	['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
	['z'] = 'z',
};

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c; }

/* Copies lower case while every label is well formed, and says where the last one starts; 0 at the first
 * that is not, or when there is no other. */
static size_t copy_labels(char *out, const uint8_t *p, size_t n)
{
	size_t start = 0;

	for (size_t i = 0; i < n; i++) {
		char c = name_bytes[p[i]];
		if (c == 0) {
			if (p[i] != '.' || i == start || i - start > LABEL_LONGEST)
				return 0;
			c = '.';
			start = i + 1;
		}
		out[i] = c;
	}
	out[n] = '\0';
	return n > start && n - start <= LABEL_LONGEST ? start : 0;
}

/* Is it one of the top labels that mean something locally? */
static bool is_local(const char *top, size_t n)
{
	for (size_t i = local_from[n]; i < local_from[n + 1]; i++)
		if (top[0] == local_tops[i][0] && memcmp(top, local_tops[i], n) == 0)
			return true;
	return false;
}

/* A last label of digits only makes it an IPv4 address, whole or short (WHATWG URL, "ends in a number"). */
static bool top_ok(const char *top, size_t n)
{
	size_t digits = 0;

	while (digits < n && top[digits] >= '0' && top[digits] <= '9')
		digits++;
	if (digits == n)
		return false;
	return n + 1 >= sizeof(local_from) || (LOCAL_INITIALS >> (top[0] & 31) & 1) == 0 || !is_local(top, n);
}

/* --- names that are called as they are written: sixteen bytes at once --- */

typedef int8_t bytes16 __attribute__((vector_size(16))); /* those from 0x80 on are below zero */

static inline bytes16 load16(const uint8_t *p)
{
	bytes16 x;

	memcpy(&x, p, sizeof(x));
	return x;
}

/* Which of them cannot stand there: all but '-' to '9' without '/' and '_' to 'z' without '`'; and dots
 * before a dot. */
static inline bytes16 bad_bytes(const uint8_t *p)
{
	bytes16 x = load16(p), between = (x > '9') & ~(x > '_' - 1),
		dots = (x == '.') & (load16(p + 1) == '.');

	return ~(x > '-' - 1) | (x == '/') | between | (x == '`') | (x > 'z') | dots;
}

/* Of fewer bytes than a block has. */
static inline bytes16 bad_start(const uint8_t *p, size_t n)
{
	static const bytes16 place = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

	return bad_bytes(p) & (place < (int8_t)n);
}

/* Are all bytes good, and no two of them dots that stand together? The last is no dot. */
static bool all_good(const uint8_t *p, size_t n)
{
	const struct short_places at = short_places(n);
	bytes16 bad = short_is(n) ? bad_bytes(p) | bad_bytes(p + at.second) | bad_bytes(p + at.last)
				  : bad_start(p, n);
	uint64_t word[2];

	if (n > 3 * sizeof(bad))
		bad |= bad_bytes(p + at.third);
	memcpy(word, &bad, sizeof(word));
	return (word[0] | word[1]) == 0;
}

/* Where the last label starts; 0 when there is no other. Most are short: the dot is in the last eight bytes.
 */
static size_t last_label(const uint8_t *p, size_t n)
{
	const uint64_t each = UINT64_C(0x0101010101010101), low = each * 0x7f;
	uint64_t x;

	if (n >= sizeof(x)) {
		memcpy(&x, p + n - sizeof(x), sizeof(x));
		x = le64toh(x) ^ each * '.';
		x = ~(((x & low) + low) | x | low); /* the top bit of each byte that is 0 */
		if (x != 0)
			return n - (size_t)__builtin_clzll(x) / 8;
	}
	while (n > 0 && p[n - 1] != '.')
		n--;
	return n;
}

bool hostname_is_plain(const uint8_t p[HOSTNAME_MAX], size_t n)
{
	size_t top;

	/* At least one is a dot: no label is too long. */
	if (n == 0 || n > SHORT_MOST || p[0] == '.' || p[n - 1] == '.' || !all_good(p, n))
		return false;
	top = last_label(p, n);
	return top > 0 && top_ok((const char *)p + top, n - top);
}

bool hostname_take(char out[HOSTNAME_MAX], const uint8_t *p, size_t n)
{
	size_t top;

	if (n > 0 && p[n - 1] == '.')
		n--;
	top = n > 0 && n <= NAME_LONGEST ? copy_labels(out, p, n) : 0;
	if (top > 0 && top_ok(out + top, n - top))
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
