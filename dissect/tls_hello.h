/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The body of a TLS ClientHello (RFC 8446 section 4.1.2), whatever carried it: records over TCP, or CRYPTO
 * frames of QUIC (RFC 9001 section 4). Reads the server name (RFC 6066 section 3), the first protocol
 * (RFC 7301), whether an encrypted hello hides another name, and the lists that a fingerprint is made of.
 */
#ifndef DISSECT_TLS_HELLO_H
#define DISSECT_TLS_HELLO_H

#include "base/rd.h"
#include "dissect/proto.h"

enum { TLS_HANDSHAKE_HEADER = 4, TLS_CLIENT_HELLO = 1, TLS_RANDOM_SIZE = 32 };
enum { TLS_EXT_SERVER_NAME = 0, TLS_EXT_ALGORITHMS = 13, TLS_EXT_ALPN = 16, TLS_EXT_VERSIONS = 43 };

enum { TLS_LOW = 64, TLS_HIGH_MAX = 8 };

/* Which extensions are there. Most types are small and clients shuffle them: a bit each puts those in order.
 * GREASE (RFC 8701) is none. */
struct tls_types {
	uint64_t low;                /* types below TLS_LOW */
	uint16_t high[TLS_HIGH_MAX]; /* the others, as they came */
	uint8_t highs;
	bool odd;       /* one of them twice, or more others than that: what stands above is not all */
	uint16_t count; /* of all */
};

/* What a ClientHello told; points into it. A list that was absent is empty. */
struct tls_hello {
	uint16_t version; /* legacy_version */
	struct dissect_str host, alpn;
	struct rd ciphers;    /* of 16 bits each, as are the next two */
	struct rd versions;   /* supported_versions */
	struct rd algorithms; /* signature_algorithms */
	struct rd extensions; /* types with their data */
	struct tls_types types;
	bool named;         /* a server_name extension is there, readable or not */
	bool ech;           /* an outer encrypted_client_hello, or the encrypted_server_name of its drafts */
	uint8_t ech_config; /* config_id of the former */
	bool odd;           /* readable, but against the RFC */
};

static inline bool tls_is_grease(uint16_t v) { return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff); }

/* False when it breaks off; what was read before stays in *h. */
bool tls_hello_read(const uint8_t *body, size_t n, struct tls_hello *h);

/* Of one whose end was lost: the extensions that are there. */
void tls_hello_read_part(const uint8_t *body, size_t n, struct tls_hello *h);

/* What is told of it besides name and version; `transport` is JA4's letter. False: no fingerprint was made,
 * the hello is larger than one is made of. */
bool tls_hello_facts(const struct tls_hello *h, char transport, struct ja4_cache *cache,
		     struct dissect_hello *facts);

#endif
