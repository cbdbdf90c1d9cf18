/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every child process has in common: the link to the supervisor on descriptor 3, the
 * configuration that comes over it, signals, and the order of start: ARG.. START, set up,
 * role_ready() (which enters the sandbox), work, STOP, exit. A child ends by role_quit() with a
 * status that tells the supervisor what became of it.
 */
#ifndef DAEMON_ROLE_H
#define DAEMON_ROLE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/data.h"
#include "daemon/powers.h"
#include "ipc/link.h"
#include "ipc/msg.h"

enum { ROLE_LINK_FD = 3 };

/* Exit statuses of children and of the service (sysexits where they fit). */
enum {
	EXIT_DONE = 0, /* all that was asked for is done */
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_PARTIAL = 3,      /* child: done, but some capture could not be read */
	EXIT_UNAVAILABLE = 69, /* child: no such interface */
	EXIT_RIGHTS = 77,
	EXIT_CONFIG = 78,
};

struct ech;
struct event;
struct event_base;

struct role_hooks {
	int (*start)(void *self); /* the configuration is there; sets up and calls role_ready() in the end. 0
				     or an exit status */
	void (*peer)(void *self, const struct msg_peer *peer, int fd); /* takes fd */
	void (*stop)(void *self);                                      /* STOP, or the supervisor is gone */
	void (*reload)(void *self,
		       struct conf *fresh); /* may take out of fresh what it likes; the rest is freed */
	void (*roles)(void *self, const struct msg_roles *m);     /* store only */
	void (*reloaded)(void *self, const struct msg_result *m); /* store only */
	void (*event)(void *self, const struct msg_event *m);     /* store only */
};

struct role {
	enum role_id id;
	const char *label; /* "sensor[eth0]" */
	struct event_base *base;
	struct link *super; /* NULL once the supervisor is gone */
	struct event *term;
	struct conf conf;
	int tables; /* the data tables, checked; -1: none were sent */
	int ech;    /* what live sensors share (watch/ech.h); -1: nothing */
	char **arg;
	size_t args, args_cap;
	bool started, stopping;
	int status;
	const struct role_hooks *hooks;
	void *self;
};

/* An event loop whose timers count from when they are set. The caller's; never NULL. */
struct event_base *role_base(void);
/* Runs the child until role_quit(); returns its exit status. The role then frees what it made on the
 * event base, and calls role_clear(). */
int role_run(struct role *r);
void role_clear(struct role *r);
/* Enters the sandbox and tells the supervisor. 0 or an exit status. */
int role_ready(struct role *r) __attribute__((warn_unused_result));
void role_quit(struct role *r, int status);
/* The text of the data tables that the supervisor sent, else of those in the folder. 0, or -1 with error. */
int role_tables(const struct role *r, const char *folder, struct buf *pack, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));
/* The tables of ECH that the supervisor sent, of which this process writes that one, the caller's; NULL,
 * after a line in the log, without them. */
struct ech *role_ech(const struct role *r, unsigned table) __attribute__((warn_unused_result));
/* As data_load(), from there. */
int role_data(const struct role *r, const char *folder, struct data *d, char error[CONF_ERROR_MAX])
	__attribute__((warn_unused_result));

/* From conf.log.level. */
void role_log_level(const char *label, const struct conf *conf);

int sensor_run(const char *label);
int store_run(const char *label);
int notifier_run(const char *label);
int prober_run(const char *label);

#endif
