/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  t13d1516h2_8daaf6152771_e5627efa2ab1
 *  |||| | |       |             hash of the sorted extensions, then the signature algorithms as they stand
 *  |||| | |       hash of the sorted ciphers
 *  |||| | first and last character of the first protocol
 *  |||| number of extensions
 *  |||number of ciphers; before it 'd' for a server name, 'i' without
 *  |version
 *  transport
 *  GREASE (RFC 8701) is left out everywhere.
 */
#include "dissect/ja4.h"

#include <nettle/sha2.h>

enum {
	BREAK = 0x0a0a, /* between the extensions and the algorithms: GREASE, so no value of a list */
	COUNT_MAX = 99,
	WORD = 4, /* values that are hashed at a time */
	LOW = 64, /* types below it are bits of a word */
};

struct list {
	size_t count;
	uint16_t values[LOW + 2 * JA4_LIST_MAX + 1 + WORD];
};

static bool is_grease(uint16_t v) { return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff); }

static bool list_add(struct list *l, uint16_t value)
{
	if (is_grease(value))
		return true;
	if (l->count >= JA4_LIST_MAX)
		return false;
	l->values[l->count++] = value;
	return true;
}

/* By growing steps of Ciura: lists of a dozen or two are usual, hostile ones are no burden. */
static void list_sort(struct list *l)
{
	static const size_t gaps[] = { 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		size_t gap = gaps[g];
		for (size_t i = gap; i < l->count; i++) {
			uint16_t v = l->values[i];
			size_t at = i;
			for (; at >= gap && l->values[at - gap] > v; at -= gap)
				l->values[at] = l->values[at - gap];
			l->values[at] = v;
		}
	}
}

/* As the client has them, since few clients change that order: they are sorted only when they are new. */
static bool list_ciphers(struct list *l, struct rd r)
{
	while (rd_left(&r) >= 2) {
		if (!list_add(l, rd_be16(&r)))
			return false;
	}
	return true;
}

/* Clients shuffle extensions. Most of their types are small: a bit each puts those in order. */
static bool list_extensions(struct list *l, const struct tls_hello *h, size_t *all)
{
	struct rd r = h->extensions;
	struct list high;
	uint64_t low = 0, again = 0;

	*all = high.count = 0;
	while (rd_left(&r) > 0) {
		uint16_t type = rd_be16(&r);
		rd_skip(&r, rd_be16(&r));
		*all += !is_grease(type);
		if (type == TLS_EXT_SERVER_NAME || type == TLS_EXT_ALPN)
			continue;
		if (type < LOW && (low >> type & 1) == 0)
			low |= UINT64_C(1) << type;
		else if (!list_add(&high, type))
			return false;
		else
			again |= type < LOW;
	}
	for (; low != 0; low &= low - 1)
		l->values[l->count++] = (uint16_t)__builtin_ctzll(low);
	list_sort(&high);
	memcpy(&l->values[l->count], high.values, high.count * sizeof(high.values[0]));
	l->count += high.count;
	if (again != 0)
		list_sort(l);
	return true;
}

/* They stand in the order of the client's liking, which is telling. */
static bool list_algorithms(struct list *l, struct rd r)
{
	size_t most = l->count + 1 + JA4_LIST_MAX, start = l->count;

	while (rd_left(&r) >= 2) {
		uint16_t value = rd_be16(&r);
		if (is_grease(value))
			continue;
		if (l->count == start)
			l->values[l->count++] = BREAK;
		if (l->count == most)
			return false;
		l->values[l->count++] = value;
	}
	return true;
}

/* -- the hash of a list's text */

static void put_hex(char *out, unsigned value, int digits)
{
	while (digits-- > 0)
		*out++ = "0123456789abcdef"[value >> 4 * digits & 15];
}

static void hash_make(struct list *l, bool sorted, char out[JA4_HASH_SIZE])
{
	char text[5 * (LOW + 2 * JA4_LIST_MAX + 1)], *at = text;
	uint8_t digest[JA4_HASH_SIZE / 2];
	struct sha256_ctx sha;

	if (!sorted)
		list_sort(l);
	for (size_t i = 0; i < l->count; i++) {
		if (l->values[i] == BREAK) {
			at[-1] = '_';
			continue;
		}
		put_hex(at, l->values[i], 4);
		at[4] = ',';
		at += 5;
	}
	sha256_init(&sha);
	sha256_update(&sha, (size_t)(at - 1 - text), (const uint8_t *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		put_hex(out + 2 * i, digest[i], 2);
}

static struct ja4_entry *cache_slot(struct ja4_cache *cache, const struct list *l)
{
	uint64_t h = l->count, word;

	for (size_t i = 0; i < l->count; i += WORD) {
		memcpy(&word, &l->values[i], sizeof(word));
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return &cache->entries[h % JA4_ENTRIES];
}

static void hash(struct ja4_cache *cache, struct list *l, bool sorted, char out[JA4_HASH_SIZE])
{
	struct ja4_entry *e;

	if (l->count == 0) {
		memset(out, '0', JA4_HASH_SIZE);
		return;
	}
	if (cache == NULL || l->count > JA4_KEPT) {
		hash_make(l, sorted, out);
		return;
	}
	memset(&l->values[l->count], 0, WORD * sizeof(l->values[0]));
	e = cache_slot(cache, l);
	if (e->count != l->count || memcmp(e->values, l->values, l->count * sizeof(l->values[0])) != 0) {
		e->count = (uint16_t)l->count;
		memcpy(e->values, l->values, l->count * sizeof(l->values[0]));
		hash_make(l, sorted, e->hash);
	}
	memcpy(out, e->hash, JA4_HASH_SIZE);
}

/* -- the first part */

static const struct {
	uint16_t version;
	char code[3];
} versions[] = {
	{ 0x0304, "13" }, { 0x0303, "12" }, { 0x0302, "11" },
	{ 0x0301, "10" }, { 0x0300, "s3" }, { 0x0002, "s2" },
};

/* The highest of supported_versions where the client sent those. */
static const char *version_code(const struct tls_hello *h)
{
	struct rd r = h->versions;
	uint16_t best = r.base != NULL ? 0 : h->version;

	while (rd_left(&r) >= 2) {
		uint16_t v = rd_be16(&r);
		if (!is_grease(v) && v > best)
			best = v;
	}
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (versions[i].version == best)
			return versions[i].code;
	}
	return "00";
}

static bool is_plain(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* When either end is no letter or digit: the first digit and the last of the whole in hexadecimal. */
static void put_alpn(char out[2], struct dissect_str alpn)
{
	uint8_t first, last;

	memset(out, '0', 2);
	if (alpn.n == 0)
		return;
	first = alpn.p[0];
	last = alpn.p[alpn.n - 1];
	if (is_plain(first) && is_plain(last)) {
		out[0] = (char)first;
		out[1] = (char)last;
	} else {
		put_hex(out, first >> 4, 1);
		put_hex(out + 1, last & 15, 1);
	}
}

static void put_count(char out[2], size_t n)
{
	n = n < COUNT_MAX ? n : COUNT_MAX;
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
}

bool ja4_make(struct ja4_cache *cache, char transport, const struct tls_hello *h, char out[DISSECT_JA4_SIZE])
{
	struct list ciphers, extensions;
	size_t count;

	out[0] = '\0';
	ciphers.count = extensions.count = 0;
	if (!list_ciphers(&ciphers, h->ciphers) || !list_extensions(&extensions, h, &count) ||
	    !list_algorithms(&extensions, h->algorithms))
		return false;
	out[0] = transport;
	memcpy(out + 1, version_code(h), 2);
	out[3] = h->named ? 'd' : 'i';
	put_count(out + 4, ciphers.count);
	put_count(out + 6, count);
	put_alpn(out + 8, h->alpn);
	out[10] = out[23] = '_';
	hash(cache, &ciphers, false, out + 11);
	hash(cache, &extensions, true, out + 24);
	out[36] = '\0';
	return true;
}
