/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dissect/packet.h"

#include "dissect/ahead.h"

static bool look(const struct lab *l, int linktype, size_t n, struct dissect_flow *f)
{
	uint8_t *p = seen_exact(l->room, n);
	struct dissect_packet packet = { .linktype = linktype, .bytes = p, .captured = (uint32_t)n };
	struct rd rest;
	bool found = ahead_flow(&packet, f, &rest);

	if (found)
		assert_int_equal(rd_pos(&rest) + rd_left(&rest), n);
	free(p);
	return found;
}

/* The question that was made is of the flow that it says; what breaks off before the ports is not guessed. */
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

/* A hint changes nothing, whatever it is given. */
static void test_hint(void **state)
{
	struct lab *l =
		lab_limits((struct dissect_limits){ .flows = 40000, .stream_bytes = 64, .buffers = 1 });
	struct dissect_packet p[DISSECT_AHEAD_MAX + 1] = { { 0 } };
	uint8_t *bytes;
	(void)state;

	for (uint32_t i = 0; i < 20000; i++) { /* as many as it takes for hints to be heard */
		put_ether(&l->w, ETHER_IPV4);
		put_hex(&l->w, "45000029 00000000 40060000");
		wr_be32(&l->w, i);
		put_hex(&l->w, "0a000002 9c40 01bb 00000001 00000000 5010 ffff 00000000 00");
		if (i % 100 == 0) {
			bytes = seen_exact(l->room, wr_len(&l->w));
			for (size_t n = 0; n <= DISSECT_AHEAD_MAX; n++)
				p[n] = (struct dissect_packet){ .linktype = LINK_EN10MB,
								.bytes = bytes,
								.captured = (uint32_t)wr_len(&l->w) };
			dissect_ahead(l->d, p, DISSECT_AHEAD_MAX + 1);
			free(bytes);
		}
		lab_send(l, LINK_EN10MB);
	}
	assert_int_equal(dissect_stats(l->d)->flows, 20000);
	assert_int_equal(dissect_stats(l->d)->packets, 20000);
	lab_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
