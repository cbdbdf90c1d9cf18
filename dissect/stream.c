/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/stream.h"

static void stream_release(struct stream *s, struct hold_pool *pool)
{
	if (s->hold != NULL)
		hold_give(pool, s->hold);
	s->hold = NULL;
	s->late = 0;
}

/* Back to looking for a start; which side it is, and through what, stays known. */
static void stream_lose(struct stream *s, uint8_t tries)
{
	s->mode = STREAM_PROBE;
	s->skip = 0;
	s->state = (struct proto_state){ .side = s->state.side,
					 .proxied = s->state.proxied,
					 .table = s->state.table };
	s->tries = tries;
}

void stream_start(struct stream *s, struct stream_env *env, uint32_t next, bool fresh)
{
	stream_release(s, env->pool);
	proto_end(&s->state, env->out);
	s->state = (struct proto_state){ 0 };
	stream_lose(s, fresh ? STREAM_TRIES_FRESH : STREAM_TRIES_LOST);
	s->next = next;
}

static bool stream_may_start(const struct rd *r)
{
	for (int i = 0; i < proto_stream_count; i++)
		if (proto_streams[i].probe(r->p, rd_left(r)) != PROTO_SKIP)
			return true;
	return false;
}

/* A direction that answered does not ask: what looks like a request there is a page's text. */
static bool stream_may_be(const struct stream *s, const struct proto_stream *row)
{
	return s->state.side == PROTO_EITHER || row->side == PROTO_EITHER || row->side == s->state.side;
}

static bool stream_is_given_up(const struct stream *s) { return s->mode == STREAM_DONE && s->tries == 0; }

bool stream_begins(const struct stream *s, const struct stream_segment *seg)
{
	if (!stream_is_given_up(s) || s->next - seg->seq - 1 < STREAM_OLD_MAX) /* a late copy */
		return false;
	for (int i = 0; i < proto_stream_count; i++) {
		const struct proto_stream *row = &proto_streams[i];
		if (row->plain && row->probe(seg->r.p, rd_left(&seg->r)) == PROTO_OK && stream_may_be(s, row))
			return true;
	}
	return false;
}

void stream_again(struct stream *s, struct hold_pool *pool, uint32_t next)
{
	stream_release(s, pool);
	stream_lose(s, STREAM_TRIES_AGAIN);
	s->next = next;
}

void stream_join(struct stream *s, struct stream_env *env, const struct stream_segment *seg)
{
	size_t n = rd_left(&seg->r);

	stream_start(s, env, seg->seq, false);
	if (n == 0 || n > STREAM_GUESS_MAX || n + STREAM_GUESS_BACK > env->pool->size ||
	    !hold_has_room(env->pool) || stream_may_start(&seg->r))
		return;
	s->mode = STREAM_GUESS;
	s->next -= STREAM_GUESS_BACK;
	s->late = STREAM_LATE_MAX - 2; /* two more after this one */
}

/*
 * The steps below look at bytes in order. Each returns how many of them are done with, STEP_WAIT when
 * more must come first, or STEP_LOST when nothing begins here; n is never 0.
 */
enum { STEP_WAIT = -1, STEP_LOST = -2 };

static int64_t stream_wait(struct stream *s, struct stream_env *env, size_t n)
{
	if (n < env->pool->size)
		return STEP_WAIT;
	env->out->stats->reasons[DISSECT_TCP_CAP]++;
	stream_lose(s, STREAM_TRIES_LOST);
	return (int64_t)n;
}

static int64_t stream_probe(struct stream *s, struct stream_env *env, const uint8_t *p, size_t n)
{
	bool more = false;

	for (int i = 0; i < proto_stream_count; i++) {
		enum proto_result r = PROTO_SKIP;
		if (stream_may_be(s, &proto_streams[i]))
			r = proto_streams[i].probe(p, n);
		if (r == PROTO_OK) {
			s->mode = STREAM_LOCKED;
			s->row = (uint8_t)i;
			return 0;
		}
		more |= r == PROTO_MORE;
	}
	if (more && n < env->pool->size)
		return STEP_WAIT;
	if (--s->tries == 0) {
		s->mode = STREAM_DONE;
		env->out->stats->reasons[DISSECT_TCP_UNKNOWN]++;
	}
	return STEP_LOST;
}

/* One unit. A full buffer is the last that the row will see of it. */
static enum proto_result stream_unit(struct stream *s, struct stream_env *env, struct rd r, size_t *consumed)
{
	const struct proto_stream *row = &proto_streams[s->row];
	enum proto_result result;

	env->out->m->proxied = s->state.proxied;
	result = row->parse(r.p, rd_left(&r), &s->state, consumed, &s->skip, env->out);
	if (result != PROTO_MORE || s->state.last || rd_left(&r) < env->pool->size)
		return result;
	s->state.last = true;
	result = row->parse(r.p, rd_left(&r), &s->state, consumed, &s->skip, env->out);
	s->state.last = false;
	return result;
}

static int64_t stream_parse(struct stream *s, struct stream_env *env, const uint8_t *p, size_t n)
{
	size_t consumed = 0;

	switch (stream_unit(s, env, rd_init(p, n), &consumed)) {
	case PROTO_PASS:
		if (consumed == 0 || consumed > n)
			break;
		s->mode = STREAM_PROBE;
		return (int64_t)consumed;
	case PROTO_OK:
		if (consumed == 0 || consumed > n)
			break;
		s->tries = STREAM_TRIES_LOST;
		if (proto_streams[s->row].side != PROTO_EITHER)
			s->state.side = (uint8_t)proto_streams[s->row].side;
		return (int64_t)consumed;
	case PROTO_MORE:
		return stream_wait(s, env, n);
	case PROTO_SKIP:
		s->mode = STREAM_DONE;
		return (int64_t)n;
	case PROTO_BAD:
		break;
	}
	env->result = STREAM_BROKEN;
	/* tries go down, or a stream of nothing but bad starts would be parsed for ever */
	stream_lose(s, s->tries);
	if (s->tries == 0 || --s->tries == 0)
		s->mode = STREAM_DONE;
	return STEP_LOST;
}

static int64_t stream_step(struct stream *s, struct stream_env *env, const uint8_t *p, size_t n)
{
	uint64_t skip = s->skip < n ? s->skip : n;

	if (skip > 0) {
		s->skip -= skip;
		return (int64_t)skip;
	}
	return s->mode == STREAM_LOCKED ? stream_parse(s, env, p, n) : stream_probe(s, env, p, n);
}

/* Takes what it can off r, which starts at s->next; what it leaves waits for more. Where nothing begins it
 * goes on with the next segment, which may be a start; h, unless NULL, holds r and knows the segments in it.
 */
static void stream_run(struct stream *s, struct stream_env *env, struct rd *r, const struct hold *h)
{
	while (rd_left(r) > 0 && s->mode != STREAM_DONE) {
		uint32_t at = (uint32_t)rd_pos(r), end = at + (uint32_t)rd_left(r);
		int64_t took = stream_step(s, env, r->p, rd_left(r));
		if (took == STEP_WAIT)
			return;
		if (took == STEP_LOST)
			took = (h != NULL ? hold_start(h, at, end) : end) - at;
		rd_skip(r, (size_t)took);
		s->next += (uint32_t)took;
	}
}

/* What waits at the buffer's start is all that will come before a hole or the end: its row takes what it can
 * of that. How many bytes went. */
static uint32_t stream_last(struct stream *s, struct stream_env *env)
{
	struct rd r;

	if (s->hold == NULL || s->mode != STREAM_LOCKED || hold_prefix(s->hold) == 0)
		return 0;
	r = rd_init(s->hold->bytes, hold_prefix(s->hold));
	s->state.last = true;
	stream_run(s, env, &r, s->hold);
	s->state.last = false;
	hold_drop(s->hold, (uint32_t)rd_pos(&r));
	return (uint32_t)rd_pos(&r);
}

/* The buffer's bytes as far as they are in order, and beyond holes in what is skipped anyway. */
static void stream_settle(struct stream *s, struct stream_env *env)
{
	uint32_t prefix;

	for (;;) {
		uint32_t hole = hold_prefix(s->hold) > 0 ? 0 : hold_after_hole(s->hold);
		uint32_t jump = s->skip < hole ? (uint32_t)s->skip : hole;
		s->skip -= jump;
		s->next += jump;
		hold_drop(s->hold, jump);
		prefix = hold_prefix(s->hold);
		if (prefix == 0)
			break;
		struct rd r = rd_init(s->hold->bytes, prefix);
		stream_run(s, env, &r, s->hold);
		hold_drop(s->hold, (uint32_t)rd_pos(&r));
		if (rd_left(&r) > 0)
			break;
	}
	if (s->mode == STREAM_DONE || s->hold->ranges == 0)
		stream_release(s, env->pool);
	else if (hold_after_hole(s->hold) == 0)
		s->late = 0;
}

/* The next n bytes will not come. Nobody misses what would have been skipped. */
static void stream_lack(struct stream *s, uint32_t n)
{
	if (s->mode == STREAM_LOCKED && s->skip >= n)
		s->skip -= n;
	else
		stream_lose(s, STREAM_TRIES_LOST);
	s->next += n;
}

/* The bytes up to `to` will not come: goes on there. */
static void stream_hole(struct stream *s, struct stream_env *env, uint32_t to)
{
	if (s->mode != STREAM_GUESS) /* which may have no hole at all */
		env->out->stats->reasons[DISSECT_TCP_HOLE]++;
	to -= stream_last(s, env);
	if (s->mode != STREAM_DONE)
		stream_lack(s, to);
	s->late = 0;
	if (s->hold == NULL)
		return;
	hold_drop(s->hold, to);
	stream_settle(s, env);
}

/* A buffer for s, taken from a stream at rest if need be. */
static void stream_hold(struct stream *s, struct stream_env *env)
{
	struct hold *victim;

	if (s->hold != NULL)
		return;
	s->hold = hold_take(env->pool, s);
	if (s->hold != NULL || (victim = hold_victim(env->pool)) == NULL)
		return;
	env->out->stats->reasons[DISSECT_TCP_CAP]++;
	stream_lose(victim->owner, STREAM_TRIES_LOST);
	victim->owner->next += hold_end(victim);
	stream_release(victim->owner, env->pool);
	s->hold = hold_take(env->pool, s);
}

/* Keeps a segment's bytes `offset` behind next, as many as fit; they come off seg. False: no room for any. */
static bool stream_keep(struct stream *s, struct stream_env *env, struct stream_segment *seg, uint32_t offset)
{
	size_t n = rd_left(&seg->r);

	if (offset >= env->pool->size)
		return false;
	if (n > env->pool->size - offset)
		n = env->pool->size - offset;
	stream_hold(s, env);
	if (s->hold == NULL || !hold_put(s->hold, offset, seg->r.p, (uint32_t)n))
		return false;
	s->hold->time = env->out->m->time;
	if (s->hold->conflict)
		env->out->stats->reasons[DISSECT_TCP_CONFLICT]++;
	env->result = STREAM_WAITS;
	rd_skip(&seg->r, n);
	seg->seq += (uint32_t)n;
	return true;
}

/* In order with nothing kept: parsed where it lies, the rest is kept. */
static void stream_direct(struct stream *s, struct stream_env *env, struct stream_segment *seg)
{
	stream_run(s, env, &seg->r, NULL);
	seg->seq = s->next;
	if (rd_left(&seg->r) == 0 || s->mode == STREAM_DONE || stream_keep(s, env, seg, 0))
		return;
	env->out->stats->reasons[DISSECT_TCP_CAP]++;
	stream_lose(s, STREAM_TRIES_LOST);
	s->next += (uint32_t)rd_left(&seg->r);
	seg->seq = s->next;
	rd_skip(&seg->r, rd_left(&seg->r));
}

/* Number of the first byte that has not come. */
static uint32_t stream_hole_at(const struct stream *s)
{
	return s->next + (s->hold != NULL ? hold_prefix(s->hold) : 0);
}

static void stream_kept(struct stream *s, struct stream_env *env, struct stream_segment *seg)
{
	bool begins = s->mode == STREAM_GUESS && stream_may_start(&seg->r); /* what a guess waits for */
	uint32_t offset = seg->seq - s->next, hole = stream_hole_at(s), to;

	if (!stream_keep(s, env, seg, offset)) {
		to = s->hold != NULL ? hold_after_hole(s->hold) : 0;
		stream_hole(s, env, to > 0 && to < offset ? to : offset);
		return;
	}
	stream_settle(s, env);
	if (s->hold == NULL || (to = hold_after_hole(s->hold)) == 0)
		return;
	if (stream_hole_at(s) != hole) /* it was filled, and this is another one */
		s->late = 0;
	s->late += s->hold->added; /* a copy says nothing about what is lost */
	if (s->late > STREAM_LATE_MAX || begins)
		stream_hole(s, env, to);
}

/* Cuts off what is known already and lets a body that is skipped have its holes. False: nothing new in it. */
static bool stream_align(struct stream *s, struct stream_env *env, struct stream_segment *seg)
{
	uint32_t ahead = seg->seq - s->next, behind = s->next - seg->seq;

	if (ahead < UINT32_C(1) << 31) {
		if (s->hold == NULL && s->skip > 0 && ahead > 0) {
			uint32_t jump = s->skip < ahead ? (uint32_t)s->skip : ahead;
			s->skip -= jump;
			s->next += jump;
		}
		return true;
	}
	if (behind > STREAM_OLD_MAX) {
		stream_end(s, env);
		stream_start(s, env, seg->seq, false);
		return true;
	}
	if (behind >= rd_left(&seg->r) + seg->cut)
		return false;
	if (behind > rd_left(&seg->r)) {
		seg->cut -= behind - rd_left(&seg->r);
		behind = (uint32_t)rd_left(&seg->r);
		seg->seq = s->next - behind;
	}
	rd_skip(&seg->r, behind);
	seg->seq = s->next;
	return true;
}

/* The capture left out the end of a segment: those bytes will not come, unless they are skipped anyway. */
static void stream_cut(struct stream *s, struct stream_env *env, struct stream_segment *seg)
{
	uint32_t offset = seg->seq - s->next, prefix = s->hold != NULL ? hold_prefix(s->hold) : 0;

	if (s->mode == STREAM_DONE || offset != prefix)
		return;
	offset -= stream_last(s, env);
	if (s->mode != STREAM_DONE && offset > 0) /* began, and cannot be whole */
		stream_lose(s, STREAM_TRIES_LOST);
	if (s->mode != STREAM_DONE)
		stream_lack(s, offset + (uint32_t)seg->cut);
	if (s->hold == NULL)
		return;
	hold_drop(s->hold, offset + (uint32_t)seg->cut);
	stream_settle(s, env);
}

void stream_segment(struct stream *s, struct stream_env *env, struct stream_segment *seg)
{
	env->result = STREAM_READ;
	if (s->mode == STREAM_DONE)
		return;
	if (!stream_align(s, env, seg)) {
		env->result = STREAM_COPY;
		return;
	}
	while (rd_left(&seg->r) > 0 && s->mode != STREAM_DONE) {
		if (seg->seq == s->next && s->hold == NULL)
			stream_direct(s, env, seg);
		else
			stream_kept(s, env, seg);
	}
	if (seg->cut > 0)
		stream_cut(s, env, seg);
}

void stream_close(struct stream *s, struct stream_env *env)
{
	if (s->hold != NULL && (s->mode == STREAM_GUESS || hold_after_hole(s->hold) == 0))
		stream_end(s, env);
}

void stream_end(struct stream *s, struct stream_env *env)
{
	int64_t now = env->out->m->time;

	while (s->hold != NULL) {
		uint32_t to = hold_after_hole(s->hold);
		env->out->m->time = s->hold->time;
		if (to == 0) {
			stream_last(s, env);
			if (s->mode != STREAM_DONE && s->hold->ranges > 0)
				env->out->stats->reasons[DISSECT_TCP_HOLE]++;
			break;
		}
		stream_hole(s, env, to);
	}
	env->out->m->time = now;
	s->mode = STREAM_DONE;
	stream_release(s, env->pool);
}
