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

#include "dissect/mix.h"

enum {
	BREAK = 0x0a0a, /* between the extensions and the algorithms: GREASE, so no value of a list */
	COUNT_MAX = 99,
};

struct list {
	size_t count;
	uint16_t values[2 * JA4_LIST_MAX + 1];
};

static bool list_add(struct list *l, uint16_t value)
{
	if (tls_is_grease(value))
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

static bool list_ciphers(struct list *l, struct rd r)
{
	while (rd_left(&r) >= 2) {
		if (!list_add(l, rd_be16(&r)))
			return false;
	}
	list_sort(l);
	return true;
}

static bool list_extensions(struct list *l, struct rd r)
{
	while (rd_left(&r) > 0) {
		uint16_t type = rd_be16(&r);
		rd_skip(&r, rd_be16(&r));
		if (type != TLS_EXT_SERVER_NAME && type != TLS_EXT_ALPN && !list_add(l, type))
			return false;
	}
	list_sort(l);
	return true;
}

/* They stand in the order of the client's liking, which is telling. */
static bool list_algorithms(struct list *l, struct rd r)
{
	size_t most = l->count + 1 + JA4_LIST_MAX, start = l->count;

	while (rd_left(&r) >= 2) {
		uint16_t value = rd_be16(&r);
		if (tls_is_grease(value))
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

static void hash(const struct list *l, char out[JA4_HASH_SIZE])
{
	char text[5 * (2 * JA4_LIST_MAX + 1)], *at = text;
	uint8_t digest[JA4_HASH_SIZE / 2];
	struct sha256_ctx sha;

	memset(out, '0', JA4_HASH_SIZE);
	if (l->count == 0)
		return;
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

static bool parts_make(struct ja4_parts *parts, const struct tls_hello *h)
{
	struct list ciphers, extensions;

	ciphers.count = extensions.count = 0;
	if (!list_ciphers(&ciphers, h->ciphers) || !list_extensions(&extensions, h->extensions) ||
	    !list_algorithms(&extensions, h->algorithms))
		return false;
	hash(&ciphers, parts->ciphers);
	hash(&extensions, parts->extensions);
	parts->count = (uint16_t)ciphers.count;
	return true;
}

/* -- what was made before */

/* Clients begin their ciphers with a GREASE of their mood, and hardly have another. */
static struct rd key_ciphers(struct rd r)
{
	struct rd rest = r;

	return rd_left(&r) >= 2 && tls_is_grease(rd_be16(&rest)) ? rest : r;
}

static size_t put_sorted(uint8_t *out, const struct tls_types *t)
{
	uint16_t sorted[TLS_HIGH_MAX];

	for (size_t i = 0; i < t->highs; i++) {
		size_t at = i;
		for (; at > 0 && sorted[at - 1] > t->high[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = t->high[i];
	}
	memcpy(out, sorted, t->highs * sizeof(sorted[0]));
	return t->highs * sizeof(sorted[0]);
}

static size_t put_bytes(uint8_t *out, struct rd r)
{
	if (rd_left(&r) > 0)
		memcpy(out, r.p, rd_left(&r));
	return rd_left(&r);
}

/* False: not one to remember. Equal keys have equal parts, and a client's shuffling makes no other key. */
static bool key_make(struct ja4_key *k, const struct tls_hello *h)
{
	const uint64_t apart = UINT64_C(1) << TLS_EXT_SERVER_NAME | UINT64_C(1) << TLS_EXT_ALPN;
	const struct tls_types *t = &h->types;
	struct rd ciphers = key_ciphers(h->ciphers);
	size_t n = rd_left(&ciphers), m = rd_left(&h->algorithms), word = sizeof(k->words[0]);
	uint8_t *bytes = (uint8_t *)(k->words + 2);

	k->count = 2 + (t->highs * sizeof(t->high[0]) + n + m + word - 1) / word;
	if (t->odd || k->count > sizeof(k->words) / word)
		return false;
	k->words[k->count - 1] = 0;
	k->words[0] = t->low & ~apart;
	k->words[1] = (uint64_t)t->highs << 32 | (uint64_t)n << 16 | m;
	bytes += put_sorted(bytes, t);
	bytes += put_bytes(bytes, ciphers);
	put_bytes(bytes, h->algorithms);
	return true;
}

static struct ja4_entry *cache_slot(struct ja4_cache *cache, const struct ja4_key *k)
{
	uint64_t h = k->count;

	for (size_t i = 0; i < k->count; i++)
		h = mix_product(h ^ k->words[i], UINT64_C(0x9e3779b97f4a7c15));
	return &cache->entries[h % JA4_ENTRIES];
}

static bool key_same(const struct ja4_key *a, const struct ja4_key *b)
{
	uint64_t differ = a->count ^ b->count;

	for (size_t i = 0; i < b->count && differ == 0; i++)
		differ = a->words[i] ^ b->words[i];
	return differ == 0;
}

/* NULL: a list is too long. */
static const struct ja4_parts *parts_of(struct ja4_cache *cache, const struct tls_hello *h,
					struct ja4_parts *room)
{
	struct ja4_entry *e;
	struct ja4_key k;

	if (cache == NULL || !key_make(&k, h))
		return parts_make(room, h) ? room : NULL;
	e = cache_slot(cache, &k);
	if (key_same(&e->key, &k))
		return &e->parts;
	e->key.count = 0;
	if (!parts_make(&e->parts, h))
		return NULL;
	e->key = k;
	return &e->parts;
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
		if (!tls_is_grease(v) && v > best)
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
	struct ja4_parts room;
	const struct ja4_parts *parts = parts_of(cache, h, &room);

	out[0] = '\0';
	if (parts == NULL)
		return false;
	out[0] = transport;
	memcpy(out + 1, version_code(h), 2);
	out[3] = h->named ? 'd' : 'i';
	put_count(out + 4, parts->count);
	put_count(out + 6, h->types.count);
	put_alpn(out + 8, h->alpn);
	out[10] = out[23] = '_';
	memcpy(out + 11, parts->ciphers, JA4_HASH_SIZE);
	memcpy(out + 24, parts->extensions, JA4_HASH_SIZE);
	out[36] = '\0';
	return true;
}
