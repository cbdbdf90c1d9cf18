/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beianctl's end of the control socket: one request, its reply lines, its exit code. Blocking, no
 * event loop. The daemon's end is daemon/control.c.
 */
#ifndef IPC_CLIENT_H
#define IPC_CLIENT_H

#include <stddef.h>

#include "ipc/msg.h"

/* A descriptor of the connected socket, or negative errno (-ENOENT, -ECONNREFUSED: no daemon there). */
int client_connect(const char *path) __attribute__((warn_unused_result));

struct client_request {
	int argc; /* command words and arguments, without --json */
	char *const *argv;
	int file; /* a regular file that travels along and stays the caller's; -1: none */
	/* Each reply line: one JSON object without newline, NUL-terminated, borrowed during the call. */
	void (*line)(void *arg, const char *json, size_t n);
	void *arg;
};

/* Returns 0 with the exit code and the error line in `result`; negative errno when the daemon went away
 * (-ECONNRESET) or spoke nonsense (-EPROTO), -E2BIG when the arguments are too long. */
int client_request(int fd, const struct client_request *request, struct msg_result *result)
	__attribute__((warn_unused_result));

#endif
