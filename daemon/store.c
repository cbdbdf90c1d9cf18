/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store process: the only writer of the database. Frames of the sensors come in through
 * ingest, alerts go out through outbox, people ask through control; the work itself is store/.
 * When the database fails, this process ends, and the service with it: nothing is acknowledged
 * that is not on disk.
 */
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/data.h"
#include "daemon/asked.h"
#include "daemon/control.h"
#include "daemon/ingest.h"
#include "daemon/lock.h"
#include "daemon/outbox.h"
#include "daemon/probing.h"
#include "daemon/role.h"
#include "ipc/command.h"
#include "probes/list.h"
#include "store/store.h"
#include "visit/preview.h"

enum {
	KEEPER_STOP_SECONDS = 5,    /* for the outbox to drain */
	KEEPER_ORPHAN_SECONDS = 12, /* for the sensors to leave when the supervisor is gone */
	KEEPER_KEY_SECONDS = 600,   /* how often the age of the client key is looked at */
	KEEPER_TRIES = 3,           /* of a replay, before it leaves undelivered entries for the next run */
};

/* An answer that is told in turns, so that batches, results and other people get theirs in between. */
struct turn {
	struct turn *next;
	struct client *c;
	struct answer *later;
};

struct keeper {
	struct role role;
	struct data data;
	bool data_loaded, replay, draining, settled;
	int lock;
	struct store *store;
	struct ingest *ingest;
	struct outbox *outbox;
	struct probing *probing;
	struct control *control;
	struct event *judge, *key, *deadline, *turn;
	struct turn *turns;       /* the first of them is next */
	struct asked *asked;      /* who waits for a probe */
	struct client *reloading; /* waits for the supervisor's answer to its `reload` */
	struct msg_roles roles;
};

static void broken(void *arg, const char *why)
{
	struct keeper *k = arg;

	if (k->role.status == 0)
		log_error("%s", why);
	role_quit(&k->role, EXIT_FAILED);
}

/* -- judgement ------------------------------------------------------------------------------------ */

static void judge_now(struct keeper *k)
{
	event_del(k->judge);
	if (store_judge(k->store) != 0) {
		broken(k, store_error(k->store));
	} else {
		outbox_pump(k->outbox);
		probing_pump(k->probing);
	}
}

static void on_judge(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	judge_now(arg);
}

/* A replay is judged at the end of each capture; a live run once in a while. */
static void on_changed(void *arg)
{
	struct keeper *k = arg;
	struct timeval wait = { (time_t)k->role.conf.store.judge_seconds, 0 };

	if (!k->replay && !event_pending(k->judge, EV_TIMEOUT, NULL))
		event_add(k->judge, &wait);
}

/* Something new may wait for the sinks, or for the prober. */
static void on_news(void *arg)
{
	struct keeper *k = arg;

	outbox_pump(k->outbox);
	probing_pump(k->probing);
}

static void on_key(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	ingest_rotate(((struct keeper *)arg)->ingest);
}

static void reply_line(void *arg, const char *json) { control_line(arg, json); }

/* A client waited for a job of its own. */
static void on_answered(void *arg, struct client *c, int64_t job)
{
	struct keeper *k = arg;
	struct store_reply r = { .line = reply_line, .arg = c };

	if (store_probe_tell(k->store, job, &r) != 0)
		broken(k, store_error(k->store));
	else
		asked_told(k->asked, c, r.error);
}

static void on_waited(void *arg, struct client *c, const char *why)
{
	struct keeper *k = arg;
	char none[STORE_ERROR_MAX];
	bool answered = asked_end(&k->asked, c, none);

	if (why == NULL && !answered)
		why = none;
	control_end(c, why != NULL, why);
}

/* -- the end -------------------------------------------------------------------------------------- */

/* Nothing more can be done now: leave, and say what is left over. */
static void leave(struct keeper *k)
{
	uint64_t left = 0;

	if (k->settled)
		return;
	k->settled = true;
	if (store_outbox_pending(k->store, &left) == 0 && left > 0)
		log_warn("还有 %llu 条预警未送达,留在数据库里,下次启动时再送", (unsigned long long)left);
	role_quit(&k->role, k->role.status);
}

static void settle(void *arg)
{
	struct keeper *k = arg;

	uint64_t left;

	if (!k->draining)
		return;
	if (outbox_settled(k->outbox, k->replay ? KEEPER_TRIES : 1) ||
	    (store_outbox_pending(k->store, &left) == 0 && left == 0))
		leave(k);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	leave(arg);
}

static void drain(struct keeper *k)
{
	struct timeval patience = { KEEPER_STOP_SECONDS, 0 };

	k->draining = true;
	event_add(k->deadline, &patience);
	ingest_settle(k->ingest);
	judge_now(k);
	outbox_hurry(k->outbox);
	settle(k);
}

static void on_gone(void *arg)
{
	struct keeper *k = arg;

	if (k->role.stopping && !k->draining && ingest_sensors(k->ingest) == 0 && !probing_linked(k->probing))
		drain(k);
}

/* The supervisor stops sensors and prober first. Without it, they notice by themselves, and end. */
static void stop(void *self)
{
	struct keeper *k = self;
	struct timeval patience = { KEEPER_ORPHAN_SECONDS, 0 };

	event_add(k->deadline, &patience);
	probing_stop(k->probing);
	on_gone(k);
}

static const struct ingest_hooks ingest_hooks = { on_changed, on_news, on_news, on_gone, broken };
static const struct outbox_hooks outbox_hooks = { settle, broken };
static const struct probing_hooks probing_hooks = { on_changed, on_answered, on_waited,
						    on_news,    on_gone,     broken };

/* -- beianctl ------------------------------------------------------------------------------------- */

static int64_t up_seconds(const struct msg_role *r)
{
	return r->pid == 0 ? 0 : (clock_wall() - r->since) / 1000000;
}

static void describe_role(const struct msg_role *r, struct buf *line)
{
	buf_reset(line);
	buf_puts(line, "{\"v\":1,\"process\":");
	buf_json(line, r->label, strlen(r->label));
	buf_printf(line, ",\"pid\":%u,\"restarts\":%u,\"up_seconds\":%lld}", r->pid, r->restarts,
		   (long long)up_seconds(r));
}

/* What only the running daemon knows stands behind the store's own lines of `status`. */
static void add_status(struct keeper *k, struct client *c)
{
	struct buf line = { 0 };

	for (int i = 0; i < k->roles.count; i++) {
		describe_role(&k->roles.role[i], &line);
		control_line(c, line.p);
	}
	buf_reset(&line);
	probing_describe(k->probing, &line);
	control_line(c, line.p);
	for (int i = 0; buf_reset(&line), outbox_describe(k->outbox, i, &line); i++)
		control_line(c, line.p);
	buf_clear(&line);
}

static void add_manners(struct keeper *k, struct client *c)
{
	struct buf line = { 0 };

	for (size_t i = 0; probing_manners(k->probing, i, &line); i++)
		control_line(c, line.p);
	buf_clear(&line);
}

static void ask_reload(struct keeper *k, struct client *c)
{
	if (k->role.super == NULL || k->role.stopping) {
		control_end(c, 1, "服务正在停止,不能重读配置");
		return;
	}
	if (k->reloading) {
		control_end(c, 1, "正在重读配置,请稍候再试");
		return;
	}
	k->reloading = c;
	link_signal(k->role.super, MSG_RELOAD_ASK);
}

static void hurry(struct keeper *k)
{
	static const struct timeval now = { 0, 0 };

	if (k->turns != NULL)
		event_add(k->turn, &now);
}

static void take_turns(struct keeper *k, struct client *c, struct answer *later)
{
	struct turn **at = &k->turns, *t = xcalloc(1, sizeof(*t));

	while (*at)
		at = &(*at)->next;
	*at = t;
	t->c = c;
	t->later = later;
	hurry(k);
}

/* One turn of one answer; who waits longest is next. */
static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct keeper *k = arg;
	struct turn *t = k->turns;
	struct store_reply r = { .line = reply_line, .arg = t->c };
	int code = store_answer_on(&t->later, &r);

	(void)fd, (void)what;
	k->turns = t->next;
	if (t->later != NULL)
		take_turns(k, t->c, t->later);
	else
		control_end(t->c, code, r.error);
	free(t);
	hurry(k);
}

static void leave_turns(struct keeper *k, const struct client *c)
{
	for (struct turn **at = &k->turns; *at;) {
		struct turn *t = *at;
		if (t->c != c) {
			at = &t->next;
			continue;
		}
		*at = t->next;
		store_answer_drop(t->later);
		free(t);
	}
	if (k->turns == NULL)
		event_del(k->turn);
}

static void answer(struct keeper *k, struct client *c, const struct command *row, int argc,
		   char *const argv[], int file)
{
	struct store_reply r = { .line = reply_line, .arg = c };
	struct answer *later;
	int code = store_answer_begin(k->store, row->name, argc, argv, file, &r, &later);

	if (later != NULL) {
		take_turns(k, c, later);
		return;
	}
	if (code == 0 && strcmp(row->name, "status") == 0)
		add_status(k, c);
	if (code == 0 && strcmp(row->name, "probes") == 0 && argc == 0)
		add_manners(k, c);
	control_end(c, code, r.error);
	if (row->writes) {
		probing_obey(k->probing); /* a judgement may take a while */
		judge_now(k);
	}
}

/* Its answer comes when the prober has one. */
static void ask_probe(struct keeper *k, struct client *c, const struct command *row, int argc,
		      char *const argv[])
{
	char error[STORE_ERROR_MAX + 64];
	int64_t job[STORE_ASK_MAX];
	size_t count;
	int code;

	if (argc > 0 && strcmp(argv[0], "--") == 0)
		argc--, argv++;
	if (argc != 1 || argv[0][0] == '-') {
		snprintf(error, sizeof(error), "参数不对,用法: beianctl %s %s", row->name, row->args);
		control_end(c, 2, error);
		return;
	}
	code = store_probe_ask(k->store, clock_wall(), argv[0], job, &count, error);
	if (code != 0 || k->role.stopping || !probing_linked(k->probing)) {
		control_end(c, code != 0 ? code : 1, code != 0 ? error : "探测进程没有就绪,请稍后再试");
		return;
	}
	asked_add(&k->asked, c);
	probing_wait(k->probing, job, count, c);
	probing_pump(k->probing);
}

static void on_request(void *arg, struct client *c, int argc, char *const argv[], int file)
{
	struct keeper *k = arg;
	int used = 0;
	const struct command *row = command_find(argc, argv, &used);

	if (row == NULL || row->place == COMMAND_LOCAL)
		control_end(c, 2, "没有这个命令,或它不经过守护进程");
	else if (row->file != COMMAND_NO_FILE && file < 0)
		control_end(c, 2, "这个命令需要一个文件");
	else if (strcmp(row->name, "probe") == 0)
		ask_probe(k, c, row, argc - used, argv + used);
	else if (row->place == COMMAND_DAEMON)
		ask_reload(k, c);
	else
		answer(k, c, row, argc - used, argv + used, row->file == COMMAND_NO_FILE ? -1 : file);
}

static void on_client_gone(void *arg, struct client *c)
{
	struct keeper *k = arg;
	char none[STORE_ERROR_MAX];

	if (k->reloading == c)
		k->reloading = NULL;
	leave_turns(k, c);
	asked_end(&k->asked, c, none);
	probing_forget(k->probing, c);
}

static void reloaded(void *self, const struct msg_result *m)
{
	struct keeper *k = self;

	if (k->reloading)
		control_end(k->reloading, m->code, m->why);
	k->reloading = NULL;
}

/* -- the role ------------------------------------------------------------------------------------- */

static void tell_probes(struct keeper *k)
{
	struct probe_row rows[PROBE_ROWS_MAX];

	store_probes(k->store, rows, probe_list(rows), visit_preview);
}

static int open_store(struct keeper *k)
{
	const struct conf *c = &k->role.conf;
	char error[STORE_ERROR_MAX];

	if (role_data(&k->role, c->paths.data, &k->data, error) != 0) {
		log_error("%s", error);
		return EXIT_CONFIG;
	}
	k->data_loaded = true;
	k->lock = lock_take(c->store.database, error);
	if (k->lock >= 0)
		k->store = store_open(c, &k->data, false, error);
	if (k->store != NULL) {
		tell_probes(k);
		return 0;
	}
	log_error("%s", error);
	return EXIT_FAILED;
}

static void timers(struct keeper *k)
{
	struct timeval often = { KEEPER_KEY_SECONDS, 0 };

	k->judge = evtimer_new(k->role.base, on_judge, k);
	k->deadline = evtimer_new(k->role.base, on_deadline, k);
	k->turn = evtimer_new(k->role.base, on_turn, k);
	k->key = event_new(k->role.base, -1, EV_PERSIST, on_key, k);
	event_add(k->key, &often);
}

/* arg[0] "--replay": captures, not interfaces. */
static int start(void *self)
{
	struct keeper *k = self;
	char error[CONTROL_ERROR_MAX];
	int status = open_store(k);

	if (status != 0)
		return status;
	k->replay = k->role.args > 0 && strcmp(k->role.arg[0], "--replay") == 0;
	timers(k);
	k->ingest = ingest_new(k->role.base, k->store, &ingest_hooks, k,
			       (int64_t)k->role.conf.sensor.window * 1000000);
	k->outbox = outbox_new(k->role.base, k->store, &k->role.conf, k->replay, &outbox_hooks, k);
	k->probing = probing_new(k->role.base, k->store, &k->role.conf, &probing_hooks, k);
	if (k->probing == NULL) {
		log_error("%s", store_error(k->store));
		return EXIT_FAILED;
	}
	k->control =
		control_new(k->role.base, k->role.conf.store.control, on_request, on_client_gone, k, error);
	if (k->control == NULL) {
		log_error("%s", error);
		return EXIT_FAILED;
	}
	if (!k->replay && store_events_forget(k->store, UINT_MAX, NULL, "服务已重新启动,重新观察") != 0) {
		log_error("%s", store_error(k->store));
		return EXIT_FAILED;
	}
	status = role_ready(&k->role);
	if (status == 0)
		judge_now(k); /* the configuration or the tables may be others than last time */
	return status;
}

static void peer(void *self, const struct msg_peer *p, int fd)
{
	struct keeper *k = self;

	if (p->role == ROLE_SENSOR)
		ingest_attach(k->ingest, p->label, fd);
	else if (p->role == ROLE_NOTIFIER)
		outbox_attach(k->outbox, fd);
	else if (p->role == ROLE_PROBER)
		probing_attach(k->probing, fd);
	else
		close(fd);
}

/* store/ borrows both, so the new ones are in place before the old ones go. */
static void reload(void *self, struct conf *fresh)
{
	struct keeper *k = self;
	struct conf old = k->role.conf;
	struct data data, old_data = k->data;
	char error[CONF_ERROR_MAX];

	if (role_data(&k->role, fresh->paths.data, &data, error) != 0) {
		log_error("%s;仍用原来的数据表", error);
		return;
	}
	k->role.conf = *fresh;
	k->data = data;
	store_configure(k->store, &k->role.conf, &k->data);
	probing_configure(k->probing, &k->role.conf);
	*fresh = old;
	data_clear(&old_data);
	judge_now(k);
}

static void event(void *self, const struct msg_event *m)
{
	struct keeper *k = self;
	const struct store_event e = { (enum trouble)m->trouble, m->what, m->raised, m->since, m->text };

	if (store_event(k->store, &e) != 0)
		broken(k, store_error(k->store));
	else
		outbox_pump(k->outbox);
}

static void roles(void *self, const struct msg_roles *m) { ((struct keeper *)self)->roles = *m; }

static const struct role_hooks hooks = {
	.start = start,
	.peer = peer,
	.stop = stop,
	.reload = reload,
	.roles = roles,
	.reloaded = reloaded,
	.event = event,
};

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

static void keeper_clear(struct keeper *k)
{
	control_free(k->control);
	ingest_free(k->ingest);
	probing_free(k->probing);
	asked_free(k->asked);
	outbox_free(k->outbox);
	store_close(k->store);
	if (k->data_loaded)
		data_clear(&k->data);
	free_event(k->judge);
	free_event(k->key);
	free_event(k->deadline);
	free_event(k->turn);
	if (k->lock >= 0)
		close(k->lock);
}

int store_run(const char *label)
{
	struct keeper k = { .role = { .id = ROLE_STORE, .label = label, .hooks = &hooks }, .lock = -1 };
	int status;

	k.role.self = &k;
	status = role_run(&k.role);
	keeper_clear(&k);
	role_clear(&k.role);
	return status;
}
