/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf/value.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	LABEL_MAX = 63,
	NAME_MAX_LEN = 253,
	WORD_MAX = 64,
	PACKAGE_MAX = 255,
	URL_MAX = 256,
	SOCKET_PATH_MAX = 107
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

static bool label_ok(const char *s, size_t n, bool underscore)
{
	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_lower(s[i]) && !is_digit(s[i]) && s[i] != '-' && !(underscore && s[i] == '_'))
			return false;
	return true;
}

static bool all_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digit(s[i]))
			return false;
	return true;
}

/* Counts the labels; 0 when one is malformed or the last is a number (an IPv4 address is no name). */
static size_t labels(const char *s, bool underscore)
{
	size_t count = 0, n;

	if (strlen(s) > NAME_MAX_LEN)
		return 0;
	for (;; s += n + 1) {
		n = strcspn(s, ".");
		if (!label_ok(s, n, underscore))
			return 0;
		count++;
		if (s[n] == '\0')
			return all_digits(s, n) ? 0 : count;
	}
}

bool value_domain(const char *s) { return labels(s, false) >= 2; }

bool value_campus(const char *s)
{
	static const char *const shared[] = { "edu.cn", "com.cn", "net.cn", "org.cn", "gov.cn",
					      "ac.cn",  "mil.cn", "edu.hk", "edu.mo", "edu.tw" };
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (strcmp(shared[i], s) == 0)
			return false;
	return value_domain(s);
}

bool value_host(const char *s) { return labels(s, true) >= 1; }

bool value_label(const char *s) { return label_ok(s, strlen(s), false); }

bool value_ip(const char *s)
{
	uint8_t a[16];
	return inet_pton(AF_INET, s, a) == 1 || inet_pton(AF_INET6, s, a) == 1;
}

static bool host_bits_clear(const uint8_t *a, size_t bytes, unsigned long bits)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned long first = i * 8;
		unsigned keep = bits <= first ? 0 : bits - first >= 8 ? 8 : (unsigned)(bits - first);
		if (a[i] & (0xffu >> keep))
			return false;
	}
	return true;
}

bool value_cidr(const char *s)
{
	char addr[INET6_ADDRSTRLEN];
	const char *slash = strchr(s, '/');
	uint8_t a[16];
	size_t n = slash ? (size_t)(slash - s) : 0, digits = slash ? strlen(slash + 1) : 0;
	unsigned long bits;
	int family = memchr(s, ':', n) ? AF_INET6 : AF_INET;

	if (n == 0 || n >= sizeof(addr) || digits == 0 || digits > 3 || !all_digits(slash + 1, digits))
		return false;
	memcpy(addr, s, n);
	addr[n] = '\0';
	bits = strtoul(slash + 1, NULL, 10);
	if (inet_pton(family, addr, a) != 1 || bits > (family == AF_INET ? 32u : 128u))
		return false;
	return host_bits_clear(a, family == AF_INET ? 4 : 16, bits);
}

bool value_opt_out(const char *s) { return value_domain(s) || value_ip(s) || value_cidr(s); }

bool value_net_holds(const char *net, const char *ip)
{
	const char *slash = strchr(net, '/');
	char text[INET6_ADDRSTRLEN];
	size_t n = slash ? (size_t)(slash - net) : strlen(net);
	int family = memchr(net, ':', n) ? AF_INET6 : AF_INET;
	unsigned long bits = slash ? strtoul(slash + 1, NULL, 10) : family == AF_INET ? 32 : 128;
	uint8_t a[16] = { 0 }, b[16] = { 0 };

	if (n >= sizeof(text) || !(slash ? value_cidr(net) : value_ip(net)))
		return false;
	memcpy(text, net, n);
	text[n] = '\0';
	if (inet_pton(family, text, a) != 1 || inet_pton(family, ip, b) != 1)
		return false;
	for (size_t i = 0; i < sizeof(a); i++)
		b[i] ^= a[i];
	for (size_t i = 0; i < bits / 8; i++)
		if (b[i] != 0)
			return false;
	return bits % 8 == 0 || b[bits / 8] >> (8 - bits % 8) == 0;
}

/* Does a block of IPv6 reach into ::ffff:0:0/96, by which IPv4 is known (RFC 4291 section 2.5.5.2)? */
static bool meets_ipv4(const char *s)
{
	char addr[INET6_ADDRSTRLEN];
	size_t n = strcspn(s, "/");

	if (n >= sizeof(addr))
		return false;
	memcpy(addr, s, n);
	addr[n] = '\0';
	return value_net_holds(s, "::ffff:0:0") || value_net_holds("::ffff:0:0/96", addr);
}

bool value_campus_prefix(const char *s)
{
	unsigned long least = 8;

	if (!value_cidr(s))
		return false;
	if (strchr(s, ':'))
		least = meets_ipv4(s) ? 96 + 8 : 7;
	return strtoul(strchr(s, '/') + 1, NULL, 10) >= least;
}

bool value_path(const char *s)
{
	size_t n = strlen(s);
	if (s[0] != '/' || n > 4000 || strstr(s, "//") != NULL || strstr(s, "/../") != NULL)
		return false;
	return n < 3 || strcmp(s + n - 3, "/..") != 0;
}

bool value_socket(const char *s) { return value_path(s) && strlen(s) <= SOCKET_PATH_MAX; }

bool value_interface(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && n < IF_NAMESIZE && strpbrk(s, "/: \t") == NULL && strcmp(s, ".") != 0 &&
	       strcmp(s, "..") != 0;
}

bool value_facility(const char *s)
{
	return strlen(s) == 6 && strncmp(s, "local", 5) == 0 && s[5] >= '0' && s[5] <= '7';
}

bool value_level(const char *s)
{
	static const char *const levels[] = { "error", "warn", "info", "debug" };
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(s, levels[i]) == 0)
			return true;
	return false;
}

bool value_switch(const char *s) { return strcmp(s, "on") == 0 || strcmp(s, "off") == 0; }

bool value_port(const char *s)
{
	size_t n = strspn(s, "0123456789");
	long port = n >= 1 && n <= 5 && s[n] == '\0' && s[0] != '0' ? strtol(s, NULL, 10) : 0;

	return port >= 1 && port <= 65535;
}

/* A link-local address is one only together with its interface (RFC 4007 section 11); no other has one. */
static bool is_server_ip(const char *s)
{
	const char *zone = strchr(s, '%');
	size_t n = zone ? (size_t)(zone - s) : strlen(s);
	char addr[INET6_ADDRSTRLEN];
	struct in6_addr v6;

	if (n >= sizeof(addr))
		return false;
	memcpy(addr, s, n);
	addr[n] = '\0';
	if (inet_pton(AF_INET6, addr, &v6) == 1 && IN6_IS_ADDR_LINKLOCAL(&v6))
		return zone != NULL && value_interface(zone + 1);
	return zone == NULL && value_ip(addr);
}

/* "A", "A:PORT" for IPv4, "[A]:PORT" and "A" for IPv6. */
bool value_resolver(const char *s)
{
	char addr[INET6_ADDRSTRLEN + IF_NAMESIZE];
	bool bracket = *s == '[';
	const char *start = s + bracket, *end = bracket ? strchr(s, ']') : strchr(s, ':');
	size_t n;

	if (is_server_ip(s))
		return true;
	n = end ? (size_t)(end - start) : sizeof(addr);
	if (n >= sizeof(addr) || (bracket && end[1] != ':'))
		return false;
	memcpy(addr, start, n);
	addr[n] = '\0';
	return is_server_ip(addr) && (strchr(addr, ':') != NULL) == bracket && value_port(end + 1 + bracket);
}

/* "HH:MM" up to 24:00; minutes of the day, or -1. */
static int day_minute(const char *s)
{
	int h, m;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : s[i] < '0' || s[i] > '9')
			return -1;
	h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
	return m < 60 && h * 60 + m <= 24 * 60 ? h * 60 + m : -1;
}

bool value_hours(const char *s)
{
	int from = day_minute(s), to;

	if (from < 0 || s[5] != '-')
		return false;
	to = day_minute(s + 6);
	return to >= 0 && s[11] == '\0' && from != to && from < 24 * 60;
}

static bool is_graphic(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* "HOST", "HOST:PORT", "[IPV6]:PORT" of n bytes: is the port one, if it is there? */
static bool port_fits(const char *s, size_t n)
{
	const char *start = *s == '[' ? memchr(s, ']', n) : s,
		   *colon = start ? memchr(start, ':', n - (size_t)(start - s)) : NULL;
	size_t len = colon ? n - (size_t)(colon + 1 - s) : 0;
	char port[6];

	if (colon == NULL)
		return start != NULL;
	if (len >= sizeof(port))
		return false;
	memcpy(port, colon + 1, len);
	port[len] = '\0';
	return value_port(port);
}

bool value_endpoint(const char *s)
{
	size_t scheme = strncmp(s, "https://", 8) == 0 ? 8 : strncmp(s, "http://", 7) == 0 ? 7 : 0;
	size_t n = strcspn(s + scheme, "/?#@");

	return scheme > 0 && strlen(s) < URL_MAX && is_graphic(s) && n > 0 && s[scheme + n] != '@' &&
	       port_fits(s + scheme, n);
}

bool value_contact(const char *s)
{
	const char *at = strchr(s, '@');

	if (strpbrk(s, "()<>\"\\") != NULL) /* it stands inside a comment: RFC 9110 section 5.6.5 */
		return false;
	return value_endpoint(s) ||
	       (at != NULL && at > s && strlen(s) < URL_MAX && is_graphic(s) && value_domain(at + 1));
}

bool value_word(const char *s)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n; i++)
		if (!is_alpha(s[i]) && !is_digit(s[i]) && strchr("-_.", s[i]) == NULL)
			return false;
	return n > 0 && n <= WORD_MAX;
}

/* Parts between dots, each of letters, digits and `extra`; `start` tells what may open a part. */
static bool dotted(const char *s, const char *extra, bool (*start)(char))
{
	size_t parts = 0;
	if (strlen(s) > PACKAGE_MAX)
		return false;
	for (;; parts++, s++) {
		if (!start(*s))
			return false;
		while (is_alpha(*s) || is_digit(*s) || (*s != '\0' && strchr(extra, *s)))
			s++;
		if (*s != '.')
			return *s == '\0' && parts >= 1;
	}
}

static bool starts_package(char c) { return is_alpha(c); }
static bool starts_bundle(char c) { return is_alpha(c) || is_digit(c) || c == '-'; }

bool value_package(const char *s) { return dotted(s, "_", starts_package); }

bool value_bundle(const char *s) { return dotted(s, "-_", starts_bundle); }
