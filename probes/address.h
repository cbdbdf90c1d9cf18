/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internet addresses as strangers write them, and what kind of address one is. Always 16 bytes, IPv4 as
 * v4-mapped. Pure. The classes are IANA's special-purpose registries (RFC 6890 as updated by RFC 8190), the
 * multicast and reserved blocks, and the addresses where clouds serve credentials to their machines.
 */
#ifndef PROBES_ADDRESS_H
#define PROBES_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum address_class {
	ADDRESS_PUBLIC,
	ADDRESS_UNSPECIFIED, /* 0.0.0.0/8 and :: : "this host" to most kernels */
	ADDRESS_LOOPBACK,
	ADDRESS_LINK_LOCAL,
	ADDRESS_METADATA, /* cloud instance metadata */
	ADDRESS_MULTICAST,
	ADDRESS_BROADCAST,
	ADDRESS_PRIVATE,       /* RFC 1918, and site-local of RFC 3879 */
	ADDRESS_SHARED,        /* RFC 6598: carrier-grade NAT */
	ADDRESS_UNIQUE_LOCAL,  /* RFC 4193 */
	ADDRESS_DOCUMENTATION, /* RFC 5737, RFC 3849, RFC 9637 */
	ADDRESS_BENCHMARK,     /* RFC 2544, RFC 5180 */
	ADDRESS_DISCARD,       /* RFC 6666 */
	ADDRESS_EMBEDDED, /* IPv6 that only wraps an IPv4 address, and that one is not public, or it is of a
			     form that nobody routes (v4-compatible) */
	ADDRESS_RESERVED, /* protocol assignments, and what IANA has not given to anybody */
	ADDRESS_CLASS_COUNT,
};

/* Every spelling of an address that an HTTP client or inet_aton(3) takes: "127.0.0.1", "127.1",
 * "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "::1", "[::ffff:127.0.0.1]". Zone ids are refused. */
bool address_parse(const char *text, uint8_t addr[16]) __attribute__((warn_unused_result));
/* The last label is a number, so this is an address or nothing, never a name (WHATWG URL "ends in a number");
 * or it holds a ':'. */
bool address_like(const char *text);

/* The IPv4 addresses that an IPv6 one of a transition technique (NAT64, 6to4, Teredo) stands for: how
 * many, the one that it leads to last. */
enum { ADDRESS_WRAPPED_MAX = 2 };
size_t address_wrapped(const uint8_t addr[16], uint8_t out[ADDRESS_WRAPPED_MAX][16]);

enum address_class address_class(const uint8_t addr[16]);
const char *address_class_name(enum address_class c);
const char *address_class_zh(enum address_class c);
/* May a campus have such addresses of its own? Private, shared, unique-local ones, and those that test beds
 * use. */
bool address_class_ownable(enum address_class c);

/* An address prefix; "10.0.0.0/8", "2001:db8::/32". */
struct address_net {
	uint8_t addr[16];
	unsigned bits; /* of the 128 */
};
bool address_net_parse(const char *text, struct address_net *net) __attribute__((warn_unused_result));
bool address_net_holds(const struct address_net *net, const uint8_t addr[16]);

#endif
