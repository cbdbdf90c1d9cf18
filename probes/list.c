/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/list.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "conf/conf.h"
#include "probes/probe.h"
#include "probes/visit.h"

static const char *wechat_record(const struct conf *c) { return c->probe.wechat_record; }
static const char *itunes_lookup(const struct conf *c) { return c->probe.itunes_lookup; }

static const char *(*const endpoints[])(const struct conf *c) = {
	[PROBE_ENDPOINT_NONE] = NULL,
	[PROBE_WECHAT_RECORD] = wechat_record,
	[PROBE_ITUNES_LOOKUP] = itunes_lookup,
};

size_t probe_list(struct probe_row out[PROBE_ROWS_MAX])
{
	size_t n = 0;

	for (; n < probe_count && n < PROBE_ROWS_MAX; n++) {
		const struct probe *p = probe_rows[n];
		out[n] = (struct probe_row){ .name = p->name,
					     .zh = p->zh,
					     .version = p->version,
					     .kinds = p->kinds,
					     .wants_target = p->wants_target,
					     .interval_hours = p->interval_hours,
					     .endpoint = endpoints[p->endpoint] };
	}
	return n;
}

static void fill(struct visit_job *j, const struct probe_look *at)
{
	j->probe = probe_find(at->probe);
	j->kind = at->kind;
	snprintf(j->name, sizeof(j->name), "%s", at->name);
	snprintf(j->target, sizeof(j->target), "%s", at->target);
	for (size_t i = 0; i < at->scope_count && i < VISIT_SCOPE_MAX; i++)
		snprintf(j->scope[j->scope_count++], sizeof(j->scope[0]), "%s", at->scope[i]);
}

void probe_preview(const struct conf *c, const struct probe_look *at, int64_t now, struct probe_sight *out)
{
	struct visit_job *j = xcalloc(1, sizeof(*j));
	struct visit_preview *p = xcalloc(1, sizeof(*p));

	*out = (struct probe_sight){ .outcome = PROBE_NOT_ENABLED };
	fill(j, at);
	if (j->probe != NULL) {
		visit_preview(c, j, now, p);
		out->outcome = p->outcome;
		out->head = p->head;
		out->robots = p->robots;
		snprintf(out->url, sizeof(out->url), "%s", p->url);
		snprintf(out->remark, sizeof(out->remark), "%s", p->remark);
	}
	free(p);
	free(j);
}
