/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/quic_engine.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>
#include <string.h>

#define QUIC_TARGET     __attribute__((target("sse4.1,ssse3,aes,pclmul,sha")))
#define QUIC_INLINE     QUIC_TARGET static inline __attribute__((always_inline))
#define QUIC_NOT_INLINE QUIC_TARGET __attribute__((noinline)) static

enum { ROUNDS = 10, BLOCK = 16, WIDE = 8 };

/* -- SHA-256 */

static const uint32_t sha_constants[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* A message in work: the state as the instructions want it, and the last 16 words of the schedule. */
struct lane {
	__m128i abef, cdgh, word[4];
};

/* The states behind both pads of a key (RFC 2104). */
struct keyed {
	struct lane inner, outer;
};

/* Words come the other way round in messages; so do a state's in what is told of it. */
QUIC_INLINE __m128i turn_words(__m128i x)
{
	return _mm_shuffle_epi8(x, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

QUIC_INLINE __m128i block_at(const uint8_t *p) { return _mm_loadu_si128((const __m128i_u *)(const void *)p); }
QUIC_INLINE void block_put(uint8_t *p, __m128i x) { _mm_storeu_si128((__m128i_u *)(void *)p, x); }

QUIC_INLINE void lane_message(struct lane *l, const struct quic_block *b)
{
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		l->word[i] = turn_words(block_at(b->bytes + BLOCK * i));
}

/* The state's words in their order. */
QUIC_INLINE void lane_words(const struct lane *l, __m128i out[2])
{
	__m128i low = _mm_shuffle_epi32(l->abef, 0x1b), high = _mm_shuffle_epi32(l->cdgh, 0xb1);

	out[0] = _mm_blend_epi16(low, high, 0xf0);
	out[1] = _mm_alignr_epi8(high, low, 8);
}

/* Four rounds, and the four words that are needed 16 rounds later. */
QUIC_INLINE void lane_rounds(struct lane *l, int i)
{
	const __m128i *k = (const __m128i *)(const void *)&sha_constants[4 * i];
	__m128i w = _mm_add_epi32(l->word[i & 3], _mm_load_si128(k));

	l->cdgh = _mm_sha256rnds2_epu32(l->cdgh, l->abef, w);
	l->abef = _mm_sha256rnds2_epu32(l->abef, l->cdgh, _mm_shuffle_epi32(w, 0x0e));
	if (i >= 12)
		return;
	w = _mm_alignr_epi8(l->word[(i + 3) & 3], l->word[(i + 2) & 3], 4);
	w = _mm_add_epi32(w, _mm_sha256msg1_epu32(l->word[i & 3], l->word[(i + 1) & 3]));
	l->word[i & 3] = _mm_sha256msg2_epu32(w, l->word[(i + 3) & 3]);
}

QUIC_INLINE void lane_add(struct lane *l, const struct lane *to)
{
	l->abef = _mm_add_epi32(l->abef, to->abef);
	l->cdgh = _mm_add_epi32(l->cdgh, to->cdgh);
}

QUIC_INLINE void lane_step(struct lane *l)
{
	struct lane to = *l;

#pragma GCC unroll 16
	for (int i = 0; i < 16; i++)
		lane_rounds(&to, i);
	lane_add(l, &to);
}

/* A round waits for the one before it longer than it takes: messages side by side cost little more than one.
 * Not inline: many of these would not fit into the cache of instructions. */
QUIC_NOT_INLINE void lane_step_two(struct lane *l, struct lane *m)
{
	struct lane to[2] = { *l, *m };

#pragma GCC unroll 16
	for (int i = 0; i < 16; i++) {
		lane_rounds(&to[0], i);
		lane_rounds(&to[1], i);
	}
	lane_add(l, &to[0]);
	lane_add(m, &to[1]);
}

QUIC_NOT_INLINE void lane_step_three(struct lane l[3])
{
	struct lane to[3] = { l[0], l[1], l[2] };

#pragma GCC unroll 16
	for (int i = 0; i < 16; i++) {
		lane_rounds(&to[0], i);
		lane_rounds(&to[1], i);
		lane_rounds(&to[2], i);
	}
#pragma GCC unroll 3
	for (int i = 0; i < 3; i++)
		lane_add(&l[i], &to[i]);
}

/* FIPS 180-4 section 5.3.3, then a pad with the key's words in front. */
QUIC_INLINE void lane_pad(struct lane *l, const __m128i key[2], int pad)
{
	const __m128i with = _mm_set1_epi8((char)pad);

	l->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
	l->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
	l->word[0] = _mm_xor_si128(key[0], with);
	l->word[1] = _mm_xor_si128(key[1], with);
	l->word[2] = l->word[3] = with;
}

QUIC_INLINE void keyed_make(struct keyed *k, const __m128i key[2])
{
	lane_pad(&k->inner, key, 0x36);
	lane_pad(&k->outer, key, 0x5c);
	lane_step_two(&k->inner, &k->outer);
}

QUIC_INLINE void hmac_begin(struct lane *l, const struct keyed *k, const struct quic_block *message)
{
	l->abef = k->inner.abef;
	l->cdgh = k->inner.cdgh;
	lane_message(l, message);
}

/* From the inner hash to the outer one, whose message it is. */
QUIC_INLINE void hmac_outer(struct lane *l, const struct keyed *k)
{
	lane_words(l, l->word);
	l->word[2] = _mm_set_epi32(0, 0, 0, (int)0x80000000);
	l->word[3] = _mm_set_epi32((QUIC_HASH_BLOCK + QUIC_HASH_SIZE) * 8, 0, 0, 0);
	l->abef = k->outer.abef;
	l->cdgh = k->outer.cdgh;
}

QUIC_INLINE void hmac(const struct keyed *k, const struct quic_block *message, __m128i out[2])
{
	struct lane l;

	hmac_begin(&l, k, message);
	lane_step(&l);
	hmac_outer(&l, k);
	lane_step(&l);
	lane_words(&l, out);
}

QUIC_INLINE void lane_tell(const struct lane *l, uint8_t out[QUIC_HASH_SIZE])
{
	__m128i words[2];

	lane_words(l, words);
	block_put(out, turn_words(words[0]));
	block_put(out + BLOCK, turn_words(words[1]));
}

/* Of three messages under one key. */
QUIC_INLINE void hmac_three(const struct keyed *k, const struct quic_block message[3],
			    uint8_t out[3][QUIC_HASH_SIZE])
{
	struct lane l[3];

#pragma GCC unroll 3
	for (int i = 0; i < 3; i++)
		hmac_begin(&l[i], k, &message[i]);
	lane_step_three(l);
#pragma GCC unroll 3
	for (int i = 0; i < 3; i++)
		hmac_outer(&l[i], k);
	lane_step_three(l);
#pragma GCC unroll 3
	for (int i = 0; i < 3; i++)
		lane_tell(&l[i], out[i]);
}

QUIC_TARGET static void pads(struct quic_pads *pads, const uint8_t key[QUIC_HASH_SIZE])
{
	const __m128i words[2] = { turn_words(block_at(key)), turn_words(block_at(key + BLOCK)) };
	struct keyed k;

	keyed_make(&k, words);
	block_put(pads->inner, k.inner.abef);
	block_put(pads->inner + BLOCK, k.inner.cdgh);
	block_put(pads->outer, k.outer.abef);
	block_put(pads->outer + BLOCK, k.outer.cdgh);
}

QUIC_INLINE void keyed_load(struct keyed *k, const struct quic_pads *pads)
{
	k->inner.abef = block_at(pads->inner);
	k->inner.cdgh = block_at(pads->inner + BLOCK);
	k->outer.abef = block_at(pads->outer);
	k->outer.cdgh = block_at(pads->outer + BLOCK);
}

QUIC_TARGET static void derive(const struct quic_pads *salt, const struct quic_block *dcid,
			       const struct quic_labels *labels, uint8_t out[QUIC_DERIVED][QUIC_HASH_SIZE])
{
	__m128i secret[2];
	struct keyed k;

	keyed_load(&k, salt);
	hmac(&k, dcid, secret);
	keyed_make(&k, secret);
	hmac(&k, &labels->client, secret);
	keyed_make(&k, secret);
	hmac_three(&k, labels->derived, out);
}

/* -- AES-128 */

/* FIPS 197 section 5.2. With its last word in all four places, a last round of AES is SubWord of it: what
 * ShiftRows does is not seen. */
QUIC_TARGET static void schedule(uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t key[QUIC_KEY_SIZE])
{
	static const uint8_t constants[ROUNDS] = {
		0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36
	};
	const __m128i rotated = _mm_set1_epi32(0x0c0f0e0d);
	__m128i k = _mm_loadu_si128((const __m128i_u *)(const void *)key);
	__m128i *out = (__m128i *)(void *)schedule;

	_mm_store_si128(out, k);
	for (int i = 0; i < ROUNDS; i++) {
		__m128i t = _mm_aesenclast_si128(_mm_shuffle_epi8(k, rotated), _mm_set1_epi32(constants[i]));
		k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
		k = _mm_xor_si128(k, _mm_slli_si128(k, 8));
		k = _mm_xor_si128(k, t);
		_mm_store_si128(out + 1 + i, k);
	}
}

QUIC_INLINE __m128i encrypt(const __m128i *k, __m128i x)
{
	x = _mm_xor_si128(x, k[0]);
#pragma GCC unroll 9
	for (int i = 1; i < ROUNDS; i++)
		x = _mm_aesenc_si128(x, k[i]);
	return _mm_aesenclast_si128(x, k[ROUNDS]);
}

QUIC_TARGET static void block(const uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t in[QUIC_KEY_SIZE],
			      uint8_t out[QUIC_KEY_SIZE])
{
	block_put(out, encrypt((const __m128i *)(const void *)schedule, block_at(in)));
}

/* -- GHASH (NIST SP 800-38D section 6.4). Its bits run the other way: a block is turned round byte by byte,
 * and the product, which comes out one bit too far down, is put right by a hash key one bit up. */

QUIC_INLINE __m128i swap(__m128i x)
{
	return _mm_shuffle_epi8(x, _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f));
}

/* The hash key times x. */
QUIC_INLINE __m128i key_up(__m128i h)
{
	const __m128i poly = _mm_set_epi64x((long long)0xc200000000000000, 1);
	__m128i carry = _mm_srai_epi32(_mm_shuffle_epi32(h, 0xff), 31);
	__m128i low = _mm_slli_si128(_mm_srli_epi64(h, 63), 8);

	return _mm_xor_si128(_mm_or_si128(_mm_slli_epi64(h, 1), low), _mm_and_si128(carry, poly));
}

/* 256 bits of products, not reduced. */
struct sum {
	__m128i low, middle, high;
};

QUIC_INLINE void sum_add(struct sum *s, __m128i x, __m128i h)
{
	s->low = _mm_xor_si128(s->low, _mm_clmulepi64_si128(x, h, 0x00));
	s->middle = _mm_xor_si128(s->middle, _mm_clmulepi64_si128(x, h, 0x01));
	s->middle = _mm_xor_si128(s->middle, _mm_clmulepi64_si128(x, h, 0x10));
	s->high = _mm_xor_si128(s->high, _mm_clmulepi64_si128(x, h, 0x11));
}

/* Modulo x^128 + x^7 + x^2 + x + 1, 64 bits at a time from below. */
QUIC_INLINE __m128i sum_reduce(const struct sum *s)
{
	const __m128i poly = _mm_set_epi64x(0, (long long)0xc200000000000000);
	__m128i low = _mm_xor_si128(s->low, _mm_slli_si128(s->middle, 8));
	__m128i high = _mm_xor_si128(s->high, _mm_srli_si128(s->middle, 8));

	low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, poly, 0x00));
	low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, poly, 0x00));
	return _mm_xor_si128(low, high);
}

QUIC_INLINE __m128i multiply(__m128i x, __m128i h)
{
	struct sum s = { _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128() };

	sum_add(&s, x, h);
	return sum_reduce(&s);
}

/* power[i] is the hash key to the power of i + 1. */
QUIC_INLINE void powers(__m128i power[WIDE], __m128i h)
{
	power[0] = key_up(h);
	power[1] = multiply(power[0], power[0]);
	power[2] = multiply(power[1], power[0]);
	power[3] = multiply(power[1], power[1]);
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		power[4 + i] = multiply(power[3], power[i]);
}

/* The last bytes of something, with zeroes behind them. */
QUIC_INLINE __m128i block_of(const uint8_t *p, size_t n)
{
	uint8_t bytes[BLOCK] = { 0 };

	memcpy(bytes, p, n);
	return block_at(bytes);
}

/* A few blocks at a time are reduced once; zeroes fill the last. */
QUIC_INLINE __m128i fold(__m128i hash, const __m128i power[WIDE], const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t blocks = n < WIDE * BLOCK ? (n + BLOCK - 1) / BLOCK : WIDE;
		struct sum s = { _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128() };
		for (; blocks > 0; blocks--) {
			size_t size = n < BLOCK ? n : BLOCK;
			__m128i x = size == BLOCK ? block_at(p) : block_of(p, size);
			sum_add(&s, _mm_xor_si128(hash, swap(x)), power[blocks - 1]);
			hash = _mm_setzero_si128();
			p += size;
			n -= size;
		}
		hash = sum_reduce(&s);
	}
	return hash;
}

/* -- GCM (NIST SP 800-38D section 7.2) */

struct gcm {
	const __m128i *key;
	__m128i power[WIDE], hash, tag;
	__m128i counter; /* its last word the way this machine counts */
};

QUIC_INLINE __m128i key_stream(struct gcm *g)
{
	const __m128i order = _mm_set_epi64x(0x0c0d0e0f0b0a0908, 0x0706050403020100);
	__m128i x = _mm_shuffle_epi8(g->counter, order);

	g->counter = _mm_add_epi32(g->counter, _mm_set_epi32(1, 0, 0, 0));
	return x;
}

/* Eight blocks: their products are reduced once, and none of the ciphers waits for another. */
QUIC_INLINE void gcm_wide(struct gcm *g, const uint8_t *p, uint8_t *out)
{
	struct sum s = { _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128() };
	__m128i x[WIDE];

#pragma GCC unroll 8
	for (int i = 0; i < WIDE; i++)
		x[i] = _mm_xor_si128(key_stream(g), g->key[0]);
	sum_add(&s, _mm_xor_si128(g->hash, swap(block_at(p))), g->power[WIDE - 1]);
#pragma GCC unroll 9
	for (int round = 1; round < ROUNDS; round++) {
#pragma GCC unroll 8
		for (int i = 0; i < WIDE; i++)
			x[i] = _mm_aesenc_si128(x[i], g->key[round]);
		if (round < WIDE)
			sum_add(&s, swap(block_at(p + BLOCK * round)), g->power[WIDE - 1 - round]);
	}
#pragma GCC unroll 8
	for (int i = 0; i < WIDE; i++) {
		x[i] = _mm_aesenclast_si128(x[i], g->key[ROUNDS]);
		x[i] = _mm_xor_si128(x[i], block_at(p + BLOCK * i));
		block_put(out + BLOCK * i, x[i]);
	}
	g->hash = sum_reduce(&s);
}

QUIC_INLINE void gcm_rest(struct gcm *g, const uint8_t *p, size_t n, uint8_t *out)
{
	uint8_t bytes[BLOCK];

	g->hash = fold(g->hash, g->power, p, n);
	for (; n >= BLOCK; n -= BLOCK, p += BLOCK, out += BLOCK)
		block_put(out, _mm_xor_si128(encrypt(g->key, key_stream(g)), block_at(p)));
	if (n > 0) {
		block_put(bytes, _mm_xor_si128(encrypt(g->key, key_stream(g)), block_of(p, n)));
		memcpy(out, bytes, n);
	}
}

/* Up to the ciphertext. The first block of the key stream is the tag's. */
QUIC_INLINE void gcm_begin(struct gcm *g, const uint8_t *schedule, const uint8_t *nonce,
			   const struct quic_sealed *p)
{
	g->key = (const __m128i *)(const void *)schedule;
	powers(g->power, swap(encrypt(g->key, _mm_setzero_si128())));
	g->counter = _mm_insert_epi32(block_of(nonce, QUIC_NONCE_SIZE), 1, 3);
	g->tag = encrypt(g->key, key_stream(g));
	g->hash = fold(_mm_setzero_si128(), g->power, p->header, p->header_size);
}

/* What is left of the ciphertext, and then the tag. */
QUIC_INLINE bool gcm_end(struct gcm *g, const struct quic_sealed *p, size_t left, uint8_t *out)
{
	size_t n = p->body_size - QUIC_TAG_SIZE;
	__m128i sizes = _mm_set_epi64x((long long)p->header_size * 8, (long long)n * 8), tag = g->tag;

	gcm_rest(g, p->body + n - left, left, out + n - left);
	tag = _mm_xor_si128(tag, swap(multiply(_mm_xor_si128(g->hash, sizes), g->power[0])));
	tag = _mm_xor_si128(tag, block_at(p->body + n));
	return _mm_testz_si128(tag, tag) != 0;
}

QUIC_TARGET static bool open(const uint8_t schedule[QUIC_SCHEDULE_SIZE], const uint8_t nonce[QUIC_NONCE_SIZE],
			     const struct quic_sealed *p, uint8_t *out)
{
	size_t n = p->body_size - QUIC_TAG_SIZE, at = 0;
	struct gcm g;

	gcm_begin(&g, schedule, nonce, p);
	for (; n - at >= WIDE * BLOCK; at += WIDE * BLOCK)
		gcm_wide(&g, p->body + at, out + at);
	return gcm_end(&g, p, n - at, out);
}

/* -- the same with two blocks a register, where there are instructions for that */

enum { PAIRS = WIDE / 2 };

#define PAIR_TARGET __attribute__((target("avx2,vaes,vpclmulqdq,sse4.1,ssse3,aes,pclmul,sha")))
#define PAIR_INLINE PAIR_TARGET static inline __attribute__((always_inline))

PAIR_INLINE __m256i pair_swap(__m256i x)
{
	const __m128i order = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);

	return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(order));
}

PAIR_INLINE __m256i pair_at(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i_u *)(const void *)p);
}

PAIR_INLINE __m128i pair_fold(__m256i x)
{
	return _mm_xor_si128(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
}

/* As gcm_wide(). */
PAIR_INLINE void gcm_pairs(struct gcm *g, const __m256i power[PAIRS], const uint8_t *p, uint8_t *out)
{
	const __m256i order =
		_mm256_broadcastsi128_si256(_mm_set_epi64x(0x0c0d0e0f0b0a0908, 0x0706050403020100));
	__m256i low = _mm256_setzero_si256(), middle = low, high = low, x[PAIRS], y[PAIRS], k;
	__m256i counter = _mm256_add_epi32(_mm256_broadcastsi128_si256(g->counter),
					   _mm256_set_epi32(1, 0, 0, 0, 0, 0, 0, 0));
	struct sum s;

	k = _mm256_broadcastsi128_si256(g->key[0]);
#pragma GCC unroll 4
	for (int i = 0; i < PAIRS; i++) {
		x[i] = _mm256_xor_si256(_mm256_shuffle_epi8(counter, order), k);
		counter = _mm256_add_epi32(counter, _mm256_set_epi32(2, 0, 0, 0, 2, 0, 0, 0));
		y[i] = pair_swap(pair_at(p + 2 * BLOCK * i));
	}
	g->counter = _mm256_castsi256_si128(counter);
	y[0] = _mm256_xor_si256(y[0], _mm256_zextsi128_si256(g->hash));
#pragma GCC unroll 9
	for (int round = 1; round < ROUNDS; round++) {
		k = _mm256_broadcastsi128_si256(g->key[round]);
#pragma GCC unroll 4
		for (int i = 0; i < PAIRS; i++)
			x[i] = _mm256_aesenc_epi128(x[i], k);
	}
	k = _mm256_broadcastsi128_si256(g->key[ROUNDS]);
#pragma GCC unroll 4
	for (int i = 0; i < PAIRS; i++) {
		x[i] = _mm256_aesenclast_epi128(x[i], k);
		x[i] = _mm256_xor_si256(x[i], pair_at(p + 2 * BLOCK * i));
		_mm256_storeu_si256((__m256i_u *)(void *)(out + 2 * BLOCK * i), x[i]);
		low = _mm256_xor_si256(low, _mm256_clmulepi64_epi128(y[i], power[i], 0x00));
		middle = _mm256_xor_si256(middle, _mm256_clmulepi64_epi128(y[i], power[i], 0x01));
		middle = _mm256_xor_si256(middle, _mm256_clmulepi64_epi128(y[i], power[i], 0x10));
		high = _mm256_xor_si256(high, _mm256_clmulepi64_epi128(y[i], power[i], 0x11));
	}
	s = (struct sum){ pair_fold(low), pair_fold(middle), pair_fold(high) };
	g->hash = sum_reduce(&s);
}

PAIR_TARGET static bool open_pairs(const uint8_t schedule[QUIC_SCHEDULE_SIZE],
				   const uint8_t nonce[QUIC_NONCE_SIZE], const struct quic_sealed *p,
				   uint8_t *out)
{
	size_t n = p->body_size - QUIC_TAG_SIZE, at = 0;
	__m256i power[PAIRS];
	struct gcm g;

	gcm_begin(&g, schedule, nonce, p);
	for (int i = 0; i < PAIRS; i++)
		power[i] = _mm256_set_m128i(g.power[WIDE - 2 - 2 * i], g.power[WIDE - 1 - 2 * i]);
	for (; n - at >= WIDE * BLOCK; at += WIDE * BLOCK)
		gcm_pairs(&g, power, p->body + at, out + at);
	return gcm_end(&g, p, n - at, out);
}

/* -- the engines */

static const struct quic_engine engines[] = {
	{ .pads = pads, .derive = derive, .schedule = schedule, .block = block, .open = open_pairs },
	{ .pads = pads, .derive = derive, .schedule = schedule, .block = block, .open = open }
};

/* Compilers differ in the newer features that they know by name. Leaf 7 of CPUID has them as bits. */
static bool has_new(bool pairs)
{
	unsigned a, b, c, d;

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0)
		return false;
	if (pairs) /* that the system keeps the registers is known of AVX2 */
		return __builtin_cpu_supports("avx2") && (c & bit_VAES) != 0 && (c & bit_VPCLMULQDQ) != 0;
	return (b & bit_SHA) != 0;
}

const struct quic_engine *quic_x86(unsigned i)
{
	if (!has_new(false) || !__builtin_cpu_supports("aes") || !__builtin_cpu_supports("pclmul") ||
	    !__builtin_cpu_supports("sse4.1") || !__builtin_cpu_supports("ssse3"))
		return NULL;
	i += has_new(true) ? 0 : 1;
	return i < sizeof(engines) / sizeof(engines[0]) ? &engines[i] : NULL;
}

#else

const struct quic_engine *quic_x86(unsigned i)
{
	(void)i;
	return NULL;
}

#endif
