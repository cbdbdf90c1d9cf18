/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64, MAPPED_BITS = 96, V4_AT = 12 };

static const uint8_t mapped[V4_AT] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* -- reading ---------------------------------------------------------------------------------------- */

static int digit(char c, unsigned base)
{
	int d = c >= '0' && c <= '9'                     ? c - '0'
		: (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							 : 16;

	return d < (int)base ? d : -1;
}

/* One part of inet_aton's notation: 0x.. is hexadecimal ("0x" alone is 0, as browsers take it), 0.. octal.
 * Returns the text behind it, NULL when it is no number or over 32 bits. */
static const char *part(const char *s, uint32_t *value)
{
	unsigned base = 10;
	uint64_t sum = 0;

	if (digit(*s, 10) < 0)
		return NULL;
	if (s[0] == '0' && (s[1] | 0x20) == 'x')
		base = 16, s += 2;
	else if (s[0] == '0')
		base = 8;
	for (; digit(*s, base) >= 0; s++) {
		sum = sum * base + (unsigned)digit(*s, base);
		if (sum > UINT32_MAX)
			return NULL;
	}
	*value = (uint32_t)sum;
	return s;
}

/* One to four parts; the last one fills all bytes that are left (inet_aton(3)). One final dot is the root's.
 */
static bool parse_v4(const char *s, uint8_t out[4])
{
	uint32_t value, sum = 0;
	unsigned parts = 0;

	for (;; s++) {
		s = part(s, &value);
		if (s == NULL || parts == 4)
			return false;
		parts++;
		if (*s == '\0' || (s[0] == '.' && s[1] == '\0'))
			break;
		if (*s != '.' || value > 0xff)
			return false;
		sum |= parts < 4 ? value << (32 - 8 * parts) : 0;
	}
	if (parts > 1 && value >> (8 * (5 - parts)) != 0)
		return false;
	sum |= value;
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(sum >> (24 - 8 * i));
	return true;
}

/* inet_pton() takes no zone id, so none gets through. */
static bool parse_v6(const char *s, uint8_t addr[16])
{
	char bare[TEXT_MAX];
	size_t n = strlen(s);

	if (*s != '[')
		return inet_pton(AF_INET6, s, addr) == 1;
	if (n < 3 || n >= sizeof(bare) || s[n - 1] != ']')
		return false;
	memcpy(bare, s + 1, n - 2);
	bare[n - 2] = '\0';
	return inet_pton(AF_INET6, bare, addr) == 1;
}

bool address_parse(const char *text, uint8_t addr[16])
{
	uint8_t v4[4];

	if (strchr(text, ':') != NULL)
		return parse_v6(text, addr);
	if (!parse_v4(text, v4))
		return false;
	memcpy(addr, mapped, V4_AT);
	memcpy(addr + V4_AT, v4, 4);
	return true;
}

bool address_like(const char *text)
{
	size_t n = strlen(text), start;

	if (strchr(text, ':') != NULL)
		return true;
	if (n > 0 && text[n - 1] == '.')
		n--;
	for (start = n; start > 0 && text[start - 1] != '.';)
		start--;
	if (start == n)
		return false;
	if (text[start] == '0' && (text[start + 1] | 0x20) == 'x')
		return strspn(text + start + 2, "0123456789abcdefABCDEF") >= n - start - 2;
	return strspn(text + start, "0123456789") >= n - start;
}

/* -- classes ---------------------------------------------------------------------------------------- */

struct block {
	uint8_t addr[16];
	uint8_t bits;
	uint8_t class;
};

/* The first row that holds the address decides: exceptions stand before the block that they are in. */
#define V4(a, b, c, d, n, class)                                                                             \
	{                                                                                                    \
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d }, MAPPED_BITS + (n), class           \
	}
#define V6(bits, class, ...)                                                                                 \
	{                                                                                                    \
		{ __VA_ARGS__ }, bits, class                                                                 \
	}

static const struct block blocks[] = {
	V4(169, 254, 169, 254, 32, ADDRESS_METADATA), /* most clouds */
	V4(100, 100, 100, 200, 32, ADDRESS_METADATA), /* Alibaba Cloud */
	V4(100, 96, 0, 96, 32, ADDRESS_METADATA),     /* Volcengine */
	V4(192, 0, 0, 192, 32, ADDRESS_METADATA),     /* Oracle Cloud, of old */
	V4(168, 63, 129, 16, 32, ADDRESS_METADATA),   /* Azure */
	V4(0, 0, 0, 0, 8, ADDRESS_UNSPECIFIED),
	V4(10, 0, 0, 0, 8, ADDRESS_PRIVATE),
	V4(100, 64, 0, 0, 10, ADDRESS_SHARED),
	V4(127, 0, 0, 0, 8, ADDRESS_LOOPBACK),
	V4(169, 254, 0, 0, 16, ADDRESS_LINK_LOCAL),
	V4(172, 16, 0, 0, 12, ADDRESS_PRIVATE),
	V4(192, 0, 0, 0, 24, ADDRESS_RESERVED),
	V4(192, 0, 2, 0, 24, ADDRESS_DOCUMENTATION),
	V4(192, 31, 196, 0, 24, ADDRESS_RESERVED), /* AS112: a sink for stray DNS */
	V4(192, 52, 193, 0, 24, ADDRESS_RESERVED), /* AMT relays */
	V4(192, 88, 99, 0, 24, ADDRESS_RESERVED),  /* 6to4 relays, RFC 7526 */
	V4(192, 168, 0, 0, 16, ADDRESS_PRIVATE),
	V4(192, 175, 48, 0, 24, ADDRESS_RESERVED), /* AS112 */
	V4(198, 18, 0, 0, 15, ADDRESS_BENCHMARK),
	V4(198, 51, 100, 0, 24, ADDRESS_DOCUMENTATION),
	V4(203, 0, 113, 0, 24, ADDRESS_DOCUMENTATION),
	V4(224, 0, 0, 0, 4, ADDRESS_MULTICAST),
	V4(255, 255, 255, 255, 32, ADDRESS_BROADCAST),
	V4(240, 0, 0, 0, 4, ADDRESS_RESERVED),
	V4(0, 0, 0, 0, 0, ADDRESS_PUBLIC), /* all other v4-mapped ones */
	V6(128, ADDRESS_UNSPECIFIED, 0),
	V6(128, ADDRESS_LOOPBACK, [15] = 1),
	V6(96, ADDRESS_EMBEDDED, 0), /* v4-compatible, RFC 4291 section 2.5.5.1: nobody routes it */
	V6(96, ADDRESS_EMBEDDED, [8] = 0xff, 0xff),          /* v4-translated, RFC 7915 */
	V6(48, ADDRESS_EMBEDDED, 0, 0x64, 0xff, 0x9b, 0, 1), /* NAT64 of one network's own, RFC 8215 */
	V6(64, ADDRESS_DISCARD, 1),
	V6(32, ADDRESS_DOCUMENTATION, 0x20, 0x01, 0x0d, 0xb8),
	V6(48, ADDRESS_BENCHMARK, 0x20, 0x01, 0, 2),
	V6(48, ADDRESS_RESERVED, 0x26, 0x20, 0, 0x4f, 0x80), /* AS112 */
	V6(20, ADDRESS_DOCUMENTATION, 0x3f, 0xff),
	V6(128, ADDRESS_METADATA, 0xfd, 0, 0x0e, 0xc2, [14] = 2, 0x54), /* AWS */
	V6(128, ADDRESS_METADATA, 0xfd, 0x20, 0, 0xce, [14] = 2, 0x54), /* Google Cloud */
	V6(7, ADDRESS_UNIQUE_LOCAL, 0xfc),
	V6(10, ADDRESS_LINK_LOCAL, 0xfe, 0x80),
	V6(10, ADDRESS_PRIVATE, 0xfe, 0xc0),
	V6(8, ADDRESS_MULTICAST, 0xff),
	V6(23, ADDRESS_RESERVED, 0x20, 0x01), /* protocol assignments: RFC 6890 */
	V6(3, ADDRESS_PUBLIC, 0x20),          /* all that is given out */
	V6(0, ADDRESS_RESERVED, 0),
};

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) & (0xff00u >> rest) & 0xff) == 0;
}

static enum address_class look_up(const uint8_t addr[16])
{
	size_t i = 0;

	while (!same_bits(addr, blocks[i].addr, blocks[i].bits))
		i++; /* the last row holds everything */
	return (enum address_class)blocks[i].class;
}

/* Where an IPv6 address of a transition technique says which IPv4 address it stands for. */
static const struct {
	struct block prefix;
	uint8_t at[ADDRESS_WRAPPED_MAX]; /* offsets of the addresses; 0: none */
	uint8_t flip;                    /* the second one is stored inverted by this */
} wrappers[] = {
	{ V6(96, 0, 0, 0x64, 0xff, 0x9b), { 12, 0 }, 0 }, /* NAT64, RFC 6052 section 2.1 */
	{ V6(16, 0, 0x20, 0x02), { 2, 0 }, 0 },           /* 6to4, RFC 3056 section 2 */
	{ V6(32, 0, 0x20, 0x01, 0, 0), { 4, 12 }, 0xff }, /* Teredo, RFC 4380 section 4: server, client */
};

static void unwrap(uint8_t out[16], const uint8_t *v4, uint8_t flip)
{
	memcpy(out, mapped, V4_AT);
	for (size_t i = 0; i < 4; i++)
		out[V4_AT + i] = v4[i] ^ flip;
}

size_t address_wrapped(const uint8_t addr[16], uint8_t out[ADDRESS_WRAPPED_MAX][16])
{
	for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
		if (!same_bits(addr, wrappers[i].prefix.addr, wrappers[i].prefix.bits))
			continue;
		unwrap(out[0], addr + wrappers[i].at[0], 0);
		if (wrappers[i].at[1] == 0)
			return 1;
		unwrap(out[1], addr + wrappers[i].at[1], wrappers[i].flip);
		return 2;
	}
	return 0;
}

/* RFC 5214 section 6.1: below any prefix, the machine at this IPv4 address of that site. */
static bool is_isatap(const uint8_t addr[16])
{
	return (addr[8] & 0xfd) == 0 && addr[9] == 0 && addr[10] == 0x5e && addr[11] == 0xfe;
}

enum address_class address_class(const uint8_t addr[16])
{
	uint8_t inner[ADDRESS_WRAPPED_MAX][16];
	const size_t n = address_wrapped(addr, inner);
	enum address_class c = n > 0 ? ADDRESS_PUBLIC : look_up(addr);

	for (size_t i = 0; i < n; i++)
		if (look_up(inner[i]) != ADDRESS_PUBLIC)
			return ADDRESS_EMBEDDED;
	if (c == ADDRESS_PUBLIC && is_isatap(addr)) {
		unwrap(inner[0], addr + V4_AT, 0);
		c = look_up(inner[0]) == ADDRESS_PUBLIC ? c : ADDRESS_EMBEDDED;
	}
	return c;
}

static const struct {
	const char *name, *zh;
	bool ownable;
} classes[] = {
	[ADDRESS_PUBLIC] = { "public", "公网地址", true },
	[ADDRESS_UNSPECIFIED] = { "unspecified", "未指定地址", false },
	[ADDRESS_LOOPBACK] = { "loopback", "环回地址", false },
	[ADDRESS_LINK_LOCAL] = { "link-local", "链路本地地址", false },
	[ADDRESS_METADATA] = { "metadata", "云主机元数据地址", false },
	[ADDRESS_MULTICAST] = { "multicast", "组播地址", false },
	[ADDRESS_BROADCAST] = { "broadcast", "广播地址", false },
	[ADDRESS_PRIVATE] = { "private", "私有地址", true },
	[ADDRESS_SHARED] = { "shared", "运营商共享地址", true },
	[ADDRESS_UNIQUE_LOCAL] = { "unique-local", "IPv6 唯一本地地址", true },
	[ADDRESS_DOCUMENTATION] = { "documentation", "文档示例地址", true },
	[ADDRESS_BENCHMARK] = { "benchmark", "测试地址", true },
	[ADDRESS_DISCARD] = { "discard", "丢弃地址", false },
	[ADDRESS_EMBEDDED] = { "embedded", "内嵌非公网 IPv4 的地址", false },
	[ADDRESS_RESERVED] = { "reserved", "保留地址", false },
};
_Static_assert(sizeof(classes) / sizeof(classes[0]) == ADDRESS_CLASS_COUNT, "one row a class");

const char *address_class_name(enum address_class c)
{
	return c < ADDRESS_CLASS_COUNT ? classes[c].name : "?";
}
const char *address_class_zh(enum address_class c) { return c < ADDRESS_CLASS_COUNT ? classes[c].zh : "?"; }
bool address_class_ownable(enum address_class c) { return c < ADDRESS_CLASS_COUNT && classes[c].ownable; }

/* -- prefixes --------------------------------------------------------------------------------------- */

bool address_net_parse(const char *text, struct address_net *net)
{
	const char *slash = strchr(text, '/');
	char addr[TEXT_MAX], *end;
	size_t n = slash ? (size_t)(slash - text) : 0;
	bool v4 = strchr(text, ':') == NULL;
	unsigned long bits;

	if (n == 0 || n >= sizeof(addr) || digit(slash[1], 10) < 0)
		return false;
	memcpy(addr, text, n);
	addr[n] = '\0';
	bits = strtoul(slash + 1, &end, 10);
	if (*end != '\0' || bits > (v4 ? 32u : 128u) || !address_parse(addr, net->addr))
		return false;
	net->bits = (unsigned)bits + (v4 ? MAPPED_BITS : 0);
	return true;
}

bool address_net_holds(const struct address_net *net, const uint8_t addr[16])
{
	return same_bits(net->addr, addr, net->bits);
}
