/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MPLS label stacks (RFC 3032) with IP or a pseudo-wire behind them.
 */
#ifndef DISSECT_MPLS_H
#define DISSECT_MPLS_H

#include "dissect/walk.h"

void mpls_stack(struct walk *w);

#endif
