/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one source observed and the database does not hold yet, in memory: compact rows with their texts and
 * sketches in blocks. intake_settle() sorts and folds them, so that each stands once, in the order of the
 * tables they go to; store/ingest.c writes them. No SQL here.
 */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "ipc/record.h"

enum { INTAKE_SERVER_SIZE = 16 + 2 }; /* as observed_day keeps them: address, port */

/* The windows of one Beijing day of one subject, through one channel, under one client key. */
struct intake_row {
	const char *name;
	int64_t first, last, epoch, day;
	uint64_t count;
	uint8_t *sketch, *servers, *details; /* sketch_put(); INTAKE_SERVER_SIZE bytes each; store/detail.h */
	int64_t subject;                     /* its row's id, once the writer knows it */
	uint32_t sketch_size, server_count, details_size;
	uint8_t kind, via;
};

struct intake_link {
	const char *from, *to;
	int64_t target;
	uint64_t count;
	uint8_t from_kind, to_kind;
};

struct intake_block;

struct intake {
	struct intake_row *row;
	struct intake_link *link;
	size_t count, cap, link_count, link_cap;
	struct intake_block *block;                /* the newest first */
	size_t bytes;                              /* of the blocks, rows and links in use */
	bool sorted;                               /* rows came in order, and none twice */
	uint64_t servers_refused, details_refused; /* beyond what a row keeps */
};

/* Or was the name only shown, as ECH's outer one? */
bool intake_is_visited(const struct intake_row *row);
void intake_add(struct intake *in, const struct observation *o, int64_t epoch);
/* What intake_add() added since `mark` was copied from *in goes again. */
void intake_cut(struct intake *in, const struct intake *mark);
/* Rows by kind, name, key epoch, day and channel, those equal in all of them made one; links as they came. */
void intake_settle(struct intake *in);
/* Adds what the database holds of the same key. False: the sketch is not one. */
bool intake_fold(struct intake *in, struct intake_row *into, const struct intake_row *from);
/* A copy that lives until intake_clear(). */
void *intake_keep(struct intake *in, const void *bytes, size_t n);
void intake_clear(struct intake *in);

#endif
