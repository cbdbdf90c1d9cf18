/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What counts as the name of a host that somebody could have filed: letters, digits, hyphen and
 * underscore in two or more labels, not an address, not a name that only means something locally.
 * Everything else is refused, never guessed. Output is lower case, without trailing dot or port.
 */
#ifndef WATCH_HOSTNAME_H
#define WATCH_HOSTNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOSTNAME_MAX = 256 };

/* From a DNS question or a server name. False: out is "". */
bool hostname_take(char out[HOSTNAME_MAX], const uint8_t *p, size_t n);
/* Quickly: is this a name of a host already, as hostname_take() would write it? False: that has to tell. The
 * n bytes stand in more room than they need, for some behind them are read too. */
bool hostname_is_plain(const uint8_t p[HOSTNAME_MAX], size_t n);
/* From a Host field: `name` or `name:port` (RFC 9110 section 7.2). */
bool hostname_take_authority(char out[HOSTNAME_MAX], const uint8_t *p, size_t n);
/* From a URL or bare host as it stands in another URL's query, percent-encoded up to twice. */
bool hostname_take_encoded(char out[HOSTNAME_MAX], const uint8_t *p, size_t n);

#endif
