/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/manners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "probes/budget.h"
#include "probes/visit.h"

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

void manners_fill(struct job_view *out, struct visits *visits, int64_t now)
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

static void put(struct buf *out, const char *key, const char *s)
{
	buf_printf(out, ",\"%s\":", key);
	buf_json(out, s, strlen(s));
}

static void counters_line(const struct job_view *v, struct buf *out)
{
	buf_puts(out, "{\"v\":1,\"manners\":{");
	for (size_t i = 0; i < v->count; i++) {
		buf_puts(out, i > 0 ? "," : "");
		buf_json(out, v->counter[i].name, strlen(v->counter[i].name));
		buf_printf(out, ":%llu", (unsigned long long)v->counter[i].value);
	}
	buf_printf(out, "},\"held_total\":%u}", v->held_total);
}

bool manners_line(const struct job_view *v, size_t line, struct buf *out)
{
	const struct job_held *h = line > 0 ? &v->held[line - 1] : NULL;
	char until[TEXT_TIME_MAX];

	if (line > v->held_count)
		return false;
	buf_reset(out);
	if (h == NULL) {
		counters_line(v, out);
		return true;
	}
	text_time_utc(until, h->until);
	buf_puts(out, "{\"v\":1");
	put(out, "held", h->host);
	put(out, "until", until);
	put(out, "reason", budget_reason_name((enum budget_reason)h->reason));
	put(out, "text", budget_reason_zh((enum budget_reason)h->reason));
	buf_printf(out, ",\"failures\":%u}", h->failures);
	return true;
}
