/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets that are announced before they come (dissect_ahead) tell what they would have told without it.
 * Inputs are those of fuzz_packet.c, on Ethernet; the length of a batch's first packet says how many come,
 * and whether one that was not announced does.
 */
#include "base/rd.h"
#include "tests/fuzz/proto_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUT = 0x8000, PAUSE = 0x4000, PAUSE_US = 40000000, STRAY = 16 };

static const struct dissect_limits limits = {
	.flows = 16, .stream_bytes = 4096, .buffers = 8, .quic_hellos = 4
};

struct side {
	void *memory;
	struct dissect *d;
	struct drive seen;
};

static void side_start(struct side *s)
{
	size_t size = dissect_size(&limits);

	drive_init(&s->seen, 0);
	if (s->memory == NULL)
		MUST((s->memory = malloc(size)) != NULL);
	memset(s->memory, 0, size);
	s->d = dissect_init(s->memory, &limits, drive_seen, &s->seen);
}

/* The next packets; each in memory of its own. */
static size_t take_batch(struct rd *r, size_t most, int64_t *time, struct dissect_packet *p)
{
	size_t n = 0;

	for (; n < most && rd_left(r) > 0; n++) {
		uint16_t length = rd_be16(r);
		size_t size = length & (PAUSE - 1u);
		size = size < rd_left(r) ? size : rd_left(r);
		*time += (length & PAUSE) != 0 ? PAUSE_US : 1000;
		p[n] = (struct dissect_packet){ .time = *time,
						.linktype = 1,
						.wire_len = (uint32_t)size + ((length & CUT) != 0 ? 100 : 0),
						.captured = (uint32_t)size };
		p[n].bytes = drive_exact(rd_bytes(r, size), size);
	}
	return n;
}

static void send_batch(struct side *told, struct side *untold, const struct dissect_packet *p, size_t n,
		       bool stray)
{
	struct dissect_packet other = p[0];

	dissect_ahead(told->d, p, n);
	for (size_t i = 0; i < n; i++) {
		if (stray && i == n / 2) {
			dissect_packet(told->d, &other);
			dissect_packet(untold->d, &other);
		}
		dissect_packet(told->d, &p[i]);
		dissect_packet(untold->d, &p[i]);
	}
}

static void check_same(struct side *a, struct side *b)
{
	dissect_finish(a->d);
	dissect_finish(b->d);
	MUST(memcmp(dissect_stats(a->d), dissect_stats(b->d), sizeof(struct dissect_stats)) == 0);
	MUST(a->seen.count == b->seen.count && a->seen.hash == b->seen.hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct side told, untold;
	struct rd r = rd_init(data, size);
	struct dissect_packet p[DISSECT_AHEAD_MAX];
	int64_t time = 0;

	side_start(&told);
	side_start(&untold);
	rd_u8(&r);
	while (rd_left(&r) > 0) {
		struct rd ahead = r;
		uint16_t length = rd_be16(&ahead);
		size_t n = take_batch(&r, 1 + length % DISSECT_AHEAD_MAX, &time, p);
		send_batch(&told, &untold, p, n, (length & STRAY) != 0);
		for (size_t i = 0; i < n; i++)
			free((void *)(uintptr_t)p[i].bytes);
	}
	check_same(&told, &untold);
	return 0;
}
