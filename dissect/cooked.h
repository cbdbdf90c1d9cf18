/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that a capturing system makes up: what it knows of a packet stands before it in place of a frame.
 */
#ifndef DISSECT_COOKED_H
#define DISSECT_COOKED_H

#include "dissect/walk.h"

/* BSD's loopback. */
void cooked_null(struct walk *w);
/* Linux, any interface; and its version 2. */
void cooked_sll(struct walk *w);
void cooked_sll2(struct walk *w);
/* Linux's packet filter. */
void cooked_nflog(struct walk *w);
/* macOS, any interface. */
void cooked_pktap(struct walk *w);

#endif
