/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What protects a QUIC Initial packet (RFC 9001 section 5): keys from the client's first
 * connection id, the header's mask and AEAD_AES_128_GCM. What it is computed
 * with is chosen once (dissect/quic_engine.h). Nothing here allocates: all lives in struct
 * quic_crypto, in the caller's memory; nothing is to be freed.
 */
#ifndef DISSECT_QUIC_CRYPTO_H
#define DISSECT_QUIC_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUIC_SAMPLE_SIZE = 16, QUIC_MASK_SIZE = 5, QUIC_TAG_SIZE = 16 };

/* A salt, and the labels that go with it, serves a range of versions. */
enum quic_salt {
	QUIC_SALT_DRAFT22,
	QUIC_SALT_DRAFT23, /* 23 to 28 */
	QUIC_SALT_DRAFT29, /* 29 to 32 */
	QUIC_SALT_V1,      /* drafts 33 and 34, RFC 9001 section 5.2 */
	QUIC_SALT_V2_DRAFT,
	QUIC_SALT_V2, /* RFC 9369 section 3.3.1 */
	QUIC_SALT_Q050,
	QUIC_SALT_T050,
	QUIC_SALT_T051,
	QUIC_SALT_COUNT,
};

enum { QUIC_SCHEDULE_SIZE = 176 };

/* The client's Initial keys of one connection id, with what AES makes of them. */
struct quic_keys {
	uint8_t key[16], hp[16], iv[12];
	_Alignas(16) uint8_t hp_schedule[QUIC_SCHEDULE_SIZE], key_schedule[QUIC_SCHEDULE_SIZE];
};

struct quic_crypto;

size_t quic_crypto_size(void);
/* `memory` is aligned as malloc's and quic_crypto_size() bytes. */
struct quic_crypto *quic_crypto_init(void *memory);

/* RFC 9001 section 5.2; dcid has at most 20 bytes. */
void quic_crypto_derive(const struct quic_crypto *c, enum quic_salt salt, const uint8_t *dcid, size_t n,
			struct quic_keys *keys);

/* RFC 9001 section 5.4.3: the header protection mask of this sample. */
void quic_crypto_mask(const struct quic_crypto *c, const struct quic_keys *keys,
		      const uint8_t sample[QUIC_SAMPLE_SIZE], uint8_t mask[QUIC_MASK_SIZE]);

/* A packet with its header protection removed. */
struct quic_sealed {
	uint64_t number;
	const uint8_t *header; /* up to and with the packet number */
	size_t header_size;
	const uint8_t *body; /* ciphertext, then the tag */
	size_t body_size;
};

/* RFC 9001 section 5.3: writes body_size - QUIC_TAG_SIZE bytes to `out`; false, and `out` is worth nothing,
 * when the tag does not prove them. */
bool quic_crypto_open(const struct quic_crypto *c, const struct quic_keys *keys, const struct quic_sealed *p,
		      uint8_t *out) __attribute__((warn_unused_result));

#endif
