/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command to the running daemon over its control socket.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include "store/store.h"

/* Runs the command there; reply lines arrive through r, an error in r->error. fd goes along (-1: none).
 * Returns the exit code 0, 1 or 2; a daemon that is not there is 1 with what to do. */
int client_call(const char *socket_path, const char *command, int argc, char *const argv[], int fd,
		struct store_reply *r);

#endif
