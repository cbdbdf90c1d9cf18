/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of one transfer: to which addresses libcurl may connect, and who is hung up on because he would
 * keep libcurl for himself. A struct fetch_wire stays where it is for as long as its easy handle lives.
 */
#ifndef VISIT_FETCH_WIRE_H
#define VISIT_FETCH_WIRE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "visit/fetch.h"

enum { FETCH_SOCKETS_MAX = 4 /* of one transfer; libcurl tries two addresses at a time */ };

struct fetch_wire {
	uint8_t addr[FETCH_ADDRESSES_MAX][16]; /* those that were resolved */
	size_t addr_count;
	bool (*may)(void *arg, const uint8_t addr[16]);
	void *arg;
	const uint64_t *turn;          /* the caller's count of its calls of libcurl */
	int socket[FETCH_SOCKETS_MAX]; /* those that are open; -1: none */
	uint64_t seen;                 /* the turn in which a TLS record came last ... */
	int64_t since;                 /* ... since when, monotonic milliseconds ... */
	uint32_t records;              /* ... and how many in it */
	bool refused;                  /* an address was refused */
	bool endless;                  /* it was hung up on */
};

/* may, arg and turn are borrowed for the life of w; addr is copied. */
void fetch_wire_init(struct fetch_wire *w, const uint8_t (*addr)[16], size_t count,
		     bool (*may)(void *arg, const uint8_t addr[16]), void *arg, const uint64_t *turn);
void fetch_wire_set(struct fetch_wire *w, CURL *easy);

#endif
