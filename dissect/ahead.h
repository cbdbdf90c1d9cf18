/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which flow a packet that comes soon is of, as far as a short look tells: Ethernet with a tag or two, and
 * what is usual behind them. The tables ask for that flow's memory meanwhile. A guess that is missing, or
 * wrong, costs time and nothing else.
 */
#ifndef DISSECT_AHEAD_H
#define DISSECT_AHEAD_H

#include "base/rd.h"
#include "dissect/dissect.h"

/* False: it is not guessed. *rest: what is behind the ports. */
bool ahead_flow(const struct dissect_packet *p, struct dissect_flow *f, struct rd *rest);

#endif
