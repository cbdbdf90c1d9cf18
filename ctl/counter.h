/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each counter of a source says, in Chinese: those of the sensor (watch/sensor.h, daemon/sensor.c) and
 * those of the store (store/ingest.c).
 */
#ifndef CTL_COUNTER_H
#define CTL_COUNTER_H

#include <jansson.h>

/* One sentence; NULL: no counter of that name is known. */
const char *counter_zh(const char *name);
/* Of the `sources` of a status line those that are running, or the newest: an array of
 * {source, counter, value, text}, without what is zero. The caller drops it. */
json_t *counter_rows(const json_t *sources);
/* Rows {counter, value, text} of the counters in one object that are not zero; a new array. */
json_t *counter_rows_of(const json_t *object);

#endif
