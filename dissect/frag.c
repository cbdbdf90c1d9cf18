/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/frag.h"

#include <string.h>

static void frag_drop(struct frag_slot *s, struct dissect_stats *stats)
{
	if (s->used)
		stats->reasons[DISSECT_IP_FRAGMENT] += s->count;
	s->used = false;
}

static bool frag_same(const struct frag_slot *s, const struct frag_piece *p)
{
	return s->used && s->id == p->id && memcmp(&s->src, &p->src, sizeof(s->src)) == 0 &&
	       memcmp(&s->dst, &p->dst, sizeof(s->dst)) == 0;
}

/* IPv4 tells datagrams apart by protocol too (RFC 791), IPv6 does not (RFC 8200 4.5): mapped addresses are
 * v4. */
static bool frag_matches(const struct frag_slot *s, const struct frag_piece *p)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return frag_same(s, p) && (s->proto == p->proto || memcmp(p->src.bytes, mapped, sizeof(mapped)) != 0);
}

static void frag_open(struct frag_slot *s, const struct frag_piece *p)
{
	s->src = p->src;
	s->dst = p->dst;
	s->id = p->id;
	s->proto = p->proto;
	s->time = p->time;
	s->used = true;
	s->count = s->units = s->total = s->end = 0;
	memset(s->seen, 0, sizeof(s->seen));
}

/* The datagram's slot; or a free one, or the oldest, that this packet is not reading from. */
static struct frag_slot *frag_find(struct frag_table *t, const struct frag_piece *p,
				   struct dissect_stats *stats)
{
	struct frag_slot *best = NULL;

	for (int i = 0; i < FRAG_SLOTS; i++) {
		struct frag_slot *s = &t->slot[i];
		if (s->used && p->time - s->time > FRAG_SECONDS * INT64_C(1000000))
			frag_drop(s, stats);
		if (frag_matches(s, p))
			return s;
		if (s->serial == p->serial)
			continue;
		if (best == NULL || (best->used && (!s->used || s->time < best->time)))
			best = s;
	}
	if (best == NULL)
		return NULL;
	frag_drop(best, stats);
	frag_open(best, p);
	return best;
}

/* Bytes that are there already stay as they are. */
static void frag_copy(struct frag_slot *s, uint32_t offset, struct rd r)
{
	for (uint32_t unit = offset / FRAG_UNIT; rd_left(&r) > 0; unit++) {
		size_t n = rd_left(&r) < FRAG_UNIT ? rd_left(&r) : FRAG_UNIT;
		const uint8_t *p = rd_bytes(&r, n);
		if ((s->seen[unit / 8] & 1u << unit % 8) != 0)
			continue;
		s->seen[unit / 8] |= (uint8_t)(1u << unit % 8);
		s->units++;
		memcpy(s->bytes + (size_t)unit * FRAG_UNIT, p, n);
	}
}

/* Lengths that contradict each other make the datagram worthless (RFC 8200 section 4.5). */
static bool frag_fits(const struct frag_slot *s, const struct frag_piece *p)
{
	size_t n = rd_left(&p->data), end = p->offset + n;

	if (n == 0 || end > FRAG_BYTES || (p->more && n % FRAG_UNIT != 0))
		return false;
	if (!p->more && end < s->end)
		return false;
	return s->total == 0 || (p->more ? end <= s->total : end == s->total);
}

enum frag_result frag_add(struct frag_table *t, struct frag_piece *piece, struct dissect_stats *stats,
			  struct rd *whole)
{
	struct frag_slot *s = frag_find(t, piece, stats);

	if (s == NULL || !frag_fits(s, piece)) {
		stats->reasons[DISSECT_IP_FRAGMENT]++;
		if (s != NULL && s->count == 0)
			s->used = false;
		return FRAG_REFUSED;
	}
	uint32_t end = (uint32_t)(piece->offset + rd_left(&piece->data));
	s->count++;
	if (end > s->end)
		s->end = end;
	if (piece->offset == 0)
		s->proto = piece->proto;
	if (!piece->more)
		s->total = end;
	frag_copy(s, piece->offset, piece->data);
	if (s->total == 0 || s->units < (s->total + FRAG_UNIT - 1) / FRAG_UNIT)
		return FRAG_WAITS;
	s->used = false;
	s->serial = piece->serial;
	piece->proto = s->proto;
	*whole = rd_init(s->bytes, s->total);
	return FRAG_WHOLE;
}

void frag_finish(struct frag_table *t, struct dissect_stats *stats)
{
	for (int i = 0; i < FRAG_SLOTS; i++)
		frag_drop(&t->slot[i], stats);
}
