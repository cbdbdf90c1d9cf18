/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "ipc/link.h"
#include "ipc/msg.h"

struct feed {
	struct feed *next;
	struct ingest *in;
	struct link *link;
	char label[MSG_LABEL_MAX];
	bool hello, replay, open;
	int64_t source, epoch;
};

struct ingest {
	struct event_base *base;
	struct store *store;
	const struct ingest_hooks *hooks;
	void *arg;
	struct feed *feeds;
	struct observation *batch; /* MSG_BATCH_MAX of them */
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The database's own line says more than an errno. */
static bool failed(struct feed *f)
{
	f->in->hooks->broken(f->in->arg, store_error(f->in->store));
	return true; /* the frame was well formed */
}

static bool welcome(struct feed *f)
{
	struct msg_welcome m = { 0 };
	struct wr w;

	if (store_client_key(f->in->store, f->replay, now_us(), &m.key, &m.epoch) != 0)
		return failed(f);
	if (f->hello && m.epoch == f->epoch)
		return true;
	f->hello = true;
	f->epoch = m.epoch;
	w = link_begin(f->link, MSG_WELCOME);
	msg_welcome_put(&w, &m);
	return link_send(f->link, &w, -1);
}

static bool take_hello(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_hello m;

	if (!msg_hello_get(body, &m) || f->hello)
		return false;
	f->replay = m.replay;
	return welcome(f);
}

static bool take_begin(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_source m;
	struct msg_go go = { 0 };
	enum store_verdict verdict;
	struct wr w;

	if (!msg_source_get(body, &m) || !f->hello || f->open || (m.digest[0] != '\0') != f->replay)
		return false;
	if (store_source_begin(f->in->store, m.name, f->replay ? m.digest : NULL, &go.source, &verdict) != 0)
		return failed(f);
	go.skip = verdict == STORE_SKIP;
	f->open = !go.skip;
	f->source = go.source;
	w = link_begin(f->link, MSG_SOURCE_GO);
	msg_go_put(&w, &go);
	return link_send(f->link, &w, -1);
}

static bool take_batch(void *arg, struct rd *body)
{
	struct feed *f = arg;
	struct msg_batch m;
	struct msg_ack ack;
	struct wr w;

	if (!msg_batch_get(body, &m, f->in->batch) || !f->open || m.source != f->source)
		return false;
	if (store_batch(f->in->store, m.source, m.seq, f->in->batch, m.count) != 0)
		return failed(f);
	ack = (struct msg_ack){ m.source, m.seq };
	w = link_begin(f->link, MSG_ACK);
	msg_ack_put(&w, &ack);
	f->in->hooks->changed(f->in->arg);
	return link_send(f->link, &w, -1);
}

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
	return store_counters(f->in->store, m.source, c, m.count) == 0 || failed(f);
}

static bool take_end(void *arg, struct rd *body)
{
	struct feed *f = arg;
	int64_t source;
	struct wr w;

	if (!msg_id_get(body, &source) || !f->open || source != f->source)
		return false;
	if (store_source_end(f->in->store, source) != 0)
		return failed(f);
	f->open = false;
	w = link_begin(f->link, MSG_SOURCE_ENDED);
	msg_id_put(&w, source);
	f->in->hooks->judged(f->in->arg);
	return link_send(f->link, &w, -1);
}

static const struct link_row rows[] = {
	{ MSG_HELLO, take_hello },       { MSG_SOURCE_BEGIN, take_begin }, { MSG_OBSERVED, take_batch },
	{ MSG_COUNTERS, take_counters }, { MSG_SOURCE_END, take_end },
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

/* A live run ends with its sensor. A capture that is left half-way stays so: it starts anew. */
static void feed_down(void *arg, const char *why)
{
	struct feed *f = arg;
	struct ingest *in = f->in;

	if (why)
		log_error("%s 的报文不可信(%s),断开其链路", f->label, why);
	if (f->open && !f->replay) {
		if (store_source_end(in->store, f->source) != 0)
			failed(f);
		else
			in->hooks->judged(in->arg);
	}
	feed_free(f);
	in->hooks->gone(in->arg);
}

static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), feed_down, NULL };

struct ingest *ingest_new(struct event_base *base, struct store *store, const struct ingest_hooks *hooks,
			  void *arg)
{
	struct ingest *in = xcalloc(1, sizeof(*in));

	in->base = base;
	in->store = store;
	in->hooks = hooks;
	in->arg = arg;
	in->batch = xcalloc(MSG_BATCH_MAX, sizeof(*in->batch));
	return in;
}

void ingest_free(struct ingest *in)
{
	if (in == NULL)
		return;
	while (in->feeds)
		feed_free(in->feeds);
	free(in->batch);
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
