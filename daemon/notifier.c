/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notifier process: alert events from the store's outbox out to the sinks. It keeps nothing:
 * what it did not confirm, the store sends again. Per sink the order holds: after a failure the
 * younger ones are held back, untried, until the store comes back with the one that failed.
 */
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "daemon/role.h"
#include "notify/registry.h"

enum { NOTIFIER_ALONE_SECONDS = 2 };

struct lane {
	void *sink;
	bool held; /* one failed: those behind it wait for the store to begin anew */
};

struct notifier {
	struct role role;
	struct link *store;
	struct event *alone; /* the store's link ended and nobody said why */
	struct lane lane[NOTIFY_COUNT];
	struct buf whole; /* parts of a long payload */
};

static void open_sinks(struct notifier *n)
{
	const struct conf *c = &n->role.conf;
	struct notify_settings settings = { c->alert.file, c->alert.syslog, c->alert.facility };

	for (int i = 0; i < NOTIFY_COUNT; i++)
		if (notify_rows[i]->enabled(&settings))
			n->lane[i].sink = notify_rows[i]->open(&settings);
}

static void close_sinks(struct notifier *n)
{
	for (int i = 0; i < NOTIFY_COUNT; i++) {
		if (n->lane[i].sink)
			notify_rows[i]->close(n->lane[i].sink);
		n->lane[i] = (struct lane){ 0 };
	}
}

static enum msg_outcome deliver(struct notifier *n, const struct msg_deliver *m, char why[MSG_WHY_MAX])
{
	int i = notify_find(m->sink);
	struct lane *lane = i < 0 ? NULL : &n->lane[i];
	char remark[NOTIFY_WHY_MAX] = "";
	bool ok;

	if (lane == NULL || lane->sink == NULL) {
		snprintf(why, MSG_WHY_MAX, "没有启用名为 %s 的告警出口", m->sink);
		return MSG_OUTCOME_FAILED;
	}
	if (lane->held && !m->anew)
		return MSG_OUTCOME_HELD;
	ok = notify_rows[i]->send(lane->sink, n->whole.len ? n->whole.p : "", n->whole.len, remark);
	snprintf(why, MSG_WHY_MAX, "%s", remark);
	lane->held = !ok;
	return ok ? MSG_OUTCOME_OK : MSG_OUTCOME_FAILED;
}

static bool take_part(void *arg, struct rd *body)
{
	struct notifier *n = arg;
	struct msg_text t;

	if (!msg_text_get(body, &t) || n->whole.len + t.n > MSG_WHOLE_MAX)
		return false;
	buf_add(&n->whole, t.p, t.n);
	return true;
}

static bool take_deliver(void *arg, struct rd *body)
{
	struct notifier *n = arg;
	struct msg_deliver m;
	struct msg_delivered answer = { 0 };
	struct wr w;

	if (!msg_deliver_get(body, &m) || n->whole.len + m.payload.n > MSG_WHOLE_MAX)
		return false;
	buf_add(&n->whole, m.payload.p, m.payload.n);
	answer.id = m.id;
	memcpy(answer.sink, m.sink, sizeof(answer.sink));
	answer.outcome = (uint8_t)deliver(n, &m, answer.why);
	buf_reset(&n->whole);
	w = link_begin(n->store, MSG_DELIVERED);
	msg_delivered_put(&w, &answer);
	return link_send(n->store, &w, -1);
}

static void on_alone(evutil_socket_t fd, short what, void *arg)
{
	struct notifier *n = arg;

	(void)fd, (void)what;
	log_error("与存储进程的链路已断");
	role_quit(&n->role, EXIT_FAILED);
}

/* A store that left in order: STOP follows. One that gave this link up: a new notifier gets a new one. */
static void store_down(void *arg, const char *why)
{
	struct notifier *n = arg;
	struct timeval patience = { NOTIFIER_ALONE_SECONDS, 0 };

	link_free(n->store);
	n->store = NULL;
	if (why)
		log_error("存储进程的报文不可信(%s)", why);
	if (why || n->role.stopping)
		role_quit(&n->role, why ? EXIT_FAILED : EXIT_DONE);
	else
		event_add(n->alone, &patience);
}

static const struct link_row rows[] = { { MSG_PART, take_part }, { MSG_DELIVER, take_deliver } };
static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), store_down, NULL };

static int start(void *self)
{
	struct notifier *n = self;

	n->alone = evtimer_new(n->role.base, on_alone, n);
	open_sinks(n);
	return role_ready(&n->role);
}

static void peer(void *self, const struct msg_peer *p, int fd)
{
	struct notifier *n = self;

	if (p->role != ROLE_STORE || n->store) {
		close(fd);
		return;
	}
	n->store = link_new(n->role.base, fd, &table, n);
}

/* Without a supervisor it stays for as long as the store still hands alerts over. */
static void stop(void *self)
{
	struct notifier *n = self;

	if (n->role.super != NULL || n->store == NULL)
		role_quit(&n->role, EXIT_DONE);
}

/* Options of [alert] need a new start. */
static void reload(void *self, struct conf *fresh) { (void)self, (void)fresh; }

static const struct role_hooks hooks = { .start = start, .peer = peer, .stop = stop, .reload = reload };

int notifier_run(const char *label)
{
	struct notifier n = { .role = { .id = ROLE_NOTIFIER, .label = label, .hooks = &hooks } };
	int status;

	n.role.self = &n;
	status = role_run(&n.role);
	close_sinks(&n);
	buf_clear(&n.whole);
	link_free(n.store);
	if (n.alone)
		event_free(n.alone);
	role_clear(&n.role);
	return status;
}
