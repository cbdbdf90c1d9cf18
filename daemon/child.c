/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/child.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/errno.h"
#include "base/log.h"
#include "daemon/spawn.h"

enum {
	BACKOFF_FIRST_MS = 200,
	HEALTHY_SECONDS = 60, /* a child that lived this long starts its back-off anew */
	TOLD_SECONDS = 5,     /* one that lived this long told the store what it was briefed with */
};

void child_init(struct child *c, enum role_id role)
{
	*c = (struct child){ .role = role, .ech = -1 };
	snprintf(c->label, sizeof(c->label), "%s", powers[role].role);
}

void child_listen(struct child *c, const char *interface, unsigned worker, uint16_t group)
{
	c->interface = xstrdup(interface);
	c->group = group;
	if (worker > 0)
		snprintf(c->source, sizeof(c->source), "%.32s#%u", interface, worker);
	else
		snprintf(c->source, sizeof(c->source), "%.32s", interface);
	snprintf(c->label, sizeof(c->label), "%s[%.44s]", powers[c->role].role, c->source);
}

void child_clear(struct child *c)
{
	if (c->pid != 0 && kill(c->pid, SIGKILL) == 0)
		waitpid(c->pid, NULL, 0);
	link_free(c->link);
	free(c->interface);
}

static void complain(const struct child *c, int rc)
{
	char path[PATH_MAX] = "";

	(void)spawn_path(powers[c->role].program, path);
	log_error("无法启动 %s(程序 %s):%s;请检查安装是否完整、文件能否执行", c->label, path, errno_zh(-rc));
}

int child_start(struct child *c, struct event_base *base, const struct link_table *table)
{
	int fd;
	pid_t pid = spawn(c->label, powers[c->role].program, &fd);

	c->started = clock_steady(); /* also when it failed: that was no healthy life */
	if (pid < 0) {
		complain(c, pid);
		return pid;
	}
	c->pid = pid;
	c->ready = false;
	c->since = clock_wall();
	c->link = link_new(base, fd, table, c);
	return 0;
}

static bool send_text(struct child *c, enum msg_type type, const char *s, size_t n)
{
	struct wr w;

	if (c->link == NULL)
		return true;
	w = link_begin(c->link, (uint8_t)type);
	msg_text_put(&w, s, n);
	return link_send(c->link, &w, -1);
}

static bool send_arg(struct child *c, const char *s) { return send_text(c, MSG_ARG, s, strlen(s)); }

static bool send_conf(struct child *c, enum msg_type type, const struct conf *conf)
{
	struct buf text = { 0 };
	bool ok;

	conf_render(conf, &text);
	ok = send_text(c, type, text.p, text.len);
	buf_clear(&text);
	return ok;
}

static bool send_interface(struct child *c)
{
	char group[8], gap[24], lost[16], table[16];

	snprintf(group, sizeof(group), "%u", c->group);
	snprintf(gap, sizeof(gap), "%lld", (long long)c->gap);
	snprintf(lost, sizeof(lost), "%u", c->lost);
	snprintf(table, sizeof(table), "%u", c->table);
	return send_arg(c, c->interface) && send_arg(c, c->source) && send_arg(c, group) &&
	       send_arg(c, gap) && send_arg(c, lost) && send_arg(c, table) &&
	       (!c->away || send_arg(c, "again"));
}

/* Without a descriptor to spare it does with what it has. */
static void send_file(struct child *c, enum msg_type type, int file)
{
	int fd = c->link != NULL ? fcntl(file, F_DUPFD_CLOEXEC, 0) : -1;
	struct wr w;

	if (fd < 0)
		return;
	w = link_begin(c->link, (uint8_t)type);
	(void)!link_send(c->link, &w, fd);
}

/* Who carries alerts needs none; others read the folder's when they get none. */
static void send_tables(struct child *c, int tables)
{
	if (c->role != ROLE_NOTIFIER)
		send_file(c, MSG_TABLES, tables);
}

void child_reload(struct child *c, const struct supervisor_job *job, int tables)
{
	send_tables(c, tables);
	(void)!send_conf(c, MSG_RELOAD, job->conf);
}

bool child_brief(struct child *c, const struct supervisor_job *job, int tables)
{
	bool ok = true;

	if (job->files && c->role != ROLE_NOTIFIER)
		ok = send_arg(c, "--replay");
	for (size_t i = 0; job->files && c->role == ROLE_SENSOR && i < job->count; i++)
		ok = ok && send_arg(c, job->files[i]);
	if (c->interface)
		ok = send_interface(c);
	if (c->ech >= 0)
		send_file(c, MSG_ECH, c->ech);
	send_tables(c, tables);
	return ok && send_conf(c, MSG_START, job->conf);
}

static void send_peer(struct child *to, const struct child *peer, int fd)
{
	struct msg_peer m = { .role = (uint8_t)peer->role };
	struct wr w = link_begin(to->link, MSG_PEER);

	memcpy(m.label, peer->label, sizeof(m.label));
	msg_peer_put(&w, &m);
	(void)!link_send(to->link, &w, fd);
}

void child_connect(struct child *c, struct child *store)
{
	int pair[2];
	int rc;

	if (store->link == NULL)
		return;
	rc = link_pair(pair);
	if (rc != 0) {
		log_error("无法为 %s 建立链路:%s", c->label, errno_zh(-rc));
		return;
	}
	send_peer(store, c, pair[0]);
	send_peer(c, store, pair[1]);
}

void child_tell_event(struct child *store, enum trouble trouble, const struct child *c, bool raised,
		      const char *text)
{
	struct msg_event m = { .trouble = (uint8_t)trouble, .raised = raised, .since = c->left };
	struct wr w;

	if (store->link == NULL || !store->ready)
		return;
	snprintf(m.what, sizeof(m.what), "%s", c->source);
	snprintf(m.text, sizeof(m.text), "%s", text);
	w = link_begin(store->link, MSG_EVENT);
	msg_event_put(&w, &m);
	(void)!link_send(store->link, &w, -1);
}

void child_tell_away(struct child *store, struct child *c, bool away)
{
	char text[MSG_WHY_MAX];

	c->away = away;
	if (away) {
		c->left = clock_wall();
		snprintf(text, sizeof(text), "网卡 %s 不可用,收不到镜像流量;恢复前不再逐次提示",
			 c->interface);
		log_warn("%s", text);
	} else {
		snprintf(text, sizeof(text), "%s 恢复:网卡又可用了", c->label);
		log_info("%s", text);
	}
	child_tell_event(store, TROUBLE_INTERFACE_GONE, c, away, text);
}

void child_tell_roles(struct child *store, const struct child *all, size_t count)
{
	struct msg_roles m = { 0 };
	struct wr w;

	if (store->link == NULL || !store->ready)
		return;
	for (size_t i = 0; i < count && m.count < MSG_ROLES_MAX; i++) {
		struct msg_role *r = &m.role[m.count++];
		memcpy(r->label, all[i].label, sizeof(r->label));
		r->pid = (uint32_t)all[i].pid;
		r->restarts = all[i].restarts;
		r->since = all[i].since;
	}
	w = link_begin(store->link, MSG_ROLES);
	msg_roles_put(&w, &m);
	(void)!link_send(store->link, &w, -1);
}

void child_reaped(struct child *c, int wait_status, bool loud)
{
	bool killed = WIFSIGNALED(wait_status);

	link_free(c->link);
	c->link = NULL;
	c->pid = 0;
	c->ready = false;
	c->status = killed ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
	if (killed)
		log_warn("%s 被信号 %d 结束", c->label, WTERMSIG(wait_status));
	else if (c->status == EXIT_PARTIAL)
		log_warn("有的抓包文件没能读取,其余已入库");
	else if (c->status != EXIT_DONE)
		(c->away ? log_debug : log_warn)("%s 已退出,状态 %d", c->label, c->status);
	else if (loud)
		log_debug("%s 已退出", c->label);
}

/* Who left because the interface is gone had handed on all; the others took along at most a window: how much
 * that was nobody knows. */
void child_note_gap(struct child *c)
{
	int64_t now = clock_wall(), from = now - c->window;
	bool told = clock_steady() - c->started > (int64_t)TOLD_SECONDS * 1000000;

	if (told)
		c->gap = 0, c->lost = 0;
	if (c->status == EXIT_UNAVAILABLE)
		from = now;
	else
		c->lost++;
	if (c->gap == 0)
		c->gap = from > c->since ? from : c->since;
	if (c->status != EXIT_UNAVAILABLE)
		log_warn("%s 意外结束:尚未入库的观测(约 %lld 秒)和缓冲里未读的包已丢失,计入 worker-lost",
			 c->label, (long long)(c->window / 1000000));
}

int64_t child_backoff_ms(struct child *c, int64_t most)
{
	int64_t ms;

	if (clock_steady() - c->started > (int64_t)HEALTHY_SECONDS * 1000000)
		c->failures = 0;
	c->failures++;
	ms = c->failures > 10 ? most : (int64_t)BACKOFF_FIRST_MS << (c->failures - 1);
	return ms < most ? ms : most;
}
