/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of one session: to which addresses libcurl may connect, which connections there are, and who is
 * hung up on because he would keep libcurl for himself. A struct fetch_wire stays where it is for as long as
 * libcurl has one of its sockets.
 */
#ifndef VISIT_FETCH_WIRE_H
#define VISIT_FETCH_WIRE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/url.h"
#include "visit/fetch.h"
#include "visit/fetch_chain.h"
#include "visit/fetch_multi.h"

/* Those that wait for the next transfer, and the two addresses that libcurl tries at a time. */
enum { FETCH_SOCKETS_MAX = FETCH_IDLE_MAX + 2 };

struct fetch_socket {
	int fd; /* -1: none */
	uint8_t addr[16];
	char origin[URL_ORIGIN_MAX]; /* that it was opened for */
	struct fetch_chain *chain;   /* shown there; NULL: not known yet, or none */
};

struct fetch_wire {
	const uint64_t *turn; /* the caller's count of its calls of libcurl */
	struct fetch_socket socket[FETCH_SOCKETS_MAX];
	/* the transfer at hand */
	char origin[URL_ORIGIN_MAX];
	uint8_t addr[FETCH_ADDRESSES_MAX][16]; /* those that were resolved */
	size_t addr_count;
	bool (*may)(void *arg, const uint8_t addr[16]); /* NULL: there is none */
	void *arg;
	uint64_t seen;    /* the turn in which a TLS record came last ... */
	int64_t since;    /* ... since when, monotonic milliseconds ... */
	uint32_t records; /* ... and how many in it */
	bool refused;     /* an address was refused */
	bool lacks;       /* there was no descriptor, or no memory, for a socket */
	bool routeless;   /* this machine has no route to an address: it was not tried */
	bool tried;       /* an address was */
	bool sent;        /* the request, or its beginning */
	bool dropped;     /* it was to be sent once more, over another connection: that was not let */
	bool endless;     /* it was hung up on */
};

void fetch_wire_init(struct fetch_wire *w, const uint64_t *turn); /* turn is borrowed */
/* The next transfer. False: a connection is left that must not be used for it, since it leads to an address
 * that the host has no more, or that may not be asked any more: close them all first. */
bool fetch_wire_begin(struct fetch_wire *w, const struct fetch_order *o);
void fetch_wire_end(struct fetch_wire *w);
void fetch_wire_set(struct fetch_wire *w, CURL *easy);
/* There was no route to any address that it might have been tried to. */
bool fetch_wire_routeless(const struct fetch_wire *w);
/* The connection that is open to that origin; NULL: none. There is at most one. */
struct fetch_socket *fetch_wire_find(struct fetch_wire *w, const char *origin);

#endif
