/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says of a network interface, asked over rtnetlink(7): whether it is there, has a link, and
 * how many packets it received. Needs no rights.
 */
#ifndef WATCH_PORT_H
#define WATCH_PORT_H

#include <stdbool.h>
#include <stdint.h>

struct port_state {
	bool there, up; /* up: switched on, and with a link */
	int index;      /* its number, which it keeps when it gets another name */
	uint64_t received;
};

/* A descriptor to ask through, which the caller closes; or negative errno. */
int port_open(void) __attribute__((warn_unused_result));
/* 0 or negative errno; an interface that is not there is an answer too. */
int port_look(int fd, const char *interface, struct port_state *out) __attribute__((warn_unused_result));
int port_look_at(int fd, int index, struct port_state *out) __attribute__((warn_unused_result));

#endif
