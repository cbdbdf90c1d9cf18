/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Are two pages the same but for tokens and dates? Each is cut at its tags; what counts is how many pieces
 * they share. Fixed memory; of a longer page the first ALIKE_PIECES_MAX pieces are compared.
 */
#ifndef PROBES_ALIKE_H
#define PROBES_ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALIKE_PIECES_MAX = 8192, ALIKE_PERCENT = 90 };

struct alike {
	uint64_t piece[ALIKE_PIECES_MAX]; /* hashes, sorted */
	size_t count, bytes;
	uint64_t whole;
};

void alike_read(struct alike *a, const uint8_t *page, size_t n);
/* Neither empty; equal, or at least ALIKE_PERCENT of the pieces in common. */
bool alike_is(const struct alike *a, const struct alike *b);

#endif
