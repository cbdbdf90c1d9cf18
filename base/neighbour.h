/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name that probes make up beside a host, "bdxxxxxxxx" in the place of its first label, to see whether
 * its server answers for every name. probes/ asks for it, store/ must know it again when a sensor sees it
 * asked for.
 */
#ifndef BASE_NEIGHBOUR_H
#define BASE_NEIGHBOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the host and its neighbour have in common: from the first dot on. NULL: the name has none. */
const char *neighbour_suffix(const char *host);
/* False: there is none, or it does not fit. */
bool neighbour_put(char *out, size_t cap, const char *host, uint32_t chance);
/* What it was made with. False: the name is not made that way. */
bool neighbour_get(const char *name, uint32_t *chance);

#endif
