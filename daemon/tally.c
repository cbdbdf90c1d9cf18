/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "visit/budget.h"
#include "visit/visit.h"

static void add(struct job_view *v, const char *prefix, const char *name, uint64_t value)
{
	struct job_counter *c = &v->counter[v->count];

	if (v->count >= JOB_COUNTERS_MAX)
		return;
	snprintf(c->name, sizeof(c->name), "%s%s", prefix, name);
	c->value = value;
	v->count++;
}

/* What never happened is not told: most reasons never do. */
static void add_outcomes(struct job_view *v, const char *prefix, const uint64_t n[PROBE_OUTCOME_COUNT])
{
	for (int i = 0; i < PROBE_OUTCOME_COUNT; i++)
		if (n[i] > 0)
			add(v, prefix, probe_outcome_name((enum probe_outcome)i), n[i]);
}

_Static_assert(2 * PROBE_OUTCOME_COUNT + 16 <= JOB_COUNTERS_MAX, "each counter has a place");

static void add_counters(struct job_view *v, const struct visit_counters *c, const struct budget_view *b)
{
	add(v, "", "requests", c->requests);
	add(v, "", "answers-shared", c->shared);
	add(v, "", "answers-unshared", c->unshared);
	add(v, "", "connections-reused", c->reused);
	add(v, "", "waits", c->waits);
	add(v, "", "body-bytes", c->body_bytes);
	add(v, "", "robots-fetched", c->robots_fetched);
	add(v, "", "robots-kept", c->robots_kept);
	add(v, "", "robots-evicted", c->robots_evicted);
	add(v, "", "facts-refused", c->facts_refused);
	add(v, "", "lines-refused", c->lines_refused);
	add(v, "", "budget-hosts", b->hosts);
	add(v, "", "budget-nets", b->nets);
	add(v, "", "budget-evicted", b->evicted);
	add(v, "", "budget-refused", b->refused);
	add(v, "", "budget-unheld", b->unheld);
	add_outcomes(v, "refused-", c->refused);
	add_outcomes(v, "answered-", c->answered);
}

void tally_fill(struct job_view *out, struct visits *visits, int64_t now)
{
	struct budget_view *b = xmalloc(sizeof(*b)); /* 20 kB */

	memset(out, 0, sizeof(*out));
	budget_describe(visits_budget(visits), now, b);
	add_counters(out, visits_counters(visits), b);
	out->held_total = (uint32_t)b->held_total;
	for (size_t i = 0; i < b->held_count && i < JOB_HELD_MAX; i++) {
		struct job_held *h = &out->held[out->held_count++];
		snprintf(h->host, sizeof(h->host), "%s", b->held[i].host);
		h->until = b->held[i].until;
		h->reason = (uint8_t)b->held[i].reason;
		h->failures = b->held[i].failures;
	}
	free(b);
}
