/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/punycode.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* RFC 3492 section 5 */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 128 };
enum { LABEL_CHARS = 63 };

/* Characters of a label; 0 when there are more than fit or the bytes are no UTF-8. */
static size_t decode(uint32_t out[LABEL_CHARS], const char *label, size_t n)
{
	size_t count = 0;
	for (size_t i = 0, len; i < n; i += len) {
		const uint8_t *s = (const uint8_t *)label + i;
		len = text_utf8_len(s, n - i);
		if (len == 0 || count == LABEL_CHARS)
			return 0;
		uint32_t c = len == 1 ? s[0] : s[0] & (0x7fu >> len);
		for (size_t k = 1; k < len; k++)
			c = c << 6 | (s[k] & 0x3f);
		out[count++] = c;
	}
	return count;
}

/* RFC 3492 section 6.1 */
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > ((BASE - TMIN) * TMAX) / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static void put_integer(struct buf *out, uint32_t q, uint32_t bias)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		if (q < t)
			break;
		buf_add(out, &digits[t + (q - t) % (BASE - t)], 1);
		q = (q - t) / (BASE - t);
	}
	buf_add(out, &digits[q], 1);
}

static uint32_t next_code(const uint32_t *c, size_t count, uint32_t n)
{
	uint32_t least = UINT32_MAX;
	for (size_t i = 0; i < count; i++) {
		if (c[i] >= n && c[i] < least)
			least = c[i];
	}
	return least;
}

/* RFC 3492 section 6.3; at most 63 characters below 0x110000, so delta cannot overflow 32 bits. */
static void encode(struct buf *out, const uint32_t *c, size_t count, uint32_t basic)
{
	uint32_t n = INITIAL_N, delta = 0, bias = INITIAL_BIAS, done = basic;

	while (done < count) {
		uint32_t next = next_code(c, count, n);
		delta += (next - n) * (done + 1);
		n = next;
		for (size_t i = 0; i < count; i++) {
			if (c[i] < n)
				delta++;
			if (c[i] != n)
				continue;
			put_integer(out, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		n++;
	}
}

static bool put_label(struct buf *out, const char *label, size_t n)
{
	uint32_t c[LABEL_CHARS], basic = 0;
	size_t count = decode(c, label, n), start = out->len;

	if (n == 0 || count == 0)
		return n == 0;
	buf_puts(out, "xn--");
	for (size_t i = 0; i < count; i++) {
		if (c[i] < 0x80) {
			buf_add(out, &(char){ (char)c[i] }, 1);
			basic++;
		}
	}
	if (basic == count) {
		out->len = start;
		buf_add(out, label, n);
		return true;
	}
	if (basic > 0)
		buf_puts(out, "-");
	encode(out, c, count, basic);
	return out->len - start <= LABEL_CHARS;
}

bool punycode_domain(struct buf *out, const char *domain)
{
	buf_puts(out, "");
	for (;;) {
		size_t n = strcspn(domain, ".");
		if (!put_label(out, domain, n))
			return false;
		if (domain[n] == '\0')
			return true;
		buf_puts(out, ".");
		domain += n + 1;
	}
}
