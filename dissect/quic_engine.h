/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The primitives under dissect/quic_crypto.h, once by a library (quic_nettle.c, everywhere) and once by the
 * instructions that x86 has for them (quic_x86.c). A storm of Initials is a new key every packet, for which
 * libraries are not made: their hash knows one message at a time, their GCM one long one. None of this guards
 * a secret: whoever sees an Initial has its keys (RFC 9001 section 5.2). Both give the same; a test holds one
 * against the other.
 */
#ifndef DISSECT_QUIC_ENGINE_H
#define DISSECT_QUIC_ENGINE_H

#include <string.h>

#include "dissect/quic_crypto.h"

enum { QUIC_HASH_SIZE = 32, QUIC_HASH_BLOCK = 64, QUIC_NONCE_SIZE = 12, QUIC_KEY_SIZE = 16 };

/* The last block of a message of which one block, the pad of HMAC, went before: padded, with its length. */
struct quic_block {
	_Alignas(16) uint8_t bytes[QUIC_HASH_BLOCK];
};

/* The states of SHA-256 behind both pads of a key (RFC 2104), as the engine keeps them. */
struct quic_pads {
	_Alignas(16) uint8_t inner[QUIC_HASH_SIZE], outer[QUIC_HASH_SIZE];
};

enum quic_derived { QUIC_DERIVED_KEY, QUIC_DERIVED_IV, QUIC_DERIVED_HP, QUIC_DERIVED };

/* What is expanded (RFC 9001 sections 5.1 and 5.2): the client's secret out of that of the connection id, and
 * all else out of it. */
struct quic_labels {
	struct quic_block client, derived[QUIC_DERIVED];
};

struct quic_engine {
	/* Keys of HMAC that are shorter have zeroes behind them. */
	void (*pads)(struct quic_pads *pads, const uint8_t key[QUIC_HASH_SIZE]);
	void (*derive)(const struct quic_pads *salt, const struct quic_block *dcid,
		       const struct quic_labels *labels, uint8_t out[QUIC_DERIVED][QUIC_HASH_SIZE]);
	/* AES-128: what a key is made into, and one block. */
	void (*schedule)(uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t key[QUIC_KEY_SIZE]);
	void (*block)(const uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t in[QUIC_KEY_SIZE],
		      uint8_t out[QUIC_KEY_SIZE]);
	/* AEAD_AES_128_GCM (RFC 5116 section 5.1); body_size is at least the tag's. */
	bool (*open)(const uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t nonce[QUIC_NONCE_SIZE],
		     const struct quic_sealed *p, uint8_t *out);
};

/* Ends a message of n bytes that stand in b (FIPS 180-4 section 5.1.1). */
static inline void quic_block_end(struct quic_block *b, size_t n)
{
	size_t bits = (QUIC_HASH_BLOCK + n) * 8;

	memset(b->bytes + n, 0, QUIC_HASH_BLOCK - n);
	b->bytes[n] = 0x80;
	b->bytes[QUIC_HASH_BLOCK - 2] = (uint8_t)(bits >> 8);
	b->bytes[QUIC_HASH_BLOCK - 1] = (uint8_t)bits;
}

extern const struct quic_engine quic_nettle;

/* The i-th of those that this machine can run, the fastest first; NULL: there is none. */
const struct quic_engine *quic_x86(unsigned i);

#endif
