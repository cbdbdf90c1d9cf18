/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A property list, binary or XML: keys and values are terminated UTF-8, and facts come only from a sound one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/value.h"
#include "probes/ipa.h"

#define MUST(x)                                                                                              \
	do {                                                                                                 \
		if (!(x))                                                                                    \
			abort();                                                                             \
	} while (0)

static void take(void *arg, const char *key, const char *value)
{
	unsigned *pairs = arg;

	MUST(++*pairs <= PLIST_PAIRS_MAX);
	MUST(strlen(key) < PLIST_TEXT_MAX);
	MUST(value == NULL || strlen(value) < PLIST_TEXT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_facts facts = { .fact = room };
	unsigned pairs = 0;
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	plist_read(copy, size, take, &pairs);
	pairs = 0;
	plist_read_deep(copy, size, take, &pairs);
	if (ipa_info(&facts, copy, size) == PLIST_OK)
		MUST(facts.count > 0 && facts.fact[0].type == FACT_IOS_BUNDLE &&
		     value_bundle(facts.fact[0].value));
	else
		MUST(facts.count == 0);
	free(copy);
	return 0;
}
