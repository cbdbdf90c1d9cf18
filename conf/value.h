/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is this text a well-formed host, suffix, CIDR block, package ...? Pure predicates on
 * NUL-terminated text, shared by the configuration, the data tables and the register's forms.
 * They judge the form only: whether a host exists or a package is installed is not asked.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 1035 section 2.3.1 letters, digits and hyphens, lower case, two labels or more, the last one not a
 * number. */
bool value_domain(const char *s);
/* As value_domain, but no suffix that thousands of organisations share: as a campus it would make every
 * school's hosts this school's own. */
bool value_campus(const char *s);
/* As value_domain, but '_' and one label alone are fine: names that servers in the wild carry. */
bool value_host(const char *s);
/* One DNS label in lower case. */
bool value_label(const char *s);
/* "10.0.0.0/8" or "2001:db8::/32": an address, a prefix length and no bits behind it. */
bool value_cidr(const char *s);
/* As value_cidr, and no more than a campus can own: /8 and smaller, in IPv6 /7 (all private addresses) and
 * smaller; what reaches into ::ffff:0:0/96 is as large as the IPv4 in it. */
bool value_campus_prefix(const char *s);
bool value_ip(const char *s);
bool value_opt_out(const char *s); /* a domain, an address or a block of them */
/* Is the address `ip` the address `net`, or in the block? */
bool value_net_holds(const char *net, const char *ip);
bool value_path(const char *s);      /* absolute, no empty or ".." part */
bool value_socket(const char *s);    /* a path that fits into sockaddr_un (107 bytes) */
bool value_interface(const char *s); /* a network interface name as the kernel allows it */
bool value_facility(const char *s);  /* local0 .. local7 */
bool value_level(const char *s);     /* error warn info debug */
bool value_switch(const char *s);    /* on off */
bool value_port(const char *s);      /* 1 .. 65535, no zeros in front */
bool value_resolver(const char *s);  /* an address, perhaps with a port: "10.0.0.53:53", "[2001:db8::1]:53",
					"fe80::1%eth0" */
bool value_hours(const char *s);     /* "08:00-22:00", "22:00-06:00", "00:00-24:00" */
bool value_endpoint(const char *s);  /* an http or https URL with a host, printable ASCII */
bool value_contact(const char *s);   /* the same, or a mail address: it stands in a header field */
bool value_word(const char *s);      /* letters, digits, '-', '_' and '.', at most 64 */
/* Android application id or iOS bundle id: two parts or more; parts as the platform allows. */
bool value_package(const char *s);
bool value_bundle(const char *s);

#endif
