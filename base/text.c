/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <arpa/inet.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BEIJING_OFFSET = 8 * 3600 };

size_t text_utf8_len(const uint8_t *s, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t len;

	if (n == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
	if (len == 0 || s[0] > 0xf4 || len > n)
		return 0;
	c = s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : len;
}

bool text_is_utf8(const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;
	while (n > 0) {
		size_t len = text_utf8_len(p, n);
		if (len == 0)
			return false;
		p += len;
		n -= len;
	}
	return true;
}

/* Characters that could move the cursor, hide text or reverse it (Trojan Source, CVE-2021-42574): controls
 * and the format characters (Cf) of Unicode, line and paragraph separators. */
static const struct {
	uint32_t first, last;
} unsafe[] = {
	{ 0, 0x1f },        { 0x7f, 0x9f },     { 0xad, 0xad },       { 0x61c, 0x61c },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

static bool is_unsafe(const uint8_t *s, size_t len)
{
	uint32_t c = len == 1 ? s[0] : s[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3fu);
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++) {
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	}
	return false;
}

bool text_is_safe(const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;

	for (size_t i = 0, len; i < n; i += len) {
		len = text_utf8_len(p + i, n - i);
		if (len == 0 || is_unsafe(p + i, len))
			return false;
	}
	return true;
}

static size_t put_hex(char *out, size_t cap, size_t at, uint8_t byte)
{
	static const char hex[] = "0123456789abcdef";
	if (cap - at < 5)
		return 0;
	memcpy(out + at, (char[]){ '\\', 'x', hex[byte >> 4], hex[byte & 15] }, 4);
	return 4;
}

size_t text_safe(char *out, size_t cap, const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t at = 0, len, put;

	if (cap == 0)
		return 0;
	for (size_t i = 0; i < n; i += len) {
		len = text_utf8_len(p + i, n - i);
		if (len == 0 || is_unsafe(p + i, len)) {
			len = 1;
			put = put_hex(out, cap, at, p[i]);
		} else {
			put = cap - at > len ? len : 0;
			memcpy(out + at, p + i, put);
		}
		if (put == 0)
			break;
		at += put;
	}
	out[at] = '\0';
	return at;
}

size_t text_hex_escape(char *out, size_t cap, const uint8_t *s, size_t n)
{
	size_t at = 0, put;
	if (cap == 0)
		return 0;
	for (size_t i = 0; i < n; i++, at += put) {
		if (s[i] >= 0x20 && s[i] <= 0x7e && s[i] != '\\') {
			put = cap - at > 1 ? 1 : 0;
			memcpy(out + at, s + i, put);
		} else {
			put = put_hex(out, cap, at, s[i]);
		}
		if (put == 0)
			break;
	}
	out[at] = '\0';
	return at;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

static char *put_two(char *out, unsigned v)
{
	memcpy(out, two_digits + (size_t)v * 2, 2);
	return out + 2;
}

size_t text_number(char out[TEXT_NUMBER_MAX], uint64_t v)
{
	char text[TEXT_NUMBER_MAX];
	size_t at = sizeof(text);

	for (; v >= 100; v /= 100)
		put_two(text + (at -= 2), (unsigned)(v % 100));
	if (v >= 10)
		put_two(text + (at -= 2), (unsigned)v);
	else
		text[--at] = (char)('0' + v);
	memcpy(out, text + at, sizeof(text) - at);
	return sizeof(text) - at;
}

/* With what ends a time. */
static void put_fraction(char *out, unsigned v)
{
	*out++ = '.';
	out = put_two(put_two(put_two(out, v / 10000), v / 100 % 100), v % 100);
	memcpy(out, "Z", 2);
}

/* The same as the C library writes, for the years that captures are from; it takes a third of the time that
 * a line of output takes. Days to dates: the year starts in March, so that leap days end it. */
static bool time_fast(char *out, int64_t us)
{
	int64_t seconds = floor_div(us, 1000000), day = floor_div(seconds, 86400) + 719468;
	unsigned second = (unsigned)(seconds - (day - 719468) * 86400), era_day, year, month, of_year;

	if (day < 719468 || day >= 719468 + 2932897) /* 1970 to 9999 */
		return false;
	era_day = (unsigned)(day % 146097);
	year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
	of_year = era_day - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	year += (unsigned)(day / 146097) * 400 + (month >= 10);
	out = put_two(put_two(out, year / 100), year % 100);
	*out++ = '-';
	out = put_two(out, month < 10 ? month + 3 : month - 9);
	*out++ = '-';
	out = put_two(out, of_year - (153 * month + 2) / 5 + 1);
	*out++ = 'T';
	out = put_two(out, second / 3600);
	*out++ = ':';
	out = put_two(out, second / 60 % 60);
	*out++ = ':';
	out = put_two(out, second % 60);
	put_fraction(out, (unsigned)(us - seconds * 1000000));
	return true;
}

size_t text_time_utc(char out[TEXT_TIME_MAX], int64_t us)
{
	time_t s = (time_t)floor_div(us, 1000000);
	struct tm tm;
	char day[TEXT_TIME_MAX];

	if (time_fast(out, us))
		return sizeof("2026-11-21T08:00:00.000000Z") - 1;
	if (gmtime_r(&s, &tm) == NULL || strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		memcpy(day, "?", 2); /* a year past what the C library can write */
	snprintf(out, TEXT_TIME_MAX, "%.22s.%06dZ", day, (int)((us % 1000000 + 1000000) % 1000000));
	return strlen(out);
}

size_t text_time_next(struct text_times *t, char out[TEXT_TIME_MAX], int64_t us)
{
	static const char like[] = "2026-11-21T08:00:00.000000Z";
	uint64_t fraction = (uint64_t)us - (uint64_t)t->second;
	size_t n = sizeof(like) - 1;

	if (t->text[0] != '\0' && fraction < 1000000) {
		memcpy(out, t->text, sizeof(like));
		put_fraction(out + sizeof("2026-11-21T08:00:00") - 1, (unsigned)fraction);
		return n;
	}
	n = text_time_utc(out, us);
	if (n == sizeof(like) - 1) {
		memcpy(t->text, out, sizeof(like));
		t->second = floor_div(us, 1000000) * 1000000;
	}
	return n;
}

void text_time_beijing(char out[TEXT_TIME_MAX], int64_t us)
{
	time_t s = (time_t)(floor_div(us, 1000000) + BEIJING_OFFSET);
	struct tm tm;
	if (gmtime_r(&s, &tm) == NULL || strftime(out, TEXT_TIME_MAX, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		memcpy(out, "?", 2);
}

int64_t text_beijing_day(int64_t us) { return floor_div(floor_div(us, 1000000) + BEIJING_OFFSET, 86400); }

const char *text_file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

void text_lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

/* Each octet with the dot that follows it. */
#define DIGIT(v) ('0' + (v) % 10)
#define OCTET(v)                                                                                             \
	{                                                                                                    \
		DIGIT((v) > 99  ? (v) / 100                                                                  \
		      : (v) > 9 ? (v) / 10                                                                   \
				: (v)),                                                                      \
			(v) > 99  ? DIGIT((v) / 10)                                                          \
			: (v) > 9 ? DIGIT(v)                                                                 \
				  : '.',                                                                     \
			(v) > 99 ? DIGIT(v) : '.', '.'                                                       \
	}
#define OCTETS_4(v)  OCTET(v), OCTET((v) + 1), OCTET((v) + 2), OCTET((v) + 3)
#define OCTETS_16(v) OCTETS_4(v), OCTETS_4((v) + 4), OCTETS_4((v) + 8), OCTETS_4((v) + 12)
#define OCTETS_64(v) OCTETS_16(v), OCTETS_16((v) + 16), OCTETS_16((v) + 32), OCTETS_16((v) + 48)

static const char octets[256][4] = { OCTETS_64(0), OCTETS_64(64), OCTETS_64(128), OCTETS_64(192) };

/* How many characters an octet has is as random as addresses are, so nothing here branches on it. */
static size_t put_octet(char *out, unsigned v)
{
	memcpy(out, octets[v], sizeof(octets[v]));
	return 4u - (v < 100) - (v < 10);
}

static size_t put_v4(char *out, const uint8_t addr[4])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++)
		at += put_octet(out + at, addr[i]);
	out[--at] = '\0'; /* the last dot */
	return at;
}

/* The longest run of two or more zero words, the first of equals (RFC 5952 section 4.2). */
static int zero_run(const unsigned word[8], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0, n; i < 8; i += n) {
		for (n = 0; i + n < 8 && word[i + n] == 0; n++)
			;
		if (n > *length) {
			best = i;
			*length = n;
		}
		n += n == 0;
	}
	return best;
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));

static bytes16 hex_digits(bytes16 v) { return v + '0' + ((bytes16)(v > 9) & ('a' - '0' - 10)); }

/* All 32 digits, zeroes in front as well. */
static void put_digits(char out[32], const uint8_t addr[16])
{
	bytes16 x, high, low, part;

	memcpy(&x, addr, sizeof(x));
	high = hex_digits(x >> 4);
	low = hex_digits(x & 15);
	part = __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	memcpy(out, &part, sizeof(part));
	part = __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
				       31);
	memcpy(out + sizeof(part), &part, sizeof(part));
}

/* One of eight groups, whose four digits are there; zeroes in front are left out, without a branch on how
 * many they are. */
static size_t put_word(char *out, const char digits[4], unsigned v)
{
	unsigned skip = (v < 0x1000) + (v < 0x100) + (v < 0x10);
	uint32_t four;

	memcpy(&four, digits, sizeof(four));
	four = htole32(le32toh(four) >> 8 * skip);
	memcpy(out, &four, sizeof(four));
	return 4 - skip;
}

/* With a run of zeroes left out. */
static size_t put_v6_short(char *out, const unsigned word[8], const char digits[32])
{
	int length, run = zero_run(word, &length);
	size_t at = 0;

	for (int i = 0; i < 8; i++) {
		if (i == run) {
			out[at++] = ':';
			i += length - 1;
			if (i == 7)
				out[at++] = ':';
			continue;
		}
		if (i > 0)
			out[at++] = ':';
		at += put_word(out + at, digits + (size_t)4 * (unsigned)i, word[i]);
	}
	out[at] = '\0';
	return at;
}

static size_t put_v6(char *out, const uint8_t addr[16])
{
	unsigned word[8], zero = 0;
	char digits[32];
	size_t at = 0;

	for (unsigned i = 0; i < 8; i++) {
		word[i] = (unsigned)addr[2 * i] << 8 | addr[2 * i + 1];
		zero |= (word[i] == 0 ? 1u : 0u) << i;
	}
	if ((zero & 0x7f) == 0x3f) /* "::192.0.2.1", which is rare */
		return inet_ntop(AF_INET6, addr, out, TEXT_ADDR_MAX) != NULL ? strlen(out) : 0;
	put_digits(digits, addr);
	if ((zero & zero >> 1) != 0)
		return put_v6_short(out, word, digits);
	for (size_t i = 0; i < 8; i++) {
		at += put_word(out + at, digits + 4 * i, word[i]);
		out[at++] = ':';
	}
	out[--at] = '\0';
	return at;
}

size_t text_addr(char out[TEXT_ADDR_MAX], const uint8_t addr[16])
{
	return text_addr_is_v4(addr) ? put_v4(out, addr + 12) : put_v6(out, addr);
}

void text_people(char out[TEXT_PEOPLE_MAX], uint64_t n)
{
	if (n < TEXT_PEOPLE_MIN)
		snprintf(out, TEXT_PEOPLE_MAX, "<%d", TEXT_PEOPLE_MIN);
	else
		snprintf(out, TEXT_PEOPLE_MAX, "%" PRIu64, n);
}
