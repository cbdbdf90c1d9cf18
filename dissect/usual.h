/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nearly all frames are, read in one go: TCP or UDP in one whole packet of IPv4 or IPv6, behind Ethernet
 * with two tags at the most. It stands where the layers (dissect/walk.h) would have come to, or is refused
 * and left to them: a short way, never another one.
 */
#ifndef DISSECT_USUAL_H
#define DISSECT_USUAL_H

#include "base/rd.h"
#include "dissect/dissect.h"

struct usual {
	struct dissect_flow flow;
	struct rd r;    /* as in struct walk, from the header of TCP or UDP on */
	size_t cut;     /* and this, */
	uint16_t ident; /* and this */
};

/* False: the layers must tell. */
bool usual_read(const struct dissect_packet *p, struct usual *u);

#endif
