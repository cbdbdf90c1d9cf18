/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tables of dissect/ hash with: no table of another folder, no output depends on it.
 */
#ifndef DISSECT_MIX_H
#define DISSECT_MIX_H

#include <stdint.h>

/* Both halves of the product: every bit of either factor reaches every bit. */
static inline uint64_t mix_product(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide m = (wide)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

#endif
