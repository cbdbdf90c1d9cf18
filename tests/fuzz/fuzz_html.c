/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page to facts, as the probe reads it: the first line is the content type, the rest the body. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probes/page.h"

enum { TYPE_MAX = 200 };

static struct probe_fact room[PROBE_FACTS_MAX];

/* What is promised of every fact. */
static void check(const struct probe_facts *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct probe_fact *a = &f->fact[i];
		if (a->confidence < 1 || a->confidence > 100 || a->value[0] == '\0' || a->type >= FACT_COUNT)
			abort();
		if (!text_is_safe(a->value, strlen(a->value)) || !text_is_safe(a->note, strlen(a->note)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nl = memchr(data, '\n', size < TYPE_MAX ? size : TYPE_MAX - 1);
	size_t type_n = nl ? (size_t)(nl - data) : 0;
	char type[TYPE_MAX] = "";
	struct probe_facts facts = { .fact = room };
	struct probe_answer answer = { .outcome = PROBE_DONE,
				       .status = 200,
				       .url = "https://www.example.edu.cn/",
				       .content_type = type,
				       .server = "",
				       .location = "",
				       .generator = "",
				       .etag = "",
				       .last_modified = "",
				       .authenticate = "",
				       .cookies = "" };
	struct probe_run run = {
		.kind = SUBJECT_HOST, .name = "www.example.edu.cn", .target = "", .base = "", .facts = &facts
	};
	struct probe_ask ask;

	memcpy(type, data, type_n);
	type[type_n] = '\0';
	answer.body = nl ? nl + 1 : data;
	answer.size = size - (size_t)(answer.body - data);
	run.state = calloc(1, probe_page.state_size);
	/* every page that it is led to is this one, or cannot be had */
	for (int i = 0; i < PROBE_ASKS_MAX; i++) {
		memset(&ask, 0, sizeof(ask));
		if (!probe_page.next(&run, &ask))
			break;
		if (i + 1 == PROBE_ASKS_MAX)
			abort();
		if (i > 0 && size % 2 != 0) {
			answer.outcome = PROBE_TIMEOUT;
			answer.status = 0;
			answer.body = NULL;
			answer.size = 0;
		}
		run.answer = &answer;
		run.outcome = answer.outcome;
	}
	check(&facts);
	free(run.state);
	return 0;
}
