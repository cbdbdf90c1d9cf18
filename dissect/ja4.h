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
	JA4_KEPT = 62,      /* values of a list that is remembered */
	JA4_ENTRIES = 256,
	JA4_HASH_SIZE = 12,
};

struct ja4_entry {
	uint16_t count; /* 0: free */
	uint16_t values[JA4_KEPT];
	char hash[JA4_HASH_SIZE];
};

/* In the caller's memory, zeroed. */
struct ja4_cache {
	struct ja4_entry entries[JA4_ENTRIES];
};

/* `transport` is 't' for TLS over TCP, 'q' for QUIC; cache may be NULL. False, and `out` is "", when a list
 * is longer than JA4_LIST_MAX. */
bool ja4_make(struct ja4_cache *cache, char transport, const struct tls_hello *h, char out[DISSECT_JA4_SIZE]);

#endif
