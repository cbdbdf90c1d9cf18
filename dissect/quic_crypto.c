/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_crypto.h"

#include <string.h>

#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

enum { SALT_SIZE = 20, LABEL_MAX = 32 };

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

struct quic_crypto {
	struct hmac_sha256_ctx salt[QUIC_SALT_COUNT]; /* keyed with each salt */
	struct hmac_sha256_ctx hmac;
	struct aes128_ctx aes;
	struct gcm_aes128_ctx gcm;
};

size_t quic_crypto_size(void) { return sizeof(struct quic_crypto); }

struct quic_crypto *quic_crypto_init(void *memory)
{
	struct quic_crypto *c = memory;

	for (int i = 0; i < QUIC_SALT_COUNT; i++)
		hmac_sha256_set_key(&c->salt[i], SALT_SIZE, salts[i].bytes);
	return c;
}

/* HKDF-Expand-Label with an empty context (RFC 8446 section 7.1) of at most one hash: the hmac is keyed. */
static void expand(struct hmac_sha256_ctx *hmac, const struct label *l, uint8_t *out)
{
	uint8_t info[LABEL_MAX] = { 0, l->size };
	size_t n = strlen(l->text);

	info[2] = (uint8_t)n;
	memcpy(info + 3, l->text, n);
	info[3 + n] = 0; /* no context */
	info[4 + n] = 1; /* first block of RFC 5869 section 2.3 */
	hmac_sha256_update(hmac, 5 + n, info);
	hmac_sha256_digest(hmac, l->size, out);
}

void quic_crypto_derive(struct quic_crypto *c, enum quic_salt salt, const uint8_t *dcid, size_t n,
			struct quic_keys *keys)
{
	const struct label *labels = salts[salt].labels;
	uint8_t secret[SHA256_DIGEST_SIZE];

	hmac_sha256_update(&c->salt[salt], n, dcid);
	hmac_sha256_digest(&c->salt[salt], sizeof(secret), secret);
	hmac_sha256_set_key(&c->hmac, sizeof(secret), secret);
	expand(&c->hmac, &labels[LABEL_CLIENT], secret);
	hmac_sha256_set_key(&c->hmac, sizeof(secret), secret);
	expand(&c->hmac, &labels[LABEL_KEY], keys->key);
	expand(&c->hmac, &labels[LABEL_IV], keys->iv);
	expand(&c->hmac, &labels[LABEL_HP], keys->hp);
}

void quic_crypto_mask(struct quic_crypto *c, const struct quic_keys *keys,
		      const uint8_t sample[QUIC_SAMPLE_SIZE], uint8_t mask[QUIC_MASK_SIZE])
{
	uint8_t block[AES_BLOCK_SIZE];

	aes128_set_encrypt_key(&c->aes, keys->hp);
	aes128_encrypt(&c->aes, sizeof(block), block, sample);
	memcpy(mask, block, QUIC_MASK_SIZE);
}

bool quic_crypto_open(struct quic_crypto *c, const struct quic_keys *keys, const struct quic_sealed *p,
		      uint8_t *out)
{
	uint8_t nonce[GCM_IV_SIZE], tag[QUIC_TAG_SIZE];
	size_t n;

	if (p->body_size < QUIC_TAG_SIZE)
		return false;
	n = p->body_size - QUIC_TAG_SIZE;
	memcpy(nonce, keys->iv, sizeof(nonce));
	for (size_t i = 0; i < 8; i++)
		nonce[sizeof(nonce) - 1 - i] ^= (uint8_t)(p->number >> 8 * i);
	gcm_aes128_set_key(&c->gcm, keys->key);
	gcm_aes128_set_iv(&c->gcm, sizeof(nonce), nonce);
	gcm_aes128_update(&c->gcm, p->header_size, p->header);
	gcm_aes128_decrypt(&c->gcm, n, out, p->body);
	gcm_aes128_digest(&c->gcm, sizeof(tag), tag);
	return memeql_sec(tag, p->body + n, sizeof(tag)) != 0;
}
