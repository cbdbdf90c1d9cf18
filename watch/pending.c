/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { BUCKETS = 8192, WAYS = 4 }; /* 32768 flows, 1 MiB */

void pending_init(struct pending *p)
{
	*p = (struct pending){ .flow = xcalloc(BUCKETS * WAYS, sizeof(*p->flow)) };
	hash_secret_random(&p->secret);
}

void pending_clear(struct pending *p)
{
	free(p->flow);
	memset(p, 0, sizeof(*p));
}

/* The same for both directions when the client is named first; never 0. */
static uint64_t flow_of(const struct pending *p, const struct dissect_flow *f, bool from_client)
{
	const struct dissect_addr *client = from_client ? &f->src : &f->dst;
	const struct dissect_addr *server = from_client ? &f->dst : &f->src;
	uint16_t ports[2] = { from_client ? f->sport : f->dport, from_client ? f->dport : f->sport };
	uint8_t bytes[sizeof(client->bytes) * 2 + sizeof(ports) + 1];

	memcpy(bytes, client->bytes, sizeof(client->bytes));
	memcpy(bytes + 16, server->bytes, sizeof(server->bytes));
	memcpy(bytes + 32, ports, sizeof(ports));
	bytes[36] = f->proto;
	return hash_secret(&p->secret, bytes, sizeof(bytes)) | 1;
}

/* Its place, or the one to be given up for it. */
static struct pending_flow *find(struct pending *p, uint64_t flow)
{
	struct pending_flow *bucket = &p->flow[(flow >> 1 & (BUCKETS - 1)) * WAYS], *oldest = bucket;

	for (int i = 0; i < WAYS; i++) {
		if (bucket[i].flow == flow)
			return &bucket[i];
		if (bucket[i].flow == 0)
			oldest = &bucket[i];
		else if (oldest->flow != 0 && p->turn - bucket[i].turn > p->turn - oldest->turn)
			oldest = &bucket[i];
	}
	return oldest;
}

void pending_ask(struct pending *p, const struct dissect_flow *f, uint32_t subject, uint32_t window)
{
	uint64_t flow = flow_of(p, f, true);
	struct pending_flow *e = find(p, flow);

	p->turn++;
	if (e->flow != flow) {
		p->evicted += e->flow != 0;
		*e = (struct pending_flow){ .flow = flow };
	}
	if (e->waiting > 0 && (e->subject != subject || e->window != window))
		e->mixed = true;
	if (e->window != window)
		e->waiting = 0; /* answers that never came must not stand in the way for ever */
	e->subject = subject;
	e->window = window;
	e->turn = p->turn;
	if (e->waiting < UINT16_MAX)
		e->waiting++;
}

enum pending_answer pending_take(struct pending *p, const struct dissect_flow *f, uint32_t window, bool last,
				 uint32_t *subject)
{
	uint64_t flow = flow_of(p, f, false);
	struct pending_flow *e = find(p, flow);
	bool mixed;

	if (e->flow != flow || e->waiting == 0)
		return PENDING_UNKNOWN;
	e->turn = p->turn;
	mixed = e->mixed;
	if (last)
		e->waiting--;
	if (e->waiting == 0)
		e->mixed = false;
	if (mixed)
		return PENDING_MIXED;
	if (e->subject == PENDING_NONE)
		return PENDING_NAMELESS;
	if (e->window != window)
		return PENDING_UNKNOWN;
	*subject = e->subject;
	return PENDING_KNOWN;
}
