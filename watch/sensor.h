/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sensor's pipeline, assembled once: capture -> dissect -> identify -> aggregate. Used by the
 * sensor process and by `beianctl observe`, so both see the same. Owns the memory of dissect and of
 * the observation table, sized by [sensor] of the configuration; allocates nothing per packet.
 * The clock is the packets' own.
 */
#ifndef WATCH_SENSOR_H
#define WATCH_SENSOR_H

#include "base/hash.h"
#include "conf/conf.h"
#include "watch/aggregate.h"
#include "watch/capture.h"
#include "watch/identify.h"

struct sensor_core;

/* Memory that one process takes at most by this configuration, without the kernel's ring. */
uint64_t sensor_core_bytes(const struct conf *conf);

/* `identify` is borrowed and may be NULL; `conf` and `key` are only read here. window_us 0: one
 * window until sensor_core_flush(). fn gets each observation, borrowed during the call. */
struct sensor_core *sensor_core_new(const struct conf *conf, struct identify *identify,
				    const struct hash_key *key, int64_t window_us, aggregate_fn *fn,
				    void *arg);
/* Names of encrypted resolvers, borrowed; before the first packet. */
void sensor_core_resolvers(struct sensor_core *s, const struct resolvers *table);
/* As aggregate_as_seen(); before the first packet. */
void sensor_core_as_seen(struct sensor_core *s);
/* As aggregate_ech(): sensor_core_tick() judges. */
void sensor_core_ech(struct sensor_core *s, struct ech *shared);
/* As aggregate_own(). */
void sensor_core_own(struct sensor_core *s, const struct own *own);
void sensor_core_free(struct sensor_core *s);

/* Reads up to `budget` packets and takes them through the pipeline; result and error as capture_read(). */
int sensor_core_read(struct sensor_core *s, struct capture *c, int budget, char error[CAPTURE_ERROR_MAX]);
/* One packet, for those who bring their own. */
void sensor_core_packet(struct sensor_core *s, const struct dissect_packet *p);
/* Live and silent: closes the windows that end before `now` though no packet says so; nobody has older ones
 * to read. */
void sensor_core_tick(struct sensor_core *s, int64_t now);
/* The input ends (or pauses): gives up half-seen messages, closes every window. Reading may go on
 * after it; the next packet opens the next window wherever its time lies. */
void sensor_core_flush(struct sensor_core *s);

typedef void sensor_counter_fn(void *arg, const char *name, uint64_t value);

/* Every counter by a stable name, in a fixed order, totals since sensor_core_new(): packets, bytes,
 * flows, messages of each kind, each reason why something was not analysed, what identify and
 * aggregate gave up, and with `c` (may be NULL) what the kernel dropped. */
void sensor_core_counters(const struct sensor_core *s, struct capture *c, sensor_counter_fn *fn, void *arg);

#endif
