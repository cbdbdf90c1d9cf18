/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/prefilter_code.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "dissect/tunnel.h"
#include "watch/bpf_classic.h"

enum {
	GRACE_BYTES = 4096,   /* behind TLS application data: segments may come in the wrong order */
	ANSWER_BYTES = 24576, /* behind the start of an HTTP response: its head and the title of a page */
	UDP_PACKETS = 16,     /* of a UDP direction that is neither DNS nor QUIC */
	TAGS_MAX = 3,         /* VLAN tags in the frame; the kernel has taken off the outermost */
	LOOK_BYTES = 12,      /* of a payload; of a shorter one the first alone */
	ETHERTYPE_QINQ_OLD = 0x9100,
	PORT_QUIC = 443,
	QUIC_LONG = 0xc0, /* header form and fixed bit (RFC 9000 section 17.2) */
	QUIC_SHORT = 0x40,
};

/* What lies on the program's stack. */
enum { KEY = -PREFILTER_KEY, KEY_PORTS = KEY + 32, KEY_PROTO = KEY + 36 };
enum { VALUE = KEY - PREFILTER_VALUE, LEFT = 0, STATE = 4 };
enum { LOOK = -80, LOOK_SIZE = 20 };
_Static_assert(LOOK + LOOK_SIZE <= VALUE && (int)LOOK_BYTES <= (int)LOOK_SIZE,
	       "the stack's parts do not overlap");

/* STATE: all of this direction passes, for good; this is QUIC. LEFT: bytes (TCP) or packets (UDP) that still
 * may pass.
 */
enum { STATE_NONE, STATE_REQUESTS, STATE_QUIC = 1 };

/* What a TCP payload looks like, in r9. */
enum { CLASS_OTHER, CLASS_START, CLASS_ANSWER, CLASS_REQUEST, CLASS_DATA };

/* r6: the packet; r7: offset of the layer at hand; r8: bytes from there to the datagram's end. */
struct gen {
	struct bpf_code code;
	const struct prefilter_plan *plan;
	uint32_t reach, fresh; /* fresh: of a TCP direction never seen */
	unsigned pass, drop, typed, transport, insert;
};

static const uint16_t dns_ports[] = { 53, 5353, 5355 };

/* The methods of RFC 9110, RFC 5789, RFC 4918 and HTTP/2's preface, by their first four bytes. */
static const char methods[][5] = { "GET ", "POST", "HEAD", "PUT ", "DELE", "CONN", "OPTI", "TRAC",
				   "PATC", "PROP", "MKCO", "COPY", "MOVE", "LOCK", "UNLO", "REPO",
				   "SEAR", "MERG", "BIND", "SUBS", "NOTI", "PRI " };

static int32_t word(const char *s)
{
	return (int32_t)((uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | (uint32_t)s[3]);
}

/* Bytes of the packet at r7 + from onto the stack; passes when they are not there. Takes r1 to r5. */
static void gen_load(struct gen *g, int from, int to, int n)
{
	struct bpf_code *c = &g->code;

	bpf_move(c, BPF_MOV, R1, R6);
	bpf_move(c, BPF_MOV, R2, R7);
	bpf_set(c, BPF_ADD, R2, from);
	bpf_address(c, R3, to);
	bpf_set(c, BPF_MOV, R4, n);
	bpf_call(c, BPF_FUNC_skb_load_bytes);
	bpf_jump(c, BPF_JNE, R0, 0, g->pass);
}

/* IEEE 802.1Q: the type behind each tag, in r1. */
static void gen_tags(struct gen *g)
{
	struct bpf_code *c = &g->code;

	bpf_set(c, BPF_MOV, R7, ETH_HLEN);
	gen_load(g, -2, LOOK, 2);
	bpf_get_be(c, 16, R1, LOOK);
	for (int i = 0; i < TAGS_MAX; i++) {
		unsigned tag = bpf_label(c);
		bpf_jump(c, BPF_JEQ, R1, ETH_P_8021Q, tag);
		bpf_jump(c, BPF_JEQ, R1, ETH_P_8021AD, tag);
		bpf_jump(c, BPF_JNE, R1, ETHERTYPE_QINQ_OLD, g->typed);
		bpf_place(c, tag);
		gen_load(g, 2, LOOK, 2);
		bpf_get_be(c, 16, R1, LOOK);
		bpf_set(c, BPF_ADD, R7, 4);
	}
	bpf_place(c, g->typed);
}

/* RFC 791 section 3.1. Fragments pass: only the first has ports. A length of 0 is the kernel's own, of
 * segments that it put together. */
static void gen_ipv4(struct gen *g)
{
	struct bpf_code *c = &g->code;

	gen_load(g, 0, LOOK, 20);
	bpf_get_be(c, 16, R1, LOOK + 6);
	bpf_set(c, BPF_AND, R1, 0x3fff);
	bpf_jump(c, BPF_JNE, R1, 0, g->pass);
	bpf_get_be(c, 16, R8, LOOK + 2);
	bpf_get(c, BPF_B, R1, STACK, LOOK);
	bpf_set(c, BPF_AND, R1, 0x0f);
	bpf_set(c, BPF_LSH, R1, 2);
	bpf_jump(c, BPF_JLT, R1, 20, g->pass);
	bpf_jump_reg(c, BPF_JLT, R8, R1, g->pass);
	bpf_move(c, BPF_SUB, R8, R1);
	bpf_move(c, BPF_ADD, R7, R1);
	bpf_get(c, BPF_B, R1, STACK, LOOK + 9);
	bpf_put(c, BPF_B, STACK, KEY_PROTO, R1);
	for (int i = 0; i < 8; i += 4) {
		bpf_get(c, BPF_W, R1, STACK, LOOK + 12 + i);
		bpf_put(c, BPF_W, STACK, KEY + i, R1);
	}
	bpf_goto(c, g->transport);
}

/* RFC 8200 section 3; extension headers pass as unknown transports. */
static void gen_ipv6(struct gen *g)
{
	struct bpf_code *c = &g->code;

	gen_load(g, 0, LOOK, 8);
	bpf_get_be(c, 16, R8, LOOK + 4);
	bpf_jump(c, BPF_JEQ, R8, 0, g->pass);
	bpf_get(c, BPF_B, R1, STACK, LOOK + 6);
	bpf_put(c, BPF_B, STACK, KEY_PROTO, R1);
	gen_load(g, 8, KEY, 32);
	bpf_set(c, BPF_ADD, R7, 40);
}

static void gen_port(struct gen *g, uint16_t port)
{
	bpf_jump(&g->code, BPF_JEQ, R1, port, g->pass);
	bpf_jump(&g->code, BPF_JEQ, R2, port, g->pass);
}

/* Source and destination in r1 and r2. */
static void gen_ports(struct gen *g)
{
	bpf_get_be(&g->code, 16, R1, KEY_PORTS);
	bpf_get_be(&g->code, 16, R2, KEY_PORTS + 2);
	for (size_t i = 0; i < sizeof(dns_ports) / sizeof(dns_ports[0]); i++)
		gen_port(g, dns_ports[i]);
}

/* RFC 1035 section 4.1.1: opcode 0, one question, few records. To `no` when it cannot be. Takes r1. */
static void gen_dns(struct gen *g, int at, unsigned no)
{
	struct bpf_code *c = &g->code;

	bpf_get(c, BPF_B, R1, STACK, at + 2);
	bpf_set(c, BPF_AND, R1, 0x78);
	bpf_jump(c, BPF_JNE, R1, 0, no);
	bpf_get_be(c, 16, R1, at + 4);
	bpf_jump(c, BPF_JNE, R1, 1, no);
	bpf_get(c, BPF_B, R1, STACK, at + 6);
	bpf_jump(c, BPF_JNE, R1, 0, no);
}

static void gen_find(struct gen *g)
{
	struct bpf_code *c = &g->code;

	bpf_map(c, R1, g->plan->flows);
	bpf_address(c, R2, KEY);
	bpf_call(c, BPF_FUNC_map_lookup_elem);
}

/* -- UDP: r9 is the payload's first byte -- */

static void gen_udp_known(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned quic = bpf_label(c), count = bpf_label(c);

	bpf_jump(c, BPF_JGE, R9, QUIC_LONG, quic);
	bpf_get(c, BPF_W, R1, R0, STATE);
	bpf_jump(c, BPF_JNE, R1, STATE_QUIC, count);
	bpf_move(c, BPF_MOV, R1, R9);
	bpf_set(c, BPF_AND, R1, QUIC_LONG);
	bpf_jump(c, BPF_JEQ, R1, QUIC_SHORT, g->drop);
	bpf_place(c, count);
	bpf_get(c, BPF_W, R1, R0, LEFT);
	bpf_jump(c, BPF_JEQ, R1, 0, g->drop);
	bpf_set(c, BPF_SUB, R1, 1);
	bpf_put(c, BPF_W, R0, LEFT, R1);
	bpf_goto(c, g->pass);
	bpf_place(c, quic);
	bpf_put_value(c, BPF_W, R0, STATE, STATE_QUIC);
	bpf_goto(c, g->pass);
}

/* RFC 9000 section 17.3.1; Google's QUIC leaves that bit of its flags 0. To `no` when it is none. */
static void gen_quic_short(struct gen *g, unsigned no)
{
	struct bpf_code *c = &g->code;

	bpf_move(c, BPF_MOV, R1, R9);
	bpf_set(c, BPF_AND, R1, QUIC_LONG);
	bpf_jump(c, BPF_JNE, R1, QUIC_SHORT, no);
	for (int i = 0; i < 4; i += 2) {
		bpf_get_be(c, 16, R1, KEY_PORTS + i);
		bpf_jump(c, BPF_JEQ, R1, PORT_QUIC, g->drop);
	}
}

static void gen_udp(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned other = bpf_label(c), known = bpf_label(c), new = bpf_label(c);

	gen_ports(g);
	for (size_t i = 0; tunnel_port(i) != 0; i++)
		gen_port(g, tunnel_port(i));
	gen_load(g, 8, LOOK, LOOK_BYTES);
	gen_dns(g, LOOK, other);
	bpf_goto(c, g->pass);
	bpf_place(c, other);
	bpf_get(c, BPF_B, R9, STACK, LOOK);
	gen_quic_short(g, known);
	bpf_place(c, known);
	gen_find(g);
	bpf_jump(c, BPF_JEQ, R0, 0, new);
	gen_udp_known(g);
	bpf_place(c, new);
	bpf_put_value(c, BPF_W, STACK, VALUE + LEFT, UDP_PACKETS - 1);
	bpf_put_value(c, BPF_W, STACK, VALUE + STATE, STATE_NONE);
	bpf_jump(c, BPF_JLT, R9, QUIC_LONG, g->insert);
	bpf_put_value(c, BPF_W, STACK, VALUE + STATE, STATE_QUIC);
	bpf_goto(c, g->insert);
}

/* -- TCP -- */

/* A payload too short to look at passes. When its first byte is that of a start, the start's others are to
 * follow: TLS handshake, empty line, method; so small a rest of something else begins so once in nine times,
 * if anything does. */
static void gen_tcp_few(struct gen *g, unsigned start)
{
	struct bpf_code *c = &g->code;

	gen_load(g, 0, LOOK, 1);
	bpf_get(c, BPF_B, R1, STACK, LOOK);
	bpf_set(c, BPF_MOV, R9, CLASS_START);
	bpf_jump(c, BPF_JEQ, R1, 0x16, start);
	bpf_jump(c, BPF_JEQ, R1, '\r', start);
	bpf_jump(c, BPF_JLT, R1, 'A', g->pass);
	bpf_jump(c, BPF_JLE, R1, 'Z', start);
	bpf_goto(c, g->pass);
}

/* Past the header to the payload, or to `syn`, `bare` or `few`; r7 and r8 are its own then (RFC 9293
 * section 3.1). */
static void gen_tcp_header(struct gen *g, unsigned syn, unsigned bare, unsigned few)
{
	struct bpf_code *c = &g->code;

	gen_ports(g);
	gen_load(g, 0, LOOK, 16);
	bpf_get(c, BPF_B, R1, STACK, LOOK + 13);
	bpf_move(c, BPF_MOV, R2, R1);
	bpf_set(c, BPF_AND, R2, 0x02);
	bpf_jump(c, BPF_JNE, R2, 0, syn);
	bpf_set(c, BPF_AND, R1, 0x05); /* RST, FIN */
	bpf_jump(c, BPF_JNE, R1, 0, g->pass);
	bpf_get(c, BPF_B, R1, STACK, LOOK + 12);
	bpf_set(c, BPF_RSH, R1, 4);
	bpf_set(c, BPF_LSH, R1, 2);
	bpf_jump(c, BPF_JLT, R1, 20, g->pass);
	bpf_jump_reg(c, BPF_JLT, R8, R1, g->pass);
	bpf_move(c, BPF_SUB, R8, R1);
	bpf_move(c, BPF_ADD, R7, R1);
	bpf_jump(c, BPF_JEQ, R8, 0, bare);
	bpf_jump(c, BPF_JLT, R8, LOOK_BYTES, few);
	gen_load(g, 0, LOOK, LOOK_BYTES);
}

/* Three capitals and one more, or a sign that methods have: an unknown method. */
static void gen_token(struct gen *g, unsigned yes, unsigned no)
{
	static const char more[] = { ' ', '-', '_' };
	struct bpf_code *c = &g->code;

	for (int i = 0; i < 3; i++) {
		bpf_get(c, BPF_B, R1, STACK, LOOK + i);
		bpf_jump(c, BPF_JLT, R1, 'A', no);
		bpf_jump(c, BPF_JGT, R1, 'Z', no);
	}
	bpf_get(c, BPF_B, R1, STACK, LOOK + 3);
	for (size_t i = 0; i < sizeof(more); i++)
		bpf_jump(c, BPF_JEQ, R1, more[i], yes);
	bpf_jump(c, BPF_JLT, R1, 'A', no);
	bpf_jump(c, BPF_JLE, R1, 'Z', yes);
}

/* Into r9. TLS: RFC 8446 section 5.1; empty lines before a request: RFC 9112 section 2.2; DNS over TCP: RFC
 * 1035 section 4.2.2. */
static void gen_class(struct gen *g, unsigned known)
{
	struct bpf_code *c = &g->code;
	unsigned start = bpf_label(c), request = bpf_label(c), data = bpf_label(c), other = bpf_label(c);

	bpf_get_be(c, 32, R1, LOOK);
	bpf_set(c, BPF_MOV, R9, CLASS_ANSWER);
	bpf_jump(c, BPF_JEQ, R1, word("HTTP"), known);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		bpf_jump(c, BPF_JEQ, R1, word(methods[i]), request);
	bpf_set(c, BPF_RSH, R1, 16);
	bpf_jump(c, BPF_JEQ, R1, 0x1603, start);
	bpf_jump(c, BPF_JEQ, R1, 0x1703, data);
	bpf_jump(c, BPF_JEQ, R1, 0x0d0a, start);
	gen_token(g, start, other);
	bpf_place(c, other);
	bpf_set(c, BPF_MOV, R9, CLASS_OTHER);
	gen_dns(g, LOOK + 2, known);
	bpf_place(c, start);
	bpf_set(c, BPF_MOV, R9, CLASS_START);
	bpf_goto(c, known);
	bpf_place(c, request);
	bpf_set(c, BPF_MOV, R9, CLASS_REQUEST);
	bpf_goto(c, known);
	bpf_place(c, data);
	bpf_set(c, BPF_MOV, R9, CLASS_DATA);
}

/* What a direction of this class may still pass, in r1. */
static void gen_reach(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned done = bpf_label(c);
	const struct {
		int class;
		uint32_t bytes;
	} reach[] = { { CLASS_OTHER, g->fresh },
		      { CLASS_DATA, GRACE_BYTES },
		      { CLASS_ANSWER, ANSWER_BYTES < g->reach ? ANSWER_BYTES : g->reach } };

	for (size_t i = 0; i < sizeof(reach) / sizeof(reach[0]); i++) {
		bpf_set(c, BPF_MOV, R1, (int32_t)reach[i].bytes);
		bpf_jump(c, BPF_JEQ, R9, reach[i].class, done);
	}
	bpf_set(c, BPF_MOV, R1, (int32_t)g->reach);
	bpf_place(c, done);
}

static void gen_tcp_new(struct gen *g)
{
	struct bpf_code *c = &g->code;

	gen_reach(g);
	bpf_put(c, BPF_W, STACK, VALUE + LEFT, R1);
	bpf_put_value(c, BPF_W, STACK, VALUE + STATE, STATE_NONE);
	bpf_jump(c, BPF_JNE, R9, CLASS_REQUEST, g->insert);
	bpf_put_value(c, BPF_W, STACK, VALUE + STATE, STATE_REQUESTS);
	bpf_goto(c, g->insert);
}

/* The first application data passes: by it the stream is known to be done with. Unless it asked in the clear
 * before: then these are bytes of a body, which a client chooses, and requests may come behind them (so does
 * what TLS sends through a proxy that was asked to connect: too much passes). */
static void gen_tcp_data(struct gen *g)
{
	struct bpf_code *c = &g->code;

	bpf_get(c, BPF_W, R1, R0, STATE);
	bpf_jump(c, BPF_JEQ, R1, STATE_REQUESTS, g->pass);
	bpf_get(c, BPF_W, R1, R0, LEFT);
	bpf_jump(c, BPF_JLE, R1, GRACE_BYTES, g->drop);
	bpf_put_value(c, BPF_W, R0, LEFT, GRACE_BYTES);
	bpf_goto(c, g->pass);
}

/* Stored once: another processor may be at the same direction and must not find less than there is. */
static void gen_tcp_other(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned more = bpf_label(c);

	bpf_get(c, BPF_W, R1, R0, STATE);
	bpf_jump(c, BPF_JEQ, R1, STATE_REQUESTS, g->pass);
	bpf_get(c, BPF_W, R1, R0, LEFT);
	bpf_jump(c, BPF_JEQ, R1, 0, g->drop);
	bpf_jump_reg(c, BPF_JGT, R1, R8, more);
	bpf_move(c, BPF_MOV, R1, R8);
	bpf_place(c, more);
	bpf_move(c, BPF_SUB, R1, R8);
	bpf_put(c, BPF_W, R0, LEFT, R1);
	bpf_goto(c, g->pass);
}

static void gen_tcp_known(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned other = bpf_label(c), data = bpf_label(c);

	bpf_jump(c, BPF_JEQ, R9, CLASS_OTHER, other);
	bpf_jump(c, BPF_JEQ, R9, CLASS_DATA, data);
	gen_reach(g);
	bpf_put(c, BPF_W, R0, LEFT, R1);
	bpf_jump(c, BPF_JNE, R9, CLASS_REQUEST, g->pass);
	bpf_put_value(c, BPF_W, R0, STATE, STATE_REQUESTS);
	bpf_goto(c, g->pass);
	bpf_place(c, data);
	gen_tcp_data(g);
	bpf_place(c, other);
	gen_tcp_other(g);
}

/* A new connection of ends that had one before; none has no entry yet. STATE stays: a SYN within a connection
 * changes nothing at its ends (RFC 9293 section 3.10.7.4), and anybody may send one. */
static void gen_tcp_syn(struct gen *g)
{
	struct bpf_code *c = &g->code;

	gen_find(g);
	bpf_jump(c, BPF_JEQ, R0, 0, g->pass);
	bpf_put_value(c, BPF_W, R0, LEFT, (int32_t)g->fresh);
	bpf_goto(c, g->pass);
}

/* The first acknowledgement tells where both directions begin; the others tell nothing. */
static void gen_tcp_bare(struct gen *g, unsigned new)
{
	gen_find(g);
	bpf_jump(&g->code, BPF_JNE, R0, 0, g->drop);
	bpf_set(&g->code, BPF_MOV, R9, CLASS_OTHER);
	bpf_goto(&g->code, new);
}

static void gen_tcp(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned look_up = bpf_label(c), new = bpf_label(c), syn = bpf_label(c), bare = bpf_label(c);
	unsigned few = bpf_label(c);

	gen_tcp_header(g, syn, bare, few);
	gen_class(g, look_up);
	bpf_place(c, look_up);
	gen_find(g);
	bpf_jump(c, BPF_JEQ, R0, 0, new);
	gen_tcp_known(g);
	bpf_place(c, few);
	gen_tcp_few(g, look_up);
	bpf_place(c, syn);
	gen_tcp_syn(g);
	bpf_place(c, bare);
	gen_tcp_bare(g, new);
	bpf_place(c, new);
	gen_tcp_new(g);
}

/* -- ends -- */

static void gen_insert(struct gen *g)
{
	struct bpf_code *c = &g->code;

	bpf_map(c, R1, g->plan->flows);
	bpf_address(c, R2, KEY);
	bpf_address(c, R3, VALUE);
	bpf_set(c, BPF_MOV, R4, BPF_ANY);
	bpf_call(c, BPF_FUNC_map_update_elem);
}

static void gen_drop(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned out = bpf_label(c);

	bpf_call(c, BPF_FUNC_get_smp_processor_id);
	bpf_set(c, BPF_AND, R0, PREFILTER_CPUS - 1);
	bpf_put(c, BPF_W, STACK, VALUE, R0);
	bpf_map(c, R1, g->plan->counters);
	bpf_address(c, R2, VALUE);
	bpf_call(c, BPF_FUNC_map_lookup_elem);
	bpf_jump(c, BPF_JEQ, R0, 0, out);
	bpf_set(c, BPF_MOV, R1, 1);
	bpf_add_shared(c, R0, 0, R1);
	bpf_get(c, BPF_W, R1, R6, 0); /* struct __sk_buff: len */
	bpf_add_shared(c, R0, 8, R1);
	bpf_place(c, out);
	bpf_set(c, BPF_MOV, R0, 0);
	bpf_exit(c);
}

/* The user's filter comes first, in the kernel, as it does without us: so it means the same, and what it
 * leaves out takes no place in the ring or in our table. On the frames that are handed on it would not: those
 * have the tag of VLAN back in place that the kernel takes off before it asks a filter. */
static bool gen_filter(struct gen *g)
{
	unsigned taken;

	bpf_start(&g->code);
	bpf_move(&g->code, BPF_MOV, R6, R1);
	if (g->plan->filter == NULL)
		return true;
	taken = bpf_label(&g->code);
	if (!bpf_classic(&g->code, g->plan->filter, taken))
		return false;
	bpf_place(&g->code, taken);
	return true;
}

static void gen_program(struct gen *g)
{
	struct bpf_code *c = &g->code;
	unsigned v4, tcp;

	g->pass = bpf_label(c), g->drop = bpf_label(c), g->typed = bpf_label(c);
	g->transport = bpf_label(c), g->insert = bpf_label(c), v4 = bpf_label(c), tcp = bpf_label(c);
	for (int i = 0; i < PREFILTER_KEY; i += 8)
		bpf_put_value(c, BPF_DW, STACK, KEY + i, 0);
	gen_tags(g);
	bpf_jump(c, BPF_JEQ, R1, ETH_P_IP, v4);
	bpf_jump(c, BPF_JNE, R1, ETH_P_IPV6, g->pass);
	gen_ipv6(g);
	bpf_goto(c, g->transport);
	bpf_place(c, v4);
	gen_ipv4(g);
	bpf_place(c, g->transport);
	gen_load(g, 0, KEY_PORTS, 4);
	bpf_get(c, BPF_B, R1, STACK, KEY_PROTO);
	bpf_jump(c, BPF_JEQ, R1, IPPROTO_TCP, tcp);
	bpf_jump(c, BPF_JNE, R1, IPPROTO_UDP, g->pass);
	gen_udp(g);
	bpf_place(c, tcp);
	gen_tcp(g);
	bpf_place(c, g->insert);
	gen_insert(g);
	bpf_place(c, g->pass);
	bpf_set(c, BPF_MOV, R0, (int32_t)g->plan->snaplen);
	bpf_exit(c);
	bpf_place(c, g->drop);
	gen_drop(g);
}

int prefilter_load(const struct prefilter_plan *plan)
{
	struct gen *g = xcalloc(1, sizeof(*g));
	int rc;

	g->plan = plan;
	g->fresh = plan->reach;
	g->reach = plan->reach * 2;
	rc = gen_filter(g) ? 0 : -ENOTSUP;
	if (rc == 0)
		gen_program(g), rc = bpf_load(&g->code);
	free(g);
	return rc;
}
