/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that many subjects share (protocol names, fingerprints, content types), each held once and known
 * by a number. A fixed amount of memory, taken once; all of it is given back when a window closes. Full is
 * a plain 0 for the caller to count.
 */
#ifndef WATCH_VALUES_H
#define WATCH_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

enum { VALUE_BYTES_MAX = 255 };

struct value_slot {
	uint32_t tag, value; /* value 0: free */
};

struct values {
	struct value_slot *slots; /* owned, open addressing */
	uint8_t *bytes;           /* owned: length and bytes of each value, one after the other */
	uint32_t mask, count, used, cap;
	struct hash_secret secret;
};

/* Room for `most` values of `bytes` in all. */
void values_init(struct values *v, uint32_t most, uint32_t bytes);
size_t values_size(uint32_t most, uint32_t bytes);
void values_clear(struct values *v);
void values_reset(struct values *v);
/* The number of these 1 to VALUE_BYTES_MAX bytes, from 1 on; 0 when there is no room. */
uint32_t values_number(struct values *v, const char *p, size_t n);
/* Its bytes, not NUL-terminated. */
const char *values_text(const struct values *v, uint32_t number, size_t *n);

#endif
