/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The front door of dissect/: captured bytes in, named messages out.
 *
 * dissect_packet() walks link, tunnel and network layers, feeds TCP reassembly and
 * recognises DNS, HTTP/1, TLS and QUIC handshakes by content, on any port. Each
 * message found is handed to the callback; everything a message points to is borrowed
 * and valid only during the callback. Nothing here allocates, logs, reads a clock or
 * does I/O: the caller brings the memory, the time is the packet's own.
 * Whatever was not analysed is counted by reason in struct dissect_stats.
 */
#ifndef DISSECT_DISSECT_H
#define DISSECT_DISSECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Addresses are 16 bytes, IPv4 as v4-mapped (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2). */
struct dissect_addr {
	uint8_t bytes[16];
};

struct dissect_flow {
	struct dissect_addr src, dst; /* of the packet that completed the message: src sent it */
	uint16_t sport, dport;
	uint8_t proto; /* IPPROTO_TCP or IPPROTO_UDP */
};

struct dissect_str {
	const uint8_t *p; /* NULL when the field was absent */
	size_t n;
};

enum dissect_kind {
	DISSECT_DNS_QUERY,   /* one per question of a message with QR=0 */
	DISSECT_DNS_ANSWER,  /* CNAME record of the answer section, or A or AAAA records of one owner in a row
			      */
	DISSECT_HTTP,        /* one per request head */
	DISSECT_TLS,         /* one per ClientHello, with or without a server name */
	DISSECT_QUIC,        /* one per QUIC client hello */
	DISSECT_DNS_SERVICE, /* one per HTTPS or SVCB record of the answer section (RFC 9460) */
	DISSECT_HTTP_ANSWER, /* one per response head, with the title its body shows; name absent */
	DISSECT_TLS_CERT,    /* one per leaf certificate that a server sends in the clear (TLS <= 1.2); name
				absent */
	DISSECT_HTTP2,       /* one per HTTP/2 request in the clear that names its authority; `http` below */
	DISSECT_KIND_COUNT,
};

enum { DISSECT_JA4_SIZE = 37, DISSECT_CERT_NAMES = 16, DISSECT_ECH_CONFIGS = 4 };

/* What a ClientHello tells besides its server name. */
struct dissect_hello {
	struct dissect_str alpn;    /* first protocol offered (RFC 7301), raw bytes */
	char ja4[DISSECT_JA4_SIZE]; /* JA4 fingerprint of the client, NUL-terminated; "" when not made */
	bool ech; /* an outer encrypted_client_hello is there: real or GREASE, the wire does not say */
	uint8_t ech_config; /* its config_id, to be held against DISSECT_DNS_SERVICE */
};

/* What an encrypted hello under this configuration shows (RFC 9849 section 4). */
struct dissect_ech {
	struct dissect_str name; /* public_name, not empty */
	uint8_t config;          /* config_id */
};

/* name: lower case (ASCII), no trailing dot, the DNS root is "."; raw bytes, not escaped. */
struct dissect_message {
	enum dissect_kind kind;
	int64_t time; /* microseconds since 1970 UTC, of the packet that completed it */
	struct dissect_flow flow;
	struct dissect_str name; /* question / owner / Host with its port, as sent but lower case / SNI */
	bool proxied; /* asked of a proxy (CONNECT or SOCKS and what goes through it, an absolute target):
			 flow.dst is not where the name is served */
	union {
		struct {
			uint16_t qtype;
		} query;
		struct {
			uint16_t type; /* 1 A, 28 AAAA, 5 CNAME */
			uint8_t addrs; /* of A and AAAA: as many records, each counted as a message */
			const struct dissect_addr *addr;
			struct dissect_str cname;    /* of CNAME, lower case */
			struct dissect_str question; /* the message's first: where its chain of CNAMEs begins;
							or absent */
		} answer;
		struct {
			struct dissect_str method, target; /* as sent */
			struct dissect_str referer, user_agent, requested_with;
		} http;
		struct {
			uint16_t version; /* legacy_version */
			struct dissect_hello hello;
		} tls;
		struct {
			uint32_t version; /* as on the wire; 0 when the packet had none (gQUIC) */
			struct dissect_hello hello;
		} quic;
		struct {
			uint16_t type, priority;     /* 65 HTTPS, 64 SVCB; priority 0 is the alias form */
			struct dissect_str target;   /* lower case; "." is the owner itself */
			struct dissect_str question; /* as of answer */
			struct dissect_str
				alpn;  /* the alpn parameter as on the wire: length, id, length, id ... */
			uint16_t port; /* 0: not given */
			bool ech;      /* has an ech parameter; its configs that can be read: */
			uint8_t ech_configs; /* that stand in ech_config[] */
			uint8_t ech_more;    /* that found no room, capped */
			struct dissect_ech ech_config[DISSECT_ECH_CONFIGS];
		} service;
		struct {
			uint16_t status;
			struct dissect_str content_type, server, location; /* as sent */
			struct dissect_str title; /* bytes between <title> and </title>, undecoded, bounded */
			struct dissect_str charset; /* of the page by its own <meta>, before the title */
		} http_answer;
		struct {
			/* dNSName entries of subjectAltName, else the subject's commonName; as sent */
			struct dissect_str name[DISSECT_CERT_NAMES];
			uint8_t names;       /* that stand in name[] */
			uint16_t names_more; /* that found no room */
		} cert;
	};
};

typedef void dissect_fn(void *arg, const struct dissect_message *m);

/* Why something was not analysed. Names are in dissect_reason_name(); append only. */
enum dissect_reason {
	DISSECT_LINK_UNKNOWN,  /* link type or ethertype that we do not walk */
	DISSECT_LINK_BAD,      /* link header cut or lying */
	DISSECT_IP_BAD,        /* IP header cut or lying */
	DISSECT_IP_FRAGMENT,   /* a fragment that could not be put together */
	DISSECT_IP_PROTO,      /* neither TCP nor UDP (nor a tunnel we walk) */
	DISSECT_TRANSPORT_BAD, /* TCP/UDP header cut or lying */
	DISSECT_SNAPPED,       /* captured bytes are fewer than the packet had */
	DISSECT_TCP_FULL,      /* flow table full: an older flow was evicted */
	DISSECT_TCP_CAP,  /* a message that does not fit its buffer, or whose buffer was needed for another */
	DISSECT_TCP_HOLE, /* segment lost: the message across it was given up */
	DISSECT_DNS_BAD,  /* looked like DNS, was not well formed */
	DISSECT_HTTP_BAD,
	DISSECT_TLS_BAD,
	DISSECT_TLS_NO_NAME, /* ClientHello without server_name */
	DISSECT_QUIC_BAD,
	DISSECT_TUNNEL_DEPTH, /* nested deeper than we walk */
	DISSECT_QUIC_VERSION, /* long header of a version that we cannot open */
	DISSECT_QUIC_AUTH, /* Initial that its own connection id does not open: forged, or its start unseen */
	DISSECT_QUIC_RATE, /* not tried: its source had too many of those in this second */
	DISSECT_QUIC_FULL, /* table full: an unfinished hello was evicted */
	DISSECT_QUIC_HOLE, /* a hello whose packets did not all come */
	DISSECT_QUIC_NO_NAME,    /* client hello without a server name */
	DISSECT_HTTP_ANSWER_BAD, /* started like a response, or had a line that is no field */
	DISSECT_HTTP_TITLE_CUT,  /* a page whose title did not show, or not to its end, in the bytes looked at
				  */
	DISSECT_HTTP_TITLE_CODED, /* a page in a content coding that is not read (br, zstd), or broken in it
				   */
	DISSECT_H2C,              /* HTTP/2 in the clear, by its preface (RFC 9113 section 3.4) */
	DISSECT_H2C_HIDDEN,       /* a request of it whose authority stands in a table begun unseen */
	DISSECT_SPAN_DUPLICATE,   /* the same datagram a second time, as mirroring both directions makes it */
	DISSECT_TCP_CONFLICT,     /* a segment that differs from bytes held for its place: the first stay */
	DISSECT_H2C_FULL,    /* as many connections of it as there are tables: an older one lost its own */
	DISSECT_TCP_UNKNOWN, /* a direction in which nothing was recognised: looked at no more, but for plain
				starts */
	DISSECT_REASON_COUNT,
};

/* What became of a packet. Each ends in exactly one of these, so their sum is `packets`. Append only. */
enum dissect_outcome {
	DISSECT_OUT_READ,         /* read to its end, and nothing of interest in it */
	DISSECT_OUT_TOLD,         /* completed a message */
	DISSECT_OUT_WAITING,      /* kept, until what belongs to it comes */
	DISSECT_OUT_REPEATED,     /* a copy of what came before: retransmitted, or mirrored twice */
	DISSECT_OUT_MALFORMED,    /* of a protocol that we read, but against its rules */
	DISSECT_OUT_LINK_UNKNOWN, /* from here on: not read to its end, for the reason of that name */
	DISSECT_OUT_LINK_BAD,
	DISSECT_OUT_IP_BAD,
	DISSECT_OUT_IP_FRAGMENT,
	DISSECT_OUT_IP_PROTO,
	DISSECT_OUT_TRANSPORT_BAD,
	DISSECT_OUT_SNAPPED,
	DISSECT_OUT_TUNNEL_DEPTH,
	DISSECT_OUTCOME_COUNT,
};

struct dissect_stats {
	uint64_t packets, bytes; /* offered: captured packets, their original lengths */
	uint64_t flows;          /* TCP flows that got an entry */
	uint64_t messages[DISSECT_KIND_COUNT];
	uint64_t reasons[DISSECT_REASON_COUNT];
	uint64_t outcomes[DISSECT_OUTCOME_COUNT];
};

const char *dissect_reason_name(enum dissect_reason r);   /* "link-unknown" ... stable, for JSON */
const char *dissect_outcome_name(enum dissect_outcome o); /* "packets-read" ..., the same */

struct dissect; /* lives in the caller's memory */

struct dissect_limits {
	uint32_t flows;        /* TCP flows tracked at once; the oldest goes first */
	uint32_t stream_bytes; /* most bytes held for one direction of a flow */
	uint32_t buffers;      /* reassembly buffers in all */
	uint32_t quic_hellos;  /* QUIC hellos over several packets, in work at once */
	uint64_t seed; /* of the tables, a secret on live traffic; the same one gives the same results */
};

/* Bytes that dissect_init() needs for these limits. */
size_t dissect_size(const struct dissect_limits *limits);
/* Large pages are asked for where they serve (MADV_HUGEPAGE). `memory` is aligned as malloc's, dissect_size()
 * bytes, zeroed by the caller; it stays the caller's. */
struct dissect *dissect_init(void *memory, const struct dissect_limits *limits, dissect_fn *fn, void *arg);

struct dissect_packet {
	int64_t time;      /* microseconds since 1970 UTC */
	int linktype;      /* DLT_* value of libpcap */
	uint32_t wire_len; /* length on the wire */
	const uint8_t *bytes;
	uint32_t captured; /* <= wire_len */
};

enum { DISSECT_AHEAD_MAX = 16 };

/* These, at most DISSECT_AHEAD_MAX, come next, in this order and as they stand there: the memory that they
 * will need is asked for. Changes nothing in what they tell. */
void dissect_ahead(struct dissect *d, const struct dissect_packet *p, size_t n);
void dissect_packet(struct dissect *d, const struct dissect_packet *p);
/* End of input: gives up what is still incomplete and counts it. */
void dissect_finish(struct dissect *d);
const struct dissect_stats *dissect_stats(const struct dissect *d);

#endif
