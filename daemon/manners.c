/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/manners.h"

#include <string.h>

#include "base/text.h"
#include "visit/budget.h"

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
