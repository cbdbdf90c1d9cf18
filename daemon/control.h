/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: beianctl's requests in, replies out. Each client is a link with one request
 * at a time. A client that does not read, or never asks, is dropped with a line in the log; it
 * can not hold the others up. The socket's mode (0660) says who may ask.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

enum { CONTROL_ERROR_MAX = 512 };

struct event_base;
struct control;
struct client;

/* Answers by control_line() any number of times and control_end() once, now or later. file is -1 or a regular
 * file, closed by the caller. argv are NUL-terminated and borrowed during the call. */
typedef void control_fn(void *arg, struct client *c, int argc, char *const argv[], int file);
/* A client that still waits for its control_end() has gone. */
typedef void control_gone_fn(void *arg, struct client *c);

/* Binds path; NULL with error when it is in use or can not be made. */
struct control *control_new(struct event_base *base, const char *path, control_fn *fn, control_gone_fn *gone,
			    void *arg, char error[CONTROL_ERROR_MAX]);
void control_free(struct control *k); /* NULL-safe; removes the socket */
void control_line(struct client *c, const char *json);
void control_end(struct client *c, int code, const char *why);

#endif
