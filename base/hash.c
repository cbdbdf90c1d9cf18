/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __x86_64__
#include <xxh_x86dispatch.h> /* takes the widest vectors of the machine it runs on */
#else
#include <xxhash.h>
#endif

#include "base/log.h"

_Static_assert(HASH_KEY_SIZE == crypto_shorthash_KEYBYTES, "SipHash key");
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "SipHash-2-4");
_Static_assert(HASH_SHA256_SIZE == crypto_hash_sha256_BYTES, "SHA-256 size");

void hash_key_random(struct hash_key *k) { randombytes_buf(k->bytes, sizeof(k->bytes)); }

void hash_key_fixed(struct hash_key *k, const char *text)
{
	uint8_t sum[HASH_SHA256_SIZE];
	hash_sha256(sum, text, strlen(text));
	memcpy(k->bytes, sum, sizeof(k->bytes));
}

uint64_t hash_keyed(const struct hash_key *k, const void *bytes, size_t n)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t h;

	crypto_shorthash(out, bytes, n, k->bytes);
	memcpy(&h, out, sizeof(h));
	return be64toh(h);
}

void hash_secret_random(struct hash_secret *s) { randombytes_buf(s->bytes, sizeof(s->bytes)); }

uint64_t hash_secret(const struct hash_secret *s, const void *bytes, size_t n)
{
	return XXH3_64bits_withSecret(bytes, n, s->bytes, sizeof(s->bytes));
}

void hash_sha256(uint8_t out[HASH_SHA256_SIZE], const void *bytes, size_t n)
{
	crypto_hash_sha256(out, bytes, n);
}

typedef void hash_add_fn(void *state, const void *bytes, size_t n);

/* Hands a file's bytes from `at` to its end to add. */
static int hash_read(int fd, int64_t at, hash_add_fn *add, void *state)
{
	uint8_t block[65536];
	ssize_t n;

	while ((n = pread(fd, block, sizeof(block), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		add(state, block, (size_t)n);
		at += n;
	}
	return 0;
}

static void hash_sha256_add(void *state, const void *bytes, size_t n)
{
	crypto_hash_sha256_update(state, bytes, n);
}

int hash_file(char out[HASH_HEX_SIZE], int fd)
{
	crypto_hash_sha256_state state;
	uint8_t sum[HASH_SHA256_SIZE];

	crypto_hash_sha256_init(&state);
	int rc = hash_read(fd, 0, hash_sha256_add, &state);
	if (rc != 0)
		return rc;
	crypto_hash_sha256_final(&state, sum);
	hash_hex(out, sum);
	return 0;
}

struct hash_stream *hash_stream_new(void)
{
	XXH3_state_t *state = XXH3_createState();

	if (state == NULL)
		fatal("内存不足");
	XXH3_128bits_reset(state);
	return (struct hash_stream *)state;
}

void hash_stream_free(struct hash_stream *h) { XXH3_freeState((XXH3_state_t *)h); }

void hash_stream_add(struct hash_stream *h, const void *bytes, size_t n)
{
	XXH3_128bits_update((XXH3_state_t *)h, bytes, n);
}

static void hash_stream_more(void *h, const void *bytes, size_t n) { hash_stream_add(h, bytes, n); }

int hash_stream_file(struct hash_stream *h, int fd, int64_t at)
{
	return hash_read(fd, at, hash_stream_more, h);
}

void hash_stream_hex(const struct hash_stream *h, char out[HASH_HEX_SIZE])
{
	XXH128_canonical_t sum;

	XXH128_canonicalFromHash(&sum, XXH3_128bits_digest((const XXH3_state_t *)h));
	sodium_bin2hex(out, HASH_HEX_SIZE, sum.digest, sizeof(sum.digest));
}

void hash_hex(char out[HASH_HEX_SIZE], const uint8_t sum[HASH_SHA256_SIZE])
{
	sodium_bin2hex(out, HASH_HEX_SIZE, sum, HASH_SHA256_SIZE);
}

void hash_uuid(char out[37])
{
	uint8_t b[16];
	randombytes_buf(b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}
