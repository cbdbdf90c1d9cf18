/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/dissect.h"

#include <netinet/in.h>

#include "base/alloc.h"
#include "dissect/frag.h"
#include "dissect/hpack_table.h"
#include "dissect/ja4.h"
#include "dissect/link.h"
#include "dissect/quic.h"
#include "dissect/span.h"
#include "dissect/tcp.h"
#include "dissect/udp.h"
#include "dissect/usual.h"

enum {
	DISSECT_DEPTH_MAX =
		24, /* layers of one packet; a frame has about 4, in a tunnel with tags about 10 */
	DISSECT_PAGE = 4096,
	DISSECT_LARGE_PAGE = 2 << 20,
	AHEAD_ENTRIES = 3, /* packets before its own a flow's memory is asked for */
	UDP_HEADER = 8,
};

/* A packet that comes soon. */
struct soon {
	const struct dissect_packet *packet;
	bool usual;
	struct usual frame;    /* if it is */
	struct flow_look look; /* if that is one of TCP */
	bool digested;
	uint64_t digest; /* if it is one of UDP */
};

struct dissect {
	struct dissect_stats stats;
	struct walk walk; /* of the packet at hand; lives on so that it need not be made anew for each */
	struct tcp tcp;
	struct frag_table *frags;
	struct span_table *spans;
	struct quic *quic;
	struct ja4_cache ja4;
	struct soon soon[DISSECT_AHEAD_MAX];
	size_t soon_count, soon_at; /* soon_at: the next to come */
};

static const char *const reason_names[] = {
	[DISSECT_LINK_UNKNOWN] = "link-unknown",
	[DISSECT_LINK_BAD] = "link-bad",
	[DISSECT_IP_BAD] = "ip-bad",
	[DISSECT_IP_FRAGMENT] = "ip-fragment",
	[DISSECT_IP_PROTO] = "ip-proto",
	[DISSECT_TRANSPORT_BAD] = "transport-bad",
	[DISSECT_SNAPPED] = "snapped",
	[DISSECT_TCP_FULL] = "tcp-full",
	[DISSECT_TCP_CAP] = "tcp-cap",
	[DISSECT_TCP_HOLE] = "tcp-hole",
	[DISSECT_DNS_BAD] = "dns-bad",
	[DISSECT_HTTP_BAD] = "http-bad",
	[DISSECT_TLS_BAD] = "tls-bad",
	[DISSECT_TLS_NO_NAME] = "tls-no-name",
	[DISSECT_QUIC_BAD] = "quic-bad",
	[DISSECT_TUNNEL_DEPTH] = "tunnel-depth",
	[DISSECT_QUIC_VERSION] = "quic-version",
	[DISSECT_QUIC_AUTH] = "quic-auth",
	[DISSECT_QUIC_RATE] = "quic-rate",
	[DISSECT_QUIC_FULL] = "quic-full",
	[DISSECT_QUIC_HOLE] = "quic-hole",
	[DISSECT_QUIC_NO_NAME] = "quic-no-name",
	[DISSECT_HTTP_ANSWER_BAD] = "http-answer-bad",
	[DISSECT_HTTP_TITLE_CUT] = "http-title-cut",
	[DISSECT_HTTP_TITLE_CODED] = "http-title-coded",
	[DISSECT_H2C] = "h2c",
	[DISSECT_H2C_HIDDEN] = "h2c-hidden",
	[DISSECT_SPAN_DUPLICATE] = "span-duplicate",
	[DISSECT_TCP_CONFLICT] = "tcp-conflict",
	[DISSECT_H2C_FULL] = "h2c-full",
	[DISSECT_TCP_UNKNOWN] = "tcp-unknown",
};
_Static_assert(sizeof(reason_names) / sizeof(reason_names[0]) == DISSECT_REASON_COUNT,
	       "a name for each reason");

static const char *const outcome_names[] = {
	[DISSECT_OUT_READ] = "packets-read",
	[DISSECT_OUT_TOLD] = "packets-told",
	[DISSECT_OUT_WAITING] = "packets-waiting",
	[DISSECT_OUT_REPEATED] = "packets-repeated",
	[DISSECT_OUT_MALFORMED] = "packets-malformed",
	[DISSECT_OUT_LINK_UNKNOWN] = "packets-link-unknown",
	[DISSECT_OUT_LINK_BAD] = "packets-link-bad",
	[DISSECT_OUT_IP_BAD] = "packets-ip-bad",
	[DISSECT_OUT_IP_FRAGMENT] = "packets-ip-fragment",
	[DISSECT_OUT_IP_PROTO] = "packets-ip-proto",
	[DISSECT_OUT_TRANSPORT_BAD] = "packets-transport-bad",
	[DISSECT_OUT_SNAPPED] = "packets-snapped",
	[DISSECT_OUT_TUNNEL_DEPTH] = "packets-tunnel-depth",
};
_Static_assert(sizeof(outcome_names) / sizeof(outcome_names[0]) == DISSECT_OUTCOME_COUNT,
	       "a name for each outcome");

static const struct {
	enum dissect_reason why;
	enum dissect_outcome outcome;
} stops[] = {
	{ DISSECT_LINK_UNKNOWN, DISSECT_OUT_LINK_UNKNOWN },
	{ DISSECT_LINK_BAD, DISSECT_OUT_LINK_BAD },
	{ DISSECT_IP_BAD, DISSECT_OUT_IP_BAD },
	{ DISSECT_IP_FRAGMENT, DISSECT_OUT_IP_FRAGMENT },
	{ DISSECT_IP_PROTO, DISSECT_OUT_IP_PROTO },
	{ DISSECT_TRANSPORT_BAD, DISSECT_OUT_TRANSPORT_BAD },
	{ DISSECT_SNAPPED, DISSECT_OUT_SNAPPED },
	{ DISSECT_TUNNEL_DEPTH, DISSECT_OUT_TUNNEL_DEPTH },
	{ DISSECT_SPAN_DUPLICATE, DISSECT_OUT_REPEATED },
};

void walk_stop(struct walk *w, enum dissect_reason why)
{
	walk_count(w, why);
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (stops[i].why == why)
			w->outcome = (uint8_t)stops[i].outcome;
}

const char *dissect_outcome_name(enum dissect_outcome o)
{
	return (unsigned)o < DISSECT_OUTCOME_COUNT ? outcome_names[o] : "unknown";
}

const char *dissect_reason_name(enum dissect_reason r)
{
	return (unsigned)r < DISSECT_REASON_COUNT ? reason_names[r] : "unknown";
}

/* The parts of the caller's memory, in this order: tables that are asked at random, in large pages; then
 * room for texts, of which most is never touched. */
enum part {
	PART_SELF,
	PART_FRAGS,
	PART_SPANS,
	PART_HINTS,
	PART_HEADS,
	PART_HOLDS,
	PART_FLOWS,
	PART_BYTES,
	PART_QUIC,
	PART_HPACK,
	PART_COUNT
};

/* A limit of 0 is taken for 1. A seed of 0 would make octets of 0 vanish from what is hashed. */
static struct dissect_limits dissect_at_least(const struct dissect_limits *l)
{
	return (struct dissect_limits){ .flows = l->flows > 0 ? l->flows : 1,
					.stream_bytes = l->stream_bytes > 0 ? l->stream_bytes : 1,
					.buffers = l->buffers > 0 ? l->buffers : 1,
					.quic_hellos = l->quic_hellos > 0 ? l->quic_hellos : 1,
					.seed = l->seed != 0 ? l->seed : UINT64_C(0x9e3779b97f4a7c15) };
}

static size_t align(size_t n, size_t to) { return (n + to - 1) / to * to; }

/* Where each part begins; the sum of all is at offset[PART_COUNT]. */
static void dissect_layout(const struct dissect_limits *l, size_t offset[PART_COUNT + 1])
{
	const size_t size[PART_COUNT] = {
		[PART_SELF] = sizeof(struct dissect),
		[PART_FRAGS] = sizeof(struct frag_table),
		[PART_SPANS] = sizeof(struct span_table),
		[PART_FLOWS] = l->flows * sizeof(struct flow),
		[PART_HINTS] = flow_hint_sets(l->flows) * sizeof(struct flow_hints),
		[PART_HEADS] = flow_heads(l->flows) * sizeof(uint32_t),
		[PART_HOLDS] = l->buffers * sizeof(struct hold),
		[PART_BYTES] = (size_t)l->buffers * l->stream_bytes,
		[PART_QUIC] = quic_size(l->quic_hellos),
		[PART_HPACK] = sizeof(struct hpack_tables),
	};
	offset[0] = 0;
	for (int i = 0; i < PART_COUNT; i++)
		offset[i + 1] = align(offset[i] + size[i], DISSECT_PAGE);
}

/* Of where the first part begins. */
static size_t alignment(const size_t offset[PART_COUNT + 1])
{
	return offset[PART_COUNT] > DISSECT_LARGE_PAGE ? DISSECT_LARGE_PAGE : DISSECT_PAGE;
}

size_t dissect_size(const struct dissect_limits *limits)
{
	struct dissect_limits l = dissect_at_least(limits);
	size_t offset[PART_COUNT + 1];

	dissect_layout(&l, offset);
	return offset[PART_COUNT] + alignment(offset);
}

struct dissect *dissect_init(void *memory, const struct dissect_limits *limits, dissect_fn *fn, void *arg)
{
	struct dissect_limits l = dissect_at_least(limits);
	size_t offset[PART_COUNT + 1];
	struct dissect *d;
	char *base;

	dissect_layout(&l, offset);
	base = (char *)memory + (align((uintptr_t)memory, alignment(offset)) - (uintptr_t)memory);
	alloc_large_pages(base, offset[PART_BYTES]);
	d = (struct dissect *)(void *)base;
	d->frags = (struct frag_table *)(void *)(base + offset[PART_FRAGS]);
	d->spans = (struct span_table *)(void *)(base + offset[PART_SPANS]);
	d->tcp.table.flows = (struct flow *)(void *)(base + offset[PART_FLOWS]);
	d->tcp.table.hints = (struct flow_hints *)(void *)(base + offset[PART_HINTS]);
	d->tcp.table.heads = (uint32_t *)(void *)(base + offset[PART_HEADS]);
	d->tcp.pool.holds = (struct hold *)(void *)(base + offset[PART_HOLDS]);
	d->tcp.pool.count = l.buffers;
	d->tcp.pool.size = l.stream_bytes;
	d->quic = quic_init(base + offset[PART_QUIC], l.quic_hellos);
	flow_init(&d->tcp.table, l.flows, l.seed);
	d->spans->seed = l.seed;
	hold_init(&d->tcp.pool, (uint8_t *)base + offset[PART_BYTES]);
	d->walk.frags = d->frags;
	d->walk.spans = d->spans;
	d->walk.tcp = &d->tcp;
	d->walk.out =
		(struct proto_out){ .m = &d->walk.m,
				    .fn = fn,
				    .arg = arg,
				    .stats = &d->stats,
				    .quic = d->quic,
				    .ja4 = &d->ja4,
				    .hpack = (struct hpack_tables *)(void *)(base + offset[PART_HPACK]) };
	return d;
}

static bool soon_is(const struct soon *s, uint8_t proto) { return s->usual && s->frame.flow.proto == proto; }

/* The second step: the first has to be there by now. */
static void soon_entry(const struct dissect *d, size_t i)
{
	if (i < d->soon_count && soon_is(&d->soon[i], IPPROTO_TCP))
		flow_ahead_entry(&d->tcp.table, d->soon[i].look.hash);
}

/* Whole ones only: others' digests depend on what the layer makes of them. */
static void soon_datagram(const struct dissect *d, struct soon *s)
{
	const struct usual *u = &s->frame;
	struct rd r = u->r;
	const uint8_t *h = rd_bytes(&r, UDP_HEADER);
	struct span_sight sight = {
		.flow = &u->flow, .tag = u->ident, .p = r.p, .n = rd_left(&r), .time = s->packet->time
	};

	s->digested = h != NULL && u->cut == 0 && (size_t)(h[4] << 8 | h[5]) == UDP_HEADER + sight.n;
	if (!s->digested)
		return;
	s->digest = span_ahead(d->spans, &sight);
	quic_ahead(d->quic, &u->flow, r);
}

/* The steps of one packet wait for each other, those of all do not. */
void dissect_ahead(struct dissect *d, const struct dissect_packet *p, size_t n)
{
	d->soon_at = 0;
	d->soon_count = n < DISSECT_AHEAD_MAX ? n : DISSECT_AHEAD_MAX;
	for (size_t i = 0; i < d->soon_count; i++) {
		struct soon *s = &d->soon[i];
		s->packet = &p[i];
		s->usual = usual_read(&p[i], &s->frame);
		s->digested = false;
		if (soon_is(s, IPPROTO_TCP))
			tcp_ahead(&d->tcp, &s->frame.flow, s->frame.r, &s->look);
		else if (soon_is(s, IPPROTO_UDP))
			soon_datagram(d, s);
	}
	for (size_t i = 0; i < AHEAD_ENTRIES; i++)
		soon_entry(d, i);
}

/* Where the layers would have come to by themselves. */
static walk_fn *walk_usual(struct walk *w, const struct usual *u)
{
	w->m.flow = u->flow;
	w->r = u->r;
	w->cut = u->cut;
	w->ident = u->ident;
	return u->flow.proto == IPPROTO_TCP ? tcp_walk : udp_walk;
}

static void walk_start(struct walk *w, const struct dissect_packet *p)
{
	w->r = rd_init(p->bytes, p->captured);
	w->cut = p->wire_len > p->captured ? p->wire_len - p->captured : 0;
	w->next = link_find(p->linktype);
	if (w->next == NULL)
		walk_stop(w, DISSECT_LINK_UNKNOWN);
}

/* What is known of it from before, if it is the one that was to come. */
static bool walk_soon(struct dissect *d, const struct dissect_packet *p)
{
	const struct soon *s = &d->soon[d->soon_at];

	d->walk.look = NULL;
	d->walk.digest = NULL;
	if (d->soon_at == d->soon_count)
		return false;
	if (s->packet != p) {
		d->soon_count = d->soon_at;
		return false;
	}
	d->soon_at++;
	soon_entry(d, d->soon_at + AHEAD_ENTRIES - 1);
	if (!s->usual)
		return false;
	d->walk.next = walk_usual(&d->walk, &s->frame);
	d->walk.look = soon_is(s, IPPROTO_TCP) ? &s->look : NULL;
	d->walk.digest = s->digested ? &s->digest : NULL;
	return true;
}

void dissect_packet(struct dissect *d, const struct dissect_packet *p)
{
	struct walk *w = &d->walk;
	struct usual u;

	w->out.told = false;
	w->outcome = DISSECT_OUT_READ;
	w->m.time = p->time;
	w->serial = ++d->stats.packets;
	d->stats.bytes += p->wire_len;
	if (walk_soon(d, p))
		;
	else if (usual_read(p, &u))
		w->next = walk_usual(w, &u);
	else
		walk_start(w, p);
	for (int depth = 0; w->next != NULL; depth++) {
		walk_fn *layer = w->next;
		w->next = NULL;
		if (depth == DISSECT_DEPTH_MAX)
			walk_stop(w, DISSECT_TUNNEL_DEPTH);
		else
			layer(w);
	}
	d->stats.outcomes[w->out.told ? DISSECT_OUT_TOLD : w->outcome]++;
}

void dissect_finish(struct dissect *d)
{
	struct dissect_message m = { 0 };
	struct proto_out out = d->walk.out;

	out.m = &m;
	out.quic = NULL;
	tcp_finish(&d->tcp, &out);
	frag_finish(d->frags, &d->stats);
	span_finish(d->spans);
	quic_finish(d->quic, &d->stats);
}

const struct dissect_stats *dissect_stats(const struct dissect *d) { return &d->stats; }
