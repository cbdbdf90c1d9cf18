/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link, network and transport layers and all above them: many packets out of one input, through tables so
 * small that every limit is met. First octet: link type; then packets behind 16-bit lengths, whose highest
 * bit says that the capture left something out, and the next one that time went by.
 */
#include "base/rd.h"
#include "tests/fuzz/proto_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUT = 0x8000, PAUSE = 0x4000, PAUSE_US = 40000000 };

static const int linktypes[] = { 1, 0, 12, 113, 276, 228, 229, 9, 50, 51, 104, 105, 108, 127, 239, 258 };

/* A copy of its own for each packet: whoever keeps a pointer into it is found. */
static void send_packet(struct dissect *d, struct rd r, int linktype, uint32_t lost, int64_t time)
{
	size_t n = rd_left(&r);
	uint8_t *p = drive_exact(r.p, n);

	dissect_packet(d, &(struct dissect_packet){ .time = time,
						    .linktype = linktype,
						    .wire_len = (uint32_t)n + lost,
						    .bytes = p,
						    .captured = (uint32_t)n });
	free(p);
}

/* Every packet came to one end, every message was handed over. */
static void check_sums(const struct dissect_stats *stats, uint64_t packets, uint64_t messages)
{
	uint64_t ends = 0, told = 0;

	for (int i = 0; i < DISSECT_OUTCOME_COUNT; i++)
		ends += stats->outcomes[i];
	for (int i = 0; i < DISSECT_KIND_COUNT; i++)
		told += stats->messages[i];
	MUST(stats->packets == packets && ends == packets && told == messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dissect_limits limits = {
		.flows = 4, .stream_bytes = 6000, .buffers = 3, .quic_hellos = 2
	};
	static void *memory; /* kept: most of the time would go into getting it */
	struct rd r = rd_init(data, size);
	uint64_t packets = 0;
	int64_t time = 0;
	struct drive seen;

	if (memory == NULL)
		MUST((memory = malloc(dissect_size(&limits))) != NULL);
	memset(memory, 0, dissect_size(&limits));
	drive_init(&seen, 0);
	struct dissect *d = dissect_init(memory, &limits, drive_seen, &seen);
	int linktype = linktypes[rd_u8(&r) % (sizeof(linktypes) / sizeof(linktypes[0]))];
	for (; rd_left(&r) > 0; packets++) {
		uint16_t length = rd_be16(&r);
		size_t n = length & (PAUSE - 1u);
		n = n < rd_left(&r) ? n : rd_left(&r);
		time += (length & PAUSE) != 0 ? PAUSE_US : 1000;
		send_packet(d, rd_sub(&r, n), linktype, (length & CUT) != 0 ? 100 : 0, time);
	}
	dissect_finish(d);
	check_sums(dissect_stats(d), packets, seen.count);
	return 0;
}
