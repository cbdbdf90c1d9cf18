/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IEEE 802.11: data frames that carry data and are not encrypted.
 */
#ifndef DISSECT_WIFI_H
#define DISSECT_WIFI_H

#include "dissect/walk.h"

void wifi_frame(struct walk *w);
/* The same with the octets of frame control exchanged, as Cisco's controllers send it. */
void wifi_swapped(struct walk *w);
/* Behind the header that a monitor interface writes (radiotap.org). */
void wifi_radiotap(struct walk *w);

#endif
