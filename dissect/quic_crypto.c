/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_crypto.h"

#include <endian.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <nettle/memops.h>
#include <nettle/memxor.h>
#include <nettle/sha2.h>

enum { SALT_SIZE = 20 };

struct label {
	const char *text;
	uint8_t size; /* of what is derived */
};

enum label_of { LABEL_CLIENT, LABEL_KEY, LABEL_IV, LABEL_HP, LABEL_COUNT };

static const struct label labels_v1[LABEL_COUNT] = {
	[LABEL_CLIENT] = { "tls13 client in", 32 },
	[LABEL_KEY] = { "tls13 quic key", 16 },
	[LABEL_IV] = { "tls13 quic iv", 12 },
	[LABEL_HP] = { "tls13 quic hp", 16 },
};

/* RFC 9369 section 3.3.2 */
static const struct label labels_v2[LABEL_COUNT] = {
	[LABEL_CLIENT] = { "tls13 client in", 32 },
	[LABEL_KEY] = { "tls13 quicv2 key", 16 },
	[LABEL_IV] = { "tls13 quicv2 iv", 12 },
	[LABEL_HP] = { "tls13 quicv2 hp", 16 },
};

struct salt {
	uint8_t bytes[SALT_SIZE];
	const struct label *labels;
};

static const struct salt salts[] = {
	[QUIC_SALT_DRAFT22] = { { 0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
				  0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a },
				labels_v1 },
	[QUIC_SALT_DRAFT23] = { { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
				  0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 },
				labels_v1 },
	[QUIC_SALT_DRAFT29] = { { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
				  0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 },
				labels_v1 },
	[QUIC_SALT_V1] = { { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
			     0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
			   labels_v1 },
	[QUIC_SALT_V2_DRAFT] = { { 0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
				   0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3 },
				 labels_v2 },
	[QUIC_SALT_V2] = { { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
			     0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
			   labels_v2 },
	[QUIC_SALT_Q050] = { { 0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
			       0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45 },
			     labels_v1 },
	[QUIC_SALT_T050] = { { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
			       0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 },
			     labels_v1 },
	[QUIC_SALT_T051] = { { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
			       0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d },
			     labels_v1 },
};
_Static_assert(sizeof(salts) / sizeof(salts[0]) == QUIC_SALT_COUNT, "the bytes of each salt");

/* -- HMAC-SHA256 (RFC 2104) of one block, from pads that are hashed once for each key: nettle's own keeps
 * contexts four times the size, and pads and counts what is known here. */

enum { WORDS = 8, HASH_SIZE = 32, BLOCK_SIZE = 64, MESSAGE_MAX = BLOCK_SIZE - 9 };

struct pads {
	uint32_t inner[WORDS], outer[WORDS];
};
_Static_assert(sizeof(struct pads) == QUIC_PADS_SIZE, "room for the pads of a secret");
_Static_assert(sizeof(struct aes128_ctx) == QUIC_SCHEDULE_SIZE, "room for a key schedule");

/* The last block of a message behind one block of pad. */
struct block {
	uint8_t bytes[BLOCK_SIZE];
};

struct quic_crypto {
	struct pads salt[QUIC_SALT_COUNT];   /* keyed with each salt */
	struct block labels[2][LABEL_COUNT]; /* of v1, of v2 */
	struct sha256_ctx sha;
	struct gcm_key gcm_key;
	struct gcm_ctx gcm;
};

/* What is behind a message, and its length in bits, the pad's block among them (FIPS 180-4 section 5.1.1). */
static void block_end(struct block *b, size_t n)
{
	size_t bits = (BLOCK_SIZE + n) * 8;

	memset(b->bytes + n, 0, BLOCK_SIZE - n);
	b->bytes[n] = 0x80;
	b->bytes[BLOCK_SIZE - 2] = (uint8_t)(bits >> 8);
	b->bytes[BLOCK_SIZE - 1] = (uint8_t)bits;
}

/* One step of SHA-256 from one state to another. */
static void step(struct quic_crypto *c, const uint32_t from[WORDS], const uint8_t *block, uint32_t to[WORDS])
{
	memcpy(c->sha.state, from, sizeof(c->sha.state));
	c->sha.index = 0;
	sha256_update(&c->sha, BLOCK_SIZE, block);
	memcpy(to, c->sha.state, sizeof(c->sha.state));
}

static void pads_set(struct quic_crypto *c, struct pads *pads, const uint8_t *key, size_t n)
{
	struct sha256_ctx start;
	struct block inner, outer;

	sha256_init(&start);
	memset(inner.bytes, 0x36, BLOCK_SIZE);
	memset(outer.bytes, 0x5c, BLOCK_SIZE);
	memxor(inner.bytes, key, n);
	memxor(outer.bytes, key, n);
	step(c, start.state, inner.bytes, pads->inner);
	step(c, start.state, outer.bytes, pads->outer);
}

static void put_words(uint8_t out[HASH_SIZE], const uint32_t state[WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		uint32_t word = htobe32(state[i]);
		memcpy(out + sizeof(word) * i, &word, sizeof(word));
	}
}

static void hmac(struct quic_crypto *c, const struct pads *pads, const struct block *message,
		 uint8_t out[HASH_SIZE])
{
	struct block outer;
	uint32_t state[WORDS];

	step(c, pads->inner, message->bytes, state);
	put_words(outer.bytes, state);
	block_end(&outer, HASH_SIZE);
	step(c, pads->outer, outer.bytes, state);
	put_words(out, state);
}

/* -- keys */

/* HKDF-Expand-Label with an empty context (RFC 8446 section 7.1) of at most one hash. */
static void label_set(struct block *b, const struct label *l)
{
	size_t n = strlen(l->text);

	b->bytes[0] = 0;
	b->bytes[1] = l->size;
	b->bytes[2] = (uint8_t)n;
	memcpy(b->bytes + 3, l->text, n);
	b->bytes[3 + n] = 0; /* no context */
	b->bytes[4 + n] = 1; /* first block of RFC 5869 section 2.3 */
	block_end(b, 5 + n);
}

size_t quic_crypto_size(void) { return sizeof(struct quic_crypto); }

struct quic_crypto *quic_crypto_init(void *memory)
{
	struct quic_crypto *c = memory;

	sha256_init(&c->sha);
	for (int i = 0; i < QUIC_SALT_COUNT; i++)
		pads_set(c, &c->salt[i], salts[i].bytes, SALT_SIZE);
	for (int i = 0; i < LABEL_COUNT; i++) {
		label_set(&c->labels[0][i], &labels_v1[i]);
		label_set(&c->labels[1][i], &labels_v2[i]);
	}
	return c;
}

static const struct block *label(const struct quic_crypto *c, enum quic_salt salt, enum label_of which)
{
	return &c->labels[salts[salt].labels == labels_v2][which];
}

void quic_crypto_derive(struct quic_crypto *c, enum quic_salt salt, const uint8_t *dcid, size_t n,
			struct quic_keys *keys)
{
	uint8_t secret[HASH_SIZE];
	struct block message;
	struct pads pads;

	n = n < MESSAGE_MAX ? n : MESSAGE_MAX;
	memcpy(message.bytes, dcid, n);
	block_end(&message, n);
	hmac(c, &c->salt[salt], &message, secret);
	pads_set(c, &pads, secret, sizeof(secret));
	hmac(c, &pads, label(c, salt, LABEL_CLIENT), secret);
	pads_set(c, &pads, secret, sizeof(secret));
	memcpy(keys->pads, &pads, sizeof(pads));
	hmac(c, &pads, label(c, salt, LABEL_HP), secret);
	memcpy(keys->hp, secret, sizeof(keys->hp));
	aes128_set_encrypt_key((struct aes128_ctx *)(void *)keys->hp_schedule, keys->hp);
	keys->salt = salt;
	keys->ready = false;
}

void quic_crypto_complete(struct quic_crypto *c, struct quic_keys *keys)
{
	uint8_t secret[HASH_SIZE];
	struct pads pads;

	memcpy(&pads, keys->pads, sizeof(pads));
	hmac(c, &pads, label(c, keys->salt, LABEL_KEY), secret);
	memcpy(keys->key, secret, sizeof(keys->key));
	aes128_set_encrypt_key((struct aes128_ctx *)(void *)keys->key_schedule, keys->key);
	hmac(c, &pads, label(c, keys->salt, LABEL_IV), secret);
	memcpy(keys->iv, secret, sizeof(keys->iv));
	keys->ready = true;
}

void quic_crypto_mask(const struct quic_keys *keys, const uint8_t sample[QUIC_SAMPLE_SIZE],
		      uint8_t mask[QUIC_MASK_SIZE])
{
	uint8_t block[AES_BLOCK_SIZE];

	aes128_encrypt((const struct aes128_ctx *)(const void *)keys->hp_schedule, sizeof(block), block,
		       sample);
	memcpy(mask, block, QUIC_MASK_SIZE);
}

bool quic_crypto_open(struct quic_crypto *c, struct quic_keys *keys, const struct quic_sealed *p,
		      uint8_t *out)
{
	const void *cipher = keys->key_schedule;
	nettle_cipher_func *encrypt = (nettle_cipher_func *)aes128_encrypt;
	uint8_t nonce[GCM_IV_SIZE], tag[QUIC_TAG_SIZE];
	size_t n;

	if (p->body_size < QUIC_TAG_SIZE)
		return false;
	if (!keys->ready)
		quic_crypto_complete(c, keys);
	n = p->body_size - QUIC_TAG_SIZE;
	memcpy(nonce, keys->iv, sizeof(nonce));
	for (size_t i = 0; i < 8; i++)
		nonce[sizeof(nonce) - 1 - i] ^= (uint8_t)(p->number >> 8 * i);
	gcm_set_key(&c->gcm_key, cipher, encrypt);
	gcm_set_iv(&c->gcm, &c->gcm_key, sizeof(nonce), nonce);
	gcm_update(&c->gcm, &c->gcm_key, p->header_size, p->header);
	gcm_decrypt(&c->gcm, &c->gcm_key, cipher, encrypt, n, out, p->body);
	gcm_digest(&c->gcm, &c->gcm_key, cipher, encrypt, sizeof(tag), tag);
	return memeql_sec(tag, p->body + n, sizeof(tag)) != 0;
}
