/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A subject of the table as an observation, as others see it: its lists sorted, so that the order in which
 * things were seen does not show.
 */
#ifndef WATCH_SHOW_H
#define WATCH_SHOW_H

#include "watch/subject.h"

/* Names o as the first of a chain is called. */
void show_name(const struct subject *first, struct observation *o);
/* Fills in all else. */
void show_subject(const struct subjects *t, const struct subject *s, struct observation *o);

#endif
