/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_crypto.h"

#include <string.h>

#include "dissect/quic_engine.h"

enum { SALT_SIZE = 20, CID_MAX = 20 };

struct label {
	const char *text;
	uint8_t size; /* of what is derived */
};

struct label_set {
	struct label client, derived[QUIC_DERIVED];
};

static const struct label_set labels_v1 = {
	.client = { "tls13 client in", 32 },
	.derived = { [QUIC_DERIVED_KEY] = { "tls13 quic key", 16 },
		     [QUIC_DERIVED_IV] = { "tls13 quic iv", 12 },
		     [QUIC_DERIVED_HP] = { "tls13 quic hp", 16 } },
};

/* RFC 9369 section 3.3.2 */
static const struct label_set labels_v2 = {
	.client = { "tls13 client in", 32 },
	.derived = { [QUIC_DERIVED_KEY] = { "tls13 quicv2 key", 16 },
		     [QUIC_DERIVED_IV] = { "tls13 quicv2 iv", 12 },
		     [QUIC_DERIVED_HP] = { "tls13 quicv2 hp", 16 } },
};

struct salt {
	uint8_t bytes[SALT_SIZE];
	const struct label_set *labels;
};

static const struct salt salts[] = {
	[QUIC_SALT_DRAFT22] = { { 0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
				  0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a },
				&labels_v1 },
	[QUIC_SALT_DRAFT23] = { { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
				  0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 },
				&labels_v1 },
	[QUIC_SALT_DRAFT29] = { { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
				  0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 },
				&labels_v1 },
	[QUIC_SALT_V1] = { { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
			     0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
			   &labels_v1 },
	[QUIC_SALT_V2_DRAFT] = { { 0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
				   0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3 },
				 &labels_v2 },
	[QUIC_SALT_V2] = { { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
			     0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
			   &labels_v2 },
	[QUIC_SALT_Q050] = { { 0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
			       0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45 },
			     &labels_v1 },
	[QUIC_SALT_T050] = { { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
			       0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 },
			     &labels_v1 },
	[QUIC_SALT_T051] = { { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
			       0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d },
			     &labels_v1 },
};
_Static_assert(sizeof(salts) / sizeof(salts[0]) == QUIC_SALT_COUNT, "the bytes of each salt");

struct quic_crypto {
	const struct quic_engine *engine;
	struct quic_pads salt[QUIC_SALT_COUNT]; /* keyed with each salt */
	struct quic_labels v1, v2;
};

/* -- keys */

/* HKDF-Expand-Label with an empty context (RFC 8446 section 7.1) of at most one hash. */
static void label_make(struct quic_block *b, const struct label *l)
{
	size_t n = strlen(l->text);

	b->bytes[0] = 0;
	b->bytes[1] = l->size;
	b->bytes[2] = (uint8_t)n;
	memcpy(b->bytes + 3, l->text, n);
	b->bytes[3 + n] = 0; /* no context */
	b->bytes[4 + n] = 1; /* first block of RFC 5869 section 2.3 */
	quic_block_end(b, 5 + n);
}

static void labels_make(struct quic_labels *to, const struct label_set *from)
{
	label_make(&to->client, &from->client);
	for (int i = 0; i < QUIC_DERIVED; i++)
		label_make(&to->derived[i], &from->derived[i]);
}

size_t quic_crypto_size(void) { return sizeof(struct quic_crypto); }

struct quic_crypto *quic_crypto_init(void *memory)
{
	struct quic_crypto *c = memory;

	uint8_t key[QUIC_HASH_SIZE] = { 0 };

	c->engine = quic_x86(0);
	if (c->engine == NULL)
		c->engine = &quic_nettle;
	for (int i = 0; i < QUIC_SALT_COUNT; i++) {
		memcpy(key, salts[i].bytes, SALT_SIZE);
		c->engine->pads(&c->salt[i], key);
	}
	labels_make(&c->v1, &labels_v1);
	labels_make(&c->v2, &labels_v2);
	return c;
}

void quic_crypto_derive(const struct quic_crypto *c, enum quic_salt salt, const uint8_t *dcid, size_t n,
			struct quic_keys *keys)
{
	const struct quic_labels *labels = salts[salt].labels == &labels_v2 ? &c->v2 : &c->v1;
	_Alignas(16) uint8_t derived[QUIC_DERIVED][QUIC_HASH_SIZE];
	struct quic_block id;

	n = n < CID_MAX ? n : CID_MAX;
	memcpy(id.bytes, dcid, n);
	quic_block_end(&id, n);
	c->engine->derive(&c->salt[salt], &id, labels, derived);
	memcpy(keys->key, derived[QUIC_DERIVED_KEY], sizeof(keys->key));
	memcpy(keys->iv, derived[QUIC_DERIVED_IV], sizeof(keys->iv));
	memcpy(keys->hp, derived[QUIC_DERIVED_HP], sizeof(keys->hp));
	c->engine->schedule(keys->key_schedule, keys->key);
	c->engine->schedule(keys->hp_schedule, keys->hp);
}

void quic_crypto_mask(const struct quic_crypto *c, const struct quic_keys *keys,
		      const uint8_t sample[QUIC_SAMPLE_SIZE], uint8_t mask[QUIC_MASK_SIZE])
{
	uint8_t block[QUIC_KEY_SIZE];

	c->engine->block(keys->hp_schedule, sample, block);
	memcpy(mask, block, QUIC_MASK_SIZE);
}

bool quic_crypto_open(const struct quic_crypto *c, const struct quic_keys *keys, const struct quic_sealed *p,
		      uint8_t *out)
{
	uint8_t nonce[QUIC_NONCE_SIZE];

	if (p->body_size < QUIC_TAG_SIZE)
		return false;
	memcpy(nonce, keys->iv, sizeof(nonce));
	for (size_t i = 0; i < 8; i++)
		nonce[sizeof(nonce) - 1 - i] ^= (uint8_t)(p->number >> 8 * i);
	return c->engine->open(keys->key_schedule, nonce, p, out);
}
