/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/forget.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/redact.h"

static void replace(struct db_txn *t, int64_t job, const char *shown)
{
	static const enum stmt steps[] = { STMT_PROBE_TARGET_CLEAR, STMT_PROBE_TARGET_SET };
	struct query q;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		query_open(&q, t, steps[i]);
		query_int(&q, job);
		query_text(&q, shown);
		query_run(&q);
	}
}

void forget_target(struct db_txn *t, int64_t job)
{
	char shown[JOB_URL_MAX];
	struct query q;
	bool tells = false;

	query_open(&q, t, STMT_PROBE_TARGET_OVER);
	query_int(&q, job);
	if (query_row(&q)) {
		redact_url(shown, sizeof(shown), query_get_text(&q, 0));
		tells = strcmp(shown, query_get_text(&q, 0)) != 0;
	}
	query_close(&q);
	if (tells)
		replace(t, job, shown);
}

void forget_targets(struct db_txn *t)
{
	int64_t *job = NULL;
	size_t count = 0, cap = 0;
	struct query q;

	query_open(&q, t, STMT_PROBE_TARGETS_OVER);
	while (query_row(&q)) {
		job = xgrow(job, &cap, count + 1, sizeof(*job));
		job[count++] = query_get_int(&q, 0);
	}
	for (size_t i = 0; i < count; i++)
		forget_target(t, job[i]);
	free(job);
}
