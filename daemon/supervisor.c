/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/supervisor.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/log.h"
#include "daemon/check.h"
#include "daemon/child.h"
#include "daemon/manager.h"
#include "daemon/role.h"
#include "watch/ech.h"

enum {
	BACKOFF_MAX_MS = 30000,
	BACKOFF_REPLAY_MAX_MS = 1000,
	REPLAY_RESTARTS = 8, /* of the sensor in a row, before a replay is given up */
	START_SECONDS = 10,  /* a sensor that takes longer to begin is not waited for */
	STOP_SENSOR_SECONDS = 12,
	STOP_PROBER_SECONDS = 3, /* behind the last sensor */
	STOP_STORE_SECONDS = 20,
	STOP_NOTIFIER_SECONDS = 3,
};

enum phase {
	PHASE_RUN,
	PHASE_STOP_SOURCES, /* whoever tells the store something: sensors, prober */
	PHASE_STOP_STORE,
	PHASE_STOP_NOTIFIER
};

struct supervisor {
	const struct supervisor_job *job;
	struct event_base *base;
	struct child *child; /* [0] store, [1] notifier, then the sensors, then the prober if there is one */
	size_t count, sensors;
	int tables; /* daemon/tables.h */
	int ech;    /* what live sensors share (watch/ech.h); negative: nothing */
	enum phase phase;
	bool announced, partial, told_to_stop; /* the last: by a signal */
	int status;
	struct event *sig_child, *sig_term, *sig_int, *sig_hup, *deadline, *watchdog;
};

enum { STORE, NOTIFIER, SENSORS };

static bool replaying(const struct supervisor *sv) { return sv->job->files != NULL; }

static void leave(struct supervisor *sv, int status)
{
	sv->status = status;
	event_base_loopbreak(sv->base);
}

static void tell_roles(struct supervisor *sv) { child_tell_roles(&sv->child[STORE], sv->child, sv->count); }

/* -- start ---------------------------------------------------------------------------------------- */

static const struct link_table child_table;

static void start_later(struct child *c);

static void start(struct child *c)
{
	struct supervisor *sv = c->owner;

	if (child_start(c, sv->base, &child_table) != 0) {
		tell_roles(sv);
		if (c->role == ROLE_STORE)
			leave(sv, EXIT_FAILED);
		else
			start_later(c);
		return;
	}
	if (!child_brief(c, sv->job, sv->tables)) {
		log_error("配置或文件名太长(一条报文最多 %d 字节),请精简", LINK_BODY_MAX);
		leave(sv, EXIT_CONFIG);
		return;
	}
	if (c->role != ROLE_STORE)
		child_connect(c, &sv->child[STORE]);
	tell_roles(sv);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct child *c = arg;

	(void)fd, (void)what;
	c->restarts++;
	start(c);
}

/* At least one sensor, if there are any, is ready, and none of them is still on its way, unless it hangs. */
static bool listens(const struct supervisor *sv)
{
	size_t ready = 0, failed = 0;

	for (size_t i = 0; i < sv->sensors; i++) {
		const struct child *c = &sv->child[SENSORS + i];
		ready += c->ready;
		failed += !c->ready && c->failures > 0;
	}
	if (ready + failed < sv->sensors && evtimer_pending(sv->deadline, NULL))
		return false;
	return ready > 0 || sv->sensors == 0;
}

static void announce(struct supervisor *sv)
{
	if (sv->announced || sv->phase != PHASE_RUN || !sv->child[STORE].ready ||
	    !sv->child[NOTIFIER].ready || !listens(sv))
		return;
	sv->announced = true;
	manager_tell("READY=1");
	if (sv->sensors == 0)
		log_warn("没有配置监听接口(sensor.interfaces),只回答 beianctl");
	else
		log_info("%s", replaying(sv) ? "开始重放" : "已就绪");
}

static void start_later(struct child *c)
{
	int64_t ms = child_backoff_ms(c, replaying(c->owner) ? BACKOFF_REPLAY_MAX_MS : BACKOFF_MAX_MS);
	struct timeval wait = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	(c->away ? log_debug : log_warn)("%s 将在 %lld.%lld 秒后重新启动", c->label, (long long)ms / 1000,
					 (long long)ms % 1000 / 100);
	event_add(c->again, &wait);
	announce(c->owner);
}

static void set_deadline(struct supervisor *sv, int seconds)
{
	struct timeval t = { seconds, 0 };
	event_add(sv->deadline, &t);
}

static void start_others(struct supervisor *sv)
{
	set_deadline(sv, START_SECONDS);
	for (size_t i = NOTIFIER; i < sv->count; i++)
		start(&sv->child[i]);
}

static bool take_ready(void *arg, struct rd *body)
{
	struct child *c = arg;
	struct supervisor *sv = c->owner;

	if (!rd_done(body) || c->ready)
		return false;
	c->ready = c->was_ready = true;
	if (c->away)
		child_tell_away(&sv->child[STORE], c, false);
	if (c->role == ROLE_STORE && sv->phase == PHASE_RUN)
		start_others(sv);
	announce(sv);
	return true;
}

/* -- stop ----------------------------------------------------------------------------------------- */

static void stop_child(struct child *c)
{
	event_del(c->again);
	if (c->link)
		link_signal(c->link, MSG_STOP);
}

static void stop_notifier(struct supervisor *sv)
{
	struct child *c = &sv->child[NOTIFIER];

	sv->phase = PHASE_STOP_NOTIFIER;
	set_deadline(sv, STOP_NOTIFIER_SECONDS);
	stop_child(c);
	if (c->pid == 0)
		leave(sv, sv->partial ? EXIT_FAILED : sv->status);
}

static void stop_store(struct supervisor *sv)
{
	sv->phase = PHASE_STOP_STORE;
	set_deadline(sv, STOP_STORE_SECONDS);
	stop_child(&sv->child[STORE]);
}

static bool runs(const struct supervisor *sv, enum role_id role)
{
	for (size_t i = 0; i < sv->count; i++)
		if (sv->child[i].role == role && sv->child[i].pid != 0)
			return true;
	return false;
}

/* The store is next when nobody tells it anything any more. A prober needs no time: what it ends is asked
 * again. */
static void source_gone(struct supervisor *sv)
{
	if (sv->phase != PHASE_STOP_SOURCES || runs(sv, ROLE_SENSOR))
		return;
	if (runs(sv, ROLE_PROBER))
		set_deadline(sv, STOP_PROBER_SECONDS);
	else
		stop_store(sv);
}

static void stop_all(struct supervisor *sv)
{
	if (sv->phase != PHASE_RUN)
		return;
	manager_tell("STOPPING=1");
	sv->phase = PHASE_STOP_SOURCES;
	set_deadline(sv, STOP_SENSOR_SECONDS);
	for (size_t i = SENSORS; i < sv->count; i++)
		stop_child(&sv->child[i]);
	source_gone(sv);
}

/* When each has to go. */
static const enum phase leaves_in[] = { [ROLE_SENSOR] = PHASE_STOP_SOURCES,
					[ROLE_PROBER] = PHASE_STOP_SOURCES,
					[ROLE_STORE] = PHASE_STOP_STORE,
					[ROLE_NOTIFIER] = PHASE_STOP_NOTIFIER };

static void overdue(const struct supervisor *sv, const struct child *c)
{
	if (sv->phase == PHASE_RUN && !c->ready)
		log_warn("服务启动 %d 秒后,%s 仍未就绪", START_SECONDS, c->label);
	if (leaves_in[c->role] != sv->phase)
		return;
	log_error("%s 没有按时退出,强制结束", c->label);
	kill(c->pid, SIGKILL);
}

/* Whoever of the phase is still there did not begin, or leave, in time. */
static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *sv = arg;

	(void)fd, (void)what;
	for (size_t i = 0; i < sv->count; i++)
		if (sv->child[i].pid != 0)
			overdue(sv, &sv->child[i]);
	announce(sv);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *sv = arg;

	(void)fd, (void)what;
	if (!sv->told_to_stop) {
		sv->told_to_stop = true;
		log_info("正在停止:先收完已接受的观测,再次发信号则立即结束");
		stop_all(sv);
	} else {
		log_warn("立即结束");
		leave(sv, EXIT_FAILED);
	}
}

/* -- ends of children ------------------------------------------------------------------------------ */

static void store_ended(struct child *c)
{
	struct supervisor *sv = c->owner;

	if (sv->phase == PHASE_STOP_STORE && c->status == EXIT_DONE) {
		stop_notifier(sv);
		return;
	}
	if (!c->was_ready && c->status < 128)
		log_error("存储进程没能启动,服务结束");
	else
		log_error("存储进程意外结束,服务随之结束;已确认的观测都在数据库里,重新启动即可继续");
	leave(sv, c->was_ready || c->status >= 128 || c->status == 0 ? EXIT_FAILED : c->status);
}

/* At the very first start a wrong interface or a missing right is a mistake of the caller's. */
static bool all_refused(const struct supervisor *sv, int *status)
{
	*status = EXIT_FAILED;
	for (size_t i = 0; i < sv->sensors; i++) {
		const struct child *c = &sv->child[SENSORS + i];
		if (c->was_ready || c->pid != 0 || c->status == 0 || c->status >= 128)
			return false;
		if (c->status == EXIT_RIGHTS)
			*status = EXIT_RIGHTS;
	}
	return !sv->announced;
}

static void replay_ended(struct child *c)
{
	struct supervisor *sv = c->owner;

	if (c->status == EXIT_DONE || c->status == EXIT_PARTIAL) {
		sv->partial = c->status == EXIT_PARTIAL;
		sv->phase = PHASE_STOP_SOURCES;
		stop_store(sv);
	} else if (c->restarts >= REPLAY_RESTARTS || (c->status == EXIT_CONFIG && !c->was_ready)) {
		log_error("传感器一再异常结束,重放没有完成");
		sv->partial = true;
		stop_all(sv);
	} else {
		start_later(c);
	}
}

/* One that had nothing to hand on any more, or whose interface was gone, left by itself. */
static void sensor_left(struct child *c, bool listened)
{
	struct supervisor *sv = c->owner;

	if (listened && !replaying(sv) && c->status != EXIT_DONE && c->status != EXIT_UNAVAILABLE) {
		log_error("%s 没有收完就结束了:尚未入库的观测和缓冲里未读的包已丢失,计入 worker-lost",
			  c->label);
		sv->partial = true;
	}
	source_gone(sv);
}

static void sensor_ended(struct child *c, bool listened)
{
	struct supervisor *sv = c->owner;
	int status;

	if (sv->phase != PHASE_RUN) {
		sensor_left(c, listened);
	} else if (replaying(sv)) {
		replay_ended(c);
	} else if (all_refused(sv, &status)) {
		log_error("%s", status == EXIT_RIGHTS ? "没有抓包权限:请用 root 运行,或授予 CAP_NET_RAW"
						      : "没有一个监听接口可用;请检查 sensor.interfaces");
		sv->status = status;
		stop_all(sv);
	} else {
		if (listened)
			child_note_gap(c);
		start_later(c);
		if (c->status == EXIT_UNAVAILABLE && !c->away)
			child_tell_away(&sv->child[STORE], c, true);
	}
}

/* The notifier, or the prober. */
static void other_ended(struct child *c)
{
	struct supervisor *sv = c->owner;

	if (sv->phase < leaves_in[c->role])
		start_later(c);
	else if (c->role == ROLE_PROBER)
		source_gone(sv);
	else
		leave(sv, sv->partial ? EXIT_FAILED : sv->status);
}

static void child_ended(struct child *c, int wait_status)
{
	struct supervisor *sv = c->owner;
	bool listened = c->ready;

	child_reaped(c, wait_status, sv->phase == PHASE_RUN);
	tell_roles(sv);
	if (c->role == ROLE_STORE)
		store_ended(c);
	else if (c->role == ROLE_SENSOR)
		sensor_ended(c, listened);
	else
		other_ended(c);
}

static void on_child(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *sv = arg;
	int status;
	pid_t pid;

	(void)fd, (void)what;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < sv->count; i++)
			if (sv->child[i].pid == pid)
				child_ended(&sv->child[i], status);
}

/* A child's end is reaped by on_child(); one that speaks nonsense is ended here. */
static void child_down(void *arg, const char *why)
{
	struct child *c = arg;

	link_free(c->link);
	c->link = NULL;
	if (why && c->pid != 0) {
		log_error("%s 的报文不可信(%s),结束该进程", c->label, why);
		kill(c->pid, SIGKILL);
	}
}

/* -- reload ---------------------------------------------------------------------------------------- */

/* 0, or -1 with why; why may also hold a remark. */
static int reload(struct supervisor *sv, char why[CONF_ERROR_MAX])
{
	struct conf fresh;
	struct buf refused = { 0 };
	int tables;

	why[0] = '\0';
	if (check_load(&fresh, &tables, sv->job->path, why) != 0) {
		log_error("%s;仍用原来的配置", why);
		return -1;
	}
	close(sv->tables);
	sv->tables = tables;
	conf_reload(sv->job->conf, &fresh, &refused);
	conf_clear(&fresh);
	if (refused.len > 0) {
		snprintf(why, CONF_ERROR_MAX, "这些改动在重新启动后才生效:%s", refused.p);
		log_warn("%s", why);
	}
	buf_clear(&refused);
	role_log_level(NULL, sv->job->conf);
	for (size_t i = 0; i < sv->count; i++)
		child_reload(&sv->child[i], sv->job, sv->tables);
	log_info("已重读配置 %s", sv->job->path);
	return 0;
}

static int reload_announced(struct supervisor *sv, char why[CONF_ERROR_MAX])
{
	int rc;

	if (sv->announced)
		manager_reloading();
	rc = reload(sv, why);
	if (sv->announced)
		manager_tell("READY=1");
	return rc;
}

static void on_hup(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *sv = arg;
	char why[CONF_ERROR_MAX];

	(void)fd, (void)what;
	if (sv->phase == PHASE_RUN)
		(void)reload_announced(sv, why);
}

static bool take_reload_ask(void *arg, struct rd *body)
{
	struct child *c = arg;
	struct supervisor *sv = c->owner;
	struct msg_result m = { 0 };
	char why[CONF_ERROR_MAX] = "服务正在停止,不能重读配置";
	struct wr w;

	if (!rd_done(body) || c->role != ROLE_STORE)
		return false;
	m.code = sv->phase != PHASE_RUN || reload_announced(sv, why) != 0;
	snprintf(m.why, sizeof(m.why), "%s", why);
	w = link_begin(c->link, MSG_RELOADED);
	msg_result_put(&w, &m);
	return link_send(c->link, &w, -1);
}

static const struct link_row child_rows[] = {
	{ MSG_READY, take_ready },
	{ MSG_RELOAD_ASK, take_reload_ask },
};
static const struct link_table child_table = { child_rows, sizeof(child_rows) / sizeof(child_rows[0]),
					       child_down, NULL };

/* -- life ------------------------------------------------------------------------------------------ */

static struct child *add_child(struct supervisor *sv, enum role_id role)
{
	struct child *c = &sv->child[sv->count++];

	child_init(c, role);
	c->owner = sv;
	c->again = evtimer_new(sv->base, on_again, c);
	return c;
}

/* Without it each knows only what it saw itself. */
static void share_ech(struct supervisor *sv)
{
	sv->ech = ech_share((unsigned)sv->sensors);
	if (sv->ech < 0)
		log_warn("抓包进程无法共享学到的ECH配置:%s", errno_zh(-sv->ech));
}

/* The group is a number of the machine's own: no other supervisor that runs may use it for its interfaces. */
static void add_sensors(struct supervisor *sv)
{
	const struct conf *conf = sv->job->conf;
	unsigned workers = conf->sensor.workers, base = (unsigned)getpid() * CONF_LIST_MAX;

	share_ech(sv);
	for (size_t i = 0; i < conf->sensor.interfaces.count; i++) {
		for (unsigned w = 1; w <= workers; w++) {
			struct child *c = add_child(sv, ROLE_SENSOR);
			c->window = (int64_t)conf->sensor.window * 1000000;
			c->ech = sv->ech;
			c->table = (unsigned)(i * workers + w - 1);
			child_listen(c, conf->sensor.interfaces.item[i], workers > 1 ? w : 0,
				     (uint16_t)(base + i));
		}
	}
}

static void add_children(struct supervisor *sv)
{
	const struct conf *conf = sv->job->conf;

	sv->sensors = replaying(sv) ? 1 : conf->sensor.interfaces.count * conf->sensor.workers;
	sv->child = xcalloc(SENSORS + sv->sensors + 1, sizeof(*sv->child));
	add_child(sv, ROLE_STORE);
	add_child(sv, ROLE_NOTIFIER);
	if (replaying(sv))
		add_child(sv, ROLE_SENSOR);
	else
		add_sensors(sv);
	if (!replaying(sv) && strcmp(conf->probe.enabled, "on") == 0)
		add_child(sv, ROLE_PROBER);
}

static struct event *on_signal(struct supervisor *sv, int number, event_callback_fn fn)
{
	struct event *e = evsignal_new(sv->base, number, fn, sv);

	if (e == NULL || event_add(e, NULL) != 0)
		fatal("无法接管信号 %d", number);
	return e;
}

static void add_events(struct supervisor *sv)
{
	signal(SIGPIPE, SIG_IGN);
	sv->sig_child = on_signal(sv, SIGCHLD, on_child);
	sv->sig_term = on_signal(sv, SIGTERM, on_term);
	sv->sig_int = on_signal(sv, SIGINT, on_term);
	sv->sig_hup = on_signal(sv, SIGHUP, on_hup);
	sv->deadline = evtimer_new(sv->base, on_deadline, sv);
	sv->watchdog = manager_watch(sv->base);
}

/* Whoever still runs when we leave is not wanted any more. */
static void end_children(struct supervisor *sv)
{
	for (size_t i = 0; i < sv->count; i++) {
		child_clear(&sv->child[i]);
		event_free(sv->child[i].again);
	}
	free(sv->child);
}

static void supervisor_clear(struct supervisor *sv)
{
	struct event *const all[] = { sv->sig_child, sv->sig_term, sv->sig_int,
				      sv->sig_hup,   sv->deadline, sv->watchdog };

	end_children(sv);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		event_free(all[i]);
	event_base_free(sv->base);
	close(sv->tables);
	if (sv->ech >= 0)
		close(sv->ech);
}

int supervisor_run(const struct supervisor_job *job)
{
	struct supervisor sv = { .job = job, .tables = job->tables, .ech = -1, .base = role_base() };
	int rc = sandbox_enter(&powers[ROLE_SUPERVISOR]);

	if (rc != 0)
		fatal("无法启动:%s", errno_zh(-rc));
	add_events(&sv);
	add_children(&sv);
	start(&sv.child[STORE]);
	event_base_dispatch(sv.base);
	supervisor_clear(&sv);
	return sv.status;
}
