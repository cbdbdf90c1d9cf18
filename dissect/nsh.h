/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network service header (RFC 8300): a path through service functions, before a packet.
 */
#ifndef DISSECT_NSH_H
#define DISSECT_NSH_H

#include "dissect/walk.h"

void nsh_header(struct walk *w);

#endif
