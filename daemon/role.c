/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/role.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/errno.h"
#include "base/log.h"
#include "daemon/tables.h"
#include "watch/ech.h"

void role_log_level(const char *label, const struct conf *conf)
{
	static const char *const words[] = { "error", "warn", "info", "debug" };
	enum log_level level = LOG_LEVEL_INFO;

	for (int i = 0; conf && conf->log.level && i < 4; i++)
		if (strcmp(conf->log.level, words[i]) == 0)
			level = (enum log_level)i;
	log_init("beiand", label, level);
}

void role_quit(struct role *r, int status)
{
	r->status = status;
	event_base_loopbreak(r->base);
}

int role_ready(struct role *r)
{
	int rc = sandbox_enter(&powers[r->id]);

	if (rc != 0) {
		log_error("无法进入沙箱:%s", errno_zh(-rc));
		return EXIT_FAILED;
	}
	link_signal(r->super, MSG_READY);
	return 0;
}

int role_tables(const struct role *r, const char *folder, struct buf *pack, char error[CONF_ERROR_MAX])
{
	int rc;

	if (r->tables < 0)
		return data_pack(folder, pack, error);
	rc = tables_read(r->tables, pack);
	if (rc != 0)
		snprintf(error, CONF_ERROR_MAX, "无法读取主进程交来的数据表:%s", errno_zh(-rc));
	return rc == 0 ? 0 : -1;
}

int role_data(const struct role *r, const char *folder, struct data *d, char error[CONF_ERROR_MAX])
{
	struct buf pack = { 0 };
	int rc = role_tables(r, folder, &pack, error);

	if (rc == 0)
		rc = data_unpack(d, folder, &pack, error);
	buf_clear(&pack);
	return rc;
}

struct ech *role_ech(const struct role *r, unsigned table)
{
	struct ech *e = r->ech >= 0 ? ech_map(r->ech, table) : NULL;

	if (e == NULL)
		log_warn("没有与其他抓包进程共享的ECH配置,只凭自己所见判定");
	return e;
}

/* Used or not: who works on holds none of them open, and the next reload brings the tables anew. */
static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void drop_files(struct role *r)
{
	drop(&r->tables);
	drop(&r->ech);
}

static bool take_file(struct role *r, struct rd *body, int *into)
{
	int fd = link_take_fd(r->super);

	if (fd < 0 || !rd_done(body)) {
		drop(&fd);
		return false;
	}
	drop(into);
	*into = fd;
	return true;
}

static bool take_tables(void *arg, struct rd *body)
{
	struct role *r = arg;
	return take_file(r, body, &r->tables);
}

static bool take_ech(void *arg, struct rd *body)
{
	struct role *r = arg;
	return take_file(r, body, &r->ech);
}

static bool take_arg(void *arg, struct rd *body)
{
	struct role *r = arg;
	struct msg_text t;

	if (!msg_text_get(body, &t) || r->started)
		return false;
	r->arg = xgrow(r->arg, &r->args_cap, r->args + 1, sizeof(*r->arg));
	r->arg[r->args++] = xstrndup(t.p, t.n);
	return true;
}

static bool parse(struct conf *c, struct rd *body)
{
	char error[CONF_ERROR_MAX];
	struct msg_text t;

	if (!msg_text_get(body, &t))
		return false;
	if (conf_parse(c, "(supervisor)", t.p, t.n, error) == 0)
		return true;
	log_error("%s", error);
	return false;
}

static bool take_start(void *arg, struct rd *body)
{
	struct role *r = arg;
	int status;

	if (r->started || !parse(&r->conf, body))
		return false;
	r->started = true;
	role_log_level(r->label, &r->conf);
	status = r->hooks->start(r->self);
	drop_files(r);
	if (status != 0)
		role_quit(r, status);
	return true;
}

static bool take_peer(void *arg, struct rd *body)
{
	struct role *r = arg;
	struct msg_peer m;
	int fd = link_take_fd(r->super);

	if (r->started && fd >= 0 && msg_peer_get(body, &m)) {
		r->hooks->peer(r->self, &m, fd);
		return true;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

static bool take_reload(void *arg, struct rd *body)
{
	struct role *r = arg;
	struct conf fresh;

	if (!r->started || !parse(&fresh, body))
		return false;
	role_log_level(r->label, &fresh);
	r->hooks->reload(r->self, &fresh);
	drop_files(r);
	conf_clear(&fresh);
	return true;
}

static void stop(struct role *r)
{
	if (r->stopping)
		return;
	r->stopping = true;
	if (r->started)
		r->hooks->stop(r->self);
	else
		role_quit(r, EXIT_FAILED);
}

static bool take_stop(void *arg, struct rd *body)
{
	if (!rd_done(body))
		return false;
	stop(arg);
	return true;
}

static bool take_roles(void *arg, struct rd *body)
{
	struct role *r = arg;
	struct msg_roles m;

	if (r->hooks->roles == NULL || !msg_roles_get(body, &m))
		return false;
	r->hooks->roles(r->self, &m);
	return true;
}

static bool take_reloaded(void *arg, struct rd *body)
{
	struct role *r = arg;
	struct msg_result m;

	if (r->hooks->reloaded == NULL || !msg_result_get(body, &m))
		return false;
	r->hooks->reloaded(r->self, &m);
	return true;
}

static bool take_event(void *arg, struct rd *body)
{
	struct role *r = arg;
	struct msg_event m;

	if (r->hooks->event == NULL || !msg_event_get(body, &m))
		return false;
	r->hooks->event(r->self, &m);
	return true;
}

static const struct link_row rows[] = {
	{ MSG_ARG, take_arg },           { MSG_START, take_start }, { MSG_PEER, take_peer },
	{ MSG_RELOAD, take_reload },     { MSG_STOP, take_stop },   { MSG_ROLES, take_roles },
	{ MSG_RELOADED, take_reloaded }, { MSG_EVENT, take_event }, { MSG_TABLES, take_tables },
	{ MSG_ECH, take_ech },
};

/* The supervisor was killed: finish what was accepted, as on STOP. */
static void super_down(void *arg, const char *why)
{
	struct role *r = arg;

	log_warn("与主进程的链路已断%s%s,收尾后退出", why ? ":" : "", why ? why : "");
	link_free(r->super);
	r->super = NULL;
	stop(r);
}

static const struct link_table table = { rows, sizeof(rows) / sizeof(rows[0]), super_down, NULL };

static void on_term(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	stop(arg);
}

/* A terminal's Ctrl-C and timeout(1) signal the whole group: only the supervisor decides, and only it
 * knows the order. A sensor may be ended alone: it loses nothing by it and comes back. */
static struct event *signals(struct role *r)
{
	struct event *term = NULL;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (r->id == ROLE_SENSOR) {
		term = evsignal_new(r->base, SIGTERM, on_term, r);
		event_add(term, NULL);
	}
	return term;
}

/* libevent would count a timer from when it last looked at the clock, before a callback that may have taken
 * seconds. */
struct event_base *role_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME) == 0)
		base = event_base_new_with_config(config);
	if (base == NULL)
		fatal("无法建立事件循环");
	event_config_free(config);
	return base;
}

int role_run(struct role *r)
{
	role_log_level(r->label, NULL);
	r->base = role_base();
	r->tables = r->ech = -1;
	r->term = signals(r);
	r->super = link_new(r->base, ROLE_LINK_FD, &table, r);
	event_base_dispatch(r->base);
	return r->status;
}

void role_clear(struct role *r)
{
	link_free(r->super);
	if (r->term)
		event_free(r->term);
	event_base_free(r->base);
	drop_files(r);
	if (r->started)
		conf_clear(&r->conf);
	for (size_t i = 0; i < r->args; i++)
		free(r->arg[i]);
	free(r->arg);
}
