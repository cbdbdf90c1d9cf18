/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { FLOWS_MAX = 16384 }; /* half a MiB: to be found in the second level of the cache */

void pending_init(struct pending *p)
{
	*p = (struct pending){ .entry = xcalloc(FLOWS_MAX, sizeof(*p->entry)) };
	recent_init(&p->flows, FLOWS_MAX);
}

void pending_clear(struct pending *p)
{
	recent_clear(&p->flows);
	free(p->entry);
	memset(p, 0, sizeof(*p));
}

/* The same for both directions when the client is named first. */
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
	return recent_hash(&p->flows, bytes, sizeof(bytes));
}

static struct pending_entry *find_or_add(struct pending *p, uint64_t hash)
{
	uint32_t at = recent_find(&p->flows, hash);
	bool evicted;

	if (at == RECENT_NONE) {
		at = recent_add(&p->flows, hash, &evicted);
		p->evicted += evicted;
		p->entry[at] = (struct pending_entry){ 0 };
	}
	return &p->entry[at];
}

uint64_t pending_flow(const struct pending *p, const struct dissect_flow *f)
{
	uint64_t flow = flow_of(p, f, true);

	recent_prefetch(&p->flows, flow);
	return flow;
}

void pending_ask(struct pending *p, uint64_t flow, uint32_t subject, uint32_t window)
{
	struct pending_entry *e = find_or_add(p, flow);

	if (e->waiting > 0 && (e->subject != subject || e->window != window))
		e->mixed = true;
	if (e->window != window)
		e->waiting = 0; /* answers that never came must not stand in the way for ever */
	e->subject = subject;
	e->window = window;
	if (e->waiting < UINT16_MAX)
		e->waiting++;
}

enum pending_answer pending_take(struct pending *p, const struct dissect_flow *f, uint32_t window, bool last,
				 uint32_t *subject)
{
	uint32_t at = recent_find(&p->flows, flow_of(p, f, false));
	struct pending_entry *e = at != RECENT_NONE ? &p->entry[at] : NULL;
	bool mixed;

	if (e == NULL || e->waiting == 0)
		return PENDING_UNKNOWN;
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
