/* fuzz: ipc base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results from a prober that was taken (first byte 0), what it says of itself (2), and jobs: what is accepted
 * is put back as it came. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ipc/job.h"
#include "ipc/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_result(const struct job_result *j)
{
	size_t bytes = 0;

	for (size_t i = 0; i < j->fact_count; i++) {
		const struct job_fact *f = &j->fact[i];
		if (!text_is_safe(f->value, strlen(f->value)) || f->type >= FACT_COUNT || f->confidence > 100)
			abort();
		bytes += strlen(f->value) + strlen(f->note);
	}
	if (bytes > JOB_FACTS_BYTES || strlen(j->transcript) >= JOB_TRANSCRIPT_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct job_result result;
	static struct job job;
	static struct job_view view;
	static uint8_t back[LINK_FRAME_MAX];
	struct wr w = wr_init(back, sizeof(back));
	struct rd r;

	if (size == 0 || size > LINK_FRAME_MAX)
		return 0;
	r = rd_init(data + 1, size - 1);
	if (data[0] == 0) {
		if (!job_result_get(&r, &result))
			return 0;
		check_result(&result);
		job_result_put(&w, &result);
	} else if (data[0] == 2) {
		if (!job_view_get(&r, &view))
			return 0;
		job_view_put(&w, &view);
	} else {
		if (!job_get(&r, &job))
			return 0;
		job_put(&w, &job);
	}
	if (!wr_ok(&w) || wr_len(&w) != size - 1 || memcmp(back, data + 1, size - 1) != 0)
		abort();
	return 0;
}
