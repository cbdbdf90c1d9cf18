/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real role in a process of its own, with the test as its supervisor and as its peers: real
 * sockets, real frames, real files in a folder of its own.
 */
#ifndef TESTS_DAEMON_CHILD_H
#define TESTS_DAEMON_CHILD_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/role.h"
#include "ipc/link.h"
#include "ipc/msg.h"

struct child {
	char dir[40];
	pid_t pid;
	int super; /* our end of its descriptor 3 */
	uint8_t frame[LINK_FRAME_MAX];
};

static inline struct wr child_begin(struct child *c, uint8_t type)
{
	struct wr w = wr_init(c->frame, sizeof(c->frame));

	wr_u8(&w, type);
	return w;
}

static inline void child_send(int fd, const struct wr *w, int pass)
{
	union {
		struct cmsghdr align;
		uint8_t room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct iovec iov = { w->base, wr_len(w) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	assert_true(wr_ok(w));
	if (pass >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &pass, sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &m, MSG_NOSIGNAL), wr_len(w));
}

static inline void child_signal(int fd, uint8_t type)
{
	struct wr w = wr_init(&type, 1);

	w.p = w.end;
	child_send(fd, &w, -1);
}

/* The next frame must be of this type; its body is lent until the next call. */
static inline struct rd child_expect(struct child *c, int fd, uint8_t type)
{
	ssize_t n = recv(fd, c->frame, sizeof(c->frame), 0);
	struct rd r;

	if (n <= 0)
		fail_msg("waited for a frame of type %d: %s", type, n == 0 ? "closed" : "nothing came");
	r = rd_init(c->frame, (size_t)n);
	assert_int_equal(rd_u8(&r), type);
	return r;
}

static inline bool child_closed(int fd)
{
	uint8_t byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

static inline void child_pair(int fd[2])
{
	struct timeval patience = { 100, 0 };

	assert_int_equal(link_pair(fd), 0);
	setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

static inline void child_arg(struct child *c, const char *s)
{
	struct wr w = child_begin(c, MSG_ARG);

	msg_text_put(&w, s, strlen(s));
	child_send(c->super, &w, -1);
}

/* `more`: further lines of the configuration. */
static inline void child_start_with(struct child *c, const char *more)
{
	char text[8192], *top = realpath(getenv("TOP") ? getenv("TOP") : ".", NULL);
	struct wr w = child_begin(c, MSG_START);

	snprintf(text, sizeof(text),
		 "[store]\ndatabase = %s/beiand.db\ncontrol = %s/control.sock\n"
		 "[alert]\nfile = %s/alerts.jsonl\nsyslog =\n[paths]\ndata = %s/conf\n[log]\nlevel = "
		 "error\n%s",
		 c->dir, c->dir, c->dir, top, more);
	free(top);
	msg_text_put(&w, text, strlen(text));
	child_send(c->super, &w, -1);
}

static inline void child_start(struct child *c) { child_start_with(c, ""); }

static inline void child_spawn(struct child *c, int (*run)(const char *label), const char *label)
{
	int fd[2];

	child_pair(fd);
	c->pid = fork();
	if (c->pid == 0) {
		close(fd[0]);
		if (fd[1] != ROLE_LINK_FD) {
			dup2(fd[1], ROLE_LINK_FD);
			close(fd[1]);
		}
		close_range(ROLE_LINK_FD + 1, ~0U, 0);
		_exit(run(label));
	}
	close(fd[1]);
	c->super = fd[0];
}

static inline void child_folder(struct child *c)
{
	strcpy(c->dir, "/tmp/beiand-role-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
}

/* Our end of a new socket between it and a peer of that role. */
static inline int child_peer(struct child *c, enum role_id role, const char *label)
{
	struct msg_peer m = { .role = (uint8_t)role };
	struct wr w = child_begin(c, MSG_PEER);
	int fd[2];

	child_pair(fd);
	snprintf(m.label, sizeof(m.label), "%s", label);
	msg_peer_put(&w, &m);
	child_send(c->super, &w, fd[1]);
	close(fd[1]);
	return fd[0];
}

static inline int child_wait(struct child *c)
{
	int status;

	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	close(c->super);
	c->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int child_stop(struct child *c)
{
	child_signal(c->super, MSG_STOP);
	return child_wait(c);
}

/* Ends what still runs and removes the folder's files. */
static inline void child_clear(struct child *c)
{
	static const char *const files[] = { "beiand.db",      "beiand.db-wal", "beiand.db-shm",
					     "beiand.db.lock", "beiand.db.key", "control.sock",
					     "alerts.jsonl" };
	char path[128];

	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		child_wait(c);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", c->dir, files[i]);
		unlink(path);
	}
	rmdir(c->dir);
}

#endif
