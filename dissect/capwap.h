/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CAPWAP data (RFC 5415 section 4): what access points and their controller send each other, in fragments of
 * its own kind.
 */
#ifndef DISSECT_CAPWAP_H
#define DISSECT_CAPWAP_H

#include "dissect/walk.h"

/* Does r look like one? */
bool capwap_probe(struct rd r);
void capwap_frame(struct walk *w);

#endif
