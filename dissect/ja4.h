/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JA4, the fingerprint of a TLS client, as its authors describe it (FoxIO, JA4 alone, BSD 3-clause): what the
 * ClientHello offers, in an order that the client's shuffling does not change. Two thirds of it are hashes;
 * as few clients make most hellos, those are remembered by the lists that go into them.
 */
#ifndef DISSECT_JA4_H
#define DISSECT_JA4_H

#include "dissect/tls_hello.h"

enum {
	JA4_LIST_MAX = 256, /* ciphers, extensions, algorithms; no client comes near */
	JA4_KEY_MAX = 192,  /* bytes of lists that are remembered */
	JA4_ENTRIES = 256,
	JA4_HASH_SIZE = 12,
};

/* What is made of the lists. */
struct ja4_parts {
	char ciphers[JA4_HASH_SIZE], extensions[JA4_HASH_SIZE];
	uint16_t count; /* of ciphers */
};

/* Lists as ja4.c puts them one behind the other, with zeroes up to a whole word. */
struct ja4_key {
	uint64_t words[JA4_KEY_MAX / sizeof(uint64_t)];
	size_t count; /* of words; 0: free */
};

struct ja4_entry {
	struct ja4_key key;
	struct ja4_parts parts;
};

/* In the caller's memory, zeroed. */
struct ja4_cache {
	struct ja4_entry entries[JA4_ENTRIES];
};

/* `transport` is 't' for TLS over TCP, 'q' for QUIC; cache may be NULL. False, and `out` is "", when a list
 * is longer than JA4_LIST_MAX. */
bool ja4_make(struct ja4_cache *cache, char transport, const struct tls_hello *h, char out[DISSECT_JA4_SIZE]);

#endif
