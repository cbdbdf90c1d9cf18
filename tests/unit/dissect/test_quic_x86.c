/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both engines are held against each other; against the RFCs' packets they are in test_quic.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <nettle/gcm.h>

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

static void test_hmac(void **state)
{
	const struct quic_engine *engine[2] = { fast(), &quic_nettle };
	struct quic_block b[2];
	uint8_t key[QUIC_HASH_SIZE], out[2][4][QUIC_HASH_SIZE];
	(void)state;

	for (unsigned round = 0; round < 200; round++) {
		fill(key, sizeof(key), round);
		fill(b[0].bytes, sizeof(b[0].bytes), round + 1000);
		fill(b[1].bytes, sizeof(b[1].bytes), round + 2000);
		quic_block_end(&b[0], round % 55);
		for (int i = 0; i < 2; i++) {
			const struct quic_block *both[2] = { &b[0], &b[1] };
			struct quic_pads pads;
			engine[i]->pads(&pads, key);
			engine[i]->hmac(&pads, &b[0], out[i][0]);
			engine[i]->hmac(&pads, &b[1], out[i][1]);
			engine[i]->hmac_pair(&pads, both, &out[i][2]);
		}
		assert_memory_equal(out[0], out[1], sizeof(out[0]));
		assert_memory_equal(out[0][0], out[0][2], 2 * QUIC_HASH_SIZE);
		assert_memory_not_equal(out[0][0], out[0][1], QUIC_HASH_SIZE);
	}
}

/* RFC 4231 section 4.3: both must be right, not only the same. */
static void test_hmac_of_rfc(void **state)
{
	static const char text[] = "what do ya want for nothing?";
	static const uint8_t want[8] = { 0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e };
	const struct quic_engine *engine[2] = { fast(), &quic_nettle };
	uint8_t key[QUIC_HASH_SIZE] = "Jefe", out[QUIC_HASH_SIZE];
	struct quic_pads pads;
	struct quic_block b;
	(void)state;

	memcpy(b.bytes, text, sizeof(text) - 1);
	quic_block_end(&b, sizeof(text) - 1);
	for (int i = 0; i < 2; i++) {
		engine[i]->pads(&pads, key);
		engine[i]->hmac(&pads, &b, out);
		assert_memory_equal(out, want, sizeof(want));
	}
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
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_hmac_of_rfc),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
