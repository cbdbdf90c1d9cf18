/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each engine is held against the library; against the RFCs' packets they are in test_quic.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>

#include "dissect/quic_engine.h"

enum { HEADER_MAX = 150, BODY_MAX = 700 };

static void fill(uint8_t *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		p[i] = (uint8_t)(seed >> 16);
	}
}

static const struct quic_engine *fast(void)
{
	const struct quic_engine *e = quic_x86(0);

	if (e == NULL)
		skip();
	return e;
}

/* A message that is told to an engine as its last block, and to the library as it is. */
struct message {
	struct quic_block block;
	uint8_t bytes[64];
	size_t n;
};

static void message_fill(struct message *m, size_t n, unsigned seed)
{
	m->n = n;
	fill(m->bytes, sizeof(m->bytes), seed);
	memcpy(m->block.bytes, m->bytes, n);
	quic_block_end(&m->block, n);
}

static void library_hmac(const uint8_t key[QUIC_HASH_SIZE], const struct message *m,
			 uint8_t out[QUIC_HASH_SIZE])
{
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, QUIC_HASH_SIZE, key);
	hmac_sha256_update(&hmac, m->n, m->bytes);
	hmac_sha256_digest(&hmac, QUIC_HASH_SIZE, out);
}

/* The chain as the library makes it, step by step. */
static void library_derive(const uint8_t salt[QUIC_HASH_SIZE], const struct message m[2 + QUIC_DERIVED],
			   uint8_t out[QUIC_DERIVED][QUIC_HASH_SIZE])
{
	uint8_t initial[QUIC_HASH_SIZE], client[QUIC_HASH_SIZE];

	library_hmac(salt, &m[0], initial);
	library_hmac(initial, &m[1], client);
	for (int i = 0; i < QUIC_DERIVED; i++)
		library_hmac(client, &m[2 + i], out[i]);
}

static void expect_derive(const struct quic_engine *e, unsigned round)
{
	uint8_t salt[QUIC_HASH_SIZE], out[2][QUIC_DERIVED][QUIC_HASH_SIZE];
	struct message m[2 + QUIC_DERIVED];
	struct quic_labels labels;
	struct quic_pads pads;

	fill(salt, sizeof(salt), round);
	for (unsigned i = 0; i < 2 + QUIC_DERIVED; i++)
		message_fill(&m[i], (round + 11 * i) % 55, 1000 * i + round);
	labels.client = m[1].block;
	for (int i = 0; i < QUIC_DERIVED; i++)
		labels.derived[i] = m[2 + i].block;
	e->pads(&pads, salt);
	e->derive(&pads, &m[0].block, &labels, out[0]);
	library_derive(salt, m, out[1]);
	assert_memory_equal(out[0], out[1], sizeof(out[0]));
	assert_memory_not_equal(out[0][0], out[0][1], QUIC_HASH_SIZE);
}

static void test_derive(void **state)
{
	const struct quic_engine *e = &quic_nettle;
	(void)state;

	for (unsigned i = 0; e != NULL; e = quic_x86(i++))
		for (unsigned round = 0; round < 200; round++)
			expect_derive(e, round);
}

static void test_block(void **state)
{
	const struct quic_engine *e = fast();
	_Alignas(16) uint8_t schedule[2][QUIC_SCHEDULE_SIZE];
	uint8_t key[QUIC_KEY_SIZE], out[2][QUIC_KEY_SIZE];
	(void)state;

	for (unsigned round = 0; round < 200; round++) {
		fill(key, sizeof(key), round);
		e->schedule(schedule[0], key);
		quic_nettle.schedule(schedule[1], key);
		fill(key, sizeof(key), ~round);
		e->block(schedule[0], key, out[0]);
		quic_nettle.block(schedule[1], key, out[1]);
		assert_memory_equal(out[0], out[1], sizeof(out[0]));
	}
}

/* Sealed by the library; each part is of just the size that it says, so that ASan sees a byte too many. */
static void expect_open(const struct quic_engine *e, size_t header_size, size_t n)
{
	_Alignas(16) uint8_t schedule[QUIC_SCHEDULE_SIZE];
	uint8_t *header = malloc(header_size + 1), *plain = malloc(n + 1), *out = malloc(n + 1);
	uint8_t *body = malloc(n + QUIC_TAG_SIZE), key[QUIC_KEY_SIZE], nonce[QUIC_NONCE_SIZE];
	struct quic_sealed p = { .header = header + 1, .header_size = header_size, .body = body };
	struct gcm_aes128_ctx gcm;

	fill(key, sizeof(key), (unsigned)n);
	fill(nonce, sizeof(nonce), (unsigned)header_size);
	fill(header, header_size + 1, 1);
	fill(plain, n + 1, 2);
	p.body_size = n + QUIC_TAG_SIZE;
	gcm_aes128_set_key(&gcm, key);
	gcm_aes128_set_iv(&gcm, sizeof(nonce), nonce);
	gcm_aes128_update(&gcm, header_size, p.header);
	gcm_aes128_encrypt(&gcm, n, body, plain + 1);
	gcm_aes128_digest(&gcm, QUIC_TAG_SIZE, body + n);
	e->schedule(schedule, key);
	out[0] = 0x5a;
	assert_true(e->open(schedule, nonce, &p, out + 1));
	assert_memory_equal(out + 1, plain + 1, n);
	assert_int_equal(out[0], 0x5a);
	body[(n + header_size) % p.body_size] ^= 1;
	assert_false(e->open(schedule, nonce, &p, out + 1));
	body[(n + header_size) % p.body_size] ^= 1;
	if (header_size > 0) {
		header[1 + n % header_size] ^= 0x80;
		assert_false(e->open(schedule, nonce, &p, out + 1));
	}
	free(header);
	free(plain);
	free(body);
	free(out);
}

static void test_open(void **state)
{
	const struct quic_engine *e = &quic_nettle;
	(void)state;

	for (unsigned i = 0; e != NULL; i++) {
		for (size_t n = 0; n < BODY_MAX; n += n < 300 ? 1 : 37)
			expect_open(e, n % HEADER_MAX, n);
		for (size_t n = 0; n < HEADER_MAX; n++)
			expect_open(e, n, 1200);
		e = quic_x86(i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derive),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
