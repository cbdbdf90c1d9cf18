/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table that an HTTP/2 connection's header blocks fill and point into (RFC 7541 section 2.3.2), as its
 * decoder keeps it. Values are held of those fields that are told, unless they are too long to be of use; of
 * the others it is known how large they are, for that decides which fields leave (section 4.4). Each block
 * has to be read: after one that was not, the table is dropped, and whatever points into it is unknown. So it
 * is with one that grows beyond the size kept here, as a server may allow it.
 *
 * Some tables are there for all connections; a new one takes that which was not asked for longest. The memory
 * comes zeroed.
 */
#ifndef DISSECT_HPACK_TABLE_H
#define DISSECT_HPACK_TABLE_H

#include "dissect/dissect.h"

enum {
	HPACK_TABLE_BYTES = 4096, /* unless the server allows more (RFC 9113 section 6.5.2), */
	HPACK_FIELD_BYTES = 32,   /* of which each field takes as many besides its own (section 4.1) */
	HPACK_FIELDS = HPACK_TABLE_BYTES / HPACK_FIELD_BYTES,
	HPACK_TABLES = 256, /* of 5 KB each */
	/* No name is longer than 255, no user agent seen than about 400. It bounds what an index of one
	 * octet has copied, here and on the way to who is told, and what making room moves. */
	HPACK_VALUE_MAX = 512,
};

struct hpack_field {
	uint16_t name_n;  /* bytes of its name */
	uint16_t value_n; /* and of its value */
	uint16_t at;      /* where that stands in the table, if it is held */
	uint8_t what;     /* the caller's number of what is told; 0: nothing */
	bool held;
};

struct hpack_table {
	uint32_t ticket; /* its connection's; 0: free */
	uint32_t max;    /* as the sender said, which may be more than is kept here */
	uint16_t size;   /* RFC 7541 section 4.1 */
	uint16_t end;    /* of the bytes in use */
	uint8_t oldest, count;
	struct hpack_field field[HPACK_FIELDS]; /* a ring */
	uint8_t bytes[HPACK_TABLE_BYTES];       /* values, the oldest first */
};

/* Places of tables are counted from 1; 0 is where the ring begins and ends. */
struct hpack_rest {
	uint16_t before, behind;
};

struct hpack_tables {
	uint32_t tickets;
	uint16_t used; /* tables from here on were never used */
	/* Those that were, the longest rested first, or in front of that which are free. */
	struct hpack_rest rest[HPACK_TABLES + 1];
	struct hpack_table table[HPACK_TABLES];
};

/* An empty one. Returns its ticket. */
uint32_t hpack_table_new(struct hpack_tables *t);
/* Will the next new one be taken from a connection that has it still? */
bool hpack_table_crowded(const struct hpack_tables *t);
/* NULL: it went to another connection, or was dropped. `t` may be NULL. */
struct hpack_table *hpack_table_of(struct hpack_tables *t, uint32_t ticket);
/* Nobody asks for it any more, or it is not the sender's. The same for one that is gone. */
void hpack_table_drop(struct hpack_tables *t, uint32_t ticket);

/* The field that came so many before the last one; NULL when there is none. */
const struct hpack_field *hpack_table_get(const struct hpack_table *t, uint32_t back);
/* Borrowed until the next field is added. Absent when it is not held. */
struct dissect_str hpack_table_value(const struct hpack_table *t, const struct hpack_field *f);
/* A name of name_n bytes and a value of value_n; `value` is that, or absent. False: the sender's table now
 * holds more than this one can. */
bool hpack_table_add(struct hpack_table *t, uint8_t what, size_t name_n, struct dissect_str value,
		     size_t value_n);
void hpack_table_resize(struct hpack_table *t, uint32_t max);

#endif
