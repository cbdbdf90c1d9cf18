/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <string.h>

#include <nettle/aes.h>
#include <nettle/gcm.h>
#include <nettle/memops.h>
#include <nettle/memxor.h>
#include <nettle/sha2.h>

#include "dissect/quic_engine.h"

_Static_assert(sizeof(struct aes128_ctx) == QUIC_SCHEDULE_SIZE, "room for a key schedule");

enum { WORDS = QUIC_HASH_SIZE / 4 };

/* One step of the hash. A whole block at a time, so that nettle neither pads nor counts. */
static void step(uint32_t state[WORDS], const uint8_t block[QUIC_HASH_BLOCK])
{
	struct sha256_ctx sha = { .index = 0 };

	memcpy(sha.state, state, sizeof(sha.state));
	sha256_update(&sha, QUIC_HASH_BLOCK, block);
	memcpy(state, sha.state, sizeof(sha.state));
}

static void pad(uint8_t out[QUIC_HASH_SIZE], const uint8_t key[QUIC_HASH_SIZE], uint8_t with)
{
	uint8_t block[QUIC_HASH_BLOCK];
	struct sha256_ctx sha;

	memset(block, with, sizeof(block));
	memxor(block, key, QUIC_HASH_SIZE);
	sha256_init(&sha);
	sha256_update(&sha, sizeof(block), block);
	memcpy(out, sha.state, sizeof(sha.state));
}

static void pads(struct quic_pads *pads, const uint8_t key[QUIC_HASH_SIZE])
{
	pad(pads->inner, key, 0x36);
	pad(pads->outer, key, 0x5c);
}

static void put_words(uint8_t out[QUIC_HASH_SIZE], const uint32_t state[WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		uint32_t word = htobe32(state[i]);
		memcpy(out + sizeof(word) * i, &word, sizeof(word));
	}
}

static void hmac(const struct quic_pads *pads, const struct quic_block *message, uint8_t out[QUIC_HASH_SIZE])
{
	struct quic_block outer;
	uint32_t state[WORDS];

	memcpy(state, pads->inner, sizeof(state));
	step(state, message->bytes);
	put_words(outer.bytes, state);
	quic_block_end(&outer, QUIC_HASH_SIZE);
	memcpy(state, pads->outer, sizeof(state));
	step(state, outer.bytes);
	put_words(out, state);
}

static void derive(const struct quic_pads *salt, const struct quic_block *dcid,
		   const struct quic_labels *labels, uint8_t out[QUIC_DERIVED][QUIC_HASH_SIZE])
{
	uint8_t secret[QUIC_HASH_SIZE];
	struct quic_pads keyed;

	hmac(salt, dcid, secret);
	pads(&keyed, secret);
	hmac(&keyed, &labels->client, secret);
	pads(&keyed, secret);
	for (int i = 0; i < QUIC_DERIVED; i++)
		hmac(&keyed, &labels->derived[i], out[i]);
}

static void schedule(uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t key[QUIC_KEY_SIZE])
{
	aes128_set_encrypt_key((struct aes128_ctx *)(void *)schedule, key);
}

static void block(const uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t in[QUIC_KEY_SIZE],
		  uint8_t out[QUIC_KEY_SIZE])
{
	aes128_encrypt((const struct aes128_ctx *)(const void *)schedule, AES_BLOCK_SIZE, out, in);
}

static bool open(const uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t nonce[QUIC_NONCE_SIZE],
		 const struct quic_sealed *p, uint8_t *out)
{
	nettle_cipher_func *encrypt = (nettle_cipher_func *)aes128_encrypt;
	size_t n = p->body_size - QUIC_TAG_SIZE;
	uint8_t tag[QUIC_TAG_SIZE];
	struct gcm_key key;
	struct gcm_ctx gcm;

	gcm_set_key(&key, schedule, encrypt);
	gcm_set_iv(&gcm, &key, QUIC_NONCE_SIZE, nonce);
	gcm_update(&gcm, &key, p->header_size, p->header);
	gcm_decrypt(&gcm, &key, schedule, encrypt, n, out, p->body);
	gcm_digest(&gcm, &key, schedule, encrypt, sizeof(tag), tag);
	return memeql_sec(tag, p->body + n, sizeof(tag)) != 0;
}

const struct quic_engine quic_nettle = {
	.pads = pads, .derive = derive, .schedule = schedule, .block = block, .open = open
};
