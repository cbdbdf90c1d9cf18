/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ingest.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "ipc/link.h"
#include "ipc/msg.h"

/* Of live runs: what waits is written after a pause in the frames, or when it is this much. */
enum { INGEST_PAUSE_MS = 50, INGEST_WAITING = 8 << 20 };

/* What a sensor may tell of its interface. */
enum {
	SENSOR_TROUBLES =
		1u << TROUBLE_INTERFACE_DOWN | 1u << TROUBLE_INTERFACE_SILENT | 1u << TROUBLE_INTERFACE_LOST,
};

/* A live run whose sensor died, until the next one of that name has told so. */
struct dead {
	struct dead *next;
	char source[MSG_LABEL_MAX];
	unsigned count;
	int64_t from, to; /* nothing of that time may have been stored; microseconds UTC */
};

struct feed {
	struct feed *next;
	struct ingest *in;
	struct link *link;
	char label[MSG_LABEL_MAX];
	bool hello, replay, open;
	int64_t source, epoch;
	int64_t begun, heard; /* the source; the last frame of it */
	uint64_t seq, acked;
};

struct ingest {
	struct event_base *base;
	struct store *store;
	const struct ingest_hooks *hooks;
	void *arg;
	struct feed *feeds;
	struct dead *dead;
	int64_t window; /* the most that a sensor holds back, in microseconds */
	struct event *pause;
};

/* The database's own line says more than an errno. */
static bool failed(struct feed *f)
{
	f->in->hooks->broken(f->in->arg, store_error(f->in->store));
	return true; /* the frame was well formed */
}

static bool welcome(struct feed *f)
{
	struct msg_welcome m = { 0 };
	bool wants = false;
	struct wr w;

	if (store_client_key(f->in->store, f->replay, clock_wall(), &m.key, &m.epoch) != 0)
		return failed(f);
	if (f->hello && m.epoch == f->epoch)
		return true;
	if (f->replay && store_wants_sha256(f->in->store, &wants) != 0)
		return failed(f);
	m.sha256 = wants;
	f->hello = true;
	f->epoch = m.epoch;
	w = link_begin(f->link, MSG_WELCOME);
	msg_welcome_put(&w, &m);
	return link_send(f->link, &w, -1);
}

/* The label is the supervisor's word: "sensor[eth1#2]". */
static void source_of(const struct feed *f, char out[MSG_LABEL_MAX])
{
	const char *open = strchr(f->label, '[');
	size_t n = open ? strcspn(open + 1, "]") : 0;

	snprintf(out, MSG_LABEL_MAX, "%.*s", (int)n, open ? open + 1 : "");
}

/* What the sensor before it told cannot end any more: this one sees for itself. */
static bool begin_anew(struct feed *f)
{
	char source[MSG_LABEL_MAX];

	source_of(f, source);
	if (store_events_forget(f->in->store, SENSOR_TROUBLES, source, "抓包进程已重新启动,重新观察") != 0)
		return failed(f);
	f->in->hooks->events(f->in->arg);
	return true;
}

static bool take_hello(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_hello m;

	if (!msg_hello_get(body, &m) || f->hello)
		return false;
	f->replay = m.replay;
	return welcome(f) && (f->replay || begin_anew(f));
}

static bool take_event(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_event m;
	char source[MSG_LABEL_MAX];

	if (!msg_event_get(body, &m) || !f->hello || f->replay || !(SENSOR_TROUBLES & 1u << m.trouble))
		return false;
	source_of(f, source);
	const struct store_event e = { (enum trouble)m.trouble, source, m.raised, m.since, m.text };
	if (store_event(f->in->store, &e) != 0)
		return failed(f);
	f->in->hooks->events(f->in->arg);
	return true;
}

static bool take_begin(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_source m;
	struct wr w;

	if (!msg_source_get(body, &m) || !f->hello || f->open)
		return false;
	if (store_source_begin(f->in->store, m.name, f->replay, &f->source) != 0)
		return failed(f);
	f->open = true;
	f->begun = f->heard = clock_wall();
	f->seq = f->acked = 0;
	w = link_begin(f->link, MSG_SOURCE_GO);
	msg_id_put(&w, f->source);
	return link_send(f->link, &w, -1);
}

/* Says how far the store has got. False: the link is over. */
static bool acknowledge(struct feed *f)
{
	struct msg_ack ack = { f->source, f->seq };
	struct wr w;

	if (f->acked == f->seq)
		return true;
	f->acked = f->seq;
	w = link_begin(f->link, MSG_ACK);
	msg_ack_put(&w, &ack);
	return link_send(f->link, &w, -1);
}

/* Batches of a live run are acknowledged once they are on disk. */
static bool flush(struct feed *f)
{
	if (store_flush(f->in->store, f->source) != 0)
		return failed(f);
	f->in->hooks->changed(f->in->arg);
	return acknowledge(f);
}

static void on_pause(evutil_socket_t fd, short what, void *arg)
{
	struct ingest *in = arg;

	(void)fd, (void)what;
	for (struct feed *f = in->feeds; f; f = f->next)
		if (f->open && f->acked != f->seq && !flush(f))
			return;
}

static bool take_batch(void *arg, struct rd *body)
{
	static const struct timeval pause = { 0, INGEST_PAUSE_MS * 1000 };
	struct feed *f = arg;
	struct msg_batch m;
	int result;

	if (!msg_batch_get(body, &m) || !f->open || m.source != f->source)
		return false;
	result = store_take(f->in->store, m.source, m.seq, body, m.count);
	if (result == -EBADMSG || result == -EPROTO)
		return false;
	if (result != 0)
		return failed(f);
	f->seq = m.seq;
	f->heard = clock_wall();
	if (f->replay)
		return acknowledge(f);
	if (store_waiting(f->in->store, f->source) > INGEST_WAITING)
		return flush(f);
	if (!event_pending(f->in->pause, EV_TIMEOUT, NULL))
		event_add(f->in->pause, &pause);
	return true;
}

/* -- who died -------------------------------------------------------------------------------------- */

static struct dead **dead_of(struct ingest *in, const char *source)
{
	struct dead **at = &in->dead;

	while (*at && strcmp((*at)->source, source) != 0)
		at = &(*at)->next;
	return at;
}

static void forget_dead(struct dead **at)
{
	struct dead *d = *at;

	if (d == NULL)
		return;
	*at = d->next;
	free(d);
}

/* What it saw in the window before its last frame it had not handed on. */
static void note_dead(struct feed *f)
{
	char source[MSG_LABEL_MAX];
	struct dead **at, *d;

	source_of(f, source);
	at = dead_of(f->in, source);
	if (*at == NULL) {
		*at = xcalloc(1, sizeof(**at));
		snprintf((*at)->source, sizeof((*at)->source), "%s", source);
		(*at)->from = f->heard - f->in->window > f->begun ? f->heard - f->in->window : f->begun;
	}
	d = *at;
	d->count++;
	d->to = clock_wall();
}

/* As daemon/lookout.c, for the sensor that does not come any more. */
static int tell_dead(struct store *store, const struct dead *d)
{
	const struct store_counter c[] = {
		{ "worker-lost", d->count },
		{ "worker-lost-seconds", (uint64_t)(d->to > d->from ? d->to - d->from : 0) / 1000000 },
	};
	enum store_verdict verdict;
	int64_t source;
	int rc = store_source_begin(store, d->source, false, &source);

	if (rc == 0)
		rc = store_counters(store, source, c, sizeof(c) / sizeof(c[0]));
	return rc == 0 ? store_source_end(store, source, NULL, &verdict) : rc;
}

void ingest_settle(struct ingest *in)
{
	while (in->dead) {
		if (tell_dead(in->store, in->dead) != 0) {
			in->hooks->broken(in->arg, store_error(in->store));
			return;
		}
		forget_dead(&in->dead);
	}
}

/* Its first counters tell of those before it. */
static void heard(struct feed *f)
{
	char source[MSG_LABEL_MAX];

	source_of(f, source);
	forget_dead(dead_of(f->in, source));
	f->heard = clock_wall();
}

/* -- the frames, on -------------------------------------------------------------------------------- */

static bool take_counters(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_counters m;
	struct store_counter c[MSG_COUNTERS_MAX];

	if (!msg_counters_get(body, &m) || !f->open || m.source != f->source)
		return false;
	for (int i = 0; i < m.count; i++) {
		snprintf(c[i].name, sizeof(c[i].name), "%s", m.counter[i].name);
		c[i].value = m.counter[i].value;
	}
	if (store_counters(f->in->store, m.source, c, m.count) != 0)
		return failed(f);
	heard(f);
	return f->replay || flush(f);
}

_Static_assert(MSG_TAKEN == (int)STORE_TAKEN && MSG_KNOWN == (int)STORE_KNOWN &&
		       MSG_GIVEN_UP == (int)STORE_GIVEN_UP,
	       "the same verdicts");

static const char *or_null(const char *s) { return s[0] != '\0' ? s : NULL; }

static bool take_end(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_end m;
	struct store_identity id;
	enum store_verdict verdict;
	struct wr w;

	if (!msg_end_get(body, &m) || !f->open || m.source != f->source)
		return false;
	id = (struct store_identity){ or_null(m.digest), or_null(m.sha256) };
	if (store_source_end(f->in->store, m.source, f->replay ? &id : NULL, &verdict) != 0)
		return failed(f);
	f->open = false;
	if (!acknowledge(f))
		return false;
	w = link_begin(f->link, MSG_SOURCE_ENDED);
	msg_ended_put(&w, &(struct msg_ended){ m.source, (uint8_t)verdict });
	f->in->hooks->judged(f->in->arg);
	return link_send(f->link, &w, -1);
}

static const struct link_row rows[] = {
	{ MSG_HELLO, take_hello },       { MSG_SOURCE_BEGIN, take_begin }, { MSG_OBSERVED, take_batch },
	{ MSG_COUNTERS, take_counters }, { MSG_SOURCE_END, take_end },     { MSG_EVENT, take_event },
};

static void feed_free(struct feed *f)
{
	struct feed **at = &f->in->feeds;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	link_free(f->link);
	free(f);
}

/* A live run ends with its sensor; that it was its sensor's death is told later. A capture that is left
 * half-way is given up: it starts anew. */
static void feed_down(void *arg, const char *why)
{
	struct feed *f = arg;
	struct ingest *in = f->in;
	enum store_verdict verdict;

	if (why)
		log_error("%s 的报文不可信(%s),断开其链路", f->label, why);
	if (f->open && !f->replay)
		note_dead(f);
	if (f->open) {
		if (store_source_end(in->store, f->source, NULL, &verdict) != 0)
			failed(f);
		else
			in->hooks->judged(in->arg);
	}
	feed_free(f);
	in->hooks->gone(in->arg);
}

static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), feed_down, NULL };

struct ingest *ingest_new(struct event_base *base, struct store *store, const struct ingest_hooks *hooks,
			  void *arg, int64_t window)
{
	struct ingest *in = xcalloc(1, sizeof(*in));

	in->base = base;
	in->store = store;
	in->hooks = hooks;
	in->arg = arg;
	in->window = window;
	in->pause = evtimer_new(base, on_pause, in);
	return in;
}

void ingest_free(struct ingest *in)
{
	if (in == NULL)
		return;
	while (in->feeds)
		feed_free(in->feeds);
	while (in->dead)
		forget_dead(&in->dead);
	event_free(in->pause);
	free(in);
}

void ingest_attach(struct ingest *in, const char *label, int fd)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->in = in;
	snprintf(f->label, sizeof(f->label), "%s", label);
	f->next = in->feeds;
	in->feeds = f;
	f->link = link_new(in->base, fd, &table, f);
}

size_t ingest_sensors(const struct ingest *in)
{
	size_t n = 0;

	for (const struct feed *f = in->feeds; f; f = f->next)
		n++;
	return n;
}

void ingest_rotate(struct ingest *in)
{
	for (struct feed *f = in->feeds; f; f = f->next)
		if (f->hello && !f->replay && !welcome(f))
			return;
}
