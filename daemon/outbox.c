/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/outbox.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "ipc/link.h"
#include "ipc/msg.h"
#include "notify/registry.h"

enum {
	OUTBOX_CHUNK = 16,    /* entries read from the database at once */
	OUTBOX_DOUBLINGS = 6, /* the wait grows to 64 times the first */
	OUTBOX_HASTY_MS = 50,
};

struct lane {
	struct outbox *o;
	const char *sink; /* NULL: this sink is off */
	int64_t after;    /* the youngest that was sent */
	unsigned in_flight;
	unsigned failures; /* in a row */
	bool failed;       /* one of those in flight failed: all after it come again */
	bool anew;         /* the next to be sent is the oldest again */
	bool waiting;      /* for the retry timer */
	bool empty;        /* the database had no more */
	struct event *retry;
	uint64_t delivered, failed_total;
};

struct outbox {
	struct event_base *base;
	struct store *store;
	const struct conf *conf;
	bool hasty;
	const struct outbox_hooks *hooks;
	void *arg;
	struct link *link;
	struct lane lane[NOTIFY_COUNT];
};

static void send_parts(struct outbox *o, struct msg_text *t)
{
	while (t->n > MSG_TEXT_MAX) {
		struct wr w = link_begin(o->link, MSG_PART);
		msg_text_put(&w, t->p, MSG_TEXT_MAX);
		(void)!link_send(o->link, &w, -1);
		t->p += MSG_TEXT_MAX;
		t->n -= MSG_TEXT_MAX;
	}
}

static void send_one(struct lane *l, const struct store_delivery *d)
{
	struct msg_deliver m = { .id = d->id, .anew = l->anew };
	struct wr w;

	snprintf(m.sink, sizeof(m.sink), "%s", l->sink);
	m.payload = (struct msg_text){ d->payload, strlen(d->payload) };
	send_parts(l->o, &m.payload);
	w = link_begin(l->o->link, MSG_DELIVER);
	msg_deliver_put(&w, &m);
	(void)!link_send(l->o->link, &w, -1);
	l->after = d->id;
	l->anew = false;
	l->in_flight++;
}

static void broken(struct outbox *o) { o->hooks->broken(o->arg, store_error(o->store)); }

/* Reads and sends one chunk; false when there is no more to send now. */
static bool pump_chunk(struct lane *l, size_t room)
{
	struct store_delivery chunk[OUTBOX_CHUNK];
	size_t want = room < OUTBOX_CHUNK ? room : OUTBOX_CHUNK;
	int n = store_outbox(l->o->store, l->sink, l->after, chunk, want);

	if (n < 0) {
		broken(l->o);
		return false;
	}
	for (int i = 0; i < n; i++) {
		send_one(l, &chunk[i]);
		free(chunk[i].payload);
	}
	l->empty = (size_t)n < want;
	return !l->empty;
}

static void pump_lane(struct lane *l)
{
	while (l->o->link && l->sink && !l->waiting && !l->failed && l->in_flight < l->o->conf->alert.pending)
		if (!pump_chunk(l, l->o->conf->alert.pending - l->in_flight))
			return;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct lane *l = arg;

	(void)fd, (void)what;
	l->waiting = false;
	pump_lane(l);
	l->o->hooks->settled(l->o->arg);
}

/* All in flight came back and one had failed: from the oldest again, after a while. */
static void back_off(struct lane *l)
{
	unsigned doublings = l->failures < OUTBOX_DOUBLINGS + 1 ? l->failures - 1 : OUTBOX_DOUBLINGS;
	uint64_t ms = (l->o->hasty ? OUTBOX_HASTY_MS : (uint64_t)l->o->conf->alert.retry_seconds * 1000)
		      << doublings;
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	l->failed = l->empty = false;
	l->anew = l->waiting = true;
	l->after = 0;
	event_add(l->retry, &wait);
}

static bool note(struct lane *l, const struct msg_delivered *m)
{
	bool ok = m->outcome == MSG_OUTCOME_OK;

	if (m->outcome == MSG_OUTCOME_HELD) {
		l->failed = true;
		return true;
	}
	if (ok && m->why[0])
		log_warn("%s", m->why);
	if (ok) {
		l->failures = 0;
		l->delivered++;
	} else {
		if (l->failures++ == 0)
			log_warn("预警暂未送出(%s),将自动重试:%s", l->sink, m->why);
		l->failed_total++;
		l->failed = true;
	}
	return store_delivered(l->o->store, m->id, ok, m->why) == 0;
}

static bool take_delivered(void *arg, struct rd *body)
{
	struct outbox *o = arg;
	struct msg_delivered m;
	struct lane *l;
	int i;

	if (!msg_delivered_get(body, &m))
		return false;
	i = notify_find(m.sink);
	l = i < 0 ? NULL : &o->lane[i];
	if (l == NULL || l->in_flight == 0)
		return false;
	l->in_flight--;
	if (!note(l, &m)) {
		broken(o);
		return true;
	}
	if (l->failed && l->in_flight == 0)
		back_off(l);
	pump_lane(l);
	o->hooks->settled(o->arg);
	return true;
}

static void down(void *arg, const char *why)
{
	struct outbox *o = arg;

	if (why)
		log_error("notifier 的报文不可信(%s),断开其链路", why);
	link_free(o->link);
	o->link = NULL;
}

static const struct link_row rows[] = { { MSG_DELIVERED, take_delivered } };
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), down, NULL };

struct outbox *outbox_new(struct event_base *base, struct store *store, const struct conf *conf, bool hasty,
			  const struct outbox_hooks *hooks, void *arg)
{
	struct outbox *o = xcalloc(1, sizeof(*o));
	struct notify_settings on = { conf->alert.file, conf->alert.syslog, conf->alert.facility };

	*o = (struct outbox){ base, store, conf, hasty, hooks, arg, NULL, { { 0 } } };
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		o->lane[i].o = o;
		o->lane[i].sink = notify_rows[i]->enabled(&on) ? notify_rows[i]->name : NULL;
		o->lane[i].retry = evtimer_new(base, on_retry, &o->lane[i]);
	}
	return o;
}

void outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	for (int i = 0; i < NOTIFY_COUNT; i++)
		event_free(o->lane[i].retry);
	link_free(o->link);
	free(o);
}

void outbox_attach(struct outbox *o, int fd)
{
	link_free(o->link);
	o->link = link_new(o->base, fd, &table, o);
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		struct lane *l = &o->lane[i];
		l->in_flight = 0;
		l->after = 0;
		l->failed = l->empty = false;
		l->anew = true;
		pump_lane(l);
	}
}

void outbox_pump(struct outbox *o)
{
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		o->lane[i].empty = false;
		pump_lane(&o->lane[i]);
	}
}

void outbox_hurry(struct outbox *o)
{
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		o->lane[i].failures = 0;
		o->lane[i].waiting = false;
		event_del(o->lane[i].retry);
	}
	outbox_pump(o);
}

bool outbox_settled(const struct outbox *o, unsigned tries)
{
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		const struct lane *l = &o->lane[i];
		if (l->sink && !(l->empty && l->in_flight == 0) && l->failures < tries)
			return false;
	}
	return true;
}

bool outbox_describe(struct outbox *o, int lane, struct buf *out)
{
	struct lane *l;

	if (lane >= NOTIFY_COUNT)
		return false;
	l = &o->lane[lane];
	buf_printf(out,
		   "{\"v\":1,\"sink\":\"%s\",\"on\":%s,\"in_flight\":%u,\"delivered\":%llu,\"failed\":%llu,"
		   "\"failures_in_a_row\":%u}",
		   notify_rows[lane]->name, l->sink ? "true" : "false", l->in_flight,
		   (unsigned long long)l->delivered, (unsigned long long)l->failed_total, l->failures);
	return true;
}
