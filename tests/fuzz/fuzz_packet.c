/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Link, network and transport layers and all above them: many packets out of one input, through tables so
 * small that every limit is met. First octet: link type; then packets behind 16-bit lengths, whose highest
 * bit says that the capture left something out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "dissect/dissect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int linktypes[] = { 1, 0, 12, 113, 276, 228, 229, 9, 50, 51, 104, 105, 108, 127, 239, 258 };

/* Touches every byte that a message points to, so that a stray pointer is seen. */
static void touch(struct dissect_str s, uint64_t *sum)
{
	for (size_t i = 0; i < s.n; i++)
		*sum += s.p[i];
}

static void take(void *arg, const struct dissect_message *m)
{
	touch(m->name, arg);
	if (m->kind == DISSECT_DNS_ANSWER && m->answer.type == 5)
		touch(m->answer.cname, arg);
	if (m->kind != DISSECT_HTTP)
		return;
	touch(m->http.method, arg);
	touch(m->http.target, arg);
	touch(m->http.referer, arg);
	touch(m->http.user_agent, arg);
	touch(m->http.requested_with, arg);
}

/* A copy of its own for each packet: whoever keeps a pointer into it is found. */
static void send_packet(struct dissect *d, struct rd r, int linktype, uint32_t lost, int64_t time)
{
	size_t n = rd_left(&r);
	uint8_t *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		abort();
	if (n > 0)
		memcpy(p, rd_bytes(&r, n), n);
	dissect_packet(d, &(struct dissect_packet){ .time = time,
						    .linktype = linktype,
						    .wire_len = (uint32_t)n + lost,
						    .bytes = p,
						    .captured = (uint32_t)n });
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dissect_limits limits = { .flows = 4, .stream_bytes = 512, .buffers = 3 };
	struct rd r = rd_init(data, size);
	static void *memory; /* kept: most of the time would go into getting it */
	volatile uint64_t sink;
	uint64_t sum = 0;
	int64_t time = 0;

	if (memory == NULL && (memory = malloc(dissect_size(&limits))) == NULL)
		abort();
	memset(memory, 0, dissect_size(&limits));
	struct dissect *d = dissect_init(memory, &limits, take, &sum);
	int linktype = linktypes[rd_u8(&r) % (sizeof(linktypes) / sizeof(linktypes[0]))];
	while (rd_left(&r) > 0) {
		uint16_t length = rd_be16(&r);
		size_t n = length & 0x7fff;
		n = n < rd_left(&r) ? n : rd_left(&r);
		send_packet(d, rd_sub(&r, n), linktype, (length & 0x8000) != 0 ? 100 : 0, time += 1000);
	}
	dissect_finish(d);
	sink = sum;
	(void)sink;
	return 0;
}
