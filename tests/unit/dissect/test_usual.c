/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/usual.h"

static bool look(const struct lab *l, int linktype, size_t n, struct dissect_flow *f)
{
	uint8_t *p = seen_exact(l->room, n);
	struct dissect_packet packet = { .linktype = linktype, .bytes = p, .captured = (uint32_t)n };
	struct usual u;
	bool found = usual_read(&packet, &u);

	if (found) {
		assert_ptr_equal(u.r.p + rd_left(&u.r), p + n);
		assert_int_equal(rd_left(&u.r) + u.cut, QUERY_UDP_SIZE);
		*f = u.flow;
	}
	free(p);
	return found;
}

/* The question that was made is of the flow that it says; what breaks off before the ports is not usual. */
static void expect_flow(struct lab *l, const char *ends)
{
	struct dissect_flow f;
	uint8_t want[2 * sizeof(f.src)];
	struct wr w = wr_init(want, sizeof(want));
	size_t n = wr_len(&l->w), ports_end = n - QUERY_SIZE - 4;

	put_hex(&w, ends);
	assert_true(look(l, LINK_EN10MB, n, &f));
	assert_memory_equal(&f.src, want, sizeof(f.src));
	assert_memory_equal(&f.dst, want + sizeof(f.src), sizeof(f.dst));
	assert_int_equal(f.sport, 40000);
	assert_int_equal(f.dport, 53);
	assert_int_equal(f.proto, IPPROTO_UDP);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(look(l, LINK_EN10MB, cut, &f), cut >= ports_end);
	assert_false(look(l, LINK_RAW, n, &f));
	lab_send(l, LINK_EN10MB);
	lab_expect(l, QUERY_LINE);
}

#define V4 "00000000000000000000ffff0a000001 00000000000000000000ffff0a000002"
#define V6 "fd000000000000000000000000000001 fd000000000000000000000000000002"

static void test_flow(void **state)
{
	struct lab *l = lab_new();
	(void)state;

	put_ether(&l->w, ETHER_IPV4);
	put_query_ipv4(&l->w);
	expect_flow(l, V4);
	put_ether(&l->w, ETHER_IPV6);
	put_query_ipv6(&l->w);
	expect_flow(l, V6);
	put_ether(&l->w, 0x8100);
	put_hex(&l->w, "0064 0800");
	put_query_ipv4(&l->w);
	expect_flow(l, V4);
	put_ether(&l->w, 0x88a8);
	put_hex(&l->w, "0064 8100 0065 86dd");
	put_query_ipv6(&l->w);
	expect_flow(l, V6);
	lab_free(l);
}

static void test_other(void **state)
{
	struct lab *l = lab_new();
	struct dissect_flow f;
	(void)state;

	put_ether(&l->w, 0x0806);
	put_query_ipv4(&l->w);
	assert_false(look(l, LINK_EN10MB, wr_len(&l->w), &f));
	l->w = wr_init(l->room, sizeof(l->room));
	put_ether(&l->w, ETHER_IPV4);
	put_ipv4(&l->w, (struct ipv4_spec){ .proto = IPPROTO_GRE, .payload = 40 });
	put_hex(&l->w, "0000 0800 0000 0000");
	assert_false(look(l, LINK_EN10MB, wr_len(&l->w), &f));
	lab_free(l);
}

/* Not whole, not plain, or not what its version says. */
static void test_odd(void **state)
{
	static const char *const heads[] = {
		/* more fragments follow; not the first one */
		"0800 4500003700002000401100000a0000010a000002",
		"0800 4500003700000001401100000a0000010a000002",
		/* without a length; shorter than its header; a header that is too short; of no version */
		"0800 4500000000000000401100000a0000010a000002",
		"0800 4500001300000000401100000a0000010a000002",
		"0800 4400003700000000401100000a0000010a000002",
		"0800 6500003700000000401100000a0000010a000002",
		/* as in IPv4; a jumbogram */
		"86dd 45000000002311400000000000000000000000000000000000000000000000000000000000000000",
		"86dd 60000000000011400000000000000000000000000000000000000000000000000000000000000000",
		/* a tag too many */
		"8100 0001 8100 0002 8100 0003 0800 4500003700000000401100000a0000010a000002",
	};
	struct lab *l = lab_new();
	struct dissect_flow f;
	(void)state;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		l->w = wr_init(l->room, sizeof(l->room));
		put_hex(&l->w, "020000000002020000000001");
		put_hex(&l->w, heads[i]);
		put_query_udp(&l->w);
		assert_false(look(l, LINK_EN10MB, wr_len(&l->w), &f));
	}
	lab_free(l);
}

/* Behind one tag more than is usual the layers read the same packet: cut anywhere, it ends alike. */
static void test_as_layers(void **state)
{
	static const char tags[] = "8100 0001 8100 0002 8100 0003";
	struct lab *l = lab_new(), *other = lab_new();
	(void)state;

	for (size_t cut = 14; cut <= 14 + QUERY_IPV4_SIZE + 2; cut++) { /* two are padding */
		struct lab *labs[] = { l, other };
		for (int i = 0; i < 2; i++) {
			size_t more = i == 0 ? 0 : 12;
			labs[i]->w = wr_init(labs[i]->room, sizeof(labs[i]->room));
			put_hex(&labs[i]->w, "020000000002020000000001");
			put_hex(&labs[i]->w, i == 0 ? "" : tags);
			wr_be16(&labs[i]->w, ETHER_IPV4);
			put_query_ipv4(&labs[i]->w);
			wr_be16(&labs[i]->w, 0);
			lab_send_cut(labs[i], LINK_EN10MB, cut + more, wr_len(&labs[i]->w));
			labs[i]->time += 20000;
		}
	}
	assert_memory_equal(dissect_stats(l->d)->outcomes, dissect_stats(other->d)->outcomes,
			    sizeof(dissect_stats(l->d)->outcomes));
	assert_memory_equal(dissect_stats(l->d)->reasons, dissect_stats(other->d)->reasons,
			    sizeof(dissect_stats(l->d)->reasons));
	assert_string_equal(l->seen.lines.p, other->seen.lines.p);
	lab_free(other);
	lab_free(l);
}

static void put_segment(struct wr *w)
{
	put_ether(w, ETHER_IPV4);
	put_hex(w, "45000029 00000000 40060000 0a000001 0a000002 9c40 01bb 00000001 00000000 5010 ffff "
		   "00000000 00");
}

static void announce(struct lab *l, const struct dissect_packet *p, size_t n)
{
	dissect_ahead(l->d, p, n);
	for (size_t i = 0; i < n; i++)
		dissect_packet(l->d, &p[i]);
}

/* What is known of a tunnel's datagram is nothing of the one in it: a copy of that is known in another. */
static void test_announced_tunnel(void **state)
{
	struct lab *l = lab_new();
	struct dissect_packet p[2];
	size_t end = 0;
	(void)state;

	for (uint16_t i = 0; i < 2; i++) {
		put_ether(&l->w, ETHER_IPV4);
		put_ipv4(&l->w,
			 (struct ipv4_spec){ .proto = IPPROTO_UDP, .payload = 8 + 8 + 14 + QUERY_IPV4_SIZE });
		put_udp(&l->w, 50000 + i, 4789, 8 + 14 + QUERY_IPV4_SIZE);
		put_hex(&l->w, "08000000 00000100");
		put_ether(&l->w, ETHER_IPV4);
		put_query_ipv4(&l->w);
		p[i] = (struct dissect_packet){ .time = l->time,
						.linktype = LINK_EN10MB,
						.bytes = l->room + end,
						.captured = (uint32_t)(wr_len(&l->w) - end),
						.wire_len = (uint32_t)(wr_len(&l->w) - end) };
		end = wr_len(&l->w);
	}
	announce(l, p, 2);
	lab_expect(l, QUERY_LINE);
	assert_int_equal(lab_reason(l, DISSECT_SPAN_DUPLICATE), 1);
	lab_free(l);
}

/* Packets that were announced tell what they would have told, and so does one that comes instead of them. */
static void test_announced(void **state)
{
	struct lab *l = lab_new();
	struct dissect_packet p[DISSECT_AHEAD_MAX + 1];
	size_t segment, question;
	(void)state;

	put_segment(&l->w);
	segment = wr_len(&l->w);
	put_ether(&l->w, ETHER_IPV4);
	put_query_ipv4(&l->w);
	question = wr_len(&l->w) - segment;
	for (size_t i = 0; i <= DISSECT_AHEAD_MAX; i++)
		p[i] = (struct dissect_packet){ .time = l->time + (int64_t)i * 20000,
						.linktype = i == 2 ? LINK_RAW : LINK_EN10MB,
						.bytes = i % 2 == 0 ? l->room : l->room + segment,
						.captured = (uint32_t)(i % 2 == 0 ? segment : question),
						.wire_len = (uint32_t)(i % 2 == 0 ? segment : question) };
	announce(l, p, DISSECT_AHEAD_MAX + 1);
	assert_int_equal(dissect_stats(l->d)->flows, 1);
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_DNS_QUERY], DISSECT_AHEAD_MAX / 2);
	assert_int_equal(dissect_stats(l->d)->reasons[DISSECT_IP_BAD], 1);
	dissect_ahead(l->d, p, DISSECT_AHEAD_MAX);
	p[1].time += 1000000;
	dissect_packet(l->d, &p[1]);
	assert_int_equal(dissect_stats(l->d)->messages[DISSECT_DNS_QUERY], DISSECT_AHEAD_MAX / 2 + 1);
	assert_int_equal(dissect_stats(l->d)->packets, DISSECT_AHEAD_MAX + 2);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow),      cmocka_unit_test(test_other),
		cmocka_unit_test(test_odd),       cmocka_unit_test(test_as_layers),
		cmocka_unit_test(test_announced), cmocka_unit_test(test_announced_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
