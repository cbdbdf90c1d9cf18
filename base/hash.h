/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two hashes of beiand; the only file that sees libsodium.
 * hash_keyed: SipHash-2-4, for tables that strangers fill and for client pseudonyms.
 * hash_sha256: the identity of a capture or of an imported file.
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
void hash_sha256(uint8_t out[HASH_SHA256_SIZE], const void *bytes, size_t n);
/* SHA-256 of a file's bytes from the start, as lower-case hex. 0, or negative errno. */
int hash_file(char out[HASH_HEX_SIZE], int fd) __attribute__((warn_unused_result));
void hash_hex(char out[HASH_HEX_SIZE], const uint8_t sum[HASH_SHA256_SIZE]);
/* A random UUID (RFC 4122 version 4), 36 characters and NUL. */
void hash_uuid(char out[37]);

#endif
