/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/sensor.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "dissect/dissect.h"
#include "watch/ech.h"
#include "watch/held.h"
#include "watch/subject.h"

enum { SENSOR_QUIC_HELLOS = 2048 }; /* 20 MB at most; each lives for milliseconds */

struct sensor_core {
	void *memory; /* of dissect */
	struct dissect *dissect;
	struct aggregate *aggregate;
	struct identify *identify; /* borrowed, may be NULL */
};

static void take_message(void *arg, const struct dissect_message *m)
{
	struct sensor_core *s = arg;
	aggregate_message(s->aggregate, m);
}

/* A key of its own for each run makes a seed that nobody knows; the one of replays the same results each
 * time. */
static uint64_t seed_of(const struct hash_key *key)
{
	static const char what[] = "beiand dissect";

	return hash_keyed(key, what, sizeof(what));
}

static struct dissect_limits limits_of(const struct conf *conf)
{
	return (struct dissect_limits){
		.flows = conf->sensor.flows,
		.stream_bytes = conf->sensor.stream_kb * 1024,
		.buffers = conf->sensor.stream_buffers,
		.quic_hellos = SENSOR_QUIC_HELLOS,
	};
}

uint64_t sensor_core_bytes(const struct conf *conf)
{
	const struct dissect_limits limits = limits_of(conf);

	return dissect_size(&limits) + subjects_size(conf->sensor.subjects) + ech_bytes() +
	       HELD_MOST * sizeof(struct held_hello);
}

struct sensor_core *sensor_core_new(const struct conf *conf, struct identify *identify,
				    const struct hash_key *key, int64_t window_us, aggregate_fn *fn,
				    void *arg)
{
	struct dissect_limits limits = limits_of(conf);
	struct sensor_core *s = xcalloc(1, sizeof(*s));

	s->memory = xcalloc(1, dissect_size(&limits));
	limits.seed = seed_of(key);
	s->dissect = dissect_init(s->memory, &limits, take_message, s);
	s->aggregate = aggregate_new(conf->sensor.subjects, window_us, key, identify, fn, arg);
	aggregate_campus(s->aggregate, conf);
	s->identify = identify;
	if (identify != NULL)
		identify_count_anew(identify);
	return s;
}

void sensor_core_resolvers(struct sensor_core *s, const struct resolvers *table)
{
	aggregate_resolvers(s->aggregate, table);
}

void sensor_core_ech(struct sensor_core *s, struct ech *shared) { aggregate_ech(s->aggregate, shared); }

void sensor_core_as_seen(struct sensor_core *s) { aggregate_as_seen(s->aggregate); }

void sensor_core_own(struct sensor_core *s, const struct own *own) { aggregate_own(s->aggregate, own); }

void sensor_core_free(struct sensor_core *s)
{
	if (s == NULL)
		return;
	aggregate_free(s->aggregate);
	free(s->memory);
	free(s);
}

void sensor_core_packet(struct sensor_core *s, const struct dissect_packet *p)
{
	aggregate_tick(s->aggregate, p->time);
	dissect_packet(s->dissect, p);
}

static void take_packet(void *arg, const struct dissect_packet *p) { sensor_core_packet(arg, p); }

static void look_ahead(void *arg, const struct dissect_packet *p, size_t n)
{
	const struct sensor_core *s = arg;

	dissect_ahead(s->dissect, p, n);
}

int sensor_core_read(struct sensor_core *s, struct capture *c, int budget, char error[CAPTURE_ERROR_MAX])
{
	capture_ahead(c, look_ahead, s);
	return capture_read(c, budget, take_packet, s, error);
}

void sensor_core_tick(struct sensor_core *s, int64_t now)
{
	aggregate_judge(s->aggregate, now);
	aggregate_tick(s->aggregate, now);
}

void sensor_core_flush(struct sensor_core *s)
{
	dissect_finish(s->dissect);
	aggregate_flush(s->aggregate);
}

struct counter {
	const char *name;
	uint64_t value;
};

static void show(const struct counter *c, size_t n, sensor_counter_fn *fn, void *arg)
{
	for (size_t i = 0; i < n; i++)
		fn(arg, c[i].name, c[i].value);
}

static void show_dissect(const struct dissect_stats *d, sensor_counter_fn *fn, void *arg)
{
	const struct counter counters[] = {
		{ "packets", d->packets },
		{ "bytes", d->bytes },
		{ "flows", d->flows },
		{ "dns-query", d->messages[DISSECT_DNS_QUERY] },
		{ "dns-answer", d->messages[DISSECT_DNS_ANSWER] },
		{ "http-request", d->messages[DISSECT_HTTP] },
		{ "tls-hello", d->messages[DISSECT_TLS] },
		{ "quic-hello", d->messages[DISSECT_QUIC] },
		{ "dns-service", d->messages[DISSECT_DNS_SERVICE] },
		{ "http-answer", d->messages[DISSECT_HTTP_ANSWER] },
		{ "tls-cert", d->messages[DISSECT_TLS_CERT] },
		{ "http2-request", d->messages[DISSECT_HTTP2] },
	};

	show(counters, sizeof(counters) / sizeof(counters[0]), fn, arg);
	for (int o = 0; o < DISSECT_OUTCOME_COUNT; o++)
		fn(arg, dissect_outcome_name((enum dissect_outcome)o), d->outcomes[o]);
	for (int r = 0; r < DISSECT_REASON_COUNT; r++)
		fn(arg, dissect_reason_name((enum dissect_reason)r), d->reasons[r]);
}

static void show_details(const struct details_stats *d, sensor_counter_fn *fn, void *arg)
{
	const struct counter counters[] = {
		{ "details-more", d->more },
		{ "details-refused", d->refused },
		{ "details-unpaired", d->unpaired },
		{ "details-mixed", d->mixed },
		{ "details-evicted", d->evicted },
		{ "details-nameless", d->nameless },
		{ "hidden-dot", d->hidden_dot },
		{ "hidden-doh", d->hidden_doh },
		{ "hidden-doq", d->hidden_doq },
		{ "hidden-lookup", d->hidden_lookups },
		{ "hidden-designated", d->hidden_designated },
		{ "hidden-ech", d->hidden_ech },
		{ "ech-unproven", d->ech_unproven },
	};

	show(counters, sizeof(counters) / sizeof(counters[0]), fn, arg);
}

void sensor_core_counters(const struct sensor_core *s, struct capture *c, sensor_counter_fn *fn, void *arg)
{
	const struct aggregate_stats *a = aggregate_stats(s->aggregate);
	struct identify_stats i = { 0 };
	struct capture_stats kernel = { 0 };

	if (s->identify != NULL)
		i = *identify_stats(s->identify);
	if (c != NULL)
		capture_stats(c, &kernel);
	const struct counter counters[] = {
		{ "observations", a->observations },
		{ "subjects-evicted", a->evicted },
		{ "subjects-reserved", a->reserved },
		{ "links-more", a->links_more },
		{ "servers-more", a->servers_more },
		{ "clients-more", a->clients_more },
		{ "names-refused", a->names_refused },
		{ "late", a->late },
		{ "ech-hurried", a->hurried },
		{ "own-messages", a->own },
		{ "identify-gave-up", i.gave_up },
		{ "identify-text-cut", i.cut },
		{ "identify-name-refused", i.refused },
		{ "kernel-received", kernel.received },
		{ "kernel-drop", kernel.kernel_drop },
		{ "interface-drop", kernel.iface_drop },
		{ "prefiltered", kernel.prefiltered },
		{ "prefiltered-bytes", kernel.prefiltered_bytes },
		{ "prefilter-missing", kernel.unfiltered },
	};
	show_dissect(dissect_stats(s->dissect), fn, arg);
	show(counters, sizeof(counters) / sizeof(counters[0]), fn, arg);
	show_details(aggregate_details(s->aggregate), fn, arg);
}
