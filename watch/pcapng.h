/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng files (draft-ietf-opsawg-pcapng) with interfaces that differ in what libpcap wants to be one for a
 * file: link type and snapshot length. Read block by block, each interface with its own type and resolution
 * of time, each section in its own byte order. Hostile input; what is not well formed ends the reading.
 */
#ifndef WATCH_PCAPNG_H
#define WATCH_PCAPNG_H

#include <stdio.h>

#include "watch/capture.h"

struct pcapng; /* borrows the file */

/* f stands at its first byte. */
struct pcapng *pcapng_new(FILE *f);
void pcapng_free(struct pcapng *ng);
/* Hands up to `budget` packets to fn: how many; -1 at the end, -2 where a block is cut or lies. */
int pcapng_read(struct pcapng *ng, int budget, capture_fn *fn, void *arg);

#endif
