/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  3 w w w 7 e x a m p l e 2 c n 0          a name; instead of the 0, or of the whole, a pointer may stand:
 *  11 offset                                two bytes, 14 bits of offset from the message's first byte
 *
 * A run of labels is copied as it is, with its length bytes, which no change of case can touch (they are
 * below 'A'); then the length bytes become dots.
 */
#include "dissect/dns_name.h"

#include "base/short.h"
#include "dissect/proto.h"

enum {
	POINTERS_MAX = 127, /* in one name: as many labels as 255 octets hold, with one before each */
	LABEL_MAX = 63,
	POINTER = 0xc0,
	POINTER_REACH = 0x3fff,
};

typedef int8_t block __attribute__((vector_size(DNS_NAME_BLOCK)));

_Static_assert((int)DNS_NAME_BLOCK == (int)SHORT_BLOCK, "short names are copied in such blocks");

/* ASCII; others stay: those from 0x80 on are below zero. */
static inline block lower(block x) { return x | ((x > 'A' - 1) & (x < 'Z' + 1) & 0x20); }

static inline void lower_block(uint8_t *to, const uint8_t *from)
{
	block x;

	memcpy(&x, from, sizeof(x));
	x = lower(x);
	memcpy(to, &x, sizeof(x));
}

/* n bytes of `left` that are there; up to a block more is written. */
static void lower_copy(uint8_t *to, const uint8_t *from, size_t n, size_t left)
{
	const struct short_places place = short_places(n);
	size_t at = 0;

	if (short_is(n)) {
		lower_block(to, from);
		lower_block(to + place.second, from + place.second);
		lower_block(to + place.third, from + place.third);
		lower_block(to + place.last, from + place.last);
		return;
	}
	for (; at < n && at + sizeof(block) <= left; at += sizeof(block))
		lower_block(to + at, from + at);
	for (; at < n; at++)
		to[at] = proto_lower(from[at]);
}

static void dots(struct dns_name *name, size_t n)
{
	for (size_t i = name->wire[0] + (size_t)1; i < n;) {
		size_t label = name->wire[i];
		name->wire[i] = '.';
		i += label + 1;
	}
	name->n = (uint16_t)(n - 1);
}

static bool fail(struct rd *r)
{
	r->failed = true;
	r->p = r->end;
	return false;
}

bool dns_name_get(struct rd *r, struct dns_name *name, enum dns_name_rule rule)
{
	const uint8_t *p = r->base;
	size_t end = (size_t)(r->end - p), at = rd_pos(r), floor = at, have = 0, behind = 0;

	name->at = at <= POINTER_REACH ? (uint16_t)at : 0;
	for (unsigned pointers = 0; pointers <= POINTERS_MAX; pointers++) {
		size_t run = at;
		while (at < end && p[at] - 1u < LABEL_MAX)
			at += p[at] + 1u;
		if (at >= end || have + (at - run) >= DNS_NAME_WIRE) /* the last byte is the root's */
			return fail(r);
		lower_copy(name->wire + have, p + run, at - run, end - run);
		have += at - run;
		if (p[at] != 0) {
			if (p[at] < POINTER || end - at < 2)
				return fail(r);
			behind = behind != 0 ? behind : at + 2;
			at = (size_t)(p[at] & 0x3f) << 8 | p[at + 1];
			if (rule == DNS_NAME_BACK && at >= floor)
				return fail(r);
			floor = at;
			continue;
		}
		r->p = p;
		rd_skip(r, behind != 0 ? behind : at + 1);
		if (have == 0)
			memcpy(name->wire, "\1.", have = 2);
		dots(name, have);
		return true;
	}
	return fail(r);
}
