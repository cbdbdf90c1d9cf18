/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tcp.h"

#include <netinet/in.h>

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16, TCP_HEADER = 20, TCP_BOTH = 3 };
enum { TCP_LENGTH_AT = 12, TCP_FLAGS_AT = 13 };

struct tcp_packet {
	const struct flow_look *look;
	int dir;
	uint8_t flags;
	uint32_t ack, end; /* end: where the next segment begins */
	struct stream_segment seg;
};

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static uint32_t be32(const uint8_t *p) { return (uint32_t)be16(p) << 16 | be16(p + 2); }

/* Both directions of a flow come to their end outside of a packet of their own. */
static void tcp_last(struct tcp *tcp, struct flow *f, const struct proto_out *packet_out)
{
	if (f->dir[0].hold == NULL && f->dir[1].hold == NULL) { /* most flows */
		f->dir[0].mode = f->dir[1].mode = STREAM_DONE;
		return;
	}
	struct dissect_message m = { .time = packet_out->m->time };
	struct proto_out out = *packet_out;
	struct stream_env env = { .pool = &tcp->pool, .out = &out };

	out.m = &m;
	for (int dir = 0; dir < 2; dir++) {
		m.flow = (struct dissect_flow){ .src = f->key.addr[dir],
						.dst = f->key.addr[!dir],
						.sport = f->key.port[dir],
						.dport = f->key.port[!dir],
						.proto = IPPROTO_TCP };
		stream_end(&f->dir[dir], &env);
	}
}

/* The same, and what is kept of them elsewhere is given back. */
static void tcp_end(struct tcp *tcp, struct flow *f, const struct proto_out *out)
{
	tcp_last(tcp, f, out);
	proto_end(&f->dir[0].state, out);
	proto_end(&f->dir[1].state, out);
}

static void tcp_drop(struct tcp *tcp, struct flow *f, const struct proto_out *out)
{
	tcp_end(tcp, f, out);
	flow_remove(&tcp->table, f);
}

static struct flow *tcp_open(struct walk *w, const struct tcp_packet *p)
{
	struct flow *victim;

	while ((victim = flow_crowded(&w->tcp->table, p->look->hash)) != NULL) {
		if (victim->state != FLOW_OVER)
			walk_count(w, DISSECT_TCP_FULL);
		tcp_drop(w->tcp, victim, &w->out);
	}
	w->out.stats->flows++;
	return flow_add(&w->tcp->table, &p->look->key, p->look->hash);
}

/* Where most packets look, so that they need not look at the stream. */
static void tcp_note_done(struct flow *f, int dir)
{
	const struct stream *s = &f->dir[dir];
	unsigned bits = (1u | FLOW_UNKNOWN) << dir;

	f->done &= (uint8_t)~bits;
	if (s->mode == STREAM_DONE)
		f->done |= (uint8_t)(s->tries == 0 ? bits : 1u << dir);
}

static bool tcp_is_near(uint32_t a, uint32_t b) { return a - b <= STREAM_OLD_MAX || b - a <= STREAM_OLD_MAX; }

/* Is this SYN, no late copy, another connection's? An answer is, unless it goes on from the bytes known: the
 * SYN that it answers may be lost, or began so near the old bytes that it passed for a copy of theirs. */
static bool tcp_is_anew(const struct tcp_packet *p, const struct flow *f)
{
	if ((p->flags & TCP_ACK) != 0 && f->dir[!p->dir].next == p->ack)
		return false;
	return f->dir[p->dir].mode != STREAM_NEW || f->state == FLOW_OVER;
}

/* A SYN that is not a late copy makes a new connection of a pair of ends that was in use. */
static struct flow *tcp_syn(struct walk *w, struct tcp_packet *p, struct flow *f)
{
	uint32_t start = p->seg.seq + 1;
	struct stream *s = f != NULL ? &f->dir[p->dir] : NULL;

	p->seg.seq = start; /* data on a SYN begins behind it (RFC 7413) */
	if (s != NULL && s->mode != STREAM_NEW && f->state != FLOW_OVER && s->next - start <= STREAM_OLD_MAX)
		return f;
	if (s != NULL && tcp_is_anew(p, f)) {
		tcp_drop(w->tcp, f, &w->out);
		f = NULL;
	} else if (s != NULL && s->mode != STREAM_NEW) {
		struct stream_env env = { .pool = &w->tcp->pool, .out = &w->out };
		stream_start(s, &env, start, true);
		tcp_note_done(f, p->dir);
		return f;
	}
	flow_hint_put(&w->tcp->table, p->look->hash, p->dir, start, true);
	if ((p->flags & TCP_ACK) != 0) /* the other side's SYN may be lost */
		flow_hint_put(&w->tcp->table, p->look->hash, !p->dir, p->ack, false);
	return f;
}

/* The first bytes of a direction: it begins where its handshake said, or here. */
static void tcp_begin(struct walk *w, const struct tcp_packet *p, struct stream *s, struct stream_env *env)
{
	uint32_t next, ahead;
	bool fresh = false, known = flow_hint_take(&w->tcp->table, p->look->hash, p->dir, &next, &fresh);

	ahead = known ? p->seg.seq - next : 0;
	if (fresh ? ahead > STREAM_OLD_MAX : ahead > w->tcp->pool.size)
		known = false;
	/* A keep-alive stands one before what it asks for (RFC 9293 section 3.8.4). */
	if (!fresh && ahead == 1)
		known = false;
	if (known)
		stream_start(s, env, next, fresh);
	else
		stream_join(s, env, &p->seg);
}

/* Is a segment of a flow that is over a late copy? Not when it is of another connection, nor when it goes on
 * where a RST stood: the ends did not believe in it, and nor should who only looks on. */
static bool tcp_is_late(const struct tcp_packet *p, const struct flow *f)
{
	uint32_t next = f->dir[p->dir].next;

	return tcp_is_near(p->seg.seq, next) && !((f->ends & FLOW_RESET) != 0 && p->seg.seq == next);
}

static const uint8_t outcomes[] = { [STREAM_READ] = DISSECT_OUT_READ,
				    [STREAM_WAITS] = DISSECT_OUT_WAITING,
				    [STREAM_COPY] = DISSECT_OUT_REPEATED,
				    [STREAM_BROKEN] = DISSECT_OUT_MALFORMED };

static struct flow *tcp_data(struct walk *w, struct tcp_packet *p, struct flow *f)
{
	struct stream_env env = { .pool = &w->tcp->pool, .out = &w->out };
	struct stream *s;

	if (f != NULL && f->state == FLOW_OVER && !tcp_is_late(p, f)) {
		tcp_drop(w->tcp, f, &w->out);
		f = NULL;
	}
	if (f != NULL && f->state == FLOW_OVER) {
		w->outcome = DISSECT_OUT_REPEATED;
		return f;
	}
	if (f == NULL)
		f = tcp_open(w, p);
	s = &f->dir[p->dir];
	if (s->mode == STREAM_NEW)
		tcp_begin(w, p, s, &env);
	else if (stream_begins(s, &p->seg))
		stream_again(s, env.pool, p->seg.seq);
	walk_parse(w, WALK_STREAM);
	stream_segment(s, &env, &p->seg);
	w->outcome = outcomes[env.result];
	tcp_note_done(f, p->dir);
	return f;
}

/* A direction that saw its FIN, with no bytes missing before it, has had all its bytes. */
static void tcp_half_close(struct walk *w, const struct tcp_packet *p, struct flow *f)
{
	struct stream_env env = { .pool = &w->tcp->pool, .out = &w->out };
	struct stream *s = &f->dir[p->dir];

	if (s->hold == NULL || (f->ends & 1u << p->dir) == 0 || f->state == FLOW_OVER ||
	    (f->ends & FLOW_RESET) != 0)
		return;
	if (s->mode != STREAM_GUESS && (p->flags & TCP_FIN) != 0 && p->end != s->next + hold_prefix(s->hold))
		return;
	walk_parse(w, WALK_STREAM);
	stream_close(s, &env);
	tcp_note_done(f, p->dir);
}

/* Do bytes stand before this FIN that have not come, and that anybody waits for? */
static bool tcp_overtook(const struct walk *w, const struct tcp_packet *p, const struct stream *s)
{
	uint32_t missing = p->end - s->next;

	return s->mode != STREAM_NEW && s->mode != STREAM_DONE && s->hold == NULL && missing > s->skip &&
	       missing <= w->tcp->pool.size;
}

/* What this packet says about the ends. A RST far from the window is not its own (RFC 5961). */
static void tcp_note_ends(struct walk *w, const struct tcp_packet *p, uint32_t seq, struct flow *f)
{
	struct stream *s = &f->dir[p->dir];
	uint8_t awaits = (uint8_t)(FLOW_AWAITS << p->dir);

	if (p->end != seq) /* mostly those that were awaited */
		f->ends &= (uint8_t)~awaits;
	if ((p->flags & TCP_FIN) != 0)
		f->ends |= (uint8_t)(1u << p->dir | (tcp_overtook(w, p, s) ? awaits : 0u));
	if ((p->flags & TCP_RST) != 0 &&
	    (s->mode == STREAM_NEW || s->mode == STREAM_DONE || tcp_is_near(seq, s->next)))
		f->ends = FLOW_RESET | TCP_BOTH;
}

/* FIN and RST close a flow once nothing is awaited. */
static void tcp_close(struct walk *w, const struct tcp_packet *p, uint32_t seq, struct flow *f)
{
	tcp_note_ends(w, p, seq, f);
	tcp_half_close(w, p, f);
	if (f->state == FLOW_OVER || (f->ends & ~FLOW_RESET) != TCP_BOTH || f->dir[0].hold != NULL ||
	    f->dir[1].hold != NULL)
		return;
	tcp_end(w->tcp, f, &w->out);
	flow_retire(&w->tcp->table, f);
}

static bool tcp_header(struct walk *w, struct tcp_packet *p)
{
	struct rd r = w->r;
	const uint8_t *h = rd_bytes(&r, TCP_HEADER);
	size_t length = h != NULL ? (size_t)(h[TCP_LENGTH_AT] >> 4) * 4 : 0;

	w->m.flow.proto = IPPROTO_TCP;
	if (length < TCP_HEADER || !rd_skip(&r, length - TCP_HEADER)) {
		walk_bad(w, DISSECT_TRANSPORT_BAD);
		return false;
	}
	w->m.flow.sport = be16(h);
	w->m.flow.dport = be16(h + 2);
	p->seg.seq = be32(h + 4);
	p->ack = be32(h + 8);
	p->flags = h[TCP_FLAGS_AT];
	p->end = p->seg.seq + (uint32_t)(rd_left(&r) + w->cut) + ((p->flags & TCP_SYN) != 0);
	p->seg.r = r;
	p->seg.cut = w->cut;
	return true;
}

/* Flags or a flow's state ask for more than a look. */
static void tcp_packet(struct walk *w, struct tcp_packet *p, struct flow *f)
{
	uint32_t seq = p->seg.seq;

	if ((p->flags & TCP_SYN) != 0)
		f = tcp_syn(w, p, f);
	if (rd_left(&p->seg.r) > 0 || p->seg.cut > 0)
		f = tcp_data(w, p, f);
	else if (f == NULL && (p->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_ACK)
		flow_hint_put(&w->tcp->table, p->look->hash, p->dir, seq,
			      false); /* what comes next begins here */
	if (f != NULL && ((p->flags & (TCP_FIN | TCP_RST)) != 0 || f->ends != 0))
		tcp_close(w, p, seq, f);
}

void tcp_ahead(const struct tcp *tcp, const struct dissect_flow *f, struct rd segment, struct flow_look *look)
{
	flow_look(&tcp->table, f, look);
	flow_ahead(&tcp->table, look->hash);
	if (rd_skip(&segment, TCP_FLAGS_AT) && (rd_u8(&segment) & TCP_SYN) != 0)
		flow_ahead_hints(&tcp->table, look->hash);
}

static bool tcp_is_done(const struct flow *f, const struct tcp_packet *p)
{
	if ((f->done & 1u << p->dir) == 0)
		return false;
	return (f->done & (unsigned)FLOW_UNKNOWN << p->dir) == 0 || !stream_begins(&f->dir[p->dir], &p->seg);
}

void tcp_walk(struct walk *w)
{
	const struct flow_look *look = w->look;
	struct flow_look room;
	struct tcp_packet p;
	struct flow *f;

	if (!tcp_header(w, &p))
		return;
	if (look == NULL) {
		flow_look(&w->tcp->table, &w->m.flow, &room);
		look = &room;
	}
	p.look = look;
	p.dir = look->dir;
	f = flow_find(&w->tcp->table, &look->key, look->hash);
	if (f == NULL || !tcp_is_done(f, &p) || (p.flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0)
		tcp_packet(w, &p, f);
	if (w->cut > 0)
		walk_stop(w, DISSECT_SNAPPED);
}

void tcp_finish(struct tcp *tcp, const struct proto_out *out)
{
	struct flow *f;

	for (uint32_t at = 0; (f = flow_next(&tcp->table, &at)) != NULL;)
		tcp_end(tcp, f, out);
	flow_clear(&tcp->table);
}
