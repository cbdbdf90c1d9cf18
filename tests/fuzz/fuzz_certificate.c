/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A certificate that a server showed: whatever the bytes, facts are few, bounded and safe to show. */
#include "probes/certificate.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_facts f = { .fact = room };
	uint8_t *copy = malloc(size + 1);
	struct probe_answer a = { .cert = { copy }, .cert_size = { size }, .cert_count = 1, .verify = 20 };

	memcpy(copy, data, size);
	if (size > 0)
		certificate_facts(&f, &a, "jw.example.edu.cn", INT64_C(1795680000000000));
	for (size_t i = 0; i < f.count; i++)
		if (!text_is_safe(room[i].value, strlen(room[i].value)) || room[i].value[0] == '\0')
			abort();
	free(copy);
	return 0;
}
