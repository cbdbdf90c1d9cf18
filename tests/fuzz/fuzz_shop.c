/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two configured endpoints: the record page's script object, and the shop's JSON. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probes/lookup.h"
#include "probes/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_facts f = { .fact = room };
	char remark[PROBE_NOTE_MAX] = "";
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	record_facts(&f, (const char *)copy, size, remark);
	lookup_facts(&f, "cn.edu.example", copy, size);
	for (size_t i = 0; i < f.count; i++)
		if (!text_is_safe(room[i].value, strlen(room[i].value)))
			abort();
	free(copy);
	return 0;
}
