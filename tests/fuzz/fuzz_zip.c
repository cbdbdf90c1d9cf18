/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An archive behind a server that answers ranges as the first byte says: the probes `apk` and `ipa` end
 * within their asks, whatever it holds, and ask for nothing outside of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probes/apk.h"
#include "probes/archive.h"
#include "probes/ipa.h"

#define MUST(x)                                                                                              \
	do {                                                                                                 \
		if (!(x))                                                                                    \
			abort();                                                                             \
	} while (0)

static struct probe_fact room[PROBE_FACTS_MAX];

struct server {
	const uint8_t *p;
	size_t n;
	uint8_t *body; /* of the answer before */
	uint8_t manner;
};

static void answer(struct server *s, const struct probe_ask *ask, struct probe_answer *a)
{
	uint64_t to = ask->to + 1 < s->n ? ask->to + 1 : s->n;
	size_t n = ask->from < to ? (size_t)(to - ask->from) : 0;

	*a = (struct probe_answer){ .outcome = PROBE_DONE, .status = 206, .url = ask->url, .etag = "" };
	MUST(ask->ranged && ask->from <= ask->to && ask->to - ask->from < PROBE_BODY_MAX);
	if (s->manner & 1 && n > 0) /* answers less than it should */
		n--;
	if (s->manner & 2) {
		a->status = 200;
		n = s->n < ask->body_max ? s->n : ask->body_max;
		a->truncated = n < s->n;
		to = 0;
	}
	free(s->body);
	s->body = malloc(n ? n : 1);
	memcpy(s->body, s->p + (to ? ask->from : 0), n);
	a->body = s->body;
	a->size = n;
	a->total = s->n;
	a->range_from = to ? ask->from : 0;
}

static void run(const struct probe *probe, struct server *s)
{
	struct probe_facts facts = { .fact = room };
	struct probe_run r = { .name = "a.cn",
			       .target = "https://a.cn/x",
			       .base = "",
			       .now = INT64_C(1795276800000000),
			       .state = calloc(1, probe->state_size),
			       .facts = &facts };
	struct probe_answer a;
	struct probe_ask ask;
	unsigned asks = 0;

	while (probe->next(&r, &ask)) {
		MUST(++asks <= PROBE_ASKS_MAX);
		answer(s, &ask, &a);
		r.answer = &a;
		r.outcome = a.outcome;
	}
	MUST(r.outcome != PROBE_UNRECOGNISED || (facts.count == 0 && r.remark[0] != '\0'));
	MUST(facts.count <= PROBE_FACTS_MAX);
	probe->end(&r);
	free(r.state);
	free(s->body);
	s->body = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct server s = { .manner = size ? data[0] : 0, .p = data + (size > 0), .n = size - (size > 0) };

	run(&probe_apk, &s);
	run(&probe_ipa, &s);
	return 0;
}
