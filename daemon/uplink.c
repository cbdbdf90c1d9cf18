/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/uplink.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "ipc/link.h"

/*
 * Batches in flight (at most 64 KiB each) before reading pauses; it goes on at half of them. A capture file
 * can wait. An interface cannot: a store that is slow or stopped costs memory first, and packets only after
 * that.
 */
enum { UPLINK_FULL_REPLAY = 64, UPLINK_FULL_LIVE = 1024 };
/* Bytes that a replay lets wait here: a window is told in one go, and memory that was never used before costs
 * more than waiting. */
enum { UPLINK_QUEUED_REPLAY = 256 << 10 };

struct uplink {
	struct link *link;
	const struct uplink_hooks *hooks;
	void *arg;
	int64_t source;
	uint64_t seq, acked, full;
	struct wr batch;
	bool replay, asked, open, packing, ending, paused;
};

static bool take_welcome(void *arg, struct rd *body)
{
	struct uplink *u = arg;
	struct msg_welcome m;

	if (!msg_welcome_get(body, &m))
		return false;
	u->hooks->welcome(u->arg, &m);
	return true;
}

static bool take_go(void *arg, struct rd *body)
{
	struct uplink *u = arg;
	int64_t source;

	if (!msg_id_get(body, &source) || !u->asked)
		return false;
	u->asked = false;
	u->source = source;
	u->seq = u->acked = 0;
	u->open = true;
	u->hooks->go(u->arg);
	return true;
}

/* One acknowledgement may be for several batches. */
static bool take_ack(void *arg, struct rd *body)
{
	struct uplink *u = arg;
	struct msg_ack m;

	if (!msg_ack_get(body, &m))
		return false;
	if (m.source != u->source || m.seq <= u->acked || m.seq > u->seq)
		return false;
	u->acked = m.seq;
	if (u->paused && u->seq - u->acked <= u->full / 2) {
		u->paused = false;
		u->hooks->room(u->arg);
	}
	return true;
}

static bool take_ended(void *arg, struct rd *body)
{
	struct uplink *u = arg;
	struct msg_ended m;

	if (!msg_ended_get(body, &m) || m.source != u->source || !u->ending || u->acked != u->seq)
		return false;
	u->ending = u->open = false;
	u->hooks->ended(u->arg, (enum msg_verdict)m.verdict);
	return true;
}

static void down(void *arg, const char *why)
{
	struct uplink *u = arg;

	link_free(u->link);
	u->link = NULL;
	u->hooks->lost(u->arg, why);
}

static const struct link_row rows[] = {
	{ MSG_WELCOME, take_welcome },
	{ MSG_SOURCE_GO, take_go },
	{ MSG_ACK, take_ack },
	{ MSG_SOURCE_ENDED, take_ended },
};
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), down, NULL };

struct uplink *uplink_new(struct event_base *base, int fd, const struct uplink_hooks *hooks, void *arg)
{
	struct uplink *u = xcalloc(1, sizeof(*u));

	u->hooks = hooks;
	u->arg = arg;
	u->link = link_new(base, fd, &table, u);
	return u;
}

void uplink_free(struct uplink *u)
{
	if (u == NULL)
		return;
	link_free(u->link);
	free(u);
}

static void send_frame(struct uplink *u, const struct wr *w)
{
	if (!link_send(u->link, w, -1))
		fatal("报文超过上限,无法送往存储进程");
}

void uplink_hello(struct uplink *u, const char *label, bool replay)
{
	struct msg_hello m = { .replay = replay };
	struct wr w = link_begin(u->link, MSG_HELLO);

	u->replay = replay;
	u->full = replay ? UPLINK_FULL_REPLAY : UPLINK_FULL_LIVE;
	snprintf(m.label, sizeof(m.label), "%s", label);
	msg_hello_put(&w, &m);
	send_frame(u, &w);
}

void uplink_begin(struct uplink *u, const char *name)
{
	struct msg_source m;
	struct wr w;

	if (u->link == NULL)
		return;
	w = link_begin(u->link, MSG_SOURCE_BEGIN);
	snprintf(m.name, sizeof(m.name), "%s", name);
	msg_source_put(&w, &m);
	send_frame(u, &w);
	u->asked = true;
}

static void open_batch(struct uplink *u)
{
	struct msg_batch m = { .source = u->source, .seq = u->seq + 1 };

	u->batch = link_begin(u->link, MSG_OBSERVED);
	msg_batch_put(&u->batch, &m);
	u->packing = true;
}

void uplink_flush(struct uplink *u)
{
	if (!u->packing || u->link == NULL)
		return;
	u->packing = false;
	u->seq++;
	send_frame(u, &u->batch);
	if (u->replay)
		link_press(u->link, UPLINK_QUEUED_REPLAY);
}

void uplink_observe(struct uplink *u, const struct observation *o)
{
	if (u->link == NULL)
		return;
	if (!u->packing)
		open_batch(u);
	if (msg_batch_add(&u->batch, o))
		return;
	uplink_flush(u);
	open_batch(u);
	if (!msg_batch_add(&u->batch, o))
		fatal("一条观测超过报文上限");
}

void uplink_counters(struct uplink *u, struct msg_counters *m)
{
	struct wr w;

	uplink_flush(u);
	if (u->link == NULL)
		return;
	m->source = u->source;
	w = link_begin(u->link, MSG_COUNTERS);
	msg_counters_put(&w, m);
	send_frame(u, &w);
}

void uplink_event(struct uplink *u, const struct msg_event *m)
{
	struct wr w;

	uplink_flush(u);
	if (u->link == NULL)
		return;
	w = link_begin(u->link, MSG_EVENT);
	msg_event_put(&w, m);
	send_frame(u, &w);
}

void uplink_end(struct uplink *u, struct msg_end *m)
{
	struct wr w;

	uplink_flush(u);
	u->ending = true;
	if (u->link == NULL)
		return;
	w = link_begin(u->link, MSG_SOURCE_END);
	m->source = u->source;
	msg_end_put(&w, m);
	send_frame(u, &w);
}

bool uplink_open(const struct uplink *u) { return u != NULL && u->open && !u->ending; }

bool uplink_full(struct uplink *u)
{
	u->paused = u->seq - u->acked >= u->full;
	return u->paused;
}
