/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hashes of beiand; the only file that sees libsodium and libxxhash.
 * hash_keyed: SipHash-2-4, for tables that strangers fill and for client pseudonyms.
 * hash_secret: for tables that strangers fill and that are asked for each message: XXH3 under a secret that
 * is random, in no output, and lives as long as the table. Nothing that is told may depend on it.
 * hash_sha256: the identity of an imported file.
 * hash_stream: XXH3 of 128 bits, the identity of a capture. It has no key and resists no attacker, and need
 * not: it only tells whether this capture was counted before. Two captures that differ by accident meet with
 * 2^-128; who makes two that meet on purpose made both, and has hidden a capture of his own from the sum.
 * In return it costs less than reading the bytes does, where SHA-256 costs ten times as much.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_KEY_SIZE = 16, HASH_SHA256_SIZE = 32, HASH_HEX_SIZE = 65 };

struct hash_key {
	uint8_t bytes[HASH_KEY_SIZE];
};

void hash_key_random(struct hash_key *k);
/* A key that depends on nothing but the text: replays under it give the same sketches each time. */
void hash_key_fixed(struct hash_key *k, const char *text);
uint64_t hash_keyed(const struct hash_key *k, const void *bytes, size_t n);
enum { HASH_SECRET_SIZE = 192 };

struct hash_secret {
	uint8_t bytes[HASH_SECRET_SIZE];
};

void hash_secret_random(struct hash_secret *s);
uint64_t hash_secret(const struct hash_secret *s, const void *bytes, size_t n);

void hash_sha256(uint8_t out[HASH_SHA256_SIZE], const void *bytes, size_t n);
/* SHA-256 of a file's bytes from the start, as lower-case hex. 0, or negative errno. */
int hash_file(char out[HASH_HEX_SIZE], int fd) __attribute__((warn_unused_result));

struct hash_stream;
struct hash_stream *hash_stream_new(void);
void hash_stream_free(struct hash_stream *h);
void hash_stream_add(struct hash_stream *h, const void *bytes, size_t n);
/* Of all that was added so far, as lower-case hex (32 characters). */
void hash_stream_hex(const struct hash_stream *h, char out[HASH_HEX_SIZE]);
/* Adds a file's bytes from `at` to its end. 0, or negative errno. */
int hash_stream_file(struct hash_stream *h, int fd, int64_t at) __attribute__((warn_unused_result));

void hash_hex(char out[HASH_HEX_SIZE], const uint8_t sum[HASH_SHA256_SIZE]);
/* A random UUID (RFC 4122 version 4), 36 characters and NUL. */
void hash_uuid(char out[37]);

#endif
